"""Lists of the catalogs."""

from __future__ import annotations

from typing import Any

import pytest
from lienso_catalog.reports import plain_name


def listed(where: Any, report: str, **params: Any) -> list[dict[str, Any]]:
    """Return the rows of a list by column."""
    table = where.kernel.report(where.by, report, params)
    names = [column.name for column in table.columns]
    return [dict(zip(names, row, strict=True)) for row in table.rows]


def test_the_chart_is_listed_with_levels(company: Any) -> None:
    table = company.kernel.report(company.by, "catalog.accounts")

    row = next(row for row in table.rows if row[0].strip() == "1122")
    assert row == (
        "  1122",
        "Ngoại tệ",
        "Cash in banks - foreign currency",
        "Dư Nợ",
        "bank_account, fc",
        2,
        "",
    )


def test_customers_are_listed_in_vietnamese_order_of_names(company: Any) -> None:
    for code, name in (("1", "Đông Á"), ("2", "Ánh Dương"), ("3", "Dũng"), ("4", "An Bình")):
        company.save("object", code=code, name=name, is_customer=True)
    company.save("object", code="5", name="Anh", is_supplier=True)

    table = company.kernel.report(company.by, "catalog.customers", {"order": "name"})

    assert [row[1] for row in table.rows] == ["An Bình", "Ánh Dương", "Dũng", "Đông Á"]


def test_a_tree_is_listed_with_children_below_their_parents(company: Any) -> None:
    for code, parent in (("B", None), ("A", None), ("B1", "B"), ("A2", "A"), ("A1", "A")):
        company.save("cost_item", code=code, parent=parent, class_="SXC")

    table = company.kernel.report(company.by, "catalog.cost_items")

    assert [row[0] for row in table.rows] == ["A", "  A1", "  A2", "B", "  B1"]
    assert table.rows[0][2] == "SXC"


def test_an_item_is_listed_with_its_units_and_groups(company: Any) -> None:
    company.save("unit", code="thùng")
    company.save("item_group", code="BIA")
    company.save(
        "item",
        code="B1",
        name="Bia lon",
        kind="goods",
        unit="cái",
        groups=["BIA"],
        conversions=[{"unit": "thùng", "factor": "24"}],
        sale_prices=["12500.5"],
        vat_rate="8",
    )

    (row,) = listed(company, "catalog.items")

    assert [*row.values()][:5] == ["B1", "Bia lon", "cái", "thùng × 24", "BIA"]
    assert (str(row["sale_price"]), row["sale_price_2"], row["vat_rate"]) == ("12500.5", None, "8")
    assert (row["stock_quantity"], row["stock_value"]) == (None, None)  # nobody keeps stock here


def test_what_customers_owe_is_listed_where_there_is_a_line(
    company: Any, site: Any, rows: Any
) -> None:
    one = company.save("object", code="KH1", name="Một", is_customer=True)
    company.save("object", code="KH2", name="Hai", is_customer=True)
    company.save("object", code="NCC", name="Ba", is_supplier=True)
    company.post(rows("131", object=one.id))

    def balances(where: Any) -> dict[str, Any]:
        return {row["code"]: row["balance"] for row in listed(where, "catalog.customers")}

    assert balances(company) == {"KH1": 1000, "KH2": 0}
    assert balances(site) == {"KH1": 1000, "KH2": 0}
    site.kernel.site.pull()
    site.kernel.site.set_mode(False)
    assert balances(site) == {"KH1": None, "KH2": None}


def test_what_is_owed_to_suppliers_is_positive(company: Any, rows: Any) -> None:
    one = company.save("object", code="NCC", name="Ba", is_supplier=True)
    company.post(rows("331", side=1, object=one.id))

    assert [row["balance"] for row in listed(company, "catalog.suppliers")] == [1000]


def test_every_list_answers_at_an_office_that_is_offline(company: Any, site: Any) -> None:
    site.kernel.site.set_mode(False)

    for id in site.kernel.registry.reports:
        if id.startswith("catalog."):
            assert site.kernel.report(site.by, id).title.vi


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Công ty TNHH Hòa Phát", "cty hoa phat"),
        ("CÔNG TY CỔ PHẦN ĐẠI-DƯƠNG", "Đại Dương, CP"),
    ],
)
def test_names_that_look_alike_are_suspected(company: Any, one: str, other: str) -> None:
    assert plain_name(one) == plain_name(other)
    company.save("object", code="A", name=one, is_supplier=True)
    company.save("object", code="B", name=other, is_supplier=True)
    company.save("object", code="C", name="Khác hẳn", is_supplier=True)

    table = company.kernel.report(company.by, "catalog.suspected_duplicates")

    assert [(row[0], row[2]) for row in table.rows] == [("A", "B")]
