"""What stands in the way of a move: locked periods, and warnings that nobody passed (§4.1, §4.3)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any

from lienso import Finding, Record, Refused, limits
from lienso.numbers import FIELD_OF
from lienso.records import ledgers_of, posting_date_of
from lienso.session import Session
from lienso.view import View

from .moving import Move, affected

PERIOD_LOCK = "period_lock"
IN_LOCKED_PERIOD = "merge_in_locked_period"
"""The right to move what no account's total shows, in a period that is locked."""


def refuse_locked(session: Session, wanted: Move, *, totals_stay: bool) -> None:
    """Refuse to move what stands in a locked period.

    Args:
        totals_stay: no account's total changes, so that the right `IN_LOCKED_PERIOD` lets it pass.
    Raises:
        Refused: ``period_locked`` with the vouchers and the lock's day.
    """
    view = session.view
    locks = lock_days(view)
    if not locks or (totals_stay and session.allows(IN_LOCKED_PERIOD)):
        return
    numbers: dict[str, None] = {}
    last: datetime.date | None = None
    for _book, posted in affected(view, wanted):
        entry = posted.entry
        locked = locked_until(locks, entry.branch, entry.ledger)
        if locked is not None and entry.posting_date <= locked:
            numbers.setdefault(posted.number)
            last = locked if last is None else max(last, locked)
    if last is not None:
        detail = {"lock_date": last.isoformat(), "vouchers": list(numbers)[: limits.FINDINGS_MAX]}
        raise Refused("period_locked", {**detail, "count": len(numbers)})


def refuse_locked_drafts(view: View, unposted: Sequence[Record[Any]]) -> None:
    """Refuse to move drafts that are dated in a locked period.

    Raises:
        Refused: ``period_locked`` with the vouchers and the lock's day.
    """
    locks = lock_days(view)
    numbers: list[str] = []
    last: datetime.date | None = None
    for record in unposted if locks else ():
        day, branch = posting_date_of(record.data), getattr(record.data, "branch", None) or ""
        for ledger in ledgers_of(record.data):
            locked = locked_until(locks, branch, ledger)
            if day is not None and locked is not None and day <= locked:
                numbers.append(getattr(record.data, FIELD_OF[ledger], ""))
                last = locked if last is None else max(last, locked)
    if last is not None:
        detail = {"lock_date": last.isoformat(), "vouchers": numbers[: limits.FINDINGS_MAX]}
        raise Refused("period_locked", {**detail, "count": len(numbers)})


def lock_days(view: View) -> dict[tuple[str, str], datetime.date]:
    """Return (branch, ledger) → last locked day; empty where no module locks periods."""
    return {
        (record.data.branch or "", record.data.ledger): record.data.lock_date
        for record in view.all(PERIOD_LOCK)
    }


def locked_until(
    locks: Mapping[tuple[str, str], datetime.date], branch: str, ledger: str
) -> datetime.date | None:
    """Return the last locked day of a branch and ledger: the later of its own and the company's."""
    own = locks.get((branch, ledger or "financial"))
    company = locks.get(("", ledger or "financial"))
    return max((day for day in (own, company) if day is not None), default=None)


def stop_on_warnings(session: Session, found: list[Finding], ignore: bool) -> None:
    """Stop at warnings, or send them back with the answer when they are passed knowingly.

    Raises:
        Refused: the first warning's own code.
    """
    if found and not ignore:
        raise Refused(found[0].code, found[0].values, found)
    for finding in found:
        session.warn(finding)
