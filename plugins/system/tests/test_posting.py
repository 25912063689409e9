"""Posting by word, unposting, and showing on the other ledger."""

from __future__ import annotations

from typing import Any

import pytest

BOTH = {"financial": True, "management": True}


@pytest.fixture
def two(head: Any) -> Any:
    """A company that keeps two ledgers."""
    head.run("set_options", values={"system.two_books": True})
    return head


def test_a_voucher_is_posted_by_number_with_its_total(head: Any) -> None:
    record = head.receipt(500_000)

    result = head.run("post_voucher", voucher=record.data.no)

    assert (result["posted"], result["passed_warnings"]) == (True, [])
    assert result["totals"] == {"amount": 500_000}
    assert len(head.entries()) == 2


def test_a_warning_stops_it_until_it_is_passed_knowingly(head: Any) -> None:
    record = head.receipt(2_000_000)

    stopped = head.refused("post_voucher", voucher=record.id)
    passed = head.run("post_voucher", voucher=record.id, ignore_warnings=True)

    assert (stopped.code, [f.code for f in stopped.findings]) == ("post_failed", ["large_amount"])
    assert passed["passed_warnings"] == ["large_amount"]
    assert head.live("receipt", record.id).posting["financial"].passed_warnings == ("large_amount",)


def test_an_error_of_a_line_is_not_passed(head: Any) -> None:
    record = head.receipt(debit="")

    error = head.refused("post_voucher", voucher=record.id, ignore_warnings=True)

    assert error.code == "post_failed"
    assert [(f.code, f.line) for f in error.findings] == [("debit_account_required", 1)]
    assert head.entries() == []


def test_one_error_of_the_header_comes_under_its_own_code(head: Any) -> None:
    record = head.receipt(description="không ghi financial")

    error = head.refused("post_voucher", voucher=record.id)

    assert (error.code, error.detail) == ("amount_zero", {"ledger": "financial"})


def test_posting_twice_and_unposting_a_draft_are_refused(head: Any) -> None:
    posted, draft = head.posted(), head.receipt()

    assert head.refused("post_voucher", voucher=posted.id).code == "already_posted"
    assert head.refused("unpost_voucher", voucher=draft.id).code == "not_posted"
    assert head.refused("unpost_voucher", voucher=draft.id, ledger="both").code == "not_posted"
    assert head.refused("post_voucher", voucher="PT77777").code == "not_found"


def test_unposting_takes_the_entries_out(head: Any) -> None:
    record = head.posted()

    result = head.run("unpost_voucher", voucher=record.data.no)

    assert result["unposted"] == ["financial"]
    assert result["posted"] == {"financial": False, "management": False}
    assert head.entries() == []


def test_what_a_module_objects_to_stays_posted(head: Any) -> None:
    record = head.posted(description="khóa")

    assert head.refused("unpost_voucher", voucher=record.id).code == "amount_zero"
    assert head.live("receipt", record.id).posted()


def test_a_voucher_of_the_management_ledger_is_posted_there_unasked(head: Any) -> None:
    record = head.receipt(display_on_book="management", no_management="QT1")

    head.run("post_voucher", voucher="QT1")

    assert {row[1] for row in head.entries()} == {"management"}
    assert head.live("receipt", record.id).posted("management")


def test_both_posts_each_ledger_by_itself(head: Any) -> None:
    record = head.receipt(display_on_book="both", description="không ghi management")

    result = head.run("post_voucher", voucher=record.id, ledger="both")

    assert result["posted"] == {"financial": True, "management": False}
    assert [(row["ledger"], row["code"]) for row in result["failed"]] == [
        ("management", "amount_zero")
    ]
    assert {row[1] for row in head.entries()} == {"financial"}


def test_both_unposts_wherever_it_is_posted(head: Any) -> None:
    record = head.receipt(display_on_book="both")
    head.run("post_voucher", voucher=record.id, ledger="both")

    result = head.run("unpost_voucher", voucher=record.id, ledger="both")

    assert result["unposted"] == ["financial", "management"]
    assert head.entries() == []


def test_showing_on_both_gives_a_number_there_and_leaves_it_unposted(two: Any) -> None:
    record = two.posted(no="PT00960")

    result = two.run("show_on_book", vouchers=["PT00960"], display_on_book="both")

    assert result["posted"] == {"financial": True, "management": False}
    assert (result["no"], result["no_management"]) == ("PT00960", "PT00001")
    assert two.live("receipt", record.id).data.display_on_book == "both"


def test_showing_on_both_with_a_number_of_ones_own_and_posting(two: Any) -> None:
    two.posted(700_000, no="PT00960")

    result = two.run(
        "show_on_book",
        vouchers=["PT00960"],
        display_on_book="both",
        post=True,
        no_management="QT00012",
    )

    assert result["posted"] == BOTH
    assert two.entries() == [
        ("PT00960", "financial", "1111", 700_000),
        ("PT00960", "financial", "131", -700_000),
        ("QT00012", "management", "1111", 700_000),
        ("QT00012", "management", "131", -700_000),
    ]


def test_leaving_the_financial_ledger_unposts_there_and_frees_the_number(two: Any) -> None:
    record = two.receipt(no="PT00960", display_on_book="both")
    two.run("post_voucher", voucher=record.id, ledger="both")

    result = two.run("show_on_book", vouchers=[record.id], display_on_book="management")

    assert result["removed_from_financial"] == [record.id]
    assert result["posted"] == {"financial": False, "management": True}
    assert result["no"] is None
    assert two.receipt(no="PT00960").data.no == "PT00960"


def test_passed_warnings_are_kept_when_it_is_shown_elsewhere(two: Any) -> None:
    record = two.posted(2_000_000)

    two.run("show_on_book", vouchers=[record.id], display_on_book="both")

    state = two.live("receipt", record.id).posting["financial"]
    assert (state.status, state.passed_warnings) == ("posted", ("large_amount",))


def test_showing_stands_alone_for_each_voucher(two: Any) -> None:
    good, locked = two.posted(), two.posted(description="khóa")

    result = two.run("show_on_book", vouchers=[good.id, locked.id, "X"], display_on_book="both")

    assert [row["voucher"] for row in result["changed"]] == [good.id]
    assert [(row["voucher"], row["code"]) for row in result["failed"]] == [
        (locked.id, "amount_zero"),
        ("X", "not_found"),
    ]
    assert two.live("receipt", locked.id).data.display_on_book == "financial"


def test_a_warning_on_the_added_ledger_undoes_that_voucher(two: Any) -> None:
    record = two.posted(2_000_000)

    stopped = two.run("show_on_book", vouchers=[record.id], display_on_book="both", post=True)
    passed = two.run(
        "show_on_book",
        vouchers=[record.id],
        display_on_book="both",
        post=True,
        ignore_warnings=True,
    )

    assert [row["code"] for row in stopped["failed"]] == ["post_failed"]
    assert passed["posted"] == BOTH


def test_a_voucher_keeps_one_ledger_at_least(two: Any) -> None:
    record = two.receipt()

    error = two.refused("show_on_book", vouchers=[record.id], display_on_book="none")

    assert error.code == "no_ledger_left"


def test_without_two_books_there_is_no_other_ledger(head: Any) -> None:
    record = head.receipt()

    error = head.refused("show_on_book", vouchers=[record.id], display_on_book="both")

    assert (error.code, error.detail["option"]) == ("not_on_this_book", "system.two_books")
