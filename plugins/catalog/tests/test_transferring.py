"""Moving postings: of accounts with their way back, of analytic catalogs, and to first children."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso import LiensoError, OfflineRefused
from lienso.testing.kernels import cloud, go_offline, go_online, office, synchronization

from .moving import Books, pair

pytest.importorskip("lienso_general_ledger", reason="moves rows of the general ledger")

MODULES = ("system", "catalog", "general_ledger")


def prepared(kernel: Any) -> Books:
    books = Books(kernel)
    books.save("object", code="KH1", name="KH1", is_customer=True)
    for code in ("64271", "64272", "64281"):
        books.save("account", code=code, name=code)
    for code in ("QC1", "QC2", "QC3"):
        books.save("cost_item", code=code, name=code, **{"class": "BH"})
    return books


@pytest.fixture
def head() -> Iterator[Books]:
    with cloud(MODULES) as kernel:
        yield prepared(kernel)


@pytest.fixture
def site(head: Books) -> Iterator[Books]:
    with office(head.kernel) as kernel:
        yield Books(kernel)


def refusal(books: Books, function: str, **params: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        books.call(function, **params)
    return caught.value


def transfer(books: Books, source: str, target: str, **params: Any) -> dict[str, Any]:
    return books.call(
        "transfer_posting_accounts", from_accounts=[source], to_account=target, **params
    )


def test_a_transfer_comes_back_as_it_was_while_nothing_touched_it(head: Books) -> None:
    own = head.journal(pair(1, "64272", "1111", 40), no="NVK1")
    moved = head.journal(pair(1, "64271", "1111", 100), pair(2, "64272", "64271", 30), no="NVK2")
    before, body = head.sums("account"), head.get("journal", moved.id).data

    refused = refusal(
        head, "transfer_posting_accounts", from_accounts=["64271"], to_account="64272"
    )
    assert refused.code == "transfer_refused"
    assert [(f.code, f.line) for f in refused.findings] == [("same_account_both_sides", 2)]

    run = transfer(head, "64271", "64281")["run"]
    assert ("64271",) not in head.sums("account")
    head.call("transfer_posting_accounts", undo_of=run)

    assert head.sums("account") == before
    assert head.get("journal", moved.id).data == body
    assert head.get("journal", own.id).version == 1
    again = refusal(head, "transfer_posting_accounts", undo_of=run)
    assert again.code == "not_found"


def test_a_transfer_does_not_come_back_over_a_later_change(head: Books) -> None:
    moved = head.journal(pair(1, "64271", "1111", 100), no="NVK1")
    run = transfer(head, "64271", "64272")["run"]
    head.kernel.unpost(head.by, moved.id)

    assert refusal(head, "transfer_posting_accounts", undo_of=run).code == "changed_since"


def test_a_deleted_account_is_led_to_its_target_in_what_sites_still_send(
    head: Books, site: Books
) -> None:
    go_offline(site.kernel)
    late = site.journal(pair(1, "64271", "1111", 5), no="NVK9")
    done = transfer(head, "64271", "64272", delete_source=True)
    go_online(site.kernel)

    synchronization(site.kernel).push()

    assert done["source_deleted"]
    assert head.get("journal", late.id).data.lines[0].debit == "64272"
    assert head.sums("account", account="64272") == {("64272",): (5, 0)}
    assert site.get("journal", late.id).data.lines[0].debit == "64272"
    with pytest.raises(LiensoError) as caught:
        head.save("account", code="64271", name="anew")
    assert caught.value.code == "code_is_alias"


@pytest.mark.parametrize(
    ("source", "target", "code"),
    [
        ("64271", "6499", "account_unknown"),
        ("64271", "6427", "account_is_parent"),
        ("64271", "64271", "transfer_refused"),
        ("1111", "3331", "account_is_parent"),
        ("1111", "3411", "nature_differs"),
        ("6411", "64271", "statutory"),
    ],
)
def test_what_does_not_fit_is_refused(head: Books, source: str, target: str, code: str) -> None:
    delete = code == "statutory"
    found = refusal(
        head,
        "transfer_posting_accounts",
        from_accounts=[source],
        to_account=target,
        delete_source=delete,
    )

    assert found.code == code


def test_rows_that_lack_what_the_target_asks_for_are_listed(head: Books) -> None:
    head.journal(pair(1, "1388", "1111", 7, object="KH1"), no="NVK1")

    found = refusal(head, "transfer_posting_accounts", from_accounts=["1388"], to_account="1121")

    assert found.code == "transfer_refused"
    assert [(f.code, f.values["voucher"]) for f in found.findings] == [
        ("bank_account_required", "NVK1")
    ]


def test_default_accounts_of_catalogs_follow_when_asked(head: Books) -> None:
    head.save("item", code="A", name="A", kind="goods", unit="cái", cost_account="64271")
    parts = {"catalogs": False, "opening_balances": True, "formulas": False, "vouchers": True}

    transfer(head, "64271", "64272", move=parts)
    assert head.get("item", "A").data.cost_account == "64271"

    transfer(head, "64271", "64272")
    assert head.get("item", "A").data.cost_account == "64272"


def test_a_locked_month_is_not_moved(head: Books) -> None:
    head.journal(pair(1, "64271", "1111", 100), no="NVK1")
    head.save("period_lock", lock_date="2026-02-28")

    found = refusal(head, "transfer_posting_accounts", from_accounts=["64271"], to_account="64272")

    assert (found.code, found.detail["vouchers"]) == ("period_locked", ["NVK1"])


def test_one_move_of_several_may_fail_alone(head: Books) -> None:
    head.journal(pair(1, "64271", "1111", 100, cost_item="QC1"), no="NVK1")
    moves = [
        {"from_code": "QC1", "to_code": "QC2"},
        {"from_code": "QC3", "to_code": "QC9"},
    ]

    assert refusal(head, "transfer_cost_item", moves=moves).code == "dimension_unknown"
    done = head.call("transfer_cost_item", moves=moves, atomic=False)

    assert [row["from_code"] for row in done["done"]] == ["QC1"]
    assert [(row["from_code"], row["code"]) for row in done["refused"]] == [
        ("QC3", "dimension_unknown")
    ]


def test_types_with_other_accounts_warn_before_they_are_moved(head: Books) -> None:
    head.save("tool_type", code="A", name="A", expense_account="64271")
    head.save("tool_type", code="B", name="B", expense_account="64272")
    moves = [{"from_code": "A", "to_code": "B"}]

    assert refusal(head, "transfer_tool_type", moves=moves).code == "accounts_differ"
    done = head.call("transfer_tool_type", moves=moves, ignore_warnings=True)
    assert done["_findings"][0]["code"] == "accounts_differ"


def test_the_first_child_of_a_used_account_takes_its_postings(head: Books) -> None:
    head.journal(pair(1, "64271", "1111", 100), no="NVK1")

    done = head.call(
        "add_child_to_used_parent",
        catalog="account",
        parent="64271",
        child={"code": "642711", "name": "Con"},
    )

    assert done["moved"] == {"ledger_rows": 2, "amount": 100}
    assert head.sums("account", account="642711") == {("642711",): (100, 0)}
    assert head.read(lambda view: view.by_code("account", "64271")) is not None


def test_a_site_is_told_to_move_the_postings_first(head: Books, site: Books) -> None:
    head.journal(pair(1, "64271", "1111", 100, cost_item="QC1"), no="NVK1")
    synchronization(site.kernel).pull()

    with pytest.raises(LiensoError) as caught:
        site.save("cost_item", code="QC1.1", name="Con", parent="QC1", **{"class": "BH"})
    assert caught.value.code == "parent_has_postings"

    done = site.call(
        "add_child_to_used_parent", catalog="cost_item", parent="QC1", child={"code": "QC1.1"}
    )
    assert done["created"] == "QC1.1"


def test_a_used_code_changes_and_comes_back(head: Books) -> None:
    journal = head.journal(pair(1, "64271", "1111", 100, cost_item="QC1"), no="NVK1")

    head.call("change_code", catalog="cost_item", code="QC1", new_code="QCX")
    assert head.get("journal", journal.id).version == 1
    assert refusal(
        head, "change_code", catalog="cost_item", code="QCX", new_code="QC2"
    ).code == "code_exists"  # fmt: skip
    head.call("change_code", catalog="cost_item", code="QCX", new_code="QC1")

    used = refusal(head, "change_code", catalog="account", code="64271", new_code="64279")
    assert used.code == "in_use"


def test_a_code_is_released_when_every_site_has_heard_of_the_merge(
    head: Books, site: Books
) -> None:
    head.save("object", code="KH2", name="KH2", is_customer=True)
    synchronization(site.kernel).pull()
    synchronization(site.kernel).beat()
    head.call("merge_customers", target="KH1", sources=["KH2"])

    held = refusal(head, "release_alias", catalog="object", code="KH2")
    assert (held.code, held.detail["sites"]) == ("in_use", ["S1"])

    synchronization(site.kernel).pull()
    synchronization(site.kernel).beat()
    assert head.call("release_alias", catalog="object", code="KH2")["target"] == "KH1"
    assert head.save("object", code="KH2", name="anew", is_customer=True).data.name == "anew"


@pytest.mark.parametrize(
    ("function", "params"),
    [
        ("transfer_posting_accounts", {"from_accounts": ["64271"], "to_account": "64272"}),
        ("add_child_to_used_parent", {"catalog": "cost_item", "parent": "QC1", "child": {}}),
        ("change_code", {"catalog": "cost_item", "code": "QC1", "new_code": "Q"}),
        ("release_alias", {"catalog": "object", "code": "KH2"}),
        ("delete_spec_code_history", {"items": ["A"]}),
        ("restore_spec_code_history", {"items": ["A"]}),
        *(
            (f"transfer_{type}", {"moves": [{"from_code": "A", "to_code": "B"}]})
            for type in ("tool_type", "asset_type", "cost_item", "project", "budget_item",
                         "statistic_code")
        ),
    ],
)  # fmt: skip
def test_none_of_it_runs_offline(site: Books, function: str, params: dict[str, Any]) -> None:
    go_offline(site.kernel)

    with pytest.raises(OfflineRefused):
        site.call(function, **params)


ENTERED = st.lists(
    st.tuples(
        st.sampled_from(["64271", "64272", "64281"]), st.integers(1, 10**9), st.integers(1, 28)
    ),
    max_size=8,
)


@settings(max_examples=15)
@given(ENTERED, st.integers(1, 28), st.integers(1, 28))
def test_moving_keeps_every_sum_and_the_totals_are_those_of_the_entries(
    entered: list[tuple[str, int, int]], first: int, last: int
) -> None:
    with cloud(MODULES) as kernel:
        books = prepared(kernel)
        for account, amount, day in entered:
            books.journal(
                pair(1, account, "1111", amount, cost_item="QC1"),
                posting_date=f"2026-02-{day:02d}",
            )
        whole = books.sums()
        days = {"from_date": f"2026-02-{first:02d}", "to_date": f"2026-02-{last:02d}"}
        stay = [e for e in entered if e[0] == "64271" and not first <= e[2] <= last]

        transfer(books, "64271", "64272", **days)
        books.call("transfer_cost_item", moves=[{"from_code": "QC1", "to_code": "QC2"}], **days)

        assert books.sums() == whole
        kept = books.sums("account", account="64271")
        assert kept.get(("64271",), (0, 0)) == (sum(amount for _a, amount, _d in stay), 0)
        book = "general_ledger"
        assert kernel.storage.rebuild_totals(books.by.tenant, book) == 0
        where = {"cost_item": books.get("cost_item", "QC2").id}
        mine = books.read(lambda view: list(view.book(book).entries(where=where)))
        inside = [e for e in entered if first <= e[2] <= last]
        assert len(mine) == 2 * len(inside)
