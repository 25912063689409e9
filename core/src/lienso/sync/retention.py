"""What the cloud forgets, and when (sync-design §15). Sans I/O: functions over one transaction."""

from __future__ import annotations

from ..storage import View
from .site_log import identity

FLOOR = "gc_floor"


def gc_floor(view: View) -> int:
    """Return the place in the feed of the last tombstone that was cleared away; 0: none was.

    A cursor below it has missed a deletion for good: its site needs a snapshot.
    """
    return int(identity(view, FLOOR, "0"))
