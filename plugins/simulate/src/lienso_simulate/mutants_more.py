"""Deliberate breakages, one for each invariant that none of the design's eleven breaks."""

from __future__ import annotations

import dataclasses
from typing import Any

import lienso.messages
from lienso import accept, claims, invocation, once, transaction
from lienso.canonical import canonical_text, digest_of, parse
from lienso.memory_books import MemoryBook
from lienso.model import FigureValue
from lienso.sync import (
    batches,
    cloud_log,
    judging,
    leases,
    link_machine,
    offering,
    pulling,
    retrying,
    sealing,
    settlement,
    site_exchange,
    site_line,
    site_log,
    site_sync,
)

from .mutants import MUTANTS, Patch, broken, mutant

__all__ = ["MUTANTS", "broken"]


@mutant
def applied_again() -> list[Patch]:
    """The cloud forgets what it has decided (1)."""
    return [
        (judging.Judge, "_known", lambda _self, _change, _seq: None),
        (accept, "_check_base", lambda _change, _stored: None),
    ]


@mutant
def numbers_unclaimed() -> list[Patch]:
    """Nobody holds a number or a code (4)."""
    return [(claims, "claim", lambda *_given: None)]


@mutant
def decision_not_noted() -> list[Patch]:
    """Some effects have no decision beside them (5)."""
    real = judging.Judge._note

    def note(self: Any, change: Any, site_seq: int, verdict: Any) -> Any:
        found = real(self, change, site_seq, verdict)
        if site_seq % 4 == 3:
            self.logged.pop(change.change_id, None)
        return found

    return [(judging.Judge, "_note", note)]


@mutant
def no_fence() -> list[Patch]:
    """A session that is over may go on (7)."""

    def in_session(view: Any, site_id: str, session: Any) -> Any:
        return cloud_log.site_row(view, site_id)

    return [(cloud_log, "site_in_session", in_session)]


@mutant
def vouchers_mixed() -> list[Patch]:
    """Two edits of one voucher are joined field by field (8)."""
    real = accept._based

    def based(t: Any, record_type: Any, change: Any, stored: Any) -> Any:
        behind = stored is not None and stored.version != change.base_version
        if record_type.kind != "voucher" or not behind or stored.deleted or not change.body:
            return real(t, record_type, change, stored)
        body = {**parse(stored.body), "mark": parse(change.body).get("mark", "")}
        return accept._Based(body, canonical_text(body), ("mark",))

    return [(accept, "_based", based)]


@mutant
def deleted_offline() -> list[Patch]:
    """Anything may be deleted offline (9)."""

    def forget_local(writer: Any, type: str, id: str) -> int:
        writer.state("record_local").delete(type, id)
        removed = int(writer.state("outbox").delete(type, id))
        writer.forget(type, id)
        return removed

    return [
        (site_log, "local_refusal", lambda _view, _type, _id: None),
        (site_log, "forget_local", forget_local),
    ]


@mutant
def failures_vanish() -> list[Patch]:
    """What was refused is not listed (10)."""
    return [(settlement, "_note_failure", lambda *_given, **_more: None)]


@mutant
def sealed_rewritten() -> list[Patch]:
    """What is sealed is written anew when more is sealed (11)."""
    real = sealing._put_sealed

    def put_sealed(writer: Any, contents: Any, first_seq: int, proof: bytes) -> None:
        for row in writer.state("sealed").scan(stop=(first_seq,)):
            changed = {**parse(row["content"]), "made_offline": True}
            writer.state("sealed").put({**row, "content": canonical_text(changed)})
        real(writer, contents, first_seq, proof)

    return [(sealing, "_put_sealed", put_sealed)]


@mutant
def pull_overwrites() -> list[Patch]:
    """A pull takes the place of a local edit (14)."""
    return [(pulling, "local_of", lambda _view, _type, _id: None)]


@mutant
def acknowledged_early() -> list[Patch]:
    """A moves to the end of the log with the first verdict (16)."""
    real = batches.acknowledge

    def acknowledge(writer: Any, _site_seq: int) -> None:
        real(writer, site_log.position(writer).sealed)

    return [(batches, "acknowledge", acknowledge)]


@mutant
def posted_edited() -> list[Patch]:
    """A posted voucher may be edited (17)."""
    return [(transaction.Transaction, "_refuse_posted", lambda _self, _old: None)]


@mutant
def float_stored() -> list[Patch]:
    """A number is stored as a float (18)."""
    real = transaction.Transaction.put

    def put(self: Any, record_type: Any, record: Any, body: Any, text: str, *more: Any) -> Any:
        if self.view.role == "site" or "attached_count" not in body:
            return real(self, record_type, record, body, text, *more)
        body = {**body, "attached_count": 0.5}
        return real(self, record_type, record, body, _with_floats(body), *more)

    return [(transaction.Transaction, "put", put)]


def _with_floats(value: Any) -> str:
    import orjson

    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


@mutant
def manual_probes() -> list[Patch]:
    """A site that works offline by hand goes on looking for the cloud (19)."""
    real = link_machine.LinkMachine._to_manual

    def to_manual(self: Any, now: int) -> Any:
        return [action for action in real(self, now) if action.text != "probe"]

    def probe(self: Any) -> None:
        try:
            self._link.probe()
        except site_line.LiensoError:
            return

    return [
        (link_machine.LinkMachine, "_to_manual", to_manual),
        (site_line.SiteLine, "_probe", probe),
    ]


@mutant
def settles_at_once() -> list[Patch]:
    """A line counts before it has settled (20)."""
    real = link_machine.LinkMachine.handle

    def handle(self: Any, event: Any, now: int) -> Any:
        return [
            dataclasses.replace(action, delay=action.delay // 4)
            if (action.kind, action.text) == ("timer", "settle")
            else action
            for action in real(self, event, now)
        ]

    return [(link_machine.LinkMachine, "handle", handle)]


@mutant
def calls_not_noted() -> list[Patch]:
    """A function that is called again runs again (21)."""
    return [
        (invocation, "_note_call", lambda *_given: None),
        (once, "new_id", lambda transaction, _type: transaction.kernel.ids.new()),
    ]


@mutant
def save_waits() -> list[Patch]:
    """A save asks the cloud (22)."""

    def saved(self: Any, made_offline: bool) -> None:
        if not made_offline:
            self.beat()

    return [(site_sync.SiteSync, "saved", saved)]


@mutant
def blank_is_zero() -> list[Patch]:
    """A blank figure is shown as nought (23)."""
    real = invocation.read_figure

    def read_figure(kernel: Any, by: Any, id: str, params: Any) -> Any:
        found = real(kernel, by, id, params)
        return FigureValue(0, "offline") if found.value is None else found

    return [(invocation, "read_figure", read_figure)]


@mutant
def refusal_stops() -> list[Patch]:
    """A refused change ends the push (24)."""
    real = site_exchange.SiteExchange._send

    def send(self: Any) -> tuple[int, int]:
        count, done = real(self)
        self._stopped = count > done
        return (0, 0) if count > done else (count, done)

    def drain(self: Any, todo: Any) -> tuple[int, int]:
        self._stopped = False
        dealt = self._write(lambda writer: sealing.seal_planned(writer, todo[:3]))
        if dealt and not self._stopped:
            return self._send()
        return 0, 0

    return [
        (site_exchange.SiteExchange, "_send", send),
        (site_exchange.SiteExchange, "_drain", drain),
    ]


@mutant
def no_reasons() -> list[Patch]:
    """Failures say nothing (25)."""
    return [(lienso.messages, "text", lambda *_given, **_more: "")]


@mutant
def never_cleared() -> list[Patch]:
    """What waits is not sent again by itself (26)."""
    return [(retrying, "retry_cleared", lambda _writer, new_session: 0)]


@mutant
def nothing_returned() -> list[Patch]:
    """What only the cloud still has does not come back to a site that was set back (28)."""
    return [(settlement, "return_parked", lambda *_given: 0)]


@mutant
def nothing_offered() -> list[Patch]:
    """A restored cloud is offered nothing (29)."""
    return [(offering, "next_offer", lambda _view: None)]


@mutant
def leases_overlap() -> list[Patch]:
    """Two sites are given the same numbers (30)."""

    def next_number(view: Any, writer: Any, *series: Any) -> str:
        return f"PT{9_000 + writer.next_value('mutant') % 5:05d}"

    return [(leases, "next_number", next_number)]


@mutant
def opaque_rewritten() -> list[Patch]:
    """What no module here can read is written anew (31)."""
    real = pulling._Taker._keep_opaque

    def keep_opaque(self: Any, record: Any) -> None:
        body = canonical_text({**parse(record.body), "name": "?"})
        real(self, dataclasses.replace(record, body=body, digest=digest_of(body)))

    return [(pulling._Taker, "_keep_opaque", keep_opaque)]


@mutant
def never_materialised() -> list[Patch]:
    """A module that is installed does not read what came before (32)."""
    return [(pulling, "materialise", lambda _writer, _registry, _at: 0)]


@mutant
def gate_stays() -> list[Patch]:
    """A gate that was closed once stays closed (36)."""
    real = link_machine.LinkMachine._hello_done

    def hello_done(self: Any, event: Any, now: int) -> Any:
        return real(self, event, now) if self.gate == link_machine.NO_SESSION else []

    return [(link_machine.LinkMachine, "_hello_done", hello_done)]


@mutant
def books_keep_entries() -> list[Patch]:
    """What is unposted stays in the books (37)."""
    return [(MemoryBook, "unpost", lambda *_given, **_more: 0)]
