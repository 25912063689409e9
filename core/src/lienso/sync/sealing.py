"""The sealed log of a site: positions, proofs, and what a fence does to them (sync-design §2, §4).

Sans I/O: functions over one transaction.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from ..canonical import parse
from ..registry import Registry
from ..storage import View, Writer
from .messages import CHAIN_START, PROOFS_MAX, Change, chain
from .site_log import (
    change_from_text,
    each_waiting,
    group_of,
    groups_in,
    position,
    send_along,
    set_identity,
)

SEALED_MAX = PROOFS_MAX - 1
"""Unacknowledged changes: a Hello carries a proof of each."""


class _Waiting(NamedTuple):
    """What the order of sealing needs to know of a pending change."""

    type: str
    refs: tuple[str, ...]
    group_id: str


def is_held(registry: Registry, change: Change) -> bool:
    """Tell whether a change waits until somebody names it: see `RecordType.held`."""
    record_type = registry.record_types.get(change.type)
    held = None if record_type is None else record_type.held
    return held is not None and bool(change.body) and held(parse(change.body))


def plan(
    view: View, chosen: Callable[[Change], bool], is_catalog: Callable[[str], bool]
) -> list[tuple[str, str]]:
    """Put the chosen changes, and what they refer to, in the order in which they are to be sealed.

    Catalogs come before vouchers, what is referred to before what refers, then the order of saving.

    Returns:
        (type, record id) of each.
    """
    pending: dict[str, _Waiting] = {}
    first: list[str] = []
    for change in each_waiting(view):
        pending[change.record_id] = _Waiting(change.type, tuple(change.refs), change.group_id)
        if chosen(change):
            first.append(change.record_id)
    order = _ordered(pending, _closure(pending, first), is_catalog)
    return [(pending[id].type, id) for id in _groups_in_one_place(pending, order)]


def in_order(changes: Sequence[Change], is_catalog: Callable[[str], bool]) -> list[str]:
    """Put changes, at most one a record, in the order in which `plan` would seal them; record ids."""
    pending = {c.record_id: _Waiting(c.type, tuple(c.refs), c.group_id) for c in changes}
    return _groups_in_one_place(pending, _ordered(pending, set(pending), is_catalog))


def seal(
    writer: Writer, chosen: Callable[[Change], bool], is_catalog: Callable[[str], bool]
) -> int:
    """Plan and seal in one go; see `plan` and `seal_planned`."""
    return seal_planned(writer, plan(writer, chosen, is_catalog))


def seal_planned(
    writer: Writer,
    order: Sequence[tuple[str, str]],
    open_max: int = SEALED_MAX,
    copied: Collection[str] | None = None,
    piece: int = SEALED_MAX,
) -> int:
    """Give pending changes the next positions of the log, as many as an open log may hold.

    They are durable only when this transaction commits: send after that. Passed over are records that
    wait no more, those whose earlier change has no verdict yet: it will be their base, and groups of
    which a part has none: what was refused of them goes with one part only.

    Args:
        order: (type, record id).
        open_max: changes that may be without a verdict; a file carries more than a line.
        copied: changes of which there is a copy; others are passed over. None: it does not matter.
        piece: so many are dealt with before it is asked whether somebody else waits for the store.
    Returns:
        How many of ``order`` were dealt with.
    """
    at = position(writer)
    outbox, log = writer.state("outbox"), writer.state("sealed")
    room = open_max - (at.sealed - at.acked)
    contents: list[str] = []
    groups: set[str] = set()
    open_groups = groups_in(writer, "sealed")
    done, look_at = 0, piece
    rows = ((id, outbox.get(type, id)) for type, id in order)
    for name, members in itertools.groupby(rows, lambda found: _group(found[1]) or found[0]):
        if done >= look_at:
            if writer.others_wait():
                break
            look_at = done + piece
        part = list(members)
        waits = [row for _id, row in part if row is not None]
        if len(contents) + max(len(waits), 1) > room:
            break
        done += len(part)
        if name in open_groups or any(
            log.scan(equals={"record_id": id}, limit=1) for id, _row in part
        ):
            continue
        if copied is not None and any(row["change_id"] not in copied for row in waits):
            continue  # It was saved just now.
        for row in waits:
            contents.append(row["content"])
            outbox.delete(row["type"], row["record_id"])
            groups.add(_group(row))
    _put_sealed(writer, contents, at.sealed + 1, at.chain_sealed)
    send_along(writer, groups)
    return done


def _group(row: Mapping[str, Any] | None) -> str:
    return "" if row is None else group_of(row)


def _put_sealed(writer: Writer, contents: Sequence[str], first_seq: int, proof: bytes) -> None:
    rows = []
    for site_seq, content in enumerate(contents, first_seq):
        change = change_from_text(content)
        proof = chain(proof, site_seq, change)
        for superseded in change.supersedes:  # It went along as it was while the edit waited.
            writer.state("failure_push").delete(superseded)
        rows.append(
            {
                "site_seq": site_seq,
                "change_id": change.change_id,
                "type": change.type,
                "record_id": change.record_id,
                "content": content,
                "chain": proof,
            }
        )
    if rows:
        writer.state("sealed").put_many(rows)
        set_identity(writer, sealed=rows[-1]["site_seq"], chain_sealed=proof.hex())


def _closure(pending: Mapping[str, _Waiting], chosen: Sequence[str]) -> set[str]:
    """Return what goes with the chosen: what it refers to, and the rest of its group."""
    members: dict[str, list[str]] = {}
    for id, change in pending.items():
        if change.group_id:
            members.setdefault(change.group_id, []).append(id)
    wanted: set[str] = set()
    todo = list(chosen)
    while todo:
        id = todo.pop()
        if id not in wanted:
            wanted.add(id)
            todo += [ref for ref in pending[id].refs if ref in pending]
            todo += members.get(pending[id].group_id, ())
    return wanted


def _groups_in_one_place(pending: Mapping[str, _Waiting], order: Sequence[str]) -> list[str]:
    """Put the members of a group together, where the last of them stood: all they need is before it."""
    last = {pending[id].group_id: id for id in order}
    together: dict[str, list[str]] = {}
    found: list[str] = []
    for id in order:
        group = pending[id].group_id
        if not group:
            found.append(id)
            continue
        together.setdefault(group, []).append(id)
        if last[group] == id:
            found += together[group]
    return found


def _ordered(
    pending: Mapping[str, _Waiting], wanted: set[str], is_catalog: Callable[[str], bool]
) -> list[str]:
    saved = [id for id in pending if id in wanted]
    saved.sort(key=lambda id: not is_catalog(pending[id].type))
    order: list[str] = []
    seen: set[str] = set()
    for first in saved:
        stack = [(first, False)]
        while stack:
            id, visited = stack.pop()
            if visited:
                order.append(id)
            elif id not in seen:
                seen.add(id)
                stack.append((id, True))
                refs = sorted(ref for ref in pending[id].refs if ref in wanted)
                stack += [(ref, False) for ref in reversed(refs)]
    return order


def unacked(view: View, limit: int | None = None) -> list[tuple[int, Change, bytes]]:
    """List sealed changes whose verdict is not in hand: (position, change, proof)."""
    rows = view.state("sealed").scan(limit=limit)
    return [
        (row["site_seq"], change_from_text(row["content"]), bytes(row["chain"])) for row in rows
    ]


def acknowledge(writer: Writer, site_seq: int) -> None:
    """Move A over positions whose verdicts are in hand, and drop them from the log."""
    table = writer.state("sealed")
    rows = table.scan(stop=(site_seq + 1,))
    if not rows or rows[-1]["site_seq"] != site_seq:
        return
    for row in rows:
        table.delete(row["site_seq"])
    set_identity(writer, acked=site_seq, chain_acked=bytes(rows[-1]["chain"]).hex())


def leave_out(writer: Writer, site_seq: int) -> None:
    """Take a change out of the log; the next Hello proves nothing and begins a new incarnation."""
    writer.state("sealed").delete(site_seq)
    set_identity(writer, incarnation=0)


def reseal(writer: Writer, incarnation: int, history_id: str) -> None:
    """Begin a new incarnation: what was not acknowledged is sealed anew, with its own change ids.

    The order stays; the cloud answers by change id what it had decided already.
    """
    table = writer.state("sealed")
    rows = table.scan()
    for row in rows:
        table.delete(row["site_seq"])
    set_identity(
        writer,
        incarnation=incarnation,
        history_id=history_id,
        sealed=0,
        acked=0,
        chain_acked="",
        chain_sealed="",
    )
    _put_sealed(writer, [row["content"] for row in rows], 1, CHAIN_START)
