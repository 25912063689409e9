"""The cloud's side of a site's log: sessions, decisions, and what is remembered of them.

Sans I/O: functions over one transaction; clock and ids are passed in.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..accept import Rejected, apply_change
from ..canonical import canonical_text, parse
from ..errors import Fenced, LiensoError, Refused
from ..ids import instant_text
from ..storage import View, Writer
from ..transaction import Transaction
from .messages import (
    CHAIN_START,
    DONE_CODES,
    PROTOCOL_VERSION,
    Change,
    HeartbeatRequest,
    HelloReply,
    HelloRequest,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    Session,
    Verdict,
    chain,
)
from .site_log import change_from_text, change_text

SESSION_S = 60
"""A session that was not seen for so long no longer keeps another host out (sync-design §5)."""

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


def site_row(view: View, site_id: str) -> dict[str, Any]:
    """Return what is known of a site. Raises: Refused: ``unauthenticated``: not enrolled."""
    row = view.state("site").get(site_id)
    if row is None:
        raise Refused("unauthenticated", {"site": site_id})
    return row


def hello(
    writer: Writer,
    site_id: str,
    request: HelloRequest,
    now: datetime.datetime,
    new_id: Callable[[], str],
) -> HelloReply:
    """Open a session, or say what the site must do first; decisions in the order of §5.

    Raises:
        Refused: ``upgrade_required``, ``site_retired``, ``site_in_use``.
    """
    row = site_row(writer, site_id)
    if not request.protocol_min <= PROTOCOL_VERSION <= request.protocol_max:
        raise Refused("upgrade_required", {"protocol": PROTOCOL_VERSION})
    if row["retired"]:
        raise Refused("site_retired", {"site": site_id})
    at = instant_text(now)
    fresh = instant_text(now - datetime.timedelta(seconds=SESSION_S))
    if row["host"] and row["host"] != request.host and row["seen_at"] > fresh:
        raise Refused("site_in_use", {"site": site_id, "seen_at": row["seen_at"]})
    history = history_id(writer)
    if not history:
        history = new_id()
        writer.state("identity").put({"name": "history_id", "value": history})
    decision = _decision(writer, row, request, history)
    if decision == "NEW_INCARNATION":
        row |= {"incarnation": row["incarnation"] + 1, "processed": 0, "chain": CHAIN_START}
    session_id = new_id()
    row |= {"session_id": session_id, "host": request.host, "seen_at": at}
    writer.state("site").put(row)
    verdicts: tuple[Verdict, ...] = ()
    if decision == "OK":
        verdicts = tuple(
            verdict_of(writer, logged)
            for logged in _log_rows(writer, row, request.acked + 1, row["processed"])
        )
    return HelloReply(
        decision,
        session_id,
        row["incarnation"],
        history,
        row["processed"],
        writer.feed_seq,
        at,
        verdicts,
        _parked(writer, site_id) if decision == "NEW_INCARNATION" else (),
    )


def _decision(view: View, row: Mapping[str, Any], request: HelloRequest, history: str) -> str:
    if request.history_id and request.history_id != history:
        return "NEW_HISTORY"
    processed = row["processed"]
    if request.incarnation == row["incarnation"] and processed < request.acked:
        return "NEW_HISTORY"  # The cloud lost acknowledged work.
    window = processed - request.acked
    proven = (
        request.incarnation == row["incarnation"] != 0
        and processed <= request.sealed
        and 0 <= window < len(request.chains)
        and request.chains[window] == bytes(row["chain"])
    )
    if not proven:
        return "NEW_INCARNATION"
    if request.cursor > view.feed_seq:
        return "CURSOR_INVALID"
    return "OK"


def _parked(view: View, site_id: str) -> tuple[Change, ...]:
    rows = view.state("parked_change").scan(equals={"site_id": site_id})
    return tuple(change_from_text(row["content"]) for row in rows)


def _log_rows(view: View, row: Mapping[str, Any], first: int, last: int) -> list[dict[str, Any]]:
    return view.state("change_log").scan(
        equals={"site_id": row["site_id"], "incarnation": row["incarnation"]},
        start=(row["site_id"], row["incarnation"], first),
        stop=(row["site_id"], row["incarnation"], last + 1),
        order=("site_id", "incarnation", "site_seq"),
    )


def verdict_of(view: View, row: Mapping[str, Any]) -> Verdict:
    """Return the verdict that was given before, with the record as it is now where it matters."""
    record = None
    if row["rewritten"] or row["code"].startswith("CONFLICT"):
        record = view.get(row["type"], row["record_id"], deleted=True)
    return Verdict(
        row["change_id"],
        row["code"],
        row["version"],
        row["feed_seq"],
        record,
        parse(row["detail"]),
        row["posting"],
    )


def check_session(row: Mapping[str, Any], session: Session, history: str) -> None:
    """Refuse what does not come from the present session.

    Raises:
        Fenced: the site says Hello again.
    """
    now = (row["session_id"], row["incarnation"], history)
    if now != (session.session_id, session.incarnation, session.history_id):
        raise Fenced(detail={"site": row["site_id"]})


def push(transaction: Transaction, site_id: str, request: PushRequest) -> PushReply:
    """Decide a batch: effects, verdicts, log position and proof commit together.

    Raises:
        Fenced: the session or the proof is not current. Refused: ``gap``.
    """
    writer = transaction.writer
    row = site_row(writer, site_id)
    check_session(row, request.session, history_id(writer))
    if request.first_seq > row["processed"] + 1:
        raise Refused("gap", {"processed": row["processed"], "first_seq": request.first_seq})
    if request.first_seq == row["processed"] + 1 and request.previous_chain != bytes(row["chain"]):
        raise Fenced(detail={"site": site_id, "chain": "differs"})
    at = instant_text(transaction.view.now)
    logged: list[dict[str, Any]] = []
    verdicts: list[Verdict] = []
    number, proof = row["processed"], bytes(row["chain"])
    for offset, change in enumerate(request.changes):
        site_seq = request.first_seq + offset
        if site_seq > number:
            number, proof = site_seq, chain(proof, site_seq, change)
        place = (site_id, row["incarnation"], site_seq)
        verdicts.append(_judge(transaction, change, place, at, logged))
    for change in request.retries:
        place = (site_id, row["incarnation"], 0)
        verdicts.append(_judge(transaction, change, place, at, logged))
    for change_id in request.withdraws:
        writer.state("parked_change").delete(change_id)
    writer.state("change_log").put_many(logged)
    seen = {"processed": number, "chain": proof, "seen_at": at}
    writer.state("site").put({**row, **seen})
    return PushReply(request.session, tuple(verdicts), number, writer.feed_seq)


def _judge(
    transaction: Transaction,
    change: Change,
    place: tuple[str, int, int],
    at: str,
    logged: list[dict[str, Any]],
) -> Verdict:
    """Decide one change inside a savepoint of its own; a refused one never stops its neighbours."""
    writer = transaction.writer
    before = writer.state("change_log").get(change.change_id)
    if before is not None and (before["code"] in DONE_CODES or before["attempt"] >= change.attempt):
        return verdict_of(writer, before)
    events = len(transaction.events)
    author = transaction.by
    try:
        with writer.attempt():
            verdict = apply_change(transaction.kernel, transaction, change)
    except Rejected as refused:
        del transaction.events[events:]
        transaction.view.forget_memos()
        verdict = refused.as_verdict(change.change_id)
    except LiensoError as error:
        del transaction.events[events:]
        transaction.view.forget_memos()
        trace = {"code": error.code, "trace_id": change.change_id, "reason": str(error)}
        verdict = Verdict(change.change_id, "INTERNAL", detail=trace)
    finally:
        transaction.by = author
    _remember(writer, change, verdict, place, at, logged, before is not None)
    return verdict


def _remember(
    writer: Writer,
    change: Change,
    verdict: Verdict,
    place: tuple[str, int, int],
    at: str,
    logged: list[dict[str, Any]],
    known: bool,
) -> None:
    site_id, incarnation, site_seq = place
    row = {
        "change_id": change.change_id,
        "code": verdict.code,
        "version": verdict.version,
        "feed_seq": verdict.feed_seq,
        "detail": canonical_text(dict(verdict.detail)) if verdict.detail else "{}",
        "posting": verdict.posting,
        "type": change.type,
        "record_id": change.record_id,
        "rewritten": verdict.record is not None,
        "attempt": change.attempt,
        "site_id": site_id,
        "incarnation": incarnation,
        "site_seq": site_seq,
        "at": at,
    }
    if known:  # A retry keeps its place in the log, so that a Hello finds it there.
        earlier = writer.state("change_log").get(change.change_id)
        assert earlier is not None
        row |= {name: earlier[name] for name in ("site_id", "incarnation", "site_seq")}
    logged.append(row)
    parked = writer.state("parked_change")
    if not verdict.done:
        # Written now: a later change of this batch may supersede it.
        parked.put(
            {
                "change_id": change.change_id,
                "site_id": site_id,
                "content": change_text(change),
                "code": verdict.code,
                "at": at,
            }
        )
    elif known:
        parked.delete(change.change_id)
    for superseded in change.supersedes:
        parked.delete(superseded)


def pull(view: View, site_id: str, request: PullRequest) -> PullReply:
    """Return a page of the feed. A site's own changes are not filtered out of it."""
    check_session(site_row(view, site_id), request.session, history_id(view))
    if request.cursor > view.feed_seq:
        raise Refused("cursor_invalid", {"cursor": request.cursor, "head": view.feed_seq})
    page = view.changes(request.cursor, limit=request.records_max, bytes_max=request.bytes_max)
    done = page.next_after >= page.head
    return PullReply(request.session, page.records, page.next_after, page.head, done)


def heartbeat(
    writer: Writer, site_id: str, request: HeartbeatRequest, now: datetime.datetime
) -> None:
    """Keep what a site says of itself."""
    row = site_row(writer, site_id)
    check_session(row, request.session, history_id(writer))
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
