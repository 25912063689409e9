"""The cloud's side of a site's log: decisions, and what is remembered of them.

Sans I/O: functions over one transaction; clock and ids are passed in.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import chaining, limits
from ..errors import Fenced, LimitExceeded, Refused
from ..ids import instant_text
from ..storage import View, Writer
from ..transaction import Transaction
from . import archive, scopes
from .extent import EVERYTHING
from .judging import Judge
from .messages import (
    CHAIN_START,
    HeartbeatRequest,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    Session,
    chain,
)
from .retention import gc_floor

NO_SITE: Mapping[str, Any] = {
    "label": "",
    "token_hash": "",
    "incarnation": 0,
    "processed": 0,
    "chain": CHAIN_START,
    "session_id": "",
    "host": "",
    "seen_at": "",
    "cursor": 0,
    "pending": 0,
    "failed": 0,
    "oldest_pending": "",
    "retired": False,
}


def history_id(view: View) -> str:
    """Return the id of this tenant's history; empty before the first site said Hello."""
    row = view.state("identity").get("history_id")
    return "" if row is None else str(row["value"])


def enrolled(view: View, site_id: str) -> dict[str, Any]:
    """Return what is known of a site. Raises: Refused: ``unauthenticated``: not enrolled."""
    row = view.state("site").get(site_id)
    if row is None:
        raise Refused("unauthenticated", {"site": site_id})
    return row


def site_row(view: View, site_id: str) -> dict[str, Any]:
    """Return what is known of a site that may come in.

    Raises:
        Refused: ``unauthenticated``; ``site_retired``: it may not come back.
    """
    row = enrolled(view, site_id)
    if row["retired"]:
        raise Refused("site_retired", {"site": site_id})
    return row


def site_in_session(view: View, site_id: str, session: Session) -> dict[str, Any]:
    """Return what is known of a site that speaks in its present session.

    Raises:
        Fenced: the session is over, the site says Hello again. Refused: as `site_row`.
    """
    row = site_row(view, site_id)
    now = (row["session_id"], row["incarnation"], history_id(view))
    if now != (session.session_id, session.incarnation, session.history_id):
        raise Fenced(detail={"site": site_id})
    return row


def log_rows(view: View, row: Mapping[str, Any], first: int, last: int) -> list[dict[str, Any]]:
    """List what was decided about a site's log from one position to another, in its order."""
    return view.state("change_log").scan(
        equals={"site_id": row["site_id"], "incarnation": row["incarnation"]},
        start=(row["site_id"], row["incarnation"], first),
        stop=(row["site_id"], row["incarnation"], last + 1),
        order=("site_id", "incarnation", "site_seq"),
    )


def push(transaction: Transaction, site_id: str, request: PushRequest) -> PushReply:
    """Decide a batch: effects, verdicts, log position and proof commit together.

    Raises:
        Fenced: the session or the proof is not current. Refused: ``gap``. LimitExceeded.
    """
    check_size(request)
    writer = transaction.writer
    row = site_in_session(writer, site_id, request.session)
    number, proof = _continued(writer, row, request)
    scope = scopes.scope_of(writer, site_id)
    judge = Judge(transaction, site_id, row["incarnation"], row["processed"], scope)
    sent = [(change, seq) for seq, change in enumerate(request.changes, request.first_seq)]
    sent += [(change, 0) for change in request.retries]
    verdicts = judge.decide(sent)
    for change_id in request.withdraws:
        parked = writer.state("parked_change").get(change_id)
        if parked is not None and parked["site_id"] == site_id:
            archive.given_up(writer, parked, request.decisions.get(change_id, {}), judge.at)
            writer.state("parked_change").delete(change_id)
    writer.state("change_log").put_many(list(judge.logged.values()))
    writer.state("site").put({**row, "processed": number, "chain": proof, "seen_at": judge.at})
    shown = scopes.shown(scope, verdicts)
    return PushReply(request.session, shown, number, writer.feed_seq)


def check_size(request: PushRequest) -> None:
    """Refuse a batch that is larger than one transaction or message may be.

    Raises:
        LimitExceeded: the site sends less at once.
    """
    changes = (*request.changes, *request.retries)
    if len(changes) > limits.BATCH_CHANGES_MAX:
        raise LimitExceeded(detail={"what": "changes", "max": limits.BATCH_CHANGES_MAX})
    size = sum(len(change.body) + len(change.base_body) for change in changes)
    # One change alone is judged whatever its size, so that it gets a verdict and not the batch.
    if len(changes) > 1 and size > limits.BATCH_BYTES_MAX:
        raise LimitExceeded(detail={"what": "bytes", "max": limits.BATCH_BYTES_MAX})


def _continued(view: View, row: Mapping[str, Any], request: PushRequest) -> tuple[int, bytes]:
    """Return W and its proof after a batch, which must go on from what was decided before.

    Raises:
        Fenced: it is another log. Refused: ``gap``: something between is missing.
    """
    processed, first = row["processed"], request.first_seq
    if not 0 <= first <= processed + 1:
        raise Refused("gap", {"processed": processed, "first_seq": first})
    decided = {}
    if first <= processed:
        decided = {
            logged["site_seq"]: logged["change_id"]
            for logged in log_rows(view, row, first, processed)
        }
    proof, known = request.previous_chain, bytes(row["chain"])
    same = first != processed + 1 or proof == known
    for site_seq, change in enumerate(request.changes, first):
        proof = chain(proof, site_seq, change)
        same = same and decided.get(site_seq, change.change_id) == change.change_id
        same = same and (site_seq != processed or proof == known)
    if not same:
        raise Fenced(detail={"site": row["site_id"], "chain": "differs"})
    last = first + len(request.changes) - 1
    return (last, proof) if last > processed else (processed, known)


def pull(view: View, site_id: str, request: PullRequest) -> PullReply:
    """Return a page of the feed, of the site's scope. Its own changes are not filtered out of it.

    Raises:
        Fenced: the session is over. Refused: ``cursor_invalid``.
    """
    site_in_session(view, site_id, request.session)
    # Deletions of what a scope was widened by come by the feed itself.
    lost = 0 < request.cursor < gc_floor(view) and request.had is None
    if lost or request.cursor > view.feed_seq:
        raise Refused("cursor_invalid", {"cursor": request.cursor, "head": view.feed_seq})
    limit = min(max(request.records_max, 1), limits.PAGE_MAX)
    bytes_max = min(max(request.bytes_max, 1), limits.BATCH_BYTES_MAX)
    scope = scopes.scope_of(view, site_id)
    if request.had is not None:
        return scopes.page(view, scope or EVERYTHING, request, limit, bytes_max)
    if scope is not None:
        reply = scopes.page(view, scope, request, limit, bytes_max)
    else:
        page = view.changes(request.cursor, limit=limit, bytes_max=bytes_max)
        done = page.next_after >= page.head
        reply = PullReply(request.session, page.records, page.next_after, page.head, done)
    return replace(reply, chain=chaining.link(view, reply.next_cursor))


def heartbeat(
    writer: Writer, site_id: str, request: HeartbeatRequest, now: datetime.datetime
) -> None:
    """Keep what a site says of itself. Raises: Fenced: the session is over."""
    row = site_in_session(writer, site_id, request.session)
    writer.state("site").put(
        {
            **row,
            "seen_at": instant_text(now),
            "pending": request.pending,
            "failed": request.failed,
            "oldest_pending": request.oldest_pending,
            "cursor": request.cursor,
        }
    )


def sites(view: View) -> Sequence[dict[str, Any]]:
    """List the enrolled sites and what each said last, without their secrets."""
    return [
        {name: value for name, value in row.items() if name not in ("token_hash", "chain")}
        for row in view.state("site").scan()
    ]
