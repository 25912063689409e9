"""A site's line: drives the link machine with a clock, timers and a session."""

from __future__ import annotations

import logging
import random
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from ..errors import PASSING, SHUT_OUT, Fenced, LiensoError, LinkError, Refused
from ..ids import instant_text
from ..model import Actor, Mode
from ..storage import View, Writer
from . import bootstrapping, leases, offering, retrying, sealing, settlement, site_log, upgrading
from .greeting import hello_request
from .in_session import R
from .link_machine import Action, Event, LinkMachine, LinkTimes
from .messages import HelloReply, HelloRequest, ReOfferRequest, Session, Verdict
from .site_host import fingerprint
from .site_scope import take_scope

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..transport import Link

T = TypeVar("T")
log = logging.getLogger("lienso.sync")
PERSIST_AGAIN_MS = 1_000


class SiteLine(ABC):
    """Connection, mode and session of one site; `SiteSync` says what is sent and taken.

    Attributes:
        machine: state and gate of the line.
        host: fingerprint of the machine and file it runs on. ``incidents``: how often what happened.
    """

    def __init__(
        self,
        kernel: Kernel,
        link: Link,
        by: Actor,
        times: LinkTimes | None = None,
        host: str = "",
        steady_ms: Callable[[], int] | None = None,
    ) -> None:
        self._kernel, self._link, self._by = kernel, link, by
        self._now_ms = steady_ms or (lambda: time.monotonic_ns() // 1_000_000)
        self.host = host or fingerprint(kernel.settings.storage)
        self._state = threading.RLock()
        self._wake = threading.Condition(self._state)
        self._opening = threading.RLock()
        self._persisting = threading.Lock()
        self._unkept: LiensoError | None = None
        self._timers: dict[str, int] = {}
        self._session: Session | None = None
        self._stopping = False
        self._threads: list[threading.Thread] = []
        self._since = kernel.clock.now()
        self._notices: list[Callable[[str, dict[str, Any]], None]] = []
        manual = False
        if by.tenant and kernel.storage.tenants().get(by.tenant) is not None:
            manual = self._read(lambda v: site_log.identity(v, "mode")) == "offline_manual"
            kernel.type_modes = self._read(lambda v: upgrading.modes_here(v, kernel.registry))
        self._own_times, self.incidents = times is not None, Counter[str]()
        self.machine = LinkMachine(times or LinkTimes(), manual)
        self._begin()

    # -- what its subclasses add ------------------------------------------------------------------

    @abstractmethod
    def _begin(self) -> None:
        """Set up what a subclass keeps, at the end of the constructor; each calls the one above it."""

    @abstractmethod
    def _keep_in_step(self) -> None:
        """Pull, tell what waits when the line has just come back, send what may go by itself."""

    @abstractmethod
    def _timer_due(self, name: str) -> None:
        """Do the work of a timer that is not the link machine's."""

    @abstractmethod
    def status(self) -> dict[str, Any]:
        """Return counts and positions."""

    # -- state ------------------------------------------------------------------------------------

    @property
    def online_capable(self) -> bool:
        """Whether the cloud can be asked now: link online and gate open."""
        return self.machine.online_capable

    def mode(self) -> Mode:
        """Return how the site is connected and since when."""
        return Mode(self.machine.state, self._since)

    def set_mode(self, online: bool) -> None:
        """Take the user's word: work offline until told otherwise, or online again.

        Raises:
            StorageError: it holds, but a restart would not know of it yet; it is written again soon.
        """
        self.handle(Event("user_online" if online else "user_offline"))
        if self._unkept is not None:
            raise self._unkept

    def on_notice(self, told: Callable[[str, dict[str, Any]], None]) -> None:
        """Have ``told(kind, values)`` called for every notice of the synchronisation."""
        self._notices.append(told)

    def _notice(self, kind: str, values: dict[str, Any]) -> None:
        for told in list(self._notices):
            told(kind, values)

    def connect(self) -> None:
        """Open a session and go online now, without waiting for the line to settle; for one machine,
        tests and commands that run once.

        Raises:
            LinkError, Refused: why there is no session.
        """
        if self.machine.state == "offline_manual":
            raise Refused("offline_manual")
        self._drop(self._session)
        self._opened()
        with self._state:
            now = self._now_ms()
            actions = self.machine.skip_settling(now)
            self._at_once(actions, now)
        for action in actions:
            if action.kind != "pull":
                self._do(action)

    # -- events and actions -----------------------------------------------------------------------

    def handle(self, event: Event) -> None:
        """Give the link machine an event and carry out its actions."""
        with self._state:
            now = self._now_ms()
            actions = self.machine.handle(event, now)
            self._at_once(actions, now)
        for action in actions:
            self._do(action)

    def tick(self) -> int | None:
        """Fire the timers that are due; returns milliseconds until the next one, None for none."""
        with self._state:
            now = self._now_ms()
            due = sorted(name for name, at in self._timers.items() if at <= now)
            for name in due:
                del self._timers[name]
        for name in due:
            if name in ("probe", "settle", "pull"):
                self.handle(Event("timer", name))
            elif name.startswith("do "):
                self._work(name.removeprefix("do "))
            else:
                self._timer_due(name)
        with self._state:
            if not self._timers:
                return None
            return max(0, min(self._timers.values()) - self._now_ms())

    def _later(self, name: str, delay_ms: int) -> None:
        with self._wake:
            self._timers[name] = self._now_ms() + delay_ms
            self._wake.notify_all()

    def _at_once(self, actions: Sequence[Action], now: int) -> None:
        """Do what must not be overtaken by another event's actions."""
        for action in actions:
            if action.kind == "timer":
                self._timers[action.text] = now + action.delay
            elif action.kind == "stop_timer":
                self._timers.pop(action.text, None)
            elif action.kind == "cancel_calls":
                self._session = None
                for name in [n for n in self._timers if n.startswith("do ") or n == "push"]:
                    del self._timers[name]
        self._wake.notify_all()

    def _do(self, action: Action) -> None:
        match action.kind:
            case "probe" | "hello" | "pull":
                here = not self._threads or threading.current_thread() is self._threads[0]
                if here:
                    self._work(action.kind)
                else:  # A user's click does not wait for the line.
                    self._later(f"do {action.kind}", 0)
            case "persist":
                self._persist()
            case "changed":
                self._persist()
                self._changed(action)
            case "advise":
                self._notice("advice", {"code": action.text})
            case "cancel_calls":
                self._link.hang_up()

    def _persist(self) -> None:
        """Keep the mode for the next start; the newest state wins whatever thread comes last."""
        with self._persisting:
            state = self.machine.state
            mode = "offline_manual" if state == "offline_manual" else "auto"
            try:
                self._write(lambda writer: site_log.set_identity(writer, mode=mode, link=state))
            except (
                PASSING
            ) as error:  # The line goes on: a full disk must not leave it without timers.
                log.warning("the mode is not kept yet: %s", error)
                self._unkept = error
                self._later("do persist", PERSIST_AGAIN_MS)
            else:
                self._unkept = None

    def _changed(self, action: Action) -> None:
        old = Mode(action.old, self._since)
        self._since = self._kernel.clock.now()
        new = Mode(action.new, self._since)
        self._kernel.calls.observe(
            "lienso_mode_changed", tenant=self._by.tenant, old=old, new=new, reason=action.text
        )
        self._notice("mode", {"mode": action.new, "reason": action.text})

    def _work(self, kind: str) -> None:
        if kind == "probe":
            self._probe()
        elif kind == "persist":
            self._persist()
        elif kind == "pull":
            self._keep_in_step()
        else:
            try:
                self._drop(self._session)
                self._opened()
            except LiensoError as error:
                level = logging.INFO if isinstance(error, PASSING) else logging.WARNING
                log.log(level, "no session: %s", error)

    def _probe(self) -> None:
        if self.machine.state == "offline_manual":
            return
        self.machine.jitter_percent = self._jitter()
        try:
            self._link.probe()
        except PASSING:
            self.handle(Event("probe_failed"))
        except LiensoError as error:  # Somebody is there; a Hello will hear what is wrong.
            log.info("the probe was refused: %s", error)
            self.handle(Event("probe_ok"))
        else:
            self.handle(Event("probe_ok"))

    def _jitter(self) -> int:
        """Return by how many percent a wait is longer, so that sites do not all come at once."""
        return random.randint(-20, 20)

    # -- session ----------------------------------------------------------------------------------

    def in_session(self, call: Callable[[Session], R]) -> R:
        """Make a call in the session; after a fence a new session is opened, once.

        Raises:
            LinkError: the line broke, or the session ended meanwhile: its reply changes nothing.
        """
        for last in (False, True):
            session = self._opened()
            try:
                reply = self.ask(partial(call, session))
            except (Fenced, Refused) as error:
                if error.code not in ("fenced", "gap"):  # after both they agree anew on the log
                    raise
                self._drop(session)
                self.incidents["fences"] += 1
                if last:
                    raise
                continue
            if self._session != session or reply.session != session:
                raise LinkError(detail={"cause": "the session ended meanwhile"})
            return reply
        raise AssertionError("unreachable: the second try returns or raises")

    def ask(self, call: Callable[[], T]) -> T:
        """Make a call over the line.

        Raises:
            LinkError: its outcome is unknown. LiensoError: whatever the cloud answers; what shuts
                this site out also closes the gate.
        """
        if self.machine.state == "offline_manual":
            raise LinkError(detail={"cause": "offline_manual"})
        try:
            result = call()
        except LinkError:
            self.handle(Event("probe_failed"))
            raise
        except Refused as refused:
            if refused.code in SHUT_OUT:
                self._drop(self._session)
                self.handle(Event("hello_refused", refused.code))
            raise
        self.handle(Event("life"))
        return result

    def _drop(self, session: Session | None) -> None:
        with self._state:
            self._session = None if self._session is session else self._session

    def _opened(self) -> Session:
        """Return the session, opening one where there is none. Raises: LinkError, Refused."""
        with self._opening:
            session = self._session
            if session is not None:
                return session
            try:
                session = self._session = self._hello()
            except PASSING:
                raise  # The gate stays as it is: Hello is said again at the next sign of life.
            except LiensoError as error:
                self.handle(Event("hello_refused", error.code))
                raise
        self.handle(Event("hello_ok"))
        return session

    def _hello(self) -> Session:
        """Open a session and carry out the cloud's decision. Raises: LiensoError."""
        while True:
            reply, again = self._said_hello()
            session = Session(reply.session_id, reply.incarnation, reply.history_id)
            self._give_back(session)
            if not again:
                return session

    def _give_back(self, session: Session) -> None:
        """Offer a restored cloud what it lost; an offer that is cut off goes on with the next Hello."""
        kernel = self._kernel
        registry, lost = kernel.registry, 0
        while True:
            offer = self._read(offering.next_offer)
            if offer is None:
                break
            verdicts: Sequence[Verdict] = ()
            if offer.records:
                request = ReOfferRequest(session, offer.records)
                verdicts = self.ask(partial(self._link.re_offer, request)).verdicts
            if len(verdicts) != len(offer.records):
                raise LinkError(detail={"cause": "the verdicts are not those of the offer"})
            take = partial(offering.take_answer, registry=registry, offer=offer, verdicts=verdicts)
            at = instant_text(kernel.clock.now())
            lost += self._write(partial(take, at=at, new_id=kernel.ids.new))
        if lost:
            self._notice("not_taken_back", {"failed": lost})

    def _said_hello(self) -> tuple[HelloReply, bool]:
        kernel, registry = self._kernel, self._kernel.registry
        manifest = {name: kernel.plugins.sources[name] for name in registry.modules}
        clock = instant_text(kernel.clock.now())
        self._write(lambda writer: upgrading.upgrade(writer, registry, kernel.ids.new, clock))
        request = self._read(lambda v: hello_request(v, self.host, manifest, clock, registry))
        reply = self.ask(lambda: self._link.hello(request))
        return reply, self._write(lambda writer: self._agreed(writer, request, reply))

    def _agreed(self, writer: Writer, request: HelloRequest, reply: HelloReply) -> bool:
        """Carry out a Hello's answer; returns whether there may be more than one message carries."""
        registry, at = self._kernel.registry, instant_text(self._kernel.clock.now())
        if reply.decision in ("NEW_INCARNATION", "NEW_HISTORY"):
            sealing.reseal(writer, reply.incarnation, reply.history_id)
            leases.close_here(writer, reply.incarnation)
        else:
            settlement.take_known(writer, registry, reply.verdicts, at)
        if request.history_id != reply.history_id:
            site_log.set_identity(writer, history_id=reply.history_id)
        if request.takes_over:
            site_log.set_identity(writer, takes_over="")
        take_scope(writer, reply.scope)
        self._kernel.type_modes = upgrading.keep_modes(writer, registry, reply.modes)
        retrying.retry_cleared(writer, new_session=True)
        if reply.decision == "CURSOR_INVALID":
            bootstrapping.begin(writer)
        if reply.decision == "NEW_HISTORY":
            bootstrapping.forget(writer)
            offering.begin_offering(writer, registry, reply.restore_point, reply.head)
            return True
        bootstrapping.begin_if_long(writer, reply.head)
        return settlement.return_parked(writer, registry, reply.parked, at) > 0

    # -- storage ----------------------------------------------------------------------------------

    def _read(self, work: Callable[[View], T]) -> T:
        return self._kernel.storage.read(self._by.tenant, work)

    def _write(self, work: Callable[[Writer], T]) -> T:
        return self._kernel.storage.write(self._by.tenant, work)
