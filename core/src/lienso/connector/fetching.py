"""Fetching: pages of rows into records, each page with its cursor in one transaction (§2, §6).

Each row stands alone: what cannot be taken is undone by itself, named with its reason, and comes again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import Field

from ..errors import LiensoError, Refused
from ..fields import Params, Text
from ..model import Record
from ..session import Session
from ..view import View
from .linking import Line, State, keep_state, line, platform_ids, state_of
from .resources import Conflict, Resource, id_of, linked_record, merge_row, version_of

PAGE_ROWS = 200
"""Rows of a page: well below the records that one write may have."""


class FetchParams(Params):
    """What to fetch; left out: all that changed since the last time.

    Attributes:
        since: cursor to begin after; empty text: from the beginning.
        ids, codes: only these, by platform id or by code here; then the cursor stays.
        conflict: what holds where both sides changed a field, or where a record here may be meant.
    """

    since: Text | None = None
    ids: list[Text] = Field(default_factory=list, max_length=1_000)
    codes: list[Text] = Field(default_factory=list, max_length=1_000)
    conflict: Conflict = "ask"


class FetchResult(Params):
    """What became of the rows, by code of the record.

    Attributes:
        unlinked: gone there, kept here. ``deactivated``: gone there, in use here.
        skipped: rows whose references are not here yet; ``failed``: rows that cannot be saved; both
            with ``platform_id`` and ``code``. ``conflicts``: fields that both changed, or records that
            may be meant (``match``, ``by``).
    """

    created: list[str] = Field(default_factory=list)
    updated: list[str] = Field(default_factory=list)
    deleted: list[str] = Field(default_factory=list)
    deactivated: list[str] = Field(default_factory=list)
    unlinked: list[str] = Field(default_factory=list)
    unchanged: int = 0
    skipped: list[dict[str, Any]] = Field(default_factory=list)
    conflicts: list[dict[str, Any]] = Field(default_factory=list)
    failed: list[dict[str, Any]] = Field(default_factory=list)
    cursor: str | None = None


def fetch(resource: Resource, params: FetchParams, session: Session) -> FetchResult:
    """Take the rows of a resource that changed; those that waited come first.

    Raises:
        Refused: ``platform_not_linked``, ``mapping_missing``, ``too_many_rows``, ``version_conflict``:
            another fetch of the resource runs. PlatformError: pages taken before stay taken.
    """
    open_line = line(session, f"fetch:{resource.id}")
    state = session.transaction(lambda inner: state_of(inner.view, resource.id))
    taking = _Taking(resource, params.conflict, state.cursor)
    chosen = session.transaction(
        lambda inner: platform_ids(inner, resource.type, params.ids, params.codes)
    )
    again = chosen or list(state.waiting)
    for start in range(0, len(again), PAGE_ROWS):
        _page(open_line, taking, session, state.cursor, again[start : start + PAGE_ROWS])
    if not chosen:
        cursor = state.cursor if params.since is None else (params.since or None)
        while _page(open_line, taking, session, cursor, None):
            cursor = taking.cursor
    known = {"unchanged": taking.unchanged, "cursor": taking.cursor}
    return taking.result.model_copy(update=known)


def _page(
    open_line: Line, taking: _Taking, session: Session, cursor: str | None, ids: list[str] | None
) -> bool:
    """Take one page; returns whether there may be another."""
    resource = taking.resource
    page = open_line.connector.fetch(
        open_line.address, resource.id, None if ids else cursor, PAGE_ROWS, ids
    )
    if len(page.rows) > PAGE_ROWS:
        raise Refused("too_many_rows", {"rows": len(page.rows), "max": PAGE_ROWS})
    after = cursor if ids is not None or page.next_cursor is None else page.next_cursor
    gone = set(ids or ()) - {id_of(row) for row in page.rows}
    session.transaction(lambda inner: taking.take(inner, page.rows, after, gone))
    session.progress(taking.done, taking.done, resource.id)
    return ids is None and bool(page.rows) and after != cursor


@dataclass(slots=True)
class _Taking:
    """The rows of one call, and what became of them.

    Attributes:
        cursor: as this call left it.
    """

    resource: Resource
    conflict: Conflict
    cursor: str | None
    unchanged: int = 0
    result: FetchResult = field(default_factory=FetchResult)
    done: int = 0
    seen: set[str] = field(default_factory=set)

    def take(
        self,
        session: Session,
        rows: Sequence[Mapping[str, Any]],
        after: str | None,
        gone: set[str],
    ) -> None:
        """Take the rows of a page and keep the cursor, in the transaction that is open.

        Args:
            gone: ids that waited and are no more.
        """
        state = state_of(session.view, self.resource.id)
        if state.cursor != self.cursor:
            raise Refused("version_conflict", {"resource": self.resource.id})
        fresh = [row for row in rows if id_of(row) not in self.seen]
        self.seen |= {id_of(row) for row in fresh}
        waiting = {id: why for id, why in state.waiting.items() if id not in gone}
        result = self.result
        left = self._until_nothing_moves(session, fresh, state)
        for row in fresh:
            waiting.pop(id_of(row), None)
        for row, error in left:
            id = id_of(row)
            waiting[id] = error.code
            result.skipped.append({"platform_id": id, "code": error.code, **error.detail})
        for told in (*result.conflicts, *result.failed):
            if told["platform_id"] in self.seen:
                waiting[told["platform_id"]] = _why(told)
        self.done += len(rows)
        self.cursor = after
        keep_state(session, self.resource.id, State(after, waiting), self._counts())

    def _counts(self) -> dict[str, int]:
        """Return how many rows there are of each kind."""
        lists = self.result.model_dump(exclude={"unchanged", "cursor"})
        return {"unchanged": self.unchanged} | {name: len(rows) for name, rows in lists.items()}

    def _until_nothing_moves(
        self, session: Session, rows: Sequence[Mapping[str, Any]], state: State
    ) -> list[tuple[Mapping[str, Any], Refused]]:
        """Take rows, those whose parents come later in the page too; returns what still waits."""
        left: list[tuple[Mapping[str, Any], Refused]] = []
        todo = list(rows)
        while todo:
            left = []
            for row in todo:
                missing = self._one(session, row, state)
                if missing is not None:
                    left.append((row, missing))
            if len(left) == len(todo):
                break
            todo = [row for row, _missing in left]
        return left

    def _one(self, session: Session, row: Mapping[str, Any], state: State) -> Refused | None:
        """Take one row; returns the error of a reference that is not here."""
        id = id_of(row)
        codes = {one.unknown for one in self.resource.fields if one.unknown} | {"unknown_status"}
        try:
            with session.attempt():
                self._taken(session, id, row, state)
        except Refused as error:
            if error.code in codes:
                return error
            self._failed(id, error)
        except LiensoError as error:
            self._failed(id, error)
        return None

    def _failed(self, id: str, error: LiensoError) -> None:
        codes = [found.code for found in error.findings if found.severity == "error"]
        code = codes[0] if error.code == "invalid" and codes else error.code
        self.result.failed.append({"platform_id": id, "code": code, "retryable": False})

    def _taken(self, session: Session, id: str, row: Mapping[str, Any], state: State) -> None:
        view, resource, result = session.view, self.resource, self.result
        record = linked_record(view, resource.type, id)
        if record is not None and not resource.has(record):
            raise Refused("external_id_exists", {"platform_id": id, "code": record.data.code})
        if row.get("deleted"):
            if record is not None:
                self._gone(session, record)
            return
        if record is None:
            record, by = self._meant(view, row)
            if record is None:
                result.created.append(self._create(session, id, row))
                return
            first = state.cursor is None or state.waiting.get(id) == MATCH
            if not first:
                code = {"platform_id": id, "code": "code_exists", "retryable": False}
                result.failed.append({**code, "match": record.data.code})
                return
            if self.conflict == "ask":
                match = {"platform_id": id, "match": record.data.code, "by": by}
                result.conflicts.append(match)
                return
        elif row.get("version") is not None and version_of(row) <= record.data.version:
            self.unchanged += 1
            return
        self._lay(session, id, row, record)

    def _lay(self, session: Session, id: str, row: Mapping[str, Any], record: Record[Any]) -> None:
        merged = merge_row(session.view, self.resource, row, record, self.conflict)
        if merged.conflicts:
            self.result.conflicts.extend({"platform_id": id, **one} for one in merged.conflicts)
            return
        if merged.changes or record.data.platform_id != id:
            self.result.updated.append(record.data.code)
        else:
            self.unchanged += 1
        data = record.data
        agreed = (id, version_of(row) or data.version, dict(merged.base))
        if merged.changes or agreed != (data.platform_id, data.version, dict(data.platform_base)):
            known = dict(zip(("platform_id", "version", "platform_base"), agreed, strict=True))
            changes = {**self.resource.role, **merged.changes, **known}
            session.save(self.resource.type, changes, id=record.id)

    def _meant(self, view: View, row: Mapping[str, Any]) -> tuple[Record[Any] | None, str]:
        """Return an unlinked record that a row may mean, and the field that says so."""
        for name in self.resource.match:
            one = next((field for field in self.resource.fields if field.name == name), None)
            value = row.get(one.there) if one is not None else None
            if value in (None, ""):
                continue
            for record in _with(view, self.resource.type, name, value):
                if not record.data.platform_id:
                    return record, name
        return None, ""

    def _create(self, session: Session, id: str, row: Mapping[str, Any]) -> str:
        view, resource = session.view, self.resource
        body: dict[str, Any] = {**resource.defaults}
        base: dict[str, Any] = {}
        for one in resource.fields:
            if one.there in row:
                body[one.name] = one.taken(view, row[one.there])
                if one.owner != "fixed":
                    base[one.there] = one.given(view, body[one.name])
        agreed = {
            "platform_id": id,
            "version": version_of(row),
            "platform_base": base,
        }
        made = session.save(resource.type, {**body, **resource.role, **agreed})
        return str(made.data.code)

    def _gone(self, session: Session, record: Record[Any]) -> None:
        """Answer a row that was deleted there (§4): kept without its link, deleted, or out of use."""
        code, type = record.data.code, record.type
        if self.resource.gone == "unlink":
            off: dict[str, Any] = {"platform_id": None, "version": 0, "platform_base": {}}
            session.save(type, off, id=record.id)
            self.result.unlinked.append(code)
            return
        try:
            with session.attempt():
                session.delete(type, record.id)
            self.result.deleted.append(code)
        except Refused:
            if not record.data.active:
                self.unchanged += 1
                return
            session.save(type, {"active": False}, id=record.id)
            self.result.deactivated.append(code)


MATCH = "match"
"""Why a row waits: a record here may be meant."""


def _why(told: Mapping[str, Any]) -> str:
    return str(told.get("code") or (MATCH if "match" in told else "platform_conflict"))


def _with(view: View, type: str, name: str, value: Any) -> list[Record[Any]]:
    if name == "code":
        found = view.by_code(type, str(value))
        return [] if found is None else [found]
    return [one for one in view.all(type) if getattr(one.data, name, None) == value]
