"""Options: what may be set, by whom, and what data forbids."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import LiensoError

MONEY = {"line": 1, "debit": "1111", "credit": "131", "amount": 1}


def test_options_are_set_together_with_what_they_were_before(head: Any) -> None:
    values = {"bank.match_days": 5, "system.two_books": True}

    result = head.run("set_options", values=values)

    assert result["changed"] == {
        "bank.match_days": {"old": 3, "new": 5},
        "system.two_books": {"old": False, "new": True},
    }
    assert head.option("bank.match_days") == 5


def test_an_option_set_to_what_it_is_does_not_count_as_changed(head: Any) -> None:
    result = head.run("set_options", values={"bank.match_days": 3})

    assert result["changed"] == {}


def test_one_wrong_value_leaves_all_options_as_they_were(head: Any) -> None:
    error = head.refused("set_options", values={"bank.match_days": 5, "cashier.enabled": "có"})

    assert (error.code, error.detail["key"]) == ("option_value_invalid", "cashier.enabled")
    assert head.option("bank.match_days") == 3


def test_an_unknown_key_is_refused_by_name(head: Any) -> None:
    error = head.refused("set_options", values={"bank.matchdays": 5})

    assert (error.code, error.detail) == ("option_unknown", {"key": "bank.matchdays"})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bank.match_days", -1),
        ("bank.match_days", True),
        ("bank.match_days", "5"),
        ("decimals.fc", 7),
        ("audit.retention_years", 9),
        ("accounting_regime", "TT48"),
        ("accounting.currency", "dong"),
        ("accounting.start_date", "2026-2-1"),
        ("accounting.start_date", "20260201"),
        ("fiscal_year_start", "02-29"),
        ("fiscal_year_start", "13-01"),
        ("system.help_url", "help.example.vn"),
        ("system.help_url", "javascript:alert(1)"),
    ],
)
def test_a_value_out_of_its_range_or_form_is_refused(head: Any, key: str, value: Any) -> None:
    error = head.refused("set_options", values={key: value})

    assert (error.code, error.detail["key"]) == ("option_value_invalid", key)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("bank.match_days", 0),
        ("decimals.fc", 6),
        ("accounting.start_date", "2026-02-01"),
        ("fiscal_year_start", "02-28"),
        ("system.help_url", "http://tro-giup.local/lienso"),
    ],
)
def test_a_value_at_the_edge_is_taken(head: Any, key: str, value: Any) -> None:
    head.run("set_options", values={key: value})

    assert head.option(key) == value


def test_the_record_of_an_option_is_checked_too(head: Any) -> None:
    with pytest.raises(LiensoError) as error:
        head.save("option", {"key": "bank.match_days", "value": "99999"})

    assert error.value.code == "option_value_invalid"


def test_an_option_record_says_its_kind_and_who_changed_it(head: Any) -> None:
    head.run("set_options", values={"bank.match_days": 5})

    def shown(view: Any) -> Any:
        record = next(view.find("option", "key", equals=("bank.match_days", "", "")))
        kind = next(t for t in view.record_types() if t.id == "option")
        return kind.derived(record, view)

    found = head.kernel.read(head.by, shown)
    assert (found["kind"], found["changed_by"]) == ("int", "lan")
    assert found["needs_restart"] is False


def test_a_branch_may_have_its_own_value(head: Any) -> None:
    branch = head.save("org_unit", {"code": "CN1"}).id

    head.run("set_options", values={"bank.match_days": 7}, scope="branch", branch="CN1")

    own = head.kernel.read(head.by, lambda view: view.option("bank.match_days", branch))
    assert (own, head.option("bank.match_days")) == (7, 3)


def test_a_branch_cannot_have_another_regime(head: Any) -> None:
    head.save("org_unit", {"code": "CN1"})

    error = head.refused(
        "set_options", values={"accounting_regime": "TT133"}, scope="branch", branch="CN1"
    )

    assert error.code == "option_value_invalid"


def test_scope_branch_needs_a_branch(head: Any) -> None:
    error = head.refused("set_options", values={"bank.match_days": 7}, scope="branch")

    assert (error.code, error.detail) == ("field_required", {"field": "branch"})


def test_a_user_sets_his_habits_and_nobody_elses(head: Any) -> None:
    first = head.run("set_options", values={"compact_forms": True}, scope="user")
    again = head.run("set_options", values={"compact_forms": False}, scope="user")

    assert first["changed"] == {"compact_forms": {"old": False, "new": True}}
    assert again["changed"] == {"compact_forms": {"old": True, "new": False}}
    records = head.kernel.read(head.by, lambda view: [r.data for r in view.all("option")])
    assert [r.user for r in records if r.key == "compact_forms"] == ["lan"]
    assert head.option("compact_forms") is False


def test_a_user_cannot_set_an_option_of_the_company_for_himself(head: Any) -> None:
    error = head.refused("set_options", values={"bank.match_days": 9}, scope="user")

    assert error.code == "option_value_invalid"


def test_the_regime_changes_while_the_year_has_no_posting(head: Any) -> None:
    head.posted(day="2025-12-31")

    result = head.run("set_options", values={"accounting_regime": "TT99"})

    assert result["changed"]["accounting_regime"] == {"old": "TT200", "new": "TT99"}
    assert result["effects"] == ["reports recomputed"]


def test_the_regime_stays_once_the_year_has_a_posting(head: Any) -> None:
    head.posted(day="2026-01-01")

    error = head.refused("set_options", values={"accounting_regime": "TT99"})

    assert (error.code, error.detail) == ("regime_change_mid_year", {"key": "accounting_regime"})


def test_the_year_that_counts_begins_where_the_company_says(head: Any) -> None:
    head.run("set_options", values={"fiscal_year_start": "03-01"})
    head.posted(day="2026-02-28")

    head.run("set_options", values={"accounting_regime": "TT99"})

    assert head.option("accounting_regime") == "TT99"


def test_currency_and_year_stay_once_anything_is_posted(head: Any) -> None:
    head.posted(day="2024-05-05")

    for values in ({"accounting.currency": "USD"}, {"fiscal_year_start": "04-01"}):
        assert head.refused("set_options", values=values).code == "option_locked_by_data"


def test_decimals_do_not_fall_below_what_is_stored(head: Any) -> None:
    head.save(
        "receipt",
        {"posting_date": "2026-03-02", "lines": [{**MONEY, "fc_amount": "10.25"}]},
    )

    error = head.refused("set_options", values={"decimals.fc": 1})

    assert error.code == "option_locked_by_data"
    assert error.detail == {"key": "decimals.fc", "stored_decimals": 2}


def test_zeros_at_the_end_are_no_precision(head: Any) -> None:
    lines = [{**MONEY, "fc_amount": "10.50"}]
    head.save("receipt", {"posting_date": "2026-03-02", "lines": lines})

    head.run("set_options", values={"decimals.fc": 1})

    assert head.option("decimals.fc") == 1


def test_a_site_has_the_new_value_when_the_call_returns(site: Any) -> None:
    site.run("set_options", values={"bank.match_days": 5})

    assert site.option("bank.match_days") == 5


def test_an_option_cannot_be_written_at_a_site_past_the_function(site: Any) -> None:
    with pytest.raises(LiensoError) as error:
        site.save("option", {"key": "bank.match_days", "value": "5"})

    assert error.value.code == "only_in_cloud"
