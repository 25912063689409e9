"""Opening balances: entered, deleted, checked, and imported at an office that has no line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso import LiensoError, OfflineRefused
from lienso.testing.kernels import actor, cloud, go_offline, go_online, office, synchronization

pytest.importorskip("lienso_utilities", reason="keeps the imports; the ledger keeps the balances")

MODULES = ("system", "catalog", "general_ledger", "utilities")


def row(account: str, **amounts: str) -> dict[str, str]:
    """Write a row of the sheet."""
    names = {"debit": "Dư Nợ quy đổi", "credit": "Dư Có quy đổi"}
    return {"Số tài khoản (*)": account, **{names[k]: v for k, v in amounts.items()}}


class Company:
    """What a test does."""

    def __init__(self, kernel: Any) -> None:
        self.kernel, self.by = kernel, actor(kernel)

    def call(self, function: str, **params: Any) -> dict[str, Any]:
        """Call a function of system."""
        done: dict[str, Any] = self.kernel.invoke(self.by, f"system.{function}", params)
        return done

    def refused(self, function: str, **params: Any) -> LiensoError:
        """Call what must be refused."""
        with pytest.raises(LiensoError) as caught:
            self.call(function, **params)
        return caught.value

    def sums(self) -> dict[tuple[str, ...], tuple[int, ...]]:
        """Return the ledger by account."""
        found: dict[tuple[str, ...], tuple[int, ...]] = self.kernel.read(
            self.by,
            lambda view: view.book("general_ledger").sum(("debit", "credit"), by=("account",)),
        )
        return found

    def batches(self) -> list[str]:
        """Return the states of the imports."""
        return self.kernel.read(
            self.by, lambda view: [one.data.state for one in view.all("import_batch")]
        )


@pytest.fixture
def head() -> Iterator[Company]:
    with cloud(MODULES) as kernel:
        yield Company(kernel)


@pytest.fixture
def site(head: Company) -> Iterator[Company]:
    with office(head.kernel) as kernel:
        yield Company(kernel)


ROWS = [row("1111", debit="500"), row("41111", credit="500")]
SHEET = {"sheet": "account_opening", "rows": ROWS}


def test_what_is_imported_offline_goes_up_only_by_word_and_as_one(
    head: Company, site: Company
) -> None:
    go_offline(site.kernel)
    done = site.call("import_opening_balances", **SHEET, batch="A")
    assert (done["sync_state"], done["message"]) == ("held", "not_synced_while_offline")
    go_online(site.kernel)
    synchronization(site.kernel).push()
    assert (head.sums(), site.batches(), head.batches()) == ({}, ["held"], [])

    result = site.call("synchronize", kinds=["import_batch"])

    assert (result["pushed"], result["failed"]) == (1, [])
    assert head.sums() == {("1111",): (500, 0), ("41111",): (0, 500)}
    assert (site.batches(), head.batches()) == (["synced"], ["synced"])


def test_with_a_line_it_goes_up_at_once(head: Company, site: Company) -> None:
    done = site.call("import_opening_balances", **SHEET)

    assert (done["imported"], done["sync_state"]) == (2, "synced")
    assert head.sums() == {("1111",): (500, 0), ("41111",): (0, 500)}


def test_a_balance_that_somebody_entered_meanwhile_stops_the_whole_batch(
    head: Company, site: Company
) -> None:
    go_offline(site.kernel)
    site.call("import_opening_balances", **SHEET, batch="A")
    head.call("save_opening_balances", account="41111", lines=[{"credit": 300}])
    go_online(site.kernel)

    (failed,) = site.call("synchronize", kinds=["import_batch"])["failed"]

    assert failed["code"] == "balance_changed_in_cloud"
    assert head.sums() == {("41111",): (0, 300)}


def test_replacing_takes_the_place_of_what_is_there_of_these_accounts(head: Company) -> None:
    head.call("save_opening_balances", account="41111", lines=[{"credit": 300}])
    head.call("save_opening_balances", account="2111", lines=[{"debit": 9}])

    head.call("import_opening_balances", **SHEET, mode="replace")

    assert head.sums() == {("1111",): (500, 0), ("2111",): (9, 0), ("41111",): (0, 500)}
    again = head.call("import_opening_balances", **SHEET)
    assert [error["code"] for error in again["errors"]] == ["already_exists"] * 2


def test_an_import_of_openings_is_taken_back(head: Company) -> None:
    head.call("import_opening_balances", **SHEET, batch="A")

    head.kernel.invoke(head.by, "utilities.cancel_import", {"batch": "A"})

    assert (head.sums(), head.batches()) == ({}, ["cancelled"])
    assert head.call("import_opening_balances", **SHEET)["imported"] == 2


def test_bad_rows_stop_it_or_are_left_out(head: Company) -> None:
    rows = [*ROWS, row("5111", credit="1")]

    stopped = head.call("import_opening_balances", sheet="account_opening", rows=rows)
    assert (stopped["imported"], stopped["errors"][0]["code"]) == (0, "income_accounts_not_zero")

    done = head.call(
        "import_opening_balances", sheet="account_opening", rows=rows, valid_rows_only=True
    )
    assert (done["imported"], done["rejected"]) == (2, 1)
    found = head.refused("import_opening_balances", sheet="journal", rows=ROWS)
    assert found.code == "unknown_sheet"


def test_openings_never_sent_are_deleted_offline_and_sent_ones_not(
    head: Company, site: Company
) -> None:
    go_offline(site.kernel)
    site.call("save_opening_balances", account="1111", lines=[{"debit": 5}])

    gone = site.call("delete_opening_balances", account="1111")
    assert (gone["deleted"], gone["outbox_removed"], gone["debit_total"]) == (1, 1, 0)

    site.call("save_opening_balances", account="1111", lines=[{"debit": 5}])
    go_online(site.kernel)
    synchronization(site.kernel).push()
    go_offline(site.kernel)
    with pytest.raises(OfflineRefused):
        site.call("delete_opening_balances", account="1111")
    go_online(site.kernel)
    assert site.call("delete_opening_balances", account="1111")["deleted"] == 1
    assert head.sums() == {}


def test_checks_and_stock_need_the_cloud_and_the_module(head: Company, site: Company) -> None:
    head.call("save_opening_balances", account="1111", lines=[{"credit": 5}])
    found = site.call("check_opening_balances")
    assert [row["code"] for row in found["problems"]] == ["opening_not_balanced", "abnormal_side"]
    assert head.refused("view_item_stock", item="A").code == "module_unavailable"

    go_offline(site.kernel)
    for function, params in (("check_opening_balances", {}), ("view_item_stock", {"item": "A"})):
        with pytest.raises(OfflineRefused):
            site.call(function, **params)


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["1111", "2111", "1531"]), st.integers(1, 10**9)), max_size=6
    )
)
def test_whatever_was_entered_last_is_what_stands(entered: list[tuple[str, int]]) -> None:
    with cloud(MODULES) as kernel:
        head = Company(kernel)
        for account, amount in entered:
            done = head.call("save_opening_balances", account=account, lines=[{"debit": amount}])
            assert done["debit_total"] == amount

        last = dict(entered)
        assert head.sums() == {(account,): (amount, 0) for account, amount in last.items()}
        checked = head.call("check_opening_balances")
        assert checked["debit_total"] == sum(last.values())


def test_prepaid_costs_that_are_not_their_account_are_told(head: Company) -> None:
    card = {
        "code": "CPTT1", "name": "Thuê nhà", "start": "2025-12-01", "amount": 100, "periods": 10,
        "periods_done": 4, "allocated": 40, "account": "242",
        "allocation_rows": [{"ratio": "100", "debit": "6427"}],
    }  # fmt: skip
    head.kernel.save(head.by, "prepaid_opening", card)
    head.call("save_opening_balances", account="242", lines=[{"debit": 10}])

    problems = head.call("check_opening_balances")["problems"]

    assert [p for p in problems if p["code"] == "prepaid_differ"] == [
        {"code": "prepaid_differ", "account": "242", "account_balance": 70, "detail_total": 60,
         "difference": -10},
    ]  # fmt: skip


def test_a_voucher_of_a_final_set_stays_on_the_financial_ledger(head: Company) -> None:
    head.call("set_options", values={"system.two_books": True})
    lines = [{"line": 1, "debit": "6427", "credit": "3388", "amount": 5, "credit_object": None}]
    body = {"posting_date": "2026-02-10", "no": "N1", "display_on_book": "both", "lines": lines}
    head.kernel.save(head.by, "journal", body)
    head.kernel.save(
        head.by,
        "statement_set",
        {"regime": "TT200", "from_date": "2026-01-01", "to_date": "2026-03-31", "status": "final"},
    )

    done = head.call("show_on_book", vouchers=["N1"], display_on_book="management")

    assert [(row["voucher"], row["code"]) for row in done["failed"]] == [
        ("N1", "in_final_statement")
    ]
    assert done["failed"][0]["detail"]["period"] == "2026-01-01 – 2026-03-31"
