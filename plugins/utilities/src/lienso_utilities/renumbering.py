"""Numbering the vouchers of a range anew, and taking it back (`opening_and_import.md` §5.4)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from lienso import Record, RecordType, Refused, limits
from lienso.fields import Params, Text
from lienso.model import Ledger
from lienso.numbers import FIELD_OF, NUMBER_LENGTH_MAX, own_prefix, prefixes_of, space_of
from lienso.records import ledgers_of
from lienso.rewriting import Rewritten
from lienso.session import Session
from lienso.view import View
from lienso_general_ledger import is_locked, lock_date
from pydantic import Field

from .number_links import Links

RUN = "utilities.renumber_vouchers"


class RenumberParams(Params):
    """A number group and days (bounds included), and what the new numbers look like.

    Attributes:
        voucher_group: a record type or number group (``cash_payment``, ``NVK``). Of a type that has
            several series (``bank_payment``: UNC, STM, SCK) its usual one; the others by their prefix.
        start: the first number. ``digits``: characters of the number part, with leading zeros.
        preview: the same answer, nothing is changed.
    """

    from_date: datetime.date
    to_date: datetime.date
    voucher_group: Text
    ledger: Ledger = "financial"
    branch: Text | None = None
    include_dependents: bool = True
    prefix: Text = ""
    start: int = Field(default=1, ge=0)
    digits: int = Field(default=5, ge=1, le=10)
    suffix: Text = ""
    preview: bool = False

    @property
    def dry_run(self) -> bool:
        """Whether nothing is kept."""
        return self.preview


class Renumbered(Params):
    """A voucher that got another number."""

    id: str
    old: str
    new: str


class RenumberResult(Params):
    """What changed, in the new order; ``run``: for taking it back."""

    changed: list[Renumbered]
    run: str


class RestoreParams(Params):
    """The run to take back; left out: the last one."""

    run: Text = ""


class RestoreResult(Params):
    """What changed, in the order of that run."""

    changed: list[Renumbered]


def renumber_vouchers(params: RenumberParams, session: Session) -> RenumberResult:
    """Number vouchers by posting day, voucher day and entry; drafts too. All or nothing.

    Raises:
        Refused: ``params_invalid``, ``digits_exceeded``, ``number_too_long``; ``period_locked`` with the
            vouchers; ``voucher_no_duplicate`` with the numbers that others have.
    """
    view = session.view
    if params.from_date > params.to_date:
        raise Refused("params_invalid", {"fields": "from_date, to_date"})
    selected = _selected(view, params)
    field = FIELD_OF[params.ledger]
    pairs: list[tuple[Record[Any], str]] = []
    for place, record in enumerate(selected):
        value = params.start + place
        if len(str(value)) > params.digits:
            detail = {"value": value, "digits": params.digits, "proposed": len(str(value))}
            raise Refused("digits_exceeded", detail)
        number = f"{params.prefix}{value:0{params.digits}d}{params.suffix}"
        if len(number) > NUMBER_LENGTH_MAX:
            raise Refused("number_too_long", {"no": number, "max": NUMBER_LENGTH_MAX})
        pairs.append((record, number))
    _refuse_locked(view, selected, params.ledger)
    changes = [(record, new) for record, new in pairs if getattr(record.data, field) != new]
    _refuse_taken(view, pairs, changes, params.ledger)
    run = session.new_id()
    _apply(session, params.ledger, changes, run)
    return RenumberResult(changed=_shown(changes, field), run=run)


def restore_numbers(params: RestoreParams, session: Session) -> RestoreResult:
    """Give vouchers the numbers they had before a run; all of them or none.

    Raises:
        Refused: ``nothing_to_process``: there is no such run; ``changed_since``: a voucher changed;
            ``period_locked``, ``voucher_no_duplicate``.
    """
    view = session.view
    run, rows = session.rewritten(RUN, params.run)
    if not rows:
        raise Refused("nothing_to_process", {"run": params.run})
    changes: list[tuple[Record[Any], str]] = []
    for row in rows:
        record = view.get(row.type, row.id)
        if record is None or record.version != row.version:
            raise Refused("changed_since", {"type": row.type, "id": row.id})
        changes.append((record, row.note["old"]))
    ledger: Ledger = rows[0].note["ledger"]
    _refuse_locked(view, [record for record, _old in changes], ledger)
    _refuse_taken(view, changes, changes, ledger)
    _apply(session, ledger, changes, "")
    session.forget_rewritten(run)
    return RestoreResult(changed=_shown(changes, FIELD_OF[ledger]))


def _selected(view: View, params: RenumberParams) -> list[Record[Any]]:
    group = params.voucher_group
    types = [
        type
        for type in view.record_types()
        if type.number_prefix and group in (type.id, type.group, *_several(type))
    ]
    if not types:
        raise Refused("params_invalid", {"fields": "voucher_group"})
    branch = None if params.branch is None else view.require("org_unit", params.branch).id
    stop = params.to_date + datetime.timedelta(days=1)
    found = [
        record
        for type in types
        for record in view.find(type.id, "date", start=(params.from_date,), stop=(stop,))
        if params.ledger in ledgers_of(record.data)
        and own_prefix(type, record.data) in ("", _series(type, group))
        and (branch is None or _in_branch(view, record, branch, params.include_dependents))
    ]
    found.sort(key=_order)
    return found


def _several(record_type: RecordType) -> tuple[str, ...]:
    """Return the prefixes by which the series of a type are told apart; none where it has one."""
    return () if record_type.prefix_of is None else prefixes_of(record_type)


def _series(record_type: RecordType, group: str) -> str:
    """Return the prefix of the series that is meant."""
    return group if group in _several(record_type) else record_type.usual_prefix


def _in_branch(view: View, record: Record[Any], branch: str, dependents: bool) -> bool:
    own = record.data.branch
    if own == branch or not dependents or not own:
        return bool(own == branch)
    unit = view.get("org_unit", own)
    return unit is not None and unit.data.parent == branch and unit.data.accounting == "dependent"


def _order(record: Record[Any]) -> tuple[Any, ...]:
    data = record.data
    day = getattr(data, "posting_date", None) or data.date
    seq = getattr(data, "seq", None)
    return (day, getattr(data, "voucher_date", None) or day, seq is None, seq or 0, record.id)


def _refuse_locked(view: View, records: Sequence[Record[Any]], ledger: Ledger) -> None:
    locked, last = [], None
    for record in records:
        day = getattr(record.data, "posting_date", None) or record.data.date
        branch = record.data.branch or ""
        if is_locked(view, day, branch, ledger):
            locked.append(getattr(record.data, FIELD_OF[ledger]))
            last = lock_date(view, branch, ledger)
    if last is not None:
        detail = {"vouchers": locked[: limits.FINDINGS_MAX], "lock_date": last.isoformat()}
        raise Refused("period_locked", detail)


def _refuse_taken(
    view: View,
    pairs: Sequence[tuple[Record[Any], str]],
    changes: Sequence[tuple[Record[Any], str]],
    ledger: Ledger,
) -> None:
    mine = {record.id for record, _number in pairs}
    types = {type.id: type for type in view.record_types()}
    numbers, holders = [], []
    for record, number in changes:
        space = space_of(view, types[record.type], ledger, record)
        holder = view.stored.claimed(space, number)
        if holder is not None and holder.id not in mine:
            numbers.append(number)
            holders.append(holder.id)
    if numbers:
        detail = {"no": numbers[0], "ledger": ledger, "numbers": numbers, "vouchers": holders}
        raise Refused("voucher_no_duplicate", detail)


def _apply(
    session: Session, ledger: Ledger, changes: Sequence[tuple[Record[Any], str]], run: str
) -> None:
    session.write_many(limits.REWRITE_RECORDS_MAX)
    field = FIELD_OF[ledger]
    links = Links(session.view, ledger, changes)
    made = session.renumber(ledger, changes)
    links.follow(session)
    made = [session.view.require(one.type, one.id) for one in made]  # some name each other
    if run:
        log = [
            Rewritten(
                new.type, new.id, new.version, {"old": getattr(old.data, field), "ledger": ledger}
            )
            for (old, _number), new in zip(changes, made, strict=True)
        ]
        session.note_rewritten(RUN, run, log)


def _shown(changes: Sequence[tuple[Record[Any], str]], field: str) -> list[Renumbered]:
    return [
        Renumbered(id=record.id, old=getattr(record.data, field), new=number)
        for record, number in changes
    ]
