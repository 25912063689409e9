"""A cloud of two companies with its key folder, on a clock that stands still."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lienso.kernel import Kernel
from lienso.security.cloud import CloudSecurity
from lienso.storage import Tenant
from lienso.testing import kernels


@pytest.fixture
def clock() -> kernels.Clock:
    return kernels.Clock("2026-03-02")


@pytest.fixture
def cloud(clock: kernels.Clock) -> Iterator[Kernel]:
    with kernels.cloud((), clock=clock) as kernel:
        yield kernel


@pytest.fixture
def tenant(cloud: Kernel) -> Tenant:
    found = cloud.storage.tenants().get(kernels.TENANT)
    assert found is not None
    return found


@pytest.fixture
def other(cloud: Kernel) -> Tenant:
    return cloud.add_tenant("OTHER", "Công ty khác")


@pytest.fixture
def security(cloud: Kernel, tmp_path: Path) -> CloudSecurity:
    return CloudSecurity(cloud, tmp_path / "keys")
