"""Making, changing and printing chứng từ ghi sổ (spec §4.2). They write no ledger rows."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from lienso import Finding, Prefix, Record, Refused
from lienso.fields import Params, Text
from lienso.session import Session
from lienso.view import View
from pydantic import Field

from ..balances import LEDGER_BOOK
from ..generated import branch_id
from ..periods import DAY
from .printing import print_group
from .records import GroupRow, JournalGroup

JOURNAL_GROUP = "journal_group"
FUNCTION = "general_ledger.journal_vouchers"
LEDGER = "financial"
BY_NUMBER, BY_ID = "voucher", "voucher_id"


class GroupParams(Params):
    """What to do, with which group, of which vouchers.

    Attributes:
        no: of the group; left out when it is made: the next one.
        voucher_types: ids of record types, in the days from and to. ``vouchers``: or these, by number.
        accounts: only vouchers that move one of these. ``branch``: only those of a branch.
        summary: Trích yếu. ``signers``: names below the print.
    """

    action: Literal["create", "update", "delete", "print"]
    no: Annotated[Text, Field(max_length=20)] = ""
    date: datetime.date | None = None
    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    voucher_types: list[str] = Field(default_factory=list, max_length=200)
    vouchers: list[str] | None = Field(default=None, max_length=5_000)
    accounts: list[str] = Field(default_factory=list, max_length=200)
    branch: str | None = None
    summary: Text | None = None
    signers: list[Text] | None = Field(default=None, max_length=10)
    dry_run: bool = False


class LeftOut(Params):
    """A voucher that was not taken, and why; ``group``: the one that it is in."""

    voucher: str
    reason: Literal["already_grouped", "not_posted"]
    group: str | None = None


class GroupResult(Params):
    """The group as it is now; ``text``: of a print."""

    no: str
    vouchers: list[str] = []
    rows: list[GroupRow] = []
    total: int = 0
    skipped: list[LeftOut] = []
    text: str = ""


def journal_vouchers(params: GroupParams, session: Session) -> GroupResult:
    """Make, change, delete or print a group.

    Raises:
        Refused: ``field_required``: what the action needs is not given; ``line_empty``: no voucher is
            left to take. Unknown: ``not_found``: the group, a voucher, the branch.
    """
    if params.action == "create":
        return _create(params, session)
    if not params.no:
        raise Refused("field_required", {"field": "no"})
    group = session.view.require(JOURNAL_GROUP, params.no)
    if params.action == "delete":
        session.delete(JOURNAL_GROUP, group.id)
        return GroupResult(no=group.data.no)
    if params.action == "update":
        return _update(params, session, group)
    return _result(group, text=print_group(group, session.view))


def _create(params: GroupParams, session: Session) -> GroupResult:
    if params.date is None:
        raise Refused("field_required", {"field": "date"})
    taken, skipped = _split(session.view, list(_candidates(params, session.view)), "")
    if not taken:
        raise Refused("line_empty", {"skipped": [one.model_dump() for one in skipped]})
    fields = {"no": params.no, **_header(params), **_contents(session.view, taken)}
    if params.branch:
        fields["branch"] = branch_id(session.view, params.branch)
    return _result(session.save(JOURNAL_GROUP, fields), skipped)


def _update(params: GroupParams, session: Session, group: Record[JournalGroup]) -> GroupResult:
    fields = _header(params)
    skipped: list[LeftOut] = []
    if params.vouchers is not None or params.voucher_types:
        taken, skipped = _split(session.view, list(_candidates(params, session.view)), group.id)
        if not taken:
            raise Refused("line_empty", {"skipped": [one.model_dump() for one in skipped]})
        fields |= _contents(session.view, taken)
    return _result(session.save(JOURNAL_GROUP, fields, id=group.id), skipped)


def _header(params: GroupParams) -> dict[str, Any]:
    days = {name: getattr(params, name) for name in ("date", "from_date", "to_date")}
    fields: dict[str, Any] = {name: day.isoformat() for name, day in days.items() if day}
    if params.summary is not None:
        fields["summary"] = params.summary
    if params.signers is not None:
        fields["signers"] = params.signers
    return fields


def _candidates(params: GroupParams, view: View) -> Iterator[Record[Any]]:
    """Yield the vouchers that are meant, by day and number."""
    if params.vouchers is not None:
        for number in dict.fromkeys(params.vouchers):
            found = view.by_number(number)
            if found is None:
                raise Refused("not_found", {"type": "voucher", "value": number})
            yield found
        return
    if params.from_date is None or params.to_date is None or not params.voucher_types:
        raise Refused("field_required", {"field": "voucher_types"})
    branch = branch_id(view, params.branch)
    found_all = [
        record
        for type in dict.fromkeys(params.voucher_types)
        for record in view.find(
            type, "date", start=(params.from_date,), stop=(params.to_date + DAY,)
        )
        if not branch or record.data.branch == branch
    ]
    found_all.sort(key=lambda record: (record.data.posting_date, record.data.no, record.id))
    for record in found_all:
        if record.posted(LEDGER) and _moves(view, record, params.accounts):
            yield record


def _moves(view: View, record: Record[Any], accounts: Sequence[str]) -> bool:
    """Tell whether a voucher has pairs in the ledger, on one of some accounts."""
    where: dict[str, Any] = {"voucher_id": record.id, "ledger": LEDGER}
    if accounts:
        where["account"] = [Prefix(code) for code in accounts]
    return next(view.book(LEDGER_BOOK).entries(where=where), None) is not None


def _split(
    view: View, records: Sequence[Record[Any]], group: str
) -> tuple[list[Record[Any]], list[LeftOut]]:
    """Tell vouchers that can be taken from those that another group has, or that are not posted."""
    taken, skipped = [], []
    for record in records:
        other = group_of(view, record, group)
        if other is not None:
            skipped.append(
                LeftOut(voucher=record.data.no, reason="already_grouped", group=other.data.no)
            )
        elif not record.posted(LEDGER):
            skipped.append(LeftOut(voucher=record.data.no, reason="not_posted"))
        else:
            taken.append(record)
    return taken, skipped


def group_of(view: View, record: Record[Any], without: str = "") -> Record[JournalGroup] | None:
    """Return the group that a voucher is in, by who it is or by its number."""
    number = getattr(record.data, "no", "")
    for key, value in ((BY_ID, record.id), (BY_NUMBER, number)):
        if not value:
            continue
        for group in view.find(JOURNAL_GROUP, key, equals=(value,)):
            known = group.data.voucher_ids
            if group.id != without and (key == BY_ID or not known):
                return group
    return None


def _contents(view: View, records: Sequence[Record[Any]]) -> dict[str, Any]:
    sums: dict[tuple[str, str], int] = {}
    for record in records:
        for posted in view.book(LEDGER_BOOK).entries(voucher=record.id, where={"ledger": LEDGER}):
            there = posted.entry.dimensions
            if posted.entry.side % 2 == 0 and there["contra_account"]:
                pair = (there["account"], there["contra_account"])
                sums[pair] = sums.get(pair, 0) + posted.entry.measures["debit"]
    return {
        "vouchers": [record.data.no for record in records],
        "voucher_ids": [record.id for record in records],
        "rows": [
            {"debit": debit, "credit": credit, "amount": amount}
            for (debit, credit), amount in sorted(sums.items())
        ],
        "total": sum(sums.values()),
        "attached_count": len(records),
    }


def _result(
    group: Record[JournalGroup], skipped: Sequence[LeftOut] = (), text: str = ""
) -> GroupResult:
    data = group.data
    return GroupResult(
        no=data.no,
        vouchers=data.vouchers,
        rows=data.rows,
        total=data.total,
        skipped=list(skipped),
        text=text,
    )


def check_group(record: Record[JournalGroup], view: View) -> Iterator[Finding]:
    """Say that a voucher of a group typed by hand is in another one."""
    names = [(BY_ID, id) for id in record.data.voucher_ids]
    names += [] if names else [(BY_NUMBER, number) for number in record.data.vouchers]
    for key, value in names:
        for other in view.find(JOURNAL_GROUP, key, equals=(value,)):
            if other.id != record.id:
                values = {"group": other.data.no, "voucher": value}
                yield Finding("error", "in_journal_group", "vouchers", None, values)


def check_member(record: Record[Any], view: View) -> Iterator[Finding]:
    """Say that a voucher is in a group: it must be taken out before it leaves the books."""
    if record.type == JOURNAL_GROUP:
        return
    group = group_of(view, record)
    if group is not None:
        yield Finding("error", "in_journal_group", None, None, {"group": group.data.no})
