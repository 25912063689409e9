"""A company with a ledger, and short words for what tests do with it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
from lienso import Record
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud
from lienso.testing.kernels import refused as refused  # noqa: PLC0414 - tests take it from here
from lienso.view import View

MODULES = ("system", "catalog", "general_ledger")
DAY = "2026-03-02"
START = "2026-01-01"


class Company:
    """A company in the cloud."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.by = actor(kernel)

    def save(self, type: str, body: Mapping[str, Any], **more: Any) -> Record[Any]:
        """Save a record."""
        return self.kernel.save(self.by, type, body, **more).record

    def journal(self, *lines: Mapping[str, Any], day: str = DAY, **header: Any) -> Record[Any]:
        """Save a journal voucher with lines numbered from 1."""
        numbered = [{"line": number, **line} for number, line in enumerate(lines, 1)]
        return self.save("journal", {"posting_date": day, "lines": numbered, **header})

    def post(self, record: Record[Any], ledger: Any = "financial") -> Record[Any]:
        """Post a voucher, passing warnings."""
        return self.kernel.post(self.by, record.id, ledger, ignore_warnings=True)

    def posted(self, *lines: Mapping[str, Any], **header: Any) -> Record[Any]:
        """Save and post a journal voucher."""
        return self.post(self.journal(*lines, **header))

    def warned(self, record: Record[Any]) -> list[str]:
        """Post a voucher; returns the codes of the warnings that were passed."""
        return list(self.post(record).posting["financial"].passed_warnings)

    def lock(self, day: str, **more: Any) -> Record[Any]:
        """Set a lock."""
        return self.save("period_lock", {"lock_date": day, **more})

    def invoke(self, function: str, **params: Any) -> dict[str, Any]:
        """Run a function."""
        return self.kernel.invoke(self.by, function, params)

    def read(self, work: Callable[[View], Any]) -> Any:
        """Look at records and books."""
        return self.kernel.read(self.by, work)

    def entries(self, book: str = "general_ledger", **where: Any) -> list[Any]:
        """Return the entries of a book, with their vouchers."""
        return self.read(lambda view: list(view.book(book).entries(where=where)))

    def report(self, id: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of a report by column, the totals last."""
        table = self.kernel.report(self.by, f"general_ledger.{id}", params)
        names = [column.name for column in table.columns]
        return [dict(zip(names, row, strict=True)) for row in (*table.rows, table.totals)]

    def untrack(self, accounts: Sequence[str]) -> None:
        """Take the demands of accounts away, so that a test may post without objects."""
        for code in accounts:
            account = self.read(lambda view, code=code: view.by_code("account", code))
            if account is not None and account.data.tracks:
                self.save("account", {"tracks": []}, id=account.id, merge=True)


def pair(debit: str, credit: str, amount: int, **more: Any) -> dict[str, Any]:
    """Write a line."""
    return {"debit": debit, "credit": credit, "amount": amount, **more}


def codes(work: Callable[[], Any]) -> list[tuple[str, int | None]]:
    """Do what must be refused; returns (code, line) of the errors found."""
    error = refused(work)
    return [(f.code, f.line) for f in error.findings if f.severity == "error"]


@pytest.fixture
def company() -> Iterator[Company]:
    """A company whose books begin with 2026."""
    with cloud(MODULES, options={"accounting.start_date": START}) as kernel:
        yield Company(kernel)


@pytest.fixture(scope="module")
def statements_kernel() -> Iterator[Kernel]:
    """A cloud with the company of the tests, whose books are emptied by who tries years in them."""
    with cloud(MODULES, options={"accounting.start_date": START}) as made:
        yield made
