"""Pushing: what accounting changed, once, by the one dataset that may (spec `connector.md` §2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from ..errors import Refused
from ..fields import Params, Text
from ..model import Record
from ..session import Session
from .linking import Line, line, platform_ids, state_of
from .port import PushAnswer, PushRow
from .resources import (
    Resource,
    id_of,
    linked_record,
    merge_row,
    not_ours,
    push_key,
    unsent,
    version_of,
    whole,
)

BATCH_ROWS = 100
"""Rows of one call to the platform; after each what it answered is kept."""

MOVED = "platform_conflict"


class PushParams(Params):
    """Which records; left out: all that changed."""

    ids: list[Text] = Field(default_factory=list, max_length=1_000)
    codes: list[Text] = Field(default_factory=list, max_length=1_000)


class PushResult(Params):
    """What was sent.

    Attributes:
        sent: codes; how many, when the call named ``ids``.
        conflicts: fields that both sides changed; nothing of such a record was sent.
        failed: rows that the platform refused; they are sent again with the next push.
        platform_version, applied, kept_local: of a call for one record: its version there, what was
            given back here because the platform owns it, and what accounting's value now is there.
    """

    sent: list[str] | int = Field(default_factory=list)
    conflicts: list[dict[str, Any]] = Field(default_factory=list)
    failed: list[dict[str, Any]] = Field(default_factory=list)
    platform_version: int | None = None
    applied: dict[str, Any] = Field(default_factory=dict)
    kept_local: dict[str, Any] = Field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A record to send: what of it, and what is taken back here."""

    id: str
    code: str
    row: PushRow
    back: Mapping[str, Any]


def push(resource: Resource, params: PushParams, session: Session) -> PushResult:
    """Send what accounting changed; the same content has the same key, so that it counts once.

    Raises:
        Refused: ``platform_not_linked``, ``not_the_pushing_dataset``, ``mapping_missing``,
            ``platform_not_found``. PlatformError: what was answered before stays done.
    """
    open_line = line(session, f"push:{resource.id}")
    if not open_line.can_push:
        raise Refused("not_the_pushing_dataset", {"dataset": open_line.address.dataset})
    chosen = session.transaction(
        lambda inner: platform_ids(inner, resource.type, params.ids, params.codes)
    )
    wanted = session.transaction(lambda inner: _wanted(inner, resource, chosen))
    sending = _Sending(open_line, resource, session)
    for start in range(0, len(wanted), BATCH_ROWS):
        sending.send(wanted[start : start + BATCH_ROWS])
    result = PushResult(
        sent=len(sending.sent) if params.ids else sending.sent,
        conflicts=sending.conflicts,
        failed=sending.failed,
    )
    if len(chosen) != 1:
        return result
    version = session.transaction(lambda inner: _version(inner, resource, chosen[0]))
    about = {"platform_version": version, "applied": sending.applied, "kept_local": sending.kept}
    return result.model_copy(update=about)


def _version(session: Session, resource: Resource, platform_id: str) -> int | None:
    found = linked_record(session.view, resource.type, platform_id)
    return None if found is None else int(found.data.version)


def _wanted(session: Session, resource: Resource, chosen: Sequence[str]) -> list[_Wanted]:
    """Return what differs from what both sides knew, and records that are not there yet."""
    view = session.view
    records: list[Record[Any]] = []
    if chosen:
        found = [(id, linked_record(view, resource.type, id)) for id in chosen]
        missing = [id for id, record in found if record is None]
        if missing:
            raise Refused("platform_not_found", {"codes": ", ".join(missing)})
        records = [record for _id, record in found if record is not None]
    else:
        records = [record for record in view.all(resource.type) if resource.has(record)]
    # A record that is not there is made there only after the first fetch matched those that are.
    creates = resource.creates and state_of(view, resource.id).cursor is not None
    wanted = []
    for record in records:
        linked = record.data.platform_id
        if not linked and (not creates or not record.data.active):
            continue
        new = not linked
        payload = (whole if new else unsent)(view, resource, record)
        back = {} if new else not_ours(view, resource, record)
        if payload or back:
            wanted.append(_row(resource, record, payload, back))
    return wanted


def _row(
    resource: Resource, record: Record[Any], payload: Mapping[str, Any], back: Mapping[str, Any]
) -> _Wanted:
    linked = record.data.platform_id
    key = push_key(resource.id, linked or record.id, payload)
    version = record.data.version if linked else None
    return _Wanted(record.id, record.data.code, PushRow(linked, payload, key, version), back)


@dataclass(slots=True)
class _Sending:
    line: Line
    resource: Resource
    session: Session
    sent: list[str] = field(default_factory=list)
    conflicts: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, Any]] = field(default_factory=list)
    applied: dict[str, Any] = field(default_factory=dict)
    kept: dict[str, Any] = field(default_factory=dict)

    def send(self, batch: Sequence[_Wanted]) -> None:
        """Send rows and keep what was answered; who moved there meanwhile is merged and sent once more."""
        moved = self._send(batch, again=False)
        if moved:
            fresh = self._merged(moved)
            if fresh:
                self._send(fresh, again=True)

    def _send(self, batch: Sequence[_Wanted], *, again: bool) -> list[_Wanted]:
        rows = [one for one in batch if one.row.payload]
        answers: Sequence[PushAnswer] = ()
        if rows:
            answers = self.line.connector.push(
                self.line.address, self.resource.id, [one.row for one in rows]
            )
        moved = []
        done = []
        for one, answer in zip(rows, answers, strict=True):
            if answer.ok:
                done.append((one, answer))
            elif answer.code == MOVED and not again:
                moved.append(one)
            else:
                self.failed.append(
                    {
                        "platform_id": one.row.platform_id,
                        "record": one.code,
                        "code": answer.code or "platform_rejected",
                        "message": answer.message,
                        "retryable": answer.retryable,
                    }
                )
        self.session.transaction(lambda inner: self._keep(inner, batch, done))
        for one, _answer in done:
            self.sent.append(one.code)
            self.kept |= one.row.payload
        self.session.progress(len(self.sent), len(self.sent), self.resource.id)
        return moved

    def _keep(
        self,
        session: Session,
        batch: Sequence[_Wanted],
        done: Sequence[tuple[_Wanted, PushAnswer]],
    ) -> None:
        """Keep what both sides know now, and give back what only the platform may change."""
        changes: dict[str, dict[str, Any]] = {one.id: dict(one.back) for one in batch if one.back}
        for one in batch:
            self.applied |= one.back
        for one, answer in done:
            record = session.view.require(self.resource.type, one.id)
            base = {**record.data.platform_base, **one.row.payload}
            changes.setdefault(one.id, {}).update(
                platform_base=base,
                version=answer.version,
                platform_id=one.row.platform_id or answer.platform_id,
            )
        for id, fields in changes.items():
            session.save(self.resource.type, fields, id=id)

    def _merged(self, moved: Sequence[_Wanted]) -> list[_Wanted]:
        """Fetch rows that moved there, lay them over ours, and return what is left to send."""
        ids = [str(one.row.platform_id) for one in moved]
        page = self.line.connector.fetch(self.line.address, self.resource.id, None, len(ids), ids)
        return self.session.transaction(lambda inner: self._lay(inner, page.rows))

    def _lay(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> list[_Wanted]:
        view, left = session.view, []
        for row in rows:
            id = id_of(row)
            record = linked_record(view, self.resource.type, id)
            if record is None:
                continue
            merged = merge_row(view, self.resource, row, record)
            if merged.conflicts:
                self.conflicts += [{"platform_id": id, **one} for one in merged.conflicts]
                continue
            agreed = {"platform_base": dict(merged.base), "version": version_of(row)}
            kept = session.save(self.resource.type, {**merged.changes, **agreed}, id=record.id)
            payload = unsent(view, self.resource, kept)
            if payload:
                left.append(_row(self.resource, kept, payload, {}))
        return left
