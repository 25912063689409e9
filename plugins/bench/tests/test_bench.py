"""The benchmark does the work that it measures, and says what it found. No test looks at a time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
import typer
from lienso import discovery
from lienso.sync.snapshotting import CHUNK_RECORDS
from lienso_bench import company as companies
from lienso_bench import contents
from lienso_bench.bare import BareCloud, BareSite, fill
from lienso_bench.bare_rows import BareReceipt
from lienso_bench.command import HEAD, NAMES, command
from lienso_bench.measuring import BenchmarkFailed, Fact, Result, Target, take_turns

ROUNDS = 1
TURNS = ROUNDS + 1
"""The first turn is not counted, but its work is done."""

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "speed.md"

SAME: Mapping[str, Mapping[str, int]] = {
    "save": {
        "record": 40 * TURNS,
        "record_key": 3 * 40 * TURNS,
        "state_outbox": 40 * TURNS,
        "state_record_local": 40 * TURNS,
        "record (8 threads)": 80 * TURNS,
        "record number (8 threads)": 80 * TURNS,
        "state_outbox (8 threads)": 80 * TURNS,
    },
    "save_grpc": {"record": 40 * TURNS, "record number": 40 * TURNS},
    "push": {
        "record": 300,
        "natural_key": 300,
        "book_general_ledger": 6 * 300,
        "book_open_items": 2 * 300,
        "state_change_log": 300,
        "record (site)": 300,
        "state_outbox (site)": 0,
        "state_sealed (site)": 0,
        "state_record_local (site)": 0,
    },
    "pull": {"record": 300, "record_key": 900, "state_cursor": 1},
    "balance": {"entries": 6_000, "accounts": 6, "accounts of any days": 6},
    "year": {"statements": 3, "accounts closed": 3},
    "batch_post": {"entries": 6 * 300},
    "one_change": {
        "record (cloud)": 1_000 + 10 * TURNS,
        "book_general_ledger (cloud)": 6 * (1_000 + 10 * TURNS),
        "record (A)": 1_000 + 10 * TURNS,
        "record (B)": 1_000 + 10 * TURNS,
        "state_outbox (A)": 0,
    },
    "start": {"modules": len(discovery.installed(discovery.MODULES))},
}
"""What both ways must have in common in the end, by benchmark; other tables are compared too."""


@pytest.fixture
def company(tmp_path: Path) -> companies.Company:
    """The company of all benchmarks."""
    return companies.make_company(tmp_path / "company")


FACTS = ("beside", "wire")
"""Benchmarks without a bare way: what they find stands for itself."""


@pytest.mark.parametrize("name", [name for name in NAMES if name not in FACTS])
def test_both_ways_do_the_whole_work_and_end_with_equal_contents(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command([name, "--size", "small", "--rounds", str(ROUNDS), "--json"])

    assert code == 0
    answer = json.loads(capsys.readouterr().out)
    assert set(answer) == {"machine", "size", "rounds", "results", "same"}
    assert (answer["size"], answer["rounds"]) == ("small", ROUNDS)
    assert answer["machine"]["cores"] > 0
    assert {table: answer["same"][name][table] for table in SAME[name]} == SAME[name]
    for result in answer["results"]:
        assert result["name"] == name
        assert result["unit"] in ("/s", "ms")
        for way in ("lienso", "bare"):
            found = result[way]
            assert len(found["turns_s"]) == ROUNDS
            assert 0 < found["least"] <= found["median"] <= found["most"]
        assert result["share_percent"] > 0
        assert (result["reached"] is None) == (result["target"] == "")


@pytest.mark.parametrize(
    ("name", "same", "facts"),
    [
        ("million", {"records": 3_000}, 10),
        ("watching", {"pokes": 3 * 20}, 3),
        ("wire", {"receipts, plain": 300, "receipts, gzip": 300}, 4),
    ],
)
def test_what_stands_for_itself_is_measured_with_all_that_was_asked(
    name: str, same: Mapping[str, int], facts: int, capsys: pytest.CaptureFixture[str]
) -> None:
    code = command([name, "--size", "small", "--json"])

    assert code == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["same"][name] == same
    assert len(answer["results"]) == facts
    for fact in answer["results"]:
        assert fact["name"] == name
        assert fact["what"]
        assert (fact["reached"] is None) == (fact["most"] is None)


def test_saves_beside_a_pull_and_a_push_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["beside", "--size", "small", "--rounds", "1", "--json"]) == 0

    answer = json.loads(capsys.readouterr().out)
    made = answer["same"]["beside"]
    assert set(made) == {"saves beside a pull", "saves beside a push"}
    assert all(0 < saves <= 20 for saves in made.values())
    assert len(answer["results"]) == 10
    assert [fact["what"] for fact in answer["results"] if fact["most"] is not None] == [
        "beside a pull of 300, times p95 alone",
        "beside a push of 300, times p95 alone",
    ]


def test_gzip_makes_less_than_a_third_of_what_a_voucher_is_on_the_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command(["wire", "--size", "small", "--json"]) == 0

    found = {fact["what"]: fact["value"] for fact in json.loads(capsys.readouterr().out)["results"]}
    for direction in ("pushed", "pulled"):
        plain, packed = (found[f"a voucher {direction}, {way}"] for way in ("plain", "gzip"))
        assert plain > 500
        assert packed < plain / 3


def test_a_snapshot_goes_on_after_its_cut(capsys: pytest.CaptureFixture[str]) -> None:
    assert command(["million", "--size", "small", "--json"]) == 0

    found = {fact["what"]: fact["value"] for fact in json.loads(capsys.readouterr().out)["results"]}
    chunks = 3_000 / CHUNK_RECORDS
    assert 0 < found["its chunks that were kept over the cut"] < chunks + 5


@pytest.mark.parametrize(("most", "reached"), [(None, None), (2, True), (1.4, False)])
def test_a_fact_is_within_what_it_must_not_exceed(most: float | None, reached: bool | None) -> None:
    assert Fact("growth", 1.5, "", most).reached is reached


def test_the_command_is_found_by_its_entry_point() -> None:
    assert discovery.load_command("bench") is command


def test_an_unknown_benchmark_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(typer.BadParameter) as caught:
        command(["speed", "--size", "small"])

    assert "speed; there are: save, save_grpc, push" in caught.value.message


def test_a_table_in_markdown_has_a_line_for_every_result(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = command(["start", "--size", "small", "--rounds", "1", "--markdown"])

    lines = capsys.readouterr().out.splitlines()
    assert code == 0
    assert lines[0] == f"| {' | '.join(HEAD)} |"
    assert [line.split(" | ")[0] for line in lines[2:3]] == ["| start"]


def test_turns_alternate_and_the_first_is_not_counted() -> None:
    seen: list[str] = []

    def way(name: str) -> int:
        seen.append(name)
        return len(seen)

    found = take_turns(2, {"lienso": lambda: way("lienso"), "bare": lambda: way("bare")})

    assert seen == ["lienso", "bare"] * 3
    assert found == {"lienso": [3, 5], "bare": [4, 6]}


def test_the_share_is_the_median_of_neighbouring_turns() -> None:
    result = Result("x", "x", 100, [2.0, 4.0, 1.0], [1.0, 1.0, 1.0], Target(share=50))

    assert result.share == 50
    assert result.reached is True
    assert result.figures(result.lienso) == {"median": 50, "least": 25, "most": 100}


@pytest.mark.parametrize(
    ("target", "reached"),
    [
        (Target(), None),
        (Target(per_s=50), True),
        (Target(per_s=51), False),
        (Target(per_s=51, share=25), True),
        (Target(ms=20), True),
        (Target(ms=19), False),
        (Target(ms=20, growth=2), True),
        (Target(ms=20, growth=1), False),
    ],
)
def test_a_target_is_reached_by_speed_share_or_time_and_always_by_growth(
    target: Target, reached: bool | None
) -> None:
    growth = [1.0] if target.growth else []

    assert Result("x", "x", 100, [2.0], [0.5], target, small=growth).reached is reached


def test_one_different_row_makes_a_benchmark_fail(
    company: companies.Company, tmp_path: Path
) -> None:
    one, other = company.copy("cloud", tmp_path / "1.db"), company.copy("cloud", tmp_path / "2.db")
    contents.compare(one, other)
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("UPDATE counter SET value = value + 1 WHERE name = 'feed_seq'")
        connection.commit()

    with pytest.raises(BenchmarkFailed, match="counter: row 1 differs"):
        contents.compare(one, other)


def test_a_missing_row_makes_a_benchmark_fail(company: companies.Company, tmp_path: Path) -> None:
    one, other = company.copy("A", tmp_path / "1.db"), company.copy("A", tmp_path / "2.db")
    site = BareSite(one, "A", lambda _method, data: data)
    with closing(site.connection):
        (receipt,) = company.vouchers(1)
        site.save(receipt.id, receipt.body)

    with pytest.raises(BenchmarkFailed, match="bare has None"):
        contents.compare(one, other, {"record": contents.NUMBERED["record"]})


def test_the_bare_cloud_takes_no_number_twice(company: companies.Company, tmp_path: Path) -> None:
    cloud = BareCloud(company.copy("cloud", tmp_path / "cloud.db"))
    first, second = company.vouchers(2)
    body = {**first.body, "no": "PT00001"}
    with closing(cloud.connection), pytest.raises(BenchmarkFailed, match="taken twice"):
        fill(cloud, "A", [(first.id, body), (second.id, body)])


def test_receipts_are_the_same_in_every_run_and_have_the_size_of_a_voucher() -> None:
    customers = [f"{number:036d}" for number in range(3)]
    one, again = companies.vouchers(customers, 50), companies.vouchers(customers, 50)
    size = [
        len(BareReceipt.model_validate_json(json.dumps(voucher.body)).text().encode())
        for voucher in one
    ]

    assert one == again
    assert companies.vouchers(customers, 20, 30) == one[30:]
    assert sorted(voucher.id for voucher in one) == [voucher.id for voucher in one]
    assert all(len(voucher.body["lines"]) == 3 for voucher in one)
    assert 750 <= sum(size) // len(size) <= 830


def test_the_document_tells_of_every_benchmark_and_has_the_table() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")

    assert f"| {' | '.join(HEAD)} |" in text
    for name in NAMES:
        assert f"`{name}`" in text
        assert f"\n| {name} | " in text
