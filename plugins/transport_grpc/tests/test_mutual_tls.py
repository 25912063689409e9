"""Real servers behind TLS: who is let in by certificate, who is not, and what a certificate opens.

TLS compares certificates with the machine's clock, so the cloud's clock is set to it here; from
there on only the tests move it.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status
from lienso.client import Client
from lienso.errors import LiensoError, LinkError, Refused, StorageBusy
from lienso.kernel import Kernel
from lienso.model import Actor
from lienso.security import certificates, own_identity
from lienso.security.authority import Kind, revoke
from lienso.security.cloud import CloudSecurity
from lienso.security.rates import CallLimits, Rate
from lienso.storage import Tenant
from lienso.sync.enrolment import add_client, add_site
from lienso.testing import kernels
from lienso.transport import Credentials, ServeOptions, Services
from lienso_transport_grpc.callers import Caller
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
    head.clock.set(datetime.datetime.now(datetime.UTC))  # type: ignore[attr-defined]
    security = CloudSecurity(head, tmp_path / "keys")
    services = security.services(cloud.services)
    made = Guarded(head, security, services, "", "", tmp_path / "machines", [])
    made.url = made.serve(services, security.options(NAMES))
    made.enrol_url = made.serve(services, security.enrolment_options(NAMES))
    yield made
    for close in reversed(made.closing):
        close()


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(LiensoError) as refused:
        call()
    return refused.value.code


# -- enrolment ----------------------------------------------------------------------------------------


def test_a_site_enrols_over_the_line_and_is_known_from_then_on(guarded: Guarded) -> None:
    folder = guarded.enrol("HANOI")

    guarded.link(own_identity.credentials(folder)).probe()

    enrolled = own_identity.enrolled(folder)
    assert (enrolled.kind, enrolled.name, enrolled.tenant_id) == ("site", "HANOI", kernels.TENANT)
    assert enrolled.tenant_name == kernels.COMPANY
    assert not (folder / own_identity.PENDING_KEY_FILE).exists()
    assert [path.stat().st_mode & 0o077 for path in folder.iterdir()] == [0, 0, 0]


def test_a_program_enrols_the_same_way_and_calls_the_api(guarded: Guarded) -> None:
    client = guarded.client(own_identity.credentials(guarded.enrol("reports", "client")))

    assert [found["id"] for found in client.types()] == ["partner", "receipt"]


def test_a_program_is_no_site(guarded: Guarded) -> None:
    link = guarded.link(own_identity.credentials(guarded.enrol("reports", "client")))

    assert code_of(link.probe) == "no_permission"


@pytest.mark.parametrize("what", ["wrong", "used", "expired"])
def test_a_code_that_is_not_good_is_refused_over_the_line(guarded: Guarded, what: str) -> None:
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


def test_a_lost_reply_is_fetched_again(guarded: Guarded) -> None:
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


def test_a_machine_that_is_enrolled_is_not_enrolled_over(guarded: Guarded) -> None:
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
    guarded: Guarded, tmp_path: Path, shows: str
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


def test_the_fingerprint_is_read_as_people_write_it(guarded: Guarded) -> None:
    made = guarded.security.invite(guarded.tenant, "site", "HANOI")
    pin = made.fingerprint.upper()
    pairs = ":".join(pin[at : at + 2] for at in range(0, len(pin), 2))

    own_identity.enrol(guarded.enrol_url, made.code, pairs, guarded.folder / "HANOI")


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


def test_the_enrolment_port_offers_nothing_else(guarded: Guarded) -> None:
    token = (("authorization", f"Bearer {add_client(guarded.kernel, kernels.TENANT, 'x')}"),)
    root = guarded.security.server.certificate

    for path in ("Records/ListTypes", "Sync/Probe", "Site/Status", "Certificates/Renew"):
        code = raw(guarded.enrol_url, f"/lienso.v1.{path}", root, token)
        assert code is grpc.StatusCode.UNIMPLEMENTED


def test_the_port_for_certificates_offers_no_enrolment(guarded: Guarded) -> None:
    folder = guarded.enrol("HANOI")
    identity = own_identity.split_identity((folder / own_identity.IDENTITY_FILE).read_bytes())
    root = guarded.security.server.certificate

    code = raw(guarded.url, "/lienso.v1.Enrolment/Enrol", root, identity=identity)

    assert code is grpc.StatusCode.UNIMPLEMENTED


# -- who is let in --------------------------------------------------------------------------------------


def test_without_a_certificate_a_good_token_opens_nothing(guarded: Guarded, tmp_path: Path) -> None:
    ca = tmp_path / "ca.pem"
    ca.write_text(guarded.security.server.certificate)
    token = add_site(guarded.kernel, kernels.TENANT, "HANOI")

    assert code_of(guarded.link(Credentials(token, str(ca))).probe) == "link_down"


def test_a_certificate_of_an_unknown_authority_is_stopped_in_the_handshake(
    guarded: Guarded,
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


def test_the_servers_own_authority_lets_no_client_in(guarded: Guarded) -> None:
    """It stands in the list that the handshake trusts, but what it signs is for servers only."""
    folder = guarded.enrol("HANOI")
    tls = guarded.security.server.tls(NAMES, None)()
    (folder / own_identity.IDENTITY_FILE).write_bytes(tls.key + tls.certificate)

    assert code_of(guarded.link(own_identity.credentials(folder)).probe) == "link_down"


def test_a_site_speaks_to_no_server_of_another_authority(guarded: Guarded, tmp_path: Path) -> None:
    impostor = CloudSecurity(guarded.kernel, tmp_path / "impostor")
    url = guarded.serve(guarded.services, impostor.options(NAMES))
    folder = guarded.enrol("HANOI")

    assert code_of(guarded.link(own_identity.credentials(folder), url).probe) == "link_down"


def test_a_site_speaks_to_no_server_of_another_name(guarded: Guarded) -> None:
    url = guarded.serve(guarded.services, guarded.security.options(["cloud.example.vn"]))
    folder = guarded.enrol("HANOI")

    assert code_of(guarded.link(own_identity.credentials(folder), url).probe) == "link_down"


def test_an_expired_certificate_is_stopped_in_the_handshake(guarded: Guarded) -> None:
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
    guarded: Guarded,
) -> None:
    link = guarded.link(own_identity.credentials(guarded.enrol("HANOI")))
    link.probe()

    guarded.clock.advance(90 * 24 * 3_600)

    assert code_of(link.probe) == "certificate_expired"


def test_a_revoked_site_is_out_at_its_next_call_on_an_open_line(guarded: Guarded) -> None:
    link = guarded.link(own_identity.credentials(guarded.enrol("HANOI")))
    other = guarded.link(own_identity.credentials(guarded.enrol("HUE")))
    link.probe()

    revoke(guarded.kernel, kernels.TENANT, "HANOI")

    assert code_of(link.probe) == "certificate_revoked"
    other.probe()


def test_a_revoked_site_that_watches_is_told_nothing_more(guarded: Guarded) -> None:
    watch = guarded.link(own_identity.credentials(guarded.enrol("HANOI"))).watch()
    first = next(watch)

    revoke(guarded.kernel, kernels.TENANT, "HANOI")
    guarded.kernel.save(Actor(kernels.TENANT), "partner", {"code": "A", "name": "A"})

    assert first.why == "start"
    assert code_of(lambda: next(watch)) == "certificate_revoked"


def test_the_company_is_that_of_the_certificate(guarded: Guarded) -> None:
    guarded.kernel.save(Actor(kernels.TENANT), "partner", {"code": "A", "name": "Của TEST"})
    other = guarded.kernel.add_tenant("OTHER", "Công ty khác")

    mine = guarded.client(own_identity.credentials(guarded.enrol("x", "client")))
    theirs = guarded.client(own_identity.credentials(guarded.enrol("x", "client", other)))

    assert mine.get("partner", "A").data["name"] == "Của TEST"
    assert code_of(lambda: theirs.get("partner", "A")) == "not_found"


def test_a_token_that_says_another_company_or_site_is_refused(guarded: Guarded) -> None:
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


def test_a_company_that_is_added_while_the_server_runs_is_let_in(guarded: Guarded) -> None:
    guarded.link(own_identity.credentials(guarded.enrol("HANOI"))).probe()
    later = guarded.kernel.add_tenant("LATER", "Công ty mới")

    guarded.link(own_identity.credentials(guarded.enrol("HANOI", tenant=later))).probe()


def test_any_address_is_served_to_those_with_a_certificate(guarded: Guarded) -> None:
    server = GrpcServer("grpc:0.0.0.0:0", guarded.services, guarded.security.options(NAMES))
    guarded.closing.append(lambda: server.stop(grace_s=0))
    port = server.url.rpartition(":")[2]

    folder = guarded.enrol("HANOI")

    guarded.link(own_identity.credentials(folder), f"grpc:127.0.0.1:{port}").probe()


def test_a_server_that_cannot_read_certificates_lets_nobody_in_by_token(guarded: Guarded) -> None:
    services = dataclasses.replace(guarded.services, identify=None)
    url = guarded.serve(services, guarded.security.options(NAMES))
    folder = guarded.enrol("HANOI")
    token = add_site(guarded.kernel, kernels.TENANT, "HANOI")

    link = guarded.link(own_identity.credentials(folder, token), url)

    assert code_of(link.probe) == "unauthenticated"


# -- TLS 1.3 ----------------------------------------------------------------------------------------

DOWNGRADE = """
import socket, ssl, sys
from pathlib import Path
import lienso_transport_grpc, grpc
from lienso.kernel import Settings, start
from lienso.security.cloud import CloudSecurity
from lienso.transport import Services
from lienso_transport_grpc.server import GrpcServer

with start(Settings(modules=())) as kernel:
    security = CloudSecurity(kernel, Path(sys.argv[1]))
    services = security.services(Services(None, None))
    server = GrpcServer("grpc:127.0.0.1:0", services, security.enrolment_options(["127.0.0.1"]))
    port = int(server.url.rpartition(":")[2])
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = ssl.create_default_context(cadata=security.server.certificate)
        context.maximum_version = version
        context.set_alpn_protocols(["h2"])
        try:
            with socket.create_connection(("127.0.0.1", port)) as line:
                with context.wrap_socket(line, server_hostname="127.0.0.1") as tls:
                    print(tls.version())
        except OSError:
            print("refused")
    server.stop(0)
"""


def test_a_handshake_of_tls_1_2_is_refused(tmp_path: Path) -> None:
    """In a process of its own: gRPC reads its list of ciphers once, when it is imported."""
    done = subprocess.run(
        [sys.executable, "-c", DOWNGRADE, str(tmp_path)],
        capture_output=True, text=True, check=True, timeout=120,
    )  # fmt: skip

    assert done.stdout.split() == ["refused", "TLSv1.3"]


@pytest.mark.parametrize("version", ["TLSv1.2", "TLSv1", "unknown"])
def test_a_call_over_older_tls_is_refused_should_a_handshake_succeed(version: str) -> None:
    with pytest.raises(Refused) as refused:
        Caller("", b"", version).require_good_line()

    assert refused.value.code == "tls_too_old"


def test_calls_really_come_over_tls_1_3(guarded: Guarded, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    checked = Caller.require_good_line

    def noting(caller: Caller) -> None:
        seen.append(caller.tls_version)
        checked(caller)

    monkeypatch.setattr(Caller, "require_good_line", noting)

    guarded.link(own_identity.credentials(guarded.enrol("HANOI"))).probe()

    assert set(seen) == {"TLSv1.3"}


# -- renewal ------------------------------------------------------------------------------------------


def test_a_certificate_is_renewed_on_an_open_line_without_a_pause(guarded: Guarded) -> None:
    now = guarded.clock.now()
    guarded.clock.set(now - datetime.timedelta(days=70))
    folder = guarded.enrol("HANOI")
    link = guarded.link(own_identity.credentials(folder))
    watch = link.watch()
    assert next(watch).why == "start"
    early = own_identity.renew_if_due(guarded.url, folder, guarded.clock.now())
    guarded.clock.set(now)

    renewed = own_identity.renew_if_due(guarded.url, folder, now)

    link.probe()
    guarded.kernel.save(Actor(kernels.TENANT), "partner", {"code": "A", "name": "A"})
    assert next(watch).head == 1
    assert (early, renewed) == (False, True)
    assert own_identity.renewal_due_at(folder) > now + datetime.timedelta(days=59)
    assert not own_identity.renew_if_due(guarded.url, folder, now)
    guarded.clock.advance(21 * 24 * 3_600)  # past the end of the former certificate
    link.probe()


def test_a_renewal_that_is_not_due_is_refused_by_the_cloud(guarded: Guarded) -> None:
    folder = guarded.enrol("HANOI")
    before = (folder / own_identity.IDENTITY_FILE).read_bytes()
    now = guarded.clock.now()

    def renew() -> None:
        own_identity.renew_if_due(guarded.url, folder, now, force=True)

    assert code_of(renew) == "renewal_too_early"
    assert (folder / own_identity.IDENTITY_FILE).read_bytes() == before


def test_a_renewal_that_gets_no_answer_leaves_the_certificate(guarded: Guarded) -> None:
    folder = guarded.enrol("HANOI")
    now = guarded.clock.now() + datetime.timedelta(days=70)

    assert (
        code_of(lambda: own_identity.renew_if_due("grpc:127.0.0.1:1", folder, now)) == "link_down"
    )
    guarded.link(own_identity.credentials(folder)).probe()


@pytest.mark.parametrize("damage", ["mode", "content", "gone"])
def test_an_identity_file_that_is_not_in_order_is_refused(guarded: Guarded, damage: str) -> None:
    folder = guarded.enrol("HANOI")
    credentials = own_identity.credentials(folder)
    path = folder / own_identity.IDENTITY_FILE
    if damage == "mode":
        path.chmod(0o644)
    elif damage == "content":
        path.write_text("nonsense")
    else:
        path.unlink()

    expected = "key_file_open" if damage == "mode" else "file_unreadable"
    assert code_of(lambda: guarded.link(credentials)) == expected


# -- limits -------------------------------------------------------------------------------------------


def test_too_many_calls_are_told_when_to_come_again(guarded: Guarded) -> None:
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


# -- secrets ------------------------------------------------------------------------------------------


def test_no_code_key_or_token_is_in_a_log_an_error_or_a_repr(
    guarded: Guarded, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    made = guarded.security.invite(guarded.tenant, "site", "HANOI")
    folder = guarded.folder / "HANOI"
    own_identity.enrol(guarded.enrol_url, made.code, made.fingerprint, folder)
    token = add_site(guarded.kernel, kernels.TENANT, "HUE")
    credentials = own_identity.credentials(folder, token)
    said = [repr(made), repr(credentials), repr(Caller(token)), repr(guarded.security.server)]
    said += [str(own_identity.describe(folder)), repr(guarded.security.server.tls(NAMES, None)())]
    for call in (
        guarded.link(credentials).probe,
        lambda: own_identity.enrol(guarded.enrol_url, made.code, made.fingerprint, folder / "2"),
        lambda: own_identity.enrol(guarded.enrol_url, made.code, "00" * 32, folder / "3"),
    ):
        with pytest.raises(LiensoError) as failed:
            call()
        said.append(f"{failed.value!r} {failed.value} {failed.value.__cause__!r}")
    out, err = capfd.readouterr()

    everything = "\n".join([*said, caplog.text, out, err])

    key, _ = own_identity.split_identity((folder / own_identity.IDENTITY_FILE).read_bytes())
    for secret in (
        made.code,
        made.code.rsplit(".", 1)[1],
        token.rsplit(".", 1)[1],
        key.decode().splitlines()[1],
        "PRIVATE KEY",
    ):
        assert secret not in everything
