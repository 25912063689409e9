"""What the value of a line comes from: the lines, and in the end the accounts, whose amounts make it."""

from __future__ import annotations

from collections.abc import Iterator

from . import functions
from .evaluate import Sheet
from .grammar import Call, Line, Sum

RESULT = "911"
"""Where results are closed to: a line of results comes from the account across."""

Source = tuple[str, str, str, int, bool]
"""Function or ``line``; statement:code or account; contra account; đồng; at the start of the period."""


def sources(
    sheet: Sheet, formula: Sum, statement: str, sign: int, at_open: bool
) -> Iterator[Source]:
    """Yield what a formula adds, each with its sign."""
    for own, term in formula.terms:
        now = sign * own
        if isinstance(term, Sum):
            yield from sources(sheet, term, statement, now, at_open)
        elif isinstance(term, Line):
            other, point = term.statement or statement, at_open or term.point == "open"
            value = now * sheet.value(other, term.code, point)
            yield "line", f"{other}:{term.code}", "", value, point
        elif term.inner is not None:
            yield from _of_inner(sheet, term, statement, now, at_open)
        else:
            point = term.point == "open" or (at_open and term.point != "close")
            for part in functions.parts(sheet.column, term, at_open):
                yield term.name, part.account, part.contra, now * part.amount, point


def _of_inner(
    sheet: Sheet, term: Call, statement: str, sign: int, at_open: bool
) -> Iterator[Source]:
    assert term.inner is not None, "DELTA and INTERIM have a formula"
    if term.name == "DELTA":
        yield from sources(sheet, term.inner, statement, sign, False)
        yield from sources(sheet, term.inner, statement, -sign, True)
    elif sheet.column.interim:
        yield from sources(sheet, term.inner, statement, sign, at_open)


def accounts_of(sheet: Sheet, statement: str, code: str) -> dict[str, int]:
    """Return what each account adds to a line, through the lines below it; the sum is its value.

    What is typed, and has no account, stands under an empty code.

    Raises:
        Refused: ``unknown_line``.
    """
    found: dict[str, int] = {}
    _add(found, sheet, statement, code, 1, False)
    rest = sheet.value(statement, code) - sum(found.values())
    return {account: amount for account, amount in {**found, "": rest}.items() if amount}


def _add(
    found: dict[str, int], sheet: Sheet, statement: str, code: str, sign: int, at_open: bool
) -> None:
    formula = sheet.regime.form(statement).lines[code].parsed
    for function, what, contra, amount, point in sources(sheet, formula, statement, 1, at_open):
        if function == "line":
            below, _, its = what.partition(":")
            own = sheet.value(below, its, point)
            if own:
                _add(found, sheet, below, its, sign * (amount // own), point)
        else:
            account = contra if what.startswith(RESULT) and contra else what
            found[account] = found.get(account, 0) + sign * amount
