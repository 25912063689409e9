"""The test kit for plugins: kernels in memory, contracts, and the runner of worked cases.

Contracts are loaded when they are asked for, since they need pytest and a server does not have it.
"""

from __future__ import annotations

import importlib
import sys
from typing import Any

_CONTRACTS = {
    "ModuleContract": "module_contract",
    "StorageContract": "storage_contract",
    "TransportContract": "transport_contract",
}

__all__ = ["ModuleContract", "StorageContract", "TransportContract"]


def __getattr__(name: str) -> Any:
    if name not in _CONTRACTS:
        raise AttributeError(name)
    import pytest

    module = f"{__name__}.{_CONTRACTS[name]}"
    if module not in sys.modules:
        pytest.register_assert_rewrite(module)  # so that a failure says what differs
    return getattr(importlib.import_module(module), name)
