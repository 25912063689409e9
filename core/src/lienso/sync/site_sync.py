"""A site's synchronisation: drives the sans-I/O parts with storage, line, clock and one thread."""

from __future__ import annotations

import datetime
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from ..canonical import canonical_text, parse
from ..errors import PASSING, Fenced, LiensoError, LinkError, Refused
from ..ids import instant_text
from ..model import Actor, Mode
from ..storage import View, Writer
from . import failures as lists
from . import site_log
from .link_machine import Action, Event, LinkMachine, LinkTimes
from .messages import (
    CallReply,
    CallRequest,
    Change,
    HeartbeatRequest,
    HelloReply,
    PullRequest,
    PushRequest,
    Session,
    Verdict,
)

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..transport import Link

T = TypeVar("T")
log = logging.getLogger("lienso.sync")

BATCH_FIRST = 50
BATCH_MAX = 500
"""Changes of a push: begins small, doubles while replies are quick, halves when they fail."""

BATCH_BYTES_MAX = 900 * 1024
"""Bytes of a push: one message stays under 1 MiB (sync-design §16)."""

PULL_RECORDS = 500
PUSH_DELAY_MS = 1_000
"""A change made online is sent so long after the last save."""


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """What a push did: rows of ``failed`` and ``renumbered`` are JSON objects."""

    pushed: int
    failed: tuple[dict[str, Any], ...]
    renumbered: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class PullOutcome:
    """What a pull did: records applied, rows kept aside with their reason."""

    pulled: int
    failed: tuple[dict[str, Any], ...]


class SiteSync:
    """The synchronisation of one site; `lienso.kernel.Kernel.site`."""

    def __init__(
        self, kernel: Kernel, link: Link, by: Actor, times: LinkTimes | None = None
    ) -> None:
        self._kernel, self._link, self._by = kernel, link, by
        self._lock = threading.RLock()
        self._wake = threading.Condition()
        self._timers: dict[str, int] = {}
        self._session: Session | None = None
        self._stopping = False
        self._threads: list[threading.Thread] = []
        self._since = kernel.clock.now()
        self._batch = BATCH_FIRST
        self._notices: list[Callable[[str, dict[str, Any]], None]] = []
        manual = False
        if by.tenant and kernel.storage.tenants().get(by.tenant) is not None:
            manual = self._read(lambda v: site_log.identity(v, "mode")) == "offline_manual"
        self.machine = LinkMachine(times or LinkTimes(), manual)

    # -- state ----------------------------------------------------------------------------------

    @property
    def online_capable(self) -> bool:
        """Whether the cloud can be asked now: link online and gate open."""
        return self.machine.online_capable

    def mode(self) -> Mode:
        """Return how the site is connected and since when."""
        return Mode(self.machine.state, self._since)

    def on_notice(self, told: Callable[[str, dict[str, Any]], None]) -> None:
        """Have ``told(kind, values)`` called for every notice of the synchronisation."""
        self._notices.append(told)

    def pending(self, types: Sequence[str] = ()) -> int:
        """Count what the cloud has not accepted yet."""
        return self._read(lambda view: site_log.waiting_count(view, types))

    def status(self) -> dict[str, Any]:
        """Return counts and positions for a screen or a program."""

        def look(view: View) -> dict[str, Any]:
            at = site_log.position(view)
            rows = view.state("outbox").scan(order=("saved",))
            by_type: dict[str, int] = {}
            for row in rows:
                by_type[row["type"]] = by_type.get(row["type"], 0) + 1
            return {
                "pending": len(rows),
                "pending_by_type": by_type,
                "oldest_pending": min((row["at"] for row in rows if row["at"]), default=""),
                "sealed": view.state("sealed").count(),
                "failed": view.state("failure_push").count(),
                "failed_pull": view.state("failure_pull").count(),
                "cursor": site_log.cursor(view),
                "incarnation": at.incarnation,
                "site": self._by.site,
            }

        mode = self.mode()
        return {
            "mode": mode.name,
            "since": instant_text(self._since),
            "gate": self.machine.gate,
            "online": self.online_capable,
            **self._read(look),
        }

    # -- mode -----------------------------------------------------------------------------------

    def set_mode(self, online: bool) -> None:
        """Take the user's word: work offline until told otherwise, or online again."""
        self.handle(Event("user_online" if online else "user_offline"))

    def connect(self) -> None:
        """Open a session and pull now, without waiting for the line to settle; for one machine,
        tests and commands that run once.

        Raises:
            LinkError, Refused: why there is no session.
        """
        if self.machine.state == "offline_manual":
            raise Refused("offline_manual")
        with self._lock:
            self._hello()
            self.machine.state = "online"
            self._since = self._kernel.clock.now()
        self.pull()

    def handle(self, event: Event) -> None:
        """Give the link machine an event and carry out its actions."""
        with self._lock:
            actions = self.machine.handle(event, self._now_ms())
        for action in actions:
            self._do(action)

    def tick(self) -> int | None:
        """Fire the timers that are due; returns milliseconds until the next one, None for none."""
        now = self._now_ms()
        due = sorted(name for name, at in self._timers.items() if at <= now)
        for name in due:
            self._timers.pop(name, None)
            if name == "push":
                self._push_quietly()
            else:
                self.handle(Event("timer", name))
        if not self._timers:
            return None
        return max(0, min(self._timers.values()) - self._now_ms())

    def _now_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000

    def _do(self, action: Action) -> None:
        match action.kind:
            case "timer":
                with self._wake:
                    self._timers[action.text] = self._now_ms() + action.delay
                    self._wake.notify_all()
            case "stop_timer":
                self._timers.pop(action.text, None)
            case "probe":
                self._probe()
            case "hello":
                self._hello_quietly()
            case "pull":
                self._pull_quietly()
            case "persist":
                self._write(lambda w: site_log.set_identity(w, mode=action.text))
            case "changed":
                self._changed(action)
            case "advise":
                self._notice("advice", {"code": action.text})
            case "cancel_calls":
                self._session = None

    def _changed(self, action: Action) -> None:
        old = Mode(action.old, self._since)
        self._since = self._kernel.clock.now()
        new = Mode(action.new, self._since)
        self._kernel.calls.observe(
            "lienso_mode_changed", tenant=self._by.tenant, old=old, new=new, reason=action.text
        )
        self._notice("mode", {"mode": action.new, "reason": action.text})

    def _notice(self, kind: str, values: dict[str, Any]) -> None:
        for told in list(self._notices):
            told(kind, values)

    def _probe(self) -> None:
        self.machine.jitter_percent = random.randint(-20, 20)
        try:
            self._link.probe()
        except PASSING:
            self.handle(Event("probe_failed"))
        except LiensoError as error:
            self.handle(Event("hello_refused", error.code))
        else:
            self.handle(Event("probe_ok"))

    def _hello_quietly(self) -> None:
        try:
            self._hello()
        except PASSING:
            self.handle(Event("probe_failed"))
        except LiensoError as error:
            log.warning("hello refused: %s", error)
            self.handle(Event("hello_refused", error.code))
        else:
            if not self.machine.gate:
                self.handle(Event("hello_ok"))

    def _pull_quietly(self) -> None:
        try:
            outcome = self.pull()
        except LiensoError as error:
            log.warning("automatic pull failed: %s", error)
            return
        waiting = self.pending()
        if outcome.pulled or waiting:
            self._notice("pulled", {"pulled": outcome.pulled, "waiting": waiting})

    def _push_quietly(self) -> None:
        try:
            self._push(lambda change: not change.made_offline)
        except LiensoError as error:
            log.warning("automatic push failed: %s", error)

    # -- session --------------------------------------------------------------------------------

    def _hello(self) -> None:
        """Open a session and carry out the cloud's decision. Raises: LiensoError."""
        registry = self._kernel.registry
        manifest = {name: self._kernel.plugins.sources[name] for name in registry.modules}
        clock = instant_text(self._kernel.clock.now())
        if not self._read(lambda v: site_log.identity(v, "host")):
            host = self._kernel.ids.new()
            self._write(lambda w: site_log.set_identity(w, host=host))
        request = self._read(lambda v: site_log.hello_request(v, manifest, clock))
        reply = self._link.hello(request)
        if reply.decision == "NEW_INCARNATION":
            self._write(
                lambda w: site_log.reseal(
                    w, registry, reply.incarnation, reply.history_id, reply.parked
                )
            )
        elif reply.decision != "OK":
            # The way back after a restored cloud is not part of this release: nothing is sent or
            # taken until an administrator has looked, and all local work stays.
            self.machine.gate = "recovery"
            raise Refused("recovery", {"decision": reply.decision})
        self._session = Session(reply.session_id, reply.incarnation, reply.history_id)
        self._write(lambda w: site_log.set_identity(w, history_id=reply.history_id))
        self.machine.gate = ""
        if reply.decision == "OK" and reply.verdicts:
            self._take_known(request.acked, reply)

    def _take_known(self, acked: int, reply: HelloReply) -> None:
        at = instant_text(self._kernel.clock.now())

        def work(writer: Writer) -> None:
            rows = {seq: change for seq, change, _proof in site_log.unacked(writer)}
            for offset, verdict in enumerate(reply.verdicts):
                seq = acked + 1 + offset
                if seq in rows:
                    self._taken(writer, rows[seq], verdict, at)
            site_log.acknowledge(writer, acked + len(reply.verdicts))

        self._write(work)

    def _taken(self, writer: Writer, change: Change, verdict: Verdict, at: str) -> None:
        assert verdict.change_id == change.change_id, "verdicts come in the order of the changes"
        site_log.take_verdict(writer, self._kernel.registry, change, verdict, at)

    def _in_session(self, call: Callable[[Session], T]) -> T:
        """Make a call in the session; a fenced one is opened anew once."""
        for again in (True, False):
            if self._session is None:
                self._hello()
            assert self._session is not None, "a successful Hello opens a session"
            session = self._session
            try:
                result = call(session)
            except Fenced:
                self._session = None
                if not again:
                    raise
            except LinkError:
                self.handle(Event("probe_failed"))
                raise
            else:
                self.machine.handle(Event("life"), self._now_ms())
                return result
        raise AssertionError("unreachable: the second try returns or raises")

    def _need_line(self) -> None:
        if not self.online_capable:
            from ..invocation import offline_refusal

            raise offline_refusal(self._kernel, "system.synchronize", {})

    # -- push -----------------------------------------------------------------------------------

    def saved(self, made_offline: bool) -> None:
        """Be told that a record was saved: what is made online is sent soon by itself."""
        if not made_offline and self._threads:
            with self._wake:
                self._timers["push"] = self._now_ms() + PUSH_DELAY_MS
                self._wake.notify_all()

    def push(
        self,
        types: Sequence[str] | None = None,
        records: Sequence[str] | None = None,
        renumber: str = "ask",
        resolve: Mapping[str, str] | None = None,
    ) -> PushOutcome:
        """Send what waits (Đồng bộ): of these types, these numbers, codes or ids, or everything.

        Args:
            renumber: ``auto`` gives vouchers whose number is taken the next free ones.
            resolve: number, code or id → ``mine`` or ``theirs``, for conflicts in the failure list.
        Raises:
            OfflineRefused: the cloud cannot be asked now. LinkError: the line broke; what was sealed
                is sent again next time.
        """
        self._need_line()
        with self._lock:
            self._resolve(resolve or {})
            before = self._failed_ids()
            pushed = self._push(lambda change: self._chosen(change, types, records))
            renumbered: list[dict[str, Any]] = []
            if renumber == "auto":
                renumbered = self._renumber(self._number_failures(None))
                if renumbered:
                    ids = [row["id"] for row in renumbered]
                    pushed += self._push(lambda change: change.record_id in ids)
            failed = [row for row in self.failures("push_failed") if row["change_id"] not in before]
        self._kernel.calls.observe(
            "lienso_sync_finished",
            tenant=self._by.tenant,
            direction="push",
            done=pushed,
            failed=len(failed),
        )
        self._notice("pushed", {"pushed": pushed, "failed": len(failed)})
        return PushOutcome(pushed, tuple(failed), tuple(renumbered))

    def _failed_ids(self) -> set[str]:
        rows = self._read(lambda view: view.state("failure_push").scan())
        return {row["change_id"] for row in rows if not row["retrying"]}

    def _chosen(
        self, change: Change, types: Sequence[str] | None, records: Sequence[str] | None
    ) -> bool:
        if types and change.type not in types:
            return False
        if not records:
            return True
        body = parse(change.body) if change.body else {}
        names = {change.record_id, body.get("no"), body.get("code")}
        return bool(names & set(records))

    def _push(self, chosen: Callable[[Change], bool]) -> int:
        """Seal and send until nothing chosen waits; returns how many changes were accepted."""
        done = 0
        while True:
            self._write(lambda w: site_log.seal(w, chosen, self._is_catalog))
            sealed = self._read(site_log.unacked)
            retries = self._read(site_log.retries)
            withdrawn = self._read(lambda v: v.state("withdrawn").scan())
            if not sealed and not retries and not withdrawn:
                return done
            done += self._send(sealed, retries, [row["change_id"] for row in withdrawn])

    def _is_catalog(self, type: str) -> bool:
        record_type = self._kernel.registry.record_types.get(type)
        return record_type is not None and record_type.kind == "catalog"

    def _send(
        self,
        sealed: Sequence[tuple[int, Change, bytes]],
        retries: Sequence[Change],
        withdrawn: Sequence[str],
    ) -> int:
        done = 0
        at = self._read(site_log.position)
        proof = at.chain_acked
        start = 0
        while start < len(sealed) or retries or withdrawn:
            size = _fitting([change for _seq, change, _proof in sealed[start:]], self._batch)
            batch = sealed[start : start + size]
            first = batch[0][0] if batch else at.sealed + 1
            changes = tuple(change for _seq, change, _proof in batch)
            previous = proof if batch else at.chain_sealed

            def send(
                session: Session,
                first: int = first,
                previous: bytes = previous,
                changes: tuple[Change, ...] = changes,
                retries: Sequence[Change] = retries,
                withdrawn: Sequence[str] = withdrawn,
            ) -> Any:
                return self._link.push(
                    PushRequest(session, first, previous, changes, tuple(retries), tuple(withdrawn))
                )

            incarnation = at.incarnation
            reply = self._in_session(send)
            if self._read(site_log.position).incarnation != incarnation:
                return done  # Fenced meanwhile: everything was sealed anew.
            done += self._take(batch, retries, withdrawn, reply.verdicts)
            if batch:
                proof = batch[-1][2]
            self._batch = min(self._batch * 2, BATCH_MAX)
            start += size
            retries, withdrawn = (), ()
        return done

    def _take(
        self,
        batch: Sequence[tuple[int, Change, bytes]],
        retries: Sequence[Change],
        withdrawn: Sequence[str],
        verdicts: Sequence[Verdict],
    ) -> int:
        changes = [change for _seq, change, _proof in batch] + list(retries)
        assert len(changes) == len(verdicts), "one verdict a change"
        at = instant_text(self._kernel.clock.now())

        def work(writer: Writer) -> None:
            for change, verdict in zip(changes, verdicts, strict=True):
                self._taken(writer, change, verdict, at)
            for change_id in withdrawn:
                writer.state("withdrawn").delete(change_id)
            if batch:
                site_log.acknowledge(writer, batch[-1][0])

        self._write(work)
        return sum(verdict.done for verdict in verdicts)

    # -- pull -----------------------------------------------------------------------------------

    def pull(self) -> PullOutcome:
        """Take everything new from the cloud. Raises: LinkError, Refused."""
        pulled = kept = 0
        at = instant_text(self._kernel.clock.now())
        with self._lock:
            while True:
                start = self._read(site_log.cursor)

                def ask(session: Session, start: int = start) -> Any:
                    return self._link.pull(PullRequest(session, start, PULL_RECORDS))

                page = self._in_session(ask)
                applied, aside = self._write(
                    lambda w, page=page: site_log.apply_page(w, self._kernel.registry, page, at)  # type: ignore[misc]
                )
                pulled += applied
                kept += aside
                if page.done:
                    break
        self._kernel.calls.observe(
            "lienso_sync_finished",
            tenant=self._by.tenant,
            direction="pull",
            done=pulled,
            failed=kept,
        )
        failed = self.failures("pull_failed") if kept else []
        return PullOutcome(pulled, tuple(failed))

    # -- functions and figures over the line -------------------------------------------------------

    def call(self, request: CallRequest) -> CallReply:
        """Run something in the cloud; what it changed is here before the answer is shown."""
        reply = self._in_session(lambda _session: self._link.call(request))
        if request.kind == "invoke" and reply.head > self._read(site_log.cursor):
            self.pull()
        return reply

    def remember_figure(self, figure: str, params: Mapping[str, Any], value: Any) -> None:
        """Keep a last online value with its time."""
        row = {
            "figure": figure,
            "params": canonical_text(dict(params)),
            "value": canonical_text(value),
            "as_of": instant_text(self._kernel.clock.now()),
        }
        self._write(lambda writer: writer.state("figure_cache").put(row))

    def remembered_figure(self, figure: str, params: Mapping[str, Any]) -> tuple[Any, str | None]:
        """Return the last online value and its time; (None, None) when it was never read."""
        key = canonical_text(dict(params))
        row = self._read(lambda view: view.state("figure_cache").get(figure, key))
        return (None, None) if row is None else (parse(row["value"]), row["as_of"])

    # -- failure lists --------------------------------------------------------------------------

    def failures(self, tab: str | None = None) -> list[dict[str, Any]]:
        """List the failures: ``push_failed``, ``post_failed``, ``pull_failed``, or all three."""
        return self._kernel.read(self._by, lambda view: lists.rows(self._kernel, view, tab))

    def retry(self, ids: Sequence[str]) -> PushOutcome:
        """Send refused changes again as they are (Đồng bộ lại), by change or record id."""
        chosen = self._changes_of(ids)
        self._write(lambda writer: [site_log.retry(writer, id) for id in chosen])
        return self.push()

    def withdraw(self, ids: Sequence[str]) -> int:
        """Give refused changes up (Bỏ thay đổi); returns how many there were."""
        chosen = self._changes_of(ids)
        registry = self._kernel.registry
        done = self._write(
            lambda writer: [site_log.withdraw(writer, registry, id) for id in chosen]
        )
        return sum(done)

    def renumber(self, ids: Sequence[str] | None = None) -> list[dict[str, Any]]:
        """Give vouchers whose number is taken the next free ones; they wait to be sent again.

        Returns:
            Rows {type, id, old, new}, in the order given: voucher date, then old number.
        """
        self._need_line()
        with self._lock:
            return self._renumber(self._number_failures(ids))

    def _changes_of(self, ids: Sequence[str]) -> list[str]:
        rows = self._read(lambda view: view.state("failure_push").scan())
        wanted = set(ids)
        return [
            row["change_id"]
            for row in rows
            if row["change_id"] in wanted or row["record_id"] in wanted
        ]

    def _number_failures(self, ids: Sequence[str] | None) -> list[dict[str, Any]]:
        rows = self._read(lambda view: view.state("failure_push").scan())
        wanted = None if ids is None else set(self._changes_of(ids))
        return [
            row
            for row in rows
            if row["code"] == "NUMBER_TAKEN"
            and not row["returned"]
            and (wanted is None or row["change_id"] in wanted)
        ]

    def _renumber(self, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        bodies = [(row, parse(site_log.change_from_text(row["content"]).body)) for row in rows]
        bodies.sort(key=lambda item: (item[1].get("voucher_date", ""), item[1].get("no", "")))
        renumbered = []
        for row, body in bodies:
            ledger = parse(row["detail"]).get("ledger", "financial")
            field = "no" if ledger == "financial" else "no_management"
            new = self._reserved(row["type"], ledger, body.get("posting_date") or body["date"])
            self._kernel.save(self._by, row["type"], {field: new}, id=row["record_id"], merge=True)
            change = {
                "type": row["type"],
                "id": row["record_id"],
                "old": body.get(field, ""),
                "new": new,
            }
            self._note_number(change)
            renumbered.append(change)
        return renumbered

    def _reserved(self, type: str, ledger: str, date: str) -> str:
        from .messages import ReserveRequest

        reply = self._in_session(
            lambda session: self._link.reserve_numbers(ReserveRequest(session, type, ledger, date))
        )
        return str(reply.numbers[0])

    def _note_number(self, change: Mapping[str, Any]) -> None:
        row = {
            "record_id": change["id"],
            "type": change["type"],
            "old": change["old"],
            "new": change["new"],
            "at": instant_text(self._kernel.clock.now()),
        }
        self._write(lambda writer: writer.state("number_history").put(row))

    def _resolve(self, resolve: Mapping[str, str]) -> None:
        if not resolve:
            return
        for row in self.failures("push_failed"):
            names = {row["id"], row["change_id"], row.get("voucher"), row.get("record")}
            choice = next((resolve[name] for name in names if name in resolve), None)
            if choice is not None:
                self._decide(row, choice)

    def _decide(self, row: Mapping[str, Any], choice: str) -> None:
        change_id = row["change_id"]
        if choice == "mine":
            at, new_id = instant_text(self._kernel.clock.now()), self._kernel.ids.new()
            if not self._write(lambda writer: site_log.keep_mine(writer, change_id, new_id, at)):
                raise Refused("other_edit_waits", {"record": row["id"]})
            return
        registry = self._kernel.registry
        if not self._write(lambda writer: site_log.take_theirs(writer, registry, change_id)):
            raise Refused("nothing_to_take", {"record": row["id"]})

    # -- the thread -----------------------------------------------------------------------------

    def run(self) -> None:
        """Keep the site in step in the background until `stop`."""
        self._stopping = False
        last = "offline" if self._read(lambda v: site_log.identity(v, "ended")) == "offline" else ""
        for target in (self._loop, self._listen, self._beat):
            thread = threading.Thread(target=target, name=f"sync-{target.__name__}", daemon=True)
            self._threads.append(thread)
        self.handle(Event("started", last))
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop the background work and close the line; what waits stays in the outbox."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        self._link.close()
        for thread in self._threads:
            thread.join(timeout=10)
        if self._threads:
            ended = "" if self.online_capable else "offline"
            self._write(lambda writer: site_log.set_identity(writer, ended=ended))
        self._threads.clear()

    def _loop(self) -> None:
        while not self._stopping:
            wait_ms = self.tick()
            with self._wake:
                if not self._stopping and not self._due():
                    self._wake.wait(timeout=None if wait_ms is None else max(wait_ms, 1) / 1000)

    def _due(self) -> bool:
        now = self._now_ms()
        return any(at <= now for at in self._timers.values())

    def _listen(self) -> None:
        """Pull when the cloud says that its feed moved; a lost hint costs nothing."""
        while not self._stopping:
            if not self.online_capable:
                self._pause(500)
                continue
            try:
                for poke in self._link.watch():
                    if self._stopping or not self.online_capable:
                        break
                    if poke.head > self._read(site_log.cursor):
                        self._pull_quietly()
            except LinkError:
                self._pause(1_000)
            except LiensoError as error:
                log.warning("watch refused: %s", error)
                self._pause(5_000)

    def _beat(self) -> None:
        while not self._stopping:
            self._pause(15_000)
            if self._stopping or not self.online_capable:
                continue
            status = self.status()
            try:
                self._in_session(lambda s, status=status: self._link.heartbeat(_beat_of(s, status)))  # type: ignore[misc]
            except LiensoError as error:
                log.info("heartbeat failed: %s", error)

    def _pause(self, milliseconds: int) -> None:
        with self._wake:
            deadline = self._now_ms() + milliseconds
            while not self._stopping and self._now_ms() < deadline:
                self._wake.wait(timeout=(deadline - self._now_ms()) / 1000)

    # -- storage --------------------------------------------------------------------------------

    def _read(self, work: Callable[[View], T]) -> T:
        return self._kernel.storage.read(self._by.tenant, work)

    def _write(self, work: Callable[[Writer], T]) -> T:
        return self._kernel.storage.write(self._by.tenant, work)


def _fitting(changes: Sequence[Change], count_max: int) -> int:
    """Return how many changes fit one message."""
    size = 0
    for number, change in enumerate(changes[:count_max]):
        size += len(change.body) + len(change.base_body) + 512
        if size > BATCH_BYTES_MAX and number:
            return number
    return min(len(changes), count_max)


def _beat_of(session: Session, status: Mapping[str, Any]) -> HeartbeatRequest:
    now = datetime.datetime.now(datetime.UTC)
    return HeartbeatRequest(
        session,
        status["pending"],
        status["failed"],
        status["oldest_pending"],
        status["cursor"],
        instant_text(now),
    )
