"""The line is back: B pulls by itself, sends by word, and what was refused is put right."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from lienso.errors import Unknown

from .company import OPEN_DAY, Company, journal
from .report import Step, dong, fail

OF_TYPE = {
    "first": "cash_receipt",
    "second": "cash_receipt",
    "early": "cash_payment",
    "debt": "journal",
}


def run(company: Company) -> None:
    """Go through the rest of the day."""
    _back(company)
    _push(company)
    _renumber(company)
    _correct(company)
    _post(company)
    _agree(company)


def _back(company: Company) -> None:
    b = company.b
    with company.report.step("back", "line is back, B settles and pulls by itself") as step:
        b.cable.mend()
        modes = [b.notices.next(lambda n: n["kind"] == "mode")]
        while modes[-1]["values"]["mode"] != "online":
            modes.append(b.notices.next(lambda n: n["kind"] == "mode"))
        names = [notice["values"]["mode"] for notice in modes]
        step.check(names[-2:] == ["reconnecting", "online"], names)
        began, ended = (_instant(notice["status"]["since"]) for notice in modes[-2:])
        settled = (ended - began).total_seconds()
        pulled = b.notices.next(lambda n: n["kind"] == "pulled" and n["values"]["pulled"] > 0)
        step.see(f"{' → '.join(names)} after {settled:.1f} seconds", modes=names, settled_s=settled)
    with company.report.step("notice", "notice at B") as step:
        values, status = pulled["values"], pulled["status"]
        step.check(values["pulled"] > 0 and values["waiting"] == len(OF_TYPE), values)
        step.check(_unsent(company) == len(OF_TYPE), "B sent vouchers without being told to")
        kinds = status["pending_by_type"]
        shown = ", ".join(f"{count} {type}" for type, count in sorted(kinds.items()))
        step.see(
            f"{values['pulled']} taken, {values['waiting']} wait to be sent: {shown}",
            pulled=values["pulled"], waiting=values["waiting"], waiting_by_type=kinds,
        )  # fmt: skip


def _instant(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def _unsent(company: Company) -> int:
    """Count what B entered without a line and the cloud has not."""
    unsent = 0
    for name, id in company.entered.items():
        try:
            company.in_cloud(OF_TYPE[name], id)
        except Unknown:
            unsent += 1
    return unsent


def _push(company: Company) -> None:
    with company.report.step("push", "pushed by the user's word") as step:
        sent = company.b.synchronize(direction="push")
        codes = sorted(row["code"] for row in sent["failed"])
        expected = ["period_locked", "voucher_no_duplicate", "voucher_no_duplicate"]
        step.check((sent["pushed"], codes) == (1, expected), sent)
        step.see(
            f"{sent['pushed']} accepted, {len(codes)} refused: {', '.join(codes)}",
            accepted=sent["pushed"], refused=codes,
        )  # fmt: skip


def _renumber(company: Company) -> None:
    b = company.b
    with company.report.step("renumber", "taken numbers renumbered") as step:
        # One of them stands on paper with its old number: the user confirms that he prints it anew.
        given = b.line.site.renumber(reprint=True)
        sent = b.synchronize(direction="push")
        step.check([row["old"] for row in given] == company.numbers, given)
        company.numbers = [row["new"] for row in given]
        in_cloud = [
            company.in_cloud("cash_receipt", company.entered[name]).data["no"]
            for name in ("first", "second")
        ]
        step.check(in_cloud == company.numbers, sent)
        form = b.line.print("cash_receipt", company.numbers[0])
        confirmed = form.sync_state == "synced" and "SỐ TẠM" not in form.text
        step.check(confirmed and f"Số: {company.numbers[0]}" in form.text, form.text)
        shown = ", ".join(f"{row['old']} → {row['new']}" for row in given)
        step.see(
            f"{shown}, accepted; printed anew without the mark",
            renumbered=[{"old": row["old"], "new": row["new"]} for row in given], text=form.text,
        )  # fmt: skip


def _correct(company: Company) -> None:
    b, id = company.b, company.entered["early"]
    with company.report.step("reject", "rejected voucher shows its reason") as step:
        row = _only(b.line.site.failures("push_failed"), id)
        step.check(row["code"] == "period_locked" and row["reason_vi"], row)
        step.see(
            f"{row['voucher']}, {row['code']}: {row['reason_vi']}",
            f"list {row['tab']}, what can be done: {', '.join(row['actions'])}",
            tab=row["tab"], voucher=row["voucher"], code=row["code"], reason=row["reason_vi"],
            detail=row["detail"], actions=row["actions"],
        )  # fmt: skip
    with company.report.step("correct", "corrected and accepted") as step:
        day = {"posting_date": OPEN_DAY}
        b.save("cash_payment", day, id=id, merge=True, post=("financial",))
        b.synchronize(direction="push")
        left = b.line.site.failures("push_failed")
        accepted = company.in_cloud("cash_payment", id)
        step.check(not left and accepted.posted("financial"), left or accepted)
        number = accepted.data["no"]
        step.see(
            f"{number} moved to {accepted.data['posting_date']} and posted",
            voucher=number, posting_date=accepted.data["posting_date"], version=accepted.version,
        )  # fmt: skip


def _only(rows: Sequence[Mapping[str, Any]], id: str) -> Mapping[str, Any]:
    if [row["id"] for row in rows] != [id]:
        fail(f"not the one voucher expected: {[row['voucher'] for row in rows]}")
    return rows[0]


def _post(company: Company) -> None:
    b = company.b
    with company.report.step("post", "vouchers of B posted by the online function") as step:
        amounts = {number: _posted(company, number, step) for number in company.numbers}
        shown = ", ".join(f"{number} {dong(amount)}" for number, amount in amounts.items())
        step.see(shown, posted=amounts)
    id = company.entered["debt"]
    with company.report.step("post_failed", "posting that failed shows its findings") as step:
        rows = b.line.site.failures("post_failed")
        row = _only([row for row in rows if row["voucher"] not in company.unposted], id)
        findings = [
            {"code": found["code"], "line": found["line"], "text": found["text_vi"]}
            for found in row["findings"]
        ]
        step.check([found["code"] for found in findings] == ["object_required"], findings)
        step.see(
            f"{row['voucher']}, {findings[0]['code']}: {findings[0]['text']}",
            tab=row["tab"], voucher=row["voucher"], findings=findings,
        )  # fmt: skip
    with company.report.step("post_again", "corrected and posted") as step:
        debt = b.save("journal", journal(550_000, "NCC015"), id=id, merge=True)
        b.synchronize()
        amount = _posted(company, debt.data["no"], step)
        left = [row["voucher"] for row in b.line.site.failures()]
        step.check(left == company.unposted, left)
        number = debt.data["no"]
        step.see(f"{number} {dong(amount)}; nothing of B failed any more", posted={number: amount})


def _posted(company: Company, number: str, step: Step) -> int:
    """Post a voucher through B; returns what it wrote on the debit side, đồng."""
    result = company.b.line.invoke("system.post_voucher", {"voucher": number})
    step.check(result["posted"] is True, result)
    return int(result["totals"]["amount"])


def _agree(company: Company) -> None:
    places = {"cloud": company.remote, "A": company.a.line, "B": company.b.line}
    with company.report.step("agree", "trial balances of cloud, A and B agree") as step:
        tables = {name: company.trial_balance(line) for name, line in places.items()}
        cloud = tables["cloud"]
        differing = [
            f"{name}: {row}"
            for name, table in tables.items()
            for row in sorted({*table.rows, table.totals} ^ {*cloud.rows, cloud.totals})
        ]
        step.check(not differing, "; ".join(differing))
        debit, credit = cloud.totals[4:6]
        step.check(debit == credit > 0, cloud.totals)
        turnover = {name: company.turnover(line) for name, line in places.items()}
        step.check({f.value for f in turnover.values()} == {debit}, turnover)
        step.see(
            f"{len(cloud.rows)} rows, turnover {dong(debit)} = {dong(credit)} at each",
            rows=len(cloud.rows),
            totals={name: list(table.totals[2:]) for name, table in tables.items()},
            turnover={name: figure.value for name, figure in turnover.items()},
        )
