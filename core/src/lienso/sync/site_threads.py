"""The threads that keep a site in step: timers, the watch on the cloud, and signs of life."""

from __future__ import annotations

import datetime
import logging
import threading
from abc import abstractmethod
from dataclasses import dataclass, replace

from ..errors import LiensoError, LinkError
from ..ids import instant_text
from . import site_log
from .link_machine import Event, LinkTimes
from .messages import HeartbeatReply, HeartbeatRequest, Session
from .site_line import SiteLine

log = logging.getLogger("lienso.sync")

BEAT_MS = 15_000
WATCH_AGAIN_MS = 2_000
LOOP_AGAIN_MS = 1_000
REFUSED_AGAIN_MS = 15_000
JOIN_S = 10

SETTLE_OPTION = "sync.auto_pull_seconds"
"""The company's own settling time, where a module declares this option."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What the cloud's last answer to a sign of life said.

    Attributes:
        head: last place of the feed then.
        skew_ms: how far this machine's clock is ahead of the cloud's; half of the way counts as
            the answer's. It decides nothing.
    """

    head: int
    skew_ms: int


class SiteThreads(SiteLine):
    """A line that is kept in the background.

    Attributes:
        heard: None before the first answer to a sign of life.
    """

    heard: Heard | None = None

    def run(self) -> None:
        """Keep the site in step in the background until `stop`."""
        self._stopping = False
        self._own_times = self.machine.times != LinkTimes()
        self._settle_as_told()
        last = self._read(lambda v: site_log.identity(v, "link"))
        for target in (self._loop, self._listen, self._beat):
            thread = threading.Thread(target=target, name=f"sync-{target.__name__}", daemon=True)
            self._threads.append(thread)
        self.handle(Event("started", last))
        for thread in self._threads:
            thread.start()

    def _settle_as_told(self) -> None:
        """Go by the company's own settling time, where it has one and the driver was given none."""
        if self._own_times or SETTLE_OPTION not in self._kernel.registry.options:
            return
        seconds = self._kernel.read(self._by, lambda view: view.option(SETTLE_OPTION))
        settle = max(int(seconds), 0) * 1_000
        if settle != self.machine.times.settle:
            self.machine.use(replace(LinkTimes(), settle=settle))

    def stop(self) -> None:
        """Stop the background work and close the line; what waits stays in the outbox."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._link.close()
        for thread in self._threads:
            thread.join(timeout=JOIN_S)
        self._threads.clear()

    def _loop(self) -> None:
        while not self._stopping:
            try:
                self.tick()
            except LiensoError as error:
                log.error("synchronisation goes on after: %s", error)
                self._pause(LOOP_AGAIN_MS)
            with self._wake:
                at = min(self._timers.values(), default=None)
                left_ms = None if at is None else at - self._now_ms()
                if not self._stopping and (left_ms is None or left_ms > 0):
                    self._wake.wait(timeout=None if left_ms is None else left_ms / 1000)

    def _listen(self) -> None:
        """Pull when the cloud says that its feed moved; a lost hint costs nothing."""
        while not self._stopping:
            with self._wake:
                if not self._stopping and not self.online_capable:
                    self._wake.wait()
                    continue
            try:
                for poke in self._link.watch():
                    if self._stopping or not self.online_capable:
                        break
                    if poke.head > self._read(site_log.cursor):
                        self._later("do pull", 0)
            except LinkError:
                self._watch_broke()
                self._pause(WATCH_AGAIN_MS)
            except LiensoError as error:
                log.warning("watch refused: %s", error)
                self._pause(REFUSED_AGAIN_MS)

    def _watch_broke(self) -> None:
        """Have Hello said again: the cloud that comes back may be another program, with modules that
        changes wait for."""
        self._drop(self._session)

    def _beat(self) -> None:
        while not self._stopping:
            self._pause(BEAT_MS)
            self._each_beat()
            if self._stopping or not self.online_capable:
                continue
            try:
                self.beat()
            except LiensoError as error:
                log.info("heartbeat failed: %s", error)

    @abstractmethod
    def _each_beat(self) -> None:
        """Do what is done at each beat, online and offline."""

    def beat(self) -> None:
        """Tell the cloud what waits here. Raises: LinkError, Refused."""
        status = self.status()
        clock = instant_text(self._kernel.clock.now())

        def send(session: Session) -> HeartbeatReply:
            return self._link.heartbeat(
                HeartbeatRequest(
                    session,
                    status["pending"] + status["sealed"],
                    status["failed"],
                    status["oldest_pending"],
                    status["cursor"],
                    clock,
                )
            )

        sent_ms = self._now_ms()
        reply = self.in_session(send)
        try:
            theirs = datetime.datetime.fromisoformat(reply.server_time)
        except ValueError as error:
            raise LinkError(detail={"cause": "the cloud's time cannot be read"}) from error
        ahead_ms = (self._kernel.clock.now() - theirs) // datetime.timedelta(milliseconds=1)
        self.heard = Heard(reply.head, ahead_ms - (self._now_ms() - sent_ms) // 2)

    def _pause(self, milliseconds: int) -> None:
        deadline = self._now_ms() + milliseconds
        with self._wake:
            while not self._stopping and self._now_ms() < deadline:
                self._wake.wait(timeout=(deadline - self._now_ms()) / 1000)
