"""Codes of verdicts: what each means for a change."""

from __future__ import annotations

from collections.abc import Mapping

DONE_CODES = frozenset({"APPLIED", "MERGED", "DUPLICATE", "ALREADY_PROCESSED"})
"""The change is in the cloud."""

WAITING_CODES = frozenset({"BLOCKED_REF", "GROUP_FAILED", "PLUGIN_MISSING", "SCHEMA_TOO_NEW"})
"""Clears by itself when its cause clears: the site sends it again."""

USER_CODES = frozenset(
    {
        "NUMBER_TAKEN", "CODE_TAKEN", "CONFLICT_FIELDS", "CONFLICT_EDIT", "CONFLICT_DELETED",
        "INVALID", "TOO_LARGE", "PERIOD_LOCKED", "POSTED_LOCKED", "IN_USE", "PERMISSION",
        "SCOPE_DENIED", "SCHEMA_TOO_OLD",
    }
)  # fmt: skip
"""A person has to decide or correct."""

ERROR_OF_VERDICT: Mapping[str, str] = {
    "NUMBER_TAKEN": "voucher_no_duplicate",
    "CODE_TAKEN": "code_exists",
    "CONFLICT_FIELDS": "version_conflict",
    "CONFLICT_EDIT": "version_conflict",
    "CONFLICT_DELETED": "deleted_on_cloud",
    "PERIOD_LOCKED": "period_locked",
    "POSTED_LOCKED": "is_posted",
    "IN_USE": "in_use",
    "PERMISSION": "no_permission",
    "SCOPE_DENIED": "outside_scope",
    "SCHEMA_TOO_OLD": "record_schema_too_old",
    "SCHEMA_TOO_NEW": "record_schema_too_new",
    "PLUGIN_MISSING": "module_unavailable",
    "BLOCKED_REF": "waits_for_record",
}
"""Which code's text the user reads (spec README §4); others carry their own in ``detail.code``."""
