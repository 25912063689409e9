"""A company with bank accounts, and short words for what tests do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from lienso import LiensoError, Record
from lienso.kernel import Kernel
from lienso.testing import kernels
from lienso.testing.kernels import actor, cloud

MODULES = ("system", "catalog", "general_ledger", "bank")
MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


class Company:
    """A company in the cloud."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.by = actor(kernel)
        for code, currency, account in (
            ("VCB", "VND", "1121"),
            ("BIDV", "VND", "1121"),
            ("USD1", "USD", "1122"),
        ):
            body = {"code": code, "name": code, "number": f"00{code}", "bank_name": code}
            self.save("bank_account", {**body, "currency": currency, "ledger_account": account})
        for code, name in (
            ("KH01", "Công ty TNHH Minh Anh"),
            ("KH02", "Công ty CP Đông Đô"),
            ("NCC01", "Công ty Thép Việt"),
        ):
            body = {"code": code, "name": name, "is_customer": True, "is_supplier": True}
            self.save("object", body)

    def save(self, type: str, body: Mapping[str, Any], **more: Any) -> Record[Any]:
        """Save a record."""
        return self.kernel.save(self.by, type, body, **more).record

    def receipt(self, amount: int, day: str = "2026-03-02", **more: Any) -> Record[Any]:
        """Save and post a receipt of one line."""
        sides = {"debit": "1121", "credit": "131"}
        return self._voucher("bank_receipt", sides, amount, day, more)

    def payment(self, amount: int, day: str = "2026-03-02", **more: Any) -> Record[Any]:
        """Save and post a payment of one line."""
        sides = {"debit": "331", "credit": "1121"}
        return self._voucher("bank_payment", sides, amount, day, more)

    def _voucher(
        self, type: str, line: Mapping[str, Any], amount: int, day: str, more: dict[str, Any]
    ) -> Record[Any]:
        model = self.kernel.registry.record_types[type].model.model_fields
        post = more.pop("post", True)
        header = {name: more.pop(name) for name in list(more) if name in model and name != "object"}
        who = more.pop("object", "KH01" if type == "bank_receipt" else "NCC01")
        lines = [{"line": 1, **line, "amount": amount, "object": who, **more}]
        body = {"posting_date": day, "bank_account": "VCB", "lines": lines, **header}
        record = self.save(type, body)
        return self.post(record) if post else record

    def post(self, record: Record[Any], *, ignore_warnings: bool = True) -> Record[Any]:
        """Post a voucher."""
        return self.kernel.post(self.by, record.id, ignore_warnings=ignore_warnings)

    def statement(
        self, *lines: Mapping[str, Any], opening: int = 0, account: str = "VCB", **more: Any
    ) -> Record[Any]:
        """Save a statement of March; the closing follows from the lines."""
        numbered = [{"line": number, **line} for number, line in enumerate(lines, 1)]
        moved = sum(line.get("in", 0) - line.get("out", 0) for line in lines)
        body = {"bank_account": account, "date": "2026-03-31", **MARCH, "opening": opening}
        return self.save(
            "bank_statement", {**body, "closing": opening + moved, "lines": numbered, **more}
        )

    def reconcile(self, action: str, account: str = "VCB", **params: Any) -> dict[str, Any]:
        """Run the function."""
        named = {"bank_account": account, "action": action, **params}
        return self.kernel.invoke(self.by, "bank.reconcile", named)

    def rows(self, report: str, **params: Any) -> list[dict[str, Any]]:
        """Return the rows of a report, the totals last, by column."""
        table = self.kernel.report(self.by, report, params)
        names = [column.name for column in table.columns]
        found = (*table.rows, *([table.totals] if table.totals else ()))
        return [dict(zip(names, row, strict=True)) for row in found]

    def pairs(self, number: str) -> list[tuple[str, str, int]]:
        """Return the pairs of a voucher as (debit, credit, amount)."""
        rows = self.kernel.read(
            self.by,
            lambda view: list(view.book("general_ledger").entries(where={"number": number})),
        )
        return [
            (
                row.entry.dimensions["account"],
                row.entry.dimensions["contra_account"],
                row.entry.measures["debit"],
            )
            for row in rows
            if row.entry.side == 0
        ]

    def printed(self, record: Record[Any]) -> str:
        """Return a record's printed form."""
        kind = self.kernel.registry.record_types[record.type]
        assert kind.print is not None
        return self.kernel.read(self.by, lambda view: kind.print(record, view))

    def option(self, key: str, value: Any) -> None:
        """Set an option."""
        params = {"values": {key: value}, "scope": "company"}
        self.kernel.invoke(self.by, "system.set_options", params)


@pytest.fixture
def company() -> Iterator[Company]:
    """A company under TT200 with two accounts in đồng and one in dollars."""
    with cloud(MODULES) as kernel:
        yield Company(kernel)


@pytest.fixture
def refused() -> Callable[[Callable[[], Any]], LiensoError]:
    """Do what must be refused; returns the error."""
    return kernels.refused
