"""What one push carries, and what its answer does: functions over one transaction, sans I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .. import limits
from ..errors import LiensoError, LinkError
from ..registry import Registry
from ..storage import View, Writer
from .messages import Change, PushReply, PushRequest, Session, Verdict
from .sealing import acknowledge, leave_out, unacked
from .settlement import retries, take_verdict
from .site_log import position

OVERHEAD_BYTES = 512
"""What a change takes beside its bodies: ids, names, provenance."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Part of a site's log, with what is sent outside its order.

    Attributes:
        entries: (position, change). ``previous_chain``: proof before the first of them.
    """

    first_seq: int
    previous_chain: bytes
    entries: tuple[tuple[int, Change], ...]
    retries: tuple[Change, ...]
    withdraws: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.entries) + len(self.retries)

    def request(self, session: Session) -> PushRequest:
        """Return the message."""
        return PushRequest(
            session,
            self.first_seq,
            self.previous_chain,
            tuple(change for _seq, change in self.entries),
            self.retries,
            self.withdraws,
        )


def something_to_send(view: View) -> bool:
    """Tell whether changes of the log, retries or withdrawals wait to be sent."""
    return bool(
        view.state("sealed").count()
        or view.state("failure_push").count(equals={"retrying": True})
        or view.state("withdrawn").count()
    )


def next_batch(view: View, count_max: int) -> Batch:
    """Return the next part of the log, then retries where there is room, then withdrawals."""
    at = position(view)
    rows = unacked(view, count_max)
    fits = _fitting([change for _seq, change, _proof in rows])
    entries = tuple((seq, change) for seq, change, _proof in rows[:fits])
    again: Sequence[Change] = ()
    if fits == len(rows) < count_max:
        again = retries(view, count_max - fits)
        again = again[: _fitting([*(change for _seq, change in entries), *again]) - fits]
    withdrawn = view.state("withdrawn").scan(limit=limits.BATCH_CHANGES_MAX)
    return Batch(
        at.acked + 1,
        at.chain_acked,
        entries,
        tuple(again),
        tuple(row["change_id"] for row in withdrawn),
    )


def _fitting(changes: Sequence[Change]) -> int:
    """Return how many changes fit one message; at least the first one."""
    size = 0
    for number, change in enumerate(changes):
        size += len(change.body.encode()) + len(change.base_body.encode()) + OVERHEAD_BYTES
        if size > limits.CHANGE_BYTES_MAX and number:
            return number
    return len(changes)


def take_reply(
    writer: Writer, registry: Registry, batch: Batch, reply: PushReply, at: str
) -> Sequence[Verdict]:
    """Carry out the verdicts of a batch; those of a log that was fenced meanwhile change nothing.

    Returns:
        The verdicts.
    Raises:
        LinkError: this is no answer to the batch.
    """
    changes = [change for _seq, change in batch.entries] + list(batch.retries)
    if [c.change_id for c in changes] != [verdict.change_id for verdict in reply.verdicts]:
        raise LinkError(detail={"cause": "the verdicts are not those of the batch"})
    if position(writer).incarnation != reply.session.incarnation:
        return ()
    log, failed, outbox = (writer.state(n) for n in ("sealed", "failure_push", "outbox"))
    verdicts = iter(reply.verdicts)
    for site_seq, change in batch.entries:
        verdict = next(verdicts)
        row = log.get(site_seq)
        if row is not None and row["change_id"] == change.change_id:
            take_verdict(writer, registry, change, verdict, at)
    for change in batch.retries:
        verdict = next(verdicts)
        waits = outbox.get(change.type, change.record_id) is not None
        given_up = failed.get(change.change_id) is None and not waits
        if verdict.done or not given_up:
            take_verdict(writer, registry, change, verdict, at)
    if batch.entries:
        acknowledge(writer, batch.entries[-1][0])
    for change_id in batch.withdraws:
        writer.state("withdrawn").delete(change_id)
    return reply.verdicts


def isolate(writer: Writer, registry: Registry, batch: Batch, error: LiensoError, at: str) -> None:
    """List the single change of a batch that the cloud cannot even judge, so that the rest goes on.

    A log cannot have a hole: what follows the change is sealed anew in an incarnation of its own.
    """
    assert len(batch) == 1, "larger batches are halved first"
    change = batch.entries[0][1] if batch.entries else batch.retries[0]
    code = "TOO_LARGE" if error.code == "limit_exceeded" else "INTERNAL"
    detail = {**error.detail, "code": error.code, "trace_id": change.change_id}
    take_verdict(writer, registry, change, Verdict(change.change_id, code, detail=detail), at)
    if batch.entries:
        leave_out(writer, batch.entries[0][0])
