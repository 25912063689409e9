"""Who is let in by certificate, who is not, and what a certificate opens."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from lienso.errors import LiensoError, LinkError, StorageBusy
from lienso.model import Actor
from lienso.security import certificates, own_identity
from lienso.security.authority import revoke
from lienso.security.cloud import CloudSecurity
from lienso.security.rates import CallLimits, Rate
from lienso.sync.enrolment import add_site
from lienso.sync.messages import CHAIN_START, HelloRequest
from lienso.testing import kernels
from lienso.transport import Credentials
from lienso_transport_grpc.server import GrpcServer

NAMES = ["127.0.0.1"]


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(LiensoError) as refused:
        call()
    return refused.value.code


def opened(link: Any) -> str:
    """Say Hello as a new site; returns the session's id."""
    return str(link.hello(HelloRequest(0, "", 0, 0, (CHAIN_START,), 0, host="m1")).session_id)


def sessions(guarded: Any, tenant: str = kernels.TENANT) -> dict[str, str]:
    """Return the session of each site of a company that has one."""
    rows = guarded.kernel.storage.read(tenant, lambda view: view.state("site").scan())
    return {row["site_id"]: row["session_id"] for row in rows if row["session_id"]}


@pytest.mark.parametrize("path", ["Records/Save", "Sync/Push", "Capabilities/Invoke"])
def test_nothing_is_read_of_what_a_stranger_sends(cloud: Any, path: str) -> None:
    with grpc.insecure_channel(cloud.target) as channel:
        with pytest.raises(grpc.RpcError) as failed:
            channel.unary_unary(f"/lienso.v1.{path}")(b"\xff\xff\xff", timeout=10)
        with pytest.raises(grpc.RpcError) as streamed:
            next(channel.unary_stream("/lienso.v1.Reports/Run")(b"\xff\xff\xff", timeout=10))

    assert failed.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert streamed.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_without_a_certificate_a_good_token_opens_nothing(guarded: Any, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text(guarded.security.server.certificate)
    token = add_site(guarded.kernel, kernels.TENANT, "HANOI")

    assert code_of(guarded.link(Credentials(token, str(ca))).probe) == "link_down"


def test_a_certificate_of_an_unknown_authority_is_stopped_in_the_handshake(
    guarded: Any,
) -> None:
    folder = guarded.enrol("HANOI")
    now = guarded.clock.now()
    authority, authority_key = certificates.made_authority("somebody", now)
    key = certificates.new_key()
    certificate = certificates.signed_leaf(
        authority, authority_key, key.public_key(), common_name="HANOI",
        names=[certificates.x509.UniformResourceIdentifier(
            f"lienso://tenant/{kernels.TENANT}/site/HANOI"
        )],
        client=True, now=now, expires_at=now + datetime.timedelta(days=9),
    )  # fmt: skip
    content = certificates.key_bytes(key) + certificates.pem_of(certificate).encode()
    (folder / own_identity.IDENTITY_FILE).write_bytes(content)

    assert code_of(guarded.link(own_identity.credentials(folder)).probe) == "link_down"


def test_the_servers_own_authority_lets_no_client_in(guarded: Any) -> None:
    """It stands in the list that the handshake trusts, but what it signs is for servers only."""
    folder = guarded.enrol("HANOI")
    tls = guarded.security.server.tls(NAMES, None)()
    (folder / own_identity.IDENTITY_FILE).write_bytes(tls.key + tls.certificate)

    assert code_of(guarded.link(own_identity.credentials(folder)).probe) == "link_down"


def test_a_site_speaks_to_no_server_of_another_authority(guarded: Any, tmp_path: Path) -> None:
    impostor = CloudSecurity(guarded.kernel, tmp_path / "impostor")
    url = guarded.serve(guarded.services, impostor.options(NAMES))
    folder = guarded.enrol("HANOI")

    assert (
        code_of(guarded.link(own_identity.credentials(folder), url).probe) == "server_not_trusted"
    )


def test_a_site_speaks_to_no_server_of_another_name(guarded: Any) -> None:
    url = guarded.serve(guarded.services, guarded.security.options(["cloud.example.vn"]))
    folder = guarded.enrol("HANOI")

    assert (
        code_of(guarded.link(own_identity.credentials(folder), url).probe) == "server_not_trusted"
    )


@pytest.mark.parametrize("days", [2, -200], ids=["not yet", "no longer"])
def test_a_site_whose_clock_is_wrong_is_told_what_tls_objects_to(guarded: Any, days: int) -> None:
    folder = guarded.enrol("HANOI")
    guarded.clock.set(guarded.clock.now() + datetime.timedelta(days=days))
    url = guarded.serve(guarded.services, guarded.security.options(NAMES))

    with pytest.raises(LinkError) as refused:
        guarded.link(own_identity.credentials(folder), url).probe()

    assert refused.value.code == "server_not_trusted"
    words = "certificate is not yet valid" if days > 0 else "certificate has expired"
    assert words in refused.value.detail["reason"]


def test_an_expired_certificate_is_stopped_in_the_handshake(guarded: Any) -> None:
    now = guarded.clock.now()
    guarded.clock.set(now - datetime.timedelta(days=90, minutes=1))
    made = guarded.security.invite(guarded.tenant, "site", "HANOI")
    key = certificates.new_key()
    reply = guarded.security.enrolling.enrol(made.code, certificates.request_of(key, "x"))
    guarded.clock.set(now)
    folder = guarded.enrol("HUE")
    content = certificates.key_bytes(key) + reply["certificate"].encode()
    (folder / own_identity.IDENTITY_FILE).write_bytes(content)

    assert code_of(guarded.link(own_identity.credentials(folder)).probe) == "link_down"


def test_a_certificate_that_ends_while_the_line_is_open_opens_nothing_more(
    guarded: Any,
) -> None:
    link = guarded.link(own_identity.credentials(guarded.enrol("HANOI")))
    link.probe()

    guarded.clock.advance(90 * 24 * 3_600)

    assert code_of(link.probe) == "certificate_expired"


def test_a_revoked_site_is_out_at_its_next_call_on_an_open_line(guarded: Any) -> None:
    link = guarded.link(own_identity.credentials(guarded.enrol("HANOI")))
    other = guarded.link(own_identity.credentials(guarded.enrol("HUE")))
    link.probe()

    revoke(guarded.kernel, kernels.TENANT, "HANOI")

    assert code_of(link.probe) == "certificate_revoked"
    other.probe()


def test_a_site_that_was_revoked_says_why_it_is_not_online_and_keeps_its_work(
    guarded: Any,
) -> None:
    link = guarded.link(own_identity.credentials(guarded.enrol("HANOI")))
    with kernels.office(guarded.kernel, "HANOI", link=link) as office:
        office.save(kernels.actor(office), "partner", {"code": "A", "name": "A"})
        before = office.site.status()["gate"]
        revoke(guarded.kernel, kernels.TENANT, "HANOI")

        assert code_of(office.site.push) == "certificate_revoked"
        status = office.site.status()

    assert before == ""
    assert (status["gate"], status["sealed"]) == ("certificate_revoked", 1)


def test_a_revoked_site_that_watches_is_told_nothing_more(guarded: Any) -> None:
    watch = guarded.link(own_identity.credentials(guarded.enrol("HANOI"))).watch()
    first = next(watch)

    revoke(guarded.kernel, kernels.TENANT, "HANOI")
    guarded.kernel.save(Actor(kernels.TENANT), "partner", {"code": "A", "name": "A"})

    assert first.why == "start"
    assert code_of(lambda: next(watch)) == "certificate_revoked"


def test_the_company_is_that_of_the_certificate(guarded: Any) -> None:
    guarded.kernel.save(Actor(kernels.TENANT), "partner", {"code": "A", "name": "Của TEST"})
    other = guarded.kernel.add_tenant("OTHER", "Công ty khác")

    mine = guarded.client(own_identity.credentials(guarded.enrol("x", "client")))
    theirs = guarded.client(own_identity.credentials(guarded.enrol("x", "client", other)))

    assert mine.get("partner", "A").data["name"] == "Của TEST"
    assert code_of(lambda: theirs.get("partner", "A")) == "not_found"


def test_a_token_that_says_another_company_or_site_is_refused(guarded: Any) -> None:
    folder = guarded.enrol("HANOI")
    other = guarded.kernel.add_tenant("OTHER", "Công ty khác")
    own = own_identity.credentials(folder, add_site(guarded.kernel, kernels.TENANT, "HANOI"))

    guarded.link(own).probe()
    for token in (
        add_site(guarded.kernel, other.id, "HANOI"),
        add_site(guarded.kernel, kernels.TENANT, "HUE"),
    ):
        link = guarded.link(own_identity.credentials(folder, token))
        assert code_of(link.probe) == "identity_mismatch"


def test_a_company_that_is_added_while_the_server_runs_is_let_in(guarded: Any) -> None:
    guarded.link(own_identity.credentials(guarded.enrol("HANOI"))).probe()
    later = guarded.kernel.add_tenant("LATER", "Công ty mới")

    added = guarded.link(own_identity.credentials(guarded.enrol("HANOI", tenant=later)))

    session = opened(added)

    assert (sessions(guarded, later.id), sessions(guarded)) == ({"HANOI": session}, {})


def test_any_address_is_served_to_those_with_a_certificate(guarded: Any) -> None:
    server = GrpcServer("grpc:0.0.0.0:0", guarded.services, guarded.security.options(NAMES))
    guarded.closing.append(lambda: server.stop(grace_s=0))
    port = server.url.rpartition(":")[2]

    folder = guarded.enrol("HANOI")

    session = opened(guarded.link(own_identity.credentials(folder), f"grpc:127.0.0.1:{port}"))

    assert sessions(guarded) == {"HANOI": session}


def test_a_server_that_cannot_read_certificates_lets_nobody_in_by_token(guarded: Any) -> None:
    services = dataclasses.replace(guarded.services, identify=None)
    url = guarded.serve(services, guarded.security.options(NAMES))
    folder = guarded.enrol("HANOI")
    token = add_site(guarded.kernel, kernels.TENANT, "HANOI")

    link = guarded.link(own_identity.credentials(folder, token), url)

    assert code_of(link.probe) == "unauthenticated"


def test_too_many_calls_are_told_when_to_come_again(guarded: Any) -> None:
    limit = CallLimits(guarded.clock, site=Rate(per_minute=20, burst=2))
    url = guarded.serve(
        dataclasses.replace(guarded.services, limit=limit), guarded.security.options(NAMES)
    )
    folder = guarded.enrol("HANOI")
    link = guarded.link(own_identity.credentials(folder), url)
    other = guarded.link(own_identity.credentials(guarded.enrol("HUE")), url)
    link.probe()
    link.probe()

    with pytest.raises(StorageBusy) as refused:
        link.probe()

    assert refused.value.code == "rate_limited"
    cause = refused.value.__cause__
    assert isinstance(cause, grpc.RpcError)
    assert cause.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    retry = error_details_pb2.RetryInfo()
    [packed] = [one for one in rpc_status.from_call(cause).details if one.Is(retry.DESCRIPTOR)]
    packed.Unpack(retry)
    assert retry.retry_delay.ToMilliseconds() == 3_000
    other.probe()
    guarded.clock.advance(3)
    link.probe()
