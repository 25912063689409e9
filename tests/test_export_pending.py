"""lienso export-pending: what the cloud has not accepted, as a file that needs no lienso to read."""

from __future__ import annotations

import hashlib
import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from lienso.api import Api
from lienso.cli.commands import app
from lienso.sync.enrolment import local_actor
from lienso.testing import kernels
from lienso.transport import ServeOptions, Services
from typer.testing import CliRunner

_SPEC = importlib.util.spec_from_file_location("stores", Path(__file__).with_name("stores.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
stores = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stores)


def options(tmp_path: Path) -> list[str]:
    """Make an office's data folder; returns the options that name it."""
    url = stores.make_site(tmp_path)
    (tmp_path / "lienso.toml").write_text(
        f'role = "site"\nstorage = "{url}"\ntenant = "{kernels.TENANT}"\nsite = "S1"\n'
    )
    return ["--data", str(tmp_path)]


def exported(tmp_path: Path, *arguments: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run the command; its summary and the file."""
    file = tmp_path / "pending.json"
    result = CliRunner().invoke(app, ["export-pending", str(file), *arguments, "--json"])
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout), json.loads(file.read_text(encoding="utf-8"))


@pytest.fixture
def running() -> Iterator[str]:
    """An office that serves, with one change of every state; yields its URL."""
    with kernels.cloud() as head:
        stores.fill_cloud(head)
        link = kernels.line_to(head, "S1")
        with kernels.office(head, link=link) as site:
            stores.fill_site(head, site, link)
            services = Services(Api(site), lambda _token: local_actor(site))
            server = site.serve("grpc:127.0.0.1:0", services, ServeOptions())
            yield server.url
            server.stop(grace_s=0)


def test_each_state_is_there_with_its_body_and_the_refused_one_with_its_reason(
    tmp_path: Path,
) -> None:
    summary, found = exported(tmp_path, *options(tmp_path))

    assert {state: summary[state] for state in ("waiting", "without_verdict", "refused")} == {
        "waiting": 1,
        "without_verdict": 1,
        "refused": 1,
    }
    amounts = {change["state"]: change["body"]["lines"][0]["amount"] for change in found["changes"]}
    assert amounts == {"waiting": 4_000, "without_verdict": 3_000, "refused": 1_000}
    by_state = {change["state"]: change for change in found["changes"]}
    assert by_state["waiting"]["post_on_apply"] == ["financial"]
    assert by_state["refused"]["named"] == "PT00077"
    assert by_state["refused"]["refused"]["code"] == "NUMBER_TAKEN"


def test_references_stand_beside_their_codes(tmp_path: Path) -> None:
    with kernels.cloud() as head, kernels.office(head) as site:
        kernels.go_offline(site)
        by = kernels.actor(site)
        customer = {"code": "KH001", "name": "An Phát", "is_customer": True}
        saved = site.save(by, "object", customer).record
        stores.save(site, stores.receipt(1_000, object="KH001"))
        from lienso.pending import pending

        found = pending(site, by)

    voucher = next(change for change in found["changes"] if change["type"] == "cash_receipt")
    assert voucher["refs"][saved.id] == {"type": "object", "code": "KH001"}


def test_the_file_is_canonical_and_its_digest_is_that_of_its_changes(tmp_path: Path) -> None:
    summary, found = exported(tmp_path, *options(tmp_path))

    text = (tmp_path / "pending.json").read_bytes()
    assert text == orjson.dumps(found, option=orjson.OPT_SORT_KEYS) + b"\n"
    changes = orjson.dumps(found["changes"], option=orjson.OPT_SORT_KEYS)
    assert summary["digest"] == found["digest"] == hashlib.sha256(changes).hexdigest()


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    folder = options(tmp_path)
    (tmp_path / "pending.json").write_text("mine")

    result = CliRunner().invoke(app, ["export-pending", str(tmp_path / "pending.json"), *folder])

    assert result.exit_code == 1
    assert result.stderr.startswith("file_exists: ")
    assert (tmp_path / "pending.json").read_text() == "mine"


def test_a_running_site_gives_the_same_changes(running: str, tmp_path: Path) -> None:
    summary, found = exported(tmp_path, "--at", running)

    stored = {change["change_id"]: change for change in found["changes"]}
    assert summary["changes"] == len(stored) == 3
    assert sorted(change["state"] for change in found["changes"]) == [
        "refused",
        "waiting",
        "without_verdict",
    ]
    changes = orjson.dumps(found["changes"], option=orjson.OPT_SORT_KEYS)
    assert found["digest"] == hashlib.sha256(changes).hexdigest()


def test_a_cloud_has_nothing_to_export(tmp_path: Path) -> None:
    url = stores.make_cloud(tmp_path / "cloud.db")
    (tmp_path / "lienso.toml").write_text(f'role = "cloud"\nstorage = "{url}"\n')

    result = CliRunner().invoke(
        app, ["export-pending", str(tmp_path / "p.json"), "--data", str(tmp_path)]
    )

    assert result.exit_code == 1
    assert result.stderr.startswith("wrong_role: ")
    assert not (tmp_path / "p.json").exists()


def test_an_address_where_nobody_serves_says_how_to_start_a_site(tmp_path: Path) -> None:
    arguments = ["export-pending", str(tmp_path / "p.json"), "--at", "grpc:127.0.0.1:1"]

    result = CliRunner().invoke(app, arguments)

    assert result.exit_code == 1
    assert result.stderr.startswith("not_a_server: ")
    assert "lienso site serve" in result.stderr
