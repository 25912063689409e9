"""The check of the statements (button "Kiểm tra") for the days that are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lienso import CheckScope
from lienso.book_checks import Problem
from lienso_catalog import regime_of

from ..statements.check import check
from ..statements.computing import regime_of_company, scope_of
from ..statements.evaluate import Sheet
from ..statements.facts import Facts, Scope
from ..statements.functions import Column
from ..statements.periods import is_interim

FLOWS = frozenset(
    ("cash_flow_differs", "cash_flow_methods_differ", "cash_pair_unclassed", "flow_line_missing")
)
"""Causes that concern the cash flow statement; the others are of the balance sheet."""


def _checked(scope: CheckScope) -> dict[str, Any]:
    """Return what the check of a set of these days would say; computed once a run."""

    def look() -> dict[str, Any]:
        view = scope.view
        regime = regime_of_company(view, regime_of(view))
        units = scope_of(view, scope.ledger, None, False)
        if scope.branches is not None:
            branches = tuple(sorted(scope.branches))
            units = Scope(scope.ledger, branches, len(branches) > 1)
        facts = Facts(view, regime, units)
        interim = is_interim(view, scope.from_date, scope.to_date)
        return check(Sheet(regime, Column(facts, scope.from_date, scope.to_date, interim)))

    key = (
        "general_ledger.statements_check",
        scope.ledger,
        scope.branches,
        scope.from_date,
        scope.to_date,
    )
    found: dict[str, Any] = scope.view.memo(key, look)
    return found


def unbalanced(scope: CheckScope) -> Iterator[Problem]:
    """Assets that are not resources, and what the check names as the cause."""
    found = _checked(scope)
    if found["difference"]:
        yield {"code": "assets_resources", "difference": found["difference"], "expected": 0,
               "found": found["difference"], **_repair(scope)}  # fmt: skip
    for cause in found["causes"]:
        if cause["code"] not in FLOWS:
            yield {**cause, **_repair(scope)}


def cash_flow_differs(scope: CheckScope) -> Iterator[Problem]:
    """Cash flows that do not come to the change of cash, and pairs that no line counts."""
    for cause in _checked(scope)["causes"]:
        if cause["code"] not in FLOWS:
            continue
        sides = {}
        if cause["code"] == "cash_flow_differs":
            sides = {"expected": cause["cash"], "found": cause["computed"]}
        elif cause["code"] == "cash_flow_methods_differ":
            sides = {"expected": cause["direct"], "found": cause["indirect"]}
        yield {**cause, **sides, "repair": {"id": "general_ledger.choose_activities", "params": {}}}


def _repair(scope: CheckScope) -> dict[str, Any]:
    params = {
        "from_date": scope.from_date.isoformat(),
        "to_date": scope.to_date.isoformat(),
        "ledger": scope.ledger,
    }
    return {"repair": {"id": "general_ledger.create_statements", "params": params}}
