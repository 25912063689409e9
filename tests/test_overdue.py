"""lienso doctor tells of a site whose changes have waited too long."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

from lienso.cli.commands import app
from lienso.testing import kernels
from typer.testing import CliRunner

_SPEC = importlib.util.spec_from_file_location("stores", Path(__file__).with_name("stores.py"))
assert _SPEC is not None
assert _SPEC.loader is not None
stores = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(stores)


def test_doctor_names_a_change_that_waits_for_a_week(tmp_path: Path) -> None:
    url = stores.make_site(tmp_path)  # Its changes were saved on 2 March 2026.
    (tmp_path / "lienso.toml").write_text(
        f'role = "site"\nstorage = "{url}"\ntenant = "{kernels.TENANT}"\nsite = "S1"\n'
    )

    result = CliRunner().invoke(app, ["doctor", "--data", str(tmp_path), "--json"])

    wrong = [line for line in json.loads(result.stdout) if line["state"] == "wrong"]
    assert result.exit_code == 1
    assert [line["text"] for line in wrong if line["about"] == "unsent"] == [
        "A change has waited for 7 days or more; connect the site and synchronize, look at the failures"
    ]
