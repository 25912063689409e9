"""What one push and one pull of a site do: batches out, verdicts in, pages applied."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from .. import disk, limits
from ..errors import (
    PASSING,
    Fenced,
    LiensoError,
    LimitExceeded,
    LinkError,
    Refused,
    StorageBusy,
    StorageError,
)
from ..ids import instant_text
from ..storage import View, Writer
from . import (
    batches,
    bootstrapping,
    pacing,
    pulling,
    retrying,
    sealing,
    site_log,
    site_scope,
    upgrading,
)
from .in_session import R
from .leases import numbers_seen
from .messages import Change, PullReply, PullRequest, PushReply, Session, Verdict
from .pacing import Pace
from .site_snapshot import SiteSnapshot
from .telling import tell_judged

log = logging.getLogger("lienso.sync")

BATCH_FIRST = 50
BATCH_BYTES_FIRST = 64 * 1024
"""Of the first push; a line that carries more is soon known (sync-design §15)."""

PAGE_BYTES_FIRST = 128 * 1024
PAGE_BYTES_MAX = 512 * 1024
PAGE_BYTES_MIN = BATCH_BYTES_MIN = 4 * 1024
"""Two seconds of a line of 16 kbit/s."""

PULL_RECORDS = limits.RECORDS_PER_WRITE_MAX

NOT_NOW = ("server_busy", "gap")


class SiteExchange(SiteSnapshot):
    """Pushes and pulls, one at a time; the line's own state is never locked meanwhile.

    Attributes:
        free_bytes: tells what is free on the disk of the store; None when that is not known.
    """

    def _begin(self) -> None:
        super()._begin()
        self._working = threading.RLock()
        self._batch = Pace(BATCH_FIRST, limits.BATCH_CHANGES_MAX)
        self._batch_bytes = Pace(BATCH_BYTES_FIRST, limits.CHANGE_BYTES_MAX, BATCH_BYTES_MIN)
        self._page_bytes = Pace(PAGE_BYTES_FIRST, PAGE_BYTES_MAX, PAGE_BYTES_MIN)
        self._rests_until = self._now_ms()
        self._manners = pacing.Manners()
        self.free_bytes: Callable[[], int | None] = partial(
            disk.free_beside, self._kernel.settings.storage
        )

    def in_session(self, call: Callable[[Session], R]) -> R:
        """Make a call in the session; a busy cloud that said when to come again is left alone until
        then. Functions that users call are asked for nevertheless.

        Raises:
            StorageBusy: ``rate_limited``: the cloud is not asked yet. Else as `SiteLine.in_session`.
        """
        left = self._rests_until - self._now_ms()
        if left > 0:
            raise StorageBusy("rate_limited", {"retry_after_ms": left})
        try:
            return super().in_session(call)
        except (Refused, StorageBusy) as error:
            self._rests_until = self._now_ms() + pacing.rest_ms(error)
            raise

    # -- push -------------------------------------------------------------------------------------

    def _push(self, chosen: Callable[[Change], bool]) -> int:
        """Seal and send until nothing chosen waits; returns how many changes were accepted."""
        accepted = 0
        self._write(lambda writer: retrying.retry_cleared(writer, new_session=False))
        while True:
            self._copy_before_sealing()
            acked = self._read(site_log.position).acked
            todo = self._read(lambda view: sealing.plan(view, chosen, self._is_catalog))
            sent, done = self._drain(todo)
            accepted += done
            if done:
                self._write(lambda writer: retrying.retry_cleared(writer, new_session=False))
            if self._read(self._too_old):  # It was sealed before its module was upgraded.
                self._write(self._upgrade)
            # A Hello may have brought a verdict that an edit of the same record waited for.
            if not sent and self._read(site_log.position).acked == acked:
                self._drop_copies()
                return accepted

    def _too_old(self, view: View) -> bool:
        return upgrading.to_upgrade(view, self._kernel.registry)

    def _upgrade(self, writer: Writer) -> None:
        kernel = self._kernel
        now = instant_text(kernel.clock.now())
        upgrading.upgrade(writer, kernel.registry, kernel.ids.new, now)

    def _is_catalog(self, type: str) -> bool:
        record_type = self._kernel.registry.record_types.get(type)
        return record_type is not None and record_type.kind == "catalog"

    def _drain(self, todo: Sequence[tuple[str, str]]) -> tuple[int, int]:
        """Seal what is to be sent part by part, and send each; returns (sent, accepted)."""
        sent = accepted = 0
        while True:
            todo = todo[self._seal(todo) :]
            while self._read(batches.something_to_send):
                count, done = self._send()
                sent += count
                accepted += done
            if not todo:
                return sent, accepted

    def _seal(self, todo: Sequence[tuple[str, str]]) -> int:
        """Seal as much as a log may hold, in parts when people save meanwhile; how many were dealt with."""
        done, copied = 0, self.copied()
        while done < len(todo):
            order, piece = todo[done:], self._manners.piece(self._now_ms())
            seal = partial(sealing.seal_planned, order=order, copied=copied, piece=piece)
            dealt = self._write(seal)
            if not dealt:
                break  # The log is full.
            self._waited(dealt < len(order))
            done += dealt
        return done

    def _waited(self, some: bool) -> None:
        if some:
            self._manners.waited_ms = self._now_ms()

    def _send(self) -> tuple[int, int]:
        """Send one batch and take its verdicts; returns (sent, accepted)."""
        batch: batches.Batch | None = None

        def send(session: Session) -> PushReply:
            nonlocal batch
            most = self._batch_bytes.size
            batch = self._read(lambda view: batches.next_batch(view, self._batch.size, most))
            return self._link.push(batch.request(session))

        started = self._now_ms()
        try:
            reply = self.in_session(send)
        except LiensoError as error:
            self._batch.failed(len(batch) if batch else 0)
            self._batch_bytes.failed()
            if isinstance(error, LinkError) and batch:
                self.incidents["resends"] += 1  # its outcome is unknown
            if isinstance(error, LinkError) and batch is not None and batch.retries:
                # It may still arrive, when these changes were given up or edited: no position of the
                # log tells that it is late, so its session ends.
                self._drop(self._session)
            if batch is None or not batch or self.machine.gate or _passes(error):
                raise
            # The batch as a whole was refused: it is too large, or one change in it is poison.
            self.incidents["halvings"] += 1
            log.warning("a batch of %s was refused: %s", len(batch), error)
            if batch.indivisible:
                self._isolate(batch, error)
            return 0, 0
        took_ms = self._now_ms() - started
        for pace in (self._batch, self._batch_bytes):
            pace.answered(took_ms)
        taken = batch
        assert taken is not None, "an answered push had a batch"
        verdicts = self._take(taken, reply)
        tell_judged(self._kernel, self._by, verdicts, took_ms)
        return len(taken), sum(verdict.done for verdict in verdicts)

    def _take(self, batch: batches.Batch, reply: PushReply) -> Sequence[Verdict]:
        """Take the verdicts of a batch, in parts when people save meanwhile."""
        at, registry = instant_text(self._kernel.clock.now()), self._kernel.registry
        todo = batches.parts(batch, reply, self._manners.piece(self._now_ms()))
        verdicts: list[Verdict] = []
        while todo:
            work = partial(batches.take_beginning, registry=registry, todo=todo, at=at)
            done, found = self._write(work)
            todo = todo[done:]
            self._waited(bool(todo))
            verdicts += found
        return verdicts

    def _isolate(self, batch: batches.Batch, error: LiensoError) -> None:
        at, registry = instant_text(self._kernel.clock.now()), self._kernel.registry
        self._write(lambda writer: batches.isolate(writer, registry, batch, error, at))
        self._drop(self._session)

    # -- pull -------------------------------------------------------------------------------------

    def _pull(self) -> tuple[int, int]:
        """Take page after page; returns (records applied, records kept aside)."""
        registry = self._kernel.registry

        self._until_none(lambda writer, at: (pulling.materialise(writer, registry, at), 0))
        pulled, kept = self._take_snapshot()
        done = begun_anew = False
        while not done:
            try:
                page = self._page()
            except Refused as refused:
                if refused.code != "cursor_invalid" or begun_anew:
                    raise
                begun_anew = True
                self._write(bootstrapping.begin)
                applied, aside = self._take_snapshot()
                pulled, kept = pulled + applied, kept + aside
                continue
            for applied, aside in (
                self._apply(page),
                self._until_none(lambda writer, at: pulling.release(writer, registry, at)),
            ):
                pulled, kept = pulled + applied, kept + aside
            done = page.done
        self._let_go()
        for applied, aside in (self._widen(), self._take_rest()):
            pulled, kept = pulled + applied, kept + aside
        if self._read(bootstrapping.progress) is not None:
            return pulled, kept  # What is missing is still to come.
        applied, aside = self._until_none(
            lambda writer, at: pulling.settle_held(writer, registry, at)
        )
        return pulled + applied, kept + aside

    def _let_go(self) -> None:
        """Let go of what lies outside the site's scope."""
        if self._read(site_scope.to_let_go):
            site_scope.let_go(self._write)

    def _widen(self) -> tuple[int, int]:
        """Fetch what is lacking of a scope that became wider; returns (applied, kept aside)."""
        applied = kept = 0
        while (asked := self._read(site_scope.lacking)) is not None:

            def ask(session: Session, asked: PullRequest = asked) -> PullReply:
                return self._link.pull(replace(asked, session=session))

            self._need_room()
            page = self.in_session(ask)
            at = instant_text(self._kernel.clock.now())
            more, aside = self._write(partial(self._backfilled, asked=asked, page=page, at=at))
            applied, kept = applied + more, kept + aside
        return applied, kept

    def _backfilled(
        self, writer: Writer, asked: PullRequest, page: PullReply, at: str
    ) -> tuple[int, int]:
        if site_scope.lacking(writer) != asked:
            return 0, 0  # Another scope was told meanwhile.
        site_scope.backfilled(writer, page)
        self._expect(writer, page)
        registry, here = self._kernel.registry, site_log.cursor(writer)
        done = pulling.apply_page(writer, registry, replace(page, next_cursor=here), at)
        numbers_seen(self._kernel, writer, page.records)
        return done

    def _page(self) -> PullReply:
        """Ask for the next page. Raises: Refused: ``disk_low``; what the line raises."""
        self._need_room()

        def ask(session: Session) -> PullReply:
            cursor, most = self._read(site_log.cursor), self._page_bytes.size
            return self._link.pull(PullRequest(session, cursor, PULL_RECORDS, most))

        started = self._now_ms()
        try:
            page = self.in_session(ask)
        except LiensoError:
            self._page_bytes.failed()
            raise
        self._page_bytes.answered(self._now_ms() - started)
        return page

    def _need_room(self) -> None:
        """Keep the rest of the disk for what people save. Raises: Refused: ``disk_low``."""
        free = self.free_bytes()
        if free is not None and pacing.disk_low(free):
            needed = {"free_mib": free // 2**20, "needed_mib": disk.FREE_BYTES_MIN // 2**20}
            raise Refused("disk_low", needed)

    def _until_none(self, work: Callable[[Writer, str], tuple[int, int]]) -> tuple[int, int]:
        """Work on what stands aside, part by part, until a part does nothing more; returns the sums."""
        first = second = 0
        if not self._read(pulling.some_aside):
            return first, second
        at = instant_text(self._kernel.clock.now())
        while True:
            done = self._write(lambda writer: work(writer, at))
            if not any(done):
                return first, second
            first, second = first + done[0], second + done[1]

    def _apply(self, page: PullReply) -> tuple[int, int]:
        """Apply a page, part by part when people save meanwhile."""
        applied = kept = 0
        left: PullReply | None = page
        while left is not None:
            more, aside, left = self._apply_part(left)
            self._waited(left is not None)
            applied, kept = applied + more, kept + aside
        return applied, kept

    def _apply_part(self, page: PullReply) -> tuple[int, int, PullReply | None]:
        at = instant_text(self._kernel.clock.now())
        try:
            return self._write(lambda writer: self._applied(writer, page, at))
        except PASSING:
            raise  # The same page is asked for again.
        except (LimitExceeded, StorageError) as error:
            log.warning("a page of the feed is applied one by one: %s", error)
        return self._write(lambda writer: self._applied(writer, page, at, one_by_one=True))

    def _applied(
        self, writer: Writer, page: PullReply, at: str, one_by_one: bool = False
    ) -> tuple[int, int, PullReply | None]:
        self._expect(writer, page)
        registry = self._kernel.registry
        piece = self._manners.piece(self._now_ms())
        done = pulling.apply_beginning(writer, registry, page, at, piece, one_by_one=one_by_one)
        left = 0 if done[2] is None else len(done[2].records)
        numbers_seen(self._kernel, writer, page.records[: len(page.records) - left])
        return done

    def _expect(self, writer: Writer, page: PullReply) -> None:
        if page.session != self._session:  # The site may have another scope by now.
            raise LinkError(detail={"cause": "the session ended meanwhile"})
        site_scope.take_page(writer, page)

    def aside(self) -> dict[str, int]:
        """Count what came and is not shown: ``held`` (what it refers to is still to come) and
        ``opaque`` (no installed module can read it)."""
        return self._read(pulling.aside)


def _passes(error: LiensoError) -> bool:
    """Tell whether an error says nothing of what was sent: the same batch may pass later."""
    return isinstance(error, (LinkError, StorageError, Fenced)) or error.code in NOT_NOW
