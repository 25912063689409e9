"""Rights at the push, and between a site and its cloud."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from lienso import Actor, Figure, Label, Manifest, Refused, hookimpl, rights
from lienso.fields import NoParams
from lienso.kernel import Kernel
from lienso.testing.kernels import (
    TENANT,
    actor,
    catch_up,
    cloud,
    go_offline,
    go_online,
    office,
    synchronization,
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
    registry = site.registry
    honest = registry.record_types[type]
    plain = {"code": "X"} if honest.kind == "catalog" else {}
    with pytest.raises(Refused) as refused:
        site.save(actor(site), type, {**honest.defaults, **plain})
    # Users, roles and permissions are handed on to the cloud, which asks who that is.
    handed_on = type in rights.TYPES
    assert refused.value.code == ("sign_in_required" if handed_on else "only_in_cloud")

    # A site that was tampered with sends what an honest one cannot save.
    tampered = {**registry.record_types, type: dataclasses.replace(honest, cloud_only=False)}
    site.plugins.registry = dataclasses.replace(registry, record_types=tampered)
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


def _count(_params: NoParams, view: Any) -> int:
    return len(list(view.all("receipt")))


@hookimpl
def _figures() -> list[Figure]:
    title = Label("Số phiếu", "Receipts")
    return [Figure("counts.receipts", title, NoParams, _count, "last_online")]


COUNTS = SimpleNamespace(MANIFEST=Manifest("counts", "Đếm", "1.0"), lienso_figures=_figures)


def test_a_figure_is_read_by_right_and_kept_new_for_whoever_has_it() -> None:
    plugins = {"shop": SHOP, "counts": COUNTS}
    with cloud(("system",), plugins=plugins) as head, office(head, "S1") as site:
        at_site(head, "hoa")
        grant(head, "hoa", "receipt", ["see"])
        catch_up(site)
        refused = code_of(lambda: site.figure(HOA_S1, "counts.receipts"))
        grant(head, "hoa", "counts.receipts", ["see"])
        catch_up(site)
        first = site.figure(HOA_S1, "counts.receipts").value

        head.save(actor(head), "receipt", receipt())
        go_online(site)
        go_offline(site)
        kept = site.figure(HOA_S1, "counts.receipts")

        assert (refused, first) == ("no_permission", 0)
        assert (kept.value, kept.state) == (1, "last_online")
