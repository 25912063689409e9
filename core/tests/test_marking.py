"""Marks: what may be said of posted entries afterwards, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from lienso import (
    Book,
    Dimension,
    Entry,
    Label,
    LiensoError,
    Manifest,
    Measure,
    RecordType,
    hookimpl,
)
from lienso.fields import Voucher
from lienso.kernel import Kernel
from lienso.model import Record, Total
from lienso.session import Session
from lienso.storage import RecordRef
from lienso.testing.kernels import actor, cloud
from lienso.verifying.books import check_books


class Note(Voucher):
    """A voucher of one entry."""

    account: str = "1"
    amount: int = 5


def _post(record: Record[Any], ledger: Any, _view: Any) -> Mapping[str, Sequence[Entry]]:
    data = record.data
    dimensions = {"account": data.account}
    entry = Entry(1, 0, ledger, data.posting_date, "", dimensions, {"debit": data.amount})
    return {"marked": [entry]}


class Marked:
    """A module with a book that leaves one dimension open."""

    MANIFEST = Manifest("marked", "Ghi chú", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        label = Label("Phiếu", "Note")
        return [RecordType("note", label, Note, "voucher", number_prefix="PT", post=_post)]

    @hookimpl
    def lienso_books(self) -> Sequence[Book]:
        dimensions = (Dimension("account"), Dimension("kind"))
        measures, totals = (Measure("debit"),), (Total(("account", "kind")),)
        label = Label("Sổ", "Book")
        return [Book("marked", label, dimensions, measures, totals=totals, marks=("kind",))]


@pytest.fixture
def head() -> Iterator[Kernel]:
    with cloud(plugins={"marked": Marked()}) as kernel:
        yield kernel


@pytest.fixture
def note(head: Kernel) -> Record[Any]:
    saved = head.save(actor(head), "note", {"posting_date": "2026-03-02"}).record
    return head.post(actor(head), saved.id)


def mark(head: Kernel, note: Record[Any], **values: str) -> int:
    by = actor(head)

    def work(transaction: Any) -> int:
        session = Session(head, by, transaction)
        return session.mark("marked", RecordRef("note", note.id), {(1, 0): values})

    return head.transact(by, work)


def kinds(head: Kernel) -> dict[tuple[str, ...], tuple[int, ...]]:
    return head.read(
        actor(head), lambda view: view.book("marked").sum(["debit"], by=["account", "kind"])
    )


def test_a_mark_moves_the_totals_and_nothing_else(head: Kernel, note: Record[Any]) -> None:
    assert mark(head, note, kind="late") == 1

    assert kinds(head) == {("1", "late"): (5,)}
    checks = head.read(actor(head), lambda view: check_books(head, view))
    assert [check.wrong for check in checks] == [[], [], []]


def test_the_same_mark_again_changes_nothing(head: Kernel, note: Record[Any]) -> None:
    mark(head, note, kind="late")

    assert mark(head, note, kind="late") == 0
    assert head.get(actor(head), "note", note.id).version == note.version + 1


def test_a_mark_outlives_posting_again_with_another_amount(head: Kernel, note: Record[Any]) -> None:
    mark(head, note, kind="late")
    by = actor(head)
    draft = head.unpost(by, note.id)
    head.save(by, "note", {"amount": 7}, id=draft.id, merge=True)

    head.post(by, note.id)

    assert kinds(head) == {("1", "late"): (7,)}


def test_a_mark_of_what_is_another_entry_now_is_not_applied(
    head: Kernel, note: Record[Any]
) -> None:
    mark(head, note, kind="late")
    by = actor(head)
    head.unpost(by, note.id)
    head.save(by, "note", {"account": "2"}, id=note.id, merge=True)

    head.post(by, note.id)

    assert kinds(head) == {("2", ""): (5,)}


def test_an_empty_value_takes_the_mark_away_for_good(head: Kernel, note: Record[Any]) -> None:
    mark(head, note, kind="late")
    mark(head, note, kind="")
    by = actor(head)
    head.unpost(by, note.id)

    head.post(by, note.id)

    assert kinds(head) == {("1", ""): (5,)}


def test_only_what_the_book_leaves_open_can_be_marked(head: Kernel, note: Record[Any]) -> None:
    with pytest.raises(LiensoError) as caught:
        mark(head, note, account="9")

    assert caught.value.code == "unknown_dimension"
    assert kinds(head) == {("1", ""): (5,)}


def test_what_is_not_posted_has_no_entries_to_mark(head: Kernel, note: Record[Any]) -> None:
    head.unpost(actor(head), note.id)

    with pytest.raises(LiensoError) as caught:
        mark(head, note, kind="late")

    assert caught.value.code == "not_posted"
