"""What every module must keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lienso.testing import ModuleContract


class TestCash(ModuleContract):
    name = "cash"
    params: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "cash.reconcile_count": {"date": "2026-03-02"},
        "cash.count_book_balance": {"date": "2026-03-02"},
    }
