"""What one push and one pull of a site do: batches out, verdicts in, pages applied."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from functools import partial

from .. import limits
from ..errors import (
    PASSING,
    Fenced,
    LiensoError,
    LimitExceeded,
    LinkError,
    StorageError,
)
from ..ids import instant_text
from ..storage import Writer
from . import batches, pulling, retrying, sealing, site_log
from .leases import numbers_seen
from .messages import Change, PullReply, PullRequest, PushReply, Session
from .site_threads import SiteThreads
from .telling import tell_judged

log = logging.getLogger("lienso.sync")

BATCH_FIRST = 50
"""Changes of the first push: it doubles while replies are quick, and halves when they fail."""

QUICK_MS = 2_000
PULL_RECORDS = limits.RECORDS_PER_WRITE_MAX

NOT_NOW = ("server_busy", "gap")


class SiteExchange(SiteThreads):
    """Pushes and pulls, one at a time; the line's own state is never locked meanwhile."""

    def _begin(self) -> None:
        self._working = threading.RLock()
        self._batch = BATCH_FIRST

    # -- push -------------------------------------------------------------------------------------

    def _push(self, chosen: Callable[[Change], bool]) -> int:
        """Seal and send until nothing chosen waits; returns how many changes were accepted."""
        accepted = 0
        self._write(lambda writer: retrying.retry_cleared(writer, new_session=False))
        while True:
            todo = self._read(lambda view: sealing.plan(view, chosen, self._is_catalog))
            sent, done = self._drain(todo)
            accepted += done
            if done:
                self._write(lambda writer: retrying.retry_cleared(writer, new_session=False))
            if not sent:
                return accepted

    def _is_catalog(self, type: str) -> bool:
        record_type = self._kernel.registry.record_types.get(type)
        return record_type is not None and record_type.kind == "catalog"

    def _drain(self, todo: Sequence[tuple[str, str]]) -> tuple[int, int]:
        """Seal what is to be sent part by part, and send each; returns (sent, accepted)."""
        sent = accepted = 0
        while True:
            dealt = self._write(partial(sealing.seal_planned, order=todo))
            todo = todo[dealt:]
            while self._read(batches.something_to_send):
                count, done = self._send()
                sent += count
                accepted += done
            if not todo:
                return sent, accepted

    def _send(self) -> tuple[int, int]:
        """Send one batch and take its verdicts; returns (sent, accepted)."""
        batch: batches.Batch | None = None

        def send(session: Session) -> PushReply:
            nonlocal batch
            batch = self._read(lambda view: batches.next_batch(view, self._batch))
            return self._link.push(batch.request(session))

        started = self._now_ms()
        try:
            reply = self.in_session(send)
        except LiensoError as error:
            self._batch = max(1, (len(batch) if batch else self._batch) // 2)
            if batch is None or not batch or self.machine.gate or _passes(error):
                raise
            # The batch as a whole was refused: it is too large, or one change in it is poison.
            log.warning("a batch of %s was refused: %s", len(batch), error)
            if batch.indivisible:
                self._isolate(batch, error)
            return 0, 0
        took_ms = self._now_ms() - started
        if took_ms < QUICK_MS:
            self._batch = min(self._batch * 2, limits.BATCH_CHANGES_MAX)
        taken = batch
        assert taken is not None, "an answered push had a batch"
        at, registry = instant_text(self._kernel.clock.now()), self._kernel.registry
        verdicts = self._write(lambda w: batches.take_reply(w, registry, taken, reply, at))
        tell_judged(self._kernel, self._by, verdicts, took_ms)
        return len(taken), sum(verdict.done for verdict in verdicts)

    def _isolate(self, batch: batches.Batch, error: LiensoError) -> None:
        at, registry = instant_text(self._kernel.clock.now()), self._kernel.registry
        self._write(lambda writer: batches.isolate(writer, registry, batch, error, at))
        self._drop(self._session)

    # -- pull -------------------------------------------------------------------------------------

    def _pull(self) -> tuple[int, int]:
        """Take page after page; returns (records applied, records kept aside)."""
        pulled = kept = 0
        registry = self._kernel.registry

        def ask(session: Session) -> PullReply:
            return self._link.pull(PullRequest(session, self._read(site_log.cursor), PULL_RECORDS))

        self._until_none(lambda writer, at: (pulling.materialise(writer, registry, at), 0))
        done = False
        while not done:
            page = self.in_session(ask)
            for applied, aside in (
                self._apply(page),
                self._until_none(lambda writer, at: pulling.release(writer, registry, at)),
            ):
                pulled, kept = pulled + applied, kept + aside
            done = page.done
        applied, aside = self._until_none(
            lambda writer, at: pulling.settle_held(writer, registry, at)
        )
        return pulled + applied, kept + aside

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
        at, registry = instant_text(self._kernel.clock.now()), self._kernel.registry
        try:
            return self._write(lambda writer: self._applied(writer, page, at))
        except PASSING:
            raise  # The same page is asked for again.
        except (LimitExceeded, StorageError) as error:
            log.warning("a page of the feed is applied one by one: %s", error)
        return self._write(
            lambda writer: pulling.apply_page(writer, registry, page, at, one_by_one=True)
        )

    def _applied(self, writer: Writer, page: PullReply, at: str) -> tuple[int, int]:
        done = pulling.apply_page(writer, self._kernel.registry, page, at)
        numbers_seen(self._kernel, writer, page.records)
        return done

    def aside(self) -> dict[str, int]:
        """Count what came and is not shown: ``held`` (what it refers to is still to come) and
        ``opaque`` (no installed module can read it)."""
        return self._read(pulling.aside)


def _passes(error: LiensoError) -> bool:
    """Tell whether an error says nothing of what was sent: the same batch may pass later."""
    return isinstance(error, (LinkError, StorageError, Fenced)) or error.code in NOT_NOW
