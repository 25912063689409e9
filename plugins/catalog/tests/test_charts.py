"""The statutory charts and what a new company starts with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lienso_catalog import regimes

SHARED = Path(__file__).parents[4] / "shared"


@pytest.mark.parametrize(
    ("regime", "accounts", "level_1"), [("TT200", 235, 76), ("TT133", 123, 49), ("TT99", 184, 71)]
)
def test_a_chart_has_the_accounts_of_its_circular(regime: str, accounts: int, level_1: int) -> None:
    chart = regimes.chart(regime)

    assert len(chart) == accounts
    assert sum(len(code) == 3 for code in chart) == level_1


@pytest.mark.parametrize("regime", regimes.REGIMES)
def test_the_tree_of_a_chart_follows_from_the_codes(regime: str) -> None:
    chart = regimes.chart(regime)

    for code, account in chart.items():
        prefixes = [other for other in chart if code.startswith(other) and other != code]
        assert account["parent"] == max(prefixes, key=len, default="")
        inner = any(other.startswith(code) and other != code for other in chart)
        assert account["postable"] == ("no" if inner else "yes")


def test_goods_returned_and_price_reductions_are_not_swapped() -> None:
    chart = regimes.chart("TT200")

    assert chart["5212"]["name_vi"] == "Hàng bán bị trả lại"
    assert chart["5213"]["name_vi"] == "Giảm giá hàng bán"


@pytest.mark.parametrize(
    "name", ["accounts_tt99.csv", "accounts_tt200.csv", "accounts_tt133.csv", "legal_profiles.csv"]
)
def test_the_tables_are_those_of_the_specification(name: str) -> None:
    folder = "spec" if name.startswith("legal") else "reference"
    original = SHARED / folder / name
    if not original.exists():
        pytest.skip("the specification is not beside this checkout")

    copied = Path(regimes.__file__).parent / "charts" / name

    assert copied.read_bytes() == original.read_bytes()


@pytest.mark.parametrize(("regime", "accounts"), [("TT200", 235), ("TT133", 123), ("TT99", 184)])
def test_a_new_company_starts_with_the_chart_of_its_regime(
    company_of: Any, regime: str, accounts: int
) -> None:
    company = company_of(regime)

    found = company.read(lambda view: list(view.all("account")))

    assert len(found) == accounts
    assert all(record.data.is_statutory and record.data.active for record in found)


def test_a_new_company_has_vnd_the_vat_rates_and_the_legal_profiles(company: Any) -> None:
    currencies = company.read(lambda view: [r.data for r in view.all("currency")])
    rates = company.read(lambda view: {r.data.code for r in view.all("vat_rate")})
    profiles = company.read(lambda view: list(view.all("legal_profile")))

    assert [(c.code, c.decimals) for c in currencies] == [("VND", 0)]
    assert rates == {"0", "5", "8", "10", "KCT", "KKKNT", "NTB", "NPV", "KHAC"}
    assert len(profiles) == 11


def test_an_account_says_what_it_takes_and_where_it_stands(company: Any) -> None:
    assert company.derived("account", "1122") == {
        "parent": "112",
        "is_leaf": True,
        "level": 2,
        "nature": "debit",
        "tracks": ["bank_account", "fc"],
        "monetary": True,
    }
    assert company.derived("account", "112")["is_leaf"] is False
