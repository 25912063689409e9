"""A cloud and an office of the company."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lienso.testing.kernels import Clock, cloud, office

from .company import MODULES, Company


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def head(clock: Clock) -> Iterator[Company]:
    pytest.importorskip("lienso_cash", reason="posts receipts and payments")
    with cloud(MODULES, clock=clock) as kernel:
        yield Company(kernel)


@pytest.fixture
def site(head: Company) -> Iterator[Company]:
    with office(head.kernel) as kernel:
        yield Company(kernel)
