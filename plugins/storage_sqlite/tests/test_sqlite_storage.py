"""The storage contract on SQLite files, with every statement looked at."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lienso.storage import Storage
from lienso.testing.storage_contract import StorageContract
from lienso_storage_sqlite.database import SqliteStorage
from lienso_storage_sqlite.schema import TENANT_TABLES

_OF_TENANTS = re.compile(
    rf"\b(?:FROM|INTO|UPDATE|JOIN)\s+({'|'.join(TENANT_TABLES)}|(?:book|total|state)_\w+)\b"
)


class TestSqliteStorage(StorageContract):
    durable = True

    def open_storage(self, tmp_path: Path) -> Storage:
        return SqliteStorage(tmp_path / "company.db")

    @pytest.fixture(autouse=True)
    def _every_statement_names_its_tenant(self, storage: SqliteStorage) -> Iterator[None]:
        seen: set[str] = set()
        storage.commits.run(lambda connection: connection.set_trace_callback(seen.add))
        with storage.reading() as connection:
            connection.set_trace_callback(seen.add)

        yield

        wrong = [sql for sql in seen if _OF_TENANTS.search(sql) and not _names_tenant(sql)]
        assert wrong == []


def _names_tenant(sql: str) -> bool:
    if sql.startswith("INSERT"):
        return "(tenant_id, " in sql
    return "tenant_id = " in sql
