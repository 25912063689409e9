"""At the site: take the cloud's answer to a file: settle, and apply the pages (sync-design §15)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lienso.errors import (
    CommitUnknown,
    LiensoError,
    LimitExceeded,
    Refused,
    StorageBusy,
    StorageDown,
    StorageError,
)
from lienso.ids import instant_text
from lienso.storage import View, Writer
from lienso.sync import batches, pulling, sealing, settlement, site_log, site_scope
from lienso.sync.messages import Change, HelloReply, PullReply, PushReply

from .keys import SiteKey
from .sealed_file import SealedFile, opened
from .wire import unpacked

if TYPE_CHECKING:
    from lienso.kernel import Kernel

GO_ON = ("OK", "NEW_INCARNATION")
"""Decisions of the cloud that a file may bring."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What an answer did at the site.

    Attributes:
        again: it had been taken before; nothing was done.
        failed: changes that the cloud refused, now in the failure list.
        kept: records that came and could not be applied.
    """

    number: int
    again: bool = False
    accepted: int = 0
    failed: int = 0
    pulled: int = 0
    kept: int = 0


def settle(kernel: Kernel, key: SiteKey, path: Path) -> Settled:
    """Prove the whole file, then carry out the verdicts and apply the pages.

    Raises:
        Refused: why nothing was done.
    """
    with opened(path, key) as file:
        if file.header.get("from") != "cloud":
            raise Refused("bundle_wrong_side", {"file": str(path)})
        return _Settling(kernel, key.tenant, file).run()


class _Settling:
    """One answer at one site."""

    def __init__(self, kernel: Kernel, tenant: str, file: SealedFile) -> None:
        self._kernel, self._tenant, self._file = kernel, tenant, file
        self._at = instant_text(kernel.clock.now())
        self._accepted = self._failed = self._pulled = self._kept = 0

    def run(self) -> Settled:
        number = self._check()
        if self._kernel.storage.read(self._tenant, lambda view: self._fits(view, number)):
            return Settled(number, again=True)
        takes: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
            "hello_reply": self._hello,
            "push_reply": self._verdicts,
            "unjudged": self._unjudged,
            "pull_reply": self._page,
        }
        self._aside(pulling.materialise)
        for frame in self._file.messages():
            takes[frame["kind"]](frame)
        if self._kernel.storage.read(self._tenant, site_scope.to_let_go):
            site_scope.let_go(self._write)
        self._aside(pulling.settle_held)
        self._write(lambda writer: site_log.set_identity(writer, bundle_settled=number))
        self._tell("push", self._accepted, self._failed)
        self._tell("pull", self._pulled, self._kept)
        return Settled(number, False, self._accepted, self._failed, self._pulled, self._kept)

    # -- before any effect --------------------------------------------------------------------------

    def _check(self) -> int:
        """Read everything; returns the number of the file that is answered."""
        frames = self._file.messages()
        try:
            self._decision = unpacked(HelloReply, next(frames, {})).decision
            done = False
            for frame in frames:
                done = _is_last_page(frame)
            if not done:
                raise ValueError("the last page is missing")
            return self._check_header()
        except (ValueError, KeyError, TypeError) as error:
            raise self._file.damaged(str(error).splitlines()[0]) from error

    def _check_header(self) -> int:
        header = self._file.header
        number, answers = header["number"], header["answers"]
        numbers = (number, header["incarnation"], header["ranges"]["cursor"], answers["acked"])
        if not all(type(value) is int for value in numbers):
            raise ValueError("a number of the header")
        if self._decision not in GO_ON:
            raise ValueError(f"the decision {self._decision}")
        return int(number)

    def _fits(self, view: View, number: int) -> bool:
        """Tell whether this answer was taken before. Raises: Refused: it is none for this log."""
        header, path = self._file.header, str(self._file.path)
        made = int(site_log.identity(view, "bundle_number", "0"))
        settled = int(site_log.identity(view, "bundle_settled", "0"))
        answers, at = header["answers"], site_log.position(view)
        if number > made or (
            number == made and answers["bundle_id"] != site_log.identity(view, "bundle_id")
        ):
            raise Refused("bundle_reply_unknown", {"file": path})
        if number < settled:
            raise Refused("bundle_older", {"number": number, "latest": settled})
        if number == settled:
            return True
        if at.history_id not in ("", header["history"]):
            raise Refused("bundle_other_history", {"file": path})
        agreed = at.incarnation == header["incarnation"]
        as_it_was = (answers["incarnation"], answers["acked"], answers["chain"]) == (
            at.incarnation,
            at.acked,
            at.chain_acked.hex(),
        )
        new = self._decision == "NEW_INCARNATION"
        missed = site_log.cursor(view) < header["ranges"]["cursor"]
        turn = int(site_log.identity(view, "bundle_scope_turn", "0"))
        since = int(site_log.identity(view, "bundle_scope_number", "0"))
        other_scope = turn != site_scope.turn_here(view) or number < since
        if missed or other_scope or not (agreed or (new and as_it_was)):
            raise Refused("bundle_reply_overtaken", {"number": number})
        return False

    # -- effects --------------------------------------------------------------------------------------

    def _hello(self, frame: Mapping[str, Any]) -> None:
        reply = unpacked(HelloReply, frame)

        def agree(writer: Writer) -> None:
            at = site_log.position(writer)
            if at.incarnation != reply.incarnation:
                _begin_incarnation(writer, at, reply)
            if at.history_id != reply.history_id:
                site_log.set_identity(writer, history_id=reply.history_id)
            site_scope.take_scope(writer, reply.scope)
            if reply.parked:
                settlement.return_parked(writer, self._kernel.registry, reply.parked, self._at)

        self._write(agree)

    def _verdicts(self, frame: Mapping[str, Any]) -> None:
        reply = unpacked(PushReply, frame)
        first, logged = frame["first_seq"], frame["logged"]

        def take(writer: Writer) -> None:
            registry, log = self._kernel.registry, writer.state("sealed")
            for place, verdict in enumerate(reply.verdicts[:logged]):
                row = log.get(first + place)
                if row is not None and row["change_id"] == verdict.change_id:
                    change = site_log.change_from_text(row["content"])
                    settlement.take_verdict(writer, registry, change, verdict, self._at)
            if logged:
                sealing.acknowledge(writer, first + logged - 1)
            for verdict in reply.verdicts[logged:]:
                # One that was edited or given up meanwhile is like one whose answer was lost.
                row = writer.state("failure_push").get(verdict.change_id)
                if row is not None:
                    change = _as_tried(row)
                    settlement.take_verdict(writer, registry, change, verdict, self._at)
            for change_id in frame["withdraws"]:
                writer.state("withdrawn").delete(change_id)

        self._write(take)
        done = sum(verdict.done for verdict in reply.verdicts)
        self._accepted += done
        self._failed += len(reply.verdicts) - done

    def _unjudged(self, frame: Mapping[str, Any]) -> None:
        error = LiensoError(frame["code"], frame["detail"])

        def isolate(writer: Writer) -> None:
            log, failed = writer.state("sealed"), writer.state("failure_push")
            entries = [
                (seq, site_log.change_from_text(row["content"]))
                for seq, change_id in enumerate(frame["changes"], frame["first_seq"])
                if (row := log.get(seq)) is not None and row["change_id"] == change_id
            ]
            again = [_as_tried(row) for id in frame["retries"] if (row := failed.get(id))]
            if entries or again:
                batch = batches.Batch(frame["first_seq"], b"", tuple(entries), tuple(again), ())
                batches.isolate(writer, self._kernel.registry, batch, error, self._at)

        self._write(isolate)
        self._failed += len(frame["changes"]) + len(frame["retries"])

    def _page(self, frame: Mapping[str, Any]) -> None:
        page = unpacked(PullReply, frame)
        if page.next_cursor <= self._kernel.storage.read(self._tenant, site_log.cursor):
            return  # It came another way, or with this file the first time.

        def apply(writer: Writer, one_by_one: bool = False) -> tuple[int, int]:
            site_scope.take_page(writer, page)
            return pulling.apply_page(
                writer, self._kernel.registry, page, self._at, one_by_one=one_by_one
            )

        try:
            done = self._write(apply)
        except (StorageBusy, StorageDown, CommitUnknown):
            raise
        except (LimitExceeded, StorageError):  # as over a line: what the store refuses stands alone
            done = self._write(lambda writer: apply(writer, one_by_one=True))
        self._pulled, self._kept = self._pulled + done[0], self._kept + done[1]
        self._aside(pulling.release)

    def _aside(self, work: Callable[..., int | tuple[int, int]]) -> None:
        """Work on what stands aside, part by part, until a part does nothing more."""
        registry = self._kernel.registry
        while True:
            done = self._write(lambda writer: work(writer, registry, self._at))
            applied, kept = done if isinstance(done, tuple) else (done, 0)
            if not applied + kept:
                return
            self._pulled, self._kept = self._pulled + applied, self._kept + kept

    def _write(self, work: Callable[[Writer], Any]) -> Any:
        return self._kernel.storage.write(self._tenant, work)

    def _tell(self, direction: str, done: int, failed: int) -> None:
        self._kernel.calls.observe(
            "lienso_sync_finished",
            tenant=self._tenant,
            direction=direction,
            done=done,
            failed=failed,
        )


def _as_tried(row: Mapping[str, Any]) -> Change:
    change = site_log.change_from_text(row["content"])
    return dataclasses.replace(change, attempt=row["attempt"])


def _begin_incarnation(writer: Writer, at: site_log.LogPosition, reply: HelloReply) -> None:
    whole = writer.state("sealed").count() == at.sealed
    if at.acked == 0 and whole:  # Sealed anew it would be the same, and it may be long.
        site_log.set_identity(writer, incarnation=reply.incarnation)
    else:
        sealing.reseal(writer, reply.incarnation, reply.history_id)


def _is_last_page(frame: Mapping[str, Any]) -> bool:
    """Look at a message and what stands beside it. Raises: ValueError, KeyError, TypeError."""
    kind = frame["kind"]
    if kind == "pull_reply":
        return unpacked(PullReply, frame).done
    if kind == "push_reply":
        logged = len(unpacked(PushReply, frame).verdicts) - frame["logged"]
        if type(frame["first_seq"]) is not int or logged < 0 or frame["logged"] < 0:
            raise ValueError("a push's place")
        if not isinstance(frame["withdraws"], list):
            raise ValueError("what was given up")
    elif kind == "unjudged":
        ids = [*frame["changes"], *frame["retries"], frame["code"]]
        fits = type(frame["first_seq"]) is int and isinstance(frame["detail"], dict)
        if not fits or not all(isinstance(id, str) for id in ids):
            raise ValueError("a change that was not judged")
    else:
        unpacked(HelloReply, frame)
    return False
