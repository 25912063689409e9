"""Free space where a store lies."""

from __future__ import annotations

import shutil
from pathlib import Path

FREE_BYTES_MIN = 500 * 1024 * 1024
"""With less, a site takes nothing more from the cloud: the rest is for what people save (sync-design
§15), and for a copy of a middling database before an upgrade."""


def free_beside(storage: str) -> int | None:
    """Return the free bytes of the disk on which a store lies; None for one that is not in a file of
    this machine."""
    path = Path(storage.partition(":")[2] or ".")
    return shutil.disk_usage(path.parent).free if path.is_file() else None
