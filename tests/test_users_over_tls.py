"""Users over certified lines: the company is the certificate's, the user is the session's."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lienso.cli.servers import cloud_services
from lienso.client import Client
from lienso.errors import LiensoError
from lienso.kernel import Kernel
from lienso.model import Actor
from lienso.security import own_identity
from lienso.security.authority import Kind
from lienso.security.cloud import CloudSecurity
from lienso.security.people import add_user
from lienso.storage import Tenant
from lienso.sync.messages import CallRequest
from lienso.testing import kernels
from lienso.transport import Credentials
from lienso_transport_grpc.client_api import GrpcApi
from lienso_transport_grpc.client_link import GrpcLink

NAMES = ["127.0.0.1"]
PASSWORD = "một mật khẩu tốt"


@dataclass(frozen=True, slots=True)
class Guarded:
    """A cloud that asks for certificates, with the user hoa in its first company."""

    head: Kernel
    security: CloudSecurity
    url: str
    enrol_url: str
    folder: Path

    def shown(self, name: str, kind: Kind, tenant: Tenant | None = None) -> Credentials:
        """Enrol a machine and return what it shows."""
        company = tenant or self.head.storage.tenants().get(kernels.TENANT)
        assert company is not None
        code = self.security.invite(company, kind, name)
        folder = self.folder / f"{company.code}-{name}"
        own_identity.enrol(self.enrol_url, code.code, code.fingerprint, folder)
        return own_identity.credentials(folder)


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    # TLS compares certificates with the machine's clock.
    clock = kernels.Clock()
    clock.set(datetime.datetime.now(datetime.UTC))
    with kernels.cloud(clock=clock) as head:
        by = kernels.actor(head)
        add_user(head, by, "hoa", "", (), administrator=True)
        head.accounts.set_password(by, "hoa", PASSWORD)
        security = CloudSecurity(head, tmp_path / "keys")
        services = security.services(cloud_services(head))
        options = security.options(NAMES), security.enrolment_options(NAMES)
        servers = [head.serve("grpc:127.0.0.1:0", services, one) for one in options]
        yield Guarded(head, security, servers[0].url, servers[1].url, tmp_path / "machines")
        for server in servers:
            server.stop(0)


def code_of(work: Callable[[], Any]) -> str:
    """Return the code of an error; empty for none."""
    try:
        work()
    except LiensoError as error:
        return error.code
    return ""


def test_a_session_is_good_on_the_lines_of_its_own_company_alone(guarded: Guarded) -> None:
    other = guarded.head.add_tenant("OTHER", "Công ty khác", regime="TT200")
    add_user(guarded.head, Actor(other.id, trusted=True), "ngan", "", (), administrator=True)
    mine = GrpcApi(guarded.url, guarded.shown("tool", "client"))
    theirs = GrpcApi(guarded.url, guarded.shown("tool", "client", other))

    assert code_of(lambda: Client(mine).get("account", "1111")) == "sign_in_required"
    session = mine.request("Users.SignIn", {"user": "hoa", "password": PASSWORD})["session"]
    for line in (mine, theirs):
        line.use_session(session)

    assert Client(mine).get("account", "1111").data["code"] == "1111"
    assert code_of(lambda: Client(theirs).get("account", "1111")) == "session_ended"
    assert code_of(lambda: Client(theirs).sign_in("hoa", PASSWORD)) == "sign_in_wrong"
    mine.close()
    theirs.close()


def test_a_site_asks_the_cloud_about_its_user_and_speaks_for_no_other(guarded: Guarded) -> None:
    link = GrpcLink(guarded.url, guarded.shown("HANOI", "site"))
    asked = {"user": "HOA", "secret": PASSWORD, "token_name": "", "log": []}
    report = CallRequest("report", "system.permissions", {}, "2", "hoa")

    before = code_of(lambda: link.call(report))
    known = link.call(CallRequest("account", "sign_in", asked, "1", "local", "may1")).result
    rows = link.call(report).result["rows"]
    pretending = code_of(lambda: link.call(CallRequest("report", report.id, {}, "3", "system")))

    assert (before, pretending) == ("sign_in_required", "sign_in_required")
    assert (known["user"], known["verifier"].startswith("$argon2id$")) == ("hoa", True)
    assert [row[0] for row in rows] == ["hoa"]
    link.close()
