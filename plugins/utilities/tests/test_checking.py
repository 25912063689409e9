"""What the check of vouchers against books finds, and what hides a finding."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from lienso import LiensoError
from lienso_utilities import checking
from lienso_utilities.checking import listed

from .company import FEBRUARY, Company, line


def found(head: Company, *checks: str, **params: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = head.call(
        "check_books", **{**FEBRUARY, **params}, checks=[*checks]
    )["problems"]
    return rows


def test_the_list_is_that_of_the_specification() -> None:
    shared = Path(__file__).resolve().parents[4] / "shared" / "spec" / "checks.csv"
    if not shared.exists():
        pytest.skip("the specification is not beside this repository")
    own = resources.files("lienso_utilities").joinpath("data/checks.csv")

    assert own.read_bytes() == shared.read_bytes()


def test_an_empty_company_has_no_problems_and_every_check_says_what_to_do(head: Company) -> None:
    done = head.call("check_books", **FEBRUARY)

    assert done["problems"] == []
    assert set(done["counts"]) == set(done["checks"])
    assert list(done["counts"]) == [id for id in listed() if id in done["counts"]]
    assert not any(done["counts"].values())


def test_drafts_empty_vouchers_and_odd_days_are_listed(head: Company) -> None:
    head.voucher("journal", no="NVK1")
    head.voucher("journal", line("6427", "1111", 5), no="NVK2", voucher_date="2026-02-20")

    rows = found(head, "posting.unposted", "posting.no_lines", "posting.voucher_after_posting")

    assert [(row["check"], row["voucher"]) for row in rows] == [
        ("posting.unposted", "NVK1"),
        ("posting.unposted", "NVK2"),
        ("posting.no_lines", "NVK1"),
        ("posting.voucher_after_posting", "NVK2"),
    ]


def test_a_stretch_below_nothing_is_told_once(head: Company) -> None:
    for day, number in (("2026-02-03", "PC1"), ("2026-02-04", "PC2"), ("2026-02-20", "PC3")):
        head.voucher("cash_payment", line("6427", "1111", 5), day=day, no=number, post=True)
    head.voucher("cash_receipt", line("1111", "711", 50), day="2026-02-10", no="PT1", post=True)
    head.voucher("cash_payment", line("6427", "1111", 45), day="2026-02-21", no="PC4", post=True)

    rows = found(head, "cash.negative_day")

    assert [(row["date"], row["balance"], row["vouchers"]) for row in rows] == [
        ("2026-02-03", -5, ["PC1"]),
        ("2026-02-21", -10, ["PC4"]),
    ]


def test_debts_without_an_object_and_on_both_sides_are_found(head: Company) -> None:
    head.save("object", code="KH1", name="KH1", is_customer=True)
    head.voucher("journal", line("131", "711", 30, object="KH1"), no="N1", post=True)
    head.voucher("journal", line("1111", "131", 10, object="KH1"), no="N2", post=True)

    rows = found(head, "debt.both_sides", "debt.unmatched", "debt.ledger_vs_detail")

    assert [(row["check"], row["object"]) for row in rows] == [
        ("debt.both_sides", "KH1"),
        ("debt.unmatched", "KH1"),
    ]
    assert rows[1]["amount"] == 10


def test_a_month_that_was_not_closed_and_an_unbalanced_opening_are_found(head: Company) -> None:
    head.voucher("journal", line("6427", "1111", 7), no="N1", post=True)
    head.save("account_opening", account="1111", lines=[{"line": 1, "debit": 100}])

    rows = found(head, "closing.missing", "closing.accounts_not_zero", "opening.unbalanced")

    assert rows[0]["month"] == "2026-02"
    assert (rows[1]["account"], rows[1]["side"], rows[1]["amount"]) == ("6427", "debit", 7)
    assert rows[2]["difference"] == 100


def test_a_group_names_its_checks_and_an_unknown_one_is_refused(head: Company) -> None:
    counts = head.call("check_books", **FEBRUARY, groups=["Công nợ"])["counts"]
    assert all(name.startswith("debt.") for name in counts)

    with pytest.raises(LiensoError) as caught:
        found(head, "nothing.such")
    assert caught.value.code == "params_invalid"


def test_what_nobody_found_cannot_be_accepted(head: Company) -> None:
    with pytest.raises(LiensoError) as caught:
        head.call("accept_finding", problem={"check": "cash.negative_day"}, reason="x")

    assert caught.value.code == "not_found"


def test_what_is_not_listed_is_counted(head: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "LISTED_MAX", 2)
    for number in range(5):
        head.voucher("journal", line("6427", "1111", 5), no=f"N{number}")

    done = head.call("check_books", **FEBRUARY, checks=["posting.unposted"])

    assert [row["voucher"] for row in done["problems"]] == ["N0", "N1"]
    assert (done["counts"], done["left_out"]) == ({"posting.unposted": 5}, {"posting.unposted": 3})


def test_a_problem_of_other_days_is_accepted_with_the_days_of_its_check(head: Company) -> None:
    head.voucher("journal", line("6427", "1111", 7), no="N1", post=True)
    head.voucher("journal", line("6427", "1111", 1), day="2026-03-01", no="N2", post=True)
    (problem,) = found(head, "closing.accounts_not_zero")

    accepted = {"problem": problem["id"], "reason": "đã biết"}
    assert head.call("accept_finding", **accepted, **FEBRUARY) == {"accepted": 1}

    assert found(head, "closing.accounts_not_zero") == []
    march = found(head, "closing.accounts_not_zero", to_date="2026-03-31")
    assert [row["amount"] for row in march] == [8]


# -- what the company says of checks -----------------------------------------------------------------


def test_a_check_that_is_switched_off_runs_only_when_it_is_named(head: Company) -> None:
    head.voucher("journal", line("6427", "1111", 5), no="N1")
    head.save("check_definition", code="KT1", name="Bỏ qua", check="posting.unposted", active=False)

    everything = head.call("check_books", **FEBRUARY)

    assert "posting.unposted" not in everything["counts"]
    assert [row["voucher"] for row in found(head, "posting.unposted")] == ["N1"]


def test_a_definition_says_name_severity_and_what_is_too_small_to_list(head: Company) -> None:
    head.voucher("journal", line("6427", "1111", 7), no="N1", post=True)
    head.save(
        "check_definition", code="KT1", name="Tài khoản chưa kết chuyển", severity="warning",
        check="closing.accounts_not_zero", least=8,
    )  # fmt: skip
    look = {**FEBRUARY, "checks": ["closing.accounts_not_zero"]}

    done = head.call("check_books", **look)
    given = head.call("check_books", **look, options={"closing.accounts_not_zero": {"least": 0}})

    assert (done["problems"], done["counts"], done["below"]) == (
        [], {"closing.accounts_not_zero": 1}, {"closing.accounts_not_zero": 1},
    )  # fmt: skip
    assert done["checks"]["closing.accounts_not_zero"]["name"] == "Tài khoản chưa kết chuyển"
    assert [(row["amount"], row["severity"]) for row in given["problems"]] == [(7, "warning")]


def test_options_of_no_check_and_definitions_of_none_are_refused(head: Company) -> None:
    with pytest.raises(LiensoError) as caught:
        head.call("check_books", **FEBRUARY, options={"nothing.such": {"least": 1}})
    assert caught.value.code == "params_invalid"

    with pytest.raises(LiensoError) as caught:
        head.save("check_definition", code="KT1", check="nothing.such")
    assert caught.value.code == "not_found"


def test_the_findings_are_a_report_with_the_voucher_to_open(head: Company) -> None:
    voucher = head.voucher("journal", line("6427", "1111", 5), no="N1")
    params = {**FEBRUARY, "checks": ["posting.unposted"]}

    done = head.call("view_report", report="utilities.check_problems", params=params)

    (row,) = done["rows"]
    assert (row["check"], row["severity"]) == ("posting.unposted", "warning")
    assert "N1" in row["record"]
    assert row["hint"]
    assert done["drills"] == [{"type": "journal", "id": voucher.id}]
