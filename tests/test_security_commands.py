"""Certificates by the command line, with a cloud and a site as processes of their own."""

from __future__ import annotations

import itertools
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lienso import client
from lienso.cli.commands import app
from lienso.cli.security import opened_security, renew_online, renewing
from lienso.configuration import Configuration
from lienso.errors import LinkError, Refused
from lienso.security import own_identity
from lienso.testing import kernels
from lienso.transport import Credentials
from lienso_transport_grpc.client_link import GrpcLink
from typer.testing import CliRunner

RUN = [sys.executable, "-c", "from lienso.cli import main; main()"]


@contextmanager
def served(lines: int, *arguments: str) -> Iterator[list[str]]:
    """Run a serving command; yields where it listens."""
    process = subprocess.Popen([*RUN, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield [process.stdout.readline().strip() for _ in range(lines)]
    finally:
        process.terminate()
        code = process.wait(timeout=30)
        process.stdout.close()
    assert code == 0


def said(*arguments: str, code: int = 0) -> str:
    """Run a command and return what it printed."""
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == code, result.output
    return result.output.strip()


def invited(storage: str, name: str, *more: str) -> tuple[str, str]:
    """Return code and fingerprint."""
    words = said("cloud", "enrol-code", "MP", name, "--storage", storage, *more).split()
    return words[1], words[3]


@pytest.fixture
def storage(tmp_path: Path) -> str:
    url = f"sqlite:{tmp_path / 'cloud.db'}"
    said("tenant", "create", "MP", "Minh Phát", "--storage", url, "--regime", "TT133")
    return url


def test_two_machines_as_the_installer_sets_them_up(storage: str, tmp_path: Path) -> None:
    office_folder, reports = tmp_path / "office", tmp_path / "reports"
    line = {"line": 1, "debit": "1111", "credit": "711", "amount": 500_000}
    body = {"posting_date": "2026-03-01", "reason": "Thu khác", "lines": [line]}
    cloud_arguments = [
        "cloud", "serve", "--storage", storage, "--listen", "grpc:0.0.0.0:0",
        "--enrol", "grpc:0.0.0.0:0", "--name", "127.0.0.1",
    ]  # fmt: skip

    with served(2, *cloud_arguments) as urls:
        cloud, enrolment = (url.replace("0.0.0.0", "127.0.0.1") for url in urls)
        for name, folder, more in (
            ("HANOI", office_folder, ()),
            ("reports", reports, ("--program",)),
        ):
            code, pin = invited(storage, name, *more)
            place = ("--enrol", enrolment, "--fingerprint", pin, "--folder", str(folder))
            assert "MP" in said("site", "enrol", *place, "--code", code)
        said(
            "site", "init", "--data", str(tmp_path / "site"), "--cloud", cloud,
            "--identity", str(office_folder), "--storage", f"sqlite:{tmp_path / 'site.db'}",
        )  # fmt: skip
        with served(
            1, "site", "serve", "--storage", f"sqlite:{tmp_path / 'site.db'}", "--cloud", cloud,
            "--identity", str(office_folder), "--listen", "grpc:127.0.0.1:0", "--fast",
        ) as [site]:  # fmt: skip
            with client.connect(site) as office:
                wait_until_online(office, office.site.watch())
                saved = office.save(body, type="cash_receipt", post=("financial",))
            said("sync", "push", "--at", site)
            reader = program(cloud, reports)
            there = reader.get("cash_receipt", saved.record.id)
            assert there.posted()

            assert "1 certificates" in said(
                "cloud", "revoke", "MP", "reports", "--storage", storage, "--reason", "lost"
            )

            with pytest.raises(Refused) as refused:
                reader.types()
            reader.close()
            assert refused.value.code == "certificate_revoked"
        place = ("--cloud", cloud, "--folder", str(office_folder))
        assert "renewal_too_early" in said("site", "renew", *place, code=1)


def program(cloud: str, folder: Path) -> client.Client:
    from lienso_transport_grpc.client_api import GrpcApi

    return client.Client(GrpcApi(cloud, own_identity.credentials(folder)))


def wait_until_online(office: Any, notices: Iterator[dict[str, Any]]) -> None:
    """Read notices until the site is online and has its data; each change sends one."""
    for _notice in itertools.chain([{}], notices):
        status = office.site.status()
        if status["online"] and status["cursor"]:
            return
    raise AssertionError("the notices ended before the site was online")


def test_a_server_off_this_machine_needs_its_names(storage: str) -> None:
    answer = said("cloud", "serve", "--storage", storage, "--listen", "grpc:0.0.0.0:0", code=1)

    assert "tls_required" in answer


def test_a_passphrase_takes_the_place_of_the_key_file(storage: str, tmp_path: Path) -> None:
    secret = tmp_path / "passphrase"
    secret.write_text("một câu dài\n")
    secret.chmod(0o600)
    arguments = ("--storage", storage, "--keys", str(tmp_path / "keys"))

    made = said("cloud", "enrol-code", "MP", "HANOI", *arguments, "--passphrase-file", str(secret))
    again = said("cloud", "enrol-code", "MP", "HANOI", *arguments, code=1)

    assert made.startswith("code")
    assert "sealing_key_wrong" in again
    assert "một câu dài" not in made + again


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("cloud", "enrol-code", "NONE", "HANOI"), "tenant_unknown"),
        (("cloud", "enrol-code", "MP", "a.b"), "value_out_of_range"),
        (("cloud", "revoke", "MP", "NOWHERE"), "not_enrolled"),
    ],
)
def test_what_cannot_be_done_is_refused_by_code(
    storage: str, arguments: tuple[str, ...], code: str
) -> None:
    assert code in said(*arguments, "--storage", storage, code=1)


def test_a_folder_without_a_certificate_serves_no_site(tmp_path: Path) -> None:
    answer = said(
        "site", "serve", "--storage", "memory:", "--cloud", "grpc:127.0.0.1:1",
        "--identity", str(tmp_path), code=1,
    )  # fmt: skip

    assert "not_enrolled" in answer


def test_a_database_in_memory_has_no_place_for_keys() -> None:
    with kernels.cloud(()) as kernel, pytest.raises(Refused) as refused:
        opened_security(kernel, Configuration(storage="memory:"))

    assert refused.value.code == "key_folder_required"


@pytest.mark.parametrize("trouble", [None, LinkError(), Refused("certificate_revoked")])
def test_a_site_looks_at_once_whether_its_certificate_ends_and_survives_every_answer(
    trouble: Exception | None,
) -> None:
    looked: list[bool] = []

    def renew() -> bool:
        looked.append(True)
        if trouble is not None:
            raise trouble
        return True

    with renewing(renew):
        pass

    assert looked == [True]


def test_a_site_that_is_offline_asks_nobody_for_a_certificate(tmp_path: Path) -> None:
    found = Configuration(cloud="grpc:127.0.0.1:1", identity=str(tmp_path))

    with kernels.cloud(()) as head, kernels.office(head) as site:
        with pytest.raises(Refused) as asked:
            renew_online(site, found)
        assert site.site is not None
        site.site.set_mode(online=False)
        assert not renew_online(site, found)

    assert asked.value.code == "not_enrolled"


def test_credentials_of_a_site_hold_no_secret_but_paths(tmp_path: Path) -> None:
    shown = Credentials("t.n.secret", "ca.pem", str(tmp_path / "identity.pem"))

    assert "secret" not in repr(shown)
    with pytest.raises(Refused):
        GrpcLink("grpc:127.0.0.1:1", shown)


def test_doctor_tells_of_a_site_that_is_not_enrolled(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    place = ("--storage", f"sqlite:{tmp_path / 'site.db'}")
    own = 'role = "site"\ncloud = "grpc:127.0.0.1:1"\nidentity = "nowhere"\n'
    folder.mkdir()
    (folder / "lienso.toml").write_text(own)

    answer = said("doctor", "--data", str(folder), *place, code=1)

    [line] = [line for line in answer.splitlines() if "identity" in line]
    assert "not_enrolled" in line


def test_site_init_needs_to_know_whose_site_it_is(tmp_path: Path) -> None:
    place = ("--data", str(tmp_path / "site"), "--cloud", "grpc:127.0.0.1:1")

    assert "--identity" in said("site", "init", *place, code=1)
