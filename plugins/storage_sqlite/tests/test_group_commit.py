"""Works that come together: who waits is known, and whoever comes late shares the commit."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lienso.errors import StorageError
from lienso.storage import Writer
from lienso.testing.storage_world import ALPHA, DECLARED, draft, put, voucher
from lienso_storage_sqlite.database import SqliteStorage


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqliteStorage]:
    """An empty file with one company."""
    found = SqliteStorage(tmp_path / "group.db")
    found.prepare(DECLARED)
    found.tenants().create(ALPHA, "ALPHA", "Công ty Anh Đào")
    yield found
    found.close()


def _save_when(storage: SqliteStorage, number: int, may_come: threading.Event) -> threading.Thread:
    def save() -> None:
        may_come.wait()
        put(storage, number)

    thread = threading.Thread(target=save)
    thread.start()
    return thread


def _wait_for_others(writer: Writer) -> None:
    while not writer.others_wait():
        threading.Event().wait(0.001)


def test_a_long_work_hears_that_others_wait_and_they_share_its_commit(
    storage: SqliteStorage,
) -> None:
    statements: list[str] = []
    storage.commits.run(lambda conn: conn.set_trace_callback(statements.append))
    statements.clear()
    begun = threading.Event()
    saving = _save_when(storage, 2, begun)

    def long(writer: Writer) -> bool:
        before = writer.others_wait()
        writer.put(draft(1), base=None)
        begun.set()
        _wait_for_others(writer)
        return before

    assert storage.write(ALPHA, long) is False
    saving.join()

    assert statements.count("COMMIT") == 1
    assert storage.head(ALPHA) == 2


def test_a_work_that_comes_late_hears_that_the_first_waits_for_it(storage: SqliteStorage) -> None:
    begun, heard = threading.Event(), []

    def come_late() -> None:
        begun.wait()
        heard.append(storage.write(ALPHA, lambda writer: writer.others_wait()))

    late = threading.Thread(target=come_late)
    late.start()

    def first(writer: Writer) -> None:
        begun.set()
        _wait_for_others(writer)

    storage.write(ALPHA, first)
    late.join()

    assert heard == [True]


def test_a_work_that_fails_takes_nobody_with_it_who_came_late(storage: SqliteStorage) -> None:
    begun = threading.Event()
    saving = _save_when(storage, 2, begun)

    def failing(writer: Writer) -> None:
        writer.put(draft(1), base=None)
        begun.set()
        _wait_for_others(writer)
        raise StorageError("the work's own")

    with pytest.raises(StorageError):
        storage.write(ALPHA, failing)
    saving.join()

    assert storage.read(ALPHA, lambda view: view.get(*voucher(1))) is None
    assert storage.read(ALPHA, lambda view: view.get(*voucher(2))) is not None
