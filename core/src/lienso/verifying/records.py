"""Records: digests, the positions of the feed, and who holds which code, number or unique value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..canonical import digest_of, parse
from ..chaining import TABLE, Head, facts_of
from ..claims import claims_of
from ..errors import LiensoError
from ..records import to_record
from ..skew import body_of
from ..storage import RecordRef
from ..sync.reoffering import feed_jumps
from .chain import Links
from .report import Check, live_records

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..view import View

FEED = "feed_seq"
"""Name of the feed's counter."""


@dataclass(slots=True)
class Streamed:
    """What the export of a company told.

    Attributes:
        claims: (space, value, owner) of every claim.
        newest: highest feed position of a version that is here.
        head: last link of the chain; None at a site.
    """

    checks: list[Check]
    claims: list[tuple[str, str, RecordRef]] = field(default_factory=list)
    newest: int = 0
    head: Head | None = None


def check_stream(kernel: Kernel, tenant: str, anchors: Sequence[Head] = ()) -> Streamed:
    """Go once through all that is stored of a company, at one instant."""
    digests, feed, links = Check("digests"), Check("feed"), Links(anchors)
    found = Streamed([digests])
    positions: dict[int, tuple[str, str]] = {}
    head = 0
    for row in kernel.storage.tenants().export(tenant):
        table = row["table"]
        if table in ("record", "history"):
            _check_digest(digests, row)
            found.newest = max(found.newest, row["feed_seq"])
            if kernel.role == "cloud":
                _check_position(feed, positions, row)
                links.facts[row["feed_seq"]] = facts_of(row)
        elif table == "state" and row["name"] == "bygone_record":
            bygone = row["row"]
            for version in parse(bygone["versions"]):
                _check_position(feed, positions, {**version, "id": bygone["record_id"]})
                links.facts[version["feed_seq"]] = facts_of(version)
        elif table == "claim":
            owner = RecordRef(row["type"], row["id"])
            found.claims.append((row["space"], row["value"], owner))
        elif table == "counter" and row["name"] == FEED:
            head = row["value"]
        elif table == "state" and row["name"] == TABLE:
            links.add(row["row"])  # They come in the order of their key, behind the versions.
    if kernel.role == "cloud":
        jumps = kernel.storage.read(tenant, feed_jumps)
        _check_gaps(feed, positions, head, jumps)
        found.checks += [feed, links.end()]
        found.head = links.head
    return found


def _check_digest(check: Check, row: Mapping[str, Any]) -> None:
    check.looked_at += 1
    wanted = "" if row["deleted"] else digest_of(row["body"])
    if row["digest"] != wanted:
        where = {name: row[name] for name in ("type", "id", "version")}
        check.add("the body is not the one that was saved: its digest differs", **where)


def _check_position(
    check: Check, positions: dict[int, tuple[str, str]], row: Mapping[str, Any]
) -> None:
    """Every version of every record has a position of its own."""
    check.looked_at += 1
    here, before = (row["type"], row["id"]), positions.get(row["feed_seq"])
    if before is not None:
        where = {"feed_seq": row["feed_seq"], "records": [list(before), list(here)]}
        check.add("two versions have one position", **where)
    positions[row["feed_seq"]] = here


def _check_gaps(
    check: Check,
    positions: Mapping[int, tuple[str, str]],
    head: int,
    jumps: Sequence[Sequence[int]] = (),
) -> None:
    """All positions from 1 to the head are there: nothing was taken out of the feed.

    Args:
        jumps: what a restored cloud left out; see `lienso.sync.reoffering.feed_jumps`.
    """
    left_out = {before: last for before, last in jumps}

    def following(position: int) -> int:
        while position in left_out:
            position = left_out[position]
        return position + 1

    expected = following(0)
    for position in sorted(positions):
        if position > expected:
            check.add("versions are missing", first=expected, last=position - 1)
        expected = following(position)
    if expected <= head:
        check.add("versions are missing", first=expected, last=head)
    if expected > head + 1:
        check.add("versions stand behind the head", head=head, last=expected - 1)


def check_claims(kernel: Kernel, view: View, stored: Sequence[tuple[str, str, RecordRef]]) -> Check:
    """Every live record holds its code, numbers and unique values, and nobody else holds any."""
    check = Check("claims", len(stored))
    wanted: set[tuple[str, str]] = set()
    for record in live_records(view.stored):
        record_type = kernel.registry.record_types.get(record.type)
        if record_type is None:
            continue  # Opaque until its module is installed.
        ref = RecordRef(record.type, record.id)
        try:
            parsed, body = to_record(kernel.registry, record), body_of(record_type, record)
        except LiensoError as error:
            check.add("the body cannot be read", type=ref.type, id=ref.id, code=error.code)
            continue
        for space, value in claims_of(view, record_type, parsed, body).items():
            wanted.add((space, value))
            holder = view.stored.claimed(space, value)
            if holder != ref:
                held = None if holder is None else list(holder)
                where = {"type": ref.type, "id": ref.id, "space": space, "value": value}
                check.add("a record does not hold its own value", **where, holder=held)
    for space, value, owner in stored:
        known = owner.type in kernel.registry.record_types
        if known and (space, value) not in wanted and view.stored.claimed(space, value) == owner:
            where = {"type": owner.type, "id": owner.id, "space": space, "value": value}
            check.add("a value is held that no live record has", **where)
    return check
