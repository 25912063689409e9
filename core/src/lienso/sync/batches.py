"""What one push carries, and what its answer does: functions over one transaction, sans I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from .. import limits
from ..errors import LiensoError, LinkError
from ..registry import Registry
from ..storage import View, Writer
from .grouping import GROUP_MAX, whole_groups
from .messages import Change, PushReply, PushRequest, Session, Verdict
from .retrying import retries, retries_of
from .sealing import acknowledge, leave_out, unacked
from .settlement import take_verdict
from .site_log import groups_in, position

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
    decisions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.entries) + len(self.retries)

    @property
    def indivisible(self) -> bool:
        """Tell whether there is nothing to halve: one change, or one group."""
        changes = [*(change for _seq, change in self.entries), *self.retries]
        groups = {change.group_id for change in changes}
        return len(changes) == 1 or (len(groups) == 1 and groups != {""})

    def request(self, session: Session) -> PushRequest:
        """Return the message."""
        return PushRequest(
            session,
            self.first_seq,
            self.previous_chain,
            tuple(change for _seq, change in self.entries),
            self.retries,
            self.withdraws,
            self.decisions,
        )


def something_to_send(view: View) -> bool:
    """Tell whether changes of the log, retries or withdrawals wait to be sent."""
    return bool(
        view.state("sealed").count() or view.state("withdrawn").count() or _again(view, (), 1)
    )


def next_batch(view: View, count_max: int, bytes_max: int = limits.CHANGE_BYTES_MAX) -> Batch:
    """Return the next part of the log, then retries where there is room, then withdrawals."""
    at = position(view)
    rows = unacked(view, count_max + GROUP_MAX)
    log = [change for _seq, change, _proof in rows]
    fits = whole_groups(log, min(_fitting(log, bytes_max), count_max))
    entries = tuple((seq, change) for seq, change, _proof in rows[:fits])
    again = _again(view, log[:fits], count_max if fits == len(rows) else 0)
    withdrawn = view.state("withdrawn").scan(limit=limits.BATCH_CHANGES_MAX)
    return Batch(
        at.acked + 1,
        at.chain_acked,
        entries,
        tuple(again),
        tuple(row["change_id"] for row in withdrawn),
        {
            row["change_id"]: {"choice": row["choice"], "user": row["user"]}
            for row in withdrawn
            if row["choice"]
        },
    )


def _again(view: View, log: Sequence[Change], count_max: int) -> list[Change]:
    """Return what is sent outside the order: the rest of the log's groups, and more where there is room.

    A group of which something else waits stays behind.
    """
    groups = {change.group_id for change in log if change.group_id}
    along = [change for again in retries_of(view, sorted(groups)).values() for change in again]
    room = count_max - len(log) - len(along)
    if room <= 0:
        return along
    more = retries(view, room)
    if any(change.group_id for change in more):
        more = sorted(retries(view), key=lambda change: change.group_id)
        groups |= groups_in(view, "outbox", "sealed")
    more = [change for change in more if change.group_id not in groups]
    fits = _fitting([*log, *along, *more[:room]]) - len(log) - len(along)
    return [*along, *more[: whole_groups(more, max(fits, 0))]]


def _fitting(changes: Sequence[Change], bytes_max: int = limits.CHANGE_BYTES_MAX) -> int:
    """Return how many changes fit one message; at least the first one."""
    size = 0
    for number, change in enumerate(changes):
        size += len(change.body.encode()) + len(change.base_body.encode()) + OVERHEAD_BYTES
        if size > bytes_max and number:
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
    failed, outbox = writer.state("failure_push"), writer.state("outbox")
    last = batch.first_seq + len(batch.entries)
    rows = writer.state("sealed").scan(start=(batch.first_seq,), stop=(last,))
    sealed = {row["site_seq"]: row["change_id"] for row in rows}
    verdicts = iter(reply.verdicts)
    for site_seq, change in batch.entries:
        verdict = next(verdicts)
        if sealed.get(site_seq) == change.change_id:
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


def parts(batch: Batch, reply: PushReply, piece: int) -> list[tuple[Batch, PushReply]]:
    """Split a batch and its answer so that the verdicts of each part can be taken by themselves, in
    order; a group stays whole, and so does what is no answer to the batch."""
    entries, cuts = batch.entries, [0]
    asked = [change.change_id for _seq, change in entries]
    if asked == [verdict.change_id for verdict in reply.verdicts[: len(asked)]]:
        groups = [change.group_id for _seq, change in entries]
        for end in range(1, len(entries)):
            together = groups[end] and groups[end] == groups[end - 1]
            if end - cuts[-1] >= piece and not together:
                cuts.append(end)
    found = []
    for first, last in pairwise(cuts):
        seq, here = batch.first_seq + first, entries[first:last]
        part = replace(batch, first_seq=seq, entries=here, retries=(), withdraws=())
        found.append((part, replace(reply, verdicts=reply.verdicts[first:last])))
    rest = replace(batch, first_seq=batch.first_seq + cuts[-1], entries=entries[cuts[-1] :])
    return [*found, (rest, replace(reply, verdicts=reply.verdicts[cuts[-1] :]))]


def take_beginning(
    writer: Writer, registry: Registry, todo: Sequence[tuple[Batch, PushReply]], at: str
) -> tuple[int, list[Verdict]]:
    """Take the verdicts of parts until somebody else waits for the store; see `take_reply`.

    Returns:
        (how many parts were taken, their verdicts).
    """
    verdicts: list[Verdict] = []
    for done, (batch, reply) in enumerate(todo, 1):
        verdicts += take_reply(writer, registry, batch, reply, at)
        if writer.others_wait():
            return done, verdicts
    return len(todo), verdicts


def isolate(writer: Writer, registry: Registry, batch: Batch, error: LiensoError, at: str) -> None:
    """List the single change or group of a batch that the cloud cannot even judge; the rest goes on.

    A log cannot have a hole: what follows the change is sealed anew in an incarnation of its own.
    """
    assert batch.indivisible, "larger batches are halved first"
    code = "TOO_LARGE" if error.code == "limit_exceeded" else "INTERNAL"
    for change in (*(change for _seq, change in batch.entries), *batch.retries):
        detail = {**error.detail, "code": error.code, "trace_id": change.change_id}
        take_verdict(writer, registry, change, Verdict(change.change_id, code, detail=detail), at)
    for site_seq, _change in batch.entries:
        leave_out(writer, site_seq)
