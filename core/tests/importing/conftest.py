"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lienso.kernel import Kernel
from lienso.testing.kernels import cloud

from .sheets import (
    NOTES,
    PARTNERS,
    module,
)


@pytest.fixture
def kernel() -> Iterator[Kernel]:
    with cloud(plugins={"toy": module(PARTNERS, NOTES)}) as kernel:
        yield kernel
