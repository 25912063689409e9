"""Kernels for the tests of cash, and a cashier that keeps a book."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from lienso import Book, Dimension, Entry, Label, Manifest, Measure, Record, RecordType, hookimpl
from lienso.fields import Body, Day, Text
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud
from lienso_cash.records import CashReceipt

MODULES = ("system", "catalog", "general_ledger", "cash")

CASH_BOOK = Book(
    "cash_book",
    Label("Sổ quỹ của thủ quỹ", "Cash book"),
    dimensions=tuple(map(Dimension, ("fund", "currency", "counterparty", "reason", "posted_by"))),
    measures=(Measure("receipt", 4), Measure("payment", 4)),
    ledgers=False,
)


class CashierPosting(Body):
    """What the cashier says he received or paid."""

    voucher: Text = ""
    posting_date: Day
    currency: Text = "VND"
    receipt: int = 0
    payment: int = 0


def _post(record: Record[Any], _ledger: str, _view: Any) -> Mapping[str, Sequence[Entry]]:
    data = record.data
    measures = {"receipt": data.receipt * 10_000, "payment": data.payment * 10_000}
    dimensions = {"currency": data.currency}
    return {"cash_book": [Entry(0, 0, "", data.posting_date, "", dimensions, measures)]}


@hookimpl
def _record_types() -> Sequence[RecordType]:
    return [
        RecordType(
            "cashier_posting",
            Label("Ghi sổ thủ quỹ", "Cashier's posting"),
            CashierPosting,
            "document",
            post=_post,
            posts_when_accepted=True,
        )
    ]


@hookimpl
def _books() -> Sequence[Book]:
    return [CASH_BOOK]


CASHIER = SimpleNamespace(
    MANIFEST=Manifest("cashier", "Thủ quỹ", "1.0", ("general_ledger",)),
    lienso_record_types=_record_types,
    lienso_books=_books,
)
"""A module that owns the cashier's book, as a partner would write it."""


@pytest.fixture(scope="session")
def cashier() -> Any:
    """The module of the cashier's book."""
    return CASHIER


class Company:
    """A company in the cloud, with short words for what tests do."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.by = actor(kernel)

    def save(self, type: str, body: Mapping[str, Any], **more: Any) -> Record[Any]:
        """Save a record."""
        return self.kernel.save(self.by, type, body, **more).record

    def receipt(self, amount: int, day: str = "2026-03-02", **more: Any) -> Record[Any]:
        """Save a receipt of one line."""
        return self._voucher("cash_receipt", {"debit": "1111", "credit": "711"}, amount, day, more)

    def payment(self, amount: int, day: str = "2026-03-02", **more: Any) -> Record[Any]:
        """Save a payment of one line."""
        line = {"debit": "811", "credit": "1111"}
        return self._voucher("cash_payment", line, amount, day, more)

    def _voucher(
        self, type: str, line: Mapping[str, Any], amount: int, day: str, more: Mapping[str, Any]
    ) -> Record[Any]:
        fields = {name: more[name] for name in more if name in HEADER}
        its_line = {name: more[name] for name in more if name not in HEADER}
        lines = [{"line": 1, **line, "amount": amount, **its_line}]
        return self.save(type, {"posting_date": day, "lines": lines, **fields})

    def post(self, record: Record[Any], *, ignore_warnings: bool = False) -> Record[Any]:
        """Post a voucher."""
        return self.kernel.post(self.by, record.id, ignore_warnings=ignore_warnings)

    def invoke(self, function: str, **params: Any) -> dict[str, Any]:
        """Run a function."""
        return self.kernel.invoke(self.by, function, params)

    def figure(self, id: str, **params: Any) -> Any:
        """Read a figure's value."""
        return self.kernel.figure(self.by, id, params).value

    def rows(self, report: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of a report, the totals last, by column."""
        table = self.kernel.report(self.by, report, params)
        names = [column.name for column in table.columns]
        found = (*table.rows, *([table.totals] if table.totals else ()))
        return [dict(zip(names, row, strict=True)) for row in found]

    def entries(self, book: str = "general_ledger") -> list[Any]:
        """Return all entries of a book."""
        return self.kernel.read(self.by, lambda view: list(view.book(book).entries()))

    def printed(self, record: Record[Any]) -> str:
        """Return a record's printed form."""
        kind = self.kernel.registry.record_types[record.type]
        assert kind.print is not None
        return self.kernel.read(self.by, lambda view: kind.print(record, view))

    def option(self, key: str, value: Any) -> None:
        """Set an option."""
        self.invoke("system.set_options", values={key: value}, scope="company")


HEADER = frozenset(CashReceipt.model_fields) - {"lines"}


@pytest.fixture
def company() -> Iterator[Company]:
    """A company with the modules that cash needs."""
    with cloud(MODULES) as kernel:
        yield Company(kernel)


@pytest.fixture
def with_cashier() -> Iterator[Company]:
    """A company whose cashier keeps a book of his own."""
    with cloud(MODULES, plugins={"cashier": CASHIER}) as kernel:
        company = Company(kernel)
        company.option("cashier.enabled", True)
        yield company


@pytest.fixture
def make_company() -> Iterator[Callable[..., Company]]:
    """Make companies of a regime of one's choice."""
    kernels: list[Kernel] = []

    def make(regime: str) -> Company:
        kernels.append(cloud(MODULES, regime=regime))
        return Company(kernels[-1])

    yield make
    for kernel in kernels:
        kernel.close()
