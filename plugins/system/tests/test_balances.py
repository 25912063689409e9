"""The balance of an account, seen from a voucher."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.testing.kernels import go_offline


@pytest.fixture
def debts(head: Any) -> Any:
    """K1 owes 7,000,000 by February and 11,000,000 by March; K2 owes 9,000,000."""
    for code in ("K1", "K2"):
        head.save("object", {"code": code})
    owed = {"debit": "131", "credit": "5111"}
    head.posted(5_000_000, "2025-12-31", object="K1", **owed)
    head.posted(9_000_000, "2025-12-31", object="K2", **owed)
    head.posted(2_000_000, "2026-01-10", object="K1", **owed)
    head.posted(4_000_000, "2026-03-10", object="K1", **owed)
    return head


def test_it_is_taken_to_the_posting_date_and_by_the_lines_object(debts: Any) -> None:
    draft = debts.receipt(1_000_000, "2026-02-01", object="K1")

    result = debts.run("view_account_balance", voucher=draft.data.no, line=1, side="credit")

    assert (result["account"], result["object"]) == ("131", "K1")
    assert (result["as_of"], result["debit"], result["credit"]) == ("2026-02-01", 7_000_000, 0)
    assert result["account_total"] == {"debit": 16_000_000, "credit": 0}


def test_the_vouchers_own_entries_do_not_count(debts: Any) -> None:
    posted = debts.posted(1_000_000, "2026-02-01", object="K1")

    result = debts.run("view_account_balance", voucher=posted.id, line=1, side="credit")

    assert (result["debit"], result["account_total"]["debit"]) == (7_000_000, 16_000_000)


def test_the_day_itself_counts(debts: Any) -> None:
    draft = debts.receipt(1, "2026-03-10", object="K1")

    result = debts.run("view_account_balance", voucher=draft.id, line=1, side="credit")

    assert result["debit"] == 11_000_000


def test_a_credit_balance_stands_on_the_credit_side(debts: Any) -> None:
    result = debts.run("view_account_balance", account="5111", as_of="2026-12-31")

    assert (result["debit"], result["credit"]) == (0, 20_000_000)


def test_an_account_takes_its_subtree(debts: Any) -> None:
    result = debts.run("view_account_balance", account="51", as_of="2026-12-31")

    assert result["credit"] == 20_000_000


def test_an_account_that_no_entry_follows_by_object_is_one_sum(head: Any) -> None:
    head.save("object", {"code": "K1"})
    head.posted(500_000)
    draft = head.receipt(object="K1")

    result = head.run("view_account_balance", voucher=draft.id, line=1, side="debit")

    assert (result["object"], result["debit"]) == (None, 500_000)


def test_a_tracked_account_is_narrowed_before_it_has_entries_of_objects(head: Any) -> None:
    head.save("object", {"code": "K1"})
    head.save("account", {"code": "1111", "tracks": ["employee?"]})
    head.posted(500_000)
    draft = head.receipt(object="K1")

    result = head.run("view_account_balance", voucher=draft.id, line=1, side="debit")

    assert (result["object"], result["debit"]) == ("K1", 0)
    assert result["account_total"]["debit"] == 500_000


def test_an_account_in_foreign_money_gives_the_foreign_balance(head: Any) -> None:
    head.save("account", {"code": "1112", "tracks": ["fc"]})
    money = {"debit": "1112", "currency": "USD"}
    head.posted(250_000, fc_amount="10.25", **money)
    head.posted(900_000, debit="1112", currency="EUR", fc_amount="30")
    draft = head.receipt(fc_amount="1", **money)

    result = head.run("view_account_balance", voucher=draft.id, line=1, side="debit")

    assert (result["currency"], result["debit"]) == ("USD", 250_000)
    assert result["fc_amount"] == "10.2500"
    assert result["account_total"]["debit"] == 1_150_000


def test_the_other_branch_and_ledger_do_not_count(head: Any) -> None:
    head.save("org_unit", {"code": "CN1"})
    head.posted(100_000)
    head.posted(200_000, branch="CN1")
    draft = head.receipt(branch="CN1")
    other = head.receipt(display_on_book="management", no_management="QT1")

    in_branch = head.run("view_account_balance", voucher=draft.id, line=1, side="debit")
    in_ledger = head.run("view_account_balance", voucher=other.id, line=1, side="debit")

    assert (in_branch["debit"], in_ledger["debit"]) == (200_000, 0)


def test_what_is_missing_is_named(head: Any) -> None:
    draft = head.receipt(debit="")

    no_line = head.refused("view_account_balance", voucher=draft.id, line=9, side="debit")
    no_account = head.refused("view_account_balance", voucher=draft.id, line=1, side="debit")
    nothing = head.refused("view_account_balance")

    assert (no_line.code, no_line.detail["type"]) == ("not_found", "line")
    assert (no_account.code, nothing.code) == ("field_required", "field_required")


def test_offline_it_is_refused(site: Any) -> None:
    go_offline(site.kernel)
    draft = site.receipt()

    error = site.refused("view_account_balance", voucher=draft.data.no, line=1, side="debit")

    assert error.code == "offline_refused"


def test_a_look_leaves_no_trace(head: Any) -> None:
    before = head.kernel.storage.head(head.by.tenant)

    head.run("view_account_balance", account="1111")

    assert head.kernel.storage.head(head.by.tenant) == before
