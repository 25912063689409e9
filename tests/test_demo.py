"""``lienso demo`` as a person runs it: every fact it shows, and how a failure ends."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from lienso import discovery
from lienso.importing import import_workbook
from lienso.kernel import Kernel
from lienso.printing import columns
from lienso.testing import kernels

pytestmark = pytest.mark.xdist_group("demo")

PERIOD = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
STEPS = [
    "start", "import", "pull", "enter", "figures",
    "cut", "work_on", "print", "refuse", "blank", "last_online", "meanwhile",
    "back", "notice", "push", "renumber", "reject", "correct", "post", "post_failed", "post_again",
    "agree",
]  # fmt: skip

RECEIPTS = {"A": 3_300_000, "taken by A": 1_600_000, "renumbered": 4_000_000}
PAYMENTS = {"B": 440_000, "moved": 660_000}
DEBT = 550_000


def run(folder: Path, *arguments: str, path: Path | None = None) -> tuple[int, str]:
    """Run the demo with its data under a folder; returns exit code and output."""
    environment = {**os.environ, "TMPDIR": str(folder)}
    if path is not None:
        environment["PYTHONPATH"] = str(path)
    done = subprocess.run(
        [sys.executable, "-c", "from lienso.cli import main; main()", "demo", "--fast", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.returncode, done.stdout


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The facts of one run, by step; with what is left of it."""
    folder = tmp_path_factory.mktemp("demo")
    code, output = run(folder, "--json")
    told = json.loads(output)
    assert (code, told["ok"]) == (0, True), output
    facts = {step["step"]: step for step in told["steps"]}
    return {**facts, "order": list(facts), "left": list(folder.iterdir())}


@pytest.fixture(scope="module")
def by_itself() -> Any:
    """The workbook imported in memory: what the demo's figures are compared with."""
    options = {"accounting.start_date": "2026-03-01"}
    with kernels.cloud(regime="TT133", options=options) as kernel:
        source = resources.files("lienso_demo.data").joinpath("company-2026-03.xlsx")
        with resources.as_file(source) as path:
            import_workbook(kernel, kernels.actor(kernel), path, post=True)
        yield kernel


def trial_balance(kernel: Kernel) -> tuple[Any, ...]:
    """Return the totals of the trial balance."""
    return kernel.report(kernels.actor(kernel), "general_ledger.trial_balance", PERIOD).totals


def turnover(kernel: Kernel) -> int:
    return int(trial_balance(kernel)[4])


def last_number(kernel: Kernel, type: str) -> int:
    """Return the highest number that the workbook gives a type."""

    def look(view: Any) -> int:
        return max(
            int(record.data.no.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) for record in view.all(type)
        )

    return kernel.read(kernels.actor(kernel), look)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_every_step_is_shown_in_its_order_and_nothing_is_left(ran: dict[str, Any]) -> None:
    assert ran["order"] == STEPS
    assert ran["left"] == []


VARYING = re.compile(
    r"\d\d:\d\d:\d\d \d\d/\d\d/\d{4}"  # instants
    r"|\d+(?=, [AB] \d|, over gRPC)"  # processes
    r"|[\d.]+(?= seconds)"
)


def picture(text: str) -> tuple[list[str], list[str]]:
    """Return the rows of a run without what every run has its own of, and apart the printed form."""
    rows = VARYING.sub("…", text).splitlines()
    begins = next(place for place, row in enumerate(rows) if row.startswith("✓ B prints")) + 1
    ends = next(place for place in range(begins, len(rows)) if rows[place].startswith("✓"))
    return rows[:begins] + rows[ends:], rows[begins:ends]


def test_the_readme_shows_what_the_demo_shows(tmp_path: Path) -> None:
    readme = Path(__file__).resolve().parents[1] / "README.md"
    shown = readme.read_text(encoding="utf-8").partition("$ lienso demo\n")[2].partition("```")[0]

    code, output = run(tmp_path)

    rows, form = picture(output)
    expected, beginning = picture(shown)
    assert code == 0
    assert rows == expected
    assert beginning[-1] == "    …"
    assert form[: len(beginning) - 1] == beginning[:-1]


def test_cloud_and_offices_were_processes_and_have_ended(ran: dict[str, Any]) -> None:
    pids = ran["start"]["processes"]

    assert len({*pids, os.getpid()}) == 4
    assert [pid for pid in pids if alive(pid)] == []


def test_the_whole_workbook_is_accepted_and_pulled(ran: dict[str, Any], by_itself: Kernel) -> None:
    unposted = [
        row.data.no
        for row in by_itself.read(kernels.actor(by_itself), lambda view: list(view.all("journal")))
        if not row.posted()
    ]

    assert ran["import"]["accepted"] == ran["start"]["to_send"] > 200
    assert ran["import"]["unposted"] == sorted(unposted)
    assert ran["pull"]["at"] >= ran["pull"]["head"] >= ran["import"]["accepted"]


def test_numbers_go_on_from_the_workbook(ran: dict[str, Any], by_itself: Kernel) -> None:
    receipts = [f"PT{last_number(by_itself, 'cash_receipt') + n:05}" for n in range(1, 6)]
    payments = [f"PC{last_number(by_itself, 'cash_payment') + n:05}" for n in range(1, 3)]

    assert ran["enter"]["numbers"] == {"A": receipts[0], "B": payments[0]}
    assert ran["work_on"]["entered"][:3] == [*receipts[1:3], payments[1]]
    assert ran["meanwhile"]["taken"] == receipts[1:3]
    given = [{"old": receipts[n], "new": receipts[n + 2]} for n in (1, 2)]
    assert ran["renumber"]["renumbered"] == given


def test_a_figure_kept_from_online_times_stays_what_it_was(
    ran: dict[str, Any], by_itself: Kernel
) -> None:
    before = turnover(by_itself) + RECEIPTS["A"] + PAYMENTS["B"]
    kept = ran["last_online"]

    assert ran["figures"]["turnover"] == before
    assert (kept["value"], kept["state"]) == (before, "last_online")
    began, ended = ran["figures"]["read_between"]
    assert began <= kept["as_of"] <= ended < kept["offline_since"]
    assert ran["meanwhile"]["kept"] == before
    assert ran["meanwhile"]["live"] == before + RECEIPTS["taken by A"]


def test_a_blank_figure_is_blank_and_not_nothing(ran: dict[str, Any]) -> None:
    assert ran["figures"]["fund_balance"] > 0
    assert (ran["blank"]["value"], ran["blank"]["state"]) == (None, "offline")


def test_a_function_refused_without_a_line_says_why(ran: dict[str, Any]) -> None:
    refused = ran["refuse"]

    assert ran["cut"]["mode"] == "offline_auto"
    assert refused["code"] == "offline_refused"
    assert refused["reason"].startswith(
        "Chức năng này chỉ dùng được khi làm việc online: chờ có mạng"
    )
    assert refused["detail"]["capability"] == "system.post_voucher"
    assert refused["detail"]["mode"] == "offline_auto"


def test_a_form_is_printed_without_a_line_and_marked(ran: dict[str, Any]) -> None:
    number, text = ran["work_on"]["entered"][0], ran["print"]["text"]

    assert ran["print"]["sync_state"] == "never_synced"
    assert text.startswith(f"*** SỐ TẠM: số {number} chưa được Cloud xác nhận")
    assert "Công ty TNHH Cơ khí và Thương mại" in text
    assert "Viết bằng chữ: Một triệu năm trăm nghìn đồng" in text
    assert max(map(columns, text.splitlines())) <= 80


def test_a_form_printed_after_the_push_has_the_new_number_and_no_mark(ran: dict[str, Any]) -> None:
    text = ran["renumber"]["text"]

    assert f"Số: {ran['renumber']['renumbered'][0]['new']}" in text
    assert "SỐ TẠM" not in text


def test_the_line_settles_then_the_site_pulls_and_tells_what_waits(ran: dict[str, Any]) -> None:
    assert ran["back"]["modes"][-2:] == ["reconnecting", "online"]
    assert ran["notice"]["pulled"] > 0
    assert ran["notice"]["waiting"] == ran["work_on"]["waiting"] == 4
    assert ran["notice"]["waiting_by_type"] == {"cash_payment": 1, "cash_receipt": 2, "journal": 1}


def test_a_push_answers_each_voucher_by_itself(ran: dict[str, Any]) -> None:
    assert ran["push"]["accepted"] == 1
    assert ran["push"]["refused"] == ["period_locked", *["voucher_no_duplicate"] * 2]


def test_the_rejected_voucher_shows_its_reason_and_is_corrected(ran: dict[str, Any]) -> None:
    rejected, corrected = ran["reject"], ran["correct"]

    assert (rejected["tab"], rejected["code"]) == ("push_failed", "period_locked")
    assert ran["meanwhile"]["lock_date"] in rejected["reason"]
    assert rejected["detail"]["lock_date"] == ran["meanwhile"]["lock_date"]
    assert "edit" in rejected["actions"]
    assert corrected["voucher"] == rejected["voucher"] == ran["work_on"]["entered"][2]
    assert corrected["posting_date"] > ran["meanwhile"]["lock_date"]


def test_vouchers_are_posted_and_a_failed_one_after_its_correction(ran: dict[str, Any]) -> None:
    new = [row["new"] for row in ran["renumber"]["renumbered"]]
    failed = ran["post_failed"]

    assert list(ran["post"]["posted"]) == new
    assert sum(ran["post"]["posted"].values()) == RECEIPTS["renumbered"]
    assert failed["tab"] == "post_failed"
    assert [(found["code"], found["line"]) for found in failed["findings"]] == [
        ("object_required", 1)
    ]
    assert "331" in failed["findings"][0]["text"]
    assert ran["post_again"]["posted"] == {failed["voucher"]: DEBT}


def test_cloud_and_offices_show_one_trial_balance(ran: dict[str, Any], by_itself: Kernel) -> None:
    agreed = ran["agree"]
    expected = turnover(by_itself) + sum(RECEIPTS.values()) + sum(PAYMENTS.values()) + DEBT

    assert agreed["totals"]["cloud"] == agreed["totals"]["A"] == agreed["totals"]["B"]
    assert agreed["totals"]["cloud"][2:4] == [expected, expected]
    assert agreed["totals"]["cloud"][:2] == list(trial_balance(by_itself)[2:4])
    assert agreed["turnover"] == {"cloud": expected, "A": expected, "B": expected}


def test_the_demos_module_is_installed_for_no_other_server() -> None:
    assert "demo" not in {found.name for found in discovery.installed(discovery.MODULES)}


AUDIT = '''"""A partner's module that keeps locks as they are."""

from lienso import Finding, Manifest, hookimpl

MANIFEST = Manifest(name="acme_audit", title="Kiểm toán", api="1.0")


@hookimpl
def lienso_check_record(record):
    """Refuse locks."""
    if record.type == "period_lock":
        return [Finding("error", "acme_audit_under_way")]
    return []
'''


def test_a_step_that_does_not_hold_ends_the_demo_with_its_name(tmp_path: Path) -> None:
    partner, work = tmp_path / "partner", tmp_path / "work"
    described = partner / "acme_audit-1.0.dist-info"
    described.mkdir(parents=True)
    work.mkdir()
    (partner / "acme_audit.py").write_text(AUDIT, encoding="utf-8")
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-audit\nVersion: 1.0\n")
    (described / "entry_points.txt").write_text("[lienso.modules]\nacme_audit = acme_audit\n")

    code, output = run(work, "--json", path=partner)

    told = json.loads(output)
    failed = told["failed"]
    assert (code, told["ok"]) == (1, False)
    assert [step["step"] for step in told["steps"]] == STEPS[: STEPS.index("meanwhile")]
    assert (failed["step"], failed["title"]) == ("meanwhile", "A goes on")
    assert "acme_audit_under_way" in failed["why"]
    assert failed["again"] == "lienso demo --fast --json"
    assert sorted(failed["logs"]) == ["A", "B", "cloud"]
    assert Path(failed["folder"]).parent == work
    assert (Path(failed["folder"]) / "cloud.db").exists()
    assert [pid for pid in told["steps"][0]["processes"] if alive(pid)] == []


def test_a_server_that_does_not_start_is_named_with_its_log(tmp_path: Path) -> None:
    partner, work = tmp_path / "partner", tmp_path / "work"
    partner.mkdir()
    work.mkdir()
    # Serving needs this module; what the demo does before it starts a server does not.
    (partner / "grpc.py").write_text("raise ImportError('grpc is broken here')\n", encoding="utf-8")

    code, output = run(work, path=partner)

    assert code == 1
    assert "✗ a cloud and two offices run: cloud serve did not start" in output
    assert "grpc is broken here" in output
    assert "run it again with: lienso demo --fast" in output
    assert output.endswith("demo: failed at start\n")
