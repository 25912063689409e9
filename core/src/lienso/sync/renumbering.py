"""New numbers for vouchers whose number another office took first (sync-design §8)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from ..calls import guarded
from ..canonical import parse
from ..errors import Refused
from ..model import Actor, Ledger, Record
from ..numbers import FIELD_OF, own_prefix
from ..storage import StoredRecord, Writer
from ..view import View
from .messages import Change, ReserveReply, ReserveRequest, Session
from .site_log import change_from_text

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..transport import Link

InSession = Callable[[Callable[[Session], ReserveReply]], ReserveReply]

Printed = Literal["change", "ask", "leave"]
"""Printed vouchers get another number, stop everything until it is confirmed, or keep theirs."""

CLASHES_MAX = 500
"""Numbers in a row that unsent vouchers of this site may hold themselves."""


_Series = tuple[str, Ledger, str, str]
"""Record type, ledger, day, and prefix where the type has several."""


@dataclass(frozen=True, slots=True)
class _Wish:
    type: str
    record_id: str
    ledger: Ledger
    date: str
    old: str
    printed: int
    order: tuple[str, str]
    made_by: Mapping[str, Any]
    prefix: str = ""

    @property
    def series(self) -> _Series:
        return self.type, self.ledger, self.date, self.prefix


@dataclass(frozen=True, slots=True)
class Renumbering:
    """Asks the cloud for free numbers and saves them here.

    Attributes:
        in_session: makes a call in the site's session.
    """

    kernel: Kernel
    by: Actor
    link: Link
    in_session: InSession

    def run(self, change_ids: Collection[str] | None, printed: Printed) -> list[dict[str, Any]]:
        """Renumber these refused changes, or all of them, by voucher date and old number.

        Args:
            change_ids: None: all of them, but those whose number is fixed.
            printed: what happens to those that were printed.
        Returns:
            Rows {type, id, old, new, printed}. The vouchers wait to be sent again; those with
            ``printed`` above 0 must be printed again.
        Raises:
            Refused: ``printed_before``; ``number_is_fixed``: one of those that were named. LinkError.
        """
        wishes = sorted(self._wishes(change_ids), key=lambda wish: wish.order)
        wishes = [wish for wish in wishes if self._may_change(wish, change_ids is not None)]
        before = [wish for wish in wishes if wish.printed]
        if before and printed == "ask":
            vouchers = ", ".join(wish.old for wish in before)
            raise Refused("printed_before", {"count": len(before), "vouchers": vouchers})
        if printed == "leave":
            wishes = [wish for wish in wishes if not wish.printed]
        wishes = [replace(wish, prefix=self._own_prefix(wish)) for wish in wishes]
        counts: dict[_Series, int] = {}
        for wish in wishes:
            counts[wish.series] = counts.get(wish.series, 0) + 1
        numbers = {series: self._numbers(series, count) for series, count in counts.items()}
        return [self._give(wish, numbers[wish.series]) for wish in wishes]

    def _wishes(self, change_ids: Collection[str] | None) -> Iterator[_Wish]:
        rows, counts = self.kernel.storage.read(
            self.by.tenant,
            lambda view: (view.state("failure_push").scan(), view.state("print_count").scan()),
        )
        printed = {(row["type"], row["record_id"]): row["printed"] for row in counts}
        for row in rows:
            wanted = change_ids is None or row["change_id"] in change_ids
            apart = row["retrying"] or row["returned"]
            if wanted and row["code"] == "NUMBER_TAKEN" and not apart:
                yield _wish(row, printed.get((row["type"], row["record_id"]), 0))

    def _may_change(self, wish: _Wish, named: bool) -> bool:
        may = self.kernel.registry.record_type(wish.type).renumber
        if may is None:
            return True

        def look(view: View) -> bool:
            record = _stored(view, wish)
            allowed: bool = guarded(wish.type, "renumber", lambda: may(record, view))
            return allowed

        allowed = self.kernel.read(self.by, look)
        if named and not allowed:
            raise Refused("number_is_fixed", {"no": wish.old})
        return allowed

    def _own_prefix(self, wish: _Wish) -> str:
        """Return which of its type's series a voucher is numbered in, as it stands here now."""
        record_type = self.kernel.registry.record_type(wish.type)
        if record_type.prefix_of is None:
            return ""
        return self.kernel.read(
            self.by, lambda view: own_prefix(record_type, _stored(view, wish).data)
        )

    def _numbers(self, series: _Series, count: int) -> Iterator[str]:
        """Yield free numbers of a series, in one request as far as they are known to be needed."""
        type, ledger, date, own = series
        while True:

            def ask(session: Session, count: int = count) -> ReserveReply:
                wish = ReserveRequest(session, type, ledger, date, count, prefix=own)
                return self.link.reserve_numbers(wish)

            yield from self.in_session(ask).numbers
            count = 1

    def _give(self, wish: _Wish, numbers: Iterator[str]) -> dict[str, Any]:
        field = FIELD_OF[wish.ledger]
        # It stays its author's voucher: by his rights the cloud decides about it.
        user, machine = wish.made_by.get("user", ""), wish.made_by.get("workstation", "")
        author = Actor(self.by.tenant, user, self.by.site, machine, trusted=True)
        for _ in range(CLASHES_MAX):
            new = next(numbers)
            try:
                self.kernel.save(author, wish.type, {field: new}, id=wish.record_id, merge=True)
            except Refused as refused:
                if refused.code != "voucher_no_duplicate":
                    raise
                continue  # An unsent voucher of this site has it.
            return {
                "type": wish.type,
                "id": wish.record_id,
                "old": wish.old,
                "new": new,
                "printed": wish.printed,
            }
        raise Refused("voucher_no_duplicate", {"no": wish.old, "ledger": wish.ledger})


def note_edit(
    writer: Writer,
    type: str,
    id: str,
    before: StoredRecord | None,
    body: Mapping[str, Any],
    at: str,
) -> None:
    """Remember, with the save of a voucher, the number that it had on paper or in the failure list."""
    if before is None or before.deleted:
        return
    had = parse(before.body)
    changed = [
        field
        for field in FIELD_OF.values()
        if had.get(field) and body.get(field) and had[field] != body[field]
    ]
    if not changed:
        return
    count = writer.state("print_count").get(type, id)
    refused = writer.state("failure_push").scan(equals={"record_id": id})
    if count is not None or any(row["code"] == "NUMBER_TAKEN" for row in refused):
        for field in changed:
            _note(writer, type, id, had[field], body[field], at)


def note_given(writer: Writer, change: Change, record: StoredRecord, at: str) -> None:
    """Remember the number that a voucher had before the cloud accepted it with another."""
    if not change.body or not record.body or record.id != change.record_id:
        return
    had, has = parse(change.body), parse(record.body)
    for field in FIELD_OF.values():
        if had.get(field) and has.get(field) and had[field] != has[field]:
            _note(writer, change.type, record.id, had[field], has[field], at)


def _note(writer: Writer, type: str, id: str, old: str, new: str, at: str) -> None:
    row = {"record_id": id, "type": type, "old": old, "new": new, "at": at}
    writer.state("number_history").put(row)
    count = writer.state("print_count").get(type, id)
    if count is not None:
        writer.state("print_count").put({**count, "again": True})


def note_printed(writer: Writer, type: str, id: str) -> None:
    """Count that a voucher was printed, as it is now."""
    table = writer.state("print_count")
    row = table.get(type, id) or {"type": type, "record_id": id, "printed": 0}
    table.put({**row, "printed": row["printed"] + 1, "again": False})


def to_print_again(view: View) -> list[dict[str, Any]]:
    """List the vouchers that stand on paper with a number they no longer have.

    Returns:
        Rows {type, id, old, new, printed}.
    """
    rows = []
    for count in view.stored.state("print_count").scan(equals={"again": True}):
        record = view.get(count["type"], count["record_id"])
        if record is not None:
            old = ", ".join(view.earlier_numbers(record.id))
            new = getattr(record.data, "no", "") or getattr(record.data, "no_management", "")
            row = {"type": record.type, "id": record.id, "old": old, "new": new}
            rows.append({**row, "printed": count["printed"]})
    return rows


def _stored(view: View, wish: _Wish) -> Record[Any]:
    record = view.get(wish.type, wish.record_id)
    assert record is not None, "a refused voucher is stored here"
    return record


def _wish(row: Mapping[str, Any], printed: int) -> _Wish:
    change = change_from_text(row["content"])
    body = parse(change.body)
    said = parse(row["detail"]).get("ledger", "financial")
    ledger: Ledger = "management" if said == "management" else "financial"
    date = body.get("posting_date") or body["date"]
    old = body.get(FIELD_OF[ledger], "")
    order = (body.get("voucher_date") or date, old)
    made_by = change.provenance
    return _Wish(row["type"], row["record_id"], ledger, date, old, printed, order, made_by)
