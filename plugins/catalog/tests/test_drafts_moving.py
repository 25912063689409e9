"""What stands in no book yet moves too, and is asked before it does (spec §4.1, §4.12)."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError

from .moving import Books, pair
from .test_transferring import head, refusal, transfer

pytest.importorskip("lienso_general_ledger", reason="moves rows of the general ledger")

__all__ = ["head"]


def sides(books: Books, voucher: Any) -> list[tuple[str, str]]:
    return [(line.debit, line.credit) for line in books.get("journal", voucher.id).data.lines]


def test_a_draft_goes_along_and_one_whose_sides_would_be_equal_stops_all(head: Books) -> None:
    draft = head.journal(pair(1, "64271", "1111", 100), no="NVK1", post=False)
    equal = head.journal(pair(1, "64272", "64281", 9), no="NVK2", post=False)

    found = refusal(
        head, "transfer_posting_accounts", from_accounts=["64271", "64272"], to_account="64281"
    )
    assert found.code == "transfer_refused"
    assert [(f.code, f.line, f.values["voucher"]) for f in found.findings] == [
        ("same_account_both_sides", 1, "NVK2")
    ]
    assert sides(head, draft) == [("64271", "1111")]

    transfer(head, "64271", "64281")
    assert (sides(head, draft), sides(head, equal)) == (
        [("64281", "1111")],
        [("64272", "64281")],
    )


def test_a_draft_of_a_locked_month_stops_a_move_between_accounts(head: Books) -> None:
    head.journal(pair(1, "64271", "1111", 100), no="NVK1", post=False)
    head.save("period_lock", lock_date="2026-02-28")

    found = refusal(head, "transfer_posting_accounts", from_accounts=["64271"], to_account="64281")

    assert (found.code, found.detail["vouchers"]) == ("period_locked", ["NVK1"])


def test_an_account_that_only_a_draft_names_hands_it_to_its_first_child(head: Books) -> None:
    draft = head.journal(pair(1, "64271", "1111", 100), no="NVK1", post=False)

    head.call(
        "add_child_to_used_parent",
        catalog="account",
        parent="64271",
        child={"code": "642711", "name": "Con"},
    )

    assert sides(head, draft) == [("642711", "1111")]
    assert head.kernel.post(head.by, draft.id, ignore_warnings=True).posted()


def test_an_account_that_only_a_draft_names_is_not_deleted(head: Books) -> None:
    draft = head.journal(pair(1, "64271", "1111", 100), post=False)
    id = head.read(lambda view: view.id_of("account", "64271"))

    with pytest.raises(LiensoError) as caught:
        head.kernel.delete(head.by, "account", id)
    assert caught.value.code == "in_use"

    head.kernel.delete(head.by, "journal", draft.id)
    head.kernel.delete(head.by, "account", id)


@pytest.mark.parametrize("kind", ["draft", "default"])
def test_the_code_of_an_account_that_something_names_stays(head: Books, kind: str) -> None:
    if kind == "draft":
        head.journal(pair(1, "64271", "1111", 100), post=False)
    else:
        head.save("tool_type", code="T", name="T", expense_account="64271")

    with pytest.raises(LiensoError) as caught:
        head.call("change_code", catalog="account", code="64271", new_code="64279")

    assert caught.value.code == "in_use"
    done = head.call("change_code", catalog="account", code="64272", new_code="64278")
    assert (done["code"], done["old_code"]) == ("64278", "64272")
