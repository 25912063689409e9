"""Checking vouchers against books: what is looked for, and what is found (spec `utilities.md` §4.3).

The checks are declared by the modules (hook ``lienso_book_checks``); here they are chosen, put in the
order of the specification's list, run on one instant outside any transaction, and told.
"""

from __future__ import annotations

import csv
import datetime
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

from lienso import BookCheck, CheckScope, Refused
from lienso.book_checks import Problem
from lienso.calls import guarded
from lienso.canonical import canonical_text, parse
from lienso.fields import Params, Text
from lienso.ids import instant_text
from lienso.model import Ledger
from lienso.registry import Registry
from lienso.session import Session
from lienso.view import View
from pydantic import Field, model_validator

from .records import CHECK_DEFINITION, CHECK_RESULT, CheckDefinition

NAMING = (
    *("account", "node", "date", "voucher", "line", "voucher_group", "series", "year", "ledger"),
    *("object", "item", "warehouse", "currency", "bank_account", "document", "role", "side"),
    *("branch", "month", "code", "type", "site", "statement", "debit", "credit", "op", "activity"),
)
"""Fields that name one problem of a check; the others are its figures."""

LISTED_MAX = 1_000
"""Problems of one check that an answer lists; `CheckResultRows.counts` and ``left_out`` tell of the rest."""

AMOUNTS = ("difference", "amount", "balance")
"""Figures of problems that are đồng."""

GAP = "posting.number_gap"


class CheckOptions(Params):
    """How a check is told: problems whose amounts are all less than ``least`` (đồng) are only counted."""

    least: int = Field(default=0, ge=0)


class CheckParams(Params):
    """Days (bounds included) and what to look for, by check or group; left out: everything.

    Attributes:
        groups: as the screen shows them, e.g. ``Công nợ``. A check that the company switched off
            (`check_definition`) runs only when it is named.
        options: check → {``least``: đồng}, in place of what the company's definition says.
    """

    from_date: datetime.date
    to_date: datetime.date
    branch: Text | None = None
    include_dependents: bool = True
    checks: list[Text] = Field(default_factory=list, max_length=200)
    groups: list[Text] = Field(default_factory=list, max_length=50)
    options: dict[str, CheckOptions] = Field(default_factory=dict, max_length=200)
    ledger: Ledger = "financial"

    @model_validator(mode="after")
    def _in_order(self) -> CheckParams:
        if self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


class CheckText(Params):
    """A check that ran: what it finds and what to do next, in two languages.

    Attributes:
        name: what the company calls it; empty where it says nothing.
        repair: id of the function, report or record type that leads on.
    """

    group: str
    name: str
    severity: str
    vi: str
    en: str
    repair: str


class CheckResultRows(Params):
    """Problems in the order of checks, days and vouchers; how many each check found.

    Attributes:
        problems: each with its ``check``, ``severity``, ``id``, what names it, its figures (``expected`` and
            ``found`` where there are two), ``records`` to open (type, id) and ``repair`` (id, params).
        counts: problems that nobody accepted, by check. ``left_out``: of them not listed, by check.
        below: of them not listed because their amounts are small, by check.
        accepted: problems that somebody accepted, not listed.
        checks: the checks that ran. ``as_of``: the position of the feed that was looked at.
    """

    problems: list[dict[str, Any]]
    counts: dict[str, int]
    left_out: dict[str, int]
    below: dict[str, int] = {}
    accepted: int
    checks: dict[str, CheckText]
    as_of: int


class AcceptParams(Params):
    """A problem by its id, or by its check with the fields that name it; and why it is accepted.

    Attributes:
        from_date, to_date, branch, include_dependents, ledger: of the check that found it. Days left out:
            from the month of the problem, else the first accounting day, to today.
    """

    problem: Text | dict[str, Any]
    reason: Text = ""
    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    branch: Text | None = None
    include_dependents: bool = True
    ledger: Ledger = "financial"


class AcceptResult(Params):
    """How many findings are accepted by this call."""

    accepted: int


def check_books(params: CheckParams, session: Session) -> CheckResultRows:
    """Look for what does not fit; nothing is changed, and nobody waits meanwhile.

    Raises:
        Refused: ``params_invalid``: a check or group that does not exist here. Unknown: ``not_found``:
            the branch.
    """
    return session.read(lambda view: _checked(params, session, view))


def _checked(params: CheckParams, session: Session, view: View) -> CheckResultRows:
    wanted = wanted_checks(view, params)
    look = Look(view, params)
    for place, check in enumerate(wanted):
        look.take(check, session.registry)
        session.progress(place + 1, len(wanted), check.id)
    return CheckResultRows(
        problems=look.problems,
        counts=look.counts,
        left_out=look.left_out,
        below=look.below,
        accepted=look.hidden,
        checks={check.id: _told(check, look.own.get(check.id)) for check in wanted},
        as_of=view.stored.feed_seq,
    )


class Look:
    """What checks found on one instant, as it is listed and counted."""

    def __init__(self, view: View, params: CheckParams) -> None:
        self.scope = _scope(view, params)
        self.own = _own(view)
        self._options = params.options
        self._accepted = {r.data.name: r.data.figures for r in view.all(CHECK_RESULT)}
        self.problems: list[Problem] = []
        self.counts: dict[str, int] = {}
        self.left_out: dict[str, int] = {}
        self.below: dict[str, int] = {}
        self.hidden = 0

    def take(self, check: BookCheck, registry: Registry | None) -> None:
        """Run a check; without a registry its problems do not say where they are repaired."""
        own = self.own.get(check.id)
        given = self._options.get(check.id)
        least = given.least if given is not None else own.least if own is not None else 0
        count = listed = below = 0
        for problem in _problems(check, self.scope, registry):
            if self._accepted.get(problem["id"]) == _figures(problem):
                self.hidden += 1
                continue
            count += 1
            if _is_small(problem, least):
                below += 1
            elif listed < LISTED_MAX:
                listed += 1
                self.problems.append(problem)
        self.counts[check.id] = count
        if below:
            self.below[check.id] = below
        if count - below > listed:
            self.left_out[check.id] = count - below - listed


def _is_small(problem: Problem, least: int) -> bool:
    amounts = [abs(v) for n in AMOUNTS if isinstance(v := problem.get(n), int)]
    return bool(amounts) and max(amounts) < least


def _own(view: View) -> dict[str, CheckDefinition]:
    """Return what the company says of checks, by check."""
    return {record.data.check: record.data for record in view.all(CHECK_DEFINITION)}


def _told(check: BookCheck, own: CheckDefinition | None) -> CheckText:
    return CheckText(
        group=check.group,
        name="" if own is None else own.name,
        severity=check.severity,
        vi=check.text.vi,
        en=check.text.en,
        repair=check.repair,
    )


def _problems(check: BookCheck, scope: CheckScope, registry: Registry | None) -> Iterator[Problem]:
    """Yield what a check finds, with its id, and where it is repaired. Raises: PluginCrashed."""
    waiting = check.id == GAP and any_unsent(scope.view)
    found = check.run(scope)
    owner = f"{scope.view.owners[check.id]}.{check.id}"
    while (row := guarded(owner, "check", lambda: next(found, None))) is not None:
        problem = {"check": check.id, "severity": check.severity, **row}
        problem["id"] = name_of(problem)
        if registry is not None:
            problem.setdefault("repair", _repair(check, problem, scope, registry))
        if check.id == GAP:
            problem["maybe_unsynced"] = waiting
        yield problem


def _repair(
    check: BookCheck, problem: Problem, scope: CheckScope, registry: Registry
) -> dict[str, Any]:
    """Return the way to the repair: its id, and of its parameters those that are known here."""
    declared = registry.capabilities.get(check.repair) or registry.reports.get(check.repair)
    if declared is None:
        return {"id": check.repair, "params": {}}
    records = problem.get("records", [])
    known = {
        "from_date": scope.from_date.isoformat(),
        "to_date": scope.to_date.isoformat(),
        "ledger": scope.ledger,
        **{name: problem[name] for name in ("account", "currency") if name in problem},
        **({"voucher": records[0]["id"]} if len(records) == 1 else {}),
    }
    fields = declared.params.model_fields
    return {"id": check.repair, "params": {n: v for n, v in known.items() if n in fields}}


def accept_finding(params: AcceptParams, session: Session) -> AcceptResult:
    """Hide a problem until one of its figures changes.

    Raises:
        Refused: ``reason_required``, ``not_found``: the check finds no such problem now.
    """
    if not params.reason:
        raise Refused("reason_required")
    found = session.read(lambda view: list(_again(params, session, view)))
    if not found:
        raise Refused("not_found", {"type": CHECK_RESULT, "value": str(params.problem)})
    session.transaction(lambda inner: _keep(inner, found, params.reason))
    return AcceptResult(accepted=len(found))


def _keep(session: Session, found: list[Problem], reason: str) -> None:
    for problem in found:
        old = next(
            (
                record
                for record in session.view.find(CHECK_RESULT, "check", equals=(problem["check"],))
                if record.data.name == problem["id"]
            ),
            None,
        )
        fields = {
            "check": problem["check"],
            "name": problem["id"],
            "figures": _figures(problem),
            "reason": reason,
            "accepted_at": instant_text(session.view.now),
            "by": session.actor.user,
        }
        session.save(CHECK_RESULT, fields, id=None if old is None else old.id)


def _again(params: AcceptParams, session: Session, view: View) -> Iterator[Problem]:
    """Look for the problem anew, by its check alone."""
    wanted = params.problem
    named = parse(wanted) if isinstance(wanted, str) and wanted.startswith("{") else wanted
    if not isinstance(named, Mapping) or "check" not in named:
        return
    day = datetime.date.fromisoformat(str(named["date"])) if named.get("date") else None
    first = day and day.replace(day=1)
    start = params.from_date or first or view.option("accounting.start_date")
    last = params.to_date or max(view.today, day or view.today)
    fields = params.model_dump(include={"branch", "include_dependents", "ledger"})
    look = CheckParams(from_date=start, to_date=last, checks=[str(named["check"])], **fields)
    scope = _scope(view, look)
    (check,) = wanted_checks(view, look)
    for problem in _problems(check, scope, session.registry):
        if all(problem.get(n) == v for n, v in named.items() if n in (*NAMING, "check")):
            yield problem


def name_of(problem: Mapping[str, Any]) -> str:
    """Return the id of a problem: what names it, as canonical JSON."""
    return canonical_text({k: problem[k] for k in ("check", *NAMING) if problem.get(k) is not None})


def _figures(problem: Problem) -> str:
    """Return a problem as text without what depends on when it is looked for."""
    return canonical_text(
        {k: v for k, v in problem.items() if k not in ("repair", "maybe_unsynced")}
    )


def any_unsent(view: View) -> bool:
    """Tell whether a site said that it has something unsent, or a voucher could not be posted."""
    rows = view.stored.state("site").scan()
    return any(row["pending"] + row["failed"] for row in rows if not row["retired"])


@cache
def listed() -> Mapping[str, int]:
    """Return the place of each check in the specification's list, a copy of which stands in ``data``."""
    text = resources.files(__package__).joinpath("data/checks.csv").read_text(encoding="utf-8")
    return {row["id"]: place for place, row in enumerate(csv.DictReader(text.splitlines()))}


def wanted_checks(view: View, params: CheckParams) -> list[BookCheck]:
    """Return the checks to run, in the order of the list; a partner's come after it."""
    places, own = listed(), _own(view)
    here = sorted(view.book_checks.values(), key=lambda check: places.get(check.id, len(places)))
    ids, groups = {check.id for check in here}, {check.group for check in here}
    strange = [name for name in (*params.checks, *params.options) if name not in ids]
    strange += [name for name in params.groups if name not in groups]
    if strange:
        raise Refused("params_invalid", {"fields": ", ".join(dict.fromkeys(strange))})
    every = not params.checks and not params.groups
    off = {name for name, one in own.items() if not one.active}
    return [
        replace(check, severity=own[check.id].severity or check.severity)
        if check.id in own
        else check
        for check in here
        if check.id in params.checks
        or ((every or check.group in params.groups) and check.id not in off)
    ]


def _scope(view: View, params: CheckParams) -> CheckScope:
    branches = None
    if params.branch is not None:
        branch = view.require("org_unit", params.branch)
        found = {branch.id}
        if params.include_dependents:
            below = view.children("org_unit", branch.id)
            found |= {unit.id for unit in below if unit.data.accounting == "dependent"}
        branches = frozenset(found)
    return CheckScope(view, params.from_date, params.to_date, params.ledger, branches)
