"""Reading the form of worked cases: their actions, steps, ids, days and spans."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import LiensoError
from ..model import LEDGERS, Ledger
from .case_compare import Difference

Action = Mapping[str, Any]

_DAY = re.compile(r"(\d{4}-\d{2}-\d{2})(T.*)?")
_DIGITS_OF_NUMBER = 8


@dataclass(slots=True)
class Outcome:
    """What an action answered: a result, or an error; and findings."""

    result: Any = None
    error: LiensoError | None = None
    findings: list[dict[str, Any]] = field(default_factory=list)


class GivenFailed(Exception):
    """What a case takes as given did not succeed: the case, or the code under it, is broken."""

    def __init__(self, place: str, found: Sequence[Difference]) -> None:
        super().__init__(place)
        self.found = tuple(found)


def actions_of(case: Mapping[str, Any]) -> Iterator[Action]:
    """Yield every action of a case, in order."""
    yield from case.get("given", ())
    for step in steps_of(case):
        yield step["when"]


def steps_of(case: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """Return the steps of a case; one ``when`` is one step."""
    steps: Sequence[Mapping[str, Any]] = case.get("steps") or [
        {"when": case["when"], "then": case["then"]}
    ]
    return steps


def thens_of(case: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield everything that is compared, also on the way."""
    for action in case.get("given", ()):
        if "then" in action:
            yield action["then"]
    for step in steps_of(case):
        yield step["then"]


def flat(finding: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding with its values beside its code, as cases write it."""
    return {**finding.get("values", {}), **{k: v for k, v in finding.items() if k != "values"}}


def described(error: LiensoError) -> dict[str, Any]:
    """Return an error as plain values, for a difference."""
    described: dict[str, Any] = {"code": error.code, "detail": error.detail}
    if error.findings:
        described["findings"] = [str(finding) for finding in error.findings]
    return described


def ledgers_in(body: Mapping[str, Any]) -> tuple[Ledger, ...]:
    """Return the ledgers that a body shows on."""
    shown = body.get("display_on_book", "financial")
    if shown == "both":
        return LEDGERS
    return ("management",) if shown == "management" else ("financial",)


def numbered(action: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield the fields of every record that a save makes: one, or one for each number."""
    if "each_number" not in action:
        yield action["fields"]
        return
    for number in range(action["each_number"]["from"], action["each_number"]["to"] + 1):
        yield {**action["fields"], "number": f"{number:0{_DIGITS_OF_NUMBER}d}"}


def months(span: Mapping[str, str] | None) -> Iterator[dict[str, int]]:
    """Yield the parameters that each month adds; once nothing when there is no span."""
    if span is None:
        yield {}
        return
    first, last = (datetime.date.fromisoformat(f"{span[end]}-01") for end in ("from", "to"))
    for month in range(first.year * 12 + first.month - 1, last.year * 12 + last.month):
        yield {"year": month // 12, "month": month % 12 + 1}


def ids_in(case: Mapping[str, Any]) -> Iterator[str]:
    """Yield the ids that a case gives its records."""
    for action in actions_of(case):
        if "id" in action:
            yield action["id"]
    for then in thens_of(case):
        for row in then.get("records", ()):
            if "id" in row:
                yield row["id"]


def regime_of(case: Mapping[str, Any]) -> str:
    """Return the regime the company starts with: the one the case sets, else TT200."""
    for action in actions_of(case):
        if action.get("option") == "accounting_regime":
            return str(action["value"])
    return "TT200"


def latest_day(case: Any) -> datetime.date:
    """Return the latest day that a case names: its clock until it sets another one."""
    days = [datetime.date.fromisoformat(day) for day in _days(case)]
    return max(days, default=datetime.date(2026, 1, 1))


def _days(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _days(item)
    elif isinstance(value, list):
        for item in value:
            yield from _days(item)
    elif isinstance(value, str) and (found := _DAY.fullmatch(value)):
        yield found[1]
