"""What every module must keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lienso.kernel import Kernel
from lienso.testing import ModuleContract
from lienso.testing.kernels import actor


class TestBank(ModuleContract):
    name = "bank"
    params: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "bank.reconcile": {"bank_account": "VCB"},
        "bank.reconciliation": {
            "bank_account": "VCB",
            "from_date": "2026-03-01",
            "to_date": "2026-03-31",
        },
    }

    @classmethod
    def prepare(cls, head: Kernel) -> None:
        body = {"code": "VCB", "name": "VCB", "number": "1", "bank_name": "VCB"}
        head.save(actor(head), "bank_account", {**body, "ledger_account": "1121"})
        dates = {"date": "2026-03-31", "from_date": "2026-03-01", "to_date": "2026-03-31"}
        head.save(actor(head), "bank_statement", {"bank_account": "VCB", **dates})
