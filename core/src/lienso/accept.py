"""The cloud's decision on one change of a site (sync-design §5, apply steps 3–9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import limits, rights, skew
from .canonical import canonical_text, parse
from .errors import LiensoError, ModuleUnavailable, Refused, VersionConflict
from .fields import merge_rules, parse_body
from .ids import instant_text
from .model import Actor, Record, RecordType
from .records import Refs, finding_json, references
from .storage import StoredRecord, View
from .sync import aliases, archive, merging
from .sync.messages import Change, Verdict
from .transaction import Transaction, refuse

if TYPE_CHECKING:
    from .kernel import Kernel

_VERDICT_OF: Mapping[str, str] = {
    "voucher_no_duplicate": "NUMBER_TAKEN",
    "code_exists": "CODE_TAKEN",
    "period_locked": "PERIOD_LOCKED",
    "is_posted": "POSTED_LOCKED",
    "in_use": "IN_USE",
    "no_permission": "PERMISSION",
    "sign_in_required": "PERMISSION",
    "module_unavailable": "PLUGIN_MISSING",
    "unknown_record_type": "PLUGIN_MISSING",
    "record_schema_too_old": "SCHEMA_TOO_OLD",
    "record_schema_too_new": "SCHEMA_TOO_NEW",
    "limit_exceeded": "TOO_LARGE",
    "plugin_crashed": "INTERNAL",
}


class Rejected(LiensoError):
    """A change was not accepted; what it had done is undone by the caller's savepoint.

    Attributes:
        verdict: code of the protocol. ``version``: of the record in the cloud now.
        record: the cloud's version, where the site must see it.
    """

    code = "rejected"

    def __init__(
        self,
        verdict: str,
        detail: Mapping[str, Any],
        version: int = 0,
        record: StoredRecord | None = None,
    ) -> None:
        super().__init__(detail=detail)
        self.verdict, self.version, self.record = verdict, version, record

    def as_verdict(self, change_id: str) -> Verdict:
        """Return the answer to the site."""
        return Verdict(
            change_id, self.verdict, self.version, record=self.record, detail=self.detail
        )


@dataclass(frozen=True, slots=True)
class _Based:
    """A change as it may be stored over the cloud's present version.

    Attributes:
        body: of the change, or its join with what others changed meanwhile.
        taken: paths that came from others; None when nothing was to be joined.
        aliases: ids in its references that were replaced by those of the records that stand for them.
    """

    body: dict[str, Any]
    text: str
    taken: tuple[str, ...] | None = None
    aliases: Mapping[str, str] = field(default_factory=dict)


def apply_change(kernel: Kernel, transaction: Transaction, change: Change) -> Verdict:
    """Accept one change inside the caller's savepoint.

    Returns:
        APPLIED with the new version; MERGED with the record when it was joined with what others
        changed, when references follow aliases, or when another record stands for it.
    Raises:
        Rejected: it is refused, waits for another, or meets a newer version.
    """
    transaction.by, transaction.change_id = _author(transaction.by, change), change.change_id
    transaction.asks = True
    stored = transaction.writer.get(change.type, change.record_id, deleted=True)
    try:
        record_type = kernel.registry.record_type(change.type)
        if record_type.cloud_only:  # Whatever a site says: who sends its own rights has them.
            raise Refused("no_permission", {"type": change.type})
        if change.schema_version != record_type.schema_version and change.body:
            skew.check_writer(record_type, change.schema_version)
        mapped = _mapped(transaction, record_type, change, stored)
        if mapped is not None:
            return mapped
        if change.op == "DELETE":
            stands = aliases.resolved(transaction.writer, change.type, change.record_id)
            if stored is not None and not stored.deleted and stands != change.record_id:
                # Merged meanwhile: the other stands for it, and there is nothing left to delete.
                merged = {"code": "already_merged", "target": stands}
                return Verdict(
                    change.change_id, "MERGED", stored.version, stored.feed_seq, stored, merged
                )
            _check_base(change, stored)
            if stored is not None and stored.deleted:
                # The user saw that others deleted it, and wants the same.
                gone = {"code": "deleted_on_cloud", "stored": stored.version}
                return Verdict(
                    change.change_id, "MERGED", stored.version, stored.feed_seq, stored, gone
                )
            tombstone = transaction.delete(change.type, change.record_id)
            return Verdict(change.change_id, "APPLIED", tombstone.version)
        return _apply(kernel, transaction, record_type, change, stored)
    except Rejected:
        raise
    except ModuleUnavailable as error:
        raise Rejected("PLUGIN_MISSING", {"code": error.code, **error.detail}) from error
    except VersionConflict as error:
        raise Rejected("CONFLICT_EDIT", error.detail, error.stored, stored) from error
    except LiensoError as error:
        version = 0 if stored is None else stored.version
        detail = _detail(error)
        if "holder" in detail:
            detail["holder"] = _holder(transaction.writer, detail["holder"])
        verdict = "INTERNAL" if error.is_crash else _VERDICT_OF.get(error.code, "INVALID")
        raise Rejected(verdict, detail, version) from error


def _detail(error: LiensoError) -> dict[str, Any]:
    findings = [finding_json(finding) for finding in error.findings]
    return {"code": error.code, **error.detail, **({"findings": findings} if findings else {})}


def _holder(view: View, holder: Mapping[str, Any]) -> dict[str, Any]:
    """Say more of the record that has the number or code: what it is called, and who made it where."""
    found = view.get(holder["type"], holder["id"])
    if found is None:
        return dict(holder)
    made = parse(found.provenance)
    return {
        **holder,
        **parse(found.summary),
        "user": made.get("user", ""),
        "site": made.get("site", ""),
    }


def _seen(change: Change) -> int | None:
    seen: int | None = change.override.get("seen_version") if change.override else None
    return seen


def _check_base(change: Change, stored: StoredRecord | None) -> None:
    """Refuse a change that was not made over the version of the cloud, nor decided over it.

    Raises:
        Rejected: CONFLICT_DELETED, CONFLICT_EDIT.
    """
    version = 0 if stored is None else stored.version
    seen = _seen(change)
    if stored is not None and stored.deleted and seen != version:
        detail = {"code": "deleted_on_cloud", "stored": version}
        raise Rejected("CONFLICT_DELETED", detail, version, stored)
    if version not in (change.base_version, seen):
        detail = {"code": "version_conflict", "stored": version, "base": change.base_version}
        raise Rejected("CONFLICT_EDIT", detail, version, stored)


def _based(
    transaction: Transaction,
    record_type: RecordType,
    change: Change,
    stored: StoredRecord | None,
    sent: dict[str, Any],
) -> _Based:
    """Return what is to be stored: the change, or its join with what others changed meanwhile."""
    body, replaced = _rewritten(transaction, record_type, sent)
    text = canonical_text(body) if replaced else change.body
    behind = stored is not None and not stored.deleted and stored.version != change.base_version
    joins = record_type.kind == "catalog" and change.op == "UPDATE" and bool(change.base_body)
    if stored is None or not behind or not joins or _seen(change) == stored.version:
        _check_base(change, stored)
        return _Based(body, text, None, replaced)
    base = skew.upcast(record_type, parse(change.base_body), _base_version(transaction, change))
    base, _ids = _rewritten(transaction, record_type, base)
    theirs = skew.body_of(record_type, stored)
    rules = merge_rules(record_type.model)
    merged = merging.merge(base, body, theirs, rules)
    conflicts = dict(merged.conflicts)
    for path in change.override.get("fields", {}):
        # Who decided a field looked at an older version of it: what is there now was never seen.
        name = path.partition(".")[0]
        if merging.changed(base, theirs, name) and not {path, name} & conflicts.keys():
            conflicts[name] = merging.conflict(base, body, theirs, rules, name)
    if conflicts:
        detail = {
            "code": "version_conflict",
            "stored": stored.version,
            "base": change.base_version,
            "fields": {path: conflicts[path].as_json() for path in sorted(conflicts)},
        }
        raise Rejected("CONFLICT_FIELDS", detail, stored.version, stored)
    return _Based(merged.body, canonical_text(merged.body), merged.taken, replaced)


def _apply(
    kernel: Kernel,
    transaction: Transaction,
    record_type: RecordType,
    change: Change,
    stored: StoredRecord | None,
) -> Verdict:
    body = parse(change.body)
    if not isinstance(body, dict):
        raise Refused("not_json", {"reason": "the body is no object"})
    limits.check_body(body, limits.CHANGE_BYTES_MAX)
    if canonical_text(body) != change.body:
        raise Refused("not_json", {"reason": "the body is not canonical"})
    if change.schema_version != record_type.schema_version:
        body = skew.upcast(record_type, body, change.schema_version)
    based = _based(transaction, record_type, change, stored, body)
    before = stored if stored is not None and not stored.deleted else None
    detail = _merged_detail(based)
    if before is not None and based.taken is not None and based.text == before.body:
        # Others wrote all of it already.
        return Verdict(change.change_id, "MERGED", before.version, before.feed_seq, before, detail)
    refs = references(record_type, based.body)
    _check_references(transaction, refs)
    # What an older module wrote stays as it wrote it, so that it can read it again.
    written = change.schema_version if based.text is change.body else record_type.schema_version
    present = skew.present_text(record_type, based.text, written)
    data, findings = parse_body(record_type.model, present)
    refuse(findings)
    record: Record[Any] = Record(change.type, change.record_id, 0, data)
    saved, accepted = transaction.store(
        record_type,
        record,
        before,
        None,
        change.post_on_apply,
        ignore_warnings=change.pass_warnings,
        sent=(based.body, based.text, refs, written),
    )
    if stored is not None and change.override:
        archive.overruled(transaction.writer, change, stored, instant_text(transaction.view.now))
    return Verdict(
        change.change_id,
        "MERGED" if detail else "APPLIED",
        saved.record.version,
        saved.record.feed_seq,
        accepted if accepted.body != change.body else None,
        detail,
        accepted.posting,
    )


def _base_version(transaction: Transaction, change: Change) -> int:
    """Return of which version of its type the before-image of a change is: that of the record then."""
    history = transaction.writer.history(change.type, change.record_id)
    found = (one.schema_version for one in history if one.version == change.base_version)
    return next(found, change.schema_version)


def _some_aliases(transaction: Transaction) -> bool:
    """Tell whether any record stands for another: nearly always none does."""
    return transaction.view.memo(
        "some aliases", lambda: transaction.writer.state("alias").count() > 0
    )


def _rewritten(
    transaction: Transaction, record_type: RecordType, body: dict[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    if not _some_aliases(transaction):
        return body, {}
    return aliases.rewritten(transaction.writer, record_type, body)


def _merged_detail(based: _Based) -> dict[str, Any]:
    """Tell the site what came from others; empty when the change was stored as it was sent."""
    detail: dict[str, Any] = {}
    if based.taken is not None:
        detail["taken"] = list(based.taken)
    if based.aliases:
        detail["aliases"] = dict(based.aliases)
    return detail


def _mapped(
    transaction: Transaction, record_type: RecordType, change: Change, stored: StoredRecord | None
) -> Verdict | None:
    """Let a record of the cloud stand for one that never came in, by the user's word (map to theirs).

    Returns:
        The answer; None for a change that is a record of its own.
    """
    if stored is not None or change.op != "CREATE":
        return None
    writer = transaction.writer
    target = str(change.override.get("target", ""))
    if change.override.get("choice") == "map":
        if record_type.kind != "catalog":
            raise Refused("bad_choice", {"field": "choice", "value": "map"})
        right = rights.Right(change.type, "add")
        rights.require(transaction.kernel, transaction.by, transaction.view, right)
        at = instant_text(transaction.view.now)
        by = transaction.by
        stands = aliases.add(
            writer, change.type, change.record_id, target, user=by.user, site=by.site, at=at
        )
        archive.overruled(writer, change, stands, at)
        transaction.view.forget_memos()
    elif _some_aliases(transaction):
        id = aliases.resolved(writer, change.type, change.record_id)
        found = None if id == change.record_id else writer.get(change.type, id)
        if found is None:
            return None
        stands = found
    else:
        return None
    return Verdict(
        change.change_id,
        "MERGED",
        stands.version,
        stands.feed_seq,
        stands,
        {"stands": stands.id},
    )


def _check_references(transaction: Transaction, refs: Refs) -> None:
    known: set[str] = transaction.view.memo("references seen", set)
    missing = []
    for id, type in sorted(refs):
        if id in known:
            continue
        if transaction.writer.get(type, id) is None:
            missing.append({"type": type, "id": id})
        else:
            known.add(id)
    if missing:
        raise Rejected("BLOCKED_REF", {"code": "waits_for_record", "missing": missing})


def _author(by: Actor, change: Change) -> Actor:
    """Return on whose behalf a site's change is applied: its user, at its workstation."""
    user = change.provenance.get("user", by.user)
    return Actor(by.tenant, user, by.site, change.provenance.get("workstation", ""))
