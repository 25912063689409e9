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
