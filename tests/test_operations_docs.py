"""The page for administrators: its backup is whole, and every alarm has an answer."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from lienso.errors import SHUT_OUT
from lienso.testing import kernels
from lienso.testing.kernels import actor

PAGE = Path(__file__).resolve().parents[1] / "docs" / "operations.md"

ALARMS = ("outbox_many", "outbox_old", "disk_low", "escrow_failed")
"""What a site's status names (`lienso.sync.site_sync`)."""


def test_the_backup_of_the_page_is_whole_while_people_work(tmp_path: Path) -> None:
    [line] = re.findall(r"^python -c .*$", PAGE.read_text(encoding="utf-8"), re.M)
    _python, *arguments = shlex.split(line)
    with kernels.cloud(storage=f"sqlite:{tmp_path / 'cloud.db'}") as head:
        kept = head.save(actor(head), "object", {"code": "KH1", "name": "An", "is_customer": True})

        subprocess.run([sys.executable, *arguments], cwd=tmp_path, env=os.environ, check=True)

        head.save(actor(head), "object", {"code": "KH2", "name": "Bình", "is_customer": True})
    with kernels.cloud(storage=f"sqlite:{tmp_path / 'backup.db'}", company=False) as restored:
        found = restored.read(actor(restored), lambda view: view.by_code("object", "KH1"))
        later = restored.read(actor(restored), lambda view: view.by_code("object", "KH2"))

    assert found is not None
    assert found.id == kept.record.id
    assert later is None


@pytest.mark.parametrize("code", [*ALARMS, *SHUT_OUT, "recovery", "RETURNED", "INTEGRITY"])
def test_every_alarm_and_gate_has_an_answer(code: str) -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    answers = [row.split(" | ")[1] for row in rows if code in row.split(" | ")[0]]

    assert answers
    assert all(len(answer) > 20 for answer in answers)
