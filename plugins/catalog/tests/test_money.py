"""Bank accounts, rates, terms, number series, legal profiles."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from lienso.errors import Refused
from lienso.testing.kernels import actor, go_online, office
from lienso_catalog import average_of, legal_profile, rate_on
from lienso_catalog.types import record_types

ACCOUNT = {"bank_name": "VCB", "ledger_account": "1121"}


def test_a_number_stands_once_at_a_bank(company: Any) -> None:
    company.save("bank_account", code="A", number="001", **ACCOUNT)

    assert company.refused("bank_account", code="B", number="001", **ACCOUNT) == (
        "bank_account_exists"
    )
    company.save("bank_account", code="B", number="001", **{**ACCOUNT, "bank_name": "BIDV"})


def test_a_bank_account_names_its_bank_and_an_account_112(company: Any) -> None:
    fields = {"code": "A", "number": "001"}

    assert company.refused("bank_account", **fields, ledger_account="1121") == "field_required"
    other = {**ACCOUNT, "ledger_account": "1111"}
    assert company.refused("bank_account", **fields, **other) == "account_not_allowed"
    summary = {**ACCOUNT, "ledger_account": "112"}
    assert company.refused("bank_account", **fields, **summary) == "account_is_parent"


def test_the_currency_of_a_used_bank_account_stays(company: Any, rows: Any) -> None:
    account = company.save("bank_account", code="A", number="001", **ACCOUNT)
    company.save("bank_account", account.id, currency="USD")
    company.post(rows("1121", bank_account=account.id))

    assert company.refused("bank_account", account.id, currency="VND") == "in_use"


def test_a_currency_has_a_code_of_three_letters(company: Any) -> None:
    assert company.refused("currency", code="usd") == "type_wrong"
    assert company.refused("currency", code="USD", decimals=5) == "value_out_of_range"
    company.save("currency", code="USD", decimals=2)


def test_the_dong_is_built_in(company: Any) -> None:
    dong = company.read(lambda view: view.by_code("currency", "VND"))

    assert company.kept("currency", dong.id) == "in_use"


def test_a_day_has_one_set_of_rates_a_bank(company: Any) -> None:
    day = {"currency": "USD", "date": "2026-03-02"}
    company.save("exchange_rate", **day, buy_transfer="25610", sell_transfer="25831")

    assert company.refused("exchange_rate", **day, average="25000") == "already_exists"
    assert company.refused("exchange_rate", currency="EUR", date="2026-03-02") == "fx_rate_missing"


def test_the_average_is_half_of_buying_and_selling_unless_typed(company: Any) -> None:
    day = {"currency": "USD", "date": "2026-03-02"}
    record = company.save(
        "exchange_rate", **day, buy_transfer="25610.000001", sell_transfer="25831"
    )
    assert average_of(record.data) == Decimal("25720.500001")  # half away from zero

    typed = company.save("exchange_rate", record.id, average="25700")
    assert average_of(typed.data) == 25700


@pytest.mark.parametrize(("day", "found"), [("2026-03-02", True), ("2026-03-09", True)])
def test_a_day_without_a_rate_takes_one_of_the_seven_days_before(
    company: Any, day: str, found: bool
) -> None:
    company.save("exchange_rate", currency="USD", date="2026-03-02", average="25000")
    asked = datetime.date.fromisoformat(day)

    rate = company.read(lambda view: rate_on(view, "USD", asked))

    assert (rate is not None) == found


def test_a_rate_older_than_seven_days_is_none(company: Any) -> None:
    company.save("exchange_rate", currency="USD", date="2026-03-02", average="25000")
    company.save("exchange_rate", currency="USD", date="2026-03-20", average="26000")
    company.save("exchange_rate", currency="USE", date="2026-03-09", average="1")

    for day in (datetime.date(2026, 3, 10), datetime.date(2026, 3, 1)):
        assert company.read(lambda view, day=day: rate_on(view, "USD", day)) is None


def test_a_discount_is_for_paying_early(company: Any) -> None:
    late = {"code": "T1", "days": 10, "discount_days": 11}

    assert company.refused("payment_term", **late) == "value_out_of_range"
    company.save("payment_term", code="T1", days=10, discount_days=10, discount_percent="2")
    assert company.refused("payment_term", code="T2", discount_percent="100.1") == (
        "value_out_of_range"
    )


def test_a_number_series_shapes_the_numbers(company: Any) -> None:
    company.save(
        "number_series", voucher_group="slip", prefix="PHX", digits=3, suffix="/26", next=7
    )

    numbers = [company.slip().data.no for _ in range(2)]

    assert numbers == ["PHX007/26", "PHX008/26"]


def test_a_number_series_says_who_gives_its_numbers(company: Any) -> None:
    company.save("number_series", voucher_group="slip", mode="cloud")

    with office(company.kernel, "A", online=False) as site:
        go_online(site)
        body = {"posting_date": "2026-03-02"}
        saved = site.save(actor(site), "slip", body)

        assert saved.record.data.no == "Số tạm A-1"


def _slip_at(company: Any, site_id: str) -> Any:
    with office(company.kernel, site_id, online=False) as site:
        go_online(site)
        return site.save(actor(site), "slip", {"posting_date": "2026-03-02"})


def test_a_voucher_of_another_sites_series_is_warned_of_and_saved(company: Any) -> None:
    company.save("number_series", voucher_group="slip", owner_sites=["B", "C"])

    saved = _slip_at(company, "A")

    [warning] = saved.findings
    assert (warning.severity, warning.code) == ("warning", "series_of_other_sites")
    assert warning.values == {"sites": "B, C", "site": "A"}
    assert saved.record.data.no == "PH00001"


def test_a_company_may_have_it_refused(company: Any) -> None:
    company.save("number_series", voucher_group="slip", owner_sites=["B"], other_sites="refuse")

    with pytest.raises(Refused) as refused:
        _slip_at(company, "A")

    assert refused.value.code == "series_of_other_sites"


@pytest.mark.parametrize("sites", [["A"], []])
def test_a_sites_own_series_and_one_of_all_are_entered_without_a_word(
    company: Any, sites: list[str]
) -> None:
    company.save("number_series", voucher_group="slip", owner_sites=sites, other_sites="refuse")

    assert _slip_at(company, "A").findings == ()


def test_in_the_cloud_any_series_is_entered(company: Any) -> None:
    company.save("number_series", voucher_group="slip", owner_sites=["B"], other_sites="refuse")

    assert company.slip().data.no == "PH00001"


def test_a_series_of_version_one_names_no_sites(company: Any) -> None:
    types = {one.id: one for one in record_types()}
    body = {"voucher_group": "slip", "prefix": "PH"}

    found = types["number_series"].upcasters[1](body)

    assert types["number_series"].model.model_validate(found).owner_sites == ()


def test_a_series_of_the_other_ledger_is_not_used(company: Any) -> None:
    company.save("number_series", voucher_group="slip", ledger="management", prefix="QT")

    assert company.slip().data.no == "PH00001"


def test_numbers_of_a_series_are_not_longer_than_a_number_may_be(company: Any) -> None:
    fields = {"voucher_group": "slip", "prefix": "P" * 12, "digits": 9}

    assert company.refused("number_series", **fields) == "number_too_long"


@pytest.mark.parametrize(
    ("subject", "day", "expected"),
    [
        ("einvoice", "2025-05-31", ["VN-2022"]),
        ("einvoice", "2025-06-01", ["VN-2025"]),
        ("vat", "2026-07-01", ["TT89", "rate-8", "threshold-5m"]),
    ],
)
def test_the_law_is_found_by_the_day(
    company: Any, subject: str, day: str, expected: list[str]
) -> None:
    at = datetime.date.fromisoformat(day)

    assert sorted(company.read(lambda view: legal_profile(view, subject, at))) == expected
