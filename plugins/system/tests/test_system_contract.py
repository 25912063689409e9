"""What every module must keep."""

from __future__ import annotations

from lienso.testing import ModuleContract


class TestSystem(ModuleContract):
    name = "system"
