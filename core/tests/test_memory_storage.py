"""Storage in memory."""

from __future__ import annotations

from pathlib import Path

from lienso.memory import MANIFEST, MemoryStorage, lienso_open_storage
from lienso.storage import Storage
from lienso.testing.storage_contract import StorageContract


class TestMemoryStorage(StorageContract):
    def open_storage(self, tmp_path: Path) -> Storage:
        return MemoryStorage()


def test_every_opening_is_empty() -> None:
    first, second = (lienso_open_storage("memory:", "cloud") for _ in range(2))

    assert isinstance(first, MemoryStorage)
    assert isinstance(second, MemoryStorage)
    first.tenants().create("t", "T", "Công ty")
    assert second.tenants().list() == []


def test_other_urls_are_left_to_others() -> None:
    assert lienso_open_storage("sqlite:x.db", "cloud") is None
    assert MANIFEST.name == "memory"
