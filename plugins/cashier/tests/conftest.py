"""A company whose cashier keeps a book, and short words for what tests do.

Vouchers are journals: the module requires only the ledger, and any voucher that touches cash will do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from lienso import LiensoError, Record
from lienso.kernel import Kernel
from lienso.testing import kernels
from lienso.testing.kernels import actor, cloud

MODULES = ("system", "catalog", "general_ledger", "cashier")


class Company:
    """A company in the cloud."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.by = actor(kernel)
        self.option("cashier.enabled", True)

    def save(self, type: str, body: Mapping[str, Any], **more: Any) -> Record[Any]:
        """Save a record."""
        return self.kernel.save(self.by, type, body, **more).record

    def journal(
        self, debit: str, credit: str, amount: int, day: str = "2026-03-02", **more: Any
    ) -> Record[Any]:
        """Save and post a voucher of one line."""
        post = more.pop("post", True)
        header = {name: more.pop(name) for name in ("branch", "voucher_date") if name in more}
        line = {"line": 1, "debit": debit, "credit": credit, "amount": amount, **more}
        record = self.save("journal", {"posting_date": day, "lines": [line], **header})
        return self.kernel.post(self.by, record.id, ignore_warnings=True) if post else record

    def receipt(self, amount: int, day: str = "2026-03-02", **more: Any) -> Record[Any]:
        """Save and post a receipt in cash."""
        return self.journal("1111", "711", amount, day, **more)

    def payment(self, amount: int, day: str = "2026-03-02", **more: Any) -> Record[Any]:
        """Save and post a payment in cash."""
        return self.journal("811", "1111", amount, day, **more)

    def opening(self, amount: int, day: str = "2026-02-28", **more: Any) -> Record[Any]:
        """Save what was in the box."""
        return self.save("cash_book_opening", {"posting_date": day, "amount": amount, **more})

    def take(self, *records: Record[Any], **params: Any) -> dict[str, Any]:
        """Post vouchers into the cashier's book, or take them back."""
        named = {"vouchers": [record.data.no for record in records], **params}
        return self.kernel.invoke(self.by, "cashier.post_vouchers", named)

    def listed(self, **params: Any) -> dict[str, Any]:
        """List what was posted in March."""
        days = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
        return self.kernel.invoke(self.by, "cashier.list_posted", {**days, **params})

    def rows(self, report: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of a report, the totals last, by column."""
        table = self.kernel.report(self.by, report, params)
        names = [column.name for column in table.columns]
        found = (*table.rows, *([table.totals] if table.totals else ()))
        return [dict(zip(names, row, strict=True)) for row in found]

    def book(self) -> list[tuple[str, int, int]]:
        """Return the cashier's book as (number, receipt, payment), whole units."""
        rows = self.kernel.read(self.by, lambda view: list(view.book("cash_book").entries()))
        return [
            (
                row.number,
                row.entry.measures.get("receipt", 0) // 10_000,
                row.entry.measures.get("payment", 0) // 10_000,
            )
            for row in rows
        ]

    def option(self, key: str, value: Any) -> None:
        """Set an option."""
        params = {"values": {key: value}, "scope": "company"}
        self.kernel.invoke(self.by, "system.set_options", params)


@pytest.fixture
def company() -> Iterator[Company]:
    """A company under TT200 whose cashier takes part."""
    with cloud(MODULES) as kernel:
        yield Company(kernel)


@pytest.fixture
def refused() -> Callable[[Callable[[], Any]], LiensoError]:
    """Do what must be refused; returns the error."""
    return kernels.refused
