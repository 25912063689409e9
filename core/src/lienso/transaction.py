"""Changes of records and books inside one storage transaction: the rules that hold in both roles.

A site writes the record and its outbox change; the cloud claims numbers and codes and posts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from . import claims, limits, numbers, once, posting, rights
from .canonical import canonical_text, digest_of
from .errors import Refused, Unknown, VersionConflict
from .fields import parse_body, to_json
from .ids import instant_text, is_id
from .model import Actor, Finding, Ledger, PostingState, Record, RecordEvent, RecordType, Saved
from .records import (
    Refs,
    finding_from_json,
    finding_json,
    ledgers_of,
    merge_body,
    posting_text,
    provenance_text,
    record_keys,
    references,
    replace_references,
    summary_of,
    to_record,
)
from .skew import body_of, check_editable
from .storage import Draft, StoredRecord, Writer
from .sync import aliases
from .view import View

if TYPE_CHECKING:
    from .kernel import Kernel


@dataclass(frozen=True, slots=True)
class Observed:
    """A hook to be told after the commit, with its arguments."""

    hook: str
    arguments: Mapping[str, Any]


class Transaction:
    """One unit of work of the kernel.

    Attributes:
        view: what modules may look at, inside this transaction. ``call``: of the function that runs.
        events: observers to be told after the commit. ``group_id``: of what a site saves now.
        versions: what was stored, by feed position: (change id, version); one that a savepoint took back
            is given again, or stands behind the head. ``change_id``: of the change that is applied now.
        asks: what is done is the user's own act, not a function's: the rights are asked for.
    """

    def __init__(self, kernel: Kernel, writer: Writer, by: Actor, asks: bool = False) -> None:
        self.kernel, self.writer, self.by, self.asks = kernel, writer, by, asks
        self.view = View(kernel, writer)
        self.events: list[Observed] = []
        self.group_id = self.change_id = ""
        self.call: once.Call | None = None
        self.versions: dict[int, tuple[str, StoredRecord]] = {}

    # -- saving ---------------------------------------------------------------------------------

    def save(
        self,
        type: str,
        body: Mapping[str, Any],
        *,
        id: str | None = None,
        base: int | None = None,
        post: Sequence[str] = (),
        ignore_warnings: bool = False,
        merge: bool = False,
    ) -> Saved:
        """Store a version of a record that a user or a function made here.

        Args:
            body: JSON values; codes stand for references until here.
            id: the record's own id; None makes a new record.
            base: the version the user looked at; None takes the stored one.
            post: ledgers to post it in (cloud) or to post it in when it arrives there (site).
            merge: ``body`` holds only the fields to change.
        Raises:
            Refused: ``invalid`` with findings, or the one error's own code; nothing was changed.
            LimitExceeded: the body is too large. OfflineRefused: records of this type are made only where the cloud can be asked.
        """
        record_type = self.kernel.registry.record_type(type)
        before = None if id is None else self.writer.get(type, id)
        if before is None and not (record_type.offline_create or self.kernel.online):
            from .invocation import offline_refusal  # it needs this module

            raise offline_refusal(self.kernel, type, {"type": type})
        if self.kernel.type_modes:
            check_editable(self.writer, self.kernel.type_modes, type, id)
        if record_type.cloud_only and self.view.role == "site":
            raise Refused("only_in_cloud", {"type": type})
        if merge and before is not None:
            body = merge_body(body_of(record_type, before), body)
        limits.check_body(body)
        body, findings = self._with_ids(record_type, body)
        data = self._parsed(record_type, body, findings)
        new = Record(type, id or once.new_id(self, type), 0, data)
        return self.store(record_type, new, before, base, post, ignore_warnings)[0]

    def store(
        self,
        record_type: RecordType,
        record: Record[Any],
        before: StoredRecord | None,
        base: int | None,
        post: Sequence[str] = (),
        ignore_warnings: bool = False,
        sent: tuple[dict[str, Any], str, Refs, int] | None = None,
    ) -> tuple[Saved, StoredRecord]:
        """Check, number, claim and write a parsed record.

        Args:
            sent: what is known of it already: JSON values, canonical text, what it refers to, and the
                version of the type that the text is of.
        Returns:
            What was saved, parsed and as stored.
        """
        old = None if before is None else to_record(self.kernel.registry, before)
        if old is None and base:
            raise VersionConflict(record.type, record.id, 0)
        if old is not None:
            if base is not None and base != old.version:
                raise VersionConflict(record.type, record.id, old.version)
            record = replace(record, version=old.version, posting=old.posting)
            self._refuse_posted(old)
        if self.asks:
            rights.require_to_store(self, record_type, record, old, post)
        typed = record.data
        record, changed = self._numbered(record_type, record, old)
        body, text, refs, written = sent or ({}, "", None, 0)
        if changed or sent is None:
            written = record_type.schema_version
            body = to_json(record.data)
            text = canonical_text(body)
        refs = references(record_type, body) if refs is None else refs  # numbers are no references
        warnings = self._checked(record_type, record, old, typed)
        if self.view.role == "cloud":
            claims.claim(self, record_type, record, body, old)
            record, entries = posting.decide(
                self, record_type, record, self._ledgers(record_type, record, post), ignore_warnings
            )
        else:
            entries = {}
        stored = self.put(record_type, record, body, text, refs, before, written)
        posting.write(self, record_type, record, entries)
        if self.view.role == "site":
            self._queue(record_type, record, before, stored, refs, post, ignore_warnings)
        elif record_type.accepted is not None:
            from .session import accepted  # it needs this module

            accepted(self, record_type, replace(record, version=stored.version))
        if record_type.kind == "catalog":
            self.view.forget_memos()
        event = RecordEvent(
            self.by.tenant, record.type, record.id, stored.version, False, self.by.site
        )
        self.events.append(Observed("lienso_record_saved", {"event": event}))
        self.events += [
            Observed("lienso_record_posted", {"event": event, "ledger": ledger})
            for ledger in entries
        ]
        failed = [state for state in record.posting.values() if state.status == "failed"]
        found = [finding_from_json(item) for state in failed for item in state.findings]
        saved = replace(record, version=stored.version, feed_seq=stored.feed_seq, at=stored.at)
        return Saved(saved, (*warnings, *found)), stored

    def _ledgers(
        self, record_type: RecordType, record: Record[Any], post: Sequence[str]
    ) -> tuple[Ledger, ...]:
        if record_type.post is None:
            return ()
        wanted = ledgers_of(record.data) if record_type.posts_when_accepted else tuple(post)
        return tuple(ledger for ledger in ledgers_of(record.data) if ledger in wanted)

    def _with_ids(
        self, record_type: RecordType, body: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Finding]]:
        findings: list[Finding] = []

        def resolve(value: str, type: str, path: tuple[str, ...]) -> str:
            found = self._known(type, value) if is_id(value) else self.view.id_of(type, value)
            if found is None:
                field = ".".join(path)
                line = int(path[1]) + 1 if len(path) > 1 and path[1].isdigit() else None
                values = {"type": type, "value": value, "field": field}
                findings.append(Finding("error", "not_found", field, line, values))
            return found or value

        return replace_references(record_type.model, body, resolve), findings

    def _known(self, type: str, id: str) -> str | None:
        """Return whom a reference names: in the cloud somebody who is there; a site may lack him."""
        if self.view.role == "site":
            return id
        stands = aliases.resolved(self.writer, type, id)
        types = (type, *self.kernel.registry.record_types)  # A field may name records of two types.
        return stands if any(self.writer.get(one, stands) is not None for one in types) else None

    def _parsed(
        self, record_type: RecordType, body: Mapping[str, Any], findings: list[Finding]
    ) -> Any:
        data, wrong = parse_body(record_type.model, body)
        refuse([*wrong, *findings])
        return data

    def _refuse_posted(self, old: Record[Any]) -> None:
        posted = [ledger for ledger in old.posting if old.posted(ledger)]
        record_type = self.kernel.registry.record_type(old.type)
        if posted and not record_type.posts_when_accepted:
            raise Refused("is_posted", {"ledgers": posted, "id": old.id})

    def _numbered(
        self, record_type: RecordType, record: Record[Any], old: Record[Any] | None
    ) -> tuple[Record[Any], bool]:
        before = None if old is None else old.data
        changes = numbers.fill(self.view, self.writer, record_type, record.data, before)
        if not changes:
            return record, False
        return replace(record, data=record.data.model_copy(update=changes)), True

    def _checked(
        self,
        record_type: RecordType,
        record: Record[Any],
        old: Record[Any] | None,
        typed: Any,
    ) -> tuple[Finding, ...]:
        findings = list(self._unique_here(record_type, record, typed, old is None))
        findings += self.kernel.check(
            "lienso_check_record", record=record, before=old, view=self.view
        )
        refuse(findings)
        return tuple(findings)

    def _unique_here(
        self, record_type: RecordType, record: Record[Any], typed: Any, is_new: bool
    ) -> Sequence[Finding]:
        """At a site: what is known here. In the cloud the claims decide."""
        if self.view.role == "cloud":
            return ()
        findings = []
        code = getattr(record.data, "code", None) if record_type.kind == "catalog" else None
        if code:
            other = self.view.by_code(record.type, code)
            if other is not None and other.id != record.id:
                findings.append(Finding("error", "code_exists", "code", None, {"code": code}))
        findings += numbers.check_at_site(self.view, record_type, record, typed, is_new)
        return findings

    def put(
        self,
        record_type: RecordType,
        record: Record[Any],
        body: Mapping[str, Any],
        text: str,
        refs: Refs,
        before: StoredRecord | None,
        written: int = 0,
    ) -> StoredRecord:
        """Write a version as it is: for `lienso.rewriting` and the rules of saving here."""
        draft = Draft(
            record.type,
            record.id,
            text,
            digest_of(text),
            written or record_type.schema_version,
            summary_of(body),
            body.get("branch") or "",
            posting_text(record.posting),
            self.provenance(),
            record_keys(record_type, body, refs),
            instant_text(self.view.now),
        )
        rights.note_change(self.writer, record.type, self.kernel.ids.new)
        return self.note(self.writer.put(draft, base=None if before is None else before.version))

    def note_event(self, hook: str, arguments: Mapping[str, Any]) -> None:
        """Have observers told after the commit."""
        self.events.append(Observed(hook, arguments))

    def note(self, version: StoredRecord) -> StoredRecord:
        """Note a version that was just stored: it becomes a link of the company's chain."""
        self.versions[version.feed_seq] = (self.change_id, version)
        return version

    def provenance(self) -> str:
        """Return who makes this change, as JSON text."""
        return provenance_text(self.by.user, self.by.site, self.by.workstation)

    def _queue(
        self,
        record_type: RecordType,
        record: Record[Any],
        before: StoredRecord | None,
        stored: StoredRecord,
        refs: Refs,
        post: Sequence[str],
        ignore_warnings: bool,
    ) -> None:
        from .sync import queueing  # it needs this package

        queueing.queue(self, record_type, record, before, stored, refs, post, ignore_warnings)

    # -- deleting -------------------------------------------------------------------------------

    def delete(self, type: str, id: str, *, base: int | None = None) -> StoredRecord:
        """Delete a record in the cloud: a tombstone stays, its codes and numbers become free.

        Raises:
            Unknown: ``not_found``. Refused: what the check hooks say, or ``is_posted``.
        """
        stored = self.writer.get(type, id)
        if stored is None:
            raise Unknown("not_found", {"type": type, "value": id})
        if base is not None and base != stored.version:
            raise VersionConflict(type, id, stored.version)
        record_type = self.kernel.registry.record_type(type)
        record = to_record(self.kernel.registry, stored)
        if self.asks:
            rights.require_on(self.kernel, self.by, self.view, "delete", record)
        self._refuse_posted(record)
        refuse(self.kernel.check("lienso_check_delete", record=record, view=self.view))
        posting.take_out(self, record_type, record, None)
        at, made = instant_text(self.view.now), self.provenance()
        tombstone = self.note(
            self.writer.delete(type, id, base=stored.version, at=at, provenance=made)
        )
        rights.note_change(self.writer, type, self.kernel.ids.new)
        self._forget(record_type, type, id, tombstone.version)
        return tombstone

    def forget(self, type: str, id: str) -> int:
        """Remove a record that never left this site; returns how many outbox changes went with it."""
        from .sync import site_log

        if self.asks:
            gone = self.view.require(type, id)
            rights.require_on(self.kernel, self.by, self.view, "delete", gone)
        removed = site_log.forget_local(self.writer, type, id)
        self._forget(self.kernel.registry.record_type(type), type, id, 0)
        return removed

    def _forget(self, record_type: RecordType, type: str, id: str, version: int) -> None:
        if record_type.kind == "catalog":
            self.view.forget_memos()
        event = RecordEvent(self.by.tenant, type, id, version, True, self.by.site)
        self.events.append(Observed("lienso_record_saved", {"event": event}))

    def restore(self, type: str, id: str) -> Record[Any]:
        """Bring a deleted record back as it was, unposted, if its number and code are still free.

        Raises:
            Unknown: ``not_found``: not in the recycle bin. Refused: ``voucher_no_duplicate`` …
        """
        if self.writer.get(type, id) is not None or not (
            versions := [v for v in self.writer.history(type, id) if not v.deleted]
        ):
            raise Unknown("not_found", {"type": type, "value": id})
        body = body_of(self.kernel.registry.record_type(type), versions[-1])
        return self.save(type, body, id=id).record

    # -- posting --------------------------------------------------------------------------------

    def post(self, record: Record[Any], ledger: Ledger, ignore_warnings: bool) -> Record[Any]:
        """Put a voucher into the books of a ledger. Raises: Refused with the findings."""
        return self.restate(record, *posting.post(self, record, ledger, ignore_warnings))

    def unpost(self, record: Record[Any], ledger: Ledger) -> Record[Any]:
        """Take a voucher out of the books of a ledger. Raises: Refused."""
        record_type = self.kernel.registry.record_type(record.type)
        if not record.posted(ledger):
            raise Refused("not_posted", {"ledger": ledger})
        refuse(
            self.kernel.check(
                "lienso_check_unposting", record=record, ledger=ledger, view=self.view
            )
        )
        posting.take_out(self, record_type, record, ledger)
        states = {
            **record.posting,
            ledger: replace(record.posting[ledger], status="draft", passed_warnings=()),
        }
        return self.restate(record, states, "lienso_record_unposted", ledger)

    def note_failed(self, record: Record[Any], ledger: Ledger, findings: Sequence[Finding]) -> None:
        """Keep the findings of a posting, or of an unposting, that was refused; once."""
        told, old = tuple(map(finding_json, findings)), record.posting.get(ledger, PostingState())
        state = replace(old, status="posted" if record.posted(ledger) else "failed", findings=told)
        if old != state:
            self.restate(record, {**record.posting, ledger: state}, "lienso_record_saved", "")

    def restate(
        self,
        record: Record[Any],
        states: Mapping[str, PostingState],
        hook: str,
        ledger: str,
    ) -> Record[Any]:
        stored = self.writer.get(record.type, record.id)
        assert stored is not None, "a record that is posted exists"
        record_type = self.kernel.registry.record_type(record.type)
        changed = replace(record, posting=states)
        body, written = body_of(record_type, stored), stored.schema_version
        refs = references(record_type, body)
        put = self.put(record_type, changed, body, stored.body, refs, stored, written)
        event = RecordEvent(
            self.by.tenant, record.type, record.id, put.version, False, self.by.site
        )
        told = {"event": event, "ledger": ledger} if ledger else {"event": event}
        self.events.append(Observed(hook, told))
        return replace(changed, version=put.version, feed_seq=put.feed_seq)


def refuse(findings: Sequence[Finding]) -> None:
    """Raise when there are errors: the one header error under its own code, else ``invalid``.

    Raises:
        Refused: with all findings, warnings too.
    """
    errors = [finding for finding in findings if finding.severity == "error"]
    if not errors:
        return
    if len(errors) == 1 and errors[0].line is None:
        only = errors[0]
        detail = {**({"field": only.field} if only.field else {}), **only.values}
        raise Refused(only.code, detail, findings)
    raise Refused("invalid", {"errors": len(errors)}, findings)
