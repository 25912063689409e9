"""The runner of worked cases, on a small module that keeps a ledger of receipts."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Annotated, Any

import pytest
from lienso import (
    Book,
    Capability,
    Dimension,
    Entry,
    Figure,
    Finding,
    Label,
    LiensoError,
    Manifest,
    Measure,
    Option,
    Record,
    RecordType,
    Refused,
    hookimpl,
)
from lienso.fields import Body, CatalogEntry, Money, NoParams, Params, Ref, Voucher
from lienso.ids import is_id
from lienso.testing.case_compare import differences, pair_up
from lienso.testing.case_world import World
from lienso.testing.cases import Case, CaseResult, Report, load_cases, run_case, run_paths
from lienso.testing.kernels import (
    Clock,
    Ids,
    actor,
    catch_up,
    cloud,
    go_offline,
    go_online,
    office,
)
from pydantic import Field

# -- a small module --------------------------------------------------------------------------------


class Account(CatalogEntry):
    parent: Annotated[str | None, Ref("account")] = None
    tracks: list[str] = Field(default_factory=list)


class Partner(CatalogEntry):
    kind: str
    is_customer: bool = False
    is_supplier: bool = False
    is_employee: bool = False


class Setting(Body):
    key: str
    value: str
    scope: str = "company"
    branch: str | None = None
    user: str = ""


class Line(Body):
    line: int
    debit: str = ""
    credit: str = ""
    amount: Money = 0
    object: Annotated[str | None, Ref("object")] = None


class Receipt(Voucher):
    lines: list[Line] = Field(default_factory=list)


class Lock(Body):
    branch: str = ""
    day: str


class SumParams(Params):
    account: str
    object: Annotated[str | None, Ref("object")] = None


class Sum(Params):
    amount: int
    object: str | None = None


class ReadParams(Params):
    voucher: str
    ignore_warnings: bool = False


class Read(Params):
    voucher: str
    id: str


def post_receipt(record: Record[Any], ledger: Any, view: Any) -> Mapping[str, Sequence[Entry]]:
    entries = []
    for line in record.data.lines:
        shared = {"object": line.object or ""}
        for side, account, other in ((0, line.debit, line.credit), (1, line.credit, line.debit)):
            dimensions = {**shared, "account": account, "contra_account": other}
            measure = "credit" if side else "debit"
            entries.append(
                Entry(
                    line.line,
                    side,
                    ledger,
                    record.data.posting_date,
                    dimensions=dimensions,
                    measures={measure: line.amount},
                )
            )
    return {"general_ledger": entries}


def sum_account(params: SumParams, session: Any) -> Sum:
    where = {"account": params.account}
    book = session.view.book("general_ledger")
    debit, credit = book.sum(["debit", "credit"], where=where)[()]
    partner = None if params.object is None else session.view.id_of("object", params.object)
    return Sum(amount=debit - credit, object=partner)


def read_receipt(params: ReadParams, session: Any) -> Read:
    record = session.view.by_number(params.voucher)
    if record is None:
        raise Refused("not_found", {"type": "receipt", "value": params.voucher})
    return Read(voucher=record.data.no, id=record.id)


def fund(params: NoParams, view: Any) -> int:
    debit, credit = view.book("general_ledger").sum(["debit", "credit"], where={"account": "1111"})[
        ()
    ]
    return int(debit - credit)


def types() -> list[RecordType]:
    return [
        RecordType("account", Label("Tài khoản", "Account"), Account, "catalog", tree="leaves"),
        RecordType(
            "object",
            Label("Đối tượng", "Object"),
            Partner,
            "catalog",
            defaults={"kind": "organization"},
        ),
        RecordType(
            "option", Label("Tùy chọn", "Option"), Setting, "document", unique=("key", "branch")
        ),
        RecordType(
            "receipt", Label("Phiếu thu", "Receipt"), Receipt, "voucher", "PT", post=post_receipt
        ),
        RecordType("lock", Label("Khóa sổ", "Lock"), Lock, "document", unique=("branch",)),
    ]


LEDGER = Book(
    "general_ledger",
    Label("Sổ cái", "Ledger"),
    (Dimension("account"), Dimension("contra_account"), Dimension("object", "object")),
    (Measure("debit"), Measure("credit"), Measure("fc_debit", 4), Measure("fc_credit", 4)),
)


def module() -> SimpleNamespace:
    def check(record: Record[Any], ledger: Any, entries: Any, view: Any) -> list[Finding]:
        findings = []
        for line in record.data.lines:
            for field in ("debit", "credit"):
                account = view.by_code("account", getattr(line, field))
                if account is None:
                    findings.append(Finding("error", "account_unknown", field, line.line))
                elif next(view.children("account", account.id), None) is not None:
                    findings.append(Finding("error", "account_is_parent", field, line.line))
        return findings

    def seed(regime: str) -> list[tuple[str, Mapping[str, Any]]]:
        chart = [("111", None), ("1111", "111"), ("1112", "111"), ("131", None), ("711", None)]
        return [
            ("account", {"code": code, "name": code, "parent": parent, "tracks": ["object"]})
            for code, parent in chart
        ]

    def figure(name: str, offline: Any) -> Figure:
        return Figure(f"toy.{name}", Label("Tồn quỹ", "Fund"), NoParams, fund, offline)

    capabilities = [
        Capability(
            "toy.sum",
            Label("Cộng", "Sum"),
            SumParams,
            Sum,
            sum_account,
            availability="online_only",
        ),
        Capability("toy.read", Label("Xem", "Read"), ReadParams, Read, read_receipt),
    ]
    return SimpleNamespace(
        MANIFEST=Manifest("toy", "Thử", "1.0"),
        lienso_record_types=hookimpl(types, specname="lienso_record_types"),
        lienso_books=hookimpl(lambda: [LEDGER], specname="lienso_books"),
        lienso_capabilities=hookimpl(lambda: capabilities, specname="lienso_capabilities"),
        lienso_figures=hookimpl(
            lambda: [figure("blank", "blank"), figure("kept", "last_online")],
            specname="lienso_figures",
        ),
        lienso_options=hookimpl(
            lambda: [Option("toy.limit", Label("Hạn", "Limit"), "int", 3)],
            specname="lienso_options",
        ),
        lienso_seed_records=hookimpl(seed, specname="lienso_seed_records"),
        lienso_check_posting=hookimpl(check, specname="lienso_check_posting"),
    )


@pytest.fixture(scope="module")
def world() -> World:
    return World(plugins={"toy": module()})


def run(world: World, **data: Any) -> CaseResult:
    case = {"name": "case", "note": "", **data}
    return run_case(Case(case, "toy"), world=world)


def lines(*pairs: tuple[str, str, int]) -> list[dict[str, Any]]:
    return [
        {"line": number, "debit": debit, "credit": credit, "amount": amount}
        for number, (debit, credit, amount) in enumerate(pairs, 1)
    ]


def receipt(no: str, *pairs: tuple[str, str, int], **more: Any) -> dict[str, Any]:
    fields = {"no": no, "posting_date": "2026-03-05", "lines": lines(*pairs)}
    return {"save": "receipt", "posted": True, "fields": fields, **more}


def pair(voucher: str, debit: str, credit: str, amount: int, **more: Any) -> dict[str, Any]:
    return {"voucher": voucher, "debit": debit, "credit": credit, "amount": amount, **more}


PASSED = "passed"
SUM = {"capability": "toy.sum", "params": {"account": "1111"}}
OPENING = {
    "entries": {
        "general_ledger": [
            {"voucher": "OPN", "posting_date": "2025-12-31", "debit": "1111", "amount": 700}
        ]
    }
}


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


# -- kernels for tests -------------------------------------------------------------------------------


def test_a_clock_stands_until_it_is_set_to_a_day_or_an_instant() -> None:
    clock = Clock("2026-03-31")

    assert clock.now().isoformat() == "2026-03-31T05:00:00+00:00"
    clock.advance(3_600 * 13)
    assert clock.today().isoformat() == "2026-04-01"
    clock.set("2026-04-02T08:00:00+07:00")
    assert clock.now().isoformat() == "2026-04-02T01:00:00+00:00"


def test_ids_are_the_same_in_every_run_and_differ_between_kernels() -> None:
    ids, again, other = Ids("S1"), Ids("S1"), Ids("S2")
    made = [ids.new() for _ in range(3)]

    assert made == [again.new() for _ in range(3)]
    assert sorted(set(made)) == made
    assert other.new() not in made
    assert is_id(made[0])
    assert ids.secret() != ids.secret()


def test_a_site_comes_up_in_step_and_goes_off_the_line_by_word() -> None:
    with cloud(plugins={"toy": module()}) as head, office(head, "S1") as site:
        head.save(actor(head), "object", {"code": "K1", "kind": "person"})
        assert site.read(actor(site), lambda view: view.by_code("object", "K1")) is None

        catch_up(site)
        go_offline(site)

        assert site.get(actor(site), "object", "K1").data.code == "K1"
        assert site.mode().name == "offline_manual"
        go_online(site)
        assert site.online


# -- comparing ----------------------------------------------------------------------------------------


def never(_expected: str, _got: str) -> bool:
    return False


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": None}, {}),
        ("12.50", "12.5"),
        (7, "7"),
        ("4697.00", 4697),
        ([1, {"x": 2}], [1, {"x": 2, "y": 3}]),
        (True, True),
    ],
)
def test_what_matches(expected: Any, got: Any) -> None:
    assert list(differences(expected, got, never)) == []


@pytest.mark.parametrize(
    ("expected", "got"),
    [
        ({"a": 1}, {}),
        ({"a": 0}, {"a": None}),
        ([1], [1, 2]),
        ([1, 2], [2, 1]),
        ("0012", "12"),
        (True, 1),
        (1, True),
        ({"a": 1}, [1]),
    ],
)
def test_what_does_not_match(expected: Any, got: Any) -> None:
    assert list(differences(expected, got, never)) != []


def test_rows_are_paired_so_that_as_many_as_possible_fit() -> None:
    assert pair_up([[0, 1], [0]], 2) == [1, 0]
    assert pair_up([[0], [0]], 1) == [0, None]
