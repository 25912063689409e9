"""The conformance suite of storage drivers: a driver that passes it is a driver.

A driver's tests subclass it and say how its database is opened:

    class TestAcmeStorage(StorageContract):
        durable = True

        def open_storage(self, tmp_path: Path) -> Storage:
            return AcmeStorage(tmp_path / "acme.db")

It needs pytest and hypothesis. What only one engine can show (a killed process, a full disk, a
tampered schema) stands in the tests of that driver.
"""

from __future__ import annotations

from .storage_books import BookTests
from .storage_feed import FeedTests
from .storage_fuzz import FuzzTests
from .storage_records import RecordTests
from .storage_registers import RegisterTests
from .storage_tenancy import TenancyTests


class StorageContract(RecordTests, FeedTests, RegisterTests, BookTests, TenancyTests, FuzzTests):
    """All tests; override `open_storage` and, for a lasting database, ``durable``."""
