"""Entering, deleting and checking opening balances (spec `system.md` §4.11, `opening_and_import.md` §3).

The records belong to the ledger; they are named by type here. A site keeps them as any other record:
what they do to the books comes with the cloud.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal

from lienso import Finding, LiensoError, Record, Unknown
from lienso.fields import Money, Params, Quantity, Text
from lienso.model import Ledger
from lienso.session import Session
from lienso.view import View
from pydantic import Field

from .openings_details import LEDGER_BOOK, differences

OPENING_NUMBER = "OPN"
KEYS: Mapping[str, str] = {
    "account_opening": "",
    "object_opening": "object",
    "bank_opening": "bank_account",
}
"""Record type of openings → what tells its records of one account apart."""

Kind = Literal["account", "customer", "supplier", "employee", "bank"]
TYPE_OF: Mapping[str, str] = {
    "account": "account_opening",
    "bank": "bank_opening",
    **dict.fromkeys(("customer", "supplier", "employee"), "object_opening"),
}
LINES_MAX = 5_000


class SaveParams(Params):
    """Balances of one account and currency.

    Attributes:
        lines: fields of the opening records, with ``object`` or ``bank_account`` where the kind has one:
            ``debit`` | ``credit`` (đồng), ``fc_debit`` | ``fc_credit``, ``remaining``, ``advance`` …
            What is there already of an object named is replaced; others stay.
    """

    account: Text
    kind: Kind = "account"
    currency: Text = "VND"
    branch: Text | None = None
    ledger: Ledger = "financial"
    lines: list[dict[str, Any]] = Field(min_length=1, max_length=LINES_MAX)


class Totals(Params):
    """Sums of all openings of the account and currency: đồng, and foreign units as text."""

    debit_total: Money
    credit_total: Money
    debit_total_fc: Quantity
    credit_total_fc: Quantity


class DeleteParams(Params):
    """Balances of one account and currency, of one object or bank account, or all."""

    account: Text
    currency: Text = "VND"
    object: Text | None = None
    bank_account: Text | None = None
    ledger: Ledger = "financial"


class DeleteResult(Totals):
    """How many rows went, and the totals left; at a site how many unsent changes went."""

    deleted: int
    outbox_removed: int | None = None


class CheckParams(Params):
    """Of one ledger."""

    ledger: Ledger = "financial"


class CheckResult(Params):
    """Totals of the on-balance accounts, and {code, account, difference …} of what does not fit."""

    debit_total: Money
    credit_total: Money
    problems: list[dict[str, Any]]


def save_opening_balances(params: SaveParams, session: Session) -> Totals:
    """Enter balances, one record an object or bank account; all or nothing.

    Raises:
        Unknown: ``not_found``. Refused: what the records' own checks say.
    """
    type = TYPE_OF[params.kind]
    key = KEYS[type]
    groups: dict[str, list[dict[str, Any]]] = {}
    for line in params.lines:
        rest = dict(line)
        name = str(rest.pop(key, "") or "") if key else ""
        groups.setdefault(name, []).append(rest)
    session.write_many(2 * len(groups) + 100)
    for name, lines in groups.items():
        body: dict[str, Any] = {
            "account": params.account,
            "currency": params.currency,
            "display_on_book": params.ledger,
            "lines": [{**line, "line": place} for place, line in enumerate(lines, 1)],
        }
        if key:
            body[key] = name
        if type == "object_opening":
            body["kind"] = params.kind
        if params.branch is not None:
            body["branch"] = session.view.require("org_unit", params.branch).id
        existing = _existing(session.view, type, body)
        id = None if existing is None else existing.id
        session.save(type, body, id=id, replace=True, ignore_warnings=True)
    return _totals(session.view, params.account, params.currency, params.ledger)


def _existing(view: View, type: str, body: Mapping[str, Any]) -> Record[Any] | None:
    key = KEYS[type]
    wanted = body.get(key, "")
    if key:
        catalog = "object" if key == "object" else "bank_account"
        wanted = view.id_of(catalog, wanted) or wanted
    for record in of_account(view, body["account"], body["currency"], body["display_on_book"]):
        same = not key or getattr(record.data, key) == wanted
        if record.type == type and same and (record.data.branch or None) == body.get("branch"):
            return record
    return None


def of_account(view: View, account: str, currency: str, ledger: str) -> Iterator[Record[Any]]:
    """List the openings of an account and currency, of every kind."""
    known = {record_type.id for record_type in view.record_types("voucher")}
    for type in KEYS:
        for record in view.find(type, "account", equals=(account,)) if type in known else ():
            shown = record.data.display_on_book
            if record.data.currency == currency and shown in (ledger, "both"):
                yield record


def _totals(view: View, account: str, currency: str, ledger: str) -> Totals:
    sums = [Decimal(0)] * 4
    for record in of_account(view, account, currency, ledger):
        for line in record.data.lines:
            values = sides(line, getattr(record.data, "kind", ""))
            sums = [a + b for a, b in zip(sums, values, strict=True)]
    return Totals(
        debit_total=int(sums[0]),
        credit_total=int(sums[1]),
        debit_total_fc=sums[2],
        credit_total_fc=sums[3],
    )


def sides(line: Any, kind: str) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """Return debit, credit and both in foreign units of a line of an opening.

    What is left of a sale's invoice is a debit, of a purchase's a credit; an advance is the opposite.
    """
    values = [line.debit, line.credit, line.fc_debit or 0, line.fc_credit or 0]
    remaining, advance = getattr(line, "remaining", 0), getattr(line, "advance", 0)
    if not (line.debit or line.credit) and (remaining or advance):
        amount, fc = (remaining, line.remaining_fc) if remaining else (advance, line.advance_fc)
        debit = (kind == "supplier") != bool(remaining)
        values = [amount, 0, fc or 0, 0] if debit else [0, amount, 0, fc or 0]
    a, b, c, d = (Decimal(value) for value in values)
    return a, b, c, d


# -- deleting -----------------------------------------------------------------------------------------------


def refusal_offline(params: DeleteParams, view: View) -> Mapping[str, Any] | None:
    """Say why balances may not be deleted here; None when none of them ever left this site."""
    from lienso.sync.site_log import local_refusal

    refused: dict[str, list[str]] = {}
    for record in _meant(params, view):
        reason = local_refusal(view.stored, record.type, record.id)
        if reason is not None:
            refused.setdefault(reason, []).append(record.id)
    rows = [{"reason": reason, "ids": ids} for reason, ids in refused.items()]
    return {"records": rows} if rows else None


def delete_opening_balances(params: DeleteParams, session: Session) -> DeleteResult:
    """Delete balances of an account; all or nothing.

    Raises:
        Unknown: ``not_found``: there is none. Refused: ``period_locked``.
    """
    records = list(_meant(params, session.view))
    if not records:
        raise Unknown("not_found", {"type": "opening", "value": params.account})
    session.write_many(len(records) + 100)
    removed = 0
    for record in records:
        session.require("delete", record)
        if session.role == "site":
            removed += session.forget(record.type, record.id)
        else:
            session.delete(record.type, record.id)
    totals = _totals(session.view, params.account, params.currency, params.ledger)
    return DeleteResult(
        **dict(totals),
        deleted=sum(len(record.data.lines) for record in records),
        outbox_removed=removed if session.role == "site" else None,
    )


def _meant(params: DeleteParams, view: View) -> Iterator[Record[Any]]:
    object = params.object and view.require("object", params.object).id
    bank = params.bank_account and view.require("bank_account", params.bank_account).id
    for record in of_account(view, params.account, params.currency, params.ledger):
        if object and getattr(record.data, "object", None) != object:
            continue
        if bank and getattr(record.data, "bank_account", None) != bank:
            continue
        yield record


# -- checking -----------------------------------------------------------------------------------------------


def warn_of_openings(session: Session) -> None:
    """Tell what does not fit after an import, as warnings that stop nothing (§3.2).

    The import stands even where the check cannot be asked: why it cannot is told then.
    """
    try:
        found = session.invoke("system.check_opening_balances", {})
    except LiensoError as error:
        session.warn(Finding("warning", error.code, None, None, dict(error.detail)))
        return
    for problem in found["problems"]:
        values = {"difference": 0, "account": "", **problem}
        session.warn(Finding("warning", problem["code"], None, None, values))


def check_opening_balances(params: CheckParams, session: Session) -> CheckResult:
    """Hold openings against each other and their details; nothing is changed."""
    view = session.view
    where = {"ledger": params.ledger, "number": OPENING_NUMBER}
    on_balance = on_balance_sheet(view, where)
    debit = sum(one for one, _other in on_balance.values())
    credit = sum(other for _one, other in on_balance.values())
    problems: list[dict[str, Any]] = []
    if debit != credit:
        problems.append({"code": "opening_not_balanced", "difference": debit - credit})
    problems += [
        {
            "code": found.code,
            "account": found.account,
            "account_balance": found.balance,
            "detail_total": found.detail,
            "difference": found.detail - found.balance,
        }
        for found in differences(view, where)
    ]
    for code, (one, other) in sorted(on_balance.items()):
        if code[0] in "56789" and one != other:
            problems.append({"code": "income_accounts_not_zero", "account": code})
        nature = _nature(view, code)
        if (nature == "debit" and one < other) or (nature == "credit" and one > other):
            row = {"code": "abnormal_side", "account": code, "account_balance": one - other}
            problems.append(row)
    return CheckResult(debit_total=debit, credit_total=credit, problems=problems)


def on_balance_sheet(view: View, where: Mapping[str, Any]) -> dict[str, tuple[int, ...]]:
    """Return (debit, credit) of openings by account, off-balance accounts aside."""
    sums = view.book(LEDGER_BOOK).sum(("debit", "credit"), by=("account",), where=where)
    return {code: sides for (code,), sides in sums.items() if not code.startswith("0")}


def _nature(view: View, code: str) -> str | None:
    """Return an account's nature: its own, else that of the account above."""
    for length in range(len(code), 2, -1):
        record = view.by_code("account", code[:length])
        if record is not None and record.data.nature is not None:
            return str(record.data.nature)
    return None
