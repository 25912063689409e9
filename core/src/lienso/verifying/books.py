"""Books: totals are the sums of the entries, entries are those of posted records, and balance."""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ..errors import LiensoError
from ..model import Book, Ledger, Total
from ..records import posting_of, to_record
from ..storage import PostedEntry
from .report import PAGE, Check, live_records

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..storage import StoredRecord
    from ..view import View

Place = tuple[str, str, str]
"""Record type, id, ledger."""

Group = tuple[str, ...]
Month = tuple[int, int]


def check_books(kernel: Kernel, view: View) -> list[Check]:
    """Check all books at one instant."""
    totals, entries, balance = Check("totals"), Check("entries"), Check("balance")
    posted: dict[Place, set[str]] = {}
    confirmed: dict[Place, set[str]] = {}
    for book in kernel.registry.books.values():
        sums: dict[Total, dict[Month, dict[Group, list[int]]]] = {t: {} for t in book.totals}
        sides: dict[Place, list[int]] = {}
        for found in view.stored.book(book.id).entries():
            entries.looked_at += 1
            place = (found.record_type, found.voucher_id, found.entry.ledger)
            (confirmed if book.second else posted).setdefault(place, set()).add(book.id)
            for total, months in sums.items():
                _add(book, total, months, found)
            _weigh(book, sides, place, found)
        _check_balance(balance, book, sides)
        for total, months in sums.items():
            _check_total(totals, view, book, total, months)
    _check_owners(entries, view, posted)
    _check_posted(entries, kernel, view, posted)
    _check_confirmed(entries, kernel, view, confirmed)
    return [totals, entries, balance]


# -- totals ---------------------------------------------------------------------------------------


def _add(
    book: Book, total: Total, months: dict[Month, dict[Group, list[int]]], found: PostedEntry
) -> None:
    entry = found.entry
    group = (
        entry.ledger,
        entry.branch,
        *(_dimension(entry, name) for name in total.by if name not in ("ledger", "branch")),
    )
    month = (entry.posting_date.year, entry.posting_date.month)
    sums = months.setdefault(month, {}).setdefault(group, [0] * len(book.measures))
    for place, measure in enumerate(book.measures):
        sums[place] += entry.measures.get(measure.name, 0)


def _dimension(entry: Any, name: str) -> str:
    return str(entry.dimensions.get(name, ""))


def _check_total(
    check: Check,
    view: View,
    book: Book,
    total: Total,
    months: Mapping[Month, Mapping[Group, list[int]]],
) -> None:
    """Compare what sums answer, which comes from totals, with the entries: by month and in all."""
    by = ("ledger", "branch", *(name for name in total.by if name not in ("ledger", "branch")))
    measures = tuple(measure.name for measure in book.measures)
    whole: dict[Group, list[int]] = {}
    wrong = False
    for (year, month), groups in sorted(months.items()):
        first = datetime.date(year, month, 1)
        last = first.replace(day=calendar.monthrange(year, month)[1])
        stored = view.stored.book(book.id).sum(measures, by=by, date_from=first, date_to=last)
        where = {"book": book.id, "total": list(total.by), "month": f"{year}-{month:02d}"}
        wrong |= _compare(check, by, measures, groups, stored, where)
        for group, sums in groups.items():
            there = whole.setdefault(group, [0] * len(measures))
            whole[group] = [a + b for a, b in zip(there, sums, strict=True)]
    if not wrong:  # What no month of an entry shows stands in a month without any.
        stored = view.stored.book(book.id).sum(measures, by=by)
        where = {"book": book.id, "total": list(total.by), "month": ""}
        _compare(check, by, measures, whole, stored, where)


def _compare(
    check: Check,
    by: tuple[str, ...],
    measures: tuple[str, ...],
    entries: Mapping[Group, list[int]],
    stored: Mapping[Group, tuple[int, ...]],
    where: Mapping[str, Any],
) -> bool:
    """Note the groups that differ; True when there was one."""
    nothing = (0,) * len(measures)
    before = len(check.wrong)
    for group in sorted({*entries, *stored}):
        check.looked_at += 1
        wanted, found = tuple(entries.get(group, nothing)), stored.get(group, nothing)
        if wanted != found or (group in entries) != (group in stored):
            check.add(
                "a total is not the sum of its entries",
                **where,
                group=dict(zip(by, group, strict=True)),
                entries=dict(zip(measures, wanted, strict=True)),
                stored=dict(zip(measures, found, strict=True)),
            )
    return len(check.wrong) > before


# -- balance ----------------------------------------------------------------------------------------


def _weigh(book: Book, sides: dict[Place, list[int]], place: Place, found: PostedEntry) -> None:
    if book.balance is None or not _dimension(found.entry, book.balance.within):
        return
    there = sides.setdefault(place, [0, 0])
    there[0] += found.entry.measures.get(book.balance.left, 0)
    there[1] += found.entry.measures.get(book.balance.right, 0)


def _check_balance(check: Check, book: Book, sides: Mapping[Place, list[int]]) -> None:
    if book.balance is None:
        return
    check.looked_at += len(sides)
    for (type, id, ledger), (left, right) in sides.items():
        if left != right:
            found = {book.balance.left: left, book.balance.right: right}
            where = {"book": book.id, "type": type, "id": id, "ledger": ledger}
            check.add("a voucher does not balance", **where, **found)


# -- entries and records ------------------------------------------------------------------------------


def _check_owners(check: Check, view: View, posted: Mapping[Place, set[str]]) -> None:
    """Entries belong to live records that are posted in their ledger."""
    for places, records in _owners(view, posted):
        for type, id, ledger in places:
            record = records.get(id)
            state = None if record is None else posting_of(record.posting).get(ledger)
            if state is None or state.status != "posted":
                books = sorted(posted[type, id, ledger])
                where = {"type": type, "id": id, "ledger": ledger, "books": books}
                check.add("entries of a record that is not posted", **where)


def _owners(
    view: View, posted: Mapping[Place, set[str]]
) -> Iterator[tuple[list[Place], dict[str, StoredRecord]]]:
    places = sorted(posted)
    while places:
        type = places[0][0]
        part = [place for place in places[:PAGE] if place[0] == type]
        places = places[len(part) :]
        yield part, view.stored.get_many(type, sorted({id for _type, id, _ledger in part}))


def _check_posted(
    check: Check, kernel: Kernel, view: View, posted: Mapping[Place, set[str]]
) -> None:
    """Records that are posted have their entries, unless their type writes none for them."""
    for record in live_records(view.stored):
        record_type = kernel.registry.record_types.get(record.type)
        if not record.posting or record_type is None or record_type.second_of is not None:
            continue
        for ledger, state in posting_of(record.posting).items():
            missing = (record.type, record.id, ledger) not in posted
            if state.status == "posted" and missing and _writes(kernel, view, record, ledger):
                where = {"type": record.type, "id": record.id, "ledger": ledger}
                check.add("a posted record has no entries", **where)


def _check_confirmed(
    check: Check, kernel: Kernel, view: View, confirmed: Mapping[Place, set[str]]
) -> None:
    """Second postings are those of live records that confirm a voucher, and no others."""
    there = {(type, id) for type, id, _ledger in confirmed}
    wanted = set()
    for record_type in kernel.registry.record_types.values():
        if record_type.second_of is not None:
            for record in view.all(record_type.id):
                wanted.add((*record_type.second_of(record),))
    for type, id in sorted(there - wanted):
        check.add("a second posting that no record confirms", type=type, id=id)
    for type, id in sorted(wanted - there):
        check.add("a confirmed voucher has no second posting", type=type, id=id)


def _writes(kernel: Kernel, view: View, record: StoredRecord, ledger: str) -> bool:
    """Tell whether a record would write entries now; one that cannot be read is taken to."""
    known: Ledger = "management" if ledger == "management" else "financial"
    record_type = kernel.registry.record_types[record.type]
    try:
        parsed = to_record(kernel.registry, record)
        books = kernel.registry.books
        return any(kernel.calls.propose(record_type, parsed, known, view, books).values())
    except LiensoError:
        return True
