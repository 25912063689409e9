"""Checking vouchers against books: what is looked for, and what is found (spec `utilities.md` §4.3)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from lienso import Record, Refused
from lienso.canonical import canonical_text
from lienso.fields import Params, Text
from lienso.ids import instant_text
from lienso.model import Ledger
from lienso.session import Session
from lienso.view import View
from pydantic import Field, model_validator

from .records import CHECK_RESULT

Problem = dict[str, Any]
NAMING = ("account", "date", "voucher", "line", "voucher_group", "series", "ledger", "object", "item",
          "warehouse", "currency", "branch", "month", "code", "type")  # fmt: skip
"""Fields that name one problem of a check; the others are its figures."""

PROBLEMS_MAX = 10_000


class CheckParams(Params):
    """Days (bounds included) and what to look for, by check or group; left out: everything.

    Attributes:
        groups: as the screen shows them, e.g. ``Công nợ``. ``options``: of single checks.
    """

    from_date: datetime.date
    to_date: datetime.date
    branch: Text | None = None
    include_dependents: bool = True
    checks: list[Text] = Field(default_factory=list, max_length=200)
    groups: list[Text] = Field(default_factory=list, max_length=50)
    options: dict[str, Any] = Field(default_factory=dict)
    ledger: Ledger = "financial"

    @model_validator(mode="after")
    def _in_order(self) -> CheckParams:
        if self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


class CheckResultRows(Params):
    """Problems in the order of checks, days and vouchers; how many each check found.

    Attributes:
        counts: problems that are listed. ``accepted``: those that somebody accepted, not listed.
    """

    problems: list[dict[str, Any]]
    counts: dict[str, int]
    accepted: int


class AcceptParams(Params):
    """A problem by its id, or by its check with the fields that name it; and why it is accepted."""

    problem: Text | dict[str, Any]
    reason: Text = ""


class AcceptResult(Params):
    """How many findings are accepted by this call."""

    accepted: int


@dataclass(frozen=True, slots=True)
class Scope:
    """What a check looks at."""

    view: View
    params: CheckParams
    branches: frozenset[str] | None

    @property
    def where(self) -> dict[str, Any]:
        """Conditions for entries."""
        found: dict[str, Any] = {"ledger": self.params.ledger}
        if self.branches is not None:
            found["branch"] = sorted(self.branches)
        return found

    def holds(self, record: Record[Any]) -> bool:
        """Tell whether a record is of the branches."""
        branch = getattr(record.data, "branch", None) or ""
        return self.branches is None or branch in self.branches


Run = Callable[[Scope], Iterator[Problem]]


@dataclass(frozen=True, slots=True)
class Check:
    """A check: its id and group as in the specification's list, how bad it is, and how it looks."""

    id: str
    module: str
    group: str
    severity: Literal["error", "warning"]
    run: Run


def check_books(params: CheckParams, session: Session) -> CheckResultRows:
    """Look for what does not fit; nothing is changed.

    Raises:
        Refused: ``params_invalid``: a check or group that does not exist here.
    """
    view = session.view
    scope = Scope(view, params, _branches(view, params))
    accepted = _accepted(view)
    problems: list[Problem] = []
    hidden, counts = 0, {}
    waiting = None
    for check in _wanted(view, params):
        count = 0
        for found in check.run(scope):
            problem = {"check": check.id, "severity": check.severity, **found}
            problem["id"] = name_of(problem)
            if check.id == "posting.number_gap":
                if waiting is None:
                    waiting = any_unsent(view)
                problem["maybe_unsynced"] = waiting
            if accepted.get(problem["id"]) == canonical_text(problem):
                hidden += 1
                continue
            count += 1
            if len(problems) < PROBLEMS_MAX:
                problems.append(problem)
        counts[check.id] = count
    return CheckResultRows(problems=problems, counts=counts, accepted=hidden)


def accept_finding(params: AcceptParams, session: Session) -> AcceptResult:
    """Hide a problem until one of its figures changes.

    Raises:
        Refused: ``reason_required``. Unknown: ``not_found``: the last check found no such problem.
    """
    if not params.reason:
        raise Refused("reason_required")
    found = [problem for problem in _again(params.problem, session)]
    if not found:
        raise Refused("not_found", {"type": CHECK_RESULT, "value": str(params.problem)})
    for problem in found:
        name = name_of(problem)
        old = next(
            (
                r
                for r in session.view.find(CHECK_RESULT, "check", equals=(problem["check"],))
                if r.data.name == name
            ),
            None,
        )
        session.save(
            CHECK_RESULT,
            {
                "check": problem["check"],
                "name": name,
                "figures": canonical_text(problem),
                "reason": params.reason,
                "accepted_at": instant_text(session.view.now),
                "by": session.actor.user,
            },
            id=None if old is None else old.id,
        )
    return AcceptResult(accepted=len(found))


def _again(wanted: str | Mapping[str, Any], session: Session) -> Iterator[Problem]:
    """Look for the problem anew, over all days up to today: what the user saw stands there still."""
    from lienso.canonical import parse

    named = parse(wanted) if isinstance(wanted, str) and wanted.startswith("{") else wanted
    if not isinstance(named, Mapping) or "check" not in named:
        return
    first = datetime.date.fromisoformat(str(session.view.option("accounting.start_date")))
    days = [datetime.date.fromisoformat(str(named[k])) for k in ("date",) if named.get(k)]
    start = days[0].replace(day=1) if days else first
    stop = max([session.view.today, *days])
    params = CheckParams(from_date=start, to_date=stop, checks=[str(named["check"])])
    for problem in check_books(params, session).problems:
        if all(
            problem.get(name) == value
            for name, value in named.items()
            if name in (*NAMING, "check")
        ):
            yield problem


def name_of(problem: Mapping[str, Any]) -> str:
    """Return the id of a problem: what names it, as canonical JSON."""
    return canonical_text({k: problem[k] for k in ("check", *NAMING) if problem.get(k) is not None})


def any_unsent(view: View) -> bool:
    """Tell whether a site said that it has something unsent, or a voucher could not be posted."""
    rows = view.stored.state("site").scan()
    return any(row["pending"] + row["failed"] for row in rows if not row["retired"])


def _accepted(view: View) -> dict[str, str]:
    return {record.data.name: record.data.figures for record in view.all(CHECK_RESULT)}


def _wanted(view: View, params: CheckParams) -> list[Check]:
    from .checks import CHECKS

    here = [check for check in CHECKS if view.has_module(check.module)]
    ids, groups = {check.id for check in here}, {check.group for check in here}
    strange = [name for name in params.checks if name not in ids]
    strange += [name for name in params.groups if name not in groups]
    if strange:
        raise Refused("params_invalid", {"fields": ", ".join(strange)})
    return [
        check
        for check in here
        if (not params.checks and not params.groups)
        or check.id in params.checks
        or check.group in params.groups
    ]


def _branches(view: View, params: CheckParams) -> frozenset[str] | None:
    if params.branch is None:
        return None
    branch = view.require("org_unit", params.branch)
    found = {branch.id}
    if params.include_dependents:
        found |= {
            unit.id
            for unit in view.children("org_unit", branch.id)
            if unit.data.accounting == "dependent"
        }
    return frozenset(found)
