"""Rights: each one refused and allowed, in the cloud and at a site, and judged again at the push."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lienso import Actor, Refused
from lienso.api import Api
from lienso.kernel import Kernel
from lienso.testing.kernels import TENANT, actor, catch_up, cloud, office, synchronization

from .conftest import SHOP

ALL = ["see", "add", "edit", "delete", "post", "unpost", "print", "export"]


def grant(head: Kernel, user: str, function: str, actions: list[str], **more: Any) -> None:
    """Give a user one right, beside those that he has."""
    by = actor(head)
    found = head.read(by, lambda view: view.by_code("user", user))
    code = f"Q{head.read(by, lambda view: len(list(view.all('permission'))))}"
    body = {"code": code, "function": function, "actions": actions, **more}
    permission = head.save(by, "permission", body).record
    role = head.save(by, "role", {"code": code, "permissions": [permission.id]}).record
    roles = [role.id] if found is None else [*found.data.roles, role.id]
    id = None if found is None else found.id
    head.save(by, "user", {"code": user, "roles": roles}, id=id)


def at_site(head: Kernel, user: str, site: str = "S1") -> None:
    """Have a user known at a site, as after his first sign-in there."""
    row = {"user": user, "site_id": site, "granted_at": "2026-01-01", "until": "2027-01-01"}
    head.storage.write(TENANT, lambda writer: writer.state("site_user").put(row))


def receipt(**more: Any) -> dict[str, Any]:
    """Return the body of a receipt."""
    line = {"line": 1, "debit": "1111", "credit": "131", "amount": 500_000}
    return {"posting_date": "2026-03-02", "lines": [line], **more}


def code_of(work: Callable[[], Any]) -> str:
    """Return the code of a refusal; empty where nothing was refused."""
    try:
        work()
    except Refused as refused:
        return refused.code
    return ""


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


HOA = Actor(TENANT, "hoa")
HOA_S1 = Actor(TENANT, "hoa", "S1", "may1")
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


# -- pushes -----------------------------------------------------------------------------------------


def failed_codes(site: Kernel) -> list[tuple[str, str]]:
    """Return (verdict, code) of what the cloud refused."""
    rows = site.storage.read(TENANT, lambda view: view.state("failure_push").scan())
    return [(row["code"], row["detail"]) for row in rows]


def test_the_cloud_judges_a_push_by_the_rights_of_who_made_the_change(
    head: Kernel, site: Kernel
) -> None:
    grant(head, "hoa", "receipt", ["see", "add"])
    catch_up(site)
    mine = site.save(HOA_S1, "receipt", receipt()).record
    user = head.read(HOA, lambda view: view.by_code("user", "hoa"))
    assert user is not None
    head.save(actor(head), "user", {"roles": []}, id=user.id, merge=True)

    sent = synchronization(site).push()

    assert [(row["verdict"], row["code"]) for row in sent.failed] == [
        ("PERMISSION", "no_permission")
    ]
    grant(head, "hoa", "receipt", ["add"])
    synchronization(site).retry([row["change_id"] for row in sent.failed])
    assert head.get(actor(head), "receipt", mine.id).version == 1


def test_a_site_can_speak_for_nobody_who_did_not_sign_in_there(head: Kernel, site: Kernel) -> None:
    grant(head, "ngan", "*", ALL)
    catch_up(site)
    site.save(Actor(TENANT, "ngan", "S1"), "receipt", receipt())

    (row,) = synchronization(site).push().failed

    assert row["verdict"] == "PERMISSION"
    assert row["detail"]["site"] == "S1"


def test_a_user_of_one_company_is_nobody_in_another(head: Kernel) -> None:
    grant(head, "hoa", "*", ALL)
    other = head.add_tenant("OTHER", "Other", regime="TT200")
    head.save(Actor(other.id, trusted=True), "user", {"code": "ngan"})

    assert code_of(lambda: head.get(Actor(other.id, "hoa"), "user", "ngan")) == "sign_in_required"


@pytest.mark.parametrize("type", ["user", "role", "permission", "option", "audit_entry"])
def test_what_decides_about_rights_is_not_taken_from_a_site(
    head: Kernel, site: Kernel, type: str
) -> None:
    with pytest.raises(Refused) as refused:
        site.save(actor(site), type, {})
    assert refused.value.code == "only_in_cloud"

    # A site that was tampered with sends what an honest one cannot save.
    registry = site.registry
    honest = registry.record_types[type]
    tampered = {**registry.record_types, type: dataclasses.replace(honest, cloud_only=False)}
    site.plugins.registry = dataclasses.replace(registry, record_types=tampered)
    plain = {"code": "X"} if honest.kind == "catalog" else {}
    site.save(actor(site), type, {**honest.defaults, **plain})
    (row,) = synchronization(site).push().failed

    assert (row["verdict"], row["code"]) == ("PERMISSION", "no_permission")


def test_what_was_entered_before_the_first_user_is_sent_once_a_user_saves_it() -> None:
    with cloud(("system",), plugins={"shop": SHOP}) as head, office(head, "S1") as site:
        record = site.save(Actor(TENANT, "local", "S1"), "receipt", receipt()).record
        grant(head, "hoa", "receipt", ["add", "edit"])
        at_site(head, "hoa")

        (row,) = synchronization(site).push().failed
        catch_up(site)
        site.save(HOA_S1, "receipt", receipt(description="của Hoa"), id=record.id)
        again = synchronization(site).push()

        assert row["verdict"] == "PERMISSION"
        assert (again.failed, head.get(actor(head), "receipt", record.id).version) == ((), 1)


def test_an_automatic_new_number_leaves_a_voucher_its_author(head: Kernel, site: Kernel) -> None:
    grant(head, "hoa", "receipt", ["see", "add", "edit"])
    catch_up(site)
    head.save(actor(head), "receipt", receipt(no="PT00001"))
    record = site.save(HOA_S1, "receipt", receipt(no="PT00001")).record

    sent = synchronization(site).push(renumber="auto")

    assert (len(sent.renumbered), sent.failed) == (1, ())
    (version,) = head.read(HOA, lambda view: view.stored.history("receipt", record.id))
    assert '"user":"hoa"' in version.provenance
