"""TLS 1.3 only, renewal without a pause, and no secret where people look."""

from __future__ import annotations

import datetime
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lienso.errors import LiensoError, Refused
from lienso.model import Actor
from lienso.security import own_identity
from lienso.sync.enrolment import add_site
from lienso.testing import kernels
from lienso_transport_grpc.callers import Caller

NAMES = ["127.0.0.1"]


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(LiensoError) as refused:
        call()
    return refused.value.code


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


def test_calls_really_come_over_tls_1_3(guarded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    checked = Caller.require_good_line

    def noting(caller: Caller) -> None:
        seen.append(caller.tls_version)
        checked(caller)

    monkeypatch.setattr(Caller, "require_good_line", noting)

    guarded.link(own_identity.credentials(guarded.enrol("HANOI"))).probe()

    assert set(seen) == {"TLSv1.3"}


def test_a_certificate_is_renewed_on_an_open_line_without_a_pause(guarded: Any) -> None:
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


def test_a_renewal_that_is_not_due_is_refused_by_the_cloud(guarded: Any) -> None:
    folder = guarded.enrol("HANOI")
    before = (folder / own_identity.IDENTITY_FILE).read_bytes()
    now = guarded.clock.now()

    def renew() -> None:
        own_identity.renew_if_due(guarded.url, folder, now, force=True)

    assert code_of(renew) == "renewal_too_early"
    assert (folder / own_identity.IDENTITY_FILE).read_bytes() == before


def test_a_renewal_that_gets_no_answer_leaves_the_certificate(guarded: Any) -> None:
    folder = guarded.enrol("HANOI")
    now = guarded.clock.now() + datetime.timedelta(days=70)

    assert (
        code_of(lambda: own_identity.renew_if_due("grpc:127.0.0.1:1", folder, now)) == "link_down"
    )
    guarded.link(own_identity.credentials(folder)).probe()


@pytest.mark.parametrize("damage", ["mode", "content", "gone"])
def test_an_identity_file_that_is_not_in_order_is_refused(guarded: Any, damage: str) -> None:
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


def test_no_code_key_or_token_is_in_a_log_an_error_or_a_repr(
    guarded: Any, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
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
