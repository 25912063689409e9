"""Deleting and restoring records (spec `system.md` §4.2)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from lienso import LiensoError, Refused, Unknown
from lienso.errors import ModuleUnavailable
from lienso.fields import Params
from lienso.ids import instant_text, is_id
from lienso.session import Session
from lienso.view import View
from pydantic import Field

from .checks import counted

BIN_DAYS = 30
"""Days a deleted record can be brought back (spec `system.md` §4.2)."""

RECORDS_MAX = 400
"""Records of one call: each is a write, and one transaction may write 500."""


class RecordName(Params):
    """A record by type and id; a live one also by code or number."""

    type: str
    id: str


class DeleteParams(Params):
    """Which records; ``atomic``: all or none. Offline it is always all or none."""

    records: list[RecordName] = Field(min_length=1, max_length=RECORDS_MAX)
    atomic: bool = True


class DeleteResult(Params):
    """Ids as they were asked for, and those refused: {id, code, used_in, detail}.

    Attributes:
        outbox_removed: at a site: changes that left the outbox; None in the cloud.
        number_free: at a site: the number that may be used again here, a list for several.
    """

    deleted: list[str]
    failed: list[dict[str, Any]] = []
    outbox_removed: int | None = None
    number_free: str | list[str] | None = None


class RestoreParams(Params):
    """Which deleted records to bring back, by type and id."""

    records: list[RecordName] = Field(min_length=1, max_length=RECORDS_MAX)


class RestoreResult(Params):
    """Ids brought back."""

    restored: list[str]


def refusal_offline(params: DeleteParams, view: View) -> Mapping[str, Any] | None:
    """Say why these may not be deleted here: each with its reason; None when all may go."""
    from lienso.sync.site_log import local_refusal

    refused = [
        {"id": name.id, "type": name.type, "reason": reason}
        for name in _once(params.records)
        if (reason := local_refusal(view.stored, name.type, _id(view, name))) is not None
    ]
    return {"records": refused} if refused else None


def delete_records(params: DeleteParams, session: Session) -> DeleteResult:
    """Delete: at a site what never left it, in the cloud what nothing forbids.

    Raises:
        Unknown: ``not_found``. Refused: ``is_posted``, ``in_use``, ``has_children``, what modules
            say, at a site ``in_use_local``; with several records ``failed`` lists all of them.
    """
    if session.role == "site":
        return _delete_here(params, session)
    deleted, failed = _delete_in_cloud(_once(params.records), session)
    if failed and params.atomic:
        first = failed[0][1]
        if len(params.records) == 1:
            raise first
        rows = [_failure(name, error) for name, error in failed]
        raise Refused(first.code, {**first.detail, "failed": rows}, first.findings)
    return DeleteResult(deleted=deleted, failed=[_failure(name, error) for name, error in failed])


def _delete_in_cloud(
    records: list[RecordName], session: Session
) -> tuple[list[str], list[tuple[RecordName, LiensoError]]]:
    """Delete in any order: what one of them holds back goes after that one."""
    gone: set[RecordName] = set()
    waiting = records
    while True:
        failed: list[tuple[RecordName, LiensoError]] = []
        for name in waiting:
            try:
                with session.attempt():
                    record = session.view.require(name.type, name.id)
                    session.require("delete", record)
                    session.delete(name.type, record.id)
            except (Refused, Unknown, ModuleUnavailable) as error:
                failed.append((name, error))
            else:
                gone.add(name)
        if not failed or len(failed) == len(waiting):
            return [name.id for name in records if name in gone], failed
        waiting = [name for name, _error in failed]


def _failure(name: RecordName, error: LiensoError) -> dict[str, Any]:
    detail = {key: value for key, value in error.detail.items() if key != "used_in"}
    row = {"type": name.type, "id": name.id, "code": error.code, "detail": detail}
    used_in = error.detail.get("used_in")
    return row if used_in is None else {**row, "used_in": used_in}


def _delete_here(params: DeleteParams, session: Session) -> DeleteResult:
    view = session.view
    names = _once(params.records)
    records = [view.require(name.type, name.id) for name in names]
    for record in records:
        session.require("delete", record)
    going = {record.id for record in records}
    for name, record in zip(names, records, strict=True):
        users = [user for user in view.referenced(name.type, record.id) if user.id not in going]
        if users:
            raise Refused("in_use_local", {"id": name.id, "used_in": counted(users)})
    removed = sum(session.forget(record.type, record.id) for record in records)
    numbers = [no for record in records if (no := getattr(record.data, "no", ""))]
    return DeleteResult(
        deleted=[name.id for name in names],
        outbox_removed=removed,
        number_free=numbers[0] if len(numbers) == 1 else numbers or None,
    )


def restore_records(params: RestoreParams, session: Session) -> RestoreResult:
    """Bring records back from the recycle bin as they were, unposted; all or none.

    Raises:
        Unknown: ``not_found``: never deleted, or deleted too long ago. Refused: ``voucher_no_duplicate``,
            ``code_exists``, ``not_found`` for what it refers to and is gone, what modules say.
    """
    view = session.view
    oldest = instant_text(view.now - datetime.timedelta(days=BIN_DAYS))
    names = _once(params.records)
    deleted_at: dict[RecordName, int] = {}
    for name in names:
        tombstone = view.stored.get(name.type, name.id, deleted=True)
        if tombstone is None or not tombstone.deleted or tombstone.at < oldest:
            raise Unknown("not_found", {"type": name.type, "value": name.id})
        deleted_at[name] = tombstone.feed_seq
    # What was deleted last is back first: whoever referred to it went before it.
    for name in sorted(names, key=lambda name: -deleted_at[name]):
        session.require("delete", session.restore(name.type, name.id))
    return RestoreResult(restored=[name.id for name in names])


def _id(view: View, name: RecordName) -> str:
    return name.id if is_id(name.id) else view.id_of(name.type, name.id) or name.id


def _once(names: list[RecordName]) -> list[RecordName]:
    return list(dict.fromkeys(names))
