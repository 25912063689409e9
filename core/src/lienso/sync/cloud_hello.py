"""How a site opens a session: what it must prove, and what the cloud decides (sync-design §5).

Sans I/O: functions over one transaction; clock and ids are passed in.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from .. import chaining, limits, skew
from ..errors import Refused
from ..ids import instant_text
from ..registry import Registry
from ..storage import View, Writer
from . import leases, reoffering, scopes
from .cloud_log import enrolled, history_id, log_rows, site_row
from .extent import EVERYTHING
from .judging import verdict_of
from .messages import (
    CHAIN_START,
    PROTOCOL_VERSION,
    Change,
    HelloReply,
    HelloRequest,
    Verdict,
)
from .retention import gc_floor
from .site_log import change_from_text

log = logging.getLogger("lienso.sync")

SESSION_S = 60
"""A session that was not seen for so long no longer keeps another host out (sync-design §5)."""

_GO_ON = ("OK", "NEW_INCARNATION", "CURSOR_INVALID")
"""Decisions after which the site pushes and pulls."""


def hello(
    writer: Writer,
    site_id: str,
    request: HelloRequest,
    now: datetime.datetime,
    new_id: Callable[[], str],
    registry: Registry,
) -> HelloReply:
    """Open a session, or say what the site must do first; decisions in the order of §5.

    Raises:
        Refused: ``upgrade_required``, ``site_retired``, ``site_in_use``; ``value_out_of_range``: a
            cursor that no feed can reach.
    """
    row = enrolled(writer, site_id)
    if not request.protocol_min <= PROTOCOL_VERSION <= request.protocol_max:
        raise Refused("upgrade_required", {"protocol": PROTOCOL_VERSION})
    site_row(writer, site_id)
    at = instant_text(now)
    fresh = instant_text(now - datetime.timedelta(seconds=SESSION_S))
    elsewhere = row["host"] and row["host"] != request.host
    if elsewhere:
        log.warning("site %s runs on another host than before", site_id)
    # Seen later than now: this clock was set back since, and says nothing of the other host.
    if elsewhere and fresh < row["seen_at"] <= at and not request.takes_over:
        raise Refused("site_in_use", {"site": site_id, "seen_at": row["seen_at"]})
    history = history_id(writer)
    if not history:
        history = new_id()
        writer.state("identity").put({"name": "history_id", "value": history})
    decision = _decision(writer, row, request, history)
    if decision == "LOST":
        # This cloud was set back and nobody told it: what it lost is not known.
        log.error(
            "the cloud lost work that it had acknowledged to %s: a new history begins", site_id
        )
        decision, history = "NEW_HISTORY", new_id()
        reoffering.begin_history(writer, history, point=0, forgotten=request.history_id)
    if decision == "NEW_HISTORY":
        reoffering.make_room(writer, request.cursor)
    if decision in ("NEW_INCARNATION", "NEW_HISTORY"):
        leases.close(writer, site_id)
        incarnation = max(row["incarnation"], request.incarnation) + 1
        row |= {"incarnation": incarnation, "processed": 0, "chain": CHAIN_START}
    session_id = new_id()
    scope = scopes.scope_of(writer, site_id)
    row |= {"session_id": session_id, "host": request.host, "seen_at": at}
    # Deletions are remembered for what it has not taken yet.
    row["cursor"] = 0 if decision == "NEW_HISTORY" else request.cursor
    writer.state("site").put(row)
    verdicts: tuple[Verdict, ...] = ()
    if decision in ("OK", "CURSOR_INVALID"):
        verdicts = tuple(
            verdict_of(writer, logged)
            for logged in log_rows(writer, row, request.acked + 1, row["processed"])
        )
    return HelloReply(
        decision,
        session_id,
        row["incarnation"],
        history,
        row["processed"],
        writer.feed_seq,
        at,
        scopes.shown(scope, verdicts),
        _parked(writer, site_id, request.unacked_change_ids) if decision in _GO_ON else (),
        _same_up_to(writer, request) if decision == "NEW_HISTORY" else 0,
        scope or EVERYTHING,
        skew.modes(registry, request.types),
    )


def _same_up_to(view: View, request: HelloRequest) -> int:
    """Return up to where a site has the feed of this cloud; 0 where its proof does not show it: the
    backup may be of a time after the cloud was set back once before, and nobody noticed."""
    point = reoffering.restore_point(view, request.history_id)
    return point if chaining.has(view, request.feed_proof) else 0


def _decision(view: View, row: Mapping[str, Any], request: HelloRequest, history: str) -> str:
    if request.history_id and request.history_id != history:
        known = reoffering.knows_history(view, request.history_id)
        return "NEW_HISTORY" if known else "LOST"
    processed = row["processed"]
    if _lost(view, row, request, history):
        return "LOST"
    window = processed - request.acked
    proven = (
        request.incarnation == row["incarnation"] != 0
        and processed <= request.sealed
        and 0 <= window < len(request.chains)
        and request.chains[window] == bytes(row["chain"])
    )
    if not proven:
        return "NEW_INCARNATION"
    # A site that has nothing yet has nothing that may have been deleted.
    return "CURSOR_INVALID" if 0 < request.cursor < gc_floor(view) else "OK"


def _lost(view: View, row: Mapping[str, Any], request: HelloRequest, history: str) -> bool:
    """Tell whether a site knows of this history what only this cloud can have told it, and it forgot."""
    if request.history_id != history:
        return False
    known, told = (request.incarnation, request.acked), (row["incarnation"], row["processed"])
    behind = known[0] == told[0] and told[1] < known[1]
    if behind or told[0] < known[0] or view.feed_seq < request.cursor:
        return True
    # Its feed may have grown past the site's cursor since.
    return not chaining.has(view, request.feed_proof)


def _parked(view: View, site_id: str, known: Sequence[str]) -> tuple[Change, ...]:
    """Return a site's refused changes that it does not know of, oldest first.

    They are as many as one message carries; the site says Hello again for the rest.
    """
    rows = view.state("parked_change").scan(equals={"site_id": site_id}, order=("at",))
    found: list[Change] = []
    size, named = 0, set(known)
    for row in rows:
        if row["change_id"] in named:
            continue
        size += len(row["content"])
        if found and size > limits.CHANGE_BYTES_MAX:
            break
        found.append(change_from_text(row["content"]))
    return tuple(found)
