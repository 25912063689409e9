"""A disk that is full: saves are refused by code, nothing is lost, and work goes on by itself."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lienso.api import Api
from lienso.client import Client, connect
from lienso.errors import LiensoError
from lienso.kernel import Kernel
from lienso.messages import error_text
from lienso.model import Actor
from lienso.sync.enrolment import local_actor
from lienso.sync.link_machine import Event
from lienso.testing import kernels
from lienso.transport import ServeOptions, Services

from .conftest import SmallDisk

MODULES = ("system", "catalog", "general_ledger", "cash")
SAVES_MAX = 2_000
"""More than a small disk can hold."""


def receipt(number: int) -> dict[str, Any]:
    """Write a receipt whose text has some length, so that a disk fills soon."""
    line = {"line": 1, "debit": "1111", "credit": "711", "amount": number}
    return {"posting_date": "2026-03-02", "description": "x" * 2_000, "lines": [line]}


@pytest.fixture
def head() -> Iterator[Kernel]:
    """The cloud, in memory."""
    options = {"accounting.start_date": "2026-01-01"}
    with kernels.cloud(MODULES, regime="TT133", options=options) as kernel:
        yield kernel


def served(kernel: Kernel) -> tuple[Client, Any]:
    """Serve an office to its workstations; returns one of them and the server."""
    services = Services(Api(kernel), lambda _token: local_actor(kernel))
    server = kernel.serve("grpc:127.0.0.1:0", services, ServeOptions())
    return connect(server.url), server


def save_until_full(client: Client) -> tuple[list[str], LiensoError]:
    """Save receipts until one is refused; returns the ids acknowledged, and why it ended."""
    acknowledged: list[str] = []
    for number in range(1, SAVES_MAX):
        try:
            saved = client.save(receipt(number), type="cash_receipt", request_id=f"r{number}")
        except LiensoError as error:
            return acknowledged, error
        acknowledged.append(saved.record.id)
    raise AssertionError("the disk never became full")


def ids(client: Client) -> list[str]:
    """Return the ids of all receipts."""
    return [record.id for record in client.list("cash_receipt")]


def test_an_office_whose_disk_is_full_refuses_saves_and_goes_on_when_there_is_space(
    head: Kernel, disk: SmallDisk, tmp_path: Path
) -> None:
    file = disk.folder / "site.db"
    with kernels.office(head, storage=f"sqlite:{file}") as office:
        client, server = served(office)
        disk.fill(but=4 * 1024 * 1024)

        acknowledged, error = save_until_full(client)

        assert error.code == "storage_down"
        for language in ("vi", "en"):
            assert "disk" in error_text(office.registry, error, language)
        assert sorted(ids(client)) == sorted(acknowledged)
        assert client.get("cash_receipt", acknowledged[-1]).data["lines"][0]["amount"]
        assert client.site.status()["pending"] == len(acknowledged) > 10

        disk.free()
        last = len(acknowledged) + 1
        again = client.save(receipt(last), type="cash_receipt", request_id=f"r{last}")
        outcome = client.site.synchronize()

        assert (outcome.pushed, outcome.failed) == (len(acknowledged) + 1, ())
        client.close()
        server.stop(grace_s=0)
    wanted = sorted([*acknowledged, again.record.id])
    assert sorted(stored(head)) == wanted
    assert integrity(file) == "ok"


def test_a_push_to_a_cloud_whose_disk_is_full_loses_nothing(
    disk: SmallDisk, tmp_path: Path
) -> None:
    file = disk.folder / "cloud.db"
    options = {"accounting.start_date": "2026-01-01"}
    storage = f"sqlite:{file}"
    with (
        kernels.cloud(MODULES, regime="TT133", options=options, storage=storage) as head,
        kernels.office(head) as office,
    ):
        saved = [save(office, number) for number in range(1, 101)]
        disk.fill(but=64 * 1024)

        with pytest.raises(LiensoError) as refused:
            kernels.synchronization(office).push()

        assert refused.value.code == "storage_down"
        assert stored(head) == []
        disk.free()
        outcome = kernels.synchronization(office).push()
        assert (outcome.pushed, outcome.failed) == (100, ())
        assert sorted(stored(head)) == sorted(saved)
        assert trial_balance(head) == (sum(range(1, 101)),) * 2


def test_a_pull_to_an_office_whose_disk_is_full_is_repeated_whole(
    head: Kernel, disk: SmallDisk, tmp_path: Path
) -> None:
    with kernels.office(head, storage=f"sqlite:{disk.folder / 'site.db'}") as office:
        for number in range(1, 101):
            save(head, number)
        disk.fill(but=64 * 1024)
        cursor = kernels.synchronization(office).status()["cursor"]

        with pytest.raises(LiensoError) as refused:
            kernels.synchronization(office).pull()

        assert refused.value.code == "storage_down"
        assert kernels.synchronization(office).status()["cursor"] == cursor
        disk.free()
        assert kernels.synchronization(office).pull().pulled == 100
        assert sorted(stored(office)) == sorted(stored(head))


def test_a_session_that_a_full_disk_refused_is_opened_when_there_is_space(
    disk: SmallDisk, tmp_path: Path
) -> None:
    with (
        kernels.cloud(
            MODULES, regime="TT133", storage=f"sqlite:{disk.folder / 'cloud.db'}"
        ) as head,
        kernels.office(head, online=False) as office,
    ):
        site = kernels.synchronization(office)
        disk.fill()
        with pytest.raises(LiensoError) as full:
            save_until_full_here(head)

        site.handle(Event("started"))

        assert full.value.code == "storage_down"
        assert site.machine.gate
        disk.free()
        site.handle(Event("timer", "probe"))
        assert site.machine.gate == ""
        kernels.go_online(office)
        assert stored(office) == stored(head)


def save_until_full_here(kernel: Kernel) -> None:
    """Save until the write-ahead log has no room of its own left."""
    for number in range(SAVES_MAX):
        save(kernel, number + 1)


def save(kernel: Kernel, number: int) -> str:
    """Save a receipt that is to be posted; returns its id."""
    by = kernels.actor(kernel)
    return kernel.save(by, "cash_receipt", receipt(number), post=("financial",)).record.id


def stored(kernel: Kernel) -> list[str]:
    """Return the ids of the receipts that a kernel has."""
    return kernel.read(
        Actor(kernels.TENANT), lambda view: [found.id for found in view.all("cash_receipt")]
    )


def trial_balance(head: Kernel) -> tuple[int, int]:
    """Return the debits and credits of the month."""
    month = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
    table = head.report(Actor(kernels.TENANT), "general_ledger.trial_balance", month)
    return table.totals[4], table.totals[5]


def integrity(file: Path) -> str:
    """Return what SQLite says of a file."""
    connection = sqlite3.connect(file)
    try:
        return str(connection.execute("PRAGMA integrity_check").fetchone()[0])
    finally:
        connection.close()


# -- a quota, which every machine has -------------------------------------------------------------------

_UNTIL_QUOTA = """
import json, resource, signal, sys
from lienso.errors import LiensoError
from lienso.testing import kernels
from durability_receipt import receipt

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
file, quota = sys.argv[1], int(sys.argv[2])
modules = ("system", "catalog", "general_ledger", "cash")
with kernels.cloud(modules, regime="TT133", storage=f"sqlite:{file}") as head:
    by = kernels.actor(head)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (quota, most))
    told = {"acknowledged": [], "codes": []}
    for number in range(1, 2000):
        try:
            told["acknowledged"].append(head.save(by, "cash_receipt", receipt(number)).record.id)
        except LiensoError as error:
            told["codes"].append(error.code)
            if len(told["codes"]) == 3:
                break
    told["read"] = len(head.read(by, lambda view: list(view.all("cash_receipt"))))
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    told["acknowledged"].append(head.save(by, "cash_receipt", receipt(1)).record.id)
print(json.dumps(told))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="quotas of a process are POSIX")
def test_a_quota_that_is_used_up_loses_nothing_and_a_raised_one_is_enough(tmp_path: Path) -> None:
    (tmp_path / "durability_receipt.py").write_text(
        f"def receipt(number):\n    return {receipt(0)!r} | {{'attached_count': number}}\n",
        encoding="utf-8",
    )
    file = tmp_path / "cloud.db"
    with kernels.cloud(MODULES, regime="TT133", storage=f"sqlite:{file}"):
        pass
    quota = file.stat().st_size + 2 * 1024 * 1024
    file.unlink()

    ran = subprocess.run(
        [sys.executable, "-c", _UNTIL_QUOTA, str(file), str(quota)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    told = json.loads(ran.stdout)
    acknowledged = told["acknowledged"]
    assert len(acknowledged) > 10
    assert set(told["codes"]) <= {"storage_down", "commit_unknown"}
    assert len(told["codes"]) == 3
    assert told["read"] == len(acknowledged) - 1
    with kernels.cloud(MODULES, storage=f"sqlite:{file}", company=False) as head:
        assert sorted(stored(head)) == sorted(acknowledged)
    assert integrity(file) == "ok"
