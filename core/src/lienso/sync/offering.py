"""What a site offers to a cloud that was restored from a backup (sync-design §13).

The site holds records that the backup does not have; `lienso.sync.reoffering` takes them back.
Sans I/O: functions over one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import limits
from ..canonical import canonical_text, parse
from ..records import posting_of, references
from ..registry import Registry
from ..skew import is_newer
from ..storage import StoredRecord, View, Writer
from .messages import Change, Verdict
from .reoffering import OFFER_MAX
from .site_log import (
    CURSOR_NAME,
    NO_LOCAL,
    adopt,
    change_from_text,
    change_text,
    cursor,
    identity,
    local_of,
    put_local,
    put_outbox,
    record_from_text,
    record_text,
    set_identity,
)

FEED = ("catalog", "other")
"""What is as in the cloud, from this store's feed: catalogs come first, postings look them up."""

PHASES = (*FEED, "record_local", "held", "opaque", "failure_pull")
"""Then what an unsent edit started from, and what stands aside whole as it came."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Records to offer, and where to go on: ``after`` is a place in the feed, or a row's key."""

    phase: str
    records: tuple[StoredRecord, ...]
    next_phase: str
    next_after: str


def begin_offering(writer: Writer, registry: Registry, point: int, head: int) -> None:
    """Have everything offered that this site took after a point of the lost history.

    Args:
        head: of the cloud; what has a later place was given in the new history.
    """
    catalogs = [one.id for one in registry.record_types.values() if one.kind == "catalog"]
    set_identity(
        writer,
        offer_phase=PHASES[0],
        offer_after=point,
        offer_point=point,
        offer_until=head,
        offer_catalogs=canonical_text(sorted(catalogs)),
    )
    at = min(cursor(writer), point)
    writer.state("cursor").put(
        {"name": CURSOR_NAME, "history_id": identity(writer, "history_id"), "position": at}
    )


def next_offer(view: View) -> Offer | None:
    """Return what is to be offered next; None when all was."""
    phase, after = identity(view, "offer_phase"), identity(view, "offer_after")
    if not phase:
        return None
    point, until = (int(identity(view, name)) for name in ("offer_point", "offer_until"))
    later = PHASES[PHASES.index(phase) + 1 :]
    following = later[0] if later else ""
    begin = str(point) if following in FEED else ""
    if phase in FEED:
        # As it was when the offer began: a module that comes or goes meanwhile leaves nothing out.
        catalogs = set(parse(identity(view, "offer_catalogs", "[]")))
        page = view.changes(int(after), limit=OFFER_MAX, bytes_max=limits.CHANGE_BYTES_MAX)
        records = tuple(
            record
            for record in page.records
            if record.feed_seq <= until
            and ((record.type in catalogs) == (phase == "catalog"))
            and local_of(view, record.type, record.id) is None
            and view.state("opaque").get(record.type, record.id) is None
        )
        if not page.records or page.next_after >= until:
            return Offer(phase, records, following, begin)
        return Offer(phase, records, phase, str(page.next_after))
    rows = view.state(phase).scan(start=parse(after) if after else None, limit=OFFER_MAX)
    if after and rows and [rows[0][name] for name in _KEYS[phase]] == parse(after):
        del rows[0]
    found: list[StoredRecord] = []
    size = 0
    for row in rows:
        record = _held_in(view, phase, row)
        if record is not None and point < record.feed_seq <= until:
            size += len(record.body.encode())
            if found and size > limits.CHANGE_BYTES_MAX:
                return Offer(phase, tuple(found), phase, after)
            found.append(record)
        after = canonical_text([row[name] for name in _KEYS[phase]])
    return Offer(phase, tuple(found), *((phase, after) if rows else (following, begin)))


_KEYS: Mapping[str, tuple[str, str]] = {
    "record_local": ("type", "id"),
    **{table: ("type", "record_id") for table in ("held", "opaque", "failure_pull")},
}


def _held_in(view: View, phase: str, row: Mapping[str, Any]) -> StoredRecord | None:
    if phase == "record_local":
        text = row["shadow"] or row["base"]
    elif row["raw"]:
        text = row["raw"]
    else:
        return view.get(row["type"], row["record_id"], deleted=True)
    return record_from_text(text) if text else None


def take_answer(
    writer: Writer,
    registry: Registry,
    offer: Offer,
    verdicts: Sequence[Verdict],
    new_id: Callable[[], str],
    at: str,
) -> int:
    """Carry out what the cloud said of an offer, and go on to the next one.

    Returns:
        How many records came into the failure list (tab 1).
    """
    lost = 0
    for record, verdict in zip(offer.records, verdicts, strict=True):
        # It may have been edited while the answer was on its way.
        edited = local_of(writer, record.type, record.id) is not None
        phase = "record_local" if edited and offer.phase in FEED else offer.phase
        if verdict.done and verdict.version == record.version:
            note_place(writer, verdict.feed_seq)
            _move(writer, registry, phase, replace(record, feed_seq=verdict.feed_seq))
        elif not verdict.done and phase == "record_local":
            _rebase(writer, record, verdict)
        elif not verdict.done and phase != "failure_pull":  # That is a list of failures, too.
            if phase not in FEED:
                writer.state(phase).delete(record.type, record.id)
            _list(writer, registry, record, verdict, new_id(), at)
            lost += 1
    set_identity(writer, offer_phase=offer.next_phase, offer_after=offer.next_after)
    return lost


def note_place(writer: Writer, feed_seq: int) -> None:
    """Remember the last place of the feed that is known here, though the cursor is behind it: a cloud
    that is restored once more gives only later ones."""
    if feed_seq > int(identity(writer, "last_place", "0")):
        set_identity(writer, last_place=feed_seq)


def _move(writer: Writer, registry: Registry, phase: str, record: StoredRecord) -> None:
    """Keep a record's place in the new feed, so that another restore finds it."""
    if phase in FEED:
        adopt(writer, registry, record)
        return
    row = writer.state(phase).get(record.type, record.id)
    assert row is not None, "what was offered stands there while a session is opened"
    if phase == "record_local":
        kept = "shadow" if row["shadow"] else "base"
        writer.state(phase).put({**row, kept: record_text(record)})
    elif row["raw"]:
        row = {**row, "feed_seq": record.feed_seq, "raw": record_text(record)}
        writer.state(phase).put(row)
    else:
        writer.adopt(record)


def _conflict(verdict: Verdict) -> bool:
    return verdict.code.startswith("CONFLICT")


def _lost_base(verdict: Verdict) -> dict[str, Any]:
    """Return what is known locally of a record that the cloud does not take back."""
    theirs = "" if verdict.record is None else record_text(verdict.record)
    shadow = {"shadow": theirs, "shadow_version": verdict.version} if theirs else {}
    return {**NO_LOCAL, "ever_synced": True, "base_version": verdict.version, **shadow}


def _rebase(writer: Writer, record: StoredRecord, verdict: Verdict) -> None:
    """Let an unsent edit start from what the cloud has now; its body holds what was lost."""
    put_local(writer, record.type, record.id, _lost_base(verdict))
    row = writer.state("outbox").get(record.type, record.id)
    if row is None:
        return
    change = change_from_text(row["content"])
    base = 0 if _conflict(verdict) else verdict.version
    again = replace(change, op=_op(record, verdict), base_version=base, base_body="")
    put_outbox(writer, again, row["saved"], row["at"])


def _op(record: StoredRecord, verdict: Verdict) -> Any:
    if record.deleted:
        return "DELETE"
    return "UPDATE" if verdict.version else "CREATE"


def _list(
    writer: Writer,
    registry: Registry,
    record: StoredRecord,
    verdict: Verdict,
    change_id: str,
    at: str,
) -> None:
    """List a record that the cloud does not take back as a change that it refused.

    One that a newer module wrote is shown when the module here is upgraded.
    """
    record_type = registry.record_types.get(record.type)
    refs = (
        set()
        if record_type is None or record.deleted
        else references(record_type, parse(record.body))
    )
    states = posting_of(record.posting)
    change = Change(
        change_id,
        record.type,
        record.id,
        _op(record, verdict),
        # Over no version at all, so that the cloud sees the conflict until the user has decided.
        0 if _conflict(verdict) else verdict.version,
        record.body,
        record.schema_version,
        refs={id: type for id, type in sorted(refs)},
        post_on_apply=tuple(name for name, state in states.items() if state.status == "posted"),
        pass_warnings=True,
        provenance={name: str(value) for name, value in parse(record.provenance or "{}").items()},
    )
    put_local(writer, record.type, record.id, _lost_base(verdict))
    # It stands in no book of the cloud any more, so it can be corrected here.
    if is_newer(registry, record.type, record.schema_version) and not record.deleted:
        writer.forget(record.type, record.id)
    else:
        adopt(writer, registry, replace(record, posting=""))
    writer.state("failure_push").put(
        {
            "change_id": change_id,
            "type": record.type,
            "record_id": record.id,
            "content": change_text(change),
            "code": verdict.code,
            "detail": canonical_text(dict(verdict.detail)),
            "attempt": 1,
            "retrying": False,
            "returned": False,
            "at": at,
        }
    )
