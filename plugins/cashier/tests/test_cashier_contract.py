"""What every module must keep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lienso.testing import ModuleContract


class TestCashier(ModuleContract):
    name = "cashier"
    params: ClassVar[Mapping[str, Mapping[str, Any]]] = {
        "cashier.post_vouchers": {"vouchers": ["NVK00001"]},
    }
