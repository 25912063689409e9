"""Trees: parents, leaves, and children added at an office that is cut off."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError
from lienso.testing import faults
from lienso.testing.kernels import catch_up, go_offline, go_online


def test_a_parent_that_is_below_the_record_is_refused(company: Any) -> None:
    top = company.save("project", code="P1")
    middle = company.save("project", code="P1.1", parent="P1")
    company.save("project", code="P1.1.1", parent="P1.1")

    assert company.refused("project", top.id, parent="P1.1.1") == "parent_cycle"
    assert company.refused("project", middle.id, parent="P1.1") == "parent_cycle"


def test_a_parent_that_is_not_followed_any_more_is_refused(company: Any) -> None:
    company.save("project", code="P1", active=False)

    assert company.refused("project", code="P1.1", parent="P1") == "parent_inactive"


def test_a_node_knows_its_level_and_whether_it_is_a_leaf(company: Any) -> None:
    company.save("org_unit", code="CTY", kind="company")
    company.save("org_unit", code="PX", kind="workshop", parent="CTY")

    assert company.derived("org_unit", "CTY") == {"is_leaf": False, "level": 1}
    assert company.derived("org_unit", "PX") == {"is_leaf": True, "level": 2}


def test_a_node_with_children_is_not_deleted(company: Any) -> None:
    top = company.save("project", code="P1")
    company.save("project", code="P1.1", parent="P1")

    assert company.kept("project", top.id) == "has_children"


def test_the_first_child_of_a_used_leaf_is_refused(company: Any, rows: Any) -> None:
    project = company.save("project", code="P1")
    company.post(rows("811", project=project.id))

    assert company.refused("project", code="P1.1", parent="P1") == "parent_has_postings"
    assert company.kept("project", project.id) == "in_use"


def test_a_used_node_of_an_exempt_tree_may_have_a_child(company: Any) -> None:
    company.save("customer_group", code="G1")
    company.save("object", code="KH1", is_customer=True, customer_groups=["G1"])

    child = company.save("customer_group", code="G1.1", parent="G1")

    parent = company.read(lambda view: view.by_code("customer_group", "G1"))
    assert child.data.parent == parent.id


@pytest.fixture
def offline(company: Any, site: Any) -> Any:
    """The office with a project tree in step with the cloud, then cut off."""
    for code, parent in (("P1", None), ("P2", None), ("P2.1", "P2")):
        company.save("project", code=code, parent=parent)
    company.save("customer_group", code="G1")
    catch_up(site.kernel)
    go_offline(site.kernel)
    return site


def test_offline_a_synced_leaf_gets_no_child(offline: Any) -> None:
    assert offline.refused("project", code="P1.1", parent="P1") == "offline_refused"


def test_offline_a_node_with_children_gets_another(offline: Any) -> None:
    child = offline.save("project", code="P2.2", parent="P2")

    assert offline.read(lambda view: view.sync_state("project", child.id)) == "never_synced"


def test_offline_an_exempt_tree_grows_anywhere(offline: Any) -> None:
    child = offline.save("customer_group", code="G1.1", parent="G1")

    assert offline.read(lambda view: view.sync_state("customer_group", child.id)) == "never_synced"


def test_offline_a_node_that_never_left_may_have_a_child(offline: Any, company: Any) -> None:
    offline.save("project", code="P3")
    offline.save("project", code="P3.1", parent="P3")

    go_online(offline.kernel)
    offline.kernel.site.push()

    assert company.derived("project", "P3")["is_leaf"] is False


def test_offline_a_leaf_of_the_chart_gets_no_child(offline: Any) -> None:
    assert offline.refused("account", code="64271") == "offline_refused"


def test_offline_the_code_of_a_synced_entry_stays(offline: Any) -> None:
    project = offline.read(lambda view: view.by_code("project", "P1"))

    assert offline.refused("project", project.id, code="P9") == "offline_refused"
    offline.save("project", project.id, name="Tên mới")


def test_offline_the_code_of_an_entry_that_never_left_may_change(offline: Any) -> None:
    project = offline.save("project", code="P3")

    offline.save("project", project.id, code="P4")

    assert offline.read(lambda view: view.get("project", project.id)).data.code == "P4"


def test_online_an_office_leaves_the_decision_to_the_cloud(
    company: Any, site: Any, rows: Any
) -> None:
    project = company.save("project", code="P1")
    catch_up(site.kernel)
    company.post(rows("811", project=project.id))
    site.save("project", code="P1.1", parent="P1")

    outcome = site.kernel.site.push()

    assert [failure["code"] for failure in outcome.failed] == ["parent_has_postings"]


def test_a_code_that_was_merged_away_is_not_given_again(company: Any) -> None:
    target = company.save("object", code="NCC-B", is_supplier=True)
    company.save(
        "alias",
        catalog="object",
        old_code="NCC-A",
        new_code="NCC-B",
        new_id=target.id,
        reason="merge",
    )

    with pytest.raises(LiensoError) as caught:
        company.save("object", code="ncc-a", is_supplier=True)

    assert (caught.value.code, caught.value.detail["target"]) == ("code_is_alias", "NCC-B")
    company.save("unit", code="NCC-A")


def test_a_platform_id_belongs_to_one_entry(company: Any) -> None:
    company.save("object", code="KH1", is_customer=True, platform_id="A-1")

    again = company.refused("object", code="KH2", is_customer=True, platform_id="A-1")

    assert again == "external_id_exists"
    company.save("item", code="H1", kind="service", platform_id="A-1")


@pytest.mark.parametrize(("kept", "read"), [("A-1", "A-1"), ("", None)])
def test_what_an_earlier_release_kept_of_the_platform_is_read(
    company: Any, kept: str, read: str | None
) -> None:
    made = company.save("object", code="KH1", is_customer=True)
    faults.change_body(company.kernel, "object", made.id, written_by=1, external_id=kept)

    assert company.kernel.get(company.by, "object", made.id).data.platform_id == read
    edited = company.save("object", made.id, name="An")
    assert (edited.data.name, edited.data.platform_id) == ("An", read)
    again = {"code": "KH2", "is_customer": True, "platform_id": "A-1"}
    assert not read or company.refused("object", **again) == "external_id_exists"
