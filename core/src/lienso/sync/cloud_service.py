"""The cloud's answers to sites: each a plain function; transports translate and call it."""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from .. import invocation
from ..errors import LimitExceeded, Refused
from ..ids import instant_text
from ..model import LEDGERS, Actor, Ledger
from ..numbers import is_numbered, next_number, prefixes_of
from ..transaction import Transaction
from ..view import View
from . import cloud_hello, cloud_log, comparing, leases, reoffering, snapshotting, tracing
from .cloud_operations import Operations
from .inquiry import CompareReply, CompareRequest, TraceReply, TraceRequest
from .messages import (
    CallReply,
    CallRequest,
    CancelReply,
    HeartbeatReply,
    HeartbeatRequest,
    HelloReply,
    HelloRequest,
    OperationRequest,
    Poke,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReOfferReply,
    ReOfferRequest,
    ReserveReply,
    ReserveRequest,
)
from .snapshot_messages import ChunkReply, ChunkRequest, SnapshotManifest, SnapshotRequest
from .snapshotting import open_from
from .telling import tell_judged

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..session import Progress

WATCH_WAIT_S = 1.0
"""A watcher looks at least so often whether it was stopped."""

NUMBERS_MAX = 500
"""Numbers that one request may reserve: a batch of a push."""


class CloudService:
    """Implements `lienso.transport.CloudService` over a cloud kernel."""

    def __init__(self, kernel: Kernel, operations: Operations | None = None) -> None:
        self._kernel = kernel
        self._operations = operations or Operations()
        self._changed = threading.Condition()
        self._heads: dict[str, int] = {}
        self._listeners: list[Callable[[str, int], None]] = []
        kernel.after_commit.append(self.wake)

    def wake(self, tenant: str, head: int) -> None:
        """Tell the watchers of a tenant that its feed moved."""
        with self._changed:
            self._heads[tenant] = max(head, self._heads.get(tenant, 0))
            self._changed.notify_all()
        for told in tuple(self._listeners):
            told(tenant, head)

    def head(self, site: Actor) -> int:
        """Return how far the feed of a site's company has come."""
        return self._kernel.storage.head(site.tenant)

    def listen(self, told: Callable[[str, int], None]) -> Callable[[], None]:
        """Have tenant and head told after each commit; returns the function that ends it."""
        self._listeners.append(told)
        return partial(self._listeners.remove, told)

    def hello(self, site: Actor, request: HelloRequest) -> HelloReply:
        """Open a session. Raises: Refused: what the site must do first."""
        kernel = self._kernel
        return kernel.storage.write(
            site.tenant,
            lambda writer: cloud_hello.hello(
                writer, site.site, request, kernel.clock.now(), kernel.ids.new, kernel.registry
            ),
        )

    def push(self, site: Actor, request: PushRequest) -> PushReply:
        """Decide a batch. Raises: Fenced, Refused."""
        began = time.monotonic_ns()
        reply = self._kernel.transact(site, lambda t: cloud_log.push(t, site.site, request))
        tell_judged(self._kernel, site, reply.verdicts, (time.monotonic_ns() - began) // 1_000_000)
        return reply

    def pull(self, site: Actor, request: PullRequest) -> PullReply:
        """Return a page of the feed. Raises: Fenced, Refused."""
        return self._kernel.storage.read(
            site.tenant, lambda view: cloud_log.pull(view, site.site, request)
        )

    def heartbeat(self, site: Actor, request: HeartbeatRequest) -> HeartbeatReply:
        """Keep what a site says of itself. Raises: Fenced."""
        now = self._kernel.clock.now()
        self._kernel.storage.write(
            site.tenant, lambda writer: cloud_log.heartbeat(writer, site.site, request, now)
        )
        head = self._kernel.storage.head(site.tenant)
        return HeartbeatReply(request.session, head, instant_text(now))

    def reserve_numbers(self, site: Actor, request: ReserveRequest) -> ReserveReply:
        """Give the next free numbers of a series: to renumber, or as a lease of the site.

        Raises:
            LimitExceeded: too many at once. Refused: ``bad_date``, ``bad_choice``. Fenced.
            Unknown: ``unknown_record_type``.
        """
        if not 1 <= request.count <= NUMBERS_MAX:
            raise LimitExceeded(detail={"what": "numbers", "max": NUMBERS_MAX})
        record_type = self._kernel.registry.record_type(request.record_type)
        if not is_numbered(record_type):
            raise Refused("bad_choice", {"field": "record_type", "value": request.record_type})
        if request.ledger not in LEDGERS:
            raise Refused("bad_choice", {"field": "ledger", "value": request.ledger})
        prefixes = prefixes_of(record_type)
        if request.prefix and (request.prefix not in prefixes or request.lease_id):
            raise Refused("bad_choice", {"field": "prefix", "value": request.prefix})
        ledger: Ledger = "management" if request.ledger == "management" else "financial"
        date, own = _day(request.date), request.prefix

        def work(transaction: Transaction) -> tuple[str, ...]:
            view, writer = transaction.view, transaction.writer
            row = cloud_log.site_in_session(writer, site.site, request.session)
            if request.lease_id:
                return leases.grant(transaction, row, request, (record_type, ledger, date))
            return tuple(
                next_number(view, writer, record_type, ledger, date, own)
                for _ in range(request.count)
            )

        return ReserveReply(request.session, self._kernel.transact(site, work))

    def re_offer(self, site: Actor, request: ReOfferRequest) -> ReOfferReply:
        """Take back what was accepted before a restore. Raises: Fenced, Refused, LimitExceeded."""
        return self._kernel.transact(site, lambda t: reoffering.take_back(t, site.site, request))

    def compare(self, site: Actor, request: CompareRequest) -> CompareReply:
        """Return digests of a range of the feed. Raises: Fenced, Refused."""
        return self._kernel.storage.read(
            site.tenant, lambda view: comparing.compare(view, site.site, request)
        )

    def trace(self, site: Actor, request: TraceRequest) -> TraceReply:
        """Return the way of a record through the cloud. Raises: Fenced."""
        return self._kernel.storage.read(
            site.tenant, lambda view: tracing.trace(view, site.site, request)
        )

    def snapshot(self, site: Actor, request: SnapshotRequest) -> SnapshotManifest:
        """Say what a snapshot of now consists of. Raises: Fenced, Refused."""
        kernel = self._kernel

        def work(view: View) -> SnapshotManifest:
            opened = open_from(view)
            return snapshotting.manifest(view.stored, kernel.registry, site.site, request, opened)

        return kernel.read(site, work)

    def snapshot_chunk(self, site: Actor, request: ChunkRequest) -> ChunkReply:
        """Return the next records of a snapshot. Raises: Fenced, Refused."""
        registry = self._kernel.registry
        return self._kernel.storage.read(
            site.tenant, lambda view: snapshotting.chunk(view, registry, site.site, request)
        )

    def call(self, site: Actor, request: CallRequest) -> CallReply:
        """Run a function, figure or report for a site's user; a function that takes long goes on, and
        the answer says how far it is. Raises: what it raises."""
        # What a site reads for all its users, to have it offline, it reads for nobody.
        own = request.kind == "figure" and request.user == "system"
        by = Actor(site.tenant, request.user, site.site, request.workstation, trusted=own)
        kernel = self._kernel
        kernel.storage.read(site.tenant, lambda view: cloud_log.site_row(view, site.site))
        result: Any
        if request.kind == "invoke":
            owner = (site.tenant, site.site)
            return self._operations.run(
                owner, request.call_id, request.id, lambda told: self._invoked(by, request, told)
            )
        if request.kind == "account":
            result = kernel.accounts.answer(by, request.id, request.params)
        elif request.kind == "figure":
            result = asdict(kernel.figure(by, request.id, request.params))["value"]
        else:
            result = invocation.table_json(kernel.report(by, request.id, request.params))
        return CallReply(result, kernel.storage.head(site.tenant))

    def _invoked(self, by: Actor, request: CallRequest, told: Progress) -> CallReply:
        result = self._kernel.invoke(
            by,
            request.id,
            request.params,
            call_id=request.call_id,
            progress=told,
            pass_warnings=request.pass_warnings,
        )
        findings = tuple(result.pop("_findings", ()))
        return CallReply(result, self._kernel.storage.head(by.tenant), findings)

    def get_operation(self, site: Actor, request: OperationRequest) -> CallReply:
        """Answer for a function under way. Raises: Unknown: ``operation_unknown``; what it raised."""
        return self._operations.state((site.tenant, site.site), request.call_id)

    def cancel_operation(self, site: Actor, request: OperationRequest) -> CancelReply:
        """Cancel a function under way. Raises: Unknown: ``operation_unknown``."""
        return CancelReply(self._operations.cancel((site.tenant, site.site), request.call_id))

    def watch(self, site: Actor, stopped: Callable[[], bool]) -> Iterator[Poke]:
        """Yield a poke whenever the feed moves, until ``stopped`` says so."""
        seen = self.head(site)
        yield Poke(seen, "start")
        while not stopped():
            with self._changed:
                if self._heads.get(site.tenant, 0) <= seen:
                    self._changed.wait(timeout=WATCH_WAIT_S)
                head = self._heads.get(site.tenant, 0)
            if head > seen:
                seen = head
                yield Poke(head)


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused("bad_date", {"field": "date", "value": text}) from error
