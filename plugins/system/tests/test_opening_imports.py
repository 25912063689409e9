"""Importing openings a second time, and what is said of them beside their errors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.testing.kernels import catch_up, cloud, office

pytest.importorskip("lienso_utilities", reason="keeps the imports; the ledger keeps the balances")

from .test_opening_balances import MODULES, Company, row


@pytest.fixture
def head() -> Iterator[Company]:
    with cloud(MODULES) as kernel:
        company = Company(kernel)
        for code in ("A", "B"):
            body = {"code": code, "name": code, "is_customer": True, "is_supplier": True}
            kernel.save(company.by, "object", body)
        body = {"code": "VCB", "number": "001", "bank_name": "VCB", "ledger_account": "1121"}
        kernel.save(company.by, "bank_account", body)
        yield company


def debt(who: str, kind: str = "khách hàng", **amounts: str) -> dict[str, str]:
    return {**row("1388", **amounts), f"Mã {kind} (*)": who}


def by_object(head: Company) -> dict[str, int]:
    def look(view: Any) -> dict[str, int]:
        sums = view.book("general_ledger").sum(("debit", "credit"), by=("object",))
        return {view.code("object", who): one - other for (who,), (one, other) in sums.items()}

    found: dict[str, int] = head.kernel.read(head.by, look)
    return found


def load(head: Company, *rows: dict[str, str], sheet: str = "customer_opening", **more: Any) -> Any:
    return head.call("import_opening_balances", sheet=sheet, rows=list(rows), **more)


def test_customers_that_are_replaced_leave_suppliers_of_the_same_account(head: Company) -> None:
    load(head, debt("A", debit="100"))
    load(head, debt("B", "nhà cung cấp", credit="70"), sheet="supplier_opening")

    load(head, debt("A", debit="90"), mode="replace")

    assert by_object(head) == {"A": 90, "B": -70}


def test_an_update_changes_whom_it_names_and_replacing_takes_the_others_out(head: Company) -> None:
    load(head, debt("A", debit="100"), debt("B", debit="50"))

    load(head, debt("A", debit="90"), mode="update")
    assert by_object(head) == {"A": 90, "B": 50}

    load(head, debt("A", debit="80"), mode="replace")
    assert by_object(head) == {"A": 80}


@pytest.mark.parametrize("mode", ["update", "replace"])
def test_an_office_imports_again_what_it_has_from_the_cloud(head: Company, mode: str) -> None:
    load(head, debt("A", debit="100"))
    with office(head.kernel) as kernel:
        catch_up(kernel)

        done = load(Company(kernel), debt("A", debit="90"), mode=mode)

    assert (done["errors"], done["sync_state"]) == ([], "synced")
    assert [found["code"] for found in done["_findings"]] == ["opening_not_balanced"]
    assert by_object(head) == {"A": 90}


PREPAID = {
    "Mã CP trả trước (*)": "CP1",
    "Tên (*)": "Thuê kho",
    "Ngày ghi nhận (*)": "01/10/2025",
    "Số tiền (*)": "1200",
    "Số kỳ PB (*)": "12",
    "Số kỳ đã PB": "3",
    "Số đã PB": "300",
    "TK chi phí (*)": "6427",
}


def test_cards_of_prepaid_costs_are_openings_too(head: Company) -> None:
    done = load(head, PREPAID, sheet="prepaid_opening")
    assert (done["imported"], head.sums()) == (1, {("242",): (900, 0)})

    load(head, {**PREPAID, "Số đã PB": "400"}, sheet="prepaid_opening", mode="update")
    assert head.sums() == {("242",): (800, 0)}


def test_what_does_not_fit_is_told_after_every_import(head: Company) -> None:
    usd = {
        **row("1388", debit="25000000"),
        "Mã khách hàng (*)": "A",
        "Loại tiền": "USD",
        "Dư Nợ": "1000",
        "Tỷ giá": "25400",
    }
    params = {"sheet": "customer_opening", "rows": [usd]}
    answer = head.call("import_opening_balances", **params)

    assert answer["imported"] == 1
    assert [(found["severity"], found["code"]) for found in answer["_findings"]] == [
        ("warning", "rate_differs"),
        ("warning", "opening_not_balanced"),
    ]


def test_the_check_names_every_detail_that_differs(head: Company) -> None:
    load(head, PREPAID, sheet="prepaid_opening")
    head.call("save_opening_balances", account="242", lines=[{"debit": 40}])

    problems = {row["code"]: row for row in head.call("check_opening_balances")["problems"]}

    assert problems["prepaid_differ"] == {
        "code": "prepaid_differ",
        "account": "242",
        "account_balance": 940,
        "detail_total": 900,
        "difference": -40,
    }
    assert set(problems) == {"prepaid_differ", "opening_not_balanced"}


@pytest.mark.parametrize(
    ("sheet", "rows"),
    [
        ("account_opening", [row("2111", debit="5"), row("2111", debit="6")]),
        ("customer_opening", [debt("A", debit="5"), debt("A", debit="6")]),
        ("bank_opening", [{**row("1121", debit="5"), "TK ngân hàng (*)": "VCB"}] * 2),
    ],
)
def test_a_balance_that_stands_twice_is_not_counted_twice(
    head: Company, sheet: str, rows: list[dict[str, str]]
) -> None:
    done = load(head, *rows, sheet=sheet)

    assert [(error["row"], error["code"]) for error in done["errors"]] == [(3, "duplicate_row")]
    assert head.sums() == {}


def test_invoices_advances_and_both_sides_are_balances_of_their_own(head: Company) -> None:
    first = {"Số hóa đơn/chứng từ": "1", "Nhân viên (Hóa đơn)": "B"}

    done = load(
        head,
        {**debt("A"), **first, "Số còn phải thu quy đổi": "7"},
        {**debt("A"), "Số hóa đơn/chứng từ": "2", "Số còn phải thu quy đổi": "8"},
        {**debt("A"), "Số thu trước quy đổi": "4"},
        debt("A", debit="1"),
        debt("A", credit="2"),
    )

    assert (done["imported"], done["errors"]) == (5, [])
    assert by_object(head) == {"A": 10}


def test_balances_of_branches_stand_beside_each_other(head: Company) -> None:
    for code in ("CN1", "CN2"):
        head.kernel.save(head.by, "org_unit", {"code": code, "name": code, "kind": "branch"})
    rows = [{**row("2111", debit=text), "Chi nhánh": code} for code, text in (("CN1", "5"), ("CN2", "6"))]  # fmt: skip
    load(head, *rows, sheet="account_opening")

    load(head, {**rows[0], "Dư Nợ quy đổi": "9"}, sheet="account_opening", mode="replace")

    def look(view: Any) -> dict[str, int]:
        sums = view.book("general_ledger").sum(("debit",), by=("branch",))
        return {view.code("org_unit", branch): debit for (branch,), (debit,) in sums.items()}

    assert head.kernel.read(head.by, look) == {"CN1": 9, "CN2": 6}


def listed(head: Company, report: str) -> list[dict[str, Any]]:
    table = head.kernel.report(head.by, f"system.{report}")
    names = [column.name for column in table.columns]
    found = (*table.rows, *([table.totals] if table.totals else ()))
    return [dict(zip(names, row, strict=True)) for row in found]


def test_openings_are_listed_with_what_they_consist_of(head: Company) -> None:
    usd = {"Loại tiền": "USD", "Dư Nợ": "1000.5"}
    load(head, {**debt("A", debit="25000000"), **usd}, debt("B", credit="70"))
    load(head, row("2111", debit="500"), sheet="account_opening")

    *rows, totals = listed(head, "opening_balances")

    names = ("account", "detail", "currency", "fc_debit", "debit", "credit")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("1388", "", "", "", 25_000_000, 70),
        ("", "B", "", "", 0, 70),
        ("", "A", "USD", "1000.5", 25_000_000, 0),
        ("2111", "", "", "", 500, 0),
    ]
    assert (totals["debit"], totals["credit"]) == (25_000_500, 70)


def test_openings_are_held_against_their_details(head: Company) -> None:
    load(head, PREPAID, sheet="prepaid_opening")
    head.call("save_opening_balances", account="242", lines=[{"debit": 40}])
    load(head, debt("A", credit="940"))

    rows = listed(head, "opening_comparison")

    names = ("kind", "account", "balance", "detail", "difference", "state")
    assert [tuple(row[name] for name in names) for row in rows] == [
        ("Tổng Nợ và tổng Có", "", 940, 940, 0, "Khớp"),
        ("Chi phí trả trước, CCDC", "242", 940, 900, 40, "Lệch"),
        ("Công nợ theo đối tượng", "1388", -940, -940, 0, "Khớp"),
    ]
