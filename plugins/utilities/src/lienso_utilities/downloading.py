"""Taking down what other offices entered (`opening_and_import.md` §5.5)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

from lienso import Record, Refused
from lienso.fields import Params, Text
from lienso.records import posting_date_of
from lienso.session import Session
from lienso.view import View
from pydantic import Field


class DownloadParams(Params):
    """Which kinds (left out: all), of which days and objects; what is listed, not what is taken.

    Attributes:
        site: this one; another's copy is not ours to fill.
        limit: rows of the list.
    """

    site: Text = ""
    kinds: list[Text] = Field(default_factory=list, max_length=200)
    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    objects: list[Text] = Field(default_factory=list, max_length=1_000)
    limit: int = Field(default=1_000, ge=1, le=10_000)


class DownloadResult(Params):
    """What came, as ``type/id``; what stands beside an unsent edit; kinds that nobody here knows.

    Attributes:
        cursor: kind → position of the feed up to which it was read.
    """

    downloaded: list[str]
    conflicts: list[dict[str, Any]]
    skipped_kinds: list[str]
    cursor: dict[str, int]


def download_vouchers(params: DownloadParams, session: Session) -> DownloadResult:
    """Read the feed after this site's position; records with an unsent edit keep it.

    One position serves all kinds: what is new of the others comes along, and is not listed.

    Raises:
        Refused: ``only_at_a_site``: in the cloud, or for another site. LinkError: the line broke.
    """
    site = session.synchronizer
    if params.site and params.site != session.actor.site:
        raise Refused("only_at_a_site", {"site": params.site, "here": session.actor.site})
    known = session.registry.record_types
    kinds = [kind for kind in params.kinds if kind in known]
    kinds = kinds or [] if params.kinds else [*known]
    before = session.transaction(lambda inner: _position(inner.view))
    taken = site.pull()
    wanted = [kind for kind in params.kinds if kind not in known]

    def look(inner: Session) -> tuple[list[str], int]:
        rows = [
            f"{record.type}/{record.id}"
            for record in _new(inner.view, kinds, before)
            if _shown(inner.view, record, params)
        ]
        return rows[: params.limit], _position(inner.view)

    downloaded, position = session.transaction(look)
    conflicts = [
        {"type": row["type"], "id": row["id"], "code": row["code"]}
        for row in taken.failed
        if not params.kinds or row["type"] in kinds
    ]
    return DownloadResult(
        downloaded=downloaded,
        conflicts=conflicts,
        skipped_kinds=wanted,
        cursor=dict.fromkeys(params.kinds or ["all"], position),
    )


def _position(view: View) -> int:
    from lienso.sync import site_log

    return site_log.cursor(view.stored)


def _new(view: View, kinds: list[str], before: int) -> Iterator[Record[Any]]:
    after = before
    while True:
        page = view.stored.changes(after)
        for stored in page.records:
            if stored.type in kinds and not stored.deleted:
                record = view.get(stored.type, stored.id)
                if record is not None:
                    yield record
        if page.next_after >= page.head or page.next_after == after:
            return
        after = page.next_after


def _shown(view: View, record: Record[Any], params: DownloadParams) -> bool:
    if view.sync_state(record.type, record.id) != "synced":
        return False
    day = posting_date_of(record.data)
    if params.from_date is not None and (day is None or day < params.from_date):
        return False
    if params.to_date is not None and (day is None or day > params.to_date):
        return False
    if not params.objects:
        return True
    ids = {view.require("object", name).id for name in params.objects}
    lines = getattr(record.data, "lines", [])
    named = {getattr(one, "object", None) for one in (record.data, *lines)}
    return bool(ids & named)
