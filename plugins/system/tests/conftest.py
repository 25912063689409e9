"""A small company for the tests of the system: one module, as a partner would write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from lienso import (
    Book,
    Dimension,
    Entry,
    Finding,
    Label,
    LiensoError,
    Manifest,
    Measure,
    Record,
    RecordType,
    hookimpl,
)
from lienso.fields import Body, CatalogEntry, Document, Money, Quantity, Ref, Text, Voucher
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud, office

LEDGER = Book(
    "general_ledger",
    Label("Sổ cái", "General ledger"),
    dimensions=(
        Dimension("account"),
        Dimension("object", "object"),
        Dimension("bank_account", "bank_account"),
        Dimension("currency"),
    ),
    measures=(Measure("debit"), Measure("credit"), Measure("fc_debit", 4), Measure("fc_credit", 4)),
)


class Customer(CatalogEntry):
    """A customer."""


class Group(CatalogEntry):
    """A group of customers: a tree."""

    parent: Annotated[str | None, Ref("group")] = None


class Account(CatalogEntry):
    """An account with what it is followed by."""

    tracks: list[str] = []


class Line(Body):
    """A pair."""

    line: int
    debit: Text = ""
    credit: Text = ""
    amount: Money = 0
    fc_amount: Quantity | None = None
    currency: Text = ""
    object: Annotated[str | None, Ref("object")] = None


class Receipt(Voucher):
    """A voucher; an amount above a million is warned of."""

    lines: list[Line] = []


class Opening(Document):
    """A document that posts when it is accepted."""

    amount: Money = 0


def post_receipt(record: Record[Any], ledger: str, _view: Any) -> Mapping[str, Sequence[Entry]]:
    """Write two entries a line."""
    entries = []
    for line in record.data.lines:
        for side, (account, measure) in enumerate(((line.debit, "debit"), (line.credit, "credit"))):
            measures = {measure: line.amount}
            if line.fc_amount is not None:
                measures[f"fc_{measure}"] = int(line.fc_amount * 10_000)
            dimensions = {
                "account": account,
                "object": line.object or "",
                "currency": line.currency,
            }
            branch = record.data.branch or ""
            day = record.data.posting_date
            entries.append(Entry(line.line, side, ledger, day, branch, dimensions, measures))
    return {"general_ledger": entries}


def post_opening(record: Record[Any], ledger: str, _view: Any) -> Mapping[str, Sequence[Entry]]:
    """Write one entry."""
    measures = {"debit": record.data.amount}
    entry = Entry(0, 0, ledger, record.data.date, "", {"account": "1111"}, measures)
    return {"general_ledger": [entry]}


def _type(id: str, model: Any, kind: Any, **more: Any) -> RecordType:
    return RecordType(id, Label(id, id), model, kind, **more)


@hookimpl
def _record_types() -> Sequence[RecordType]:
    return [
        _type("org_unit", Customer, "catalog"),
        _type("object", Customer, "catalog"),
        _type("group", Group, "catalog", tree="exempt"),
        _type("account", Account, "catalog"),
        _type("receipt", Receipt, "voucher", number_prefix="PT", post=post_receipt),
        _type("opening", Opening, "document", post=post_opening, posts_when_accepted=True),
    ]


@hookimpl
def _books() -> Sequence[Book]:
    return [LEDGER]


@hookimpl
def _check_posting(record: Record[Any], ledger: str) -> Iterator[Finding]:
    for line in getattr(record.data, "lines", ()):
        if not line.debit:
            yield Finding("error", "debit_account_required", "debit", line.line)
        if line.amount > 1_000_000:
            yield Finding("warning", "large_amount", None, None, {"amount": line.amount})
    if getattr(record.data, "description", "") == f"không ghi {ledger}":
        yield Finding("error", "amount_zero", None, None, {"ledger": ledger})


@hookimpl
def _check_unposting(record: Record[Any], ledger: str) -> Iterator[Finding]:
    if getattr(record.data, "description", "") == "khóa":
        yield Finding("error", "amount_zero", None, None, {"ledger": ledger})


SHOP = SimpleNamespace(
    MANIFEST=Manifest("shop", "Cửa hàng", "1.0", ("system",)),
    lienso_record_types=_record_types,
    lienso_books=_books,
    lienso_check_posting=_check_posting,
    lienso_check_unposting=_check_unposting,
)


class Company:
    """A kernel with short words for what tests do."""

    def __init__(self, kernel: Kernel, user: str = "lan") -> None:
        self.kernel = kernel
        self.by = actor(kernel, user)

    def save(self, type: str, body: Mapping[str, Any], **more: Any) -> Record[Any]:
        """Save a record."""
        return self.kernel.save(self.by, type, body, **more).record

    def receipt(self, amount: int = 500_000, day: str = "2026-03-02", **more: Any) -> Record[Any]:
        """Save a receipt of one line, Dr 1111 Cr 131."""
        line_names = Line.model_fields.keys() & more.keys()
        line = {"line": 1, "debit": "1111", "credit": "131", "amount": amount}
        line |= {name: more.pop(name) for name in line_names}
        return self.save("receipt", {"posting_date": day, "lines": [line], **more})

    def posted(self, amount: int = 500_000, day: str = "2026-03-02", **more: Any) -> Record[Any]:
        """Save and post a receipt."""
        record = self.receipt(amount, day, **more)
        return self.kernel.post(self.by, record.id, ignore_warnings=True)

    def run(self, function: str, **params: Any) -> dict[str, Any]:
        """Run a function of the system."""
        return self.kernel.invoke(self.by, f"system.{function}", params)

    def refused(self, function: str, **params: Any) -> LiensoError:
        """Return the error of a function that must refuse."""
        with pytest.raises(LiensoError) as error:
            self.run(function, **params)
        return error.value

    def option(self, key: str) -> Any:
        """Return an option's value."""
        return self.kernel.read(self.by, lambda view: view.option(key))

    def live(self, type: str, id: str) -> Record[Any] | None:
        """Return a record, None when it is deleted."""
        return self.kernel.read(self.by, lambda view: view.get(type, id))

    def entries(self) -> list[tuple[str, str, str, int]]:
        """Return (number, ledger, account, debit − credit) of all entries."""
        found = self.kernel.read(self.by, lambda view: list(view.book("general_ledger").entries()))
        return sorted(
            (
                posted.number,
                posted.entry.ledger,
                posted.entry.dimensions["account"],
                posted.entry.measures.get("debit", 0) - posted.entry.measures.get("credit", 0),
            )
            for posted in found
        )

    def rows(self, report: str, **params: Any) -> list[dict[str, Any]]:
        """Return a report's rows by column."""
        table = self.kernel.report(self.by, f"system.{report}", params)
        names = [column.name for column in table.columns]
        return [dict(zip(names, row, strict=True)) for row in table.rows]


@pytest.fixture
def head() -> Iterator[Company]:
    """The company in the cloud."""
    with cloud(("system",), plugins={"shop": SHOP}) as kernel:
        yield Company(kernel)


@pytest.fixture
def site(head: Company) -> Iterator[Company]:
    """Its office, online."""
    with office(head.kernel, "S1") as kernel:
        yield Company(kernel)
