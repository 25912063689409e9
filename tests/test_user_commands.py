"""Users and tokens by command; a server then asks who works."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lienso.cli.commands import app
from lienso.cli.servers import cloud_services, site_services
from lienso.client import connect
from lienso.errors import OfflineRefused, Refused
from lienso.kernel import Kernel
from lienso.sync.enrolment import add_client
from lienso.testing import kernels
from lienso.transport import ServeOptions
from typer.testing import CliRunner

CUSTOMER = {"code": "KH1", "name": "Công ty An Phát", "is_customer": True}
PASSWORD = "một mật khẩu tốt"


@pytest.fixture
def head(tmp_path: Path) -> Iterator[Kernel]:
    """A cloud in a file, so that commands find it."""
    with kernels.cloud(storage=f"sqlite:{tmp_path / 'cloud.db'}") as kernel:
        yield kernel


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    path = tmp_path / "password"
    path.touch(0o600)
    path.write_text(f"{PASSWORD}\n")
    return path


def run(head: Kernel, *arguments: str, typed: str | None = None) -> tuple[int, str]:
    """Run a command on the cloud's database; returns exit code and what it printed."""
    storage = ("--storage", head.settings.storage)
    done = CliRunner().invoke(app, [*arguments, *storage], input=typed)
    return done.exit_code, done.output


def rows(head: Kernel, *arguments: str) -> Any:
    code, text = run(head, *arguments, "--json")
    assert code == 0
    return json.loads(text)


def test_the_first_user_is_an_administrator_and_the_next_is_not(
    head: Kernel, password_file: Path
) -> None:
    assert run(head, "user", "list")[1].startswith("none: whoever reaches")

    first = run(head, "user", "add", "hoa", "--password-file", str(password_file))
    second = run(head, "user", "add", "ngan", typed=f"{PASSWORD}\n{PASSWORD}\n")

    assert (first[0], "do everything" in first[1]) == (0, True)
    assert (second[0], "do everything" in second[1]) == (0, False)
    assert PASSWORD not in first[1] + second[1]
    assert [(row["user"], row["roles"]) for row in rows(head, "user", "list")] == [
        ("hoa", ["ADMIN"]),
        ("ngan", []),
    ]


def test_a_password_that_others_can_read_or_that_is_weak_makes_no_user(
    head: Kernel, password_file: Path
) -> None:
    weak = run(head, "user", "add", "hoa", typed="short\nshort\n")
    password_file.chmod(0o644)
    open_to_all = run(head, "user", "add", "hoa", "--password-file", str(password_file))

    assert (weak[0], "password_weak" in weak[1]) == (1, True)
    assert (open_to_all[0], "key_file_open" in open_to_all[1]) == (1, True)
    assert rows(head, "user", "list") == []


@pytest.mark.parametrize("scheme", ["loopback:", "grpc:127.0.0.1:"])
def test_a_server_asks_who_works_once_there_are_users(
    head: Kernel, password_file: Path, scheme: str
) -> None:
    line = add_client(head, kernels.TENANT, "tool")
    server = head.serve(f"{scheme}0", cloud_services(head), ServeOptions())
    with connect(server.url, line) as client:
        assert client.save(CUSTOMER, type="object").record.version == 1
        run(head, "user", "add", "hoa", "--password-file", str(password_file))

        with pytest.raises(Refused) as unknown:
            client.get("object", "KH1")
        with pytest.raises(Refused) as wrong:
            client.sign_in("hoa", "something else")
        signed_in = client.sign_in("hoa", PASSWORD)
        seen = client.get("object", "KH1")
        run(head, "user", "disable", "hoa")
        with pytest.raises(Refused) as shut_out:
            client.get("object", "KH1")

        assert (unknown.value.code, wrong.value.code) == ("sign_in_required", "sign_in_wrong")
        assert (signed_in.user, signed_in.read_only, seen.version) == ("hoa", False, 1)
        assert shut_out.value.code == "session_ended"
    server.stop(0)


@pytest.mark.parametrize("scheme", ["loopback:", "grpc:127.0.0.1:"])
def test_at_a_site_a_user_works_administers_and_leaves(
    head: Kernel, password_file: Path, scheme: str
) -> None:
    run(head, "user", "add", "hoa", "--password-file", str(password_file))
    with kernels.office(head, "S1") as site:
        server = site.serve(f"{scheme}0", site_services(site), ServeOptions())
        with connect(server.url) as client, connect(server.url) as program:
            assert client.site.status()["mode"] == "online"
            with pytest.raises(Refused) as unknown:
                client.site.set_mode(False)
            client.sign_in("hoa", PASSWORD, workstation="may1")
            token = client.users.create_token("hoa", "nightly", 30)
            program.sign_in(token=token)
            client.users.set_password("hoa", f"{PASSWORD} hơn")
            kernels.catch_up(site)

            assert unknown.value.code == "sign_in_required"
            assert program.users.who_am_i() == "hoa"
            with pytest.raises(Refused) as ended:
                client.users.who_am_i()
            assert ended.value.code == "session_ended"
            client.sign_in("hoa", f"{PASSWORD} hơn")
            client.users.revoke_token("hoa", "nightly")
            kernels.catch_up(site)
            with pytest.raises(Refused):
                program.users.who_am_i()
            client.users.sign_out()
            assert client.users.who_am_i() == "local"
            kernels.go_offline(site)
            assert client.site.set_mode(True)["mode"] != "offline_manual"
        server.stop(0)


@pytest.mark.parametrize("scheme", ["loopback:", "grpc:127.0.0.1:"])
def test_who_does_not_want_the_warning_of_offline_work_is_not_shown_it_there_again(
    head: Kernel, password_file: Path, scheme: str
) -> None:
    run(head, "user", "add", "hoa", "--administrator", "--password-file", str(password_file))
    with kernels.office(head, "S1") as site:
        server = site.serve(f"{scheme}0", site_services(site), ServeOptions())
        with connect(server.url) as client:

            def warned(workstation: str) -> bool:
                return client.sign_in("hoa", PASSWORD, workstation=workstation).offline_warning

            assert not warned("may1")  # online there is nothing to warn of
            kernels.go_offline(site)
            assert [warned("may1"), warned("may1")] == [True, True]
            client.users.set_offline_warning(False)

            assert [warned("may2"), warned("may1")] == [True, False]
            assert client.site.status()["mode"] == "offline_manual"
            client.users.set_offline_warning(True)
            assert warned("may1")
        server.stop(0)


def test_the_cloud_has_no_offline_work_to_warn_of(head: Kernel, password_file: Path) -> None:
    run(head, "user", "add", "hoa", "--password-file", str(password_file))
    server = head.serve("loopback:0", cloud_services(head), ServeOptions())
    with connect(server.url, add_client(head, kernels.TENANT, "tool")) as client:
        assert not client.sign_in("hoa", PASSWORD).offline_warning
        with pytest.raises(Refused) as refused:
            client.users.set_offline_warning(False)

        assert refused.value.code == "only_at_a_site"
    server.stop(0)


@pytest.mark.parametrize("scheme", ["loopback:", "grpc:127.0.0.1:"])
def test_a_supervisor_lets_a_user_work_on_at_a_site_and_edits_users_from_there(
    head: Kernel, password_file: Path, scheme: str
) -> None:
    for user in ("hoa", "ngan"):
        run(head, "user", "add", user, "--administrator", "--password-file", str(password_file))
    with kernels.office(head, "S1") as site:
        server = site.serve(f"{scheme}0", site_services(site), ServeOptions())
        with connect(server.url) as client:
            client.sign_in("hoa", PASSWORD)
            client.save({"code": "lan", "name": "Lan"}, type="user")
            assert head.get(kernels.actor(head), "user", "lan").data.name == "Lan"
            client.sign_in("ngan", PASSWORD)
            kernels.go_offline(site)
            clock: Any = head.clock
            clock.advance(31 * 24 * 3600)
            assert client.sign_in("ngan", PASSWORD).read_only
            with pytest.raises(Refused) as offline:
                client.save({"code": "mai"}, type="user")

            until = client.users.override("ngan", "hoa", PASSWORD, "mất mạng")

            assert offline.value.code == "grant_expired"
            assert not client.sign_in("ngan", PASSWORD).read_only
            assert until > client.sign_in("ngan", PASSWORD).until[:10]
            with pytest.raises(OfflineRefused):
                client.save({"code": "mai"}, type="user")
        if scheme != "loopback:":
            again = CliRunner().invoke(
                app,
                [
                    "user", "override", "ngan", "--supervisor", "hoa", "--reason", "mất mạng",
                    "--password-file", str(password_file), "--at", server.url,
                ],
            )  # fmt: skip
            assert (again.exit_code, "override_not_needed" in again.stderr) == (1, True)
            clock.advance(13 * 3600)
            done = CliRunner().invoke(
                app,
                ["user", "override", "ngan", "--supervisor", "hoa", "--reason", "mất mạng", "--at",
                 server.url],
                input=f"{PASSWORD}\n",
            )  # fmt: skip
            assert (done.exit_code, "hoa answers for it" in done.stdout) == (0, True)
        server.stop(0)


def test_a_token_is_printed_once_listed_and_taken_away(head: Kernel, tmp_path: Path) -> None:
    run(head, "user", "add", "import", "--program")

    code, printed = run(head, "token", "create", "import", "nightly", "--days", "30")
    again = run(head, "token", "create", "import", "nightly")

    token = printed.strip()
    assert (code, again[0], "already_exists" in again[1]) == (0, 1, True)
    assert [(row["user"], row["name"]) for row in rows(head, "token", "list")] == [
        ("import", "nightly")
    ]
    assert token not in run(head, "token", "list")[1]
    tool = kernels.actor(head, "tool")
    _session, who, _until = head.accounts.sign_in(tool, token=token)
    assert who.user == "import"
    assert run(head, "token", "revoke", "import", "nightly")[0] == 0
    with pytest.raises(Refused):
        head.accounts.sign_in(tool, token=token)


def test_commands_at_a_site_work_as_the_user_of_their_token(
    head: Kernel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(head, "user", "add", "operator", "--program")
    token = run(head, "token", "create", "operator", "shell")[1]
    path = tmp_path / "operator.token"
    path.touch(0o600)
    path.write_text(token)
    with kernels.office(head, "S1") as site:
        server = site.serve("grpc:127.0.0.1:0", site_services(site), ServeOptions())
        without = CliRunner().invoke(app, ["sync", "push", "--at", server.url])
        monkeypatch.setenv("LIENSO_USER_TOKEN_FILE", str(path))
        done = CliRunner().invoke(app, ["sync", "push", "--at", server.url])
        server.stop(0)

    assert (without.exit_code, "sign_in_required" in without.output) == (1, True)
    assert done.exit_code == 0


def test_every_call_of_the_client_api_is_judged_or_says_why_not() -> None:
    from lienso.api import CALLS, STREAMS
    from lienso.rights import OF_RPC

    doors = {"Records.Save", "Records.Get", "Records.Print", "Records.List", "Records.Delete",
             "Records.History", "Capabilities.Invoke", "Figures.Get", "Reports.Run",
             "Records.PrintPdf", "Reports.PrintPdf"}  # fmt: skip
    about_themselves = {name for name in CALLS if name.startswith("Users.")}
    declared = {"Records.DescribeType", "Records.ListTypes", "Capabilities.List", "Figures.List",
                "Reports.List"}  # fmt: skip
    how_it_stands = {"Site.Status", "Site.Watch", "Site.Examine"}

    asks_itself = {"Site.SetMode"}

    open_ones = about_themselves | declared | how_it_stands | asks_itself
    assert {*CALLS, *STREAMS} == doors | open_ones | set(OF_RPC)
