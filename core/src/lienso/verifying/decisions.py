"""The cloud's memory of what sites sent: decisions, kept bodies, and how far each site is."""

from __future__ import annotations

from ..storage import View
from ..sync import aliases
from ..sync.codes import DONE_CODES
from .report import Check


def check_decisions(view: View) -> list[Check]:
    """Check the decisions and the sites."""
    decisions, sites = Check("decisions"), Check("sites")
    for row in view.state("change_log").scan():
        decisions.looked_at += 1
        where = {name: row[name] for name in ("change_id", "type", "record_id", "code")}
        # Another record may stand for the one that was sent.
        id = aliases.resolved(view, row["type"], row["record_id"])
        record = view.get(row["type"], id, deleted=True)
        bygone = view.state("bygone_record").get(row["type"], id)
        newest = max(record.version if record else 0, bygone["version"] if bygone else 0)
        if row["code"] in DONE_CODES and newest < row["version"]:
            decisions.add("an accepted change is not in the record", **where)
        if row["feed_seq"] > view.feed_seq:
            decisions.add("a decision stands behind the head", **where, feed_seq=row["feed_seq"])
    for row in view.state("parked_change").scan():
        decisions.looked_at += 1
        if view.state("change_log").get(row["change_id"]) is None:
            decisions.add("a kept change was never decided", change_id=row["change_id"])
    for row in view.state("site").scan():
        sites.looked_at += 1
        if row["cursor"] > view.feed_seq:
            where = {"site": row["site_id"], "cursor": row["cursor"], "head": view.feed_seq}
            sites.add("a site is ahead of the feed", **where)
    return [decisions, sites]
