"""Signing in: what attackers try, the tokens of programs, and the traces that are left."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lienso import LiensoError
from lienso.kernel import Kernel
from lienso.testing.kernels import (
    TENANT,
    actor,
    catch_up,
    cloud,
    go_offline,
    go_online,
    office,
)

from .conftest import SHOP
from .people import (
    AT_1,
    AT_2,
    DAY,
    OTHER,
    PASSWORD,
    PROGRAM,
    cheap,
    clock_of,
    people,
    refusal,
    sign_in,
)


@pytest.fixture
def head() -> Iterator[Kernel]:
    """A cloud with two users."""
    with cloud(("system",), plugins={"shop": SHOP}) as kernel:
        yield people(cheap(kernel))


@pytest.fixture
def site(head: Kernel) -> Iterator[Kernel]:
    """Its office S1, online."""
    with office(head, "S1") as kernel:
        yield cheap(kernel)


IN_FILES = pytest.mark.skipif(
    importlib.util.find_spec("lienso_storage_sqlite") is None,
    reason="the storage sqlite: is not installed",
)


# -- an attacker with the site's database -----------------------------------------------------------


@pytest.mark.parametrize("storage", ["memory:", pytest.param("sqlite", marks=IN_FILES)])
@pytest.mark.parametrize("column", ["until", "verifier", "user", "since", "granted_at"])
def test_a_grant_that_was_edited_in_the_database_opens_nothing(
    head: Kernel, tmp_path: Path, storage: str, column: str
) -> None:
    url = storage if storage == "memory:" else f"sqlite:{tmp_path / 'site.db'}"
    with office(head, "S1", storage=url) as site:
        sign_in(cheap(site))
        go_offline(site)
        forged = {
            "until": "2099-01-01T00:00:00.000000Z",
            "granted_at": "2025-01-01T00:00:00.000000Z",
            "since": "2099-01-01T00:00:00.000000Z",
            "verifier": site.accounts.credentials.passwords.verifier(OTHER),
            "user": "ngan",
        }

        def edit(writer: Any) -> None:
            table = writer.state("sign_in_grant")
            row = table.get("hoa", "")
            table.put({**row, column: forged[column]})

        site.storage.write(TENANT, edit)
        user = "ngan" if column == "user" else "hoa"
        password = OTHER if column == "verifier" else PASSWORD

        assert refusal(site, AT_1, password, user) == "sign_in_online_first"


def test_a_session_that_was_written_into_the_database_opens_nothing(
    head: Kernel, site: Kernel
) -> None:
    token, _by, _until = site.accounts.sign_in(AT_1, "hoa", PASSWORD)

    def edit(writer: Any) -> None:
        (row,) = writer.state("sign_in_session").scan()
        writer.state("sign_in_session").put({**row, "user": "ngan"})

    site.storage.write(TENANT, edit)

    with pytest.raises(LiensoError) as ended:
        site.accounts.sessions.actor(AT_1, token)
    assert ended.value.code == "session_ended"


@IN_FILES
def test_a_copied_database_without_its_key_lets_nobody_in(head: Kernel, tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'site.db'}"
    with office(head, "S1", storage=url) as site:
        token, _by, _until = cheap(site).accounts.sign_in(AT_1, "hoa", PASSWORD)
    key = tmp_path / "site.db.seal"
    assert key.stat().st_mode & 0o077 == 0
    with office(head, "S1", storage=url, online=False) as site:
        assert cheap(site).accounts.sessions.actor(AT_1, token).user == "hoa"
    key.unlink()
    with office(head, "S1", storage=url, online=False) as site:
        with pytest.raises(LiensoError):
            cheap(site).accounts.sessions.actor(AT_1, token)
        assert refusal(site) == "sign_in_online_first"


def test_a_site_has_the_verifiers_of_those_alone_who_signed_in_there(
    head: Kernel, site: Kernel
) -> None:
    head.accounts.set_password(actor(head), "ngan", OTHER)
    sign_in(site)
    catch_up(site)

    rows = site.storage.read(TENANT, lambda view: view.state("sign_in_grant").scan())

    assert [row["user"] for row in rows] == ["hoa"]


# -- programs ---------------------------------------------------------------------------------------


def test_a_program_works_with_a_token_until_it_is_taken_away(head: Kernel, site: Kernel) -> None:
    token = head.accounts.create_token(actor(head), "hoa", "import", 90)
    catch_up(site)

    for kernel, by in ((head, PROGRAM), (site, AT_1)):
        session, who, _until = kernel.accounts.sign_in(by, token=token)
        assert who.user == "hoa"
        assert kernel.accounts.sessions.actor(by, session).user == "hoa"

    head.accounts.revoke_token(actor(head), "hoa", "import")
    catch_up(site)
    with pytest.raises(LiensoError) as ended:
        site.accounts.sessions.actor(AT_1, session)
    assert ended.value.code == "session_ended"
    for online in (True, False):
        if not online:
            go_offline(site)
        with pytest.raises(LiensoError) as refused:
            site.accounts.sign_in(AT_1, token=token)
        assert refused.value.code == ("sign_in_wrong" if online else "sign_in_online_first")


def test_a_token_ends_on_its_day(head: Kernel, site: Kernel) -> None:
    token = head.accounts.create_token(actor(head), "hoa", "import", 10)
    catch_up(site)
    site.accounts.sign_in(AT_1, token=token)
    go_offline(site)
    clock_of(head).advance(10 * DAY - 1)
    session, _by, _until = site.accounts.sign_in(AT_1, token=token)

    clock_of(head).advance(1)

    with pytest.raises(LiensoError):
        site.accounts.sessions.actor(AT_1, session)
    with pytest.raises(LiensoError) as there:
        head.accounts.sign_in(PROGRAM, token=token)
    with pytest.raises(LiensoError) as here:
        site.accounts.sign_in(AT_1, token=token)
    assert (there.value.code, here.value.code) == ("sign_in_wrong", "sign_in_online_first")


@pytest.mark.parametrize("forged", ["{}x", "x{}", "hoa/other/{}", "ngan/import/{}", "{}/"])
def test_a_token_that_is_not_the_one_opens_nothing(head: Kernel, forged: str) -> None:
    token = head.accounts.create_token(actor(head), "hoa", "import", 10)
    secret = token.rsplit("/", 1)[1]
    given = forged.format(secret if forged.count("/") == 2 else token)

    with pytest.raises(LiensoError) as refused:
        head.accounts.sign_in(PROGRAM, token=given)

    assert refused.value.code == "sign_in_wrong"


@pytest.mark.parametrize(("name", "days"), [("a/b", 10), ("", 10), ("a", 0), ("a", 367)])
def test_a_token_needs_a_plain_name_and_ends_within_a_year(
    head: Kernel, name: str, days: int
) -> None:
    with pytest.raises(LiensoError) as refused:
        head.accounts.create_token(actor(head), "hoa", name, days)

    assert refused.value.code == "value_out_of_range"


# -- traces -----------------------------------------------------------------------------------------


def test_no_secret_is_in_a_log_an_error_the_access_log_or_a_record(
    head: Kernel, site: Kernel, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    with caplog.at_level(logging.DEBUG):
        by = sign_in(site)
        for password in (OTHER, "x" * 300):
            with pytest.raises(LiensoError) as error:
                site.accounts.sign_in(AT_1, "hoa", password)
            said += [str(error.value), repr(error.value), repr(error.value.detail)]
        token = site.accounts.create_token(by, "hoa", "import", 10)
        session, _by, _until = site.accounts.sign_in(AT_1, token=token)
        said += [record.getMessage() for record in caplog.records]
    catch_up(site)
    user = site.get(by, "user", "hoa")
    report = head.report(actor(head), "system.audit_log", {})
    said += [repr(user), repr(report)]

    for secret in (PASSWORD, OTHER, token, token.rsplit("/", 1)[1], session, "x" * 300):
        assert [text for text in said if secret in text] == []
    for kernel in (head, site):
        rows = kernel.storage.read(
            TENANT,
            lambda view: [
                view.state(name).scan()
                for name in ("sign_in_log", "sign_in_session", "sign_in_try", "request")
            ],
        )
        assert not any(secret in repr(rows) for secret in (PASSWORD, OTHER, token, session))


def test_the_access_log_shows_who_signed_in_where_also_at_a_site_offline(
    head: Kernel, site: Kernel
) -> None:
    sign_in(site)
    go_offline(site)
    clock_of(head).advance(60)
    sign_in(site, AT_2)
    clock_of(head).advance(60)
    refusal(site, AT_2, OTHER)
    clock_of(head).advance(60)
    go_online(site)

    table = head.report(actor(head), "system.audit_log", {"user": "hoa"})

    shown = [(row[2], row[3]) for row in table.rows if row[4] == ""]
    assert shown == [
        ("may2 / S1", "Nhập sai mật khẩu"),
        ("may2 / S1", "Đăng nhập khi không có mạng"),
        ("may1 / S1", "Đăng nhập"),
    ]
    go_online(site)
    assert head.report(actor(head), "system.audit_log", {"user": "hoa"}).rows == table.rows
