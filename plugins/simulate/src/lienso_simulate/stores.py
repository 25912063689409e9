"""Stores in memory that can die at any write, be copied, and be set back to a copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from lienso.errors import CommitUnknown, StorageBusy, StorageDown
from lienso.memory import MemoryStorage

from .hub import Crash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lienso.registry import Registry
    from lienso.storage import RecordRef, StateTable, StoredRecord, View, Writer

T = TypeVar("T")

HARMS = ("crash_before", "crash_after", "disk_full", "busy", "unknown_before", "unknown_after")
"""What may happen at a write: around its commit, before anybody is told."""

Copy = list[Mapping[str, Any]]
"""Everything of one company, as it was at an instant."""


class SimStorage:
    """A storage whose writes can be harmed.

    Args:
        owner: the process that dies with it.
        committed: told (company) after every commit, before its writer goes on.
    """

    def __init__(
        self,
        owner: Any,
        tables: Sequence[StateTable],
        registry: Registry,
        committed: Callable[[str], None],
    ) -> None:
        self.real = MemoryStorage()
        self.real.prepare(registry.declared(tables))
        self.owner, self.committed = owner, committed
        self.harms: list[tuple[int, str]] = []
        self.writes = 0
        self.hit: Callable[[str], None] = lambda _what: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    @property
    def writing(self) -> bool:
        """Tell whether a transaction is open."""
        return self.real._writing

    def read(self, tenant: str, work: Callable[[View], T]) -> T:
        """Run ``work`` on one instant."""
        return self.real.read(tenant, work)  # type: ignore[arg-type]  # a memory view is a view

    def write(self, tenant: str, work: Callable[[Writer], T]) -> T:
        """Run ``work`` in a transaction, unless its time has come."""
        self.writes += 1
        harm = self._due()
        if harm in ("disk_full", "busy"):
            raise (StorageDown if harm == "disk_full" else StorageBusy)(detail={"cause": harm})

        def harmed(writer: Any) -> T:
            result = work(writer)
            if harm == "crash_before":
                raise Crash(self.owner)
            if harm == "unknown_before":
                raise CommitUnknown(detail={"cause": harm})
            return result

        result = self.real.write(tenant, harmed)
        self.committed(tenant)
        if harm == "crash_after":
            raise Crash(self.owner)
        if harm == "unknown_after":
            raise CommitUnknown(detail={"cause": harm})
        return result

    def harm(self, what: str, skip: int) -> None:
        """Have something happen at a later write, after so many more."""
        self.harms.append((self.writes + 1 + skip, what))

    def _due(self) -> str:
        due = [(at, what) for at, what in self.harms if at <= self.writes]
        if not due:
            return ""
        self.harms.remove(due[0])
        self.hit(f"store {due[0][1]}")
        return due[0][1]

    def records(self, tenant: str) -> Mapping[RecordRef, StoredRecord]:
        """Return the present version of every record of a company, deleted ones too."""
        return self.real.directory.rows(tenant).records

    def versions(self, tenant: str) -> list[StoredRecord]:
        """Return every version of every record of a company."""
        rows = self.real.directory.rows(tenant)
        return [*rows.records.values(), *(old for olds in rows.history.values() for old in olds)]

    # -- copies -----------------------------------------------------------------------------------

    def copy(self, tenant: str) -> Copy:
        """Take a copy of a company."""
        return list(self.real.tenants().export(tenant))

    def set_back(self, tenant: str, copy: Copy) -> None:
        """Set a company back to a copy, as from a backup."""
        self.harms.clear()
        self.real.tenants().drop(tenant)
        self.real.tenants().import_(iter(copy))
