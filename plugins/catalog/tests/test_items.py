"""Items, units, specs, materials and warehouses."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def units(company: Any) -> None:
    """Units that the items are counted in."""
    for code in ("lon", "thùng"):
        company.save("unit", code=code)


def test_what_is_stocked_has_a_unit_and_a_service_needs_none(company: Any) -> None:
    assert company.refused("item", code="H1", kind="goods") == "field_required"
    company.save("item", code="DV", kind="service")
    company.save("item", code="H1", kind="goods", unit="cái")


def test_a_unit_stands_once_among_the_conversions(company: Any) -> None:
    case = {"unit": "thùng", "factor": "24"}
    same = {"unit": "lon", "factor": "1"}

    fields = {"code": "BIA", "kind": "goods", "unit": "lon"}
    assert company.refused("item", **fields, conversions=[same]) == "invalid"
    assert company.refused("item", **fields, conversions=[case, case]) == "invalid"
    company.save("item", **fields, conversions=[case])


@pytest.mark.parametrize("factor", ["0", "-1"])
def test_a_factor_is_above_zero(company: Any, factor: str) -> None:
    conversions = [{"unit": "thùng", "factor": factor}]

    fields = {"code": "BIA", "kind": "goods", "unit": "lon", "conversions": conversions}
    assert company.refused("item", **fields) in ("invalid", "value_out_of_range")


def test_a_stock_account_is_under_15(company: Any) -> None:
    fields = {"code": "H1", "kind": "goods", "unit": "cái"}

    assert company.refused("item", **fields, stock_account="211") in (
        "account_not_stock",
        "invalid",
    )
    assert company.refused("warehouse", code="K1", stock_account="131") == "account_not_stock"
    company.save("warehouse", code="K1", stock_account="152")


def test_kind_and_unit_stay_once_a_voucher_names_the_item(company: Any) -> None:
    item = company.save("item", code="H1", kind="goods", unit="lon")
    company.save("item", item.id, kind="material", unit="cái")
    company.slip(item="H1")

    assert company.refused("item", item.id, kind="service") == "kind_in_use"
    assert company.refused("item", item.id, unit="lon") == "unit_in_use"
    company.save("item", item.id, name="Tên mới")


def test_kind_stays_once_the_books_name_the_item(company: Any, rows: Any) -> None:
    item = company.save("item", code="H1", kind="goods", unit="lon")
    company.post(rows("632", item=item.id))

    assert company.refused("item", item.id, kind="service") == "kind_in_use"


def test_an_item_is_no_part_of_itself(company: Any) -> None:
    screw = company.save("item", code="VIT", kind="material", unit="cái")
    company.save(
        "item", code="KHUNG", kind="material", unit="cái", bom=[{"item": "VIT", "qty": "4"}]
    )
    company.save(
        "item", code="BAN", kind="finished", unit="cái", bom=[{"item": "KHUNG", "qty": "1"}]
    )

    bom = [{"item": "BAN", "qty": "1"}]
    assert company.refused("item", screw.id, bom=bom) == "bom_cycle"
    assert company.refused("item", screw.id, bom=[{"item": "VIT", "qty": "1"}]) == "bom_cycle"


def test_a_unique_spec_belongs_to_one_piece(company: Any) -> None:
    columns = [{"name": "IMEI", "unique": True}, {"name": "Màu", "unique": False}]
    phone = company.save("item", code="DT", kind="goods", unit="cái", spec_columns=columns)
    company.save("spec_code", item="DT", values=["111", "Đỏ"])

    assert company.refused("spec_code", item="DT", values=["111", "Xanh"]) == "spec_code_exists"
    assert company.refused("spec_code", item="DT", values=["112"]) == "spec_columns_differ"
    company.save("spec_code", item="DT", values=["112", "Đỏ"])
    assert company.refused("item", phone.id, spec_columns=[]) == "spec_in_use"


def test_an_item_without_spec_columns_has_no_spec_codes(company: Any) -> None:
    company.save("item", code="H1", kind="goods", unit="lon")

    assert company.refused("spec_code", item="H1", values=["1"]) == "not_spec_tracked"


def test_the_vat_rate_of_an_item_is_a_known_one(company: Any) -> None:
    assert company.refused("item", code="DV", kind="service", vat_rate="9") == "not_found"
    company.save("item", code="DV", kind="service", vat_rate="8")
