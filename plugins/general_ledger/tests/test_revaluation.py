"""Revaluation of foreign-currency items by the three circulars (spec §4.5)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso.testing.case_world import World
from lienso.testing.cases import Case, run_case
from lienso.testing.kernels import cloud
from lienso_general_ledger import balance

from .conftest import MODULES, Company, pair, refused

RUN = "general_ledger.revalue_fx_accounts"
END = {"date": "2026-03-31", "currency": "USD"}
RATES = {"rate_assets": "25610", "rate_liabilities": "25830"}


def trading(company: Company) -> Company:
    company.untrack(["1388", "3388", "1112", "112", "1122", "2293"])
    company.save("currency", {"code": "USD", "name": "USD"})
    for code in ("KH", "NCC"):
        roles = {"is_customer": True, "is_supplier": True}
        company.save("object", {"code": code, "name": code, **roles})
    return company


@pytest.fixture
def trader(company: Company) -> Company:
    return trading(company)


def id_of(company: Company, code: str) -> str:
    return str(company.read(lambda view: view.id_of("object", code)))


def usd(company: Company, debit: str, credit: str, fc: str, rate: str, **more: Any) -> Any:
    amount = int(Decimal(fc) * Decimal(rate))
    line = pair(debit, credit, amount, currency="USD", fc_amount=fc, rate=rate)
    objects = {side: id_of(company, code) for side, code in more.pop("objects", {}).items()}
    return company.posted({**line, **objects}, **more)


def lines(company: Company) -> list[tuple[str, str, int, str]]:
    return [
        (
            p.entry.dimensions["account"],
            p.entry.dimensions["contra_account"],
            p.entry.measures["debit"],
            p.entry.dimensions["op"],
        )
        for p in company.entries(record_type="fx_revaluation")
        if p.entry.side == 0
    ]


@pytest.mark.parametrize(
    ("regime", "expected"),
    [
        ("TT200", [("131", "4131", 110_000), ("4131", "515", 110_000)]),
        ("TT133", [("131", "413", 110_000), ("413", "515", 110_000)]),
        ("TT99", [("131", "515", 110_000)]),
    ],
)
def test_a_gain_takes_the_way_of_the_circular(
    regime: str, expected: list[tuple[str, str, int]]
) -> None:
    options = {"accounting.start_date": "2026-01-01"}
    with cloud(MODULES, regime=regime, options=options) as kernel:
        company = trading(Company(kernel))
        usd(company, "131", "711", "100", "24510", objects={"debit_object": "KH"})
        rates = {"rate": "25610"} if regime == "TT99" else RATES

        ran = company.invoke(RUN, **END, **rates)
        again = company.invoke(RUN, **END, **rates)

        assert [row[:3] for row in lines(company)] == expected
        assert {row[3] for row in lines(company)} == {"fx_revaluation"}
        assert ran == again
        assert (ran["net"], bool(ran["note"])) == (110_000, True)


def test_rates_left_out_are_those_of_the_table(trader: Company) -> None:
    usd(trader, "131", "711", "100", "24510", objects={"debit_object": "KH"})
    missing = refused(lambda: trader.invoke(RUN, **END))
    row = {
        "currency": "USD",
        "date": "2026-03-30",
        "buy_transfer": "25610",
        "sell_transfer": "25830",
    }
    trader.save("exchange_rate", row)

    ran = trader.invoke(RUN, **END)

    assert (missing.code, missing.detail["rate"]) == ("fx_rate_missing", "buy_transfer")
    assert ran["items"][0]["rate"] == "25610"


def test_a_prepayment_is_left_out_unless_it_is_refundable(trader: Company) -> None:
    usd(trader, "331", "3388", "100", "24510", objects={"debit_object": "NCC"})

    left_out = trader.invoke(RUN, **END, **RATES, accounts=["331"])
    taken = trader.invoke(RUN, **END, **RATES, accounts=["331"], refundable=["NCC"])

    assert left_out["skipped"] == [{"account": "331", "object": "NCC", "reason": "prepayment"}]
    assert left_out["voucher"] is None
    assert [row["difference"] for row in taken["items"]] == [110_000]


@pytest.mark.parametrize(("allowance", "difference"), [(2_451_000, None), (1_225_500, 55_000)])
def test_what_an_allowance_covers_is_not_revalued(
    trader: Company, allowance: int, difference: int | None
) -> None:
    usd(trader, "131", "711", "100", "24510", objects={"debit_object": "KH"})
    trader.posted(pair("6426", "2293", allowance, object=id_of(trader, "KH")))

    ran = trader.invoke(RUN, **END, **RATES)

    reasons = [row["reason"] for row in ran["skipped"]]
    found = [row["difference"] for row in ran["items"]]
    assert (reasons, found) == (
        (["fully_provisioned"], []) if difference is None else ([], [difference])
    )


def test_goods_are_named_as_not_monetary(trader: Company) -> None:
    trader.untrack(["1561"])
    usd(trader, "1561", "331", "100", "24510", objects={"credit_object": "NCC"})

    ran = trader.invoke(RUN, **END, **RATES)

    assert ran["skipped"] == [{"account": "1561", "object": "", "reason": "not_monetary"}]
    assert [row["difference"] for row in ran["items"]] == [-132_000]


def open_left(company: Company) -> dict[str, int]:
    def look(view: Any) -> dict[str, int]:
        sums = view.book("open_items").sum(("amount",), by=("document",))
        return {document: amount for (document,), (amount,) in sums.items()}

    found: dict[str, int] = company.read(look)
    return found


def test_open_items_are_restated_and_add_up_to_the_ledger(trader: Company) -> None:
    for number, fc in (("B1", "33.33"), ("B2", "66.66")):
        usd(trader, "131", "711", fc, "24510", no=number, objects={"debit_object": "KH"})
    before = open_left(trader)

    made = trader.invoke(RUN, **END, rate_assets="25610.55", rate_liabilities="25830")

    left = open_left(trader)
    held = trader.read(lambda view: balance(view, "131")).amount
    assert sum(left.values()) == held == 2_560_799  # 99,99 × 25.610,55 rounded once
    assert left["B1"] == 853_600
    record = trader.read(lambda view: view.by_number(made["voucher"]))
    trader.kernel.unpost(trader.by, record.id)
    assert open_left(trader) == before


def test_a_later_revaluation_stands_in_the_way(trader: Company) -> None:
    usd(trader, "131", "711", "100", "24510", objects={"debit_object": "KH"})
    trader.invoke(RUN, **END, **RATES)

    error = refused(lambda: trader.invoke(RUN, date="2026-02-28", currency="USD", **RATES))

    assert error.code == "later_revaluation_exists"


def test_money_that_went_out_is_costed_first(trader: Company) -> None:
    usd(trader, "1112", "711", "100", "24510")
    usd(trader, "1112", "711", "100", "25000")
    usd(trader, "331", "1112", "50", "25000", objects={"debit_object": "NCC"}, day="2026-03-05")

    stopped = refused(lambda: trader.invoke(RUN, **END, **RATES))
    trader.invoke(
        "general_ledger.compute_fx_outflow_rate", from_date="2026-03-01", to_date="2026-03-31"
    )
    ran = trader.invoke(RUN, **END, **RATES)

    assert stopped.code == "run_outflow_first"
    assert "_findings" not in ran


def test_a_locked_day_is_refused(trader: Company) -> None:
    trader.lock("2026-03-31")

    assert refused(lambda: trader.invoke(RUN, **END, **RATES)).code == "period_locked"


def test_differences_stay_in_equity_where_the_option_says_so(trader: Company) -> None:
    usd(trader, "131", "711", "100", "24510", objects={"debit_object": "KH"})
    trader.invoke("system.set_options", values={"general_ledger.keep_fx_in_equity": True})

    trader.invoke(RUN, **END, **RATES)

    assert [row[:3] for row in lines(trader)] == [("131", "4132", 110_000)]


def test_the_receivable_of_the_worked_sale_is_revalued() -> None:
    path = Path(__file__).parent / "revalued_receivable.json"
    (raw,) = json.loads(path.read_text(encoding="utf-8"))

    result = run_case(Case(raw), world=World(MODULES))

    assert result.passed, str(result)


@pytest.fixture(scope="module")
def shared() -> Any:
    with cloud(MODULES, options={"accounting.start_date": "2026-01-01"}) as kernel:
        yield trading(Company(kernel))


@settings(max_examples=15, deadline=None)
@given(
    debts=st.lists(
        st.tuples(st.sampled_from(["131", "331"]), st.integers(1, 10**7), st.integers(1, 10**9)),
        min_size=1,
        max_size=5,
    ),
    rate=st.integers(1, 10**7),
)
def test_every_item_stands_at_the_rate_and_a_second_run_changes_nothing(
    shared: Company, debts: list[tuple[str, int, int]], rate: int
) -> None:
    who = id_of(shared, "KH")
    made = []
    for account, cents, amount in debts:
        sides = ("131", "711") if account == "131" else ("811", "331")
        more = {"debit_object" if account == "131" else "credit_object": who}
        units = str(Decimal(cents) / 100)
        line = pair(*sides, amount, currency="USD", fc_amount=units, rate="1", **more)
        made.append(shared.posted(line))
    text = str(Decimal(rate) / 100)
    rates = {"rate_assets": text, "rate_liabilities": text}
    try:
        ran = shared.invoke(RUN, **END, **rates)
        again = shared.invoke(RUN, **END, **rates)

        assert again == ran
        for row in ran["items"]:
            held = shared.read(lambda view, code=row["account"]: balance(view, code))
            assert held.amount == row["after"]
            assert abs(held.fc_amount * Decimal(text) - held.amount) <= Decimal("0.5")
        assert shared.read(lambda view: balance(view, "413")).amount == 0
        assert sum(open_left(shared).values()) == sum(abs(row["after"]) for row in ran["items"])
    finally:
        for record in [*shared.read(lambda view: list(view.all("fx_revaluation"))), *made]:
            shared.kernel.unpost(shared.by, record.id)
            shared.kernel.delete(shared.by, record.type, record.id)
    assert shared.entries() == []
    assert shared.entries("open_items") == []
