"""Users, roles and permissions edited at a site: the cloud does it, by the rights of who asks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from lienso import LiensoError
from lienso.errors import LinkError
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud, go_offline, office

from .conftest import SHOP
from .people import AT_1, AT_2, OTHER, cheap, people, sign_in


@pytest.fixture
def head() -> Iterator[Kernel]:
    """A cloud where hoa may do everything and ngan nothing."""
    with cloud(("system",), plugins={"shop": SHOP}) as kernel:
        people(cheap(kernel))
        kernel.accounts.set_password(actor(kernel), "ngan", OTHER)
        yield kernel


@pytest.fixture
def site(head: Kernel) -> Iterator[Kernel]:
    """Its office S1, online."""
    with office(head, "S1") as kernel:
        yield cheap(kernel)


def test_an_administrator_at_a_site_makes_and_edits_users(head: Kernel, site: Kernel) -> None:
    by = sign_in(site)

    made = site.save(by, "user", {"code": "lan", "name": "Lan", "roles": ["ALL"]}).record
    edited = site.save(by, "user", {"name": "Lan Anh"}, id=made.id, base=1, merge=True).record

    assert (edited.version, edited.data.name) == (2, "Lan Anh")
    assert head.get(actor(head), "user", "lan").data.name == "Lan Anh"
    assert site.get(by, "user", "lan").version == 2
    (first, second) = head.read(by, lambda view: view.stored.history("user", made.id))
    assert '"user":"hoa"' in first.provenance
    assert '"site":"S1"' in second.provenance


def test_the_cloud_judges_the_rights_of_who_edits(head: Kernel, site: Kernel) -> None:
    sign_in(site)
    by = sign_in(site, AT_2, OTHER, "ngan")

    with pytest.raises(LiensoError) as refused:
        site.save(by, "user", {"code": "lan"})

    assert refused.value.code == "no_permission"
    with pytest.raises(LiensoError) as forged:
        head.accounts.answer(by, "save", {"type": "option", "body": {"key": "x", "value": "1"}})
    assert forged.value.code == "not_found"


def test_the_first_user_of_a_company_is_made_at_the_cloud() -> None:
    with cloud(("system",), plugins={"shop": SHOP}) as head, office(head, "S1") as site:
        with pytest.raises(LiensoError) as refused:
            site.save(AT_1, "user", {"code": "lan"})

        assert refused.value.code == "only_in_cloud"
        assert head.read(actor(head), lambda view: list(view.all("user"))) == []


def test_what_the_cloud_refuses_changes_nothing_here(site: Kernel) -> None:
    by = sign_in(site)
    made = site.save(by, "user", {"code": "lan", "roles": ["ALL"]}).record

    with pytest.raises(LiensoError) as stale:
        site.save(by, "user", {"name": "x"}, id=made.id, base=7, merge=True)
    with pytest.raises(LiensoError) as twice:
        site.save(by, "user", {"code": "LAN"})

    assert (stale.value.code, twice.value.code) == ("version_conflict", "code_exists")
    assert site.get(by, "user", "lan").version == 1


def test_offline_it_is_refused_with_the_reason(site: Kernel) -> None:
    by = sign_in(site)
    go_offline(site)

    with pytest.raises(LiensoError) as refused:
        site.save(by, "user", {"code": "lan"})

    assert refused.value.code == "offline_refused"
    assert refused.value.detail["mode"] == site.mode().name
    assert refused.value.detail["type"] == "user"


def test_an_answer_that_is_lost_makes_one_user(
    site: Kernel, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, sent = sign_in(site), site.accounts.hand_on

    def lost(*arguments: object) -> object:
        sent(*arguments)  # type: ignore[arg-type]  # handed on as they came
        raise LinkError

    monkeypatch.setattr(site.accounts, "hand_on", lost)
    with pytest.raises(LinkError):
        site.save(by, "user", {"code": "lan"}, request_id="click-1")
    monkeypatch.undo()

    assert site.save(by, "user", {"code": "lan"}, request_id="click-1").record.version == 1
