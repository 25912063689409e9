"""A cloud behind TLS, on real servers.

TLS compares certificates with the machine's clock, so the cloud's clock is set to it here; from
there on only the tests move it.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from lienso.client import Client
from lienso.kernel import Kernel
from lienso.security import own_identity
from lienso.security.authority import Kind
from lienso.security.cloud import CloudSecurity
from lienso.storage import Tenant
from lienso.testing import kernels
from lienso.transport import Credentials, ServeOptions, Services
from lienso_transport_grpc.client_api import GrpcApi
from lienso_transport_grpc.client_link import GrpcLink
from lienso_transport_grpc.server import GrpcServer

NAMES = ["127.0.0.1"]


@dataclasses.dataclass
class Guarded:
    """A cloud behind TLS: one port for those with a certificate, one for enrolment."""

    kernel: Kernel
    security: CloudSecurity
    services: Services
    url: str
    enrol_url: str
    folder: Path
    closing: list[Callable[[], object]]

    @property
    def tenant(self) -> Tenant:
        found = self.kernel.storage.tenants().get(kernels.TENANT)
        assert found is not None
        return found

    @property
    def clock(self) -> kernels.Clock:
        clock = self.kernel.clock
        assert isinstance(clock, kernels.Clock)
        return clock

    def enrol(self, name: str, kind: Kind = "site", tenant: Tenant | None = None) -> Path:
        """Enrol a machine over the line; returns its folder."""
        company = tenant or self.tenant
        invitation = self.security.invite(company, kind, name)
        folder = self.folder / f"{company.code}-{name}"
        own_identity.enrol(self.enrol_url, invitation.code, invitation.fingerprint, folder)
        return folder

    def link(self, credentials: Credentials, url: str = "") -> GrpcLink:
        link = GrpcLink(url or self.url, credentials)
        self.closing.append(link.close)
        return link

    def client(self, credentials: Credentials) -> Client:
        client = Client(GrpcApi(self.url, credentials))
        self.closing.append(client.close)
        return client

    def serve(self, services: Services, options: ServeOptions) -> str:
        server = GrpcServer("grpc:127.0.0.1:0", services, options)
        self.closing.append(lambda: server.stop(grace_s=0))
        return server.url


@pytest.fixture
def guarded(head: Kernel, cloud: Any, tmp_path: Path) -> Iterator[Guarded]:
    assert isinstance(head.clock, kernels.Clock)
    head.clock.set(datetime.datetime.now(datetime.UTC))
    security = CloudSecurity(head, tmp_path / "keys")
    services = security.services(cloud.services)
    made = Guarded(head, security, services, "", "", tmp_path / "machines", [])
    made.url = made.serve(services, security.options(NAMES))
    made.enrol_url = made.serve(services, security.enrolment_options(NAMES))
    yield made
    for close in reversed(made.closing):
        close()
