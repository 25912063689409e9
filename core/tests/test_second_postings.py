"""A record that confirms a voucher writes a book of its own under that voucher; types with several prefixes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, Literal

import pytest
from lienso import Book, Label, Manifest, Measure, Record, RecordType, hookimpl
from lienso.fields import Body, Day, Text, Voucher
from lienso.kernel import Kernel
from lienso.storage import Entry, RecordRef
from lienso.testing.kernels import actor, cloud
from lienso.verifying.books import check_books


class Slip(Voucher):
    """A voucher whose number says how it was paid."""

    method: Literal["order", "cheque"] = "order"


class Tick(Body):
    """Somebody confirms a slip."""

    slip: Text
    date: Day


def _post_slip(record: Any, ledger: Any, _view: Any) -> Mapping[str, Sequence[Entry]]:
    return {"paid": [Entry(1, 0, ledger, record.data.posting_date, "", {}, {"amount": 5})]}


def _post_tick(record: Any, _ledger: Any, _view: Any) -> Mapping[str, Sequence[Entry]]:
    return {"seen": [Entry(1, 0, "", record.data.date, "", {}, {"amount": 5})]}


@hookimpl
def _record_types() -> Sequence[RecordType]:
    return [
        RecordType(
            "slip",
            Label("Phiếu", "Slip"),
            Slip,
            "voucher",
            number_prefix="UNC; STM",
            prefix_of=lambda data: "STM" if data.method == "cheque" else "UNC",
            post=_post_slip,
        ),
        RecordType(
            "tick",
            Label("Xác nhận", "Tick"),
            Tick,
            "document",
            post=_post_tick,
            posts_when_accepted=True,
            second_of=lambda record: RecordRef("slip", record.data.slip),
        ),
    ]


@hookimpl
def _books() -> Sequence[Book]:
    amount = (Measure("amount"),)
    return [
        Book("paid", Label("Sổ chi", "Paid"), (), amount),
        Book("seen", Label("Sổ xác nhận", "Seen"), (), amount, ledgers=False, second=True),
    ]


MODULE = SimpleNamespace(
    MANIFEST=Manifest("ticks", "Xác nhận", "1.0"),
    lienso_record_types=_record_types,
    lienso_books=_books,
)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with cloud(plugins={"ticks": MODULE}) as head:
        yield head


def slip(kernel: Kernel, **more: Any) -> Record[Any]:
    body = {"posting_date": "2026-03-02", **more}
    return kernel.save(actor(kernel), "slip", body).record


def ticked(kernel: Kernel, record: Record[Any]) -> Record[Any]:
    body = {"slip": record.id, "date": "2026-03-05"}
    return kernel.save(actor(kernel), "tick", body).record


def rows(kernel: Kernel, book: str) -> list[tuple[str, str]]:
    return kernel.read(
        actor(kernel),
        lambda view: [(row.record_type, row.number) for row in view.book(book).entries()],
    )


def wrong(kernel: Kernel) -> list[Any]:
    checks = kernel.read(actor(kernel), lambda view: check_books(kernel, view))
    return [found for check in checks for found in check.wrong]


def test_what_confirms_a_voucher_stands_under_it_and_stays_when_it_is_unposted(
    kernel: Kernel,
) -> None:
    record = slip(kernel)
    kernel.post(actor(kernel), record.id)
    ticked(kernel, record)
    both = (rows(kernel, "paid"), rows(kernel, "seen"))

    kernel.unpost(actor(kernel), record.id)

    assert both == ([("slip", "UNC00001")], [("slip", "UNC00001")])
    assert rows(kernel, "paid") == []
    assert rows(kernel, "seen") == [("slip", "UNC00001")]
    assert wrong(kernel) == []


def test_it_goes_with_the_record_that_confirmed_it_and_nothing_else_goes(kernel: Kernel) -> None:
    record = slip(kernel)
    kernel.post(actor(kernel), record.id)
    tick = ticked(kernel, record)

    kernel.delete(actor(kernel), "tick", tick.id)

    assert rows(kernel, "seen") == []
    assert rows(kernel, "paid") == [("slip", "UNC00001")]
    assert wrong(kernel) == []


def test_verify_finds_a_second_posting_that_nobody_confirms_and_one_that_is_missing(
    kernel: Kernel,
) -> None:
    first, second = slip(kernel), slip(kernel)
    ticked(kernel, first)
    entry = Entry(1, 0, "", second.data.posting_date, "", {}, {"amount": 5})

    def tamper(transaction: Any) -> None:
        transaction.writer.unpost("seen", RecordRef("slip", first.id))
        ref = RecordRef("slip", second.id)
        transaction.writer.post("seen", ref, [entry], number="", voucher_date=None, description="")

    kernel.transact(actor(kernel), tamper)

    assert [(found["what"], found["id"]) for found in wrong(kernel)] == [
        ("a second posting that no record confirms", second.id),
        ("a confirmed voucher has no second posting", first.id),
    ]


def test_each_of_several_prefixes_counts_by_itself_and_one_number_is_never_given_twice(
    kernel: Kernel,
) -> None:
    typed = slip(kernel, method="cheque", no="STM00002")
    made = [slip(kernel, method=method).data.no for method in ("order", "cheque", "order")]

    assert typed.data.no == "STM00002"
    assert made == ["UNC00001", "STM00003", "UNC00002"]
