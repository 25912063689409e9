"""A supervisor's word for a user whose 30 days without the cloud are over."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lienso import LiensoError
from lienso.kernel import Kernel
from lienso.security.tries import TRIES_MAX
from lienso.testing.kernels import actor, cloud, go_offline, go_online, office, synchronization

from .conftest import SHOP
from .people import (
    AT_1,
    AT_2,
    DAY,
    OTHER,
    PASSWORD,
    cheap,
    clock_of,
    events,
    grant,
    people,
    saved,
    sign_in,
)

HOURS_12 = 12 * 3600


@pytest.fixture
def head() -> Iterator[Kernel]:
    """A cloud where hoa may do everything and ngan may enter vouchers."""
    with cloud(("system",), plugins={"shop": SHOP}) as kernel:
        grant(people(cheap(kernel)), "ngan", "receipt", ["see", "add", "edit"])
        kernel.accounts.set_password(actor(kernel), "ngan", OTHER)
        yield kernel


@pytest.fixture
def site(head: Kernel) -> Iterator[Kernel]:
    """Its office S1, where both signed in, without the cloud for more than 30 days."""
    with office(head, "S1") as kernel:
        cheap(kernel)
        sign_in(kernel)
        sign_in(kernel, AT_2, OTHER, "ngan")
        go_offline(kernel)
        clock_of(head).advance(30 * DAY + 1)
        yield kernel


def word(
    site: Kernel,
    user: str = "ngan",
    supervisor: str = "hoa",
    password: str = PASSWORD,
    reason: str = "cáp quang đứt",
) -> str:
    """Give a supervisor's word; returns the code with which it is refused, empty when it is taken."""
    try:
        site.accounts.override(AT_2, user, supervisor, password, reason)
    except LiensoError as error:
        return error.code
    return ""


def test_a_supervisors_word_lets_a_user_work_for_twelve_hours(head: Kernel, site: Kernel) -> None:
    token, late, _until = site.accounts.sign_in(AT_2, "ngan", OTHER)
    assert saved(site, late) == "grant_expired"

    assert word(site) == ""

    assert saved(site, site.accounts.sessions.actor(AT_2, token)) == ""
    anew = sign_in(site, AT_2, OTHER, "ngan")
    assert (anew.read_only, saved(site, anew)) == (False, "")
    clock_of(head).advance(HOURS_12 - 1)
    assert not sign_in(site, AT_2, OTHER, "ngan").read_only
    clock_of(head).advance(2)
    assert sign_in(site, AT_2, OTHER, "ngan").read_only
    assert sign_in(site).read_only  # The supervisor himself is not let in by it.


def test_the_word_stands_in_the_access_log_of_the_cloud_and_the_work_is_taken(
    head: Kernel, site: Kernel
) -> None:
    word(site)
    assert saved(site, sign_in(site, AT_2, OTHER, "ngan")) == ""

    go_online(site)
    synchronization(site).pull()
    synchronization(site)._refresh()

    assert ("ngan", "overridden", "may2", "S1") in events(head)
    rows = head.storage.read(AT_1.tenant, lambda view: view.state("sign_in_log").scan())
    [row] = [row for row in rows if row["event"] == "overridden"]
    assert row["detail"] == "hoa: cáp quang đứt"
    assert synchronization(site).push().pushed == 1
    assert word(site) == "override_not_needed"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"password": OTHER}, "sign_in_wrong"),
        ({"supervisor": "nobody"}, "sign_in_online_first"),
        ({"user": "nobody"}, "sign_in_online_first"),
        ({"user": "hoa"}, "override_by_another"),
        ({"user": "HOA"}, "override_by_another"),
        ({"user": "hoa", "supervisor": "ngan", "password": OTHER}, "no_permission"),
        ({"reason": " "}, "field_required"),
    ],
)
def test_whose_word_does_not_count(site: Kernel, changed: dict[str, str], code: str) -> None:
    assert word(site, **changed) == code
    assert sign_in(site, AT_2, OTHER, "ngan").read_only


def test_guessing_a_supervisors_password_locks_him_there(site: Kernel) -> None:
    for _ in range(TRIES_MAX):
        assert word(site, password=OTHER) == "sign_in_wrong"

    assert word(site) == "sign_in_locked"


def test_nobody_needs_a_word_within_the_thirty_days_or_in_the_cloud(
    head: Kernel, site: Kernel
) -> None:
    clock_of(head).advance(-DAY)
    clock_of(head).advance(60)

    assert word(site) == "override_not_needed"
    assert word(head) == "only_at_a_site"


def test_a_grant_that_was_edited_in_the_database_is_not_lengthened(site: Kernel) -> None:
    def tamper(writer: object) -> None:
        table = writer.state("sign_in_grant")  # type: ignore[attr-defined]  # a storage writer
        [row] = table.scan(equals={"user": "ngan"})
        table.put({**row, "granted_at": "2026-03-03T00:00:00.000000Z"})

    site.storage.write(AT_1.tenant, tamper)

    assert word(site) == "sign_in_online_first"
