"""A program or a site of one company that knows ids and numbers of another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lienso.client import Client
from lienso.errors import LiensoError
from lienso.model import Actor
from lienso.testing import kernels
from lienso.view import View

from .world import Company, change, pushed, receipt

OTHER = "01890000-0000-7000-8000-00000000000b"


@pytest.fixture
def stranger(company: Company) -> Client:
    """A program of another company of the same cloud."""
    company.kernel.add_tenant(
        "OTHER", "Công ty khác", regime="TT133", id=OTHER,
        options={"accounting.start_date": "2026-01-01"},
    )  # fmt: skip
    return company.connect(OTHER)


def content(company: Company, tenant: str = kernels.TENANT) -> list[Any]:
    """Return every version of every record of a company, and its entries."""

    def look(view: View) -> list[Any]:
        page = view.stored.changes(0, limit=1_000)
        return [*page.records, *view.book("general_ledger").entries()]

    return company.kernel.read(Actor(tenant), look)


POST = {"ledger": "financial", "ignore_warnings": True}


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda s, id: s.get("cash_receipt", id), "not_found"),
        (lambda s, id: s.delete("cash_receipt", id), "not_found"),
        (lambda s, id: next(s.history("cash_receipt", id)), "not_found"),
        (lambda s, id: s.invoke("system.post_voucher", {"voucher": id, **POST}), "not_found"),
        (lambda s, id: s.invoke("system.unpost_voucher", {"voucher": id}), "not_found"),
        (
            lambda s, id: s.save(receipt(), type="cash_receipt", id=id, base_version=1),
            "version_conflict",
        ),
    ],
    ids=["get", "delete", "history", "post", "unpost", "save"],
)
@pytest.mark.parametrize("by", ["id", "number"])
def test_a_record_of_another_company_is_not_there(
    company: Company, stranger: Client, ask: Any, code: str, by: str
) -> None:
    saved = company.client.save(receipt(no="PT00977"), type="cash_receipt", post=("financial",))
    before, theirs = content(company), content(company, OTHER)
    name = saved.record.id if by == "id" else "PT00977"

    with pytest.raises(LiensoError) as refused:
        ask(stranger, name)

    # A number is no id to save under: that is said before anything is looked for.
    wanted = "type_wrong" if (code, by) == ("version_conflict", "number") else code
    assert refused.value.code == wanted
    assert refused.value.detail.get("stored", 0) == 0
    assert content(company) == before
    assert content(company, OTHER) == theirs


def test_a_function_over_records_of_another_company_changes_nothing(
    company: Company, stranger: Client
) -> None:
    saved = company.client.save(receipt(), type="cash_receipt", post=("financial",)).record
    before = content(company)
    rows = [{"type": "cash_receipt", "id": saved.id}]

    result = stranger.invoke("system.delete_records", {"records": rows, "atomic": False})

    assert "not_found" in str(result)
    assert content(company) == before


def test_lists_figures_and_reports_hold_nothing_of_another_company(
    company: Company, stranger: Client
) -> None:
    saved = company.client.save(receipt(), type="cash_receipt", post=("financial",)).record
    assert saved.posted()
    month = {"from_date": "2026-03-01", "to_date": "2026-03-31"}

    listed = list(stranger.list("cash_receipt"))
    by_number = list(stranger.list("cash_receipt", key="no", equals=[saved.data["no"]]))
    balance = stranger.figure("cash.fund_balance")
    trial = stranger.report("general_ledger.trial_balance", month)

    assert (listed, by_number) == ([], [])
    assert "500000" in str(company.client.figure("cash.fund_balance").value)
    assert "500000" not in str(balance.value)
    assert any(500_000 in row for row in company.client.report(
        "general_ledger.trial_balance", month
    ).rows)  # fmt: skip
    assert not any(500_000 in row for row in trial.rows)


def test_a_record_of_ones_own_under_an_id_of_another_company_leaves_that_one_alone(
    company: Company, stranger: Client
) -> None:
    mine = company.client.save(receipt(), type="cash_receipt").record
    before = content(company)

    theirs = stranger.save(receipt({"amount": 7}), type="cash_receipt", id=mine.id).record

    assert (theirs.id, theirs.version) == (mine.id, 1)
    assert content(company) == before
    assert stranger.get("cash_receipt", mine.id).data["lines"][0]["amount"] == 7


def test_references_to_records_of_another_company_are_not_found(
    company: Company, stranger: Client
) -> None:
    body = {"code": "KH1", "name": "An Phát", "is_customer": True}
    partner = company.client.save(body, type="object").record
    before = content(company)

    with pytest.raises(LiensoError) as by_code:
        stranger.save(receipt({"object": "KH1"}), type="cash_receipt")
    with pytest.raises(LiensoError) as by_id:
        stranger.save(receipt({"object": partner.id}), type="cash_receipt")

    for error in (by_code.value, by_id.value):
        assert [(found.code, found.line) for found in error.findings] == [("not_found", 1)]
    assert content(company) == before


def test_a_push_that_names_a_record_of_another_company_does_not_touch_it(
    company: Company, stranger: Client
) -> None:
    sent = change(1, receipt(no="PT00001"))
    theirs = stranger.save(receipt(), type="cash_receipt", id=sent.record_id).record
    before = content(company, OTHER)

    [(verdict, _detail)] = pushed(company, sent)

    assert verdict == "APPLIED"
    assert content(company, OTHER) == before
    assert stranger.get("cash_receipt", sent.record_id).version == theirs.version == 1
    assert company.client.get("cash_receipt", sent.record_id).version == 1


def test_a_change_of_a_record_that_only_another_company_has_is_a_conflict(
    company: Company, stranger: Client
) -> None:
    sent = replace(change(1, receipt(no="PT00001")), op="UPDATE", base_version=1)
    stranger.save(receipt(), type="cash_receipt", id=sent.record_id)
    before = content(company, OTHER)

    [(verdict, detail)] = pushed(company, sent)

    assert (verdict, detail["stored"]) == ("CONFLICT_EDIT", 0)
    assert content(company, OTHER) == before
