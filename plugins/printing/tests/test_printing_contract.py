"""The checks that every module must pass."""

from __future__ import annotations

from lienso.testing import ModuleContract


class TestPrinting(ModuleContract):
    name = "printing"
