"""What every module must do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud
from lienso.testing.module_contract import ModuleContract


class TestCatalog(ModuleContract):
    """Module catalog, with an item that spec codes can belong to."""

    name = "catalog"
    examples = {"spec_code": {"item": "DT", "values": ["1"]}}

    @pytest.fixture(scope="class")
    @classmethod
    def head(cls) -> Iterator[Kernel]:
        """A cloud with this module and what it requires."""
        with cloud(cls._closure()) as kernel:
            phone = {
                "code": "DT",
                "kind": "goods",
                "unit": "cái",
                "spec_columns": [{"name": "Màu"}],
            }
            kernel.save(actor(kernel), "item", phone)
            yield kernel
