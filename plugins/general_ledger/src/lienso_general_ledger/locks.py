"""Period locks: the day up to which nothing in the books of a branch and ledger may change.

A lock stands in the way of postings, not of drafts: posting, unposting, saving with the wish to
post, and deleting are refused up to and including the lock date. A draft dated there may be kept
and changed, since it is in no book; it can be posted after its date is moved or the period is
unlocked. A voucher that a site pushes with the wish to post is refused as a whole and stays in the
site's list of failures (spec `general_ledger.md` §3.0, §4.6).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lienso import Finding, Record, Refused
from lienso.view import View

PERIOD_LOCK = "period_lock"
_DAY = datetime.timedelta(days=1)


def lock_date(view: View, branch: str | None, ledger: str) -> datetime.date | None:
    """Return the last locked day of a branch and ledger, None when nothing is locked.

    A lock without branch holds for every branch; a branch's own may lock more, never less.

    Args:
        branch: id of the org unit; empty for the company itself.
    """
    locks: Mapping[tuple[str, str], datetime.date] = view.memo(PERIOD_LOCK, lambda: _locks(view))
    if not locks:
        return None
    company = locks.get(("", ledger))
    own = locks.get((branch, ledger)) if branch else None
    if company is None or own is None:
        return own or company
    return max(company, own)


def _locks(view: View) -> dict[tuple[str, str], datetime.date]:
    return {
        (record.data.branch or "", record.data.ledger): record.data.lock_date
        for record in view.all(PERIOD_LOCK)
    }


def is_locked(view: View, date: datetime.date, branch: str | None, ledger: str) -> bool:
    """Tell whether a day is locked: the lock date itself is, the day after is not."""
    locked = lock_date(view, branch, ledger)
    return locked is not None and date <= locked


def lock_finding(
    view: View, date: datetime.date, branch: str | None, ledger: str
) -> Finding | None:
    """Return the header error ``period_locked`` of a day, None when the day is open."""
    locked = lock_date(view, branch, ledger)
    if locked is None or date > locked:
        return None
    return Finding("error", "period_locked", "posting_date", None, lock_values(locked))


def lock_values(locked: datetime.date) -> dict[str, Any]:
    """Return the detail of ``period_locked``."""
    return {"lock_date": locked.isoformat(), "earliest_allowed": (locked + _DAY).isoformat()}


def refuse_locked(
    view: View, date: datetime.date, branch: str | None, ledger: str, field: str | None = None
) -> None:
    """Refuse a day that is locked.

    Args:
        field: where the day stands in what is refused; None where nobody typed it.
    Raises:
        Refused: ``period_locked`` with ``lock_date`` and ``earliest_allowed``, and its finding.
    """
    found = lock_finding(view, date, branch, ledger)
    if found is not None:
        where = {} if field is None else {"field": field}
        raise Refused(found.code, {**where, **found.values}, (replace(found, field=field),))


def dated(record: Record[Any], view: View) -> datetime.date | None:
    """Return the day a record stands in the books under, None when it has none."""
    from .openings import OPENINGS, opening_date

    if record.type in OPENINGS:
        return opening_date(view)
    day = getattr(record.data, "posting_date", None)
    return day if isinstance(day, datetime.date) else None
