"""Operations and activities of pairs: chosen afterwards, kept through posting again (spec §4.3)."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Company, pair, refused

YEAR = {"date": "2026-12-31", "period": "year"}
DAYS = {"from_date": "2026-01-01", "to_date": "2026-12-31"}


@pytest.fixture
def bought(company: Company) -> Company:
    """A machine bought on credit in April and paid in May, typed without any tag."""
    company.untrack(["2112", "1332", "331", "1121"])
    supplier = company.save("object", {"code": "N9", "name": "N9", "is_supplier": True}).id
    its = {"object": supplier}
    bought = [pair("2112", "331", 60_000_000, **its), pair("1332", "331", 6_000_000, **its)]
    company.posted(*bought, day="2026-04-20", no="NVK1")
    company.posted(pair("331", "1121", 66_000_000, **its), day="2026-05-05", no="NVK2")
    return company


def flow(company: Company, code: str) -> int:
    """Return a line of the direct cash flow statement as it is now."""
    statements = ["B03-DN/direct"]
    result = company.invoke("general_ledger.create_statements", statements=statements, **YEAR)
    company.invoke("general_ledger.delete_statements", set=result["set"])
    return int(result["lines"]["B03-DN/direct"][code])


def dimensions(company: Company, number: str, account: str) -> dict[str, str]:
    """Return the dimensions of a voucher's entry on an account."""
    found = company.entries(number=number, account=account)
    return dict(found[0].entry.dimensions)


def choose(company: Company, **more: Any) -> dict[str, Any]:
    return company.invoke("general_ledger.choose_activities", **DAYS, **more)


def test_the_payment_of_a_machine_moves_to_investing(bought: Company) -> None:
    assert (flow(bought, "02"), flow(bought, "21")) == (-66_000_000, 0)

    tag = {"pair": "NVK2/1", "op": "asset_purchase", "activity": "investing"}
    result = choose(bought, items=[tag])

    assert result["tagged"] == 1
    assert (flow(bought, "02"), flow(bought, "21")) == (0, -66_000_000)


def test_an_activity_goes_to_the_whole_balance_item(bought: Company) -> None:
    choose(bought, items=[{"pair": "NVK2/1", "activity": "investing"}])

    purchase = dimensions(bought, "NVK1", "331")
    machine = dimensions(bought, "NVK1", "2112")
    assert (purchase["activity"], purchase["contra_activity"]) == ("investing", "operating")
    assert (machine["activity"], machine["contra_activity"]) == ("", "investing")


def test_a_locked_period_is_no_hindrance_and_amounts_stay(bought: Company) -> None:
    before = [(e.number, dict(e.entry.measures)) for e in bought.entries()]
    bought.lock("2026-06-30")

    choose(bought, items=[{"pair": "NVK2/1", "activity": "investing"}])

    assert [(e.number, dict(e.entry.measures)) for e in bought.entries()] == before


def test_a_tag_outlives_unposting_and_goes_when_the_pair_is_another(bought: Company) -> None:
    choose(bought, items=[{"pair": "NVK2/1", "op": "asset_purchase", "activity": "investing"}])
    payment = bought.read(lambda view: view.by_number("NVK2"))

    draft = bought.kernel.unpost(bought.by, payment.id)
    again = bought.post(draft)
    kept = dimensions(bought, "NVK2", "331")
    draft = bought.kernel.unpost(bought.by, again.id)
    lines = [{"line": 1, **pair("6427", "1121", 66_000_000)}]
    bought.save("journal", {"lines": lines}, id=draft.id, merge=True)
    bought.post(draft)

    assert (kept["op"], kept["activity"], kept["tagged_by"]) == (
        "asset_purchase",
        "investing",
        bought.by.user,
    )
    assert dimensions(bought, "NVK2", "6427")["op"] == ""


def test_the_history_of_a_voucher_tells_who_tagged_it(bought: Company) -> None:
    payment = bought.read(lambda view: view.by_number("NVK2"))

    choose(bought, items=[{"pair": "NVK2/1", "op": "asset_purchase"}])

    after = bought.kernel.get(bought.by, "journal", payment.id)
    assert after.version == payment.version + 1
    marks = after.posting["financial"].marks
    assert {mark["op"] for mark in marks.values()} == {"asset_purchase"}


def test_a_rule_leaves_pairs_alone_that_were_tagged_by_hand(bought: Company) -> None:
    bought.posted(pair("331", "1121", 1_000), day="2026-05-06", no="NVK3")
    choose(bought, items=[{"pair": "NVK2/1", "op": "investment_purchase"}])

    result = choose(bought, rules=[{"debit": "331", "credit": "112", "op": "asset_purchase"}])

    assert result["tagged"] == 1
    assert dimensions(bought, "NVK2", "331")["op"] == "investment_purchase"
    assert dimensions(bought, "NVK3", "331")["op"] == "asset_purchase"


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"pair": "NVK9/1", "op": "loan"}, "pair_not_found"),
        ({"pair": "NVK2/7", "op": "loan"}, "pair_not_found"),
        ({"pair": "NVK2", "op": "loan"}, "pair_not_found"),
        ({"pair": "NVK2/1"}, "nothing_tagged"),
    ],
)
def test_a_wrong_choice_is_refused_by_code(bought: Company, item: Any, code: str) -> None:
    assert refused(lambda: choose(bought, items=[item])).code == code


def test_pairs_that_a_guessed_rule_or_none_classes_are_shown(company: Company) -> None:
    company.untrack(["1121", "2141"])
    company.posted(pair("1121", "2141", 500), day="2026-05-06")

    result = choose(company)

    assert result["guessed"] == [
        {"debit": "1121", "credit": "2141", "op": "", "activity": "operating", "code": None}
        | {"amount": 500}
    ]


def test_a_loan_that_may_have_been_paid_to_a_supplier_is_offered_and_not_tagged(
    bought: Company,
) -> None:
    bought.untrack(["3411", "1521", "152"])
    bought.posted(pair("331", "3411", 9_000_000), day="2026-06-01", no="NVK3")
    bought.posted(pair("1121", "3411", 1_000_000), day="2026-06-02")
    rule = {"debit": "6427", "credit": "331", "op": "other"}

    offered = choose(bought, rules=[rule])["offered"]

    assert offered == [
        {"debit": "331", "credit": "3411", "op": "direct_payment", "amount": 9_000_000}
    ]
    assert not dimensions(bought, "NVK3", "331")["op"]
    tag = {"pair": "NVK3/1", "op": "direct_payment"}
    assert choose(bought, items=[tag])["offered"] == []


# -- what a row takes from what it settles ------------------------------------------------------------


@pytest.fixture
def owing(company: Company) -> Company:
    """A machine bought on credit, marked as an investment; the payment is still to come."""
    company.untrack(["2112", "331", "1121"])
    for code in ("N9", "N8"):
        company.save("object", {"code": code, "name": code, "is_supplier": True})
    company.posted(pair("1121", "4118", 99_000_000))
    its = {"object": "N9", "activity": "investing"}
    company.posted(pair("2112", "331", 60_000_000, **its), day="2026-04-20", no="NVK1")
    return company


def sides(company: Company) -> tuple[int, int]:
    """Return what is paid ahead to suppliers and owed to them, of the balance sheet."""
    result = company.invoke("general_ledger.create_statements", **YEAR)
    company.invoke("general_ledger.delete_statements", set=result["set"])
    assert result["check"]["cash_flow_agrees"]
    return result["lines"]["B01-DN"]["132"], result["lines"]["B01-DN"]["311"]


def test_a_payment_without_tags_belongs_to_the_only_debt_that_it_settles(owing: Company) -> None:
    owing.posted(pair("331", "1121", 45_000_000, object="N9"), day="2026-05-05", no="NVK2")

    own, across = (dimensions(owing, "NVK2", account) for account in ("331", "1121"))
    assert (own["activity"], own["contra_activity"]) == ("investing", "operating")
    assert (across["activity"], across["contra_activity"]) == ("", "investing")
    assert (flow(owing, "02"), flow(owing, "21")) == (0, -45_000_000)
    assert sides(owing) == (0, 15_000_000)


@pytest.mark.parametrize(
    ("object", "day", "amount"),
    [
        ("N8", "2026-05-05", 45_000_000),  # somebody else
        ("N9", "2026-04-19", 45_000_000),  # before there was a debt
        ("N9", "2026-05-05", -45_000_000),  # red ink raises it
    ],
)
def test_a_payment_of_something_else_stays_what_it_is(
    owing: Company, object: str, day: str, amount: int
) -> None:
    owing.posted(pair("331", "1121", amount, object=object), day=day, no="NVK2")

    assert not dimensions(owing, "NVK2", "331").get("activity")


def test_of_two_open_debts_the_payment_names_its_own_or_is_operating(owing: Company) -> None:
    owing.posted(pair("6427", "331", 9_000_000, object="N9"), day="2026-04-21", no="NVK3")
    plain = pair("331", "1121", 9_000_000, object="N9")
    owing.posted(plain, day="2026-05-05", no="NVK4")
    owing.posted({**plain, "debit_settles": "NVK1"}, day="2026-05-06", no="NVK5")

    assert not dimensions(owing, "NVK4", "331").get("activity")
    assert dimensions(owing, "NVK5", "331")["activity"] == "investing"


def test_what_is_typed_is_never_replaced(owing: Company) -> None:
    line = pair("331", "1121", 45_000_000, object="N9", debit_activity="operating")
    owing.posted(line, day="2026-05-05", no="NVK2")

    assert dimensions(owing, "NVK2", "331")["activity"] == "operating"


def test_posting_again_gives_the_same_rows(owing: Company) -> None:
    line = pair("331", "1121", 60_000_000, object="N9")
    payment = owing.posted(line, day="2026-05-05", no="NVK2")
    before = dimensions(owing, "NVK2", "331")

    owing.kernel.unpost(owing.by, payment.id)
    owing.post(owing.kernel.get(owing.by, "journal", payment.id))

    assert dimensions(owing, "NVK2", "331") == before
    assert sides(owing) == (0, 0)


def test_a_deposit_that_was_an_equivalent_is_paid_back_as_one(company: Company) -> None:
    company.untrack(["1281", "1121"])
    company.posted(pair("1121", "4118", 900))
    company.posted(pair("1281", "1121", 500, debit_cash_equiv=True), no="NVK1")
    company.posted(pair("1121", "1281", 500), day="2026-06-01", no="NVK2")

    made = company.invoke("general_ledger.create_statements", **YEAR)

    assert [made["lines"]["B01-DN"][code] for code in ("110", "112", "120")] == [900, 0, 0]
    assert made["check"]["causes"] == []
