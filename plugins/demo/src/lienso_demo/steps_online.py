"""The morning: three processes start, a workbook is imported, both offices enter vouchers."""

from __future__ import annotations

from .company import UNIT, WORKBOOK, Company, now, payment, receipt
from .report import dong


def run(company: Company) -> None:
    """Go through the morning."""
    _start(company)
    _imported(company)
    _both_enter(company)


def _start(company: Company) -> None:
    with company.report.step("start", "a cloud and two offices run") as step:
        pids = company.start()
        step.check(len(set(pids)) == 3, pids)
        places = {"cloud": company.remote, "A": company.a, "B": company.b}
        shown = ", ".join(f"{name} {pid}" for name, pid in zip(places, pids, strict=True))
        step.see(
            f"processes {shown}, over gRPC on loopback", processes=pids, to_send=company.imported
        )


def _imported(company: Company) -> None:
    a, b = company.a, company.b
    with company.report.step("import", "workbook imported at A") as step:
        a.wait(lambda status: bool(status["online"] and status["cursor"]))
        waiting = company.imported
        sent = a.synchronize()
        # What was made online goes by itself when the line is back; the user's word sends the rest.
        status = a.line.site.status()
        accepted = waiting - status["pending"] - status["sealed"] - status["failed"]
        step.check(accepted == waiting > 0 and not sent["failed"], status)
        lacking = a.line.site.failures("post_failed")
        company.unposted = [row["voucher"] for row in lacking]
        codes = sorted({row["code"] for row in lacking})
        step.see(
            f"{accepted} records of {WORKBOOK} accepted by the cloud",
            f"not posted, since other modules keep what they need ({', '.join(codes)}):"
            f" {', '.join(company.unposted)}",
            accepted=accepted,
            waiting=waiting,
            unposted=company.unposted,
        )
    with company.report.step("pull", "pulled at B by itself") as step:
        head = a.line.site.status()["cursor"]
        status = b.wait(lambda status: status["online"] and status["cursor"] >= head)
        step.see(f"in step with the cloud at {status['cursor']}", head=head, at=status["cursor"])


def _both_enter(company: Company) -> None:
    a, b = company.a, company.b
    with company.report.step("enter", "both offices enter vouchers") as step:
        a.save("org_unit", UNIT)
        of_a = a.save("cash_receipt", receipt(3_300_000), post=("financial",))
        a.synchronize()
        head = a.line.site.status()["cursor"]
        b.wait(lambda status: status["cursor"] >= head)
        of_b = b.save("cash_payment", payment(440_000), post=("financial",))
        b.synchronize()
        posted = [
            company.in_cloud(record.type, record.id).posted("financial") for record in (of_a, of_b)
        ]
        step.check(posted == [True, True], posted)
        numbers = {"A": of_a.data["no"], "B": of_b.data["no"]}
        step.see(f"{numbers['A']} at A, {numbers['B']} at B, posted in the cloud", numbers=numbers)
    with company.report.step("figures", "figures are live at B") as step:
        balance = b.line.figure("cash.fund_balance")
        began = now()
        company.known = company.turnover(b.line)
        ended = now()
        states = (balance.state, company.known.state)
        step.check(states == ("live", "live") and balance.value is not None, states)
        total, turnover = balance.value["total"], company.known.value
        step.see(
            f"cash at hand {dong(total)}, turnover of the month {dong(turnover)}",
            fund_balance=total,
            turnover=turnover,
            read_between=[began, ended],
        )
