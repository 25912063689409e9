"""lienso site moved and cloud tidy, by the command line."""

from __future__ import annotations

import datetime
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from lienso.cli.commands import app
from lienso.errors import Refused
from lienso.ids import SystemClock
from lienso.testing import kernels
from typer.testing import CliRunner


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, list(arguments))


def test_a_site_that_moved_is_let_in_at_once_and_the_old_machine_is_kept_out(
    tmp_path: Path,
) -> None:
    (tmp_path / "lienso.toml").write_text(
        f'role = "site"\nstorage = "sqlite:{tmp_path / "new.db"}"\ntenant = "{kernels.TENANT}"\n'
        'site = "S1"\n'
    )
    with kernels.cloud() as head:
        with kernels.office(head, storage=f"sqlite:{tmp_path / 'old.db'}") as old:
            old.save(
                kernels.actor(old), "object", {"code": "K1", "name": "An", "is_customer": True}
            )
        shutil.copy(tmp_path / "old.db", tmp_path / "new.db")
        new_url = f"sqlite:{tmp_path / 'new.db'}"
        with kernels.office(head, storage=new_url, online=False) as new:
            with pytest.raises(Refused) as refused:
                kernels.go_online(new)
            assert refused.value.code == "site_in_use"

        moved = run("site", "moved", "--data", str(tmp_path))

        assert (moved.exit_code, "stop the other machine" in moved.stdout) == (0, True)
        with kernels.office(head, storage=new_url) as new:
            assert kernels.synchronization(new).push().pushed == 1
        with (
            kernels.office(head, storage=f"sqlite:{tmp_path / 'old.db'}", online=False) as old,
            pytest.raises(Refused) as refused,
        ):
            kernels.go_online(old)
        assert refused.value.code == "site_in_use"


def test_tidy_says_for_each_company_what_it_did(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'cloud.db'}"
    clock = kernels.Clock((SystemClock().now() - datetime.timedelta(days=400)).date())
    with kernels.cloud(storage=url, clock=clock) as head, kernels.office(head) as site:
        by = kernels.actor(head)
        gone = head.save(by, "object", {"code": "K1", "name": "An", "is_customer": True}).record
        head.delete(by, "object", gone.id)
        kernels.catch_up(site)
        kernels.synchronization(site).beat()
    (tmp_path / "lienso.toml").write_text(f'role = "cloud"\nstorage = "{url}"\n')

    done = json.loads(run("cloud", "tidy", "--data", str(tmp_path), "--json").stdout)
    again = run("cloud", "tidy", "--data", str(tmp_path), "--tenant", "TEST")

    assert (done["TEST"]["tombstones"], done["TEST"]["retired"]) == (1, ["S1"])
    assert done["TEST"]["floor"] > 0
    assert again.stdout.startswith("TEST: 0 tombstones and 0 ids of calls cleared")
    assert run("verify", "--data", str(tmp_path)).exit_code == 0
