"""A company with ledger, cash and utilities, where a test does things in few words."""

from __future__ import annotations

from typing import Any

from lienso.testing.kernels import actor

MODULES = ("system", "catalog", "general_ledger", "cash", "utilities")
FEBRUARY = {"from_date": "2026-02-01", "to_date": "2026-02-28"}


def line(debit: str, credit: str, amount: int, number: int = 1, **more: Any) -> dict[str, Any]:
    """Write a line of a voucher."""
    return {"line": number, "debit": debit, "credit": credit, "amount": amount, **more}


class Company:
    """What a test does at a kernel."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.by = actor(kernel)

    def voucher(
        self, type: str, *lines: dict[str, Any], day: str = "2026-02-10", post: bool = False,
        **fields: Any,
    ) -> Any:  # fmt: skip
        """Save a voucher."""
        body = {"posting_date": day, "lines": list(lines), **fields}
        ledgers = ("financial",) if post else ()
        saved = self.kernel.save(self.by, type, body, post=ledgers, ignore_warnings=True)
        assert not post or self.kernel.role == "site" or saved.record.posted(), saved.findings
        return saved.record

    def save(self, type: str, **fields: Any) -> Any:
        """Save a record."""
        return self.kernel.save(self.by, type, fields).record

    def get(self, type: str, name: str) -> Any:
        """Return a record."""
        return self.kernel.get(self.by, type, name)

    def call(self, function: str, **params: Any) -> dict[str, Any]:
        """Call a function of this module."""
        result: dict[str, Any] = self.kernel.invoke(self.by, f"utilities.{function}", params)
        return result

    def read(self, work: Any) -> Any:
        """Look at records and books."""
        return self.kernel.read(self.by, work)

    def sums(self, *by: str) -> dict[tuple[str, ...], tuple[int, ...]]:
        """Return debit and credit of the ledger."""
        found: dict[tuple[str, ...], tuple[int, ...]] = self.read(
            lambda view: view.book("general_ledger").sum(("debit", "credit"), by=by)
        )
        return found
