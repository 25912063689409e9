"""What every module must do."""

from __future__ import annotations

from lienso.kernel import Kernel
from lienso.testing import ModuleContract
from lienso.testing.kernels import actor

MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}


class TestGeneralLedger(ModuleContract):
    """Module general_ledger."""

    name = "general_ledger"
    examples = {
        "account_opening": {"lines": [{"line": 1, "debit": 1_000}]},
        "object_opening": {"lines": [{"line": 1, "debit": 1_000}]},
        "bank_opening": {"lines": [{"line": 1, "debit": 1_000}]},
        "prepaid_adjustment": {"prepaid": "CPTT-A", "remaining_periods": 3},
    }
    params = {
        "general_ledger.account_ledger": {"account": "1111"},
        "general_ledger.account_detail": {"account": "1111"},
        "general_ledger.revalue_fx_accounts": {"currency": "USD", "rate": "25000"},
        "general_ledger.allocate_prepaid_costs": {"year": 2026, "month": 3},
        "general_ledger.allocate_operating_costs": {**MARCH, "target": "project"},
        "general_ledger.prepaid_origin_vouchers": {"prepaid": "CPTT-A"},
        "general_ledger.statement_line": {"statement": "B01-DN", "code": "100"},
        "general_ledger.set_formulas": {"template": "B01-DN", "lines": [{"code": "139"}]},
    }

    @classmethod
    def prepare(cls, head: Kernel) -> None:
        """Save the prepaid cost that an adjustment is about."""
        rows = [{"ratio": "100", "debit": "6427"}]
        body = {"code": "CPTT-A", "name": "Thuê kho", "start": "2026-01-01", "amount": 12_000}
        body |= {"periods": 12, "allocation_rows": rows}
        head.save(actor(head), "prepaid_cost", body)
