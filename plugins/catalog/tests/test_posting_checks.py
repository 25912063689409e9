"""What the catalogs ask of entries."""

from __future__ import annotations

from typing import Any

import pytest

BANK = {"bank_name": "VCB", "ledger_account": "1121"}


def test_entries_on_leaves_with_all_they_ask_for_pass(company: Any, rows: Any) -> None:
    customer = company.save("object", code="KH1", is_customer=True)

    assert company.post(rows("1111"), rows("131", side=1, object=customer.id)) == []


@pytest.mark.parametrize(
    ("account", "code"), [("9999", "account_unknown"), ("111", "account_is_parent")]
)
def test_an_account_must_be_a_known_leaf(company: Any, rows: Any, account: str, code: str) -> None:
    assert company.post(rows(account), rows("1111", side=1)) == [("error", code)]


def test_an_inactive_account_is_refused(company: Any, rows: Any) -> None:
    account = company.read(lambda view: view.by_code("account", "811"))
    company.save("account", account.id, active=False)

    assert company.post(rows("811")) == [("error", "account_inactive")]


@pytest.mark.parametrize(
    ("account", "codes"),
    [
        ("131", ["object_required"]),
        ("1121", ["bank_account_required"]),
        ("1122", ["bank_account_required", "currency_required"]),
        ("152", ["item_required", "warehouse_required"]),
        ("2111", ["asset_required"]),
        ("242", ["prepaid_required"]),
    ],
)
def test_an_account_asks_for_what_it_is_followed_by(
    company: Any, rows: Any, account: str, codes: list[str]
) -> None:
    assert company.post(rows(account)) == [("error", code) for code in codes]


def test_a_question_mark_only_warns(company: Any, rows: Any) -> None:
    assert company.post(rows("6421")) == [("warning", "cost_item_required")]


def test_a_result_account_is_closed_whatever_it_is_followed_by(company: Any, rows: Any) -> None:
    assert company.post(rows("6421", closing="1")) == []
    assert company.post(rows("131", closing="1")) == [("error", "object_required")]


def test_a_missing_term_is_never_refused(company: Any, rows: Any) -> None:
    assert company.post(rows("335")) == []


def test_the_same_thing_is_said_once_a_line(company: Any, rows: Any) -> None:
    found = company.post(rows("131"), rows("131", side=1), rows("131", line=2))

    assert found == [("error", "object_required")] * 2


def test_a_foreign_account_that_takes_dong_too_asks_for_no_currency(
    company_of: Any, rows: Any
) -> None:
    assert company_of("TT99").post(rows("111")) == []


@pytest.mark.parametrize("lenient", [False, True])
def test_the_role_is_enforced_or_warned_of_by_option(
    company: Any, rows: Any, lenient: bool
) -> None:
    if lenient:
        values = {"lenient_object_role": True}
        company.kernel.invoke(company.by, "system.set_options", {"values": values})
    supplier = company.save("object", code="NCC1", is_supplier=True)

    found = company.post(rows("131", object=supplier.id))

    assert found == [("warning" if lenient else "error", "object_role")]


def test_a_dimension_must_exist_be_active_and_a_leaf(company: Any, rows: Any) -> None:
    gone = company.save("project", code="P0", active=False)
    top = company.save("project", code="P1")
    leaf = company.save("project", code="P1.1", parent="P1")
    unknown = top.id[:-4] + "ffff"

    assert company.post(rows("811", project=unknown)) == [("error", "dimension_unknown")]
    assert company.post(rows("811", project=gone.id)) == [("error", "dimension_inactive")]
    assert company.post(rows("811", project=top.id)) == [("error", "dimension_not_leaf")]
    assert company.post(rows("811", project=leaf.id)) == []


def test_an_inner_node_of_an_exempt_tree_may_be_posted_to(company: Any, rows: Any) -> None:
    top = company.save("org_unit", code="CTY", kind="company")
    company.save("org_unit", code="KT", kind="department", parent="CTY")

    assert company.post(rows("811", org_unit=top.id)) == []


def test_dong_have_no_decimals(company: Any, rows: Any) -> None:
    broken = rows("811")
    broken["measures"]["fc_debit"] = 10_005_000
    whole = rows("811")
    whole["measures"]["fc_debit"] = 10_000_000
    cents = rows("811", currency="USD")
    cents["measures"]["fc_debit"] = 10_005_000

    assert company.post(broken) == [("error", "vnd_has_no_decimals")]
    assert company.post(whole) == company.post(cents) == []


@pytest.mark.parametrize(
    ("closed_on", "found"),
    [("2026-03-01", [("error", "bank_account_closed")]), ("2026-03-02", [])],
)
def test_nothing_is_posted_after_a_bank_account_was_closed(
    company: Any, rows: Any, closed_on: str, found: list[tuple[str, str]]
) -> None:
    account = company.save("bank_account", code="A", number="001", closed_on=closed_on, **BANK)

    assert company.post(rows("1121", bank_account=account.id)) == found


def test_accounts_outside_the_list_of_the_voucher_type_are_refused(company: Any, rows: Any) -> None:
    company.save("account_default", voucher_type="slip", column="debit", filter=["811", "635"])

    assert company.post(rows("811"), rows("1111", side=1)) == []
    assert company.post(rows("711")) == [("error", "account_not_allowed")]

    values = {"restrict_accounts": False}
    company.kernel.invoke(company.by, "system.set_options", {"values": values})
    assert company.post(rows("711")) == []


def test_an_opening_is_asked_for_objects_and_bank_accounts_only(company: Any, rows: Any) -> None:
    assert company.post(rows("242", opening="1"), rows("2111", line=2, opening="1")) == []
    assert company.post(rows("131", opening="1")) == [("error", "object_required")]


def test_an_account_saved_in_between_is_seen_by_the_next_posting(company: Any, rows: Any) -> None:
    assert company.post(rows("64271")) == [("error", "account_unknown")]

    company.save("account", code="64271")

    assert company.post(rows("64271")) == [("warning", "cost_item_required")]
