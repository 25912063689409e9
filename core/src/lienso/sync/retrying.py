"""Refused changes that are judged again: by word, or because what they waited for may be there.

Sans I/O: functions over one transaction.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from ..canonical import parse
from ..storage import View, Writer
from .messages import WAITING_CODES, Change
from .site_log import change_from_text, group_rows, local_of

MACHINE_RETRIES = 3
"""So often a change that met a fault of the cloud is sent again before a person has to look."""


def retries(view: View, limit: int | None = None, group: str = "") -> list[Change]:
    """List refused changes that are to be judged again: of a group or of all, at most so many."""
    rows = (
        [row for row in group_rows(view, "failure_push", group) if row["retrying"]]
        if group
        else view.state("failure_push").scan(equals={"retrying": True}, limit=limit)
    )
    return [
        dataclasses.replace(change_from_text(row["content"]), attempt=row["attempt"])
        for row in rows
    ]


def retry(writer: Writer, change_id: str) -> bool:
    """Mark a refused change, and its group, to be judged again (Đồng bộ lại); False when it is not in
    the list."""
    row = writer.state("failure_push").get(change_id)
    if row is None:
        return False
    for one in with_its_group(writer, row):
        if not one["retrying"]:
            again = {**one, "retrying": True, "attempt": one["attempt"] + 1}
            writer.state("failure_push").put(again)
    return True


def with_its_group(view: View, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a row of the failure list, first, and those of its group."""
    group = change_from_text(row["content"]).group_id
    rows = group_rows(view, "failure_push", group) if group else []
    return [row, *(one for one in rows if one["change_id"] != row["change_id"])]


def retry_cleared(writer: Writer, new_session: bool) -> int:
    """Mark what clears by itself to be judged again, where its cause may have cleared.

    What waited for records goes again when they are in the cloud, what met a fault a few times, and
    what needs a module there whenever a session was opened.

    Returns:
        How many were marked.
    """
    marked = 0
    for row in writer.state("failure_push").scan(equals={"retrying": False}):
        if row["code"] == "BLOCKED_REF":
            clear = _references_there(writer, parse(row["detail"]).get("missing", ()))
        elif row["code"] == "INTERNAL":
            clear = new_session and row["attempt"] <= MACHINE_RETRIES
        else:
            # A group goes again with the member that held it up.
            waits = row["code"] in WAITING_CODES and row["code"] != "GROUP_FAILED"
            clear = new_session and waits
        if clear:
            marked += retry(writer, row["change_id"])
    return marked


def _references_there(view: View, missing: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether the cloud has the records by now, as far as this site knows."""
    return all(
        view.get(ref["type"], ref["id"]) is not None
        and ((local := local_of(view, ref["type"], ref["id"])) is None or local["ever_synced"])
        for ref in missing
    )
