"""The cloud's decision on one change of a site (sync-design §5, apply steps 3–9)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import limits
from .canonical import canonical_text, parse
from .errors import LiensoError, ModuleUnavailable, Refused, VersionConflict
from .fields import parse_body
from .model import Actor, Record, RecordType
from .records import finding_json, references
from .storage import StoredRecord
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
    "module_unavailable": "PLUGIN_MISSING",
    "unknown_record_type": "PLUGIN_MISSING",
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


def apply_change(kernel: Kernel, transaction: Transaction, change: Change) -> Verdict:
    """Accept one change inside the caller's savepoint.

    Returns:
        APPLIED with the new version; with the record when the cloud changed what was sent.
    Raises:
        Rejected: it is refused, waits for another, or meets a newer version.
    """
    transaction.by = _author(transaction.by, change)
    stored = transaction.writer.get(change.type, change.record_id, deleted=True)
    try:
        record_type = kernel.registry.record_type(change.type)
        _check_base(change, stored)
        if change.op == "DELETE":
            transaction.delete(change.type, change.record_id)
            return Verdict(change.change_id, "APPLIED", change.base_version + 1)
        return _apply(kernel, transaction, record_type, change, stored)
    except Rejected:
        raise
    except ModuleUnavailable as error:
        raise Rejected("PLUGIN_MISSING", {"code": error.code, **error.detail}) from error
    except VersionConflict as error:
        raise Rejected("CONFLICT_EDIT", error.detail, error.stored, stored) from error
    except LiensoError as error:
        version = 0 if stored is None else stored.version
        raise Rejected(_VERDICT_OF.get(error.code, "INVALID"), _detail(error), version) from error


def _detail(error: LiensoError) -> dict[str, Any]:
    findings = [finding_json(finding) for finding in error.findings]
    return {"code": error.code, **error.detail, **({"findings": findings} if findings else {})}


def _check_base(change: Change, stored: StoredRecord | None) -> None:
    version = 0 if stored is None else stored.version
    seen = change.override.get("seen_version") if change.override else None
    if stored is not None and stored.deleted and seen != version:
        detail = {"code": "deleted_on_cloud", "stored": version}
        raise Rejected("CONFLICT_DELETED", detail, version, stored)
    if version not in (change.base_version, seen):
        detail = {"code": "version_conflict", "stored": version, "base": change.base_version}
        raise Rejected("CONFLICT_EDIT", detail, version, stored)


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
    _check_references(transaction, record_type, body)
    data, findings = parse_body(record_type.model, change.body)
    refuse(findings)
    record: Record[Any] = Record(change.type, change.record_id, 0, data)
    before = stored if stored is not None and not stored.deleted else None
    saved, accepted = transaction.store(
        record_type,
        record,
        before,
        None,
        change.post_on_apply,
        ignore_warnings=change.pass_warnings,
        sent=(body, change.body),
    )
    rewritten = accepted if accepted.body != change.body else None
    return Verdict(
        change.change_id,
        "APPLIED",
        saved.record.version,
        saved.record.feed_seq,
        rewritten,
        posting=accepted.posting,
    )


def _check_references(
    transaction: Transaction, record_type: RecordType, body: Mapping[str, Any]
) -> None:
    known: set[str] = transaction.view.memo("references seen", set)
    missing = []
    for id, type in sorted(references(record_type, body)):
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
