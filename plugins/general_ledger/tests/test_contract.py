"""What every module must do."""

from __future__ import annotations

from lienso.testing import ModuleContract


class TestGeneralLedger(ModuleContract):
    """Module general_ledger."""

    name = "general_ledger"
    examples = {
        "account_opening": {"lines": [{"line": 1, "debit": 1_000}]},
        "object_opening": {"lines": [{"line": 1, "debit": 1_000}]},
        "bank_opening": {"lines": [{"line": 1, "debit": 1_000}]},
    }
    params = {
        "general_ledger.account_ledger": {"account": "1111"},
        "general_ledger.statement_line": {"statement": "B01-DN", "code": "100"},
        "general_ledger.set_formulas": {"template": "B01-DN", "lines": [{"code": "139"}]},
    }
