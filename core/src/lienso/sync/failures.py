"""The three failure lists of the screen Đồng bộ/Ghi sổ (sync-design §10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .. import limits, messages
from ..canonical import parse
from ..model import RecordType
from ..records import posting_of
from ..storage import StoredRecord
from .messages import ERROR_OF_VERDICT, USER_CODES, WAITING_CODES
from .site_log import change_from_text

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..view import View

TABS = ("push_failed", "post_failed", "pull_failed")

_ACTIONS: Mapping[str, tuple[str, ...]] = {
    "NUMBER_TAKEN": ("edit", "renumber"),
    "CODE_TAKEN": ("edit",),
    "CONFLICT_EDIT": ("mine", "theirs"),
    "CONFLICT_FIELDS": ("mine", "theirs"),
    "CONFLICT_DELETED": ("mine", "withdraw"),
    "INTERNAL": ("retry", "report"),
    "RETURNED": ("edit", "retry"),
}


def rows(kernel: Kernel, view: View, tab: str | None) -> list[dict[str, Any]]:
    """List the failures of one tab or of all, with reason and what can be done."""
    found: list[dict[str, Any]] = []
    if tab in (None, "push_failed"):
        found += [
            _push_row(kernel, row)
            for row in view.stored.state("failure_push").scan()
            if not row["retrying"]
        ]
    if tab in (None, "post_failed"):
        found += _post_rows(kernel, view)
    if tab in (None, "pull_failed"):
        found += [_pull_row(row) for row in view.stored.state("failure_pull").scan()]
    return found


def _push_row(kernel: Kernel, row: Mapping[str, Any]) -> dict[str, Any]:
    detail = parse(row["detail"])
    code = ERROR_OF_VERDICT.get(row["code"]) or detail.get("code", row["code"].lower())
    body = parse(change_from_text(row["content"]).body or "{}")
    values = {**body, **detail}
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
        "actions": list(_actions(row["code"])),
        "attempt": row["attempt"],
        "at": row["at"],
    }


def _actions(verdict: str) -> tuple[str, ...]:
    if verdict in WAITING_CODES:
        return ("retry", "withdraw")
    known = _ACTIONS.get(verdict, ("edit", "retry") if verdict in USER_CODES else ("retry",))
    return known if "withdraw" in known else (*known, "withdraw")


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
            "code": state.findings[0]["code"] if state.findings else "post_failed",
            "findings": [dict(finding) for finding in state.findings],
            "actions": ["edit", "post", "post_ignoring_warnings"],
        }
        for record_type in kernel.registry.record_types.values()
        if record_type.post is not None
        for stored in _stored(view, record_type)
        for ledger, state in posting_of(stored.posting).items()
        if state.status == "failed"
    ]


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
            if '"failed"' in record.posting and record.id not in listed:
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
