"""Signing in: in the cloud, and at a site with the cloud and without it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from lienso import Actor, LiensoError
from lienso.kernel import Kernel
from lienso.security.tries import LOCKED, TRIES_MAX
from lienso.testing.kernels import (
    TENANT,
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
from .people import (
    AT_1,
    AT_2,
    DAY,
    OTHER,
    PASSWORD,
    PROGRAM,
    RECEIPT,
    cheap,
    clock_of,
    events,
    people,
    refusal,
    saved,
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


def test_a_rate_that_others_use_up_in_the_cloud_keeps_nobody_from_his_grant(
    head: Kernel, site: Kernel
) -> None:
    sign_in(site)
    for n in range(40):
        refusal(head, replace(PROGRAM, workstation=f"m{n}"), OTHER)
    assert refusal(head, PROGRAM) == "rate_limited"

    assert saved(site, sign_in(site)) == ""
