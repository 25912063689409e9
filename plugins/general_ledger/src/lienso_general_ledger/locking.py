"""Locking and unlocking periods (spec `general_ledger.md` §4.6)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from lienso import Finding, LiensoError, Record, Refused
from lienso.fields import Params
from lienso.model import Ledger
from lienso.records import ledgers_of
from lienso.session import Session
from pydantic import Field

from .balances import balance
from .closing.running import COLLECTING_ACCOUNTS, unclosed
from .locks import PERIOD_LOCK
from .openings import opening_difference
from .periods import month_text
from .prepaid.cards import months_missing

Handling = Literal["post", "delete", "move_to_next_day", "leave"]
_DAY = datetime.timedelta(days=1)


class LockParams(Params):
    """The new lock date, and what becomes of the vouchers that are not posted.

    Attributes:
        branches: codes of the branches to lock; none locks the whole company.
        handling: by voucher number. ``default_handling``: for those that are not named; a voucher with
            neither stops the lock.
        ignore_warnings: post vouchers although their posting warns.
    """

    lock_date: datetime.date
    branches: list[str] = Field(default_factory=list, max_length=1_000)
    ledger: Ledger = "financial"
    handling: dict[str, Handling] = Field(default_factory=dict, max_length=10_000)
    default_handling: Handling | None = None
    ignore_warnings: bool = False
    dry_run: bool = False


class Handled(Params):
    """What was done with a voucher: ``posted``, ``deleted``, ``moved`` or ``left``."""

    voucher: str
    action: Literal["posted", "deleted", "moved", "left"]
    posting_date: datetime.date | None = None


class LockResult(Params):
    """The lock date now, and every voucher that was found unposted."""

    lock_date: datetime.date
    handled: list[Handled]


class UnlockParams(Params):
    """Ngày khóa sổ mới: the day before the first one to be open again."""

    lock_date: datetime.date
    reason: str = ""
    branches: list[str] = Field(default_factory=list, max_length=1_000)
    ledger: Ledger = "financial"
    dry_run: bool = False


class UnlockResult(Params):
    """The lock date now."""

    lock_date: datetime.date


def lock_period(params: LockParams, session: Session) -> LockResult:
    """Lock up to a day, after every unposted voucher up to it was dealt with: all or nothing.

    Raises:
        Refused: ``lock_date_not_later``; ``unposted_vouchers`` with the vouchers that have no handling
            or whose handling failed, and why.
    """
    locks = _locks(session, params.branches, params.ledger)
    for lock in locks.values():
        if lock is not None and params.lock_date <= lock.data.lock_date:
            current = lock.data.lock_date.isoformat()
            raise Refused("lock_date_not_later", {"current": current})
    handled: list[Handled] = []
    failed: list[dict[str, Any]] = []
    for record in _unposted(session, params, locks):
        number = _number(record, params.ledger)
        handling = params.handling.get(number) or params.default_handling
        if handling is None:
            failed.append({"voucher": number, "type": record.type, "code": "not_posted"})
            continue
        try:
            handled.append(_handle(session, record, handling, params))
        except LiensoError as error:
            failed.append({"voucher": number, "type": record.type, **_reason(error)})
    if failed:
        raise Refused("unposted_vouchers", {"vouchers": failed})
    _warn(session, params, locks)
    for branch, lock in locks.items():
        _move(session, lock, branch, params.ledger, params.lock_date, "")
    return LockResult(lock_date=params.lock_date, handled=handled)


def unlock_period(params: UnlockParams, session: Session) -> UnlockResult:
    """Set the lock date back (Đặt ngày khóa sổ về ngày), for a reason that is kept.

    Raises:
        Refused: ``lock_date_not_earlier``, ``reason_required``.
    """
    locks = _locks(session, params.branches, params.ledger)
    for lock in locks.values():
        current = None if lock is None else lock.data.lock_date
        if current is None or params.lock_date >= current:
            shown = "" if current is None else current.isoformat()
            raise Refused("lock_date_not_earlier", {"current": shown})
    reason = params.reason.strip()
    if not reason:
        raise Refused("reason_required", {"field": "reason"})
    for branch, lock in locks.items():
        _move(session, lock, branch, params.ledger, params.lock_date, reason)
    _warn_of_final(session, params.lock_date)
    return UnlockResult(lock_date=params.lock_date)


def _locks(session: Session, branches: list[str], ledger: str) -> Mapping[str, Record[Any] | None]:
    """Return by branch id the lock that is there; the empty id stands for the company."""
    view = session.view
    there = {
        record.data.branch or "": record
        for record in view.all(PERIOD_LOCK)
        if record.data.ledger == ledger
    }
    wanted = [view.require("org_unit", branch).id for branch in branches] or [""]
    return {branch: there.get(branch) for branch in wanted}


def _unposted(
    session: Session, params: LockParams, locks: Mapping[str, Record[Any] | None]
) -> list[Record[Any]]:
    """List the vouchers that would be closed in without being posted, by date and number.

    Those of days that are locked already were left there on purpose.
    """
    view = session.view
    begins = [None if lock is None else lock.data.lock_date + _DAY for lock in locks.values()]
    dates = [day for day in begins if day is not None]
    start = min(dates) if len(dates) == len(begins) else None
    found = []
    for record_type in view.record_types("voucher"):
        if record_type.post is None or record_type.posts_when_accepted:
            continue
        for record in view.find(
            record_type.id,
            "date",
            start=None if start is None else (start,),
            stop=(params.lock_date + _DAY,),
        ):
            branch = getattr(record.data, "branch", None) or ""
            mine = "" in locks or branch in locks
            lock = locks.get(branch) if "" not in locks else locks[""]
            already = lock is not None and record.data.posting_date <= lock.data.lock_date
            shown = params.ledger in ledgers_of(record.data)
            if mine and shown and not already and not record.posted(params.ledger):
                found.append(record)
    found.sort(key=lambda r: (r.data.posting_date, _number(r, params.ledger), r.id))
    return found


def _number(record: Record[Any], ledger: str) -> str:
    number = record.data.no if ledger == "financial" else record.data.no_management
    return str(number or record.id)


def _handle(
    session: Session, record: Record[Any], handling: Handling, params: LockParams
) -> Handled:
    number = _number(record, params.ledger)
    with session.attempt():
        if handling == "post":
            session.post(record, params.ledger, params.ignore_warnings)
            return Handled(voucher=number, action="posted")
        if handling == "delete":
            session.delete(record.type, record.id)
            return Handled(voucher=number, action="deleted")
        if handling == "move_to_next_day":
            day = params.lock_date + _DAY
            session.save(record.type, {"posting_date": day.isoformat()}, id=record.id)
            return Handled(voucher=number, action="moved", posting_date=day)
    return Handled(voucher=number, action="left")


def _reason(error: LiensoError) -> dict[str, Any]:
    """Return why a handling failed: the error, and the codes of its errors, else of its warnings."""
    errors = {finding.code for finding in error.findings if finding.severity == "error"}
    codes = errors or {finding.code for finding in error.findings} or {error.code}
    return {"code": error.code, "codes": sorted(codes)}


def _warn(session: Session, params: LockParams, branches: Iterable[str]) -> None:
    """Say what a period's end usually has and this one has not; the lock is set all the same.

    Other modules say the same of theirs (issue costs, depreciation …) when the lock itself is checked
    (`lienso_check_record`).
    """
    view, ledger, date = session.view, params.ledger, params.lock_date
    found: list[Finding] = []
    values: dict[str, Any]
    difference = opening_difference(view, ledger)
    if difference:
        values = {"difference": difference}
        found.append(Finding("warning", "opening_not_balanced", None, None, values))
    for branch in branches:
        for code in COLLECTING_ACCOUNTS:
            if balance(view, code, ledger=ledger, date_to=date, branch=branch or None).amount:
                found.append(Finding("warning", "unclosed_costs", None, None, {"account": code}))
                break
        left = unclosed(view, ledger, date, branch)
        if left:
            values = {"accounts": left}
            found.append(Finding("warning", "results_not_closed", None, None, values))
    missing = months_missing(view, ledger, date)
    if missing:
        month, codes = missing
        values = {"month": month_text(month), "prepaid": codes}
        found.append(Finding("warning", "allocation_gap", None, None, values))
    unsent = view.unsent_sites(session.actor.site)
    if unsent:
        told = [f"{site['label']} ({site['seen_at'][:16]})" for site in unsent]
        values = {"sites": "; ".join(told)}
        found.append(Finding("warning", "sites_not_synced", None, None, values))
    for finding in found:
        session.warn(finding)


def _warn_of_final(session: Session, date: datetime.date) -> None:
    """Name the final statements that reach into the days that open again."""
    final = [
        record.id
        for record in session.view.all("statement_set")
        if record.data.status == "final" and record.data.to_date > date
    ]
    if final:
        session.warn(Finding("warning", "statement_final", None, None, {"statement_sets": final}))


def _move(
    session: Session,
    lock: Record[Any] | None,
    branch: str,
    ledger: str,
    date: datetime.date,
    reason: str,
) -> None:
    history = [] if lock is None else [c.model_dump(mode="json") for c in lock.data.history]
    change = {
        "old": None if lock is None else lock.data.lock_date.isoformat(),
        "new": date.isoformat(),
        "by": session.actor.user,
        "at": session.view.now.isoformat(),
        "reason": reason,
    }
    body: dict[str, Any] = {
        "ledger": ledger,
        "lock_date": date.isoformat(),
        "history": [*history, change],
    }
    if branch:
        body["branch"] = branch
    session.save(PERIOD_LOCK, body, id=None if lock is None else lock.id)
    session.view.forget_memos()  # what was remembered of locks in this transaction is old now
