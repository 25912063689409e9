"""An office and a cloud as processes, a line that fails between them, and kill -9 of either.

Whatever happens, what the office acknowledged is in the cloud once, and both have the same.
``LIENSO_ROUNDS`` says how many faults; the first rounds have every kind once.
"""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from lienso.client import Client, connect
from lienso.configuration import write_private
from lienso.errors import LiensoError, LinkError, OfflineRefused
from lienso.kernel import Kernel, Settings, start
from lienso.model import Actor
from lienso.sync.enrolment import add_site
from lienso.verifying import verify

from .processes import Process, serving
from .proxy import FaultProxy

# Taken out: lienso refuses variables that it does not know.
ROUNDS = int(os.environ.pop("LIENSO_ROUNDS", "5"))
RECEIPTS = 12
"""Receipts of a round; on the slow line some 10 KB, which take five seconds."""

PUSH_BYTES = 6_000
"""A push of them has more; a fault strikes somewhere within."""

WAITS_MAX = 3_000
"""Looks of a tenth of a second before the test gives up."""


def receipt(amount: int) -> dict[str, Any]:
    """Write a good receipt."""
    line = {"line": 1, "debit": "1111", "credit": "711", "amount": amount}
    return {"posting_date": "2026-03-02", "reason": "Thu khác", "lines": [line]}


def until(true: Callable[[], object]) -> None:
    """Look again and again until something holds; a line that breaks meanwhile is asked anew."""
    pause = threading.Event()
    for _look in range(WAITS_MAX):
        try:
            if true():
                return
        except (LinkError, OfflineRefused):
            pass
        pause.wait(0.1)
    raise AssertionError("it never came about")


class Pair:
    """A cloud and an office, each a process, and the line between them.

    Attributes:
        saved: receipt's id → amount, of everything that was acknowledged.
    """

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.stack = folder, stack
        self.saved: dict[str, int] = {}
        self._processes: dict[str, ExitStack] = {}
        with start(Settings(storage=self.storage("cloud"))) as head:
            options = {"accounting.start_date": "2026-01-01"}
            self.tenant = head.add_tenant("MP", "Minh Phát", regime="TT133", options=options).id
            token = add_site(head, self.tenant, "S1")
        write_private(folder / "token", token)
        self.cloud_url = "grpc:127.0.0.1:0"
        self.cloud_url = self.start_cloud().url
        self.proxy = FaultProxy(int(self.cloud_url.rpartition(":")[2]))
        stack.callback(self.proxy.stop)
        settings = Settings(
            role="site",
            storage=self.storage("site"),
            cloud=f"grpc:127.0.0.1:{self.proxy.port}",
            token=token,
            tenant_id=self.tenant,
            site_id="S1",
        )
        with start(settings) as office:  # A server only serves a database that is there.
            office.join_tenant(self.tenant, "MP", "Minh Phát")
        self.start_office()
        until(lambda: self.client.site.synchronize(direction="pull"))  # Accounts and options.

    def storage(self, name: str) -> str:
        """Return the URL of a database."""
        return f"sqlite:{self.folder / name}.db"

    def _start(self, name: str, *command: str) -> Process:
        if name in self._processes:
            self._processes.pop(name).close()
        own = self._processes[name] = self.stack.enter_context(ExitStack())
        return own.enter_context(serving(*command))

    def start_cloud(self) -> Process:
        """Start the cloud, anew at its port."""
        command = ("cloud", "serve", "--storage", self.storage("cloud"))
        self.cloud = self._start("cloud", *command, "--listen", self.cloud_url)
        return self.cloud

    def start_office(self) -> None:
        """Start the office, and speak to it."""
        self.office = self._start(
            "office", "site", "serve", "--fast", "--storage", self.storage("site"),
            "--cloud", f"grpc:127.0.0.1:{self.proxy.port}",
            "--token-file", str(self.folder / "token"), "--listen", "grpc:127.0.0.1:0",
        )  # fmt: skip
        self.client: Client = self._processes["office"].enter_context(connect(self.office.url))
        until(lambda: self.client.site.status()["online"])

    def work(self, chance: random.Random, working: ThreadPoolExecutor) -> Future[Any]:
        """Save the receipts of a round, and begin to push them; returns the push."""
        for _receipt in range(RECEIPTS):
            amount = chance.randint(1, 10**9)
            done = self.client.save(receipt(amount), type="cash_receipt", post=("financial",))
            self.saved[done.record.id] = amount
        return working.submit(self.client.site.synchronize, direction="push")

    def stop(self) -> None:
        """End both processes in good order."""
        for own in self._processes.values():
            own.close()
        self._processes.clear()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    """A running pair."""
    with ExitStack() as stack:
        yield Pair(tmp_path, stack)


# -- faults: each has a round's work done, which ends in a push, while it is there ------------------

Work = Callable[[], "Future[Any]"]


def kill_the_office(pair: Pair, chance: random.Random, work: Work) -> None:
    before = pair.proxy.carried["good", "up"]
    done = work()
    pair.proxy.wait_for("good", before + chance.randint(1, PUSH_BYTES), done)
    pair.office.kill()
    done.exception()
    pair.start_office()


def kill_the_cloud(pair: Pair, chance: random.Random, work: Work) -> None:
    before = pair.proxy.carried["good", "up"]
    done = work()
    pair.proxy.wait_for("good", before + chance.randint(1, PUSH_BYTES), done)
    pair.cloud.kill()
    done.exception()
    pair.start_cloud()


def lose_answers(pair: Pair, chance: random.Random, work: Work) -> None:
    before, lost = (pair.proxy.carried["lost_answers", way] for way in ("up", "lost"))
    pair.proxy.set("lost_answers")
    done = work()
    pair.proxy.wait_for("lost_answers", before + chance.randint(1, PUSH_BYTES), done)
    until(lambda: pair.proxy.carried["lost_answers", "lost"] > lost)
    pair.proxy.reset()
    pair.proxy.set("good")
    done.exception()


def fall_silent(pair: Pair, chance: random.Random, work: Work) -> None:
    pair.proxy.set("half_open")
    done = work()
    # The office finds out by itself that nobody answers, and goes offline.
    until(lambda: not pair.client.site.status()["online"])
    assert isinstance(done.exception(), LiensoError)
    pair.proxy.set("good")
    pair.proxy.reset()


def crawl(pair: Pair, chance: random.Random, work: Work) -> None:
    pair.proxy.set("slow")
    work().result()
    pair.proxy.set("good")


FAULTS = (kill_the_office, kill_the_cloud, lose_answers, fall_silent, crawl)


def test_whatever_fails_on_the_line_or_dies_everything_is_in_the_cloud_once(pair: Pair) -> None:
    chance = random.Random(20260304)
    with ThreadPoolExecutor(1) as working:
        for place in range(ROUNDS):
            fault = FAULTS[place] if place < len(FAULTS) else chance.choice(FAULTS)
            until(lambda: pair.client.site.status()["online"])
            fault(pair, chance, lambda: pair.work(chance, working))
        until(lambda: pair.client.site.status()["online"])
        until(lambda: pair.client.site.synchronize() and everything_sent(pair.client))
        compared = pair.client.site.compare()
        failures = pair.client.site.failures()
    assert compared["differences"] == []
    assert compared["looked_at"] > len(pair.saved)
    assert failures == []
    assert happened(pair.proxy, ROUNDS)
    pair.stop()

    with start(Settings(storage=pair.storage("cloud"))) as head:
        assert amounts(head, pair.tenant) == pair.saved
        assert wrong(head, pair.tenant) == {}
        month = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
        table = head.report(Actor(pair.tenant), "general_ledger.trial_balance", month)
        assert (table.totals[4], table.totals[5]) == (sum(pair.saved.values()),) * 2
    settings = Settings(
        role="site", storage=pair.storage("site"), cloud="grpc:127.0.0.1:1",
        tenant_id=pair.tenant, site_id="S1",
    )  # fmt: skip
    with start(settings) as office:
        assert amounts(office, pair.tenant) == pair.saved
        assert wrong(office, pair.tenant) == {}


def everything_sent(client: Client) -> bool:
    """Tell whether nothing waits at an office."""
    status = client.site.status()
    return status["pending"] == status["sealed"] == 0


def amounts(kernel: Kernel, tenant: str) -> dict[str, int]:
    """Return the amount of every receipt that a kernel has."""

    def look(view: Any) -> dict[str, int]:
        found = list(view.all("cash_receipt"))
        assert len({record.data.no for record in found}) == len(found), "a number stands twice"
        return {record.id: record.data.lines[0].amount for record in found}

    return kernel.read(Actor(tenant), look)


def wrong(kernel: Kernel, tenant: str) -> dict[str, Any]:
    """Return what does not hold in a store."""
    return {check.check: check.wrong for check in verify(kernel, tenant) if check.wrong}


def happened(proxy: FaultProxy, rounds: int) -> bool:
    """Tell whether the faults of all rounds were there: a proxy that does nothing proves nothing."""
    wanted = [("lost_answers", "lost"), ("half_open", "lost"), ("slow", "up")]
    return all(proxy.carried[one] > 0 for one in wanted[: max(0, rounds - 2)])
