"""Signing in: in the cloud, at a site with the cloud and without it, and what attackers try."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lienso import Actor, LiensoError
from lienso.kernel import Kernel
from lienso.security.passwords import Passwords
from lienso.security.tries import LOCKED, TRIES_MAX
from lienso.testing.kernels import (
    TENANT,
    Clock,
    actor,
    catch_up,
    cloud,
    go_offline,
    go_online,
    line_to,
    office,
    synchronization,
)

from .conftest import SHOP

PASSWORD = "mật khẩu của Hoa"
OTHER = "mật khẩu khác hẳn"
DAY = 24 * 3600
AT_1 = Actor(TENANT, "local", "S1", "may1")
AT_2 = Actor(TENANT, "local", "S1", "may2")
PROGRAM = Actor(TENANT, "tool", "", "may0")
RECEIPT = {
    "posting_date": "2026-03-02",
    "lines": [{"line": 1, "debit": "1111", "credit": "131", "amount": 500_000}],
}
ALL = ["see", "add", "edit", "delete", "post", "unpost", "print", "export"]


def cheap(kernel: Kernel) -> Kernel:
    """Let passwords cost little: what they cost is argon2's own business."""
    kernel.accounts.credentials.passwords = Passwords(memory_kib=8, rounds=1, lanes=1)
    return kernel


def people(head: Kernel) -> Kernel:
    """Make hoa, who may do everything, and ngan, who may do nothing."""
    by = actor(head)
    head.save(by, "permission", {"code": "ALL", "function": "*", "actions": ALL})
    head.save(by, "role", {"code": "ALL", "permissions": ["ALL"]})
    head.save(by, "user", {"code": "hoa", "roles": ["ALL"]})
    head.save(by, "user", {"code": "ngan"})
    head.accounts.set_password(by, "hoa", PASSWORD)
    return head


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


def sign_in(kernel: Kernel, by: Actor = AT_1, password: str = PASSWORD, user: str = "hoa") -> Actor:
    """Sign in and return who that is at the next call."""
    token, _actor, _until = kernel.accounts.sign_in(by, user, password)
    return kernel.accounts.sessions.actor(replace(by, workstation=""), token)


def refusal(kernel: Kernel, by: Actor = AT_1, password: str = PASSWORD, user: str = "hoa") -> str:
    """Return the code with which a sign-in is refused; empty when it is not."""
    try:
        kernel.accounts.sign_in(by, user, password)
    except LiensoError as error:
        return error.code
    return ""


def saved(kernel: Kernel, by: Actor) -> str:
    """Return the code with which saving a voucher is refused; empty when it is not."""
    try:
        kernel.save(by, "receipt", RECEIPT)
    except LiensoError as error:
        return error.code
    return ""


def clock_of(kernel: Kernel) -> Clock:
    """Return the clock of a test."""
    assert isinstance(kernel.clock, Clock)
    return kernel.clock


def events(kernel: Kernel) -> list[tuple[str, str, str, str]]:
    """Return (user, event, workstation, site) of the log of sign-ins."""
    rows = kernel.storage.read(
        TENANT, lambda view: view.state("sign_in_log").scan(order=("at", "id"))
    )
    return [(row["user"], row["event"], row["workstation"], row["site"]) for row in rows]


# -- online -----------------------------------------------------------------------------------------


def test_a_user_signs_in_and_works_under_his_name(head: Kernel, site: Kernel) -> None:
    in_cloud, at_site = sign_in(head, PROGRAM), sign_in(site)

    assert in_cloud == Actor(TENANT, "hoa", "", "may0")
    assert at_site == Actor(TENANT, "hoa", "S1", "may1")
    record = site.save(at_site, "receipt", RECEIPT).record
    assert synchronization(site).push().failed == ()
    (version,) = head.read(at_site, lambda view: view.stored.history("receipt", record.id))
    assert '"user":"hoa"' in version.provenance


@pytest.mark.parametrize(
    ("user", "password"), [("hoa", OTHER), ("ngan", PASSWORD), ("nobody", PASSWORD), ("", "")]
)
def test_a_wrong_name_and_a_wrong_password_are_one_answer(
    head: Kernel, site: Kernel, user: str, password: str
) -> None:
    assert refusal(head, PROGRAM, password, user) == "sign_in_wrong"
    assert refusal(site, AT_1, password, user) == "sign_in_wrong"


def test_a_user_who_was_switched_off_is_out_at_once_and_stays_out(
    head: Kernel, site: Kernel
) -> None:
    token, _by, _until = site.accounts.sign_in(AT_1, "hoa", PASSWORD)
    user = head.get(actor(head), "user", "hoa")

    head.save(actor(head), "user", {"active": False}, id=user.id, merge=True)
    catch_up(site)

    with pytest.raises(LiensoError) as ended:
        site.accounts.sessions.actor(AT_1, token)
    assert ended.value.code == "session_ended"
    assert refusal(site) == "sign_in_wrong"
    go_offline(site)
    assert refusal(site) == "sign_in_online_first"


def test_a_new_password_ends_what_the_old_one_opened(head: Kernel, site: Kernel) -> None:
    token, by, _until = site.accounts.sign_in(AT_1, "hoa", PASSWORD)
    clock_of(head).advance(60)

    site.accounts.change_password(by, PASSWORD, OTHER)
    catch_up(site)

    with pytest.raises(LiensoError):
        site.accounts.sessions.actor(AT_1, token)
    assert (refusal(site), refusal(site, password=OTHER)) == ("sign_in_wrong", "")
    go_offline(site)
    assert (refusal(site), refusal(site, password=OTHER)) == ("sign_in_wrong", "")


def test_the_old_password_opens_no_site_that_heard_of_the_new_one(
    head: Kernel, site: Kernel
) -> None:
    sign_in(site)
    clock_of(head).advance(60)
    head.accounts.set_password(actor(head), "hoa", OTHER)
    catch_up(site)
    go_offline(site)

    assert refusal(site) == "sign_in_online_first"


def test_who_changes_a_password_shows_the_old_one_or_has_the_right(
    head: Kernel, site: Kernel
) -> None:
    head.accounts.set_password(actor(head), "ngan", OTHER)
    ngan = sign_in(site, AT_1, OTHER, "ngan")

    with pytest.raises(LiensoError) as wrong:
        site.accounts.change_password(ngan, PASSWORD, "ngan ngan ngan")
    with pytest.raises(LiensoError) as forbidden:
        site.accounts.set_password(ngan, "hoa", "ngan ngan ngan")

    assert (wrong.value.code, forbidden.value.code) == ("sign_in_wrong", "no_permission")
    assert refusal(head, PROGRAM) == ""


@pytest.mark.parametrize("password", ["short", "x" * 201, "HoaHoaHoa"])
def test_a_weak_password_is_refused(head: Kernel, password: str) -> None:
    head.save(actor(head), "user", {"code": "hoahoahoa"})

    with pytest.raises(LiensoError) as weak:
        head.accounts.set_password(actor(head), "hoahoahoa", password)

    assert weak.value.code == "password_weak"


def test_a_session_ends_after_a_day_of_work_and_when_the_user_leaves(head: Kernel) -> None:
    sessions = head.accounts.sessions
    left, _by, _until = head.accounts.sign_in(PROGRAM, "hoa", PASSWORD)
    stays, _by, until = head.accounts.sign_in(PROGRAM, "hoa", PASSWORD)

    head.accounts.sign_out(PROGRAM, left)
    assert sessions.actor(PROGRAM, stays).user == "hoa"
    clock_of(head).set(until)

    for token in (left, stays, "made up"):
        with pytest.raises(LiensoError) as ended:
            sessions.actor(PROGRAM, token)
        assert ended.value.code == "session_ended"


def test_a_user_of_one_company_signs_in_at_no_other(head: Kernel) -> None:
    other = head.add_tenant("OTHER", "Other", regime="TT200")
    token, _by, _until = head.accounts.sign_in(PROGRAM, "hoa", PASSWORD)
    there = Actor(other.id, "tool")

    assert refusal(head, there) == "sign_in_wrong"
    with pytest.raises(LiensoError) as ended:
        head.accounts.sessions.actor(there, token)
    assert ended.value.code == "session_ended"


# -- lock-out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("online", [True, False])
def test_five_wrong_tries_lock_the_user_at_that_workstation_for_fifteen_minutes(
    head: Kernel, site: Kernel, online: bool
) -> None:
    sign_in(site)
    if not online:
        go_offline(site)

    codes = [refusal(site, password=OTHER) for _ in range(TRIES_MAX)]

    assert codes == ["sign_in_wrong"] * TRIES_MAX
    assert refusal(site) == "sign_in_locked"
    assert refusal(site, AT_2) == ""
    clock_of(head).advance(int(LOCKED.total_seconds()) - 1)
    assert refusal(site) == "sign_in_locked"
    clock_of(head).advance(1)
    assert refusal(site) == ""
    assert events(site).count(("hoa", "locked", "may1", "S1")) == 1


def test_a_right_try_forgets_the_wrong_ones(head: Kernel) -> None:
    for _ in range(2):
        for _ in range(TRIES_MAX - 1):
            assert refusal(head, PROGRAM, OTHER) == "sign_in_wrong"
        assert refusal(head, PROGRAM) == ""
        clock_of(head).advance(60)


def test_whoever_changes_his_workstations_name_is_slowed_down(head: Kernel) -> None:
    codes = {refusal(head, replace(PROGRAM, workstation=f"m{n}"), OTHER) for n in range(40)}

    assert codes == {"sign_in_wrong", "rate_limited"}
    assert refusal(head, PROGRAM) == "rate_limited"
    clock_of(head).advance(60)
    assert refusal(head, PROGRAM) == ""


# -- offline ----------------------------------------------------------------------------------------


def test_who_signed_in_online_signs_in_and_works_offline(head: Kernel, site: Kernel) -> None:
    sign_in(site)
    go_offline(site)
    clock_of(head).advance(29 * DAY)

    by = sign_in(site)

    assert saved(site, by) == ""
    assert refusal(site, password=OTHER) == "sign_in_wrong"
    assert events(site)[-2:] == [
        ("hoa", "signed_in_offline", "may1", "S1"),
        ("hoa", "wrong", "may1", "S1"),
    ]


def test_a_line_that_breaks_while_signing_in_is_no_obstacle(head: Kernel) -> None:
    line = line_to(head, "S1")
    with office(head, "S1", link=line) as site:
        sign_in(cheap(site))
        line.cut()

        assert saved(site, sign_in(site)) == ""


def test_who_never_signed_in_online_waits_for_the_line(head: Kernel, site: Kernel) -> None:
    go_offline(site)

    assert refusal(site) == "sign_in_online_first"
    go_online(site)
    assert refusal(site) == ""


def test_after_thirty_days_offline_one_reads_and_prints_and_loses_nothing(
    head: Kernel, site: Kernel
) -> None:
    by = sign_in(site)
    record = site.save(by, "receipt", RECEIPT).record
    go_offline(site)
    clock_of(head).advance(30 * DAY + 1)

    late = sign_in(site)

    assert late.read_only
    assert site.get(late, "receipt", record.id).id == record.id
    assert saved(site, late) == "grant_expired"
    with pytest.raises(LiensoError) as refused:
        site.invoke(late, "system.synchronize", {})
    assert refused.value.code == "grant_expired"
    go_online(site)
    again = sign_in(site)
    assert not again.read_only
    assert synchronization(site).push().pushed == 1
    assert head.get(actor(head), "receipt", record.id).version == 1


def test_a_session_that_outlives_its_grant_reads_only(head: Kernel, site: Kernel) -> None:
    sign_in(site)
    go_offline(site)
    clock_of(head).advance(30 * DAY - 3600)
    token, by, _until = site.accounts.sign_in(AT_1, "hoa", PASSWORD)
    assert not by.read_only

    clock_of(head).advance(3601)

    assert site.accounts.sessions.actor(AT_1, token).read_only


def test_a_clock_that_is_set_back_lengthens_nothing(head: Kernel, site: Kernel) -> None:
    sign_in(site)
    go_offline(site)
    clock_of(head).advance(-DAY)
    assert (
        refusal(site) == "rate_limited"
    )  # a clock that went back empties the bucket, for a minute
    clock_of(head).advance(60)

    assert sign_in(site).read_only


def test_a_grant_is_its_users_own(head: Kernel, site: Kernel) -> None:
    head.accounts.set_password(actor(head), "ngan", OTHER)
    catch_up(site)
    sign_in(site)
    go_offline(site)

    assert refusal(site, AT_1, PASSWORD, "ngan") == "sign_in_online_first"
    assert saved(site, Actor(TENANT, "ngan", "S1")) == "no_permission"


# -- an attacker with the site's database -----------------------------------------------------------


@pytest.mark.parametrize("storage", ["memory:", "sqlite"])
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
    sign_in(site)

    table = head.report(actor(head), "system.audit_log", {"user": "hoa"})

    shown = [(row[2], row[3]) for row in table.rows if row[4] == ""]
    assert shown == [
        ("may1 / S1", "Đăng nhập"),
        ("may2 / S1", "Nhập sai mật khẩu"),
        ("may2 / S1", "Đăng nhập khi không có mạng"),
        ("may1 / S1", "Đăng nhập"),
    ]
