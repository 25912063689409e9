"""The frame of work over many vouchers: one job of a kind at a time, done in parts, shown, stopped.

A part is one transaction in which every voucher has a savepoint of its own: one that is refused undoes
only itself. A server that goes down loses at most the part it was in; the next run does what is left,
since it looks anew at what there is to do.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from lienso import LiensoError, Record, Refused
from lienso.canonical import canonical_text, parse
from lienso.fields import Params
from lienso.ids import instant_text
from lienso.model import Finding
from lienso.session import Session

from .records import BATCH_JOB, ROWS_MAX

PART = 200
"""Vouchers of one transaction: enough that its commit does not count, few enough to wait for."""

KINDS = ("batch_post", "batch_unpost", "maintain_data")
"""Jobs that post and unpost: two of one kind never run at once, two of others not on the same days."""

PARAMETERS_MAX = 4_000
"""Characters of parameters that a job's record keeps; longer ones name thousands of vouchers."""

SILENT = datetime.timedelta(minutes=10)
"""After so long without a sign of life a job is taken for interrupted."""

T = TypeVar("T")


class VoucherFailure(Params):
    """A voucher that was not done: its number, the first error's code, and all that was found."""

    voucher: str
    code: str
    detail: dict[str, Any] = {}
    codes: list[str] = []


@dataclass(frozen=True, slots=True)
class Target:
    """A voucher to be worked on. ``key``: its place in the order."""

    type: str
    id: str
    number: str
    key: tuple[Any, ...] = ()


@dataclass(slots=True)
class Outcome:
    """What a job did: numbers in the order done, failures, codes of passed warnings."""

    done: list[str] = field(default_factory=list)
    failed: dict[str, VoucherFailure] = field(default_factory=dict)
    passed: set[str] = field(default_factory=set)
    cancelled: bool = False


class Job:
    """A running job."""

    def __init__(self, session: Session, kind: str, params: Params) -> None:
        self._session, self._kind = session, kind
        self._id = session.transaction(lambda inner: self._begin(inner, params))
        self.outcome = Outcome()

    def _begin(self, session: Session, params: Params) -> str:
        now = session.view.now
        text = canonical_text(params.model_dump(mode="json", exclude_none=True))
        find = session.view.find
        jobs = [one for kind in KINDS for one in find(BATCH_JOB, "kind", equals=(kind,))]
        for other in jobs:
            if other.data.state != "running":
                continue
            if other.data.kind != self._kind and not _overlap(text, other.data.parameters):
                continue
            if datetime.datetime.fromisoformat(other.data.seen_at) + SILENT > now:
                detail = {"job": other.id, "kind": other.data.kind, "by": other.data.by}
                raise Refused("run_in_progress", detail)
            session.save(BATCH_JOB, {"state": "interrupted"}, id=other.id)
        at = instant_text(now)
        fields = {
            "kind": self._kind,
            "parameters": text[:PARAMETERS_MAX],
            "started_at": at,
            "seen_at": at,
            "by": session.actor.user,
        }
        return session.save(BATCH_JOB, fields).id

    def work(
        self,
        targets: Sequence[Target],
        one: Callable[[Session, Record[Any]], Sequence[str]],
        on_failure: Callable[[Session, Record[Any], LiensoError], None] | None = None,
    ) -> list[Target]:
        """Do all targets, in parts; returns those that failed.

        Args:
            one: does a voucher; returns codes of the warnings it passed.
        """
        failed: list[Target] = []
        for start in range(0, len(targets), PART):
            part = targets[start : start + PART]
            result = self._session.transaction(
                partial(self._part, part=part, one=one, on_failure=on_failure)
            )
            failed += self._take(result, part)
            count = start + len(part)
            self._session.progress(count, len(targets), self._kind)
            if self._session.transaction(partial(self._seen, done=count, total=len(targets))):
                self.outcome.cancelled = True
                break
        return failed

    def _part(
        self,
        session: Session,
        part: Sequence[Target],
        one: Callable[[Session, Record[Any]], Sequence[str]],
        on_failure: Callable[[Session, Record[Any], LiensoError], None] | None,
    ) -> list[tuple[Target, Sequence[str], LiensoError | None]]:
        done: list[tuple[Target, Sequence[str], LiensoError | None]] = []
        for target in part:
            record = session.view.get(target.type, target.id)
            if record is None:
                continue  # deleted since it was chosen
            try:
                with session.attempt():
                    done.append((target, one(session, record), None))
            except LiensoError as error:
                done.append((target, (), error))
                if on_failure is not None:
                    on_failure(session, record, error)
        return done

    def _take(
        self,
        rows: Sequence[tuple[Target, Sequence[str], LiensoError | None]],
        part: Sequence[Target],
    ) -> list[Target]:
        failed = []
        for target, passed, error in rows:
            if error is None:
                self.outcome.done.append(target.number)
                self.outcome.failed.pop(target.id, None)
                self.outcome.passed |= set(passed)
            else:
                self.outcome.failed[target.id] = failure(target.number, error)
                failed.append(target)
        return failed

    def _seen(self, session: Session, done: int, total: int) -> bool:
        """Show how far the job is; tells whether somebody asked it to stop."""
        record = session.view.require(BATCH_JOB, self._id)
        fields = {"done": done, "total": total, "seen_at": instant_text(session.view.now)}
        session.save(BATCH_JOB, fields, id=self._id)
        return bool(record.data.cancel)

    def end(self) -> Outcome:
        """Close the job's record."""
        outcome = self.outcome
        failed = [{"voucher": row.voucher, "code": row.code} for row in outcome.failed.values()][
            :ROWS_MAX
        ]
        state = "cancelled" if outcome.cancelled else "done"
        fields = {"state": state, "done": len(outcome.done), "failed": failed}
        self._session.transaction(lambda inner: inner.save(BATCH_JOB, fields, id=self._id))
        return outcome


def _overlap(mine: str, others: str) -> bool:
    """Tell whether two jobs may meet the same voucher of one ledger, by their parameters."""
    if max(len(mine), len(others)) >= PARAMETERS_MAX:
        return True  # one was cut: it names too many vouchers to tell
    one, other = parse(mine), parse(others)
    if one["ledger"] != other["ledger"]:
        return False
    named = [set(job.get("vouchers", ())) for job in (one, other)]
    if all(named):
        return not named[0].isdisjoint(named[1])
    if any(named):
        return True  # of which days they are is not known here
    return bool(one["from_date"] <= other["to_date"] and other["from_date"] <= one["to_date"])


def failure(number: str, error: LiensoError) -> VoucherFailure:
    """Say why a voucher was not done: by the first error that was found, else by the refusal's code."""
    found = errors_of(error)
    code = found[0].code if found else error.code
    detail = {**(dict(found[0].values) if found else dict(error.detail))}
    codes = list(dict.fromkeys(finding.code for finding in found)) or [error.code]
    return VoucherFailure(voucher=number, code=code, detail=detail, codes=codes)


def errors_of(error: LiensoError) -> list[Finding]:
    """Return the errors of a refusal, else its warnings, which stopped it."""
    errors = [finding for finding in error.findings if finding.severity == "error"]
    return errors or list(error.findings)
