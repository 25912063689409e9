"""A crash at every write of a push and a pull, at the office and in the cloud, on every storage."""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from lienso.errors import LinkError
from lienso.sync import sealing

SQLITE = pytest.param(
    "sqlite",
    marks=pytest.mark.skipif(
        importlib.util.find_spec("lienso_storage_sqlite") is None, reason="not installed"
    ),
)


class Died(Exception):
    """The office's process is gone: nobody handles that."""


@dataclass
class CrashingStorage:
    """A storage whose process dies at one of its writes.

    Attributes:
        death: how the others hear of it: for the office, a cloud that died is a line that broke.
        at: the number of that write, from 1; 0 for none.
        committed: it dies after the commit, before anybody hears of it; else inside the transaction.
    """

    real: Any
    death: type[Exception]
    at: int = 0
    committed: bool = False
    writes: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def write(self, tenant: str, work: Callable[[Any], Any]) -> Any:
        self.writes += 1
        if self.writes != self.at:
            return self.real.write(tenant, work)
        if self.committed:
            self.real.write(tenant, work)
            raise self.death

        def dies(writer: Any) -> None:
            work(writer)
            raise self.death

        return self.real.write(tenant, dies)


@dataclass
class Scene:
    """Two offices and a cloud; A sends and takes, while the process of one side may die."""

    world: Any
    a: Any
    b: Any

    def storage(self, side: str) -> CrashingStorage:
        kernel = self.world.kernel if side == "cloud" else self.a.kernel
        kernel.storage = CrashingStorage(kernel.storage, LinkError if side == "cloud" else Died)
        found: CrashingStorage = kernel.storage
        return found

    def prepare(self) -> None:
        """Let B send what A will take, and A make what it will send."""
        self.b.partner("KH9")
        self.b.note(partner="KH9")
        self.b.site.push()
        self.refused = self.a.note(description="refuse")
        self.notes = [self.a.note(partner=self.a.partner(f"KH{n}").id) for n in range(3)]

    def exchange(self) -> None:
        """Open a session, send and take."""
        self.a.site.connect()
        self.a.site.push()
        self.a.site.pull()

    def again(self) -> None:
        """Start the office anew and finish."""
        self.a.restart()
        self.exchange()

    def check(self) -> None:
        status = self.a.site.status()
        assert (status["pending"], status["sealed"], status["failed_pull"]) == (0, 0, 0)
        assert status["cursor"] == self.world.kernel.storage.head(self.world.by.tenant)
        [row] = self.a.site.failures("push_failed")
        assert row["id"] == self.refused.id
        assert [p["change_id"] for p in self.world.rows("parked_change")] == [row["change_id"]]
        assert self.world.debit() == 20  # Each of four notes, once.
        for kind, count in (("note", 4), ("partner", 4)):
            there, here = (side.read(_versions(kind)) for side in (self.world, self.a))
            here = {id: at for id, at in here.items() if id != self.refused.id}
            assert (here, len(there)) == (there, count)
            assert {version for version, _digest in there.values()} == {1}


def _versions(kind: str) -> Callable[[Any], dict[str, tuple[int, str]]]:
    def work(view: Any) -> dict[str, tuple[int, str]]:
        page = view.find(kind, "no" if kind == "note" else "code", limit=100)
        return {record.id: (record.version, record.digest) for record in page.records}

    return work


@pytest.fixture
def scene(worlds: Any, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Scene]:
    def url(name: str) -> str:
        return f"sqlite:{tmp_path / name}.db" if request.param == "sqlite" else "memory:"

    world = worlds(url("cloud"))
    scene = Scene(world, world.office("A", storage=url("a")), world.office("B"))
    scene.prepare()
    yield scene
    world.close()


@pytest.mark.parametrize("scene", ["memory", SQLITE], indirect=True)
@pytest.mark.parametrize("side", ["office", "cloud"])
@pytest.mark.parametrize("committed", [False, True], ids=["inside", "committed"])
@pytest.mark.parametrize("at", range(1, 12))
def test_whatever_write_a_process_dies_at_nothing_is_lost_or_done_twice(
    scene: Scene, side: str, committed: bool, at: int
) -> None:
    storage = scene.storage(side)
    storage.at, storage.committed = at, committed

    try:
        scene.exchange()
    except storage.death:
        assert storage.writes >= at
        scene.again()
    else:
        assert storage.writes < at, "a crash went unnoticed"

    scene.check()


@pytest.mark.parametrize("scene", ["memory"], indirect=True)
@pytest.mark.parametrize("side", ["office", "cloud"])
def test_the_crashes_above_reach_every_write(scene: Scene, side: str) -> None:
    storage = scene.storage(side)

    scene.exchange()

    assert 2 <= storage.writes < 12


@pytest.mark.parametrize("scene", ["memory"], indirect=True)
@pytest.mark.parametrize("lost", ["hello", "push", "pull"])
def test_a_reply_that_was_lost_is_given_again(scene: Scene, lost: str) -> None:
    scene.a.link.lose = [lost]
    with pytest.raises(LinkError):
        scene.exchange()
    log = scene.world.rows("change_log")

    scene.again()

    scene.check()
    if lost == "push":
        assert scene.world.rows("change_log") == log  # The answers of before, no new decisions.


@pytest.mark.parametrize("scene", ["memory"], indirect=True)
def test_nothing_is_sent_before_its_seal_is_durable(scene: Scene) -> None:
    real, seen = scene.a.link.real.push, []

    def push(request: Any) -> Any:
        durable = scene.a.read(sealing.unacked)
        seen.append([c.change_id for _seq, c, _proof in durable])
        assert set(seen[-1]) >= {change.change_id for change in request.changes}
        return real(request)

    scene.a.link.real.push = push
    scene.exchange()

    assert len(seen[0]) == 7


@pytest.mark.parametrize("scene", ["memory", SQLITE], indirect=True)
def test_saving_does_not_wait_for_a_push_on_the_line(scene: Scene) -> None:
    office = scene.a
    office.site.connect()
    sending, answer = threading.Event(), threading.Event()
    real, answered = office.link.real.push, []

    def push(request: Any) -> Any:
        sending.set()
        assert answer.wait(20)
        reply = real(request)
        answered.append(reply)
        return reply

    office.link.real.push = push
    pushing = threading.Thread(target=office.site.push)
    pushing.start()
    assert sending.wait(20)

    note = office.draft(description="trong lúc gửi")
    edited = office.edit(scene.notes[0], attached_count=2)

    assert answered == []
    assert office.get(note).data.description == "trong lúc gửi"
    assert office.get(edited).data.attached_count == 2
    assert office.site.status()["pending"] >= 2
    answer.set()
    pushing.join(20)
    assert not pushing.is_alive()
    office.site.push()
    assert office.state(note) == "synced"
