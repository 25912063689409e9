"""Holding opening balances against each other and their details (`opening_and_import.md` §3.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienso import Finding, LiensoError
from lienso.fields import Money, Params
from lienso.model import Ledger
from lienso.session import Session
from lienso.view import View

from .openings import OPENING_NUMBER
from .openings_details import differences
from .posting import LEDGER_BOOK


class CheckParams(Params):
    """Of one ledger."""

    ledger: Ledger = "financial"


class CheckResult(Params):
    """Totals of the on-balance accounts, and {code, account, difference …} of what does not fit."""

    debit_total: Money
    credit_total: Money
    problems: list[dict[str, Any]]


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
