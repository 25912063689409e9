"""Numbering vouchers anew: order, uniqueness, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso import LiensoError
from lienso.testing.kernels import cloud

from .company import FEBRUARY, MODULES, Company, line

pytest.importorskip("lienso_cash", reason="numbers receipts and payments")

GROUP: dict[str, Any] = {"voucher_group": "cash_receipt", "prefix": "PT", "digits": 5}


def receipt(head: Company, no: str, day: str, **fields: Any) -> Any:
    return head.voucher("cash_receipt", line("1111", "711", 10), no=no, day=day, **fields)


def refused(head: Company, function: str, **params: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        head.call(function, **params)
    return caught.value


def test_vouchers_may_take_each_others_numbers(head: Company) -> None:
    receipt(head, "PT00001", "2026-02-20", post=True)
    receipt(head, "PT00002", "2026-02-10", post=True)

    done = head.call("renumber_vouchers", **FEBRUARY, **GROUP)

    assert [(row["old"], row["new"]) for row in done["changed"]] == [
        ("PT00002", "PT00001"),
        ("PT00001", "PT00002"),
    ]
    entries = head.read(lambda view: list(view.book("general_ledger").entries()))
    days = {posted.number: posted.entry.posting_date.day for posted in entries}
    assert days == {"PT00001": 10, "PT00002": 20}
    assert receipt(head, "", "2026-02-25").data.no == "PT00003"


def test_a_preview_changes_nothing(head: Company) -> None:
    receipt(head, "PT9", "2026-02-20")

    done = head.call("renumber_vouchers", **FEBRUARY, **GROUP, preview=True)

    assert done["changed"][0]["new"] == "PT00001"
    assert head.get("cash_receipt", "PT9").version == 1


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"digits": 1, "start": 10}, "digits_exceeded"),
        ({"prefix": "P" * 18}, "number_too_long"),
        ({"voucher_group": "nothing"}, "params_invalid"),
        ({"from_date": "2026-03-01"}, "params_invalid"),
    ],
)
def test_what_gives_no_number_is_refused(head: Company, params: dict[str, Any], code: str) -> None:
    receipt(head, "PT9", "2026-02-20")

    assert refused(head, "renumber_vouchers", **{**FEBRUARY, **GROUP, **params}).code == code


def test_a_locked_voucher_stops_all(head: Company) -> None:
    receipt(head, "PT8", "2026-02-10")
    receipt(head, "PT9", "2026-02-20")
    head.save("period_lock", lock_date="2026-02-15")

    found = refused(head, "renumber_vouchers", **FEBRUARY, **GROUP)

    assert (found.code, found.detail["vouchers"]) == ("period_locked", ["PT8"])


def test_numbers_do_not_come_back_over_a_change_nor_twice(head: Company) -> None:
    record = receipt(head, "PT9", "2026-02-20")
    head.call("renumber_vouchers", **FEBRUARY, **GROUP)
    head.kernel.save(head.by, "cash_receipt", {"description": "x"}, id=record.id, merge=True)
    assert refused(head, "restore_numbers").code == "changed_since"

    head.call("renumber_vouchers", **FEBRUARY, **{**GROUP, "prefix": "A"})
    head.call("restore_numbers")
    assert head.get("cash_receipt", record.id).data.no == "PT00001"
    assert refused(head, "restore_numbers").code == "changed_since"  # the first run is the last now


def test_the_list_shows_old_and_new_numbers(head: Company) -> None:
    receipt(head, "PT9", "2026-02-20")
    head.call("renumber_vouchers", **FEBRUARY, **GROUP)

    (row,) = head.kernel.report(head.by, "utilities.number_changes").rows

    assert row[2:] == ("cash_receipt", "PT9", "PT00001")


ENTERED = st.lists(
    st.tuples(st.integers(1, 28), st.integers(1, 28), st.booleans()), min_size=1, max_size=8
)


@settings(max_examples=15, deadline=None)
@given(ENTERED, st.permutations(range(1, 9)))
def test_any_vouchers_keep_their_order_get_unique_numbers_and_come_back(
    entered: list[tuple[int, int, bool]], numbers: list[int]
) -> None:
    with cloud(MODULES) as kernel:
        head = Company(kernel)
        made = [
            receipt(
                head,
                f"PT{number:05d}",
                f"2026-02-{max(day, other):02d}",
                voucher_date=f"2026-02-{min(day, other):02d}",
                post=posted,
            )
            for (day, other, posted), number in zip(entered, numbers, strict=False)
        ]
        before = {record.id: record.data.no for record in made}

        head.call("renumber_vouchers", **FEBRUARY, **GROUP)

        now = [head.get("cash_receipt", record.id) for record in made]
        by_number = sorted(now, key=lambda record: record.data.no)
        assert [r.data.no for r in by_number] == [f"PT{n:05d}" for n in range(1, len(made) + 1)]
        order = [(r.data.posting_date, r.data.voucher_date, r.id) for r in by_number]
        assert order == sorted(order)
        entries = head.read(lambda view: list(view.book("general_ledger").entries()))
        assert {(p.voucher_id, p.number) for p in entries} == {
            (r.id, r.data.no) for r in now if r.posted()
        }
        if [r.data.no for r in now] != [*before.values()]:
            head.call("restore_numbers")
        assert {r.id: head.get("cash_receipt", r.id).data.no for r in made} == before


# -- what names a voucher by its number ---------------------------------------------------------------


def debts(head: Company) -> dict[Any, Any]:
    """Return what is left of each document."""
    found = head.read(lambda view: view.book("open_items").sum(("amount",), by=("document",)))
    return {document: amount for (document,), (amount,) in found.items()}


def settled(head: Company, amount: int = 300) -> Any:
    """Post a debt of 700, a payment of 300, and their settlement."""
    head.save("object", code="KH7", name="Bảy", is_customer=True)
    head.voucher("journal", line("131", "711", 700, debit_object="KH7"), no="N2", post=True)
    head.voucher("cash_receipt", line("1111", "131", 300, object="KH7"), no="PT1", post=True)
    pair = {"line": 1, "debt": "N2", "payment": "PT1", "amount": amount}
    saved = head.save("settlement", posting_date="2026-02-28", object="KH7", lines=[pair], no="DT1")
    head.kernel.post(head.by, saved.id)
    return saved


def test_debts_and_settlements_follow_the_number_of_their_voucher(head: Company) -> None:
    settlement = settled(head)

    head.call("renumber_vouchers", **FEBRUARY, voucher_group="journal", prefix="NV", digits=3)

    assert debts(head) == {"NV001": 400, "PT1": 0}
    assert head.get("settlement", settlement.id).data.lines[0].debt == "NV001"
    head.call("maintain_data", **FEBRUARY)
    assert debts(head) == {"NV001": 400, "PT1": 0}
    head.kernel.unpost(head.by, settlement.id)
    assert debts(head) == {"NV001": 700, "PT1": 300}


def test_numbers_that_change_places_take_their_debts_along_and_back_again(head: Company) -> None:
    settled(head)
    head.voucher("journal", line("131", "711", 50, debit_object="KH7"), no="N1", post=True)
    before = debts(head)

    head.call("renumber_vouchers", **FEBRUARY, voucher_group="journal", prefix="N", digits=1)
    swapped = debts(head)
    head.call("restore_numbers")

    assert before == {"N2": 400, "N1": 50, "PT1": 0}
    assert swapped == {"N1": 400, "N2": 50, "PT1": 0}
    assert debts(head) == before
    assert head.get("settlement", "DT1").data.lines[0].debt == "N2"


def test_a_document_of_the_same_number_in_another_group_keeps_it(head: Company) -> None:
    head.save("object", code="KH7", name="Bảy", is_customer=True)
    head.voucher("journal", line("131", "711", 700, debit_object="KH7"), no="X1", post=True)
    head.voucher("cash_payment", line("131", "1111", 90, object="KH7"), no="X1", post=True)

    head.call("renumber_vouchers", **FEBRUARY, voucher_group="journal", prefix="NV", digits=3)

    assert debts(head) == {"NV001": 700, "X1": 90}
