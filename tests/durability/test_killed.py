"""kill -9 of a site and of the cloud while they work: what was acknowledged is there, once."""

from __future__ import annotations

import os
import queue
import random
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
from lienso.client import connect
from lienso.errors import LinkError
from lienso.kernel import Kernel, Settings, start
from lienso.loopback import LoopbackLink
from lienso.model import Actor, Record
from lienso.sync.enrolment import add_site
from lienso.sync.messages import PushReply, PushRequest
from lienso.testing import kernels
from lienso.transport import Credentials
from lienso_transport_grpc.client_link import GrpcLink

from .processes import Process, serving

# Taken out: lienso refuses variables that it does not know.
ROUNDS = int(os.environ.pop("LIENSO_KILL_ROUNDS", "3"))
WORKSTATIONS = 3
BATCH = 40
"""Receipts of a push."""


def receipt(amount: int) -> dict[str, Any]:
    """Write a good receipt."""
    line = {"line": 1, "debit": "1111", "credit": "711", "amount": amount}
    return {"posting_date": "2026-03-02", "reason": "Thu khác", "lines": [line]}


def receipts(kernel: Kernel, tenant: str) -> list[Record[Any]]:
    """Return the receipts that a kernel has."""
    return kernel.read(Actor(tenant), lambda view: list(view.all("cash_receipt")))


@contextmanager
def company(folder: Path) -> Iterator[tuple[Kernel, str]]:
    """Open the cloud's file in this process; yields it and the id of its company."""
    with start(Settings(storage=f"sqlite:{folder / 'cloud.db'}")) as head:
        found = head.storage.tenants().find("MP")
        options = {"accounting.start_date": "2026-01-01"}
        tenant = found or head.add_tenant("MP", "Minh Phát", regime="TT133", options=options)
        yield head, tenant.id


# -- a site ---------------------------------------------------------------------------------------------


class Workstation:
    """Saves receipts one after another; one that got no answer is repeated first."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.sent = 0
        self.unanswered = False
        self.acknowledged: list[str] = []

    def work(self, url: str, told: Callable[[str], None], last: int | None = None) -> None:
        """Save until the line breaks, or until the request of this number is answered."""
        with connect(url) as office:
            while last is None or self.unanswered or self.sent < last:
                self.sent += not self.unanswered
                self.unanswered = True
                name = f"{self.number}-{self.sent}"
                try:
                    saved = office.save(receipt(self.sent), type="cash_receipt", request_id=name)
                except LinkError:
                    told("")
                    return
                self.unanswered = False
                self.acknowledged.append(saved.record.id)
                told(saved.record.id)


def office_file(folder: Path) -> tuple[list[str], str]:
    """Make an office that has its catalogs; returns the command that serves it, and its company."""
    with company(folder) as (head, tenant):
        token = add_site(head, tenant, "S1")
        service = kernels.service_of(head)
        storage = f"sqlite:{folder / 'site.db'}"
        link = LoopbackLink(lambda: (service, Actor(tenant, "system", "S1")))
        settings = Settings(role="site", storage=storage, link=link, tenant_id=tenant, site_id="S1")
        with start(settings) as office:
            office.join_tenant(tenant, "MP", "Minh Phát")
            kernels.go_online(office)
    (folder / "token").write_text(token, encoding="utf-8")
    nobody = "grpc:127.0.0.1:1"
    command = ["site", "serve", "--storage", storage, "--cloud", nobody]
    command += ["--token-file", str(folder / "token"), "--listen", "grpc:127.0.0.1:0"]
    return command, tenant


def test_a_killed_site_has_everything_it_acknowledged_and_nothing_twice(tmp_path: Path) -> None:
    chance = random.Random(20260302)
    command, tenant = office_file(tmp_path)
    workstations = [Workstation(number) for number in range(WORKSTATIONS)]
    told: queue.SimpleQueue[str] = queue.SimpleQueue()

    for _ in range(ROUNDS):
        with serving(*command) as site, ThreadPoolExecutor(WORKSTATIONS) as working:
            done = [working.submit(one.work, site.url, told.put) for one in workstations]
            for _answer in range(chance.randint(1, 60)):
                assert told.get()
            site.kill()
            for one in done:
                one.result()
        told = queue.SimpleQueue()
    with serving(*command) as site:
        for one in workstations:
            one.work(site.url, told.put, last=one.sent)
        with connect(site.url) as office:
            listed = [record.id for record in office.list("cash_receipt")]
            status = office.site.status()

    acknowledged = [id for one in workstations for id in one.acknowledged]
    assert len(acknowledged) == sum(one.sent for one in workstations) >= ROUNDS
    assert sorted(listed) == sorted(acknowledged)
    assert status["pending"] == len(acknowledged)
    settings = Settings(
        role="site", storage=f"sqlite:{tmp_path / 'site.db'}", cloud="grpc:127.0.0.1:1",
        tenant_id=tenant, site_id="S1",
    )  # fmt: skip
    with start(settings) as kernel:
        saved = receipts(kernel, tenant)
        rows = kernel.read(Actor(tenant), lambda view: view.stored.state("outbox").scan())
        assert sorted(row["record_id"] for row in rows) == sorted(acknowledged)
        assert len({record.data.no for record in saved}) == len(saved)
        assert {record.version for record in saved} == {1}


# -- the cloud ------------------------------------------------------------------------------------------

When = Literal["before", "during", "after"]


class Line(GrpcLink):
    """A line to the cloud whose process is killed around the next push."""

    def __init__(self, url: str, token: str, wal: Path) -> None:
        super().__init__(url, Credentials(token))
        self._wal = wal
        self.victim: Process | None = None
        self.when: When = "before"

    def push(self, request: PushRequest) -> PushReply:
        """Push; with a victim, kill it and give the answer, if there was one, to nobody."""
        victim, self.victim = self.victim, None
        if victim is None:
            return super().push(request)
        if self.when == "before":
            victim.kill()
            return super().push(request)
        with ThreadPoolExecutor(1) as line:
            size = self._size()
            reply = line.submit(super().push, request)
            while self.when == "during" and not reply.done() and self._size() == size:
                pass  # until the cloud has begun to write
            if self.when == "after":
                reply.result()
            victim.kill()
        raise LinkError(detail={"url": victim.url, "cause": "killed"})

    def _size(self) -> int:
        return self._wal.stat().st_size if self._wal.exists() else 0


def test_a_killed_cloud_has_every_pushed_voucher_once_and_its_books_balance(
    tmp_path: Path,
) -> None:
    chance = random.Random(20260303)
    with company(tmp_path) as (head, tenant):
        token = add_site(head, tenant, "S1")
    storage = f"sqlite:{tmp_path / 'cloud.db'}"
    command = ["cloud", "serve", "--storage", storage, "--listen"]
    with serving(*command, "grpc:127.0.0.1:0") as cloud:
        url = cloud.url
        line = Line(url, token, tmp_path / "cloud.db-wal")
        settings = Settings(
            role="site", storage=f"sqlite:{tmp_path / 'site.db'}", link=line,
            tenant_id=tenant, site_id="S1",
        )  # fmt: skip
        office = start(settings)
        office.join_tenant(tenant, "MP", "Minh Phát")
        kernels.go_online(office)

    by, sync = Actor(tenant, "tester", "S1"), kernels.synchronization(office)
    amounts: dict[str, int] = {}
    times: tuple[When, ...] = ("during", "after", "before")
    for place in range(ROUNDS):
        with serving(*command, url) as cloud:
            line.hang_up()  # A connection that was refused waits before it tries again.
            kernels.go_online(office)
            for _ in range(BATCH):
                amount = chance.randint(1, 10**9)
                saved = office.save(by, "cash_receipt", receipt(amount), post=("financial",))
                amounts[saved.record.id] = amount
            line.victim, line.when = cloud, times[place % len(times)]
            with pytest.raises(LinkError):
                sync.push()
    with serving(*command, url):
        line.hang_up()
        kernels.go_online(office)
        sync.push()
        sync.pull()
        assert sync.status()["pending"] == sync.status()["sealed"] == 0
        assert sync.failures() == []
    local = {record.id: (record.data.no, record.version) for record in receipts(office, tenant)}
    office.close()

    with company(tmp_path) as (head, _tenant):
        there = receipts(head, tenant)
        month = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
        table = head.report(Actor(tenant), "general_ledger.trial_balance", month)
    assert {record.id: record.data.lines[0].amount for record in there} == amounts
    assert {record.id: (record.data.no, record.version) for record in there} == local
    assert {record.version for record in there} == {1}
    assert len({record.data.no for record in there}) == len(there)
    assert all(record.posted("financial") for record in there)
    assert (table.totals[4], table.totals[5]) == (sum(amounts.values()),) * 2
