"""The cloud's verdicts on the changes of one batch, and what is logged of them.

Sans I/O: functions over one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..accept import Rejected, apply_change
from ..calls import guarded
from ..canonical import canonical_text, parse
from ..errors import LiensoError, StorageError
from ..ids import instant_text
from ..storage import View
from ..transaction import Transaction
from . import scopes
from .codes import DONE_CODES, WAITING_CODES
from .extent import Scope
from .grouping import check_group, group_failed, in_groups
from .messages import Change, Op, Verdict
from .retention import newest
from .site_log import change_text


def verdict_of(view: View, row: Mapping[str, Any]) -> Verdict:
    """Return the verdict that was given before, with the record as it is now where it matters: also
    where others have gone on since, as a site that took a snapshot hears of no deletion before it."""
    detail = parse(row["detail"])
    # Another record may stand for it by now.
    record = newest(view, row["type"], detail.get("stands", row["record_id"]))
    matters = row["rewritten"] or row["code"].startswith("CONFLICT")
    if not matters and record is not None:
        matters = row["code"] in DONE_CODES and record.version > row["version"]
    return Verdict(
        row["change_id"],
        row["code"],
        row["version"],
        row["feed_seq"],
        record if matters else None,
        detail,
        row["posting"],
    )


class Judge:
    """Decides the changes of one batch: all in one savepoint, and where one of them is refused, each in
    a savepoint of its own.

    Attributes:
        logged: rows of the change log that the batch makes, by change id; written in one go.
    """

    def __init__(
        self,
        transaction: Transaction,
        site_id: str,
        incarnation: int,
        processed: int,
        scope: Scope | None = None,
    ) -> None:
        self._transaction = transaction
        self._writer = transaction.writer
        self._site_id, self._incarnation, self._processed = site_id, incarnation, processed
        self._scope = scope
        self.at = instant_text(transaction.view.now)
        self.logged: dict[str, dict[str, Any]] = {}
        self._read: dict[str, dict[str, Any] | None] = {}

    def decide(self, sent: Sequence[tuple[Change, int]]) -> list[Verdict]:
        """Return a verdict each, in order; a refused change never stops its neighbours.

        Args:
            sent: (change, place in the site's log; 0 for a change sent again outside the order).
        """
        parts = in_groups([change for change, _site_seq in sent])
        logged, events = dict(self.logged), len(self._transaction.events)
        try:
            with self._writer.attempt():
                verdicts = self._each_of(parts, sent, self._accepted)
        except StorageError:
            raise  # The whole batch is tried again; no verdict on what could not be written.
        except LiensoError:
            # Refused changes are few, and a savepoint a change costs more than judging one batch twice.
            self._forget(events)
            self.logged = logged
            verdicts = self._each_of(parts, sent, self._judged)
        return [verdicts[index] for index in range(len(sent))]

    def _each_of(
        self,
        parts: Sequence[Sequence[int]],
        sent: Sequence[tuple[Change, int]],
        judge: Callable[[Sequence[Change]], list[Verdict]],
    ) -> dict[int, Verdict]:
        verdicts: dict[int, Verdict] = {}
        for part in parts:
            members = [sent[index] for index in part]
            verdicts |= zip(part, self._together(members, judge), strict=True)
        return verdicts

    def _together(
        self,
        members: Sequence[tuple[Change, int]],
        judge: Callable[[Sequence[Change]], list[Verdict]],
    ) -> list[Verdict]:
        """Decide a change, or a group, which is accepted whole or not at all."""
        known = [self._known(change, site_seq) for change, site_seq in members]
        new = [change for (change, _), verdict in zip(members, known, strict=True) if not verdict]
        refused = next((v for v in known if v is not None and not v.done), None)
        if new and refused is not None:
            judged = iter([self._held_up(change, refused) for change in new])
        else:
            judged = iter(judge(new))
        verdicts = []
        for (change, site_seq), verdict in zip(members, known, strict=True):
            verdicts.append(verdict or self._note(change, site_seq, next(judged)))
        return verdicts

    def _held_up(self, change: Change, refused: Verdict) -> Verdict:
        """Return the verdict on a member of a group of which another one stays refused: what held the
        group up itself keeps its reason, else it would wait for itself."""
        before = self._before(change)
        return group_failed(change, refused) if before is None else verdict_of(self._writer, before)

    def _known(self, change: Change, site_seq: int) -> Verdict | None:
        """Return what was decided about a change before; None when it is to be judged now."""
        before = self._before(change)
        if before is not None:
            if site_seq > self._processed:  # Sealed anew in a later incarnation.
                # Attempts are counted anew, too: the store may be an older copy.
                again = {**self._place(site_seq), "attempt": change.attempt}
                self.logged[change.change_id] = {**before, **again}
            if before["code"] in DONE_CODES or self._answered(before, change, site_seq):
                verdict = verdict_of(self._writer, before)
                twice = verdict.done and site_seq > self._processed
                return replace(verdict, code="DUPLICATE") if twice else verdict
        elif 0 < site_seq <= self._processed:
            stored = self._writer.get(change.type, change.record_id, deleted=True)
            version = 0 if stored is None else stored.version
            return Verdict(change.change_id, "ALREADY_PROCESSED", version, record=stored)
        return None

    def _answered(self, before: Mapping[str, Any], change: Change, site_seq: int) -> bool:
        """Tell whether a refused change is sent again only because its answer was lost.

        A store that was set back counts fewer attempts than it has made: what it asks for is judged, and
        so is what clears by itself when it is sealed anew.
        """
        if site_seq:
            anew = site_seq > self._processed and before["code"] in WAITING_CODES
            return bool(not anew and before["attempt"] >= change.attempt)
        same = before["incarnation"] == self._incarnation
        return bool(same and before["attempt"] == change.attempt)

    def _before(self, change: Change) -> dict[str, Any] | None:
        id = change.change_id
        if id not in self._read:  # The table itself is written when the whole batch is judged.
            self._read[id] = self._writer.state("change_log").get(id)
        return self.logged.get(id) or self._read[id]

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

    def _accepted(self, changes: Sequence[Change]) -> list[Verdict]:
        """Apply changes. Raises: LiensoError: one of them is refused; the caller takes all back."""
        check_group(changes)
        return list(self._applied(changes))

    def _applied(self, changes: Sequence[Change]) -> Iterator[Verdict]:
        author = self._transaction.by
        try:
            for change in changes:
                yield self._apply(change)
                self._transaction.by = author
        finally:
            self._transaction.by = author

    def _forget(self, events: int) -> None:
        """Drop what was remembered of changes that were taken back."""
        del self._transaction.events[events:]
        self._transaction.view.forget_memos()

    def _judged(self, changes: Sequence[Change]) -> list[Verdict]:
        """Apply changes in one savepoint, all of them or none; a verdict each."""
        events = len(self._transaction.events)
        verdicts: list[Verdict] = []
        try:
            check_group(changes)
            with self._writer.attempt():
                verdicts += self._applied(changes)
                return verdicts
        except Rejected as refused:
            failed = self._without_its_group(refused, changes[len(verdicts)])
        except StorageError:
            raise  # The whole batch is tried again; no verdict on what could not be written.
        except LiensoError as error:
            id = changes[len(verdicts)].change_id
            trace = {"code": error.code, "trace_id": id, "reason": str(error)}
            failed = Verdict(id, "INTERNAL", detail=trace)
        self._forget(events)
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
        if self._scope is not None:
            scopes.check(self._writer, self._scope, change)
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
