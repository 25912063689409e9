"""A disk of its own for a test: small, and full when the test wants it full.

A test that asks for `disk` runs in a pytest of its own, in a namespace where a small file system is
mounted: no rights are needed for that, and it goes when the process ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

DISK_BYTES = 32 * 1024 * 1024
PLACE = "LIENSO_TEST_DISK"
"""Where the small disk is mounted; set only inside the namespace."""

_NAMESPACE = ["unshare", "--map-root-user", "--mount", "sh", "-c"]
_MOUNT = f'mount -t tmpfs -o size={DISK_BYTES} none "$1" && shift && exec "$@"'


@dataclass
class SmallDisk:
    """A file system of a few megabytes, in memory."""

    folder: Path

    def fill(self, but: int = 0) -> None:
        """Take all its space, but these bytes."""
        with (self.folder / "ballast").open("ab", buffering=0) as ballast:
            ballast.write(bytes(max(shutil.disk_usage(self.folder).free - but, 0)))

    def free(self) -> None:
        """Give the space back."""
        (self.folder / "ballast").unlink()


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> SmallDisk:
    """The small disk; a placeholder outside the namespace, where the test itself does not run.

    All of it is less than what a site leaves free for saves, so here a site takes what fits.
    """
    monkeypatch.setattr("lienso.sync.pacing.FREE_BYTES_MIN", 0)
    return SmallDisk(Path(os.environ.get(PLACE, "")))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that wants a small disk in the namespace that has one."""
    if "disk" not in pyfuncitem.fixturenames or os.environ.get(PLACE):
        return None
    place = pyfuncitem.funcargs.get("tmp_path")
    assert isinstance(place, Path), "a test of a small disk asks for tmp_path, where it is mounted"
    can_mount = shutil.which("unshare") and not subprocess.call(
        [*_NAMESPACE, _MOUNT, "sh", str(place), "true"], stderr=subprocess.DEVNULL
    )
    if not can_mount:
        pytest.skip("no file system can be mounted here; the test of a quota stands for this one")
    test = f"{pyfuncitem.path}::{pyfuncitem.name}"
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:xdist", test]
    ran = subprocess.run(
        [*_NAMESPACE, _MOUNT, "sh", str(place), *run],
        cwd=pyfuncitem.config.rootpath,
        env={**os.environ, PLACE: str(place)},
        capture_output=True,
        text=True,
        check=False,
    )
    if ran.returncode or "1 passed" not in ran.stdout:
        pytest.fail(ran.stdout + ran.stderr, pytrace=False)
    return True
