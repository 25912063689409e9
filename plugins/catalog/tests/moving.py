"""A company with the ledger and cash, where the test enters vouchers in few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienso.testing.kernels import actor

DAY = "2026-02-03"


def pair(line: int, debit: str, credit: str, amount: int, **dimensions: str) -> dict[str, Any]:
    """Write a line of a journal voucher."""
    return {"line": line, "debit": debit, "credit": credit, "amount": amount, **dimensions}


class Books:
    """What a test does at a kernel."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.by = actor(kernel)

    def save(self, type: str, id: str | None = None, **fields: Any) -> Any:
        """Save a record."""
        saved = self.kernel.save(self.by, type, fields, id=id, merge=id is not None)
        return saved.record

    def journal(self, *lines: Mapping[str, Any], post: bool = True, **fields: Any) -> Any:
        """Save a journal voucher, posted in the cloud, or on arrival when a site saves it."""
        body = {"posting_date": DAY, "lines": list(lines), **fields}
        ledgers = ("financial",) if post else ()
        saved = self.kernel.save(self.by, "journal", body, post=ledgers, ignore_warnings=True)
        wanted = post and self.kernel.role == "cloud"
        assert not wanted or saved.record.posted(), saved.findings
        return saved.record

    def call(self, function: str, **params: Any) -> dict[str, Any]:
        """Call a function of this module."""
        result: dict[str, Any] = self.kernel.invoke(self.by, f"catalog.{function}", params)
        return result

    def get(self, type: str, name: str) -> Any:
        """Return a record by code, number or id."""
        return self.kernel.get(self.by, type, name)

    def read(self, work: Any) -> Any:
        """Look at records and books."""
        return self.kernel.read(self.by, work)

    def sums(self, *by: str, **where: Any) -> dict[tuple[str, ...], tuple[int, ...]]:
        """Return debit and credit of the ledger by dimensions."""
        found: dict[tuple[str, ...], tuple[int, ...]] = self.read(
            lambda view: view.book("general_ledger").sum(("debit", "credit"), by=by, where=where)
        )
        return found
