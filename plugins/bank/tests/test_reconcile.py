"""Each step of the reconciliation, what undoes it, and what it refuses (spec §4, §8)."""

from __future__ import annotations

from typing import Any

OUT = {"date": "2026-03-04", "out": 500_000, "text": "Tra NCC01"}


def matched(company: Any) -> Any:
    """Match one payment with one line; returns the payment."""
    record = company.payment(500_000, "2026-03-04")
    company.statement(OUT)
    company.reconcile("match", statement=[1], vouchers=[record.data.no])
    return record


def line_state(company: Any, line: int = 1) -> str:
    (statement,) = company.kernel.read(company.by, lambda v: list(v.all("bank_statement")))
    return next(one.state for one in statement.data.lines if one.line == line)


def test_unmatching_frees_both_sides(company: Any) -> None:
    record = matched(company)
    before = line_state(company)

    result = company.reconcile("unmatch", vouchers=[record.data.no])

    assert (before, line_state(company)) == ("matched", "open")
    assert result["unmatched"] == [
        {"statement": [1], "vouchers": [record.data.no], "tier": "manual"}
    ]
    company.kernel.unpost(company.by, record.data.no)


def test_a_matched_voucher_says_which_line_holds_it(company: Any, refused: Any) -> None:
    record = matched(company)

    error = refused(lambda: company.kernel.unpost(company.by, record.data.no))

    assert (error.code, error.detail["statement"]) == ("bank_matched", ["SP00001/1"])


def test_a_confirmed_voucher_is_kept_until_it_is_unmatched_and_for_good_when_locked(
    company: Any, refused: Any
) -> None:
    record = matched(company)
    result = company.reconcile("confirm", to_date="2026-03-31")
    error = refused(lambda: company.kernel.unpost(company.by, record.data.no))
    company.save("period_lock", {"lock_date": "2026-03-31"})

    locked = refused(lambda: company.reconcile("unmatch", vouchers=[record.data.no]))

    assert result["reconciliation"] == "ĐCNH00001"
    assert (error.code, error.detail["reconciliation"]) == ("bank_reconciled", "ĐCNH00001")
    assert locked.code == "period_locked"


def test_unmatching_what_was_confirmed_reopens_the_reconciliation(company: Any) -> None:
    record = matched(company)
    company.reconcile("confirm", to_date="2026-03-31")

    company.reconcile("unmatch", statement=[1])

    found = company.kernel.get(company.by, "bank_reconciliation", "ĐCNH00001").data
    assert (found.status, found.matches) == ("reopened", [])
    company.kernel.unpost(company.by, record.data.no)


def test_a_balance_that_is_not_explained_stops_the_confirmation_unless_passed(
    company: Any, refused: Any
) -> None:
    company.statement({"date": "2026-03-04", "in": 100}, opening=900)

    error = refused(lambda: company.reconcile("confirm"))
    passed = company.reconcile("confirm", ignore_warnings=True)

    assert (error.code, error.detail["difference"]) == ("bridge_difference", 900)
    assert passed["reconciliation"] == "ĐCNH00001"


def test_a_match_counts_on_a_day_only_when_all_of_it_was_there(company: Any) -> None:
    company.payment(500_000, "2026-03-31")
    company.statement({**OUT, "date": "2026-04-02"}, from_date="2026-03-01", to_date="2026-04-30")
    company.reconcile("auto_match", to_date="2026-04-30")

    march = company.reconcile("report", to_date="2026-03-31")
    april = company.reconcile("report", to_date="2026-04-30")

    labels = {row["label"]: row["amount"] for row in march["bridge"]}
    assert labels == {
        "book_balance": -500_000,
        "payments_not_on_statement": 500_000,
        "bank_balance": 0,
    }
    assert [row["label"] for row in april["bridge"]] == ["book_balance", "bank_balance"]


def test_what_the_bank_took_back_is_matched_with_itself(company: Any) -> None:
    company.statement({"date": "2026-03-04", "in": 70}, {"date": "2026-03-05", "out": 70})

    result = company.reconcile("match", statement=[1, 2])

    assert result["unmatched_statement"] == []


def test_a_remainder_becomes_a_voucher_of_its_own(company: Any) -> None:
    record = company.receipt(100_000, "2026-03-04")
    company.statement({"date": "2026-03-04", "in": 99_700, "text": "KH01"})

    result = company.reconcile(
        "match",
        statement=[1],
        vouchers=[record.data.no],
        with_difference={"account": "6427"},
    )

    (made,) = result["created"]
    assert company.pairs(made) == [("6427", "1121", 300)]
    assert result["unmatched_vouchers"] == []
    assert result["book_balance"] == result["bank_balance"] == 99_700


def test_a_debt_of_which_the_bank_kept_a_part_is_paid_whole(company: Any) -> None:
    company.statement({"date": "2026-03-04", "in": 99_700, "text": "KH01"})
    rest = {"account": "6427", "contra": "131", "amount": "100000", "object": "KH01"}

    result = company.reconcile("match", statement=[1], with_difference=rest)

    (made,) = result["created"]
    assert company.pairs(made) == [("1121", "131", 99_700), ("6427", "131", 300)]
    assert result["unmatched_statement"] == []


def test_lines_without_a_rule_are_returned_and_nothing_is_made_of_them(company: Any) -> None:
    company.statement(
        {"date": "2026-03-04", "out": 11_000, "text": "Phí SMS"},
        {"date": "2026-03-05", "in": 7_000, "text": "phi hoan"},
    )

    result = company.reconcile("create_vouchers", rules=[{"match": "PHI", "debit": "6427"}])

    assert (len(result["created"]), result["without_rule"]) == (1, [2])


def test_ignored_lines_stay_explained_and_can_be_taken_back(company: Any) -> None:
    company.statement({"date": "2026-03-04", "in": 70})

    ignored = company.reconcile("ignore", statement=[1])
    back = company.reconcile("ignore", statement=[1], undo=True)

    assert (ignored["unmatched_statement"], back["unmatched_statement"]) == ([], [1])
    assert [row["label"] for row in ignored["bridge"]][1] == "statement_receipts_not_in_book"


def test_foreign_accounts_are_matched_in_their_currency(company: Any) -> None:
    usd = {"debit": "1122", "fc_amount": "1000", "currency": "USD", "rate": "25480"}
    company.receipt(25_480_000, "2026-03-04", bank_account="USD1", **usd)
    lines = [{"line": 1, "date": "2026-03-04", "in": "1000.00"}]
    days = {"date": "2026-03-31", "from_date": "2026-03-01", "to_date": "2026-03-31"}
    company.save(
        "bank_statement", {"bank_account": "USD1", **days, "closing": "1000.00", "lines": lines}
    )

    result = company.reconcile("auto_match", "USD1")

    assert [row["tier"] for row in result["matched"]] == ["same_day"]
    assert (result["book_balance"], result["book_balance_fc"]) == (25_480_000, "1000.00")
    assert result["bank_balance"] == "1000.00"


def test_items_brought_forward_are_matched_like_vouchers(company: Any) -> None:
    opening = {"account": "1121", "bank_account": "VCB", "lines": [{"line": 1, "debit": 900_000}]}
    company.save("bank_opening", opening)
    line = {"date": "2025-12-30", "out": 100_000, "source": "book", "reference": "UNC-OLD"}
    company.reconcile("import", opening_unreconciled=True, lines=[line])
    company.statement({"date": "2026-03-02", "out": 100_000}, opening=1_000_000)

    before = company.reconcile("report")
    after = company.reconcile("match", statement=[1], vouchers=["UNC-OLD"])

    assert before["unmatched_vouchers"] == ["UNC-OLD"]
    assert [row["label"] for row in after["bridge"]] == ["book_balance", "bank_balance"]


def test_two_statements_with_a_line_of_one_number_ask_for_more(company: Any, refused: Any) -> None:
    company.statement({"date": "2026-03-04", "in": 70}, to_date="2026-03-15")
    company.statement({"date": "2026-03-20", "in": 70}, from_date="2026-03-16", opening=70)

    error = refused(lambda: company.reconcile("ignore", statement=[1]))
    result = company.reconcile("ignore", statement=["SP00002/1"])

    assert error.code == "ambiguous"
    assert result["ignored"] == ["SP00002/1"]


def test_a_line_that_is_matched_keeps_its_amount_and_its_statement(
    company: Any, refused: Any
) -> None:
    matched(company)
    (statement,) = company.kernel.read(company.by, lambda v: list(v.all("bank_statement")))
    lines = [{"line": 1, "date": "2026-03-04", "out": 500_001}]
    changed = {"lines": lines, "closing": -500_001}

    edit = refused(lambda: company.save("bank_statement", changed, id=statement.id, merge=True))
    gone = refused(lambda: company.kernel.delete(company.by, "bank_statement", statement.id))

    assert [found.code for found in edit.findings] == ["already_matched"]
    assert gone.code == "already_matched"


def test_nobody_joins_by_hand_what_is_not_equal(company: Any, refused: Any) -> None:
    record = company.payment(500_001, "2026-03-04")
    statement = company.statement(OUT)
    voucher = {"type": record.type, "id": record.id, "side": "out", "amount": "-500001"}
    body = {
        "bank_account": "VCB",
        "date": "2026-03-04",
        "statement": [f"{statement.id}/1"],
        "vouchers": [voucher],
    }

    assert refused(lambda: company.save("bank_match", body)).code == "amounts_differ"


def test_an_unknown_bank_account_is_named(company: Any, refused: Any) -> None:
    assert refused(lambda: company.reconcile("report", "XYZ")).code == "bank_account_unknown"


def test_a_branch_with_accounts_of_its_own_is_not_the_head_offices_matter(company: Any) -> None:
    company.save("org_unit", {"code": "CN1", "name": "Chi nhánh 1", "kind": "branch"})
    company.payment(500_000, "2026-03-04", branch="CN1")
    company.statement(OUT)

    every = company.reconcile("report")
    company.option("own_bank_accounts", True)
    own = company.reconcile("report")

    assert (len(every["unmatched_vouchers"]), own["unmatched_vouchers"]) == (1, [])
    assert (every["book_balance"], own["book_balance"]) == (-500_000, 0)
