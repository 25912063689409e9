"""Merging objects and items: balances add up, openings join, late vouchers of sites follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso import LiensoError, OfflineRefused
from lienso.testing.kernels import cloud, go_offline, go_online, office, synchronization

from .moving import Books, pair

pytest.importorskip("lienso_general_ledger", reason="moves rows of the general ledger")

MODULES = ("system", "catalog", "general_ledger")


@pytest.fixture
def head() -> Iterator[Books]:
    with cloud(MODULES) as kernel:
        books = Books(kernel)
        for code in ("KH1", "KH2", "KH3"):
            books.save("object", code=code, name=code, is_customer=True)
        yield books


@pytest.fixture
def site(head: Books) -> Iterator[Books]:
    with office(head.kernel) as kernel:
        yield Books(kernel)


def refused(books: Books, function: str, **params: Any) -> str:
    with pytest.raises(LiensoError) as caught:
        books.call(function, **params)
    return caught.value.code


def opening(books: Books, object: str, **line: Any) -> Any:
    return books.save("object_opening", account="131", object=object, lines=[{"line": 1, **line}])


def test_a_merged_customer_takes_openings_vouchers_and_drafts_along(head: Books) -> None:
    opening(head, "KH1", debit=10_000_000)
    opening(head, "KH2", credit=3_000_000)
    head.journal(pair(1, "1111", "131", 500_000, object="KH2"), no="NVK1")
    draft = head.journal(pair(1, "1111", "131", 70_000, object="KH2"), no="NVK2", post=False)

    done = head.call("merge_customers", target="KH1", sources=["KH2"])

    target = head.get("object", "KH1").id
    assert done["opening_balances"] == [{"account": "131", "object": "KH1", "debit": 7_000_000}]
    assert [row["after"] for row in done["balances"]] == [6_500_000, 0]
    assert done["statement_effect"]["B01-DN:312"] == {"before": 3_500_000, "after": 0}
    assert head.get("journal", draft.id).data.lines[0].object == target
    (kept,) = head.read(lambda view: list(view.all("object_opening")))
    assert (kept.data.object, kept.data.lines[0].debit) == (target, 7_000_000)
    items = head.read(lambda view: view.book("open_items").sum(("amount",), by=("object", "role")))
    assert items == {(target, "debt"): (7_000_000,), (target, "payment"): (500_000,)}


def test_the_source_stays_inactive_and_its_code_is_kept(head: Books) -> None:
    head.call("merge_customers", target="KH1", sources=["KH2"])

    source = head.get("object", "KH2")
    assert (source.data.active, source.data.merged_into) == (False, head.get("object", "KH1").id)
    assert refused(head, "merge_customers", target="KH3", sources=["KH2"]) == "already_merged"
    assert refused(head, "merge_customers", target="KH2", sources=["KH3"]) == "already_merged"


def test_a_chain_of_merges_ends_at_the_last_one(head: Books, site: Books) -> None:
    head.call("merge_customers", target="KH2", sources=["KH1"])
    head.call("merge_customers", target="KH3", sources=["KH2"])
    go_offline(site.kernel)  # it knows of neither
    late = site.journal(pair(1, "1111", "131", 1_000, object="KH1"), no="NVK9")
    go_online(site.kernel)

    synchronization(site.kernel).push()

    last = head.get("object", "KH3").id
    assert head.get("journal", late.id).data.lines[0].object == last
    assert head.get("object", "KH1").data.merged_into == last
    aliases = head.read(lambda view: [a.data.new_code for a in view.all("alias")])
    assert aliases == ["KH3", "KH3"]


def test_what_a_site_enters_while_it_is_cut_off_goes_to_the_target(
    head: Books, site: Books
) -> None:
    go_offline(site.kernel)
    source = site.get("object", "KH2")
    late = site.journal(pair(1, "1111", "131", 800_000, object="KH2"), no="NVK9")
    site.save("object", source.id, phone="0901")
    head.call("merge_customers", target="KH1", sources=["KH2"])
    go_online(site.kernel)

    synchronization(site.kernel).push()
    synchronization(site.kernel).pull()

    target = head.get("object", "KH1").id
    assert head.sums("object", account="131") == {(target,): (0, 800_000)}
    assert site.get("journal", late.id).data.lines[0].object == target
    assert site.get("object", "KH2").data.merged_into == target


def test_the_log_tells_who_merged_what(head: Books) -> None:
    head.journal(pair(1, "1111", "131", 500_000, object="KH2"), no="NVK1")
    head.call("merge_customers", target="KH1", sources=["KH2"])

    (row,) = head.kernel.report(head.by, "catalog.merge_log").rows

    assert row[1:] == ("tester", "catalog.merge_customers", "KH2", "KH1", 1, 2, None)


def test_a_merge_is_refused_with_itself_and_without_the_role(head: Books) -> None:
    head.save("object", code="NCC1", name="NCC1", is_supplier=True)

    assert refused(head, "merge_customers", target="KH1", sources=["KH1"]) == "merge_self"
    assert refused(head, "merge_customers", target="KH1", sources=["NCC1"]) == "object_role"
    assert refused(head, "merge_customers", target="KH1", sources=["KH99"]) == "not_found"


def test_a_preview_changes_nothing(head: Books) -> None:
    head.journal(pair(1, "1111", "131", 500_000, object="KH2"), no="NVK1")
    before = head.kernel.storage.head(head.by.tenant)

    done = head.call("merge_customers", target="KH1", sources=["KH2"], dry_run=True)

    assert done["changed"]["ledger_rows"] == 2
    assert head.kernel.storage.head(head.by.tenant) == before


def test_blank_fields_are_filled_from_the_source_unless_asked_otherwise(head: Books) -> None:
    head.save("object", head.get("object", "KH2").id, address="Hà Nội", is_supplier=True)
    head.save("object", head.get("object", "KH3").id, phone="0902")

    head.call("merge_customers", target="KH1", sources=["KH2"])
    head.call("merge_customers", target="KH1", sources=["KH3"], keep_fields="target_only")

    kept = head.get("object", "KH1").data
    assert (kept.address, kept.phone, kept.is_supplier) == ("Hà Nội", "", True)


def test_employees_of_two_users_leave_the_users_of_the_target(head: Books) -> None:
    head.save("org_unit", code="KD", name="KD", kind="department")
    for code in ("NV1", "NV2"):
        head.save("object", code=code, name=code, is_employee=True, org_unit="KD")
        head.save("user", code=f"u{code}", name=code, employee=code)

    head.call("merge_employees", target="NV1", sources=["NV2"])

    assert head.get("user", "uNV1").data.employee == head.get("object", "NV1").id
    assert head.get("user", "uNV2").data.employee is None


def test_a_locked_period_keeps_what_stands_in_it_from_who_lacks_the_right(head: Books) -> None:
    head.journal(pair(1, "1111", "131", 500_000, object="KH2"), no="NVK1")
    head.save("period_lock", lock_date="2026-02-28")
    head.save("permission", code="P1", name="P1", function="catalog.*", actions=["see"])
    head.save("role", code="R1", name="R1", permissions=["P1"])
    head.save("user", code="lan", name="Lan", roles=["R1"])
    lan = Books(head.kernel)
    lan.by = type(head.by)(head.by.tenant, "lan")

    assert refused(lan, "merge_customers", target="KH1", sources=["KH2"]) == "period_locked"

    right = {"code": "P2", "name": "P2", "function": "merge_in_locked_period", "actions": ["see"]}
    head.save("permission", **right)
    head.save("role", head.get("role", "R1").id, permissions=["P1", "P2"])
    assert lan.call("merge_customers", target="KH1", sources=["KH2"])["changed"]["vouchers"] == 1


def test_items_of_other_units_need_a_factor_and_come_in_the_targets_unit(head: Books) -> None:
    for code, unit in (("LON", "lon"), ("THUNG", "thùng")):
        head.save("unit", code=unit, name=unit)
        head.save("item", code=code, name=code, kind="goods", unit=unit, stock_account="1561")
    head.save("object", code="NCC1", name="NCC1", is_supplier=True)
    head.save("warehouse", code="K1", name="K1")
    line = pair(1, "1561", "331", 3_187_500, item="THUNG", warehouse="K1", object="NCC1")
    head.journal({**line, "qty": "12.50"}, no="NVK1")
    source = [{"code": "THUNG"}]

    assert refused(head, "merge_items", target="LON", sources=source) == "factor_required"

    done = head.call("merge_items", target="LON", sources=[{"code": "THUNG", "factor": "24"}])

    item = head.get("item", "LON")
    (row,) = done["converted"]
    assert (row["old_qty"], row["old_unit"], row["qty"], row["unit"]) == (
        "12.50", "thùng", "300.00", "lon",
    )  # fmt: skip
    qty = head.read(
        lambda view: view.book("general_ledger").sum(("qty", "debit"), where={"item": item.id})
    )
    assert qty[()] == (600_000_000, 3_187_500)  # both rows of the pair carry 300 cans
    assert [c.factor for c in item.data.conversions] == [24]


def test_merging_is_refused_offline_at_a_site(site: Books) -> None:
    go_offline(site.kernel)

    with pytest.raises(OfflineRefused):
        site.call("merge_customers", target="KH1", sources=["KH2"], dry_run=True)


AMOUNTS = st.lists(
    st.tuples(st.sampled_from(["KH1", "KH2", "KH3"]), st.integers(1, 10**9), st.booleans()),
    max_size=6,
)


@settings(max_examples=15)
@given(AMOUNTS, st.permutations(["KH1", "KH2", "KH3"]))
def test_whatever_was_entered_totals_stay_and_every_look_up_ends_at_the_target(
    entered: list[tuple[str, int, bool]], order: list[str]
) -> None:
    with cloud(MODULES) as kernel:
        books = Books(kernel)
        ids = [
            books.save("object", code=code, name=code, is_customer=True).id
            for code in ("KH1", "KH2", "KH3")
        ]
        for object, amount, received in entered:
            sides = ("1111", "131") if received else ("131", "5111")
            books.journal(pair(1, *sides, amount, object=object))
        before = books.sums("account")

        books.call("merge_customers", target=order[1], sources=[order[0]])
        books.call("merge_customers", target=order[2], sources=[order[1]])

        last = books.get("object", order[2]).id
        assert books.sums("account") == before
        assert {object for (object,) in books.sums("object", account="131")} <= {last}
        from lienso.sync.aliases import resolved

        ends = books.read(lambda view: {resolved(view.stored, "object", id) for id in ids})
        assert ends == {last}
