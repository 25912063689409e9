"""The line of B is cut: B enters and prints, and is told what it cannot know."""

from __future__ import annotations

import datetime
from typing import Any

from lienso import messages
from lienso.errors import OfflineRefused
from lienso.ids import VIETNAM

from .company import Company, journal, payment, receipt
from .report import Step, dong, fail

LOCKED_UP_TO = "2026-03-10"
DAY_THAT_IS_LOCKED = "2026-03-05"


def run(company: Company) -> None:
    """Go through the hours without a line."""
    _cut(company)
    _enter(company)
    _print(company)
    _refused(company)
    _figures(company)
    _meanwhile(company)


def _cut(company: Company) -> None:
    with company.report.step("cut", "line of B is cut") as step:
        company.b.cable.cut()
        status = company.b.wait(lambda status: status["mode"] == "offline_auto")
        step.see(f"B is {status['mode']} since {clock(status['since'])}", mode=status["mode"])


def _enter(company: Company) -> None:
    b = company.b
    with company.report.step("work_on", "B works on") as step:
        first = b.save("cash_receipt", receipt(1_500_000))
        second = b.save("cash_receipt", receipt(2_500_000))
        early = b.save("cash_payment", payment(660_000, DAY_THAT_IS_LOCKED), post=("financial",))
        debt = b.save("journal", journal(550_000), post=("financial",))
        entered = {"first": first, "second": second, "early": early, "debt": debt}
        company.entered = {name: record.id for name, record in entered.items()}
        company.numbers = [first.data["no"], second.data["no"]]
        numbers = [record.data["no"] for record in entered.values()]
        status = b.line.site.status()
        step.check(status["pending"] == len(entered), status)
        step.see(
            f"{', '.join(numbers)} entered, {status['pending']} wait", entered=numbers,
            waiting=status["pending"],
        )  # fmt: skip


def _print(company: Company) -> None:
    with company.report.step("print", "B prints without a line") as step:
        number = company.numbers[0]
        form = company.b.line.print("cash_receipt", number)
        step.check("SỐ TẠM" in form.text and f"Số: {number}" in form.text, form.text)
        step.see(
            f"{number}, marked as not confirmed by the cloud", *form.text.splitlines(),
            text=form.text, sync_state=form.sync_state,
        )  # fmt: skip


def _refused(company: Company) -> None:
    with company.report.step("refuse", "online-only function refused") as step:
        try:
            company.b.line.invoke("system.post_voucher", {"voucher": company.numbers[0]})
        except OfflineRefused as refused:
            _show_refusal(step, refused)
        else:
            fail("system.post_voucher ran without a line")


def _show_refusal(step: Step, refused: OfflineRefused) -> None:
    reason = messages.CORE[refused.code].vi
    step.see(
        f"{refused.code}, {reason}",
        f"{refused.detail['capability']}, {refused.detail['mode']} since"
        f" {clock(refused.detail['since'])}",
        code=refused.code,
        reason=reason,
        detail=refused.detail,
    )


def _figures(company: Company) -> None:
    b, known = company.b, company.known
    assert known is not None, "the figure was read before the line was cut"
    with company.report.step("blank", "blank figure is blank") as step:
        blank = b.line.figure("cash.fund_balance")
        step.check((blank.value, blank.state) == (None, "offline"), blank)
        step.see(f"cash at hand is not shown, {blank.state}", value=blank.value, state=blank.state)
    with company.report.step("last_online", "last-online figure shows its time") as step:
        kept = company.turnover(b.line)
        step.check((kept.value, kept.state) == (known.value, "last_online"), kept)
        cut = b.line.site.status()["since"]
        step.check(bool(kept.as_of) and str(kept.as_of) < cut, f"{kept}, offline since {cut}")
        step.see(
            f"turnover of the month {dong(kept.value)} (tính đến {clock(kept.as_of)})",
            value=kept.value, state=kept.state, as_of=kept.as_of, offline_since=cut,
        )  # fmt: skip


def _meanwhile(company: Company) -> None:
    a = company.a
    with company.report.step("meanwhile", "A goes on") as step:
        taken = [a.save("cash_receipt", receipt(amount)) for amount in (700_000, 900_000)]
        numbers = [record.data["no"] for record in taken]
        step.check(numbers == company.numbers, f"A took {numbers}, B {company.numbers}")
        a.synchronize()
        versions = [company.in_cloud("cash_receipt", record.id).version for record in taken]
        step.check(all(versions), versions)
        for number in numbers:
            a.line.invoke("system.post_voucher", {"voucher": number})
        # What the workbook left unposted stays as it is.
        lock = {"lock_date": LOCKED_UP_TO, "default_handling": "leave"}
        locked: dict[str, Any] = a.line.invoke("general_ledger.lock_period", lock)
        step.check(locked["lock_date"] == LOCKED_UP_TO, locked)
        live = company.turnover(a.line).value
        kept = company.turnover(company.b.line).value
        step.check(live > kept, f"{live} at A, {kept} at B")
        step.see(
            f"{', '.join(numbers)} taken and posted, the books locked up to {LOCKED_UP_TO};"
            f" the turnover is {dong(live)} now, B still shows {dong(kept)}",
            taken=numbers, lock_date=LOCKED_UP_TO, live=live, kept=kept,
        )  # fmt: skip


def clock(instant: str | None) -> str:
    """Write an instant as an office's clock shows it."""
    if instant is None:
        fail("an instant is missing")
    return f"{datetime.datetime.fromisoformat(instant).astimezone(VIETNAM):%H:%M:%S %d/%m/%Y}"
