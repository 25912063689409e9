"""Pages of the feed applied at a site (sync-design §7, §10, §12): functions over one transaction.

Sans I/O. A record is applied, or it stands in exactly one of these tables, whole as it came: ``held``
(what it refers to is still to come), ``opaque`` (no installed module can read it) or ``failure_pull``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .. import limits, rights
from ..calls import guarded
from ..canonical import canonical_text, parse
from ..errors import PASSING, LiensoError, LimitExceeded, PluginCrashed, StorageError
from ..records import references, to_record
from ..registry import Registry
from ..storage import StoredRecord, View, Writer
from .arrived import Id, here, stored_of
from .messages import PullReply
from .scopes import outside
from .site_log import (
    CURSOR_NAME,
    adopt,
    identity,
    keep_unread,
    local_of,
    put_local,
    record_from_text,
    record_text,
)

ASIDE = ("held", "opaque", "failure_pull")
"""Tables of what came and is not applied."""

PART = limits.RECORDS_PER_WRITE_MAX // 2
"""Records of one transaction that brings in what stood aside; each may be written twice."""


def apply_page(
    writer: Writer, registry: Registry, page: PullReply, at: str, *, one_by_one: bool = False
) -> tuple[int, int]:
    """Apply a page of the feed and move the cursor, together.

    Args:
        one_by_one: in a savepoint each, so that what the store itself refuses is kept aside alone.
    Returns:
        (records applied, records kept aside with a reason).
    """
    whole = max(len(page.records), 1)
    return apply_beginning(writer, registry, page, at, whole, one_by_one=one_by_one)[:2]


def apply_beginning(
    writer: Writer,
    registry: Registry,
    page: PullReply,
    at: str,
    piece: int,
    *,
    one_by_one: bool = False,
) -> tuple[int, int, PullReply | None]:
    """Apply a page, or its beginning when somebody else waits for the store: a save waits for no page.

    Args:
        piece: records that are applied before it is asked who waits.
    Returns:
        (records applied, records kept aside with a reason, what is left of the page).
    """
    taker = _Taker(writer, registry, at, one_by_one)
    end = 0
    while end < len(page.records) and not (end and writer.others_wait()):
        taker.take(page.records[end : end + piece])
        end += piece
    left = page.records[end:]
    writer.state("cursor").put(
        {
            "name": CURSOR_NAME,
            "history_id": page.session.history_id,
            "position": page.records[end - 1].feed_seq if left else page.next_cursor,
        }
    )
    rest = replace(page, records=left, evicted=()) if left else None
    return taker.applied, taker.kept, rest


def release(writer: Writer, registry: Registry, at: str) -> tuple[int, int]:
    """Apply part of what waited for records that have come since; until it answers (0, 0).

    Returns:
        (records applied, records kept aside with a reason).
    """
    taker = _Taker(writer, registry, at, one_by_one=True)
    while taker.applied + taker.kept == 0:
        rows = writer.state("held").scan(equals={"waits_for": ""}, limit=PART)
        if not rows:
            break
        taker.look_again(rows)
    return taker.applied, taker.kept


def settle_held(writer: Writer, registry: Registry, at: str) -> tuple[int, int]:
    """Apply part of what waits for others, now that nothing more is to come at present; until it
    answers (0, 0).

    What is still missing at the end is a failure; it is tried again whenever a pull has ended.

    Returns:
        (records applied, records kept aside with a reason).
    """
    held = writer.state("held").scan(order=("feed_seq",))
    lost = writer.state("failure_pull").scan(equals={"code": "MISSING_REF"})
    taker = _Taker(writer, registry, at, one_by_one=True)
    if held or lost:
        taker.settle([*held, *lost])
    return taker.applied, taker.kept


def retry_pull(writer: Writer, registry: Registry, record_id: str, at: str) -> bool:
    """Try a record that was kept aside again, from what came; False when it stays there."""
    if identity(writer, "offer_phase"):
        return False  # What is being offered stays where it is looked for.
    rows = writer.state("failure_pull").scan(equals={"record_id": record_id})
    taker = _Taker(writer, registry, at, one_by_one=True)
    for row in rows:
        writer.state("failure_pull").delete(row["type"], row["record_id"])
        taker.take([record_from_text(row["raw"])])
        held = writer.state("held").get(row["type"], row["record_id"])
        if held is not None:
            taker.settle([held])
    return bool(rows) and taker.kept == 0


def materialise(writer: Writer, registry: Registry, at: str) -> int:
    """Read part of what came for a module that was missing or older, where it is installed by now;
    until it answers 0.

    Returns:
        How many records stand aside no more for this reason.
    """
    if identity(writer, "offer_phase"):
        return 0  # What is being offered stays where it is looked for.
    rows = [
        row
        for row in writer.state("opaque").scan()
        if not _unreadable(registry, row["type"], row["schema_version"])
    ]
    taker = _Taker(writer, registry, at, one_by_one=True)
    for row in rows[:PART]:
        writer.state("opaque").delete(row["type"], row["record_id"])
        stored = writer.get(row["type"], row["record_id"], deleted=True)
        if row["raw"]:
            taker.take([record_from_text(row["raw"])])
        elif stored is not None and local_of(writer, stored.type, stored.id) is None:
            # Else it is read already: somebody has edited it.
            writer.forget(row["type"], row["record_id"])
            taker.take([stored])
    return len(rows[:PART])


def aside(view: View) -> dict[str, int]:
    """Count what came and is not shown: ``held`` and ``opaque``."""
    return {name: view.state(name).count() for name in ("held", "opaque")}


def some_aside(view: View) -> bool:
    """Tell whether anything came that is not applied."""
    return any(view.state(name).count() for name in ASIDE)


def _unreadable(registry: Registry, type: str, schema_version: int) -> bool:
    record_type = registry.record_types.get(type)
    return record_type is None or schema_version > record_type.schema_version


@dataclass
class _Taker:
    """Takes records of one transaction.

    Attributes:
        applied: those that are stored now. ``kept``: those put into the failure list.
    """

    writer: Writer
    registry: Registry
    at: str
    one_by_one: bool
    applied: int = 0
    kept: int = 0

    def __post_init__(self) -> None:
        self._aside = {name: self.writer.state(name).count() > 0 for name in ASIDE}
        self._some_local = self.writer.state("record_local").count() > 0
        self._here: set[Id] = set()

    def take(self, records: Sequence[StoredRecord]) -> None:
        """Apply what can be applied, in the order of the feed; keep the rest."""
        stored = stored_of(self.writer, ((record.type, record.id) for record in records))
        ready: dict[Id, StoredRecord] = {}
        for record in records:
            self._drop_older(record)
            local = local_of(self.writer, record.type, record.id) if self._some_local else None
            if local is not None:
                _shadow(self.writer, record, local)
                continue
            code = self._problem(record, stored.get((record.type, record.id)))
            if code == "OPAQUE":
                self._keep_opaque(record)
            elif code and code != "known":
                self._keep_aside(record, code)
            elif not code:
                ready[record.type, record.id] = record
        missing = self._missing(ready)
        self._adopt([record for id, record in ready.items() if id not in missing])
        for id, wanted in missing.items():
            self._hold(ready[id], wanted)

    def look_again(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Apply held records, or let each wait for what it still misses."""
        news = self._news([record_from_text(row["raw"]) for row in rows])
        missing = self._missing(news)
        for id, record in news.items():
            if id in missing:
                self._hold(record, missing[id])
            else:
                self.writer.state("held").delete(*id)
                self._adopt([record])

    def settle(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Apply of these what misses nothing, or only one another; when nothing does, list the rest."""
        news = self._news([record_from_text(row["raw"]) for row in rows])
        missing = self._missing(news)
        whole = [record for id, record in news.items() if id not in missing]
        for record in whole[:PART]:
            self.writer.state("held").delete(record.type, record.id)
            self.writer.state("failure_pull").delete(record.type, record.id)
            self._adopt([record])
        if not whole:
            for id, wanted in missing.items():
                waited = self.writer.state("held").delete(*id)
                if outside(self.writer, wanted):
                    self.writer.state("failure_pull").delete(*id)
                    self._adopt([news[id]])
                elif waited:
                    self._keep_aside(news[id], "MISSING_REF", wanted)

    def _news(self, waited: Sequence[StoredRecord]) -> dict[Id, StoredRecord]:
        """Return what is still new of records that stood aside; they are dropped where it is not."""
        stored = stored_of(self.writer, [(record.type, record.id) for record in waited])
        news = {}
        for record in waited:
            id = (record.type, record.id)
            local = local_of(self.writer, *id)
            if local is not None:
                _shadow(self.writer, record, local)
            if local is None and (id not in stored or stored[id].version < record.version):
                news[id] = record
            else:
                self.writer.state("held").delete(*id)
                self.writer.state("failure_pull").delete(*id)
        return news

    # -- one record -------------------------------------------------------------------------------

    def _problem(self, record: StoredRecord, stored: StoredRecord | None) -> str:
        if stored is not None and stored.version > record.version:
            return "known"
        if stored is not None and stored.version == record.version:
            if stored.digest != record.digest and not record.deleted:
                return "INTEGRITY"
            # Posted or not is as the cloud says: a version that came back after a restore may not be.
            if stored.posting == record.posting:
                return "known"
        return "" if record.deleted else self._unread(record)

    def _unread(self, record: StoredRecord) -> str:
        if _unreadable(self.registry, record.type, record.schema_version):
            return "OPAQUE"
        try:
            guarded(record.type, "read", lambda: to_record(self.registry, record))
        except PluginCrashed:
            return "PLUGIN_ERROR"
        except LiensoError:
            return "DECODE"
        return ""

    def _drop_older(self, record: StoredRecord) -> None:
        """A newer version takes the place of one that stands aside."""
        for table in (name for name, some in self._aside.items() if some):
            row = self.writer.state(table).get(record.type, record.id)
            if row is not None and row["feed_seq"] < record.feed_seq:
                self.writer.state(table).delete(record.type, record.id)

    def _keep_opaque(self, record: StoredRecord) -> None:
        # With a module too old, readers of the type must not meet it; without one nobody reads it.
        known = record.type in self.registry.record_types
        if not known:
            self.writer.adopt(record)
            rights.note_change(self.writer, record.type, lambda: str(record.feed_seq))
            self.applied += 1
        keep_unread(self.writer, record, record_text(record) if known else "")

    def _keep_aside(self, record: StoredRecord, code: str, wanted: Collection[Id] = ()) -> None:
        detail = parse(record.summary or "{}")
        if wanted:
            detail["missing"] = [{"type": type, "id": id} for type, id in sorted(wanted)]
        self.writer.state("failure_pull").put(
            {
                "type": record.type,
                "record_id": record.id,
                "feed_seq": record.feed_seq,
                "code": code,
                "detail": canonical_text(detail),
                "raw": record_text(record),
                "at": self.at,
            }
        )
        self.kept += 1

    def _hold(self, record: StoredRecord, wanted: Collection[Id]) -> None:
        self.writer.state("held").put(
            {
                "type": record.type,
                "record_id": record.id,
                "feed_seq": record.feed_seq,
                "waits_for": min(id for _type, id in wanted),
                "raw": record_text(record),
            }
        )
        self._aside["held"] = True

    # -- references -------------------------------------------------------------------------------

    def _missing(self, ready: Mapping[Id, StoredRecord]) -> dict[Id, set[Id]]:
        """Return which of these cannot be shown yet, and what each waits for."""
        wanted = {
            id: {(type, ref) for ref, type in self._references(record)}
            for id, record in ready.items()
        }
        asked = {ref for refs in wanted.values() for ref in refs if ref not in ready}
        self._here |= here(self.writer, asked - self._here)
        missing: dict[Id, set[Id]] = {}
        while True:
            coming = self._here | (ready.keys() - missing.keys())
            more = {
                id: refs - coming
                for id, refs in wanted.items()
                if id not in missing and not refs <= coming
            }
            if not more:
                return missing
            missing |= more

    def _references(self, record: StoredRecord) -> set[tuple[str, str]]:
        record_type = self.registry.record_types.get(record.type)
        if record_type is None or record.deleted:
            return set()
        return references(record_type, parse(record.body))

    # -- the store --------------------------------------------------------------------------------

    def _adopt(self, records: Iterable[StoredRecord]) -> None:
        for record in records:
            if not self.one_by_one:
                adopt(self.writer, self.registry, record)
            elif not self._adopted_alone(record):
                continue
            self.applied += 1
            if self._aside["held"]:
                self._wake(record.id)

    def _wake(self, id: str) -> None:
        """Have what waited for a record looked at by `release`."""
        for row in self.writer.state("held").scan(equals={"waits_for": id}):
            self.writer.state("held").put({**row, "waits_for": ""})

    def _adopted_alone(self, record: StoredRecord) -> bool:
        try:
            with self.writer.attempt():
                adopt(self.writer, self.registry, record)
        except PASSING:
            raise
        except (LimitExceeded, StorageError):
            self._keep_aside(record, "STORAGE")
            return False
        return True


def _shadow(writer: Writer, record: StoredRecord, local: Mapping[str, Any]) -> None:
    """A local edit waits: mine stays, theirs is kept beside it until the cloud has decided."""
    based_on = local["base_version"] if local["base"] else 0
    if record.version > max(based_on, local["shadow_version"]):
        shadowed = {**local, "shadow": record_text(record), "shadow_version": record.version}
        put_local(writer, record.type, record.id, shadowed)
