"""Rights: each one refused and allowed, in the cloud and at a site, and judged again at the push."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lienso import Actor, Refused
from lienso.api import Api
from lienso.kernel import Kernel
from lienso.testing.kernels import (
    TENANT,
    actor,
    catch_up,
    cloud,
    office,
)

from .conftest import SHOP
from .people import ALL, HOA, HOA_S1, at_site, code_of, grant, receipt


@pytest.fixture
def head() -> Iterator[Kernel]:
    """A cloud whose company has one user, hoa, who may do nothing yet."""
    with cloud(("system",), plugins={"shop": SHOP}) as kernel:
        kernel.save(actor(kernel), "user", {"code": "hoa"})
        yield kernel


@pytest.fixture
def site(head: Kernel) -> Iterator[Kernel]:
    """Its office S1, where hoa signed in before."""
    at_site(head, "hoa")
    with office(head, "S1") as kernel:
        yield kernel


Act = Callable[[Kernel, str], Any]

ACTS: dict[str, Act] = {
    "see": lambda kernel, id: kernel.get(HOA, "receipt", id),
    "add": lambda kernel, _id: kernel.save(HOA, "receipt", receipt()),
    "edit": lambda kernel, id: kernel.save(HOA, "receipt", receipt(), id=id),
    "delete": lambda kernel, id: kernel.delete(HOA, "receipt", id),
    "post": lambda kernel, id: kernel.post(HOA, id),
}
AT_SITE: dict[str, Act] = {
    "see": lambda kernel, id: kernel.get(HOA_S1, "receipt", id),
    "add": lambda kernel, _id: kernel.save(HOA_S1, "receipt", receipt()),
    "edit": lambda kernel, id: kernel.save(HOA_S1, "receipt", receipt(), id=id),
    "delete": lambda kernel, id: kernel.delete(HOA_S1, "receipt", id),
}


@pytest.mark.parametrize("action", ACTS)
def test_in_the_cloud_each_act_needs_its_own_right(head: Kernel, action: str) -> None:
    record = head.save(actor(head), "receipt", receipt()).record
    grant(head, "hoa", "receipt", [other for other in ALL if other != action])

    refused = code_of(lambda: ACTS[action](head, record.id))
    grant(head, "hoa", "receipt", [action])
    allowed = code_of(lambda: ACTS[action](head, record.id))

    assert (refused, allowed) == ("no_permission", "")


@pytest.mark.parametrize("action", AT_SITE)
def test_at_a_site_each_act_needs_its_own_right(head: Kernel, site: Kernel, action: str) -> None:
    record = site.save(actor(site), "receipt", receipt()).record
    grant(head, "hoa", "receipt", [other for other in ALL if other != action])
    catch_up(site)

    refused = code_of(lambda: AT_SITE[action](site, record.id))
    grant(head, "hoa", "receipt", [action])
    catch_up(site)
    allowed = code_of(lambda: AT_SITE[action](site, record.id))

    assert (refused, allowed) == ("no_permission", "")


def test_unposting_needs_its_own_right(head: Kernel) -> None:
    record = head.save(actor(head), "receipt", receipt(), post=["financial"]).record
    grant(head, "hoa", "receipt", ["post"])

    refused = code_of(lambda: head.unpost(HOA, record.id))
    grant(head, "hoa", "receipt", ["unpost"])

    assert refused == "no_permission"
    assert not head.unpost(HOA, record.id).posted()


def test_who_may_add_may_not_post_while_adding(head: Kernel) -> None:
    grant(head, "hoa", "receipt", ["add"])

    with pytest.raises(Refused) as refused:
        head.save(HOA, "receipt", receipt(), post=["financial"])

    assert (refused.value.code, refused.value.detail["action"]) == ("no_permission", "post")


@pytest.mark.parametrize(
    ("function", "params"),
    [
        ("system.post_voucher", lambda id: {"voucher": id}),
        ("system.delete_records", lambda id: {"records": [{"type": "receipt", "id": id}]}),
    ],
)
def test_a_function_over_records_needs_the_right_to_those_records(
    head: Kernel, function: str, params: Callable[[str], dict[str, Any]]
) -> None:
    record = head.save(actor(head), "receipt", receipt()).record
    grant(head, "hoa", "system.*", ALL)

    refused = code_of(lambda: head.invoke(HOA, function, params(record.id)))
    grant(head, "hoa", "receipt", ["post", "delete"])

    assert refused == "no_permission"
    assert "_findings" not in head.invoke(HOA, function, params(record.id))


def test_a_function_a_report_and_a_figure_are_run_by_the_right_to_see_them(head: Kernel) -> None:
    def run() -> Any:
        return head.invoke(HOA, "system.set_options", {"values": {"system.two_books": True}})

    def read() -> Any:
        return head.report(HOA, "system.permissions")

    assert (code_of(run), code_of(read)) == ("no_permission", "no_permission")
    grant(head, "hoa", "system.set_options", ["see"])
    assert (code_of(run), code_of(read)) == ("", "no_permission")
    grant(head, "hoa", "system.permissions", ["see"])
    assert code_of(read) == ""


def test_a_right_of_a_branch_reaches_no_other(head: Kernel) -> None:
    by = actor(head)
    north = head.save(by, "org_unit", {"code": "BAC"}).record.id
    south = head.save(by, "org_unit", {"code": "NAM"}).record.id
    grant(head, "hoa", "receipt", ["see", "add", "edit"], branch=north)

    mine = head.save(HOA, "receipt", receipt(branch="BAC")).record

    assert code_of(lambda: head.save(HOA, "receipt", receipt(branch="NAM"))) == "no_permission"
    assert code_of(lambda: head.save(HOA, "receipt", receipt())) == "no_permission"
    moved = receipt(branch=south)
    assert code_of(lambda: head.save(HOA, "receipt", moved, id=mine.id)) == "no_permission"
    other = head.save(by, "receipt", receipt(branch=south)).record
    assert code_of(lambda: head.get(HOA, "receipt", other.id)) == "no_permission"


def test_a_list_shows_what_the_user_may_see(head: Kernel) -> None:
    by = actor(head)
    north = head.save(by, "org_unit", {"code": "BAC"}).record.id
    head.save(by, "org_unit", {"code": "NAM"})
    for branch in ("BAC", "NAM", None):
        head.save(by, "receipt", receipt(**({"branch": branch} if branch else {})))
    grant(head, "hoa", "receipt", ["see"], branch=north)

    found = Api(head).request(HOA, "Records.List", {"type": "receipt"})["records"]

    assert sorted(one["codes"].get("branch", "") for one in found) == ["", "BAC"]
    assert Api(head).request(HOA, "Records.List", {"type": "group"})["records"] == []


def test_a_right_of_a_ledger_posts_in_no_other(head: Kernel) -> None:
    by = actor(head)
    head.invoke(by, "system.set_options", {"values": {"system.two_books": True}})
    record = head.save(by, "receipt", receipt(display_on_book="both")).record
    grant(head, "hoa", "receipt", ["see", "post"], ledger="management")

    assert code_of(lambda: head.post(HOA, record.id, "financial")) == "no_permission"
    assert head.post(HOA, record.id, "management").posted("management")
    assert head.get(HOA, "receipt", record.id).posted("management")


def test_star_is_everything_and_a_module_is_all_of_it(head: Kernel) -> None:
    grant(head, "hoa", "shop.*", ALL)
    head.save(HOA, "receipt", receipt())
    assert code_of(lambda: head.save(HOA, "role", {"code": "X"})) == "no_permission"
    grant(head, "hoa", "*", ALL)

    assert head.save(HOA, "role", {"code": "X"}).record.version == 1


def test_a_right_that_is_taken_away_holds_no_longer(head: Kernel) -> None:
    grant(head, "hoa", "*", ALL)
    head.save(HOA, "receipt", receipt())
    user = head.read(HOA, lambda view: view.by_code("user", "hoa"))
    assert user is not None

    head.save(actor(head), "user", {"roles": []}, id=user.id, merge=True)
    assert code_of(lambda: head.save(HOA, "receipt", receipt())) == "no_permission"
    head.save(actor(head), "user", {"active": False}, id=user.id, merge=True)
    assert code_of(lambda: head.save(HOA, "receipt", receipt())) == "sign_in_required"


def test_a_right_that_was_never_committed_gives_nothing(head: Kernel) -> None:
    grant(head, "hoa", "group", ["add"])
    user = head.read(HOA, lambda view: view.by_code("user", "hoa"))
    assert user is not None

    def tried(transaction: Any) -> None:
        transaction.save("permission", {"code": "ALL", "function": "*", "actions": ALL})
        transaction.save("role", {"code": "ALL", "permissions": ["ALL"]})
        transaction.save("user", {"roles": ["ALL"]}, id=user.id, merge=True)
        assert head.rights.of(head, HOA, transaction.view)
        raise Refused("no_permission")

    assert code_of(lambda: head.transact(actor(head), tried)) == "no_permission"
    assert code_of(lambda: head.save(HOA, "receipt", receipt())) == "no_permission"
    assert head.save(HOA, "group", {"code": "A"}).record.version == 1


def test_nobody_signed_in_is_refused_once_there_are_users(head: Kernel, site: Kernel) -> None:
    nobody = Actor(TENANT, "local", "S1")

    assert code_of(lambda: site.save(nobody, "receipt", receipt())) == "sign_in_required"
    assert code_of(lambda: head.save(Actor(TENANT, "system"), "receipt", receipt())) == (
        "sign_in_required"
    )


def test_a_company_without_users_is_open() -> None:
    with cloud(("system",), plugins={"shop": SHOP}) as head, office(head, "S1") as site:
        head.save(actor(head), "role", {"code": "KT"})
        saved = site.save(Actor(TENANT, "local", "S1"), "receipt", receipt())

        assert saved.record.version == 1


def test_the_last_user_stays(head: Kernel) -> None:
    user = head.read(HOA, lambda view: view.by_code("user", "hoa"))
    assert user is not None

    assert code_of(lambda: head.delete(actor(head), "user", user.id)) == "last_user"


@pytest.mark.parametrize("name", ["system", "Local", "administrator"])
def test_a_name_of_the_system_is_no_users(head: Kernel, name: str) -> None:
    by = actor(head)

    assert code_of(lambda: head.save(by, "user", {"code": name})) == "user_name_reserved"


@pytest.mark.parametrize("function", ["recept", "nowhere.*", "cash"])
def test_a_right_to_what_does_not_exist_is_refused(head: Kernel, function: str) -> None:
    body = {"code": "Q", "function": function, "actions": ["see"]}

    assert code_of(lambda: head.save(actor(head), "permission", body)) == "function_unknown"
