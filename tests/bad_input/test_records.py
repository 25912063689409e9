"""Wrong bodies, accounts and periods, sent as a program sends them."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.canonical import canonical_text
from lienso.client import Client
from lienso.messages import finding_text
from lienso.testing.kernels import actor

from .world import DAY, Company, change, pushed, receipt


@pytest.mark.parametrize(
    ("body", "code", "field", "line"),
    [
        (receipt(colour="red"), "unknown_field", "colour", None),
        (receipt({"colour": "red"}), "unknown_field", "lines.0.colour", 1),
        (receipt(reason=5), "type_wrong", "reason", None),
        (receipt(lines="none"), "type_wrong", "lines", None),
        (receipt({}, {"amount": "500000"}), "type_wrong", "lines.1.amount", 2),
        (receipt({"amount": True}), "type_wrong", "lines.0.amount", 1),
        (receipt({}, {"amount": 1.5}), "float_refused", "lines.1.amount", 2),
        (receipt({"amount": 1.0}), "float_refused", "lines.0.amount", 1),
        (receipt({"amount": 2**63}), "value_out_of_range", "lines.0.amount", 1),
        (receipt(rate=1.5), "float_refused", "rate", None),
        (receipt(rate="một"), "decimal_wrong", "rate", None),
        (receipt(rate="NaN"), "decimal_wrong", "rate", None),
        (receipt(posting_date="31/02/2026"), "bad_date", "posting_date", None),
        (receipt(posting_date=20260302), "bad_date", "posting_date", None),
        (receipt(display_on_book="tax"), "bad_choice", "display_on_book", None),
        (receipt(no="PT" + "0" * 30), "too_long", "no", None),
        (receipt({"object": "KH9"}), "not_found", "lines.0.object", 1),
        (
            receipt({"object": "01900000-0000-7000-8000-000000000000"}),
            "not_found",
            "lines.0.object",
            1,
        ),
        (receipt({"line": "một"}), "type_wrong", "lines.0.line", 1),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_field_is_named_by_code_field_and_line(
    company: Company, body: dict[str, Any], code: str, field: str, line: int | None
) -> None:
    error = company.refused(lambda: company.client.save(body, type="cash_receipt"))

    [found] = error.findings
    assert (found.code, found.field, found.line) == (code, field, line)
    assert error.code == (code if line is None else "invalid")


def test_a_field_that_is_missing_is_named(company: Company) -> None:
    body = receipt()
    del body["posting_date"]

    error = company.refused(lambda: company.client.save(body, type="cash_receipt"))

    assert (error.code, error.detail["field"]) == ("field_required", "posting_date")


def test_all_that_is_wrong_with_a_voucher_is_said_at_once_in_both_languages(
    company: Company,
) -> None:
    body = receipt({"amount": 1.5}, {"colour": "red"}, {"object": "KH9"}, posting_date="soon")

    error = company.refused(lambda: company.client.save(body, type="cash_receipt"))

    assert {(found.code, found.line) for found in error.findings} == {
        ("bad_date", None),
        ("float_refused", 1),
        ("unknown_field", 2),
        ("not_found", 3),
    }
    for found in error.findings:
        vi, en = (finding_text(company.kernel.registry, found, said) for said in ("vi", "en"))
        assert vi != en
        assert found.code not in (vi, en)


def test_a_merge_with_a_line_that_has_no_number_is_refused(company: Company) -> None:
    saved = company.client.save(receipt(), type="cash_receipt").record
    lines = [{"line": "một", "amount": 1}]

    error = company.refused(
        lambda: company.client.save({"lines": lines}, type="cash_receipt", id=saved.id, merge=True)
    )

    assert ("type_wrong", "lines.0.line", 1) in [
        (found.code, found.field, found.line) for found in error.findings
    ]


@pytest.mark.parametrize(
    ("account", "code"), [("9999", "account_unknown"), ("111", "account_is_parent")]
)
def test_an_account_that_takes_no_entries_keeps_a_voucher_out_of_the_books(
    company: Company, account: str, code: str
) -> None:
    saved = company.client.save(receipt({}, {"debit": account}), type="cash_receipt").record

    error = company.refused(lambda: post(company.client, saved.id))

    assert error.code == "post_failed"
    assert (code, 2) in [(found.code, found.line) for found in error.findings]


def test_saving_with_the_wish_to_post_says_why_it_stayed_a_draft(client: Client) -> None:
    body = receipt({}, {"debit": "111"})

    saved = client.save(body, type="cash_receipt", post=("financial",))

    assert saved.record.posting["financial"].status == "failed"
    assert ("account_is_parent", 2) in [(found.code, found.line) for found in saved.findings]


def test_a_voucher_of_a_locked_period_is_not_posted(company: Company) -> None:
    saved = company.client.save(receipt(), type="cash_receipt").record
    company.client.save({"lock_date": DAY}, type="period_lock")

    error = company.refused(lambda: post(company.client, saved.id))

    assert error.code == "period_locked"
    assert (error.detail["lock_date"], error.detail["earliest_allowed"]) == (DAY, "2026-03-03")


def test_a_number_that_is_taken_is_refused(company: Company) -> None:
    company.client.save(receipt(no="PT00077"), type="cash_receipt")

    error = company.refused(lambda: company.client.save(receipt(no="PT00077"), type="cash_receipt"))

    assert (error.code, error.detail["no"]) == ("voucher_no_duplicate", "PT00077")


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda client: client.invoke("cash.burn"), "unknown_capability"),
        (lambda client: client.invoke("burn"), "unknown_capability"),
        (lambda client: client.figure("cash.nothing"), "unknown_figure"),
        (lambda client: client.report("cash.nothing"), "unknown_report"),
        (lambda client: client.save({}, type="nothing"), "unknown_record_type"),
        (lambda client: client.get("nothing", "1"), "unknown_record_type"),
        (lambda client: next(client.list("nothing")), "unknown_record_type"),
        (lambda client: next(client.history("nothing", "1")), "unknown_record_type"),
        (lambda client: client.delete("nothing", "1"), "unknown_record_type"),
        (lambda client: client.describe("nothing"), "unknown_record_type"),
        (lambda client: next(client.list("object", key="colour")), "unknown_key"),
        (lambda client: client.get("object", "KH9"), "not_found"),
        (lambda client: next(client.history("object", "KH9")), "not_found"),
        (lambda client: client.delete("object", "KH9"), "not_found"),
    ],
    ids=[
        "function", "function without a module", "figure", "report", "save", "get", "list",
        "history", "delete", "describe", "key", "get a record", "history of a record",
        "delete a record",
    ],
)  # fmt: skip
def test_what_does_not_exist_is_refused_by_name(company: Company, ask: Any, code: str) -> None:
    assert company.refused(lambda: ask(company.client)).code == code


def test_wrong_parameters_are_all_named(company: Company) -> None:
    params = {"from_date": "soon", "colour": "red"}

    error = company.refused(lambda: company.client.report("general_ledger.trial_balance", params))

    assert error.code == "invalid"
    assert {(found.code, found.field) for found in error.findings} >= {
        ("bad_date", "from_date"),
        ("unknown_field", "colour"),
        ("field_required", "to_date"),
    }


def test_a_site_that_pushes_wrong_bodies_hears_of_each_why(company: Company) -> None:
    floating = canonical_text(receipt({"amount": 777})).replace("777", "1.5")
    sent = (
        change(1, receipt(colour="red")),
        change(2, floating),
        change(3, {"code": "X"}, type="nothing"),
        change(4, receipt({"object": "01890000-0000-7000-8000-00000000dead"})),
        change(5, receipt(no="PT00001")),
    )

    answered = pushed(company, *sent)

    assert [(verdict, detail.get("code", "")) for verdict, detail in answered] == [
        ("INVALID", "unknown_field"),
        ("INVALID", "float_refused"),
        ("PLUGIN_MISSING", "unknown_record_type"),
        ("BLOCKED_REF", "waits_for_record"),
        ("APPLIED", ""),
    ]
    assert answered[0][1]["field"] == "colour"
    assert answered[1][1]["field"] == "lines.0.amount"


def test_the_kernel_refuses_what_no_json_can_carry(company: Company) -> None:
    by = actor(company.kernel)
    for value in (2**70, {1, 2}, "\ud800", b"bytes"):
        error = company.refused(
            lambda value=value: company.kernel.save(by, "cash_receipt", receipt(reason=value))
        )
        assert error.code == "type_wrong"


def post(client: Client, voucher: str) -> dict[str, Any]:
    """Post a voucher over the line."""
    params = {"voucher": voucher, "ledger": "financial", "ignore_warnings": True}
    return client.invoke("system.post_voucher", params)
