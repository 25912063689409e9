"""The three failure lists of the screen Đồng bộ/Ghi sổ (sync-design §10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from .. import limits, messages
from ..canonical import parse
from ..model import Finding, RecordType
from ..records import finding_from_json, posting_of
from ..storage import StoredRecord
from ..storage import View as StoredView
from .choices import possible, theirs_of
from .codes import ERROR_OF_VERDICT, USER_CODES
from .site_log import change_from_text

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..view import View

POST, UNPOST = ["edit", "post", "post_ignoring_warnings"], ["unpost"]
"""What may be done with a voucher whose posting failed, and with one whose unposting did."""

TABS = ("push_failed", "post_failed", "pull_failed")


def rows(kernel: Kernel, view: View, tab: str | None) -> list[dict[str, Any]]:
    """List the failures of one tab or of all, with reason and what can be done."""
    found: list[dict[str, Any]] = []
    if tab in (None, "push_failed"):
        found += [
            _push_row(kernel, view.stored, row)
            for row in view.stored.state("failure_push").scan()
            if not row["retrying"]
        ]
    if tab in (None, "post_failed"):
        found += _post_rows(kernel, view)
    if tab in (None, "pull_failed"):
        found += [_pull_row(row) for row in view.stored.state("failure_pull").scan()]
    return found


def _push_row(kernel: Kernel, view: StoredView, row: Mapping[str, Any]) -> dict[str, Any]:
    detail = parse(row["detail"])
    code = ERROR_OF_VERDICT.get(row["code"]) or detail.get("code", row["code"].lower())
    body = parse(change_from_text(row["content"]).body or "{}")
    values = {**body, **detail}
    theirs = theirs_of(view, row) if row["code"].startswith("CONFLICT") else None
    if theirs is not None:
        detail["theirs"] = _theirs(theirs)
    return {
        "tab": "push_failed",
        "change_id": row["change_id"],
        "type": row["type"],
        "id": row["record_id"],
        **_named(body),
        "verdict": row["code"],
        "code": code,
        "detail": {name: value for name, value in detail.items() if name != "code"},
        "reason_vi": messages.text(kernel.registry, code, values, "vi"),
        "reason_en": messages.text(kernel.registry, code, values, "en"),
        "actions": _actions(kernel, view, row),
        "attempt": row["attempt"],
        "at": row["at"],
    }


def _theirs(stored: StoredRecord) -> dict[str, Any]:
    """Show the cloud's version beside mine, and who made it where."""
    made = parse(stored.provenance)
    body = {} if stored.deleted or not stored.body else parse(stored.body)
    who = {name: made.get(name, "") for name in ("user", "site")}
    return {"version": stored.version, "deleted": stored.deleted, "body": body, **who}


def _actions(kernel: Kernel, view: StoredView, row: Mapping[str, Any]) -> list[str]:
    choices = possible(view, kernel.registry, row)
    edits = row["code"] in USER_CODES | {"RETURNED"} and not row["code"].startswith("CONFLICT")
    more = ["edit"] if edits else []
    return [*more, *choices, *(["report"] if row["code"] == "INTERNAL" else [])]


def _named(body: Mapping[str, Any]) -> dict[str, Any]:
    """Name a record as people do: a voucher by number, a catalog's entry by code."""
    if body.get("no"):
        return {"voucher": body["no"]}
    return {"record": body.get("code", "")}


def _post_rows(kernel: Kernel, view: View) -> list[dict[str, Any]]:
    return [
        {
            "tab": "post_failed",
            "type": stored.type,
            "id": stored.id,
            "voucher": parse(stored.body).get("no", ""),
            "ledger": ledger,
            **_leading(kernel, state.findings),
            "findings": [dict(finding) for finding in state.findings],
            "actions": UNPOST if state.status == "posted" else POST,
        }
        for record_type in kernel.registry.record_types.values()
        if record_type.post is not None
        for stored in _stored(view, record_type)
        for ledger, state in posting_of(stored.posting).items()
        if state.status == "failed" or (state.status == "posted" and state.findings)
    ]


def _leading(kernel: Kernel, findings: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return the reason why posting failed: its first error, else its first warning."""
    found = [finding_from_json(item) for item in findings] or [Finding("error", "post_failed")]
    lead = next((item for item in found if item.severity == "error"), found[0])
    return {
        "code": lead.code,
        "reason_vi": messages.finding_text(kernel.registry, lead, "vi"),
        "reason_en": messages.finding_text(kernel.registry, lead, "en"),
    }


def _stored(view: View, record_type: RecordType) -> Iterator[StoredRecord]:
    """List a type's records unparsed, since nearly all of them are in order."""
    fields = record_type.model.model_fields
    key = "code" if "code" in fields else "no" if "no" in fields else "all"
    after: str | None = None
    listed: set[str] = set()
    while True:
        page = view.stored.find(record_type.id, key, after=after, limit=limits.PAGE_MAX)
        for record in page.records:
            # One with a number in both ledgers is found by each.
            told = '"failed"' in record.posting or '"findings":[{' in record.posting
            if told and record.id not in listed:
                listed.add(record.id)
                yield record
        after = page.after
        if after is None:
            return


def _pull_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "tab": "pull_failed",
        "type": row["type"],
        "id": row["record_id"],
        "code": row["code"].lower(),
        "detail": parse(row["detail"]),
        "feed_seq": row["feed_seq"],
        "actions": ["retry"],
        "at": row["at"],
    }
