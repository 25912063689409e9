"""Enrolment over the line: codes, the server that is pinned, what the port offers."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import pytest
from lienso.errors import LiensoError, LinkError
from lienso.security import own_identity
from lienso.security.cloud import CloudSecurity
from lienso.sync.enrolment import add_client
from lienso.testing import kernels

NAMES = ["127.0.0.1"]


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(LiensoError) as refused:
        call()
    return refused.value.code


def test_a_site_enrols_over_the_line_and_is_known_from_then_on(guarded: Any) -> None:
    folder = guarded.enrol("HANOI")

    guarded.link(own_identity.credentials(folder)).probe()

    enrolled = own_identity.enrolled(folder)
    assert (enrolled.kind, enrolled.name, enrolled.tenant_id) == ("site", "HANOI", kernels.TENANT)
    assert enrolled.tenant_name == kernels.COMPANY
    assert not (folder / own_identity.PENDING_KEY_FILE).exists()
    assert [path.stat().st_mode & 0o077 for path in folder.iterdir()] == [0, 0, 0]


def test_a_program_enrols_the_same_way_and_calls_the_api(guarded: Any) -> None:
    client = guarded.client(own_identity.credentials(guarded.enrol("reports", "client")))

    assert [found["id"] for found in client.types()] == ["partner", "receipt"]


def test_a_program_is_no_site(guarded: Any) -> None:
    link = guarded.link(own_identity.credentials(guarded.enrol("reports", "client")))

    assert code_of(link.probe) == "no_permission"


@pytest.mark.parametrize("what", ["wrong", "used", "expired"])
def test_a_code_that_is_not_good_is_refused_over_the_line(guarded: Any, what: str) -> None:
    made = guarded.security.invite(guarded.tenant, "site", "HANOI")
    code = made.code
    if what == "wrong":
        code = code[:-1] + ("A" if code[-1] != "A" else "B")
    elif what == "used":
        own_identity.enrol(guarded.enrol_url, code, made.fingerprint, guarded.folder / "first")
    else:
        guarded.clock.advance(15 * 60)

    def enrol() -> None:
        own_identity.enrol(guarded.enrol_url, code, made.fingerprint, guarded.folder / "second")

    assert code_of(enrol) == f"enrolment_code_{what}"
    assert code_of(lambda: own_identity.credentials(guarded.folder / "second")) == "not_enrolled"


def test_a_lost_reply_is_fetched_again(guarded: Any) -> None:
    made = guarded.security.invite(guarded.tenant, "site", "HANOI")
    lost = guarded.folder / "lost"

    class Losing:
        """Answers, and cuts the line the first time."""

        cut = False

        def request(self, rpc: str, body: Any, certificate: bytes) -> dict[str, object]:
            answer = guarded.security.enrolling.request(rpc, body, certificate)
            if rpc == "Enrolment.Enrol" and not self.cut:
                self.cut = True
                raise LinkError
            return answer

    services = dataclasses.replace(guarded.services, certificates=Losing())
    url = guarded.serve(services, guarded.security.enrolment_options(NAMES))

    assert (
        code_of(lambda: own_identity.enrol(url, made.code, made.fingerprint, lost)) == "link_down"
    )
    assert own_identity.enrol(url, made.code, made.fingerprint, lost).name == "HANOI"
    guarded.link(own_identity.credentials(lost)).probe()


def test_a_machine_that_is_enrolled_is_not_enrolled_over(guarded: Any) -> None:
    folder = guarded.enrol("HANOI")
    before = (folder / own_identity.IDENTITY_FILE).read_bytes()

    assert code_of(lambda: guarded.enrol("HANOI")) == "already_enrolled"
    assert (folder / own_identity.IDENTITY_FILE).read_bytes() == before


class Recording:
    """Stands in the middle: shows somebody's authority, and notes what it hears."""

    def __init__(self, authority: str) -> None:
        self.authority, self.heard = authority, list[str]()

    def request(self, rpc: str, body: Any, certificate: bytes) -> dict[str, object]:
        self.heard.append(rpc)
        return {"authority": self.authority}


@pytest.mark.parametrize("shows", ["its own authority", "the authority of the cloud", "nonsense"])
def test_a_server_in_the_middle_never_hears_the_code(
    guarded: Any, tmp_path: Path, shows: str
) -> None:
    attacker = CloudSecurity(guarded.kernel, tmp_path / "attacker")
    authority = {
        "its own authority": attacker.server.certificate,
        "the authority of the cloud": guarded.security.server.certificate,
        "nonsense": "nonsense",
    }[shows]
    middle = Recording(authority)
    services = dataclasses.replace(guarded.services, certificates=middle)
    url = guarded.serve(services, attacker.enrolment_options(NAMES))
    made = guarded.security.invite(guarded.tenant, "site", "HANOI")

    def enrol() -> None:
        own_identity.enrol(url, made.code, made.fingerprint, guarded.folder / "HANOI")

    assert code_of(enrol) == "server_not_pinned"
    assert middle.heard == ["Enrolment.Describe"]


def test_the_fingerprint_is_read_as_people_write_it(guarded: Any) -> None:
    made = guarded.security.invite(guarded.tenant, "site", "HANOI")
    pin = made.fingerprint.upper()
    pairs = ":".join(pin[at : at + 2] for at in range(0, len(pin), 2))

    own_identity.enrol(guarded.enrol_url, made.code, pairs, guarded.folder / "HANOI")

    assert own_identity.enrolled(guarded.folder / "HANOI").name == "HANOI"


def raw(
    url: str, path: str, root: str, metadata: Any = (), identity: tuple[bytes, bytes] | None = None
) -> grpc.StatusCode:
    """Call an rpc with an empty message on a bare channel; returns the status of its failure."""
    key, certificate = identity or (None, None)
    trusted = grpc.ssl_channel_credentials(root.encode(), key, certificate)
    with grpc.secure_channel(url.removeprefix("grpc:"), trusted) as channel:
        with pytest.raises(grpc.RpcError) as failed:
            channel.unary_unary(path)(b"", metadata=metadata, timeout=10)
        code: grpc.StatusCode = failed.value.code()
        return code


def test_the_enrolment_port_offers_nothing_else(guarded: Any) -> None:
    token = (("authorization", f"Bearer {add_client(guarded.kernel, kernels.TENANT, 'x')}"),)
    root = guarded.security.server.certificate

    for path in ("Records/ListTypes", "Sync/Probe", "Site/Status", "Certificates/Renew"):
        code = raw(guarded.enrol_url, f"/lienso.v1.{path}", root, token)
        assert code is grpc.StatusCode.UNIMPLEMENTED


def test_the_port_for_certificates_offers_no_enrolment(guarded: Any) -> None:
    folder = guarded.enrol("HANOI")
    identity = own_identity.split_identity((folder / own_identity.IDENTITY_FILE).read_bytes())
    root = guarded.security.server.certificate

    code = raw(guarded.url, "/lienso.v1.Enrolment/Enrol", root, identity=identity)

    assert code is grpc.StatusCode.UNIMPLEMENTED
