"""A site that keeps itself in step in the background."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from lienso.errors import LiensoError, LinkError
from lienso.loopback import LoopbackLink
from lienso.sync import greeting
from lienso.sync.link_machine import Event, LinkTimes
from lienso.sync.messages import CHAIN_START
from lienso.testing import kernels

QUICK = LinkTimes(settle=20, settle_start=20, probe_reconnecting=20, probe_online=50)


class Told:
    """Waits for notices."""

    def __init__(self, site: Any) -> None:
        self._changed = threading.Condition()
        self.kinds: list[tuple[str, Any]] = []
        site.on_notice(self._take)

    def _take(self, kind: str, values: Any) -> None:
        with self._changed:
            self.kinds.append((kind, values))
            self._changed.notify_all()

    def until(self, kind: str, **wanted: Any) -> None:
        def there() -> bool:
            return any(k == kind and wanted.items() <= values.items() for k, values in self.kinds)

        with self._changed:
            assert self._changed.wait_for(there, timeout=20), (kind, wanted, self.kinds)


def test_in_the_background_everything_happens_by_itself(head: Any) -> None:
    office = head.office("A", online=False)
    office.restart(times=QUICK, steady_ms=None)
    told = Told(office.site)
    office.site.run()
    told.until("mode", mode="online")

    note = office.note()
    told.until("pushed", pushed=1)
    assert head.get(note).posted()

    head.kernel.save(head.by, "partner", {"code": "KH1"})
    told.until("pulled", pulled=1)
    assert office.read(lambda view: view.count("partner")) == 1

    office.site.stop()
    assert not [t for t in threading.enumerate() if t.name.startswith("sync-")]


def test_working_offline_in_the_background_ends_the_watch_and_begins_it_anew(head: Any) -> None:
    office = head.office("A", online=False)
    office.restart(times=QUICK, steady_ms=None)
    told = Told(office.site)
    office.site.run()
    told.until("mode", mode="online")

    office.site.set_mode(False)
    told.until("mode", mode="offline_manual")
    office.link.sent.clear()
    office.note()
    head.kernel.save(head.by, "partner", {"code": "KH1"})
    assert office.link.sent == []

    told.kinds.clear()
    office.site.set_mode(True)
    told.until("pulled", pulled=1)
    office.site.stop()


def test_a_cloud_that_was_started_anew_is_said_hello_to(head: Any) -> None:
    office = head.office("A", online=False)
    office.restart(times=QUICK, steady_ms=None)
    told = Told(office.site)
    broken = threading.Event()
    real = office.link.real.watch

    def watch() -> Any:
        if not broken.is_set():
            office.link.sent.clear()
            broken.set()
            raise LinkError
        return real()

    office.link.real.watch = watch
    office.site.run()
    told.until("mode", mode="online")
    assert broken.wait(20)
    head.kernel.save(head.by, "partner", {"code": "KH1"})
    told.kinds.clear()
    told.until("pulled", pulled=1)
    office.site.stop()

    assert "hello" in office.link.sent


def test_a_user_who_goes_offline_does_not_wait_for_a_push_on_a_slow_line(head: Any) -> None:
    office = head.office("A")
    office.note()
    sending, answer = threading.Event(), threading.Event()
    real = office.link.real.push

    def push(request: Any) -> Any:
        sending.set()
        assert answer.wait(20)
        return real(request)

    office.link.real.push = push
    failed: list[LiensoError] = []

    def work() -> None:
        try:
            office.site.push()
        except LiensoError as error:
            failed.append(error)

    pusher = threading.Thread(target=work)
    pusher.start()
    assert sending.wait(20)

    saved = office.note()
    office.site.set_mode(False)
    assert office.site.mode().name == "offline_manual"
    assert office.has(saved)
    answer.set()
    pusher.join(20)

    assert [type(error) for error in failed] == [LinkError]


def test_a_line_to_a_cloud_that_is_not_there_is_no_hindrance(head: Any) -> None:
    def reach() -> Any:
        raise LinkError(detail={"cause": "nobody"})

    with kernels.office(head.kernel, "Z", online=False, link=LoopbackLink(reach)) as kernel:
        assert kernel.site is not None
        with pytest.raises(LinkError):
            kernel.site.connect()
        record = kernel.save(kernels.actor(kernel), "partner", {"code": "KH1"}).record

        assert kernel.site.pending() == 1
        assert kernel.get(kernels.actor(kernel), "partner", record.id).data.code == "KH1"


def test_a_line_that_was_never_used_has_the_proof_of_an_empty_log(head: Any) -> None:
    office = head.office("A", online=False)

    registry = office.kernel.registry
    request = office.read(lambda view: greeting.hello_request(view, "h", {}, "now", registry))

    assert (request.chains, request.sealed, request.cursor) == ((CHAIN_START,), 0, 0)


@pytest.mark.parametrize("call", ["push", "pull"])
def test_heartbeats_and_probes_do_not_wait_for_a_message_under_way(
    head: Any, a: Any, call: str
) -> None:
    sending, answer = threading.Event(), threading.Event()
    real, answered = getattr(a.link.real, call), []

    def slow(request: Any) -> Any:
        sending.set()
        assert answer.wait(20)
        answered.append(request)
        return real(request)

    setattr(a.link.real, call, slow)
    a.draft()
    working = threading.Thread(target=getattr(a.site, call))
    working.start()
    assert sending.wait(20)
    a.link.sent.clear()

    a.site.beat()
    a.site.handle(Event("timer", "probe"))

    assert (answered, a.link.sent) == ([], ["heartbeat", "probe"])
    assert head.rows("site")[0]["pending"] == a.site.status()["pending"] + a.site.status()["sealed"]
    answer.set()
    working.join(20)
    assert len(answered) == 1
    assert a.site.online_capable


def test_a_long_push_of_which_each_message_is_answered_is_no_dead_line(head: Any, a: Any) -> None:
    real, began = a.link.real.push, a.steady.now
    notes = [a.draft() for _ in range(8)]

    def probe() -> None:
        raise LinkError

    def slow(request: Any) -> Any:
        for _ in range(3):  # Behind the message, every three seconds.
            a.steady.now += 3_000
            a.site.handle(Event("timer", "probe"))
        return real(request)

    a.link.real.push, a.link.real.probe = slow, probe
    for note in notes:
        assert a.site.push(records=[note.id]).pushed == 1

    assert a.steady.now - began == 72_000
    assert a.site.mode().name == "online"
    assert a.link.sent.count("probe") == 24
