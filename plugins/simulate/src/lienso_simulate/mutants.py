"""Deliberate breakages of the engine, patched in from outside: each must be caught, or the checkers sleep.

The first eleven are those of the design; the others break what no one of them breaks.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from lienso import accept, chaining
from lienso.canonical import parse
from lienso.sync import (
    batches,
    cloud_hello,
    cloud_log,
    judging,
    settlement,
    site_exchange,
    site_line,
    site_log,
)

from . import plan

Patch = tuple[Any, str, Any]
Breakage = Callable[[], list[Patch]]

MUTANTS: dict[str, Breakage] = {}


def mutant(breakage: Breakage) -> Breakage:
    """Put a breakage into the list under its name."""
    MUTANTS[breakage.__name__] = breakage
    return breakage


@contextmanager
def broken(name: str) -> Iterator[None]:
    """Run with a mutant; the empty name breaks nothing."""
    with ExitStack() as stack:
        for target, attribute, value in MUTANTS[name]() if name else []:
            stack.enter_context(mock.patch.object(target, attribute, value))
        yield


# -- the eleven of the design -----------------------------------------------------------------------


@mutant
def last_write_wins() -> list[Patch]:
    """Nobody looks at the base of a change."""
    return [(accept, "_check_base", lambda _change, _stored: None)]


@mutant
def out_of_commit_order() -> list[Patch]:
    """A reader may see a place of the feed before an earlier one."""
    real = cloud_log.pull

    def pull(view: Any, site_id: str, request: Any) -> Any:
        reply = real(view, site_id, request)
        hidden = [record for record in reply.records if record.feed_seq % 5 == 3]
        kept = tuple(record for record in reply.records if record not in hidden[:1])
        return dataclasses.replace(reply, records=kept)

    return [(cloud_log, "pull", pull)]


@mutant
def own_changes_filtered() -> list[Patch]:
    """A site is not sent what it made itself."""
    real = cloud_log.pull

    def pull(view: Any, site_id: str, request: Any) -> Any:
        reply = real(view, site_id, request)
        kept = tuple(r for r in reply.records if parse(r.provenance).get("site") != site_id)
        return dataclasses.replace(reply, records=kept)

    return [(cloud_log, "pull", pull)]


@mutant
def by_position_only() -> list[Patch]:
    """Logs are told apart by their positions, without proof."""

    def continued(_view: Any, row: Mapping[str, Any], request: Any) -> tuple[int, bytes]:
        last = request.first_seq + len(request.changes) - 1
        return max(last, row["processed"]), bytes(row["chain"])

    def known(judge: Any, change: Any, site_seq: int) -> Any:
        if 0 < site_seq <= judge._processed:
            return judging.Verdict(change.change_id, "APPLIED", change.base_version + 1)
        return _known(judge, change, site_seq)

    _known = judging.Judge._known

    def decision(_view: Any, row: Mapping[str, Any], request: Any, history: str) -> str:
        if request.history_id and request.history_id != history:
            return "NEW_HISTORY"
        return "OK" if request.incarnation == row["incarnation"] != 0 else "NEW_INCARNATION"

    return [
        (cloud_log, "_continued", continued),
        (judging.Judge, "_known", known),
        (cloud_hello, "_decision", decision),
    ]


@mutant
def no_parked_bodies() -> list[Patch]:
    """The cloud keeps no body of what it refuses."""
    return [(judging.Judge, "_park", lambda _self, _change, _verdict, _known: None)]


@mutant
def cursor_first() -> list[Patch]:
    """The cursor is kept before the rows."""
    real = site_exchange.SiteExchange._apply

    def apply(self: Any, page: Any) -> tuple[int, int]:
        row = {
            "name": site_log.CURSOR_NAME,
            "history_id": page.session.history_id,
            "position": page.next_cursor,
        }
        self._write(lambda writer: writer.state("cursor").put(row))
        return real(self, page)

    return [(site_exchange.SiteExchange, "_apply", apply)]


@mutant
def no_shadow_adoption() -> list[Patch]:
    """After a verdict the newer version that waited beside the edit is forgotten."""
    real = settlement.local_of

    def local_of(view: Any, type: str, id: str) -> Any:
        found = real(view, type, id)
        return found and {**found, "shadow": "", "shadow_version": 0}

    return [(settlement, "local_of", local_of)]


@mutant
def no_session_lease() -> list[Patch]:
    """Two machines may be one site at the same time."""
    return [(cloud_hello, "SESSION_S", -86_400 * 30)]


@mutant
def no_feed_proof() -> list[Patch]:
    """The cloud believes that its feed is the one that a site has taken (29, 35)."""
    grown = {**plan.RARE, "grown": 150}  # Only there it matters.
    return [(chaining, "has", lambda _view, _link: True), (plan, "RARE", grown)]


@mutant
def stale_replies() -> list[Patch]:
    """A reply counts whatever session it belongs to."""

    def in_session(self: Any, call: Any) -> Any:
        for last in (False, True):
            session = self._opened()
            try:
                return self.ask(lambda session=session: call(session))  # type: ignore[misc]  # as of now
            except site_line.LiensoError as error:
                if error.code not in ("fenced", "gap") or last:
                    raise
                self._drop(session)
        raise AssertionError("unreachable")

    def take_reply(writer: Any, registry: Any, batch: Any, reply: Any, at: str) -> Any:
        incarnation = site_log.position(writer).incarnation
        session = dataclasses.replace(reply.session, incarnation=incarnation)
        return _take(writer, registry, batch, dataclasses.replace(reply, session=session), at)

    _take = batches.take_reply
    return [
        (site_line.SiteLine, "in_session", in_session),
        (batches, "take_reply", take_reply),
    ]


@mutant
def delete_ignores_shadow() -> list[Patch]:
    """A record may be deleted here though a version of the cloud waits beside it."""

    def local_refusal(view: Any, type: str, id: str) -> str | None:
        local = site_log.local_of(view, type, id)
        return "was_synced" if local is None or local["ever_synced"] else None

    return [(site_log, "local_refusal", local_refusal)]


@mutant
def sent_unsealed() -> list[Patch]:
    """A waiting change is sent before it is sealed."""
    real = batches.next_batch

    def next_batch(view: Any, *room: int) -> Any:
        batch = real(view, *room)
        waiting = site_log.waiting(view)[:1]
        last = batch.first_seq + len(batch.entries)
        more = tuple((last, change) for change in waiting)
        return dataclasses.replace(batch, entries=batch.entries + more)

    return [(batches, "next_batch", next_batch)]
