"""Keeps a second copy of what is unsent in step with the store."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..ids import instant_text
from ..storage import View, Writer
from .messages import Change
from .recovering import Carried, here, in_parts, take
from .site_threads import SiteThreads

if TYPE_CHECKING:
    from ..escrow import Escrow
    from ..kernel import Kernel
    from ..transaction import Transaction


def unsent(view: View) -> dict[str, str]:
    """Return what the cloud has not accepted: change id → the change as text."""
    tables = ("outbox", "sealed", "failure_push")
    return {row["change_id"]: row["content"] for t in tables for row in view.state(t).scan()}


def missing(view: View, escrow: Escrow) -> list[Change]:
    """Return the changes of a journal that are not here, and whose record is not as they made it."""
    known = here(view)
    found = []
    for change in escrow.changes():
        record = view.get(change.type, change.record_id)
        same = record is not None and record.body == change.body
        if change.change_id not in known and not same:
            found.append(change)
    return found


def recover(kernel: Kernel, tenant: str, changes: list[Change]) -> list[tuple[str, str]]:
    """Let changes of a journal wait here again, as `lienso.sync.recovering.take` says.

    The cloud may have some of them: it answers by their ids, and nothing is done twice.
    """
    at, done = instant_text(kernel.clock.now()), []

    def work(part: list[Carried], writer: Writer) -> list[tuple[str, str]]:
        return take(writer, kernel.registry, part, here(writer), at)

    for part in in_parts([Carried(change, "without_verdict") for change in changes]):
        done += kernel.storage.write(tenant, partial(work, part))
    return done


class SiteEscrow(SiteThreads):
    """What a site does for its journal of unsent changes, where it has one.

    Attributes:
        escrow: the journal; None where the office keeps none.
    """

    escrow: Escrow | None = None
    _copied: frozenset[str] = frozenset()
    """Changes that were in this store while it was open, and are in the journal."""

    def keep_copies(self, escrow: Escrow) -> int:
        """Have a copy of every unsent change kept from now on.

        Returns:
            How many changes are in the journal that this store does not have: it was set back.
        """
        self.escrow = escrow
        lost = len(self._read(lambda view: missing(view, escrow)))
        self._copy_before_sealing()
        return lost

    def note_copies(self, transaction: Transaction) -> None:
        """Keep copies of what a transaction saved."""
        if self.escrow is None:
            return
        hook = "lienso_record_saved"
        saved = [e.arguments["event"] for e in transaction.events if e.hook == hook]

        def look(view: View) -> dict[str, str]:
            rows = [view.state("outbox").get(event.type, event.id) for event in saved]
            return {row["change_id"]: row["content"] for row in rows if row is not None}

        if saved:
            self._note(self._read(look), flush=False)

    def _note(self, contents: dict[str, str], flush: bool) -> None:
        assert self.escrow is not None, "only who keeps copies notes them"
        self.escrow.note(contents, flush=flush)
        self._copied = self._copied.union(contents)

    def _copy_before_sealing(self) -> None:
        """Make sure that all that may be sealed now is in the journal, and on its disk."""
        if self.escrow is not None:
            self._note(self._read(unsent), flush=True)

    def _drop_copies(self) -> None:
        """Close what was here and is no more: accepted, replaced, given up."""
        if self.escrow is not None:
            gone = self._copied - self._read(unsent).keys()
            self.escrow.note({}, gone)
            self._copied -= gone
            self.escrow.trim()
