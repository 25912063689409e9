"""Refused changes that are judged again: by word, or because what they waited for may be there.

Sans I/O: functions over one transaction.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..canonical import parse
from ..storage import View, Writer
from .codes import WAITING_CODES
from .messages import Change
from .site_log import change_from_text, group_of, group_rows, identity, local_of, rows_of_groups

MACHINE_RETRIES = 3
"""So often a change that met a fault of the cloud is sent again before a person has to look."""


def retries(view: View, limit: int | None = None) -> list[Change]:
    """List refused changes that are to be judged again, at most so many."""
    rows = view.state("failure_push").scan(equals={"retrying": True}, limit=limit)
    return [_judged_again(row) for row in rows]


def retries_of(view: View, groups: Iterable[str]) -> dict[str, list[Change]]:
    """List the members of groups that are to be judged again, by group."""
    return {
        group: [_judged_again(row) for row in rows if row["retrying"]]
        for group, rows in rows_of_groups(view, "failure_push", groups).items()
    }


def _judged_again(row: Mapping[str, Any]) -> Change:
    return dataclasses.replace(change_from_text(row["content"]), attempt=row["attempt"])


def retry(writer: Writer, change_ids: Iterable[str]) -> None:
    """Mark refused changes, and their groups, to be judged again (Đồng bộ lại); what is in the list no
    more is passed over."""
    refused = writer.state("failure_push")
    _mark(writer, [row for id in change_ids if (row := refused.get(id)) is not None])


def _mark(writer: Writer, rows: Sequence[Mapping[str, Any]]) -> None:
    # One that is marked already may have been judged, and its answer lost: it counts as well, else
    # the cloud would answer with what it decided when the group was another one.
    groups = rows_of_groups(writer, "failure_push", map(group_of, rows))
    every = itertools.chain(rows, *groups.values())
    writer.state("failure_push").put_many(
        [
            {**row, "retrying": True, "attempt": row["attempt"] + 1}
            for row in {row["change_id"]: row for row in every}.values()
        ]
    )


def with_its_group(view: View, row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return a row of the failure list, first, and those of its group."""
    group = group_of(row)
    rows = group_rows(view, "failure_push", group) if group else []
    return [row, *(one for one in rows if one["change_id"] != row["change_id"])]


def retry_cleared(writer: Writer, new_session: bool) -> int:
    """Mark what clears by itself to be judged again, where its cause may have cleared.

    What waited for records goes again when they are in the cloud, what met a fault a few times, and
    what needs a module there whenever a session was opened.

    Returns:
        How many were marked.
    """
    cleared = []
    # Whether records outside this site's scope are there, only the cloud knows.
    unseen = new_session and bool(identity(writer, "scope"))
    for row in writer.state("failure_push").scan():
        if row["retrying"] and row["code"] in ("BLOCKED_REF", "INTERNAL"):
            clear = False
        elif row["code"] == "BLOCKED_REF":
            missing = parse(row["detail"]).get("missing", ())
            clear = unseen or _references_there(writer, missing)
        elif row["code"] == "INTERNAL":
            clear = new_session and row["attempt"] <= MACHINE_RETRIES
        else:
            # A group goes again with the member that held it up. What is marked already may have met
            # the cloud as it was, and the answer was lost.
            waits = row["code"] in WAITING_CODES and row["code"] != "GROUP_FAILED"
            clear = new_session and waits
        if clear:
            cleared.append(row)
    _mark(writer, cleared)
    return len(cleared)


def _references_there(view: View, missing: Sequence[Mapping[str, str]]) -> bool:
    """Tell whether the cloud has the records by now, as far as this site knows."""
    return all(
        view.get(ref["type"], ref["id"]) is not None
        and ((local := local_of(view, ref["type"], ref["id"])) is None or local["ever_synced"])
        for ref in missing
    )
