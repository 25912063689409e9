"""The runner of worked cases: what fails, what is skipped, files and reports."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lienso import (
    LiensoError,
)
from lienso.testing.case_world import World
from lienso.testing.cases import Case, Report, load_cases, run_case, run_paths

from .toy import (
    PASSED,
    SUM,
    receipt,
    run,
)

# -- failing and skipping ------------------------------------------------------------------------------


def test_something_given_that_fails_is_named_by_its_place(world: World) -> None:
    result = run(
        world,
        given=[{"mode": "online"}, receipt("PT00001", ("1111", "999", 5))],
        when=SUM,
        then={},
    )
    refused = {"capability": "toy.read", "params": {"voucher": "PT99999"}}
    broken = run(world, given=[refused], when=SUM, then={})

    assert result.outcome == PASSED, str(result)
    assert broken.reason == "given[0] did not succeed"
    assert broken.differences[0].got["code"] == "not_found"


def test_an_expected_error_that_does_not_come_fails_the_case(world: World) -> None:
    result = run(world, when=SUM, then={"error": {"code": "not_found"}})

    assert [str(d) for d in result.differences] == ["error.code: expected not_found, got no error"]


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        ({"save": "sales_voucher", "fields": {}}, "record type sales_voucher"),
        ({"capability": "sales.sell"}, "needs module sales: capability sales.sell"),
        ({"entries": {"stock": []}}, "book stock"),
        ({"simulate": "signer", "fault": None}, "simulated port signer"),
    ],
)
def test_what_nobody_declares_skips_the_case(
    world: World, action: dict[str, Any], reason: str
) -> None:
    result = run(world, given=[action], when=SUM, then={})

    assert result.skipped
    assert reason in result.reason


def test_the_module_of_a_file_is_named_when_it_is_not_installed(world: World) -> None:
    data = {"name": "case", "note": "", "when": {"save": "sales_voucher", "fields": {}}, "then": {}}

    result = run_case(Case(data, "sales"), world=world)

    assert result.reason == "needs module sales: record type sales_voucher"


def test_two_runs_of_a_case_are_the_same(world: World) -> None:
    def once() -> list[str]:
        result = run(
            world,
            when=receipt("PT00001", ("1111", "131", 5)),
            then={"records": [{"type": "receipt", "no": "PT00001", "id": "none"}]},
        )
        return result.lines()

    assert once() == once()


# -- files and reports ----------------------------------------------------------------------------------


def test_files_are_run_in_order_and_counted(world: World, tmp_path: Any) -> None:
    good = {"name": "good", "note": "", "when": SUM, "then": {"result": {"amount": 0}}}
    bad = {"name": "bad", "note": "", "when": SUM, "then": {"result": {"amount": 1}}}
    far = {"name": "far", "note": "", "when": {"simulate": "signer", "fault": None}, "then": {}}
    (tmp_path / "toy.json").write_text(json.dumps([good, bad]), encoding="utf-8")
    (tmp_path / "more.json").write_text(json.dumps([far]), encoding="utf-8")
    (tmp_path / "schema.json").write_text("{}", encoding="utf-8")
    told: list[str] = []

    report = run_paths([tmp_path], world=world, progress=lambda _d, _t, name: told.append(name))

    assert report.summary() == "1 passed, 1 failed, 1 skipped"
    assert report.exit_code == 1
    assert told == ["far", "good", "bad"]
    assert report.as_json()["cases"][2]["differences"] == [
        {"path": "result.amount", "expected": 1, "got": 0}
    ]
    assert "FAILED  toy/bad: then" in report.lines()
    assert "    result.amount: expected 1, got 0" in report.lines()


def test_no_case_at_all_is_no_success() -> None:
    assert Report(()).exit_code == 2


@pytest.mark.parametrize("text", ["{", "{}", '[{"name": "a"}]', '[{"name": "a", "when": 0.5}]'])
def test_a_file_that_is_none_of_cases_is_refused(tmp_path: Any, text: str) -> None:
    (tmp_path / "x.json").write_text(text, encoding="utf-8")

    with pytest.raises(LiensoError) as caught:
        load_cases(tmp_path / "x.json")

    assert caught.value.code == "bad_case_file"
