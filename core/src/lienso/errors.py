"""Every error the kernel raises on purpose. Anything else that escapes is a bug.

Tests, logs and the API carry ``code``; the accountant reads the text of the code from the messages
of its module (`lienso.messages`), which says what to do next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import Finding


class LiensoError(Exception):
    """Base of all expected errors.

    Attributes:
        code: stable snake_case identifier, safe to show in a log, an API reply or a test.
        detail: JSON values that the text of the code and a program can use.
        findings: everything that is wrong, where one error stands for several.
        text: what a server said of it, in the language it was asked in, and what to do next; empty
            for an error that was made here, whose text is `lienso.messages.error_text`.
    """

    code = "error"
    text = ""

    def __init__(
        self,
        code: str | None = None,
        detail: Mapping[str, Any] | None = None,
        findings: Sequence[Finding] = (),
    ) -> None:
        if code is not None:
            self.code = code
        self.detail: dict[str, Any] = dict(detail or {})
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__(self.code, self.detail)

    @property
    def is_crash(self) -> bool:
        """Whether plugins failed while they checked, and nobody objected: it says nothing of the data."""
        errors = [finding.code for finding in self.findings if finding.severity == "error"]
        return bool(errors) and all(code == PluginError.code for code in errors)

    def __str__(self) -> str:
        values = ", ".join(f"{key}={value!r}" for key, value in self.detail.items())
        found = "; ".join(str(finding) for finding in self.findings)
        return ": ".join(part for part in (self.code, values, found) if part)


class Refused(LiensoError):
    """A rule said no: the code names it. Nothing was changed."""

    code = "refused"


class OfflineRefused(LiensoError):
    """An online-only function was asked for while the site is offline; nothing was changed."""

    code = "offline_refused"


class ModuleUnavailable(LiensoError):
    """The module that owns this function, type, figure or report is absent or failed to start."""

    code = "module_unavailable"


class Unknown(LiensoError):
    """Nothing of this name: ``unknown_capability``, ``unknown_record_type``, ``not_found`` …"""

    code = "not_found"


class PluginCrashed(LiensoError):
    """A plugin raised something that is no `LiensoError` while it decided or ran a function."""

    code = "plugin_crashed"


class DriverNotFound(LiensoError):
    """Configuration names a storage or transport plugin that is not installed."""

    code = "driver_not_found"


class PluginError(LiensoError):
    """A plugin could not be used.

    Attributes:
        plugin: entry-point name, e.g. ``cash``.
        source: distribution and version that ships it, e.g. ``lienso-cash 0.1.0``.
        phase: where it went wrong: ``load``, ``register``, ``declare``, ``require`` or a hook name.
        reason: the cause, in words.
    """

    code = "plugin_failed"

    def __init__(self, plugin: str, source: str, phase: str, reason: str) -> None:
        super().__init__(
            detail={"plugin": plugin, "source": source, "phase": phase, "reason": reason}
        )
        self.plugin, self.source, self.phase, self.reason = plugin, source, phase, reason

    def __str__(self) -> str:
        return f"plugin {self.plugin!r} ({self.source}) failed at {self.phase}: {self.reason}"


class LimitExceeded(LiensoError):
    """Something that comes in is larger than its limit in `lienso.limits`."""

    code = "limit_exceeded"


class StorageError(LiensoError):
    """Base of what a storage driver raises."""

    code = "storage_error"


class VersionConflict(StorageError):
    """The stored version is not the one that the caller started from.

    Attributes:
        stored: version in the database; 0 when the record does not exist.
    """

    code = "version_conflict"

    def __init__(self, type: str, id: str, stored: int) -> None:
        super().__init__(detail={"type": type, "id": id, "stored": stored})
        self.stored = stored


class Taken(StorageError):
    """A value of a natural-key space, or a state row's key, belongs to somebody else."""

    code = "taken"

    def __init__(self, space: str, value: str, owner_type: str = "", owner_id: str = "") -> None:
        super().__init__(
            detail={"space": space, "value": value, "type": owner_type, "id": owner_id}
        )
        self.space, self.value = space, value
        self.owner_type, self.owner_id = owner_type, owner_id


class TenantUnknown(StorageError):
    """No tenant of this id or code in this database."""

    code = "tenant_unknown"


class TenantFrozen(StorageError):
    """The tenant is being moved or was closed; writes wait."""

    code = "tenant_frozen"


class StorageBusy(StorageError):
    """The database stayed locked for all attempts; try again later."""

    code = "storage_busy"


class StorageDown(StorageError):
    """The database cannot be reached or written: disk full, file gone, I/O error."""

    code = "storage_down"


class CommitUnknown(StorageError):
    """The connection died at COMMIT: look your own row up before you repeat."""

    code = "commit_unknown"


class KeyNotReady(StorageError):
    """A key was added to the type and is still being filled for this tenant."""

    code = "key_not_ready"


class SchemaTooNew(StorageError):
    """The database was written by a newer release; upgrade this installation."""

    code = "schema_too_new"


class SchemaTampered(StorageError):
    """An applied migration step is not the one this release carries."""

    code = "schema_tampered"


class LinkError(LiensoError):
    """The other side could not be reached or cut the call; the outcome is unknown."""

    code = "link_down"


class Fenced(LiensoError):
    """The session, incarnation or history is not current: say Hello again."""

    code = "fenced"


PASSING = (LinkError, StorageBusy, StorageDown, CommitUnknown, TenantFrozen)
"""What passes by itself, a broken line or a disk that is full here or there: it is tried again."""

SHUT_OUT = (
    "unauthenticated", "site_retired", "site_in_use", "upgrade_required", "unknown_rpc",
    "certificate_expired", "certificate_revoked", "certificate_unknown", "identity_mismatch",
)  # fmt: skip
"""Answers after which nothing more is sent until a Hello is let in (sync-design §16)."""
