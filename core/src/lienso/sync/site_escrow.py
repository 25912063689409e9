"""Keeps a second copy of what is unsent in step with the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..errors import Refused
from ..ids import instant_text
from ..storage import View, Writer
from . import archive
from .messages import Change
from .recovering import Carried, here, in_parts, take
from .site_threads import SiteThreads

if TYPE_CHECKING:
    from ..escrow import Escrow
    from ..kernel import Kernel
    from ..transaction import Transaction

Row = Mapping[str, Any]


def unsent(view: View) -> list[Row]:
    """Return rows of what the cloud has not accepted, an older change of a record before a newer one."""
    refused, sealed = view.state("failure_push").scan(), view.state("sealed").scan()
    return [*refused, *sealed, *view.state("outbox").scan(order=("saved",))]


def missing(view: View, escrow: Escrow) -> list[Change]:
    """Return the changes of a journal that are not here, and whose record is not as they made it.

    Of a record whose edits grew out of each other it is the newest one.

    Raises:
        Refused: as `lienso.escrow.Escrow.changes`.
    """
    changes = escrow.changes()
    old = here(view) | {id for change in changes for id in change.supersedes}
    found = []
    for change in changes:
        record = view.get(change.type, change.record_id)
        same = record is not None and record.body == change.body
        if change.change_id not in old and not same:
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


def give_up(
    kernel: Kernel, tenant: str, escrow: Escrow, changes: list[Change], reason: str
) -> None:
    """Close changes of a journal that nobody wants back; their bodies stay in the archive of decisions.

    Raises:
        Refused: ``file_unwritable``: the journal still has them.
    """
    grown = {id for change in changes for id in (change.change_id, *change.supersedes)}
    ended = [change for change in escrow.changes() if change.change_id in grown]
    decision = {"choice": "dropped", "fields": {"reason": reason}, "user": "administrator"}
    at = instant_text(kernel.clock.now())

    def keep(writer: Writer) -> None:
        for change in ended:
            theirs = writer.get(change.type, change.record_id)
            archive.keep(writer, change, change.body, theirs, decision, at)

    kernel.storage.write(tenant, keep)
    if not escrow.note({}, [change.change_id for change in ended], flush=True):
        raise Refused("file_unwritable", {"path": str(escrow.path), "reason": escrow.trouble})


class SiteEscrow(SiteThreads):
    """What a site does for its journal of unsent changes, where it has one.

    Attributes:
        escrow: the journal; None where the office keeps none.
    """

    escrow: Escrow | None = None

    def _begin(self) -> None:
        self._noting = threading.Lock()
        self._copied: set[str] = set()
        """Changes that were in this store while it was open, and are in the journal."""
        self._newest: dict[str, str] = {}
        """Record → the last of them."""
        self._copied_to = 0
        """Of the places in the order of saving: what has a later one is not in the journal."""

    def keep_copies(self, escrow: Escrow) -> int:
        """Have a copy of every unsent change kept from now on.

        Returns:
            How many changes are in the journal that this store does not have: it was set back. 0 where
            the journal cannot be read now; `copies_fail` says so.
        """
        self.escrow = escrow
        self._copy_before_sealing()
        return 0 if escrow.trouble else len(self._read(lambda view: missing(view, escrow)))

    def copies_fail(self) -> bool:
        """Tell whether unsent changes are without a copy: the journal's disk does not take them."""
        return self.escrow is not None and bool(self.escrow.trouble)

    def copied(self) -> Collection[str] | None:
        """Return the unsent changes of which there is a copy; None: none is kept now."""
        return None if self.escrow is None or self.copies_fail() else self._copied

    def _each_beat(self) -> None:
        """Make up for copies that failed, online and offline."""
        if self.copies_fail():
            self._copy_before_sealing()

    def note_copies(self, transaction: Transaction) -> None:
        """Keep copies of what a transaction saved, and of what others saved before it."""
        if self.escrow is None:
            return
        hook = "lienso_record_saved"
        saved = [e.arguments["event"] for e in transaction.events if e.hook == hook]

        def look(view: View) -> list[Row]:
            outbox = view.state("outbox")
            # An edit of what waits keeps its place in the order of saving.
            edited = [outbox.get(event.type, event.id) for event in saved]
            new = outbox.scan(order=("saved",), start=(self._copied_to + 1,))
            rows = {row["record_id"]: row for row in [*edited, *new] if row is not None}
            return sorted(rows.values(), key=lambda row: row["saved"])

        if saved:
            with self._noting:  # Read within it too: what is read later is newer.
                self._note(look, flush=False)

    def _note(self, look: Callable[[View], Sequence[Row]], *, flush: bool) -> None:
        assert self.escrow is not None, "only who keeps copies notes them"
        if not self.escrow.path.exists():  # Another disk, maybe: everything is copied anew.
            self._copied, self._newest, look = set(), {}, unsent

        def grown(view: View) -> list[tuple[Row, list[str], list[str]]]:
            new = [row for row in look(view) if row["change_id"] not in self._copied]
            return [(row, *self._grown_from(view, row)) for row in new]

        rows = self._read(grown)
        copies = {row["change_id"]: (row["content"], over) for row, over, _replaced in rows}
        replaced = [id for _row, _over, ended in rows for id in ended]
        if self.escrow.note(copies, replaced, flush=flush):
            self._copied = (self._copied | copies.keys()) - set(replaced)
            self._newest |= {row["record_id"]: row["change_id"] for row, _over, _ended in rows}
            self._copied_to = max([self._copied_to, *(row.get("saved", 0) for row, *_ in rows)])

    def _grown_from(self, view: View, row: Row) -> tuple[list[str], list[str]]:
        """Return what a change was made over here, and which of it is here no more."""
        if "saved" not in row:
            return [], []
        sealed = view.state("sealed").scan(equals={"record_id": row["record_id"]})
        over = [one["change_id"] for one in sealed]
        before = self._newest.get(row["record_id"], "")
        if before in ("", *over) or view.state("failure_push").get(before) is not None:
            return over, []
        return [*over, before], [before]

    def _copy_before_sealing(self) -> None:
        """Make sure that all that may be sealed now is in the journal, and on its disk."""
        if self.escrow is not None:
            with self._noting:
                self._note(unsent, flush=True)

    def _drop_copies(self) -> None:
        """Close what was here and is no more: accepted, replaced, given up."""
        if self.escrow is None:
            return
        with self._noting:
            here = {row["change_id"] for row in self._read(unsent)}
            gone = self._copied - here
            if self.escrow.note({}, gone):
                self._copied -= gone
                self._newest = {r: id for r, id in self._newest.items() if id not in gone}
            self.escrow.trim()
