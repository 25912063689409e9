"""The chain of what a cloud accepted: whoever changes, removes, adds or reorders something is found."""

from __future__ import annotations

import importlib.util
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from lienso import chaining
from lienso.cli.commands import app
from lienso.errors import Refused
from lienso.kernel import Kernel
from lienso.sync import reoffering
from lienso.testing import kernels
from lienso.verifying import anchor_of, verify_chained
from typer.testing import CliRunner

_SPEC = importlib.util.spec_from_file_location("stores", Path(__file__).with_name("stores.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
stores = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stores)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cloud's file with work in it."""
    path = tmp_path_factory.mktemp("made") / "cloud.db"
    stores.make_cloud(path)
    return path


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    """A copy of it, to be tampered with."""
    return Path(shutil.copy(made, tmp_path / "cloud.db"))


def verified(file: Path, *arguments: str) -> tuple[dict[str, list[str]], str]:
    """Run the command; {check: what is wrong}, and the head of the chain."""
    arguments = ("verify", "--storage", f"sqlite:{file}", *arguments, "--json")
    (company,) = json.loads(CliRunner().invoke(app, arguments).stdout)["companies"]
    wrong = {
        check["check"]: [one["what"] for one in check["wrong"]]
        for check in company["checks"]
        if check["wrong"]
    }
    return wrong, company["head"]


def work_on(file: Path, amount: int = 77_000) -> None:
    """Start the cloud on its file and save a receipt."""
    with kernels.cloud(storage=f"sqlite:{file}", company=False) as head:
        stores.save(head, stores.receipt(amount))


def chain_of(kernel: Kernel) -> list[dict[str, Any]]:
    """Return the links."""
    return kernel.read(kernels.actor(kernel), lambda view: view.stored.state(chaining.TABLE).scan())


def forge(file: Path) -> None:
    """Make the whole chain anew over what is stored, as somebody who can program it would."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.row_factory = sqlite3.Row
        versions = connection.execute(
            "SELECT * FROM (SELECT feed_seq, type, id, version, deleted, schema_version, digest, "
            "summary, scope, posting, provenance, at FROM record UNION ALL SELECT feed_seq, type, "
            "id, version, deleted, schema_version, digest, summary, scope, posting, provenance, at "
            "FROM record_history) ORDER BY feed_seq"
        ).fetchall()
        connection.execute("DELETE FROM state_chain")
        hash = chaining.START
        for version in versions:
            facts = chaining.facts_of({**version, "deleted": version["deleted"] != 0})
            hash = chaining.follow(hash, facts, "")
            row = (version["feed_seq"], "", facts, hash)
            connection.execute(
                "INSERT INTO state_chain (tenant_id, feed_seq, change_id, facts, hash) "
                "VALUES (1, ?, ?, ?, ?)",
                row,
            )


NOT_ACCEPTED = "a version is not the one that was accepted"
REMOVED = "an accepted version was removed"
ADDED = "a version was not accepted through lienso"
NOT_FOLLOWING = "a link does not follow: links were changed, removed or put in another order"
CUT = "the chain was cut or made anew: it lacks a head that was written down"


@pytest.mark.parametrize(
    ("statements", "wrong"),
    [
        (["UPDATE record SET provenance = replace(provenance, 'tester', 'other')"
          " WHERE body LIKE '%250000%'"], NOT_ACCEPTED),
        (["UPDATE record SET at = '2020-01-01T00:00:00Z' WHERE body LIKE '%250000%'"], NOT_ACCEPTED),
        (["UPDATE record SET posting = '' WHERE body LIKE '%310000%'",
          "UPDATE record SET posting = '{}' WHERE body LIKE '%310000%'"], NOT_ACCEPTED),
        (["UPDATE record_history SET digest = 'x' WHERE body LIKE '%300000%'"], NOT_ACCEPTED),
        (["DELETE FROM record_history WHERE body LIKE '%300000%'"], REMOVED),
        (["UPDATE record SET feed_seq = -1 WHERE body LIKE '%250000%'",
          "UPDATE record SET feed_seq = (SELECT feed_seq FROM record WHERE body LIKE '%310000%')"
          " WHERE body LIKE '%250000%'",
          "UPDATE record SET feed_seq = -1 WHERE body LIKE '%310000%'"], NOT_ACCEPTED),
        (["UPDATE state_chain SET change_id = 'other' WHERE feed_seq = 20"], NOT_FOLLOWING),
        (["UPDATE state_chain SET hash = zeroblob(32) WHERE feed_seq = 20"], NOT_FOLLOWING),
        (["DELETE FROM state_chain WHERE feed_seq = 1"], NOT_FOLLOWING),
        (["DELETE FROM state_chain WHERE feed_seq = 20"], ADDED),
        (["UPDATE state_chain SET feed_seq = -20 WHERE feed_seq = 20",
          "UPDATE state_chain SET feed_seq = 20 WHERE feed_seq = 21",
          "UPDATE state_chain SET feed_seq = 21 WHERE feed_seq = -20"], NOT_FOLLOWING),
    ],
    ids=["who", "when", "posting", "digest", "version removed", "reordered", "link changed",
         "hash changed", "first link removed", "link removed", "links reordered"],
)  # fmt: skip
def test_what_was_tampered_with_is_named(file: Path, statements: list[str], wrong: str) -> None:
    stores.damage(f"sqlite:{file}", *statements)

    found, _head = verified(file)

    assert wrong in found["chain"]


def test_a_body_that_was_changed_with_its_digest_is_found_by_the_chain_alone(file: Path) -> None:
    from lienso.canonical import digest_of

    with closing(sqlite3.connect(file)) as connection, connection:
        sql = "SELECT id, body FROM record WHERE body LIKE '%310000%'"
        ((id, body),) = connection.execute(sql).fetchall()
        body = body.replace("Thu khác", "Thu lạ")
        row = (body, digest_of(body), id)
        connection.execute("UPDATE record SET body = ?, digest = ? WHERE id = ?", row)

    found, _head = verified(file)

    assert found == {"chain": [NOT_ACCEPTED]}


def test_a_chain_that_was_cut_is_found_by_a_head_that_was_written_down(
    file: Path, tmp_path: Path
) -> None:
    earlier = Path(shutil.copy(file, tmp_path / "earlier.db"))
    work_on(file)
    _wrong, written_down = verified(file)

    assert verified(earlier)[0] == {}
    assert verified(earlier, "--anchor", written_down)[0] == {"chain": [CUT]}
    assert verified(file, "--anchor", written_down)[0] == {}


def test_a_chain_that_was_made_anew_is_found_by_a_head_that_was_written_down(
    file: Path, tmp_path: Path
) -> None:
    anchors = tmp_path / "anchors.txt"
    anchors.write_text(f"{verified(file)[1]}\n", encoding="utf-8")
    stores.damage(
        f"sqlite:{file}", "UPDATE record SET at = '2020-01-01T00:00:00Z' WHERE body LIKE '%250000%'"
    )
    forge(file)

    assert verified(file)[0] == {}
    assert verified(file, "--anchor", str(anchors))[0] == {"chain": [CUT]}


def test_all_heads_that_were_ever_written_down_are_found_again(file: Path, tmp_path: Path) -> None:
    anchors = tmp_path / "anchors.txt"
    heads = []
    for amount in (1_000, 2_000, 3_000):
        work_on(file, amount)
        heads.append(verified(file)[1])
    anchors.write_text("\n".join(heads), encoding="utf-8")

    assert len(set(heads)) == 3
    assert verified(file, "--anchor", str(anchors))[0] == {}


@pytest.mark.parametrize("text", ["TEST", "TEST:1", "TEST:x:00", "TEST:1:00", "TEST:1:zz"])
def test_an_anchor_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        anchor_of(text)

    assert caught.value.code == "anchor_invalid"


def test_an_anchored_company_that_is_gone_is_not_passed_over(file: Path) -> None:
    anchor = f"GONE:1:{'00' * 32}"
    result = CliRunner().invoke(app, ["verify", "--storage", f"sqlite:{file}", "--anchor", anchor])

    assert result.exit_code == 1
    assert result.stderr.startswith("tenant_unknown: ")


def test_people_are_shown_the_head(file: Path) -> None:
    result = CliRunner().invoke(app, ["verify", "--storage", f"sqlite:{file}"])

    head = verified(file)[1]
    assert head.startswith("TEST:")
    assert f"head of the chain {head}" in result.stdout


@pytest.fixture(params=["memory:", "sqlite:{folder}/head.db"])
def head(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Kernel]:
    """A cloud on both storages."""
    with kernels.cloud(storage=request.param.format(folder=tmp_path)) as kernel:
        yield kernel


def test_accepted_changes_of_a_site_have_links_and_refused_ones_leave_nothing(head: Kernel) -> None:
    with kernels.office(head) as site:
        stores.save(head, stores.receipt(1_000, no="PT00500"))
        before = len(chain_of(head))
        kernels.go_offline(site)
        for no in ("PT00501", "PT00500", "PT00502"):
            stores.save(site, stores.receipt(2_000, no=no))
        kernels.go_online(site)
        pushed = kernels.synchronization(site).push()

        links = chain_of(head)[before:]
        log = head.read(kernels.actor(head), lambda v: v.stored.state("change_log").scan())
        accepted = {row["change_id"]: row["feed_seq"] for row in log if row["code"] == "APPLIED"}
        checks, last = verify_chained(head, kernels.TENANT)

    assert (pushed.pushed, len(pushed.failed)) == (2, 1)
    assert {link["change_id"]: link["feed_seq"] for link in links} == accepted
    assert [check.wrong for check in checks if check.wrong] == []
    assert last is not None
    assert last.feed_seq == head.storage.head(kernels.TENANT)


def test_a_dry_run_and_what_was_refused_leave_no_link(head: Kernel) -> None:
    before = chain_of(head)
    by = kernels.actor(head)

    head.transact(
        by, lambda t: t.save("cash_receipt", stores.receipt(1_000)), undo=lambda _saved: True
    )
    with pytest.raises(Refused):
        stores.save(head, stores.receipt(1_000, reason=5))

    assert chain_of(head) == before


def test_a_restored_cloud_goes_on_with_the_chain_of_its_backup(head: Kernel) -> None:
    stores.save(head, stores.receipt(1_000))
    new = head.ids.new()
    head.storage.write(kernels.TENANT, lambda writer: reoffering.begin_history(writer, new))
    before, between = verify_chained(head, kernels.TENANT)
    stores.save(head, stores.receipt(2_000))
    after, last = verify_chained(head, kernels.TENANT)

    assert [check.wrong for check in (*before, *after) if check.wrong] == []
    assert between is not None
    assert last is not None
    assert last.feed_seq > between.feed_seq + reoffering.FEED_JUMP
    again, _head = verify_chained(head, kernels.TENANT, anchors=[between, last])
    assert [check.wrong for check in again if check.wrong] == []


def test_a_company_that_was_there_before_the_chain_is_chained_from_then_on(file: Path) -> None:
    stores.damage(f"sqlite:{file}", "DELETE FROM state_chain")
    work_on(file)
    with closing(sqlite3.connect(file)) as connection:
        (links,) = connection.execute("SELECT count(*) FROM state_chain").fetchone()

    assert links == 1
    assert verified(file)[0] == {}


def test_an_exported_company_keeps_its_chain(head: Kernel) -> None:
    stores.fill_cloud(head)
    _checks, before = verify_chained(head, kernels.TENANT)
    tenants = head.storage.tenants()
    rows = list(tenants.export(kernels.TENANT))
    tenants.drop(kernels.TENANT)
    tenants.import_(iter(rows))

    checks, after = verify_chained(head, kernels.TENANT)

    assert [check.wrong for check in checks if check.wrong] == []
    assert after == before
