"""SQLite storage: one file for a site, a demo or an office. Manifest and hook, nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lienso.errors import StorageError
from lienso.hookspecs import hookimpl
from lienso.model import Manifest

if TYPE_CHECKING:
    from lienso.storage import Storage

MANIFEST = Manifest(name="sqlite", title="SQLite", api="1.0")


@hookimpl
def lienso_open_storage(url: str, create: bool) -> Storage | None:
    """Open the file of ``sqlite:PATH``; leave other URLs to other drivers.

    Raises:
        StorageError: ``storage_url_invalid``: the URL names no file. ``storage_missing``: there is none.
        StorageDown: the file cannot be opened.
    """
    from .database import SqliteStorage, path_of  # sqlite3 is loaded only where it is used

    if url.partition(":")[0] != "sqlite":
        return None
    path = path_of(url)
    if not create and not path.exists():
        raise StorageError("storage_missing", {"path": str(path)})
    return SqliteStorage(path)
