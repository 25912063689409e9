"""lienso import-pending and site reset: what a machine that is given up had not sent is taken elsewhere."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lienso import pending, pending_import
from lienso.cli.commands import app
from lienso.errors import Refused
from lienso.kernel import Kernel
from lienso.testing import kernels
from typer.testing import CliRunner

_SPEC = importlib.util.spec_from_file_location("stores", Path(__file__).with_name("stores.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
stores = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stores)


@pytest.fixture
def head() -> Iterator[Kernel]:
    with kernels.cloud() as head:
        stores.fill_cloud(head)
        yield head


@pytest.fixture
def file(head: Kernel, tmp_path: Path) -> Path:
    """What an office wrote that had one change waiting, one without a verdict and one refused."""
    link = kernels.line_to(head, "S1")
    path = tmp_path / "pending.json"
    with kernels.office(head, link=link) as site:
        stores.fill_site(head, site, link)
        pending.write(pending.pending(site, kernels.actor(site)), path)
    return path


def outcomes(kernel: Kernel, file: Path) -> dict[str, list[str]]:
    """Import; returns outcome → the code of each change with it."""
    rows = pending_import.import_pending(kernel, pending_import.read(file))
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["outcome"], []).append(row["code"])
    return found


def amounts(kernel: Kernel) -> list[int]:
    """The amounts of all receipts of a kernel."""
    by = kernels.actor(kernel)
    records = kernel.read(by, lambda view: view.stored.changes(0).records)
    bodies = [json.loads(r.body) for r in records if r.type == "cash_receipt" and not r.deleted]
    return sorted(body["lines"][0]["amount"] for body in bodies)


def test_a_new_site_takes_what_the_old_one_had_not_sent_and_sends_it_once(
    head: Kernel, file: Path
) -> None:
    with kernels.office(head, "S2") as site:
        assert outcomes(site, file) == {"waiting": ["", ""], "listed": [""]}
        assert outcomes(site, file) == {"known": ["", "", ""]}
        engine = kernels.synchronization(site)
        [row] = engine.failures("push_failed")
        assert (row["verdict"], row["voucher"]) == ("NUMBER_TAKEN", "PT00077")

        assert engine.push().pushed == 2
        assert engine.push(renumber="auto").pushed == 1

    assert [amount for amount in amounts(head) if amount in (1_000, 3_000, 4_000)] == [
        1_000,
        3_000,
        4_000,
    ]


def test_two_sites_that_import_one_file_send_nothing_twice(head: Kernel, file: Path) -> None:
    with kernels.office(head, "S2") as first, kernels.office(head, "S3") as second:
        outcomes(first, file)
        outcomes(second, file)
        kernels.synchronization(first).push()
        kernels.synchronization(second).push()

        assert amounts(head).count(3_000) == amounts(head).count(4_000) == 1
        assert [r["verdict"] for r in kernels.synchronization(second).failures("push_failed")] == [
            "NUMBER_TAKEN"
        ]
        kernels.catch_up(first, second)
        assert amounts(first) == amounts(second)


def test_the_cloud_judges_a_file_once_and_keeps_what_it_refuses_for_the_site(
    head: Kernel, file: Path
) -> None:
    before = len(amounts(head))

    assert outcomes(head, file) == {"accepted": ["", ""], "refused": ["NUMBER_TAKEN"]}
    assert outcomes(head, file) == {"known": ["", ""], "refused": ["NUMBER_TAKEN"]}

    assert len(amounts(head)) == before + 2
    with kernels.office(head, "S1") as again:
        [row] = kernels.synchronization(again).failures("push_failed")
        assert (row["verdict"], row["voucher"]) == ("RETURNED", "PT00077")


def test_the_old_site_that_comes_back_after_its_file_was_imported_sends_nothing_twice(
    head: Kernel, tmp_path: Path
) -> None:
    link = kernels.line_to(head, "S1")
    path = tmp_path / "pending.json"
    with kernels.office(head, link=link) as site:
        stores.fill_site(head, site, link)
        pending.write(pending.pending(site, kernels.actor(site)), path)
        outcomes(head, path)
        link.restore()
        kernels.go_online(site)
        kernels.synchronization(site).push()

        assert kernels.synchronization(site).status()["pending"] == 0
        assert amounts(head).count(3_000) == amounts(head).count(4_000) == 1


def test_an_edit_over_a_change_without_a_verdict_is_taken_over_it(
    head: Kernel, tmp_path: Path
) -> None:
    link = kernels.line_to(head, "S1")
    path = tmp_path / "pending.json"
    with kernels.office(head, link=link) as site:
        stores.fill_site(head, site, link)
        sealed = next(
            change
            for change in pending.pending(site, kernels.actor(site))["changes"]
            if change["state"] == "without_verdict"
        )
        stores.save(site, stores.receipt(3_500), id=sealed["record_id"])
        pending.write(pending.pending(site, kernels.actor(site)), path)

    assert outcomes(head, path)["accepted"] == ["", "", ""]
    assert (3_000 in amounts(head), amounts(head).count(3_500)) == (False, 1)
    with kernels.office(head, "S2") as other:
        outcomes(other, path)
        engine = kernels.synchronization(other)
        engine.push()
        assert [row["verdict"] for row in engine.failures("push_failed")] == ["NUMBER_TAKEN"]
        assert amounts(other).count(3_500) == amounts(head).count(3_500) == 1


def test_a_change_beside_another_edit_of_its_record_is_listed_and_touches_nothing(
    head: Kernel, tmp_path: Path
) -> None:
    saved = stores.save(head, stores.receipt(7_000))
    path = tmp_path / "pending.json"
    with kernels.office(head, "S1") as first, kernels.office(head, "S2") as second:
        kernels.go_offline(first)
        kernels.go_offline(second)
        stores.save(first, stores.receipt(7_100), id=saved.id)
        stores.save(second, stores.receipt(7_200), id=saved.id)
        pending.write(pending.pending(first, kernels.actor(first)), path)

        assert outcomes(second, path) == {"listed": [""]}

        assert 7_200 in amounts(second)
        [row] = kernels.synchronization(second).failures("push_failed")
        assert (row["verdict"], row["code"]) == ("RETURNED", "returned_by_file")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"amount":4000', b'"amount":9000'),
        (b"lienso-pending/1", b"lienso-pending/9"),
        (b"}\n", b""),
    ],
)
def test_a_file_that_was_changed_is_refused_whole(file: Path, old: bytes, new: bytes) -> None:
    text = file.read_bytes()
    assert old in text
    file.write_bytes(text.replace(old, new))

    with pytest.raises(Refused) as refused:
        pending_import.read(file)

    assert refused.value.code == "pending_damaged"


def test_a_file_of_another_company_is_refused(file: Path) -> None:
    with kernels.cloud(company=False) as other, pytest.raises(Refused) as refused:
        outcomes(other, file)

    assert refused.value.code == "pending_other_company"


def test_what_no_module_here_can_read_is_told_and_left_out(head: Kernel, file: Path) -> None:
    with kernels.cloud(["system"]) as little, kernels.office(little, "S2") as site:
        assert outcomes(site, file) == {"not_taken": ["module_unavailable"] * 3}
        assert kernels.synchronization(site).pending() == 0


# -- the commands ----------------------------------------------------------------------------------


def office_folder(tmp_path: Path) -> list[str]:
    """Make an office's data folder with unsent changes; returns the options that name it."""
    tmp_path.mkdir(exist_ok=True)
    url = stores.make_site(tmp_path)
    (tmp_path / "lienso.toml").write_text(
        f'role = "site"\nstorage = "{url}"\ntenant = "{kernels.TENANT}"\nsite = "S1"\n'
        'listen = "grpc:127.0.0.1:1"\n'
    )
    return ["--data", str(tmp_path)]


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_a_site_with_unsent_changes_is_reset_only_with_a_file_that_has_them_all(
    tmp_path: Path,
) -> None:
    folder, file = office_folder(tmp_path), str(tmp_path / "p.json")

    refused = run("site", "reset", *folder)
    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "unsent_waits")
    assert "export-pending" in refused.stderr
    assert run("export-pending", file, *folder).exit_code == 0
    url = f"sqlite:{tmp_path / 'site.db'}"
    with kernels.cloud() as head, kernels.office(head, storage=url, online=False) as site:
        for _ in range(50):  # The ids of this run begin where those of the last one did.
            site.ids.new()
        stores.save(site, stores.receipt(9_000))
    incomplete = run("site", "reset", *folder, "--exported", file)
    assert incomplete.stderr.partition(":")[0] == "export_lacks_changes"

    newer = str(tmp_path / "newer.json")
    run("export-pending", newer, *folder)
    assert run("site", "reset", *folder, "--exported", newer).exit_code == 0
    assert "0 changes" in run("export-pending", str(tmp_path / "none.json"), *folder).stdout
    taken = run("import-pending", newer, *folder)
    assert taken.exit_code == 0, taken.output
    assert "lienso sync push" in taken.stdout


def test_another_site_is_not_made_over_a_store_with_unsent_changes(tmp_path: Path) -> None:
    office_folder(tmp_path)
    (tmp_path / "lienso.toml").unlink()
    token = tmp_path / "token"
    token.write_text(f"{kernels.TENANT}.S9.secret")
    init = ("site", "init", "--data", str(tmp_path), "--cloud", "grpc:127.0.0.1:1", "--token-file")

    refused = run(*init, str(token))

    assert (refused.exit_code, refused.stderr.partition(":")[0]) == (1, "unsent_waits")
    assert not (tmp_path / "lienso.toml").exists()
    token.write_text(f"{kernels.TENANT}.S1.secret")
    assert run(*init, str(token)).exit_code == 0
