"""A cloud of the first-party modules behind a real server on loopback, its clients, and an office."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lienso.api import Api
from lienso.client import Client, connect
from lienso.kernel import Kernel
from lienso.sync.enrolment import add_client, authenticate
from lienso.testing import kernels
from lienso.transport import ServeOptions, Services

from .world import MODULES, Company


@pytest.fixture
def company() -> Iterator[Company]:
    """A company under Circular 133 whose books start on 1 January 2026."""
    options = {"accounting.start_date": "2026-01-01"}
    with kernels.cloud(MODULES, regime="TT133", options=options) as kernel:
        services = Services(
            Api(kernel), lambda token: authenticate(kernel, token), kernels.service_of(kernel)
        )
        server = kernel.serve("grpc:127.0.0.1:0", services, ServeOptions())
        client = connect(server.url, add_client(kernel, kernels.TENANT, "program"))
        made = Company(kernel, server, client)
        yield made
        for line in (client, *made.opened):
            line.close()
        server.stop(grace_s=0)


@pytest.fixture
def client(company: Company) -> Client:
    """A program that may call the cloud."""
    return company.client


@pytest.fixture
def office(company: Company) -> Iterator[Kernel]:
    """An office of the company, online, over a real line."""
    with kernels.office(company.kernel, "S1") as kernel:
        yield kernel
