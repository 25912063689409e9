"""The runner of worked cases: entries, balances, and what it supplies by itself."""

from __future__ import annotations

from lienso.testing.case_world import World

from .toy import (
    OPENING,
    PASSED,
    SUM,
    pair,
    receipt,
    run,
)

# -- entries and balances ----------------------------------------------------------------------------


def test_a_posted_voucher_has_its_pairs_in_any_order_and_no_more(world: World) -> None:
    rows = [pair("PT00007", "1111", "711", 30), pair("PT00007", "1111", "131", 20)]

    result = run(
        world,
        when=receipt("PT00007", ("1111", "131", 20), ("1111", "711", 30)),
        then={"entries": {"general_ledger": rows}},
    )
    short = run(
        world,
        when=receipt("PT00007", ("1111", "131", 20), ("1111", "711", 30)),
        then={"entries": {"general_ledger": rows[:1]}},
    )

    assert result.outcome == PASSED, str(result)
    assert short.outcome == "failed"
    assert "no further row" in str(short)


def test_a_wrong_amount_is_shown_as_path_expected_and_got(world: World) -> None:
    result = run(
        world,
        when=receipt("PT00007", ("1111", "131", 20)),
        then={"entries": {"general_ledger": [pair("PT00007", "1111", "131", 21)]}},
    )

    assert result.outcome == "failed"
    (difference,) = result.differences
    assert difference.path == "entries.general_ledger[PT00007]"
    assert difference.expected["amount"] == 21
    assert difference.got["amount"] == 20


def test_a_dimension_of_one_side_is_told_from_one_of_both(world: World) -> None:
    given = [
        {
            "entries": {
                "general_ledger": [
                    pair("X1", "1111", "131", 5, posting_date="2026-01-02", credit_object="K1"),
                    pair("X2", "1111", "131", 5, posting_date="2026-01-02", object="K1"),
                ]
            }
        }
    ]

    one = {"entries": {"general_ledger": [pair("X1", "1111", "131", 5, object="K1")]}}
    side = {"entries": {"general_ledger": [pair("X1", "1111", "131", 5, credit_object="K1")]}}
    both = {"entries": {"general_ledger": [pair("X2", "1111", "131", 5, object="K1")]}}

    assert run(world, given=given, when={"mode": "online"}, then=one).outcome == "failed"
    assert run(world, given=given, when={"mode": "online"}, then=side).outcome == PASSED
    assert run(world, given=given, when={"mode": "online"}, then=both).outcome == PASSED


def test_an_empty_list_means_that_the_action_wrote_nothing(world: World) -> None:
    nothing = {"entries": {"general_ledger": []}}

    quiet = run(world, given=[receipt("PT00001", ("1111", "131", 1))], when=SUM, then=nothing)
    loud = run(world, when=receipt("PT00001", ("1111", "131", 1)), then=nothing)

    assert quiet.outcome == PASSED, str(quiet)
    assert loud.outcome == "failed"


def test_balances_add_up_openings_and_postings_of_the_financial_ledger(world: World) -> None:
    given = [OPENING, receipt("PT00001", ("1111", "131", 50))]

    good = run(
        world,
        given=given,
        when=SUM,
        then={
            "result": {"amount": 750},
            "balances": {
                "general_ledger": [
                    {"account": "1111", "amount": 750},
                    {"account": "131", "object": None, "amount": -50},
                ]
            },
        },
    )
    bad = run(
        world,
        given=given,
        when=SUM,
        then={"balances": {"general_ledger": [{"account": "1111", "amount": 751}]}},
    )

    assert good.outcome == PASSED, str(good)
    assert [(d.expected, d.got) for d in bad.differences] == [(751, 750)]


def test_raw_entries_of_two_actions_stand_together_under_one_voucher(world: World) -> None:
    result = run(world, given=[OPENING, OPENING], when=SUM, then={"result": {"amount": 1400}})

    assert result.outcome == PASSED, str(result)


# -- what the runner supplies ------------------------------------------------------------------------


def test_an_account_that_is_posted_to_is_a_leaf_and_a_new_one_a_child(world: World) -> None:
    leaf = run(
        world,
        when=receipt("PT00001", ("111", "131", 5)),
        then={"entries": {"general_ledger": [pair("PT00001", "111", "131", 5)]}},
    )
    new = run(
        world,
        when=receipt("PT00001", ("1111", "7118", 5)),
        then={"records": [{"type": "account", "code": "7118", "parent": "711"}]},
    )
    parent = run(
        world,
        given=[{"save": "account", "fields": {"code": "1112"}}],
        when=receipt("PT00001", ("111", "131", 5)),
        then={
            "error": {"code": "post_failed"},
            "findings": [{"severity": "error", "code": "account_is_parent", "line": 1}],
            "records": [{"type": "receipt", "no": "PT00001", "deleted": True}],
        },
    )

    assert leaf.outcome == PASSED, str(leaf)
    assert new.outcome == PASSED, str(new)
    assert parent.outcome == PASSED, str(parent)


def test_a_code_under_the_name_of_a_dimension_exists_with_all_roles(world: World) -> None:
    one = {"line": 1, "debit": "1111", "credit": "131", "amount": 5, "object": "K9"}
    fields = {"no": "PT00001", "posting_date": "2026-03-05", "lines": [one]}

    result = run(
        world,
        when={"save": "receipt", "posted": True, "fields": fields},
        then={
            "entries": {"general_ledger": [pair("PT00001", "1111", "131", 5, object="K9")]},
            "records": [
                {"type": "object", "code": "K9", "name": "K9", "is_supplier": True},
                {"type": "object", "code": "K9", "site": "S1", "sync_state": "synced"},
            ],
        },
    )

    assert result.outcome == PASSED, str(result)


def test_demands_of_accounts_are_left_out_until_a_case_saves_the_account(world: World) -> None:
    saved = run(
        world,
        when={"save": "account", "fields": {"code": "131"}},
        then={"records": [{"type": "account", "code": "131", "tracks": ["object"]}]},
    )
    other = run(
        world,
        when={"mode": "online"},
        then={"records": [{"type": "account", "code": "131", "tracks": []}]},
    )

    assert saved.outcome == PASSED, str(saved)
    assert other.outcome == PASSED, str(other)


def test_the_clock_stands_at_noon_of_the_latest_day_named(world: World) -> None:
    result = run(world, when=receipt("PT00001", ("1111", "131", 5)), then={})

    assert result.outcome == PASSED, str(result)
    assert world.clock.now().isoformat() == "2026-03-05T05:00:00+00:00"


def test_an_option_is_set_for_the_company_and_an_unknown_one_skips_the_case(world: World) -> None:
    option = {"option": "toy.limit", "value": 9}
    known = run(
        world,
        when=option,
        then={"records": [{"type": "option", "key": "toy.limit", "value": "9"}]},
    )
    unknown = run(world, when={"option": "toy.limits", "value": 9}, then={})

    assert known.outcome == PASSED, str(known)
    assert unknown.skipped
    assert unknown.reason == "needs option toy.limits, which no installed module declares"
