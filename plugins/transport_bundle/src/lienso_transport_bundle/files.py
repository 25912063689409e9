"""Files that appear whole or not at all, and that only their owner reads."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lienso.errors import Refused

OWNER_ONLY = 0o600


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """Write a file beside its place, and put it there once it is on disk.

    Raises:
        Refused: ``bundle_file_exists``: nothing is ever overwritten; ``bundle_unwritable``: no such folder, a full disk.
    """
    if path.exists():
        raise Refused("bundle_file_exists", {"file": str(path)})
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.unlink(missing_ok=True)
        number = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, OWNER_ONLY)
        with os.fdopen(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        raise Refused("bundle_unwritable", {"file": str(path), "reason": str(error)}) from error
    finally:
        if path.parent.is_dir():
            unfinished.unlink(missing_ok=True)
