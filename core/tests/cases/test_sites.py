"""The runner of worked cases: records, and cases in which sites take part."""

from __future__ import annotations

from lienso.testing.case_world import World

from .toy import (
    PASSED,
    SUM,
    pair,
    receipt,
    run,
)

# -- records ---------------------------------------------------------------------------------------


def test_saving_again_changes_the_named_fields_and_merges_lines(world: World) -> None:
    first = {"save": "receipt", "fields": receipt("PT00003", ("1111", "131", 5))["fields"]}
    again = {"no": "PT00003", "description": "sửa", "lines": [{"line": 1, "amount": 6}]}

    result = run(
        world,
        given=[first],
        when={"save": "receipt", "fields": again},
        then={
            "records": [
                {
                    "type": "receipt",
                    "no": "PT00003",
                    "description": "sửa",
                    "posted": False,
                    "lines": [{"line": 1, "debit": "1111", "amount": 6}],
                }
            ]
        },
    )

    assert result.outcome == PASSED, str(result)


def test_a_record_without_number_is_found_by_its_key_fields(world: World) -> None:
    result = run(
        world,
        given=[{"save": "lock", "fields": {"day": "2026-01-31"}}],
        when={"save": "lock", "fields": {"day": "2026-02-28"}},
        then={"records": [{"type": "lock", "day": "2026-02-28"}]},
    )

    assert result.outcome == PASSED, str(result)


def test_an_id_of_the_case_comes_back_in_results(world: World) -> None:
    result = run(
        world,
        given=[receipt("PT00004", ("1111", "131", 5), id="R4")],
        when={"capability": "toy.read", "params": {"voucher": "PT00004"}},
        then={
            "result": {"voucher": "PT00004", "id": "R4"},
            "records": [{"type": "receipt", "id": "R4", "no": "PT00004", "posted": True}],
        },
    )

    assert result.outcome == PASSED, str(result)


def test_a_code_answers_for_the_id_that_a_function_returned(world: World) -> None:
    result = run(
        world,
        when={"capability": "toy.sum", "params": {"account": "131", "object": "K5"}},
        then={"result": {"object": "K5"}},
    )

    assert result.outcome == PASSED, str(result)


# -- sites -------------------------------------------------------------------------------------------


def test_offline_a_save_waits_at_s1_and_a_push_delivers_and_posts_it(world: World) -> None:
    here = {"type": "receipt", "no": "PT00010", "site": "S1"}
    rows = {"general_ledger": [pair("PT00010", "1111", "131", 5)]}

    result = run(
        world,
        given=[{"mode": "offline"}],
        steps=[
            {
                "when": receipt("PT00010", ("1111", "131", 5)),
                "then": {
                    "records": [
                        {**here, "sync_state": "never_synced", "posted": False},
                        {"type": "receipt", "no": "PT00010", "deleted": True},
                    ]
                },
            },
            {"when": SUM, "then": {"error": {"code": "offline_refused"}}},
            {"when": {"mode": "online"}, "then": {"entries": {"general_ledger": []}}},
            {
                "when": {"push": "S1"},
                "then": {"entries": rows, "records": [{**here, "sync_state": "synced"}]},
            },
            {"when": SUM, "then": {"result": {"amount": 5}}},
        ],
    )

    assert result.outcome == PASSED, str(result)


def test_two_sites_may_hold_one_number_and_the_second_push_fails(world: World) -> None:
    result = run(
        world,
        given=[
            receipt("PT00050", ("1111", "131", 1), id="A", site="S1"),
            receipt("PT00050", ("1111", "131", 2), id="B", site="S2"),
            {"push": "S1"},
        ],
        when={"push": "S2"},
        then={
            "entries": {"general_ledger": []},
            "records": [
                {"type": "receipt", "id": "A", "no": "PT00050"},
                {"type": "receipt", "id": "B", "site": "S2", "sync_state": "failed"},
                {"type": "receipt", "id": "B", "deleted": True},
            ],
        },
    )

    assert result.outcome == PASSED, str(result)


def test_a_state_of_synchronisation_can_be_forced(world: World) -> None:
    fields = receipt("PT00060", ("1111", "131", 1))["fields"]
    result = run(
        world,
        given=[{"mode": "offline"}],
        when={"save": "receipt", "id": "S", "sync_state": "syncing", "fields": fields},
        then={"records": [{"type": "receipt", "id": "S", "site": "S1", "sync_state": "syncing"}]},
    )

    assert result.outcome == PASSED, str(result)


def test_figures_are_blank_or_keep_the_last_value_with_its_time(world: World) -> None:
    blank = {"figure": "toy.blank", "value": None}
    kept = {
        "figure": "toy.kept",
        "value": 5,
        "stale": True,
        "as_of": "2026-03-06T08:30:00+07:00",
    }
    result = run(
        world,
        given=[
            {"clock": "2026-03-06T08:30:00+07:00"},
            receipt("PT00001", ("1111", "131", 5)),
            {"mode": "offline"},
            {"clock": "2026-03-07"},
        ],
        steps=[
            {"when": {"mode": "offline"}, "then": {"figures": [blank, kept]}},
            {
                "when": {"mode": "online"},
                "then": {"figures": [{"figure": "toy.kept", "value": 5, "stale": False}]},
            },
        ],
    )

    assert result.outcome == PASSED, str(result)


def test_the_change_counter_is_set_for_cloud_and_sites(world: World) -> None:
    result = run(
        world,
        given=[{"revision": 500}],
        when=receipt("PT00001", ("1111", "131", 5)),
        then={"records": [{"type": "receipt", "no": "PT00001", "site": "S1", "version": 2}]},
    )

    assert result.outcome == PASSED, str(result)
    assert world.head.storage.head(world.tenant) > 500
