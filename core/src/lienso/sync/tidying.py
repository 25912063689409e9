"""Has a cloud forget what nobody waits for any more, part by part."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from ..storage import Writer
from . import retention

if TYPE_CHECKING:
    from ..kernel import Kernel


@dataclass(frozen=True, slots=True)
class Tidied:
    """What was done for one company.

    Attributes:
        retired: names of the sites that were retired.
        tombstones: cleared out of the feed. ``calls``: ids of calls and requests forgotten.
        floor: place in the feed that a cursor must have reached.
    """

    retired: tuple[str, ...]
    tombstones: int
    calls: int
    floor: int

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {**asdict(self), "retired": list(self.retired)}


def tidy(kernel: Kernel, tenant: str) -> Tidied:
    """Do what `lienso.sync.retention` says for one company; others may work meanwhile."""
    now, storage = kernel.clock.now(), kernel.storage

    def all_of(work: Callable[[Writer, Any], tuple[int, bool]]) -> int:
        done, more = 0, True
        while more:
            part, more = storage.write(tenant, lambda writer: work(writer, now))
            done += part
        return done

    retired = storage.write(tenant, lambda writer: retention.retire_silent(writer, now))
    tombstones = all_of(retention.clear_tombstones)
    calls = all_of(retention.forget_calls)
    return Tidied(tuple(retired), tombstones, calls, storage.read(tenant, retention.gc_floor))
