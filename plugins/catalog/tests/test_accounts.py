"""Rules of the chart of accounts."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError


def test_a_child_of_an_undivided_account_may_be_opened(company: Any) -> None:
    company.save("account", code="1311", name="Khách trong nước")

    assert company.derived("account", "1311")["parent"] == "131"
    assert company.derived("account", "131")["is_leaf"] is False


def test_a_new_child_is_followed_as_the_account_above(company: Any) -> None:
    company.save("account", code="1311")

    derived = company.derived("account", "1311")
    assert derived["tracks"] == ["customer", "term"]
    assert (derived["nature"], derived["monetary"]) == ("both", True)


def test_the_parent_is_the_longest_existing_beginning_of_the_code(company: Any) -> None:
    company.save("account", code="642788", name="Sâu hơn")
    assert company.derived("account", "642788")["parent"] == "6427"

    company.save("account", code="64278", name="Ở giữa")

    assert company.derived("account", "642788")["parent"] == "64278"
    assert company.derived("account", "642788")["level"] == 4


@pytest.mark.parametrize("code", ["999", "1114", "64219999999999999999999", "12", "13A"])
def test_an_account_of_a_level_that_the_law_fills_is_refused(company: Any, code: str) -> None:
    expected = "statutory_level" if code in ("999", "1114") else ("too_long", "type_wrong")

    assert company.refused("account", code=code, name="Lạ", nature="debit") in expected


def test_circular_99_lets_the_company_add_accounts_of_any_level(company_of: Any) -> None:
    company = company_of("TT99")

    company.save("account", code="1111", name="Tiền Việt Nam")
    company.save("account", code="199", name="Của công ty", nature="debit")

    assert company.derived("account", "1111")["level"] == 2
    assert company.derived("account", "199")["level"] == 1


def test_nobody_calls_his_own_account_statutory(company: Any) -> None:
    assert company.refused("account", code="1319", is_statutory=True) == "statutory_level"


def test_the_summary_account_that_is_named_must_begin_the_code(company: Any) -> None:
    assert company.refused("account", code="64271", parent="641") == "account_prefix"
    assert company.refused("account", code="64271", parent="64299") == "not_found"
    company.save("account", code="64271", parent="6427")


def test_a_child_has_the_nature_of_its_parent_unless_that_has_both(company: Any) -> None:
    assert company.refused("account", code="15211", nature="credit") == "nature_differs"
    company.save("account", code="15211", nature="debit")
    company.save("account", code="1311", nature="debit")


def test_an_account_at_level_1_says_its_nature(company_of: Any) -> None:
    assert company_of("TT99").refused("account", code="199") == "field_required"


def test_a_child_of_a_used_account_is_refused_until_its_postings_are_moved(
    company: Any, rows: Any
) -> None:
    assert company.post(rows("6427")) == [("warning", "cost_item_required")]

    assert company.refused("account", code="64271") == "parent_has_postings"


def test_a_second_child_needs_no_look_at_the_postings(company: Any, rows: Any) -> None:
    company.save("account", code="64271")
    company.post(rows("64271"))

    company.save("account", code="64272")

    assert company.read(lambda view: view.by_code("account", "64272")) is not None


def test_a_child_of_an_inactive_account_is_refused(company: Any) -> None:
    account = company.read(lambda view: view.by_code("account", "6427"))
    company.save("account", account.id, active=False)

    assert company.refused("account", code="64271") == "parent_inactive"


def test_a_statutory_account_may_be_hidden_but_not_deleted_or_renamed(company: Any) -> None:
    account = company.read(lambda view: view.by_code("account", "6427"))

    company.save("account", account.id, active=False)

    assert company.kept("account", account.id) == "statutory"
    assert company.refused("account", account.id, code="64279") == "statutory"


def test_a_used_account_keeps_its_code_and_stays(company: Any, rows: Any) -> None:
    account = company.save("account", code="64271")
    company.post(rows("64271"))

    assert company.refused("account", account.id, code="64272") == "in_use"
    assert company.kept("account", account.id) == "in_use"


def test_an_account_with_children_stays(company: Any) -> None:
    account = company.save("account", code="64271")
    company.save("account", code="642711")

    assert company.kept("account", account.id) == "has_children"
    assert company.refused("account", account.id, code="64272") == "has_children"


def test_an_unused_account_of_the_company_goes(company: Any) -> None:
    account = company.save("account", code="64271")

    company.kernel.delete(company.by, "account", account.id)

    assert company.derived("account", "6427")["is_leaf"] is True


def test_foreign_amounts_are_kept_while_there_is_a_foreign_balance(company: Any, rows: Any) -> None:
    account = company.save("account", code="15211", fc=True, tracks=["item?"])
    foreign = rows("15211", currency="USD")
    foreign["measures"]["fc_debit"] = 10_000
    company.post(foreign)

    assert company.refused("account", account.id, fc=False) == "fc_balance_exists"

    back = rows("15211", side=1, currency="USD")
    back["measures"]["fc_credit"] = 10_000
    company.post(back)
    company.save("account", account.id, fc=False)


def test_entries_of_one_code_differ_in_no_case_and_no_form(company: Any) -> None:
    company.save("warehouse", code="Kho Đà")

    assert company.refused("warehouse", code="KHO ĐÀ") == "code_exists"
    assert company.refused("warehouse", code=" kho đa\u0300 ") == "code_exists"
    company.save("warehouse", code="Kho Dà")


def test_account_defaults_belong_to_one_column(company: Any) -> None:
    company.save("account_default", voucher_type="slip", column="debit", filter=["642"])

    again = {"voucher_type": "slip", "column": "debit"}
    assert company.refused("account_default", **again) == "already_exists"
    company.save("account_default", voucher_type="slip", column="credit")


# -- changes of used accounts ------------------------------------------------------------------------


def change(company: Any, code: str, **fields: Any) -> list[tuple[str, str, Any]]:
    """Change an account; returns (severity, code, vouchers) of what is said of it."""
    id = company.read(lambda view: view.id_of("account", code))
    try:
        found = company.kernel.save(company.by, "account", fields, id=id, merge=True).findings
    except LiensoError as error:
        found = error.findings
    return [
        (f.severity, f.code, f.values.get("vouchers") or f.values.get("balance")) for f in found
    ]


def test_rows_that_lack_a_new_token_are_named_until_they_are_accepted(
    company: Any, rows: Any
) -> None:
    project = company.save("project", code="CT", name="CT")
    company.post(rows("6421"))
    company.post(rows("6421", project=project.id))

    wanted = {"tracks": ["project", "contract?"]}
    assert change(company, "6421", **wanted) == [
        ("error", "project_required", ["PH00001"]),
        ("error", "contract_required", ["PH00001", "PH00002"]),
    ]
    assert change(company, "6421", **wanted, accept_missing=True) == [
        ("warning", "project_required", ["PH00001"]),
        ("warning", "contract_required", ["PH00001", "PH00002"]),
    ]
    assert company.derived("account", "6421")["tracks"] == ["project", "contract?"]
    assert change(company, "6421", tracks=[]) == []


def test_an_account_that_is_put_away_with_a_balance_is_told(company: Any, rows: Any) -> None:
    company.post(rows("6421"))

    assert change(company, "6421", active=False) == [
        ("warning", "account_inactive", {"financial": 1000})
    ]
    assert change(company, "6422", active=False) == []
