"""At the site: seal what waits, and write it into a file for the cloud (sync-design §15)."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lienso import limits
from lienso.errors import Refused
from lienso.ids import instant_text
from lienso.storage import View, Writer
from lienso.sync import retrying, sealing, site_log, site_scope
from lienso.sync.grouping import GROUP_MAX, whole_groups
from lienso.sync.messages import Change, HelloRequest, PullRequest, PushRequest

from .keys import SiteKey
from .sealed_file import write_sealed
from .wire import NO_SESSION, packed

if TYPE_CHECKING:
    from lienso.kernel import Kernel

OPEN_MAX = 100_000
"""Changes that wait in files for their verdicts: a Hello over the line, which names them all, stays
under 4 MiB. What is more waits for the next file."""

CHANGES_PER_PUSH = 250
"""Half of what a push may carry, since a change may bring more than one record with it."""

OVERHEAD_BYTES = 512


@dataclass(frozen=True, slots=True)
class Exported:
    """What a file carries.

    Attributes:
        left: changes that wait for the next file.
    """

    file: str
    number: int
    bundle_id: str
    changes: int
    retries: int
    left: int


def export(
    kernel: Kernel, key: SiteKey, path: Path, after: int = 0, open_max: int = OPEN_MAX
) -> Exported:
    """Seal what waits and write a file of all that has no verdict yet; a lost file is made again.

    Args:
        after: of a site that was set back from a backup, the last number that the cloud has.
        open_max: changes that may be without a verdict; what is more waits for the next file.
    Raises:
        Refused: ``bundle_file_exists``, ``bundle_unwritable``. LimitExceeded.
    """
    tenant, storage = key.tenant, kernel.storage
    if path.exists():
        raise Refused("bundle_file_exists", {"file": str(path)})
    storage.write(tenant, _begin)
    _seal(kernel, tenant, open_max)
    bundle_id = kernel.ids.new()
    number = storage.write(tenant, lambda writer: _next_number(writer, bundle_id, after))

    def write(view: View) -> Exported:
        at = site_log.position(view)
        write_sealed(path, key, _header(view, bundle_id, number), _messages(kernel, view))
        again = view.state("failure_push").count(equals={"retrying": True})
        left = view.state("outbox").count()
        return Exported(str(path), number, bundle_id, at.sealed - at.acked, again, left)

    return storage.read(tenant, write)  # One instant, however long the file is.


def _begin(writer: Writer) -> None:
    """A file is a session: what may have cleared goes again, and a log without proof begins anew."""
    retrying.retry_cleared(writer, new_session=True)
    site_scope.ask_anew(writer)
    at = site_log.position(writer)
    if not at.incarnation and writer.state("sealed").count() != at.sealed:
        sealing.reseal(writer, 0, at.history_id)


def _seal(kernel: Kernel, tenant: str, open_max: int) -> None:
    def is_catalog(type: str) -> bool:
        record_type = kernel.registry.record_types.get(type)
        return record_type is not None and record_type.kind == "catalog"

    todo = kernel.storage.read(
        tenant,
        lambda view: sealing.plan(
            view, lambda change: not sealing.is_held(kernel.registry, change), is_catalog
        ),
    )
    for start in range(0, len(todo), sealing.SEALED_MAX):
        part = todo[start : start + sealing.SEALED_MAX]
        kernel.storage.write(
            tenant,
            lambda writer, part=part: sealing.seal_planned(writer, part, open_max),  # type: ignore[misc]  # mypy sees no default here
        )


def _next_number(writer: Writer, bundle_id: str, after: int) -> int:
    last = int(site_log.identity(writer, "bundle_number", "0"))
    number = max(last, after) + 1
    site_log.set_identity(writer, bundle_number=number, bundle_id=bundle_id)
    turn = str(site_scope.turn_here(writer))
    if turn != site_log.identity(writer, "bundle_scope_turn", "0"):
        site_log.set_identity(writer, bundle_scope_turn=turn, bundle_scope_number=number)
    return number


def _header(view: View, bundle_id: str, number: int) -> dict[str, Any]:
    at = site_log.position(view)
    return {
        "from": "site",
        "bundle_id": bundle_id,
        "number": number,
        "incarnation": at.incarnation,
        "history": at.history_id,
        "ranges": {
            "first_seq": at.acked + 1,
            "last_seq": at.sealed,
            "cursor": site_log.cursor(view),
        },
    }


def _messages(kernel: Kernel, view: View) -> Iterator[dict[str, Any]]:
    """Yield Hello, the log, what is outside its order, and the pull."""
    at = site_log.position(view)
    yield packed(_hello(kernel, view, at))
    seq, proof = at.acked, at.chain_acked
    while seq < at.sealed:
        rows = view.state("sealed").scan(start=(seq + 1,), limit=CHANGES_PER_PUSH + GROUP_MAX)
        assert [row["site_seq"] for row in rows[:1]] == [seq + 1], "a log has no hole"
        changes = _fitting([site_log.change_from_text(row["content"]) for row in rows])
        groups = {change.group_id for change in changes if change.group_id}
        # What was refused of a group before goes with the rest of it.
        refused = retrying.retries_of(view, sorted(groups))
        along = [change for again in refused.values() for change in again]
        yield packed(PushRequest(NO_SESSION, seq + 1, proof, tuple(changes), tuple(along)))
        seq, proof = seq + len(changes), bytes(rows[len(changes) - 1]["chain"])
    yield from _judged_again(view, at)
    yield from _given_up(view, at)
    yield packed(PullRequest(NO_SESSION, site_log.cursor(view)))


def _hello(kernel: Kernel, view: View, at: site_log.LogPosition) -> HelloRequest:
    """Return what the site says of itself; the log follows, and with it the other proofs."""
    assert kernel.site is not None, "only a site makes files for the cloud"
    known = {row["change_id"] for row in view.state("withdrawn").scan()}
    for row in view.state("failure_push").scan():
        known |= {row["change_id"], *site_log.change_from_text(row["content"]).supersedes}
    for change in site_log.each_waiting(view):
        known.update(change.supersedes)
    return HelloRequest(
        at.incarnation,
        at.history_id,
        at.sealed,
        at.acked,
        (at.chain_acked, at.chain_sealed),
        site_log.cursor(view),
        tuple(sorted(known)),
        kernel.site.host,
        manifest={name: kernel.plugins.sources[name] for name in kernel.registry.modules},
        clock=instant_text(kernel.clock.now()),
        feed_proof=site_scope.feed_proof(view),
    )


def _judged_again(view: View, at: site_log.LogPosition) -> Iterator[dict[str, Any]]:
    """Yield what is judged again, outside the order of the log.

    Of groups only those that stand here whole: the others went with the log, or go with the next file.
    """

    def push(changes: Sequence[Change]) -> dict[str, Any]:
        return packed(
            PushRequest(NO_SESSION, at.sealed + 1, at.chain_sealed, retries=tuple(changes))
        )

    start, groups = ("",), set[str]()
    while rows := view.state("failure_push").scan(
        equals={"retrying": True}, start=start, limit=CHANGES_PER_PUSH
    ):
        again = [
            dataclasses.replace(site_log.change_from_text(row["content"]), attempt=row["attempt"])
            for row in rows
        ]
        groups |= {change.group_id for change in again}
        alone = [change for change in again if not change.group_id]
        while alone:
            part = _fitting(alone)
            yield push(part)
            alone = alone[len(part) :]
        start = (rows[-1]["change_id"] + "\0",)
    if groups := groups - {""}:
        whole = groups - site_log.groups_in(view, "outbox", "sealed")
        for again in retrying.retries_of(view, sorted(whole)).values():
            yield push(again)


def _given_up(view: View, at: site_log.LogPosition) -> Iterator[dict[str, Any]]:
    """Yield what the users gave up, with what they chose instead."""
    withdrawn = view.state("withdrawn").scan()
    for first in range(0, len(withdrawn), limits.BATCH_CHANGES_MAX):
        part = withdrawn[first : first + limits.BATCH_CHANGES_MAX]
        ids = tuple(row["change_id"] for row in part)
        decisions = {
            row["change_id"]: {"choice": row["choice"], "user": row["user"]}
            for row in part
            if row["choice"]
        }
        yield packed(
            PushRequest(
                NO_SESSION, at.sealed + 1, at.chain_sealed, withdraws=ids, decisions=decisions
            )
        )


def _fitting(changes: Sequence[Change]) -> list[Change]:
    """Return the first changes that one push carries: at least one, and whole groups."""
    size = count = 0
    for change in changes[:CHANGES_PER_PUSH]:
        size += len(change.body.encode()) + len(change.base_body.encode()) + OVERHEAD_BYTES
        if count and size > limits.CHANGE_BYTES_MAX:
            break
        count += 1
    return list(changes[: whole_groups(changes, count)])
