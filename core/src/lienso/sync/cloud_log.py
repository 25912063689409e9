"""The cloud's side of a site's log: decisions, and what is remembered of them.

Sans I/O: functions over one transaction; clock and ids are passed in.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from .. import limits
from ..accept import Rejected, apply_change
from ..calls import guarded
from ..canonical import canonical_text, parse
from ..errors import Fenced, LiensoError, LimitExceeded, Refused, StorageError
from ..ids import instant_text
from ..storage import View, Writer
from ..transaction import Transaction
from . import archive
from .grouping import check_group, group_failed, in_groups
from .messages import (
    CHAIN_START,
    DONE_CODES,
    Change,
    HeartbeatRequest,
    Op,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    Session,
    Verdict,
    chain,
)
from .site_log import change_text

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


def verdict_of(view: View, row: Mapping[str, Any]) -> Verdict:
    """Return the verdict that was given before, with the record as it is now where it matters."""
    record, detail = None, parse(row["detail"])
    if row["rewritten"] or row["code"].startswith("CONFLICT"):
        # Another record may stand for it by now.
        record = view.get(row["type"], detail.get("stands", row["record_id"]), deleted=True)
    return Verdict(
        row["change_id"],
        row["code"],
        row["version"],
        row["feed_seq"],
        record,
        detail,
        row["posting"],
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
    judge = _Judge(transaction, site_id, row["incarnation"], row["processed"])
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
    return PushReply(request.session, tuple(verdicts), number, writer.feed_seq)


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
    if first > processed + 1:
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


class _Judge:
    """Decides the changes of one batch, each inside a savepoint of its own.

    Attributes:
        logged: rows of the change log that the batch makes, by change id; written in one go.
    """

    def __init__(
        self, transaction: Transaction, site_id: str, incarnation: int, processed: int
    ) -> None:
        self._transaction = transaction
        self._writer = transaction.writer
        self._site_id, self._incarnation, self._processed = site_id, incarnation, processed
        self.at = instant_text(transaction.view.now)
        self.logged: dict[str, dict[str, Any]] = {}

    def decide(self, sent: Sequence[tuple[Change, int]]) -> list[Verdict]:
        """Return a verdict each, in order; a refused change never stops its neighbours.

        Args:
            sent: (change, place in the site's log; 0 for a change sent again outside the order).
        """
        verdicts: dict[int, Verdict] = {}
        for part in in_groups([change for change, _site_seq in sent]):
            members = [sent[index] for index in part]
            verdicts |= zip(part, self._together(members), strict=True)
        return [verdicts[index] for index in range(len(sent))]

    def _together(self, members: Sequence[tuple[Change, int]]) -> list[Verdict]:
        """Decide a change, or a group, which is accepted whole or not at all."""
        known = [self._known(change, site_seq) for change, site_seq in members]
        new = [change for (change, _), verdict in zip(members, known, strict=True) if not verdict]
        refused = next((v for v in known if v is not None and not v.done), None)
        if new and refused is not None:
            judged = iter([group_failed(change, refused) for change in new])
        else:
            judged = iter(self._applied(new))
        verdicts = []
        for (change, site_seq), verdict in zip(members, known, strict=True):
            verdicts.append(verdict or self._note(change, site_seq, next(judged)))
        return verdicts

    def _known(self, change: Change, site_seq: int) -> Verdict | None:
        """Return what was decided about a change before; None when it is to be judged now."""
        before = self._before(change)
        if before is not None:
            if site_seq > self._processed:  # Sealed anew in a later incarnation.
                self.logged[change.change_id] = {**before, **self._place(site_seq)}
            if before["code"] in DONE_CODES or before["attempt"] >= change.attempt:
                verdict = verdict_of(self._writer, before)
                twice = verdict.done and site_seq > self._processed
                return replace(verdict, code="DUPLICATE") if twice else verdict
        elif 0 < site_seq <= self._processed:
            stored = self._writer.get(change.type, change.record_id, deleted=True)
            version = 0 if stored is None else stored.version
            return Verdict(change.change_id, "ALREADY_PROCESSED", version, record=stored)
        return None

    def _before(self, change: Change) -> dict[str, Any] | None:
        log = self._writer.state("change_log")
        return self.logged.get(change.change_id) or log.get(change.change_id)

    def _note(self, change: Change, site_seq: int, verdict: Verdict) -> Verdict:
        before = self._before(change)
        # A change that is sent again keeps its place in the log, where a Hello looks for it.
        place = self._place(site_seq)
        if before is not None and not site_seq:
            place = {name: before[name] for name in place}
        self.logged[change.change_id] = {**_log_row(change, verdict, self.at), **place}
        self._park(change, verdict, before is not None)
        return verdict

    def _place(self, site_seq: int) -> dict[str, Any]:
        return {
            "site_id": self._site_id,
            "incarnation": self._incarnation,
            "site_seq": site_seq,
        }

    def _applied(self, changes: Sequence[Change]) -> list[Verdict]:
        """Apply changes in one savepoint, all of them or none."""
        transaction = self._transaction
        events, author = len(transaction.events), transaction.by
        verdicts: list[Verdict] = []
        try:
            check_group(changes)
            with self._writer.attempt():
                for change in changes:
                    verdicts.append(self._apply(change))
                    transaction.by = author
                return verdicts
        except Rejected as refused:
            failed = self._without_its_group(refused, changes[len(verdicts)])
        except StorageError:
            raise  # The whole batch is tried again; no verdict on what could not be written.
        except LiensoError as error:
            id = changes[len(verdicts)].change_id
            trace = {"code": error.code, "trace_id": id, "reason": str(error)}
            failed = Verdict(id, "INTERNAL", detail=trace)
        finally:
            transaction.by = author
        del transaction.events[events:]
        transaction.view.forget_memos()
        at = len(verdicts)
        return [
            failed if index == at else group_failed(change, failed)
            for index, change in enumerate(changes)
        ]

    def _without_its_group(self, refused: Rejected, change: Change) -> Verdict:
        """Answer with the record as it is now: another member may have made the version that was met."""
        verdict = refused.as_verdict(change.change_id)
        if verdict.record is None or not change.group_id:
            return verdict
        stored = self._writer.get(change.type, change.record_id, deleted=True)
        version = 0 if stored is None else stored.version
        detail = {**verdict.detail, "stored": version}
        return replace(verdict, record=stored, version=version, detail=detail)

    def _apply(self, change: Change) -> Verdict:
        transaction = self._transaction
        based = self._on_superseded(change)
        verdict: Verdict = guarded(
            change.type,
            "accept",
            lambda: apply_change(transaction.kernel, transaction, based),
        )
        return verdict

    def _on_superseded(self, change: Change) -> Change:
        """Base a change on an earlier one of its own that was accepted unknown to the site.

        A retry whose answer was lost may have been accepted while the user went on editing: the edit
        was made over exactly that version.
        """
        for id in change.supersedes:
            row = self.logged.get(id) or self._writer.state("change_log").get(id)
            if row is None or row["record_id"] != change.record_id:
                continue
            if row["code"] in DONE_CODES and row["version"] > change.base_version:
                op: Op = "UPDATE" if change.op == "CREATE" else change.op
                change = replace(change, base_version=row["version"], op=op)
        return change

    def _park(self, change: Change, verdict: Verdict, known: bool) -> None:
        """Keep the body of a refused change: the second copy of what only a failure list holds."""
        parked = self._writer.state("parked_change")
        if not verdict.done:
            # Written now: a later change of this batch may supersede it.
            parked.put(
                {
                    "change_id": change.change_id,
                    "site_id": self._site_id,
                    "content": change_text(change),
                    "code": verdict.code,
                    "at": self.at,
                }
            )
        elif known:
            parked.delete(change.change_id)
        for superseded in change.supersedes:
            parked.delete(superseded)


def _log_row(change: Change, verdict: Verdict, at: str) -> dict[str, Any]:
    return {
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
        "at": at,
    }


def pull(view: View, site_id: str, request: PullRequest) -> PullReply:
    """Return a page of the feed. A site's own changes are not filtered out of it.

    Raises:
        Fenced: the session is over. Refused: ``cursor_invalid``.
    """
    site_in_session(view, site_id, request.session)
    if request.cursor > view.feed_seq:
        raise Refused("cursor_invalid", {"cursor": request.cursor, "head": view.feed_seq})
    page = view.changes(
        request.cursor,
        limit=min(max(request.records_max, 1), limits.PAGE_MAX),
        bytes_max=min(max(request.bytes_max, 1), limits.BATCH_BYTES_MAX),
    )
    done = page.next_after >= page.head
    return PullReply(request.session, page.records, page.next_after, page.head, done)


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
