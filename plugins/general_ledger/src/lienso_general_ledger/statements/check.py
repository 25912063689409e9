"""The check of a set ("Kiểm tra"): do the statements agree, and if not, where to look (spec §4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import functions
from .evaluate import Sheet
from .forms import flow_codes
from .grammar import BALANCES, Call
from .items import Item

CAUSES_MAX = 200
"""Causes that an answer lists; a set with more is wrong as a whole, and ``causes_total`` says so."""


def check(sheet: Sheet) -> dict[str, Any]:
    """Compare the statements of a sheet with one another and with the books.

    Returns:
        ``balanced``, ``difference`` (assets less resources, đồng), ``cash_flow_agrees``, ``causes``: each
        with its ``code`` and what shows the place; ``causes_total`` of them.
    """
    headline = sheet.regime.headline
    difference = sheet.value(*headline.assets) - sheet.value(*headline.resources)
    flows = list(_cash_flows(sheet))
    books = [*_openings(sheet), *_sides(sheet), *_not_closed(sheet)]
    causes = [*books, *_coverage(sheet), *_profit(sheet), *flows]
    return {
        "balanced": difference == 0,
        "difference": difference,
        "cash_flow_agrees": not flows,
        "causes": causes[:CAUSES_MAX],
        "causes_total": len(causes),
    }


def _openings(sheet: Sheet) -> Iterator[dict[str, Any]]:
    items = sheet.column.items(True).by_attributes.all()
    off = sum(item.amount for item in items if item.account[0] != "0")
    if off:
        yield {"code": "opening_not_balanced", "difference": off}


def _sides(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Pairs whose rows say different things of one another: an earlier release wrote them so.

    A flow is read from the row of cash, which then takes the activity across for operating.
    """
    off: dict[tuple[Any, ...], int] = {}
    for turn in sheet.column.turns.all():
        own = (turn.account, turn.cf, turn.cash)
        across = (turn.contra, turn.contra_cf, turn.contra_cash)
        for key, amount in (((*own, *across), turn.debit), ((*across, *own), -turn.credit)):
            off[key] = off.get(key, 0) + amount
    pairs = {(key[0], key[3]) for key, amount in off.items() if amount}
    for debit, credit in sorted(pairs):
        yield {"code": "pair_sides_differ", "debit": debit, "credit": credit}


def _is_result(sheet: Sheet, account: str) -> bool:
    """Tell whether an account has no place on the balance sheet: class 0 and results."""
    return account.startswith((*sheet.regime.sets["accounts"]["result"], "821", "911", "0"))


def _not_closed(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Income and expenses that still have a balance: not closed, or costs not moved on."""
    balances: dict[str, int] = {}
    for item in sheet.column.items(False).by_attributes.all():
        if item.account[0] != "0" and _is_result(sheet, item.account):
            balances[item.account] = balances.get(item.account, 0) + item.amount
    for account, amount in sorted(balances.items()):
        if amount:
            yield {"code": "accounts_not_closed", "account": account, "amount": amount}


def _coverage(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Balance accounts on a side that no line counts, or that two lines count."""
    taken: dict[str, list[int]] = {}
    for item in _taken(sheet):
        taken.setdefault(item.account, [0, 0])[item.amount < 0] += item.amount
    there: dict[str, list[int]] = {}
    for item in sheet.column.items(False).all():
        there.setdefault(item.account, [0, 0])[item.amount < 0] += item.amount
    for account, sides in sorted(there.items()):
        counted = taken.get(account, [0, 0])
        off = sum(sides) - sum(counted)
        if not off or _is_result(sheet, account):
            continue
        # More than an account has on a side can only be had by counting it twice.
        twice = abs(counted[off > 0]) > abs(sides[off > 0])
        side = "debit" if (off > 0) != twice else "credit"
        code = "account_counted_twice" if twice else "balance_not_covered"
        yield {"code": code, "account": account, "side": side, "amount": -off if twice else off}


def _taken(sheet: Sheet) -> Iterator[Item]:
    """Yield what the balance sheet's lines take of the closing balances."""
    form = sheet.regime.form(sheet.regime.headline.assets[0])
    for line in form.lines.values():
        for _sign, term in line.parsed.walk():
            if isinstance(term, Call) and term.name in BALANCES and term.point != "open":
                for group in functions.groups(sheet.column, term, False):
                    if group.taken:
                        yield from group.items


def _profit(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Profit is what closing vouchers carry to 421 (S2)."""
    profit = sheet.value(*sheet.regime.headline.profit)
    closed = sum(
        turn.credit - turn.debit for turn in sheet.column.turns.under(("421",)) if turn.closing
    )
    if profit != closed:
        yield {"code": "profit_differs", "profit": profit, "closed": closed}


def _cash_flows(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Both methods end at the cash of the balance sheet and agree on operations (S3, S4, S7)."""
    headline = sheet.regime.headline
    cash = sheet.value(*headline.cash)
    operating = []
    for statement in (headline.direct, headline.indirect):
        total = sheet.value(statement, headline.flow_total)
        operating.append(sheet.value(statement, headline.flow_operating))
        if total != cash:
            yield {
                "code": "cash_flow_differs",
                "statement": statement,
                "computed": total,
                "cash": cash,
            }
    if operating[0] != operating[1]:
        yield {
            "code": "cash_flow_methods_differ",
            "direct": operating[0],
            "indirect": operating[1],
        }
    yield from _unclassed(sheet)


def _unclassed(sheet: Sheet) -> Iterator[dict[str, Any]]:
    """Cash pairs that no rule puts on a line, and rules whose line the form has not."""
    listed = flow_codes(sheet.regime.form(sheet.regime.headline.direct))
    found: dict[tuple[str, str, str, str, str], int] = {}
    for turn, leg in functions.flows(sheet.column):
        if leg.rule is not None and leg.rule.code in listed:
            continue
        code = "cash_pair_unclassed" if leg.rule is None else "flow_line_missing"
        pair = (
            (turn.account, turn.contra) if leg.direction == "out" else (turn.contra, turn.account)
        )
        key = (code, *pair, turn.op, turn.cf)
        found[key] = found.get(key, 0) + leg.amount
    for (code, debit, credit, op, cf), amount in sorted(found.items()):
        yield {
            "code": code,
            "debit": debit,
            "credit": credit,
            "op": op,
            "activity": cf,
            "amount": amount,
        }
