"""What a running function may do: look, save, delete, post, all in one transaction."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from . import marking, numbers, rewriting, rights
from .calls import guarded
from .canonical import canonical_text
from .errors import LimitExceeded, Refused
from .ids import instant_text
from .model import Actor, Finding, Ledger, Record, RecordType, Role, Table
from .records import OPTION_TYPE
from .storage import RecordRef, Writer
from .sync import aliases
from .transaction import Transaction
from .view import View

if TYPE_CHECKING:
    from .connector.port import PlatformAddress, PlatformConnector
    from .kernel import Kernel
    from .registry import Registry
    from .sync.site_sync import SiteSync

T = TypeVar("T")
Progress = Callable[[int, int, str], None]


class Session:
    """Given to `Capability.run`.

    Attributes:
        actor: on whose behalf.
        findings: warnings that go back with the answer.
    """

    def __init__(
        self,
        kernel: Kernel,
        actor: Actor,
        transaction: Transaction | None,
        progress: Progress | None = None,
    ) -> None:
        self._kernel = kernel
        self._transaction = transaction
        self._progress = progress
        self.actor = actor
        self.findings: list[Finding] = []

    @property
    def role(self) -> Role:
        """Where this kernel works."""
        return self._kernel.role

    @property
    def registry(self) -> Registry:
        """Everything that the installed modules declare."""
        return self._kernel.registry

    @property
    def online(self) -> bool:
        """Whether the cloud can be asked now; the cloud can always ask itself."""
        return self._kernel.online

    @property
    def view(self) -> View:
        """Records and books inside this transaction.

        Raises:
            Refused: ``no_transaction``: the function declared that it opens its own.
        """
        return self._open.view

    @property
    def _open(self) -> Transaction:
        if self._transaction is None:
            raise Refused("no_transaction", {"use": "session.transaction(work)"})
        return self._transaction

    @property
    def synchronizer(self) -> SiteSync:
        """The site's synchronisation. Raises: Refused: ``only_at_a_site``."""
        if self._kernel.site is None:
            raise Refused("only_at_a_site")
        return self._kernel.site

    def require(
        self, action: rights.Action, record: Record[Any], ledgers: tuple[str, ...] = ()
    ) -> None:
        """Refuse what the acting user may not do with a record; for functions that ask themselves.

        Args:
            ledgers: those that it is done in; empty: all that the record shows on.
        Raises:
            Refused: ``no_permission``, ``sign_in_required``, ``grant_expired``.
        """
        rights.require_on(self._kernel, self.actor, self.view, action, record, ledgers)

    def require_report(self, id: str, params: Any, action: rights.Action = "see") -> None:
        """Refuse a report that the acting user may not see, or not print or export.

        Raises:
            Refused: ``no_permission``, ``sign_in_required``, ``grant_expired``.
        """

        def ask(view: View) -> None:
            right = replace(rights.to_run(view, id, params, whole=True), action=action)
            rights.require(self._kernel, self.actor, view, right)

        if self._transaction is None:
            self.read(ask)
        else:
            ask(self.view)

    def print_table(
        self, report: str, table: Table, params: Mapping[str, Any], **how: Any
    ) -> bytes:
        """Set a report's answer in type, outside of any transaction: see `lienso.pdf.print_table`."""
        from .pdf import print_table  # loaded where something is printed, not by every start

        return print_table(self._kernel, self.actor, report, table, params, **how).data

    def read(self, work: Callable[[View], T]) -> T:
        """Run ``work`` on one instant, outside any transaction: a long look holds nobody up.

        What this session's own transaction wrote is not seen.
        """
        return self._kernel.read(self.actor, work)

    def platform(self, link: PlatformAddress) -> PlatformConnector | None:
        """Return the line to the application outside that a link means; None: no plugin has one."""
        settings = self._kernel.settings
        if settings.platform is not None:
            return settings.platform
        line: PlatformConnector | None = self._kernel.calls.open(
            "lienso_connect_platform", link=link
        )
        return line

    def transaction(self, work: Callable[[Session], T]) -> T:
        """Run ``work`` in a transaction of its own; for functions that declared to open theirs."""
        return self._kernel.transact(
            self.actor, lambda t: work(Session(self._kernel, self.actor, t, self._progress))
        )

    def invoke(self, function: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Call another function as this user; for functions that declared to open their transactions."""
        return self._kernel.invoke(self.actor, function, params)

    def save(
        self,
        type: str,
        fields: Mapping[str, Any],
        *,
        id: str | None = None,
        replace: bool = False,
        ignore_warnings: bool = False,
    ) -> Record[Any]:
        """Create a record, or change the named fields of one (all of them with ``replace``).

        Args:
            ignore_warnings: pass those of a record that is posted by being saved.

        Raises:
            Refused: the one error's own code, or ``invalid`` with findings.
        """
        saved = self._open.save(
            type, fields, id=id, merge=not replace, ignore_warnings=ignore_warnings
        )
        self.findings += saved.findings
        return saved.record

    def delete(self, type: str, id: str) -> None:
        """Delete a record in the cloud. Raises: Unknown, Refused."""
        self._open.delete(type, id)

    def forget(self, type: str, id: str) -> int:
        """Remove a record that never left this site; returns how many outbox changes went."""
        return self._open.forget(type, id)

    def restore(self, type: str, id: str) -> Record[Any]:
        """Bring a deleted record back. Raises: Unknown, Refused."""
        return self._open.restore(type, id)

    def post(
        self, record: Record[Any], ledger: Ledger = "financial", ignore_warnings: bool = False
    ) -> Record[Any]:
        """Post a voucher. Raises: Refused: the header error's code, or ``post_failed``."""
        return self._open.post(record, ledger, ignore_warnings)

    def note_failed(self, record: Record[Any], ledger: Ledger, findings: Sequence[Finding]) -> None:
        """Remember with a voucher why it could not be posted or unposted, as for one that a site sent."""
        self._open.note_failed(record, ledger, findings)

    def unpost(self, record: Record[Any], ledger: Ledger = "financial") -> Record[Any]:
        """Take a voucher out of the books. Raises: Refused."""
        return self._open.unpost(record, ledger)

    def mark(
        self, book: str, voucher: RecordRef, marks: marking.Marks, ledger: Ledger = "financial"
    ) -> int:
        """Say something of a voucher's posted entries in dimensions that the book leaves open.

        Everything else of them stays as posted; returns how many entries changed.

        Args:
            marks: (line, side) → dimension → value; an empty value takes it away.
        Raises:
            Unknown: ``unknown_dimension``. Refused: ``not_posted``.
        """
        return marking.mark(self._open, book, voucher, ledger, marks)

    # -- rewriting history: for functions that have asked all that must be asked ----------------

    def allows(self, function: str) -> bool:
        """Tell whether the acting user may run a function, or has a right that is only a name."""
        right = rights.Right(function, "see", None, runs=True)
        return rights.allowed(self._kernel, self.actor, self.view, right)

    def write_many(self, records: int) -> None:
        """Let this transaction write more records than one usually may. Raises: LimitExceeded."""
        self._open.writer.allow(records)

    def rewrite(self, type: str, body: Mapping[str, Any], id: str | None = None) -> Record[Any]:
        """Store a version of a record past all checks: see `lienso.rewriting.record`. Raises: Refused."""
        return rewriting.record(self._open, type, body, id)

    def join(self, type: str, body: Mapping[str, Any], goes: str, stays: str) -> None:
        """Put one record into another: see `lienso.rewriting.join`. Raises: Refused."""
        rewriting.join(self._open, type, body, goes, stays)

    def rewrite_entries(self, book: str, voucher: RecordRef, change: rewriting.Change) -> int:
        """Change entries of a voucher in place; returns how many differ now."""
        return rewriting.entries(self._open, book, voucher, change)

    def for_import(self) -> tuple[Kernel, Actor, Writer]:
        """Return what `lienso.importing` works with, inside this transaction."""
        return self._kernel, self.actor, self._open.writer

    def rebuild_totals(self) -> int:
        """Compare all totals of books with their entries and repair them; returns how many differed.

        For functions that open their own transactions: the storage takes one for each book.
        """
        storage, tenant = self._kernel.storage, self.actor.tenant
        return sum(storage.rebuild_totals(tenant, book) for book in self._kernel.registry.books)

    def repost(self, record: Record[Any], ledger: Ledger = "financial") -> None:
        """Write a posted record's entries anew: see `lienso.rewriting.repost`. Raises: Refused."""
        rewriting.repost(self._open, record, ledger)

    def renumber(
        self, ledger: Ledger, changes: Sequence[tuple[Record[Any], str]]
    ) -> list[Record[Any]]:
        """Give vouchers other numbers at once: see `lienso.rewriting.renumber`. Raises: Refused."""
        return rewriting.renumber(self._open, ledger, changes)

    def note_rewritten(self, kind: str, run: str, rewritten: Sequence[rewriting.Rewritten]) -> None:
        """Remember what a run rewrote, so that it can be taken back."""
        rewriting.note(self._open, kind, run, rewritten)

    def rewritten(self, kind: str, run: str = "") -> tuple[str, list[rewriting.Rewritten]]:
        """Return a run and what it rewrote: the one named, else the last of its kind; ("", []): none."""
        run = run or rewriting.last_run(self._open, kind)
        return run, rewriting.run_of(self._open, kind, run) if run else []

    def forget_rewritten(self, run: str) -> None:
        """Forget a run that was taken back."""
        rewriting.forget_run(self._open, run)

    def new_id(self) -> str:
        """Return an id that nothing has."""
        return self._kernel.ids.new()

    def stand_for(self, type: str, old: str, new: str, *, codes: bool = False) -> None:
        """Let one record stand for another in all that sites still send; ``codes``: one code.

        Raises:
            Unknown: ``not_found``. Refused: ``alias_loop``.
        """
        by = self.actor
        why = {"user": by.user, "site": by.site, "at": instant_text(self.view.now)}
        if codes:
            aliases.add_code(self._open.writer, type, old, new, **why)
        else:
            aliases.add(self._open.writer, type, old, new, **why)
        self.view.forget_memos()

    def release_code(self, type: str, code: str) -> None:
        """Let a code stand for nothing but itself again."""
        aliases.release_code(self._open.writer, type, code)

    def next_number(self, type: str, date: datetime.date, ledger: Ledger = "financial") -> str:
        """Take the next number of a type's series."""
        record_type = self._kernel.registry.record_type(type)
        transaction = self._open
        return numbers.next_number(transaction.view, transaction.writer, record_type, ledger, date)

    def set_option(self, key: str, value: Any, branch: str = "") -> Any:
        """Set an option of the company or of a branch; returns the value it had.

        Raises:
            Unknown: ``option_unknown``. Refused: ``option_value_invalid``.
        """
        return set_option(self._open, key, value, branch)

    @contextmanager
    def together(self) -> Iterator[None]:
        """Have what a site saves in this block accepted in the cloud together, or not at all.

        Raises:
            LimitExceeded: more records than a group may have. Refused: ``other_group_waits``.
        """
        from .sync.grouping import GROUP_MAX
        from .sync.site_log import group_rows

        transaction = self._open
        around = transaction.group_id
        transaction.group_id = around or self._kernel.ids.new()
        try:
            yield
            if self.role == "site":
                members = len(group_rows(transaction.writer, "outbox", transaction.group_id))
                if members > GROUP_MAX:
                    raise LimitExceeded(detail={"what": "group", "size": members, "max": GROUP_MAX})
        finally:
            transaction.group_id = around

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Open a savepoint: when its block raises, what it did is undone and the error goes on.

        Observers are not told of what was undone, and nothing read of it is remembered.
        """
        transaction = self._open
        told = len(transaction.events)
        try:
            with transaction.writer.attempt():
                yield
        except BaseException:
            del transaction.events[told:]
            transaction.view.forget_memos()
            raise

    def warn(self, finding: Finding) -> None:
        """Send a warning back with the answer."""
        self.findings.append(finding)

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Tell how far the work is."""
        if self._progress is not None:
            self._progress(done, total, text)


def accepted(transaction: Transaction, record_type: RecordType, record: Record[Any]) -> None:
    """Let a type do what accepting a version of it does besides. Raises: Refused, PluginCrashed."""
    work = record_type.accepted
    assert work is not None, "who calls has asked"
    session = Session(transaction.kernel, transaction.by, transaction)
    guarded(record_type.id, "accepted", lambda: work(record, session))


def set_option(transaction: Transaction, key: str, value: Any, branch: str = "") -> Any:
    """Set an option in this transaction; returns the value it had.

    Raises:
        Unknown: ``option_unknown``. Refused: ``option_value_invalid``, or why data locks it.
    """
    view = transaction.view
    old = view.option(key, branch)
    option = transaction.kernel.registry.options[key]
    right_type = {"bool": bool, "int": int, "text": str, "choice": str}[option.kind]
    fits = isinstance(value, right_type) and (option.kind == "bool") == isinstance(value, bool)
    if not fits or (option.kind == "choice" and value not in option.choices):
        detail = {"key": key, "value": value, "kind": option.kind, "choices": list(option.choices)}
        raise Refused("option_value_invalid", detail)
    if value != old and option.locked_by is not None:
        reason = option.locked_by(view)
        if reason is not None:
            raise Refused(reason, {"key": key})
    existing = next(
        (
            record
            for record in view.all(OPTION_TYPE)
            if record.data.key == key
            and (record.data.branch or "") == branch
            and not record.data.user
        ),
        None,
    )
    body: dict[str, Any] = {"key": key, "value": canonical_text(value)}
    if branch:
        body |= {"scope": "branch", "branch": branch}
    transaction.save(OPTION_TYPE, body, id=None if existing is None else existing.id, merge=True)
    view.forget_memos()
    return old
