"""A site's log, what waits there, and its place in the feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import LiensoError
from ..registry import Registry
from ..skew import is_newer
from ..storage import View
from ..sync import site_log
from ..sync.messages import Change, chain
from .report import Check

_TABLES = ("outbox", "sealed", "failure_push")


def check_site(view: View, newest: int, registry: Registry) -> list[Check]:
    """Check a site's store.

    Args:
        newest: highest feed position of a version that is here.
    """
    return [_check_log(view), _check_waiting(view, registry), _check_cursor(view, newest)]


def _check_log(view: View) -> Check:
    """Positions rise one by one from the acknowledged one, and every proof follows from the last."""
    check = Check("log")
    at = site_log.position(view)
    if not at.incarnation:  # The log is void: the next Hello seals all that is left anew.
        check.looked_at = view.state("sealed").count()
        return check
    number, proof = at.acked, at.chain_acked
    for row in view.state("sealed").scan():
        check.looked_at += 1
        where = {"site_seq": row["site_seq"], "change_id": row["change_id"]}
        if row["site_seq"] != number + 1:
            check.add("positions of the log are missing", **where, expected=number + 1)
        number = row["site_seq"]
        change = _read(row)
        if change is None or bytes(row["chain"]) != chain(proof, number, change):
            check.add("the proof does not follow: a sealed change was altered", **where)
        proof = bytes(row["chain"])
    if number != at.sealed or proof != at.chain_sealed:
        check.add("the log does not end where it should", found=number, expected=at.sealed)
    return check


def _check_waiting(view: View, registry: Registry) -> Check:
    """Every change that waits is about a record that is here, and says so itself; one of a newer
    module is shown when the module here can read it."""
    check = Check("waiting")
    unread: set[tuple[str, str]] = set()
    for table in _TABLES:
        for row in view.state(table).scan():
            check.looked_at += 1
            change = _read(row)
            where = {"table": table, "change_id": row["change_id"]}
            if change is None:
                check.add("a change cannot be read", **where)
                continue
            named = (change.change_id, change.type, change.record_id)
            if named != (row["change_id"], row["type"], row["record_id"]):
                check.add("a change is not the one that its row names", **where)
            if is_newer(registry, change.type, change.schema_version):
                unread.add((row["type"], row["record_id"]))
            elif change.op != "DELETE" and _missing(view, row["type"], row["record_id"]):
                where |= {"type": row["type"], "id": row["record_id"]}
                check.add("a change waits for a record that is not here", **where)
    for row in view.state("record_local").scan():
        check.looked_at += 1
        id = (row["type"], row["id"])
        if id not in unread and _missing(view, *id):
            where = {"table": "record_local", "type": row["type"], "id": row["id"]}
            check.add("an unsent edit is noted of a record that is not here", **where)
    return check


def _missing(view: View, type: str, id: str) -> bool:
    return view.get(type, id, deleted=True) is None


def _read(row: Mapping[str, Any]) -> Change | None:
    """Read the change of a row; None when its text is none."""
    try:
        return site_log.change_from_text(row["content"])
    except (LiensoError, TypeError, KeyError):
        return None


def _check_cursor(view: View, newest: int) -> Check:
    """What the feed gave up to the cursor is here: applied, beside an edit, or kept aside."""
    check = Check("cursor", 1)
    at, history = site_log.cursor(view), site_log.identity(view, "history_id")
    row = view.state("cursor").get(site_log.CURSOR_NAME)
    if row is not None and row["history_id"] != history:
        check.add("the cursor is of another history", cursor=row["history_id"], here=history)
    # A snapshot brings no tombstones: the feed goes on behind them.
    seen = [newest, int(site_log.identity(view, "snapshot_from", "0"))]
    for table in ("failure_pull", "held", "opaque"):
        seen += [found["feed_seq"] for found in view.state(table).scan()]
    edited = view.state("record_local").scan()
    seen += [site_log.record_from_text(r["shadow"]).feed_seq for r in edited if r["shadow"]]
    # The last accepted version of a record with an unsent edit is known by its version alone.
    based = any(row["base_version"] for row in edited)
    # A restored cloud leaves places out, and its head may be one of them.
    restored = site_log.identity(view, "offer_point")
    # What lay outside the scope of this site was passed over.
    scoped = view.state("identity").get("scope") is not None
    if at > max(seen) and not (based or restored or scoped):
        check.add("the cursor is ahead of all that was taken", cursor=at, newest=max(seen))
    return check
