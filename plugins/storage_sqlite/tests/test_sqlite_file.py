"""What only a file can show: other processes, a full disk, releases before and after this one."""

from __future__ import annotations

import contextlib
import random
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from lienso.errors import (
    CommitUnknown,
    LiensoError,
    SchemaTampered,
    SchemaTooNew,
    StorageBusy,
    StorageDown,
    StorageError,
)
from lienso.model import Book, Label
from lienso.storage import Declared, StateTable, View, Writer
from lienso.testing.storage_world import (
    ALPHA,
    DECLARED,
    LEDGER,
    OUTBOX,
    draft,
    pair,
    put,
    undone,
    voucher,
)
from lienso_storage_sqlite import schema
from lienso_storage_sqlite.database import SqliteStorage
from lienso_storage_sqlite.plugin import MANIFEST, lienso_open_storage

ROUNDS = 20

_WRITING = """
import sys, threading
from pathlib import Path
from lienso.testing.storage_world import ALPHA, DECLARED, draft, pair, voucher
from lienso_storage_sqlite.database import SqliteStorage

storage = SqliteStorage(Path(sys.argv[1]))
storage.prepare(DECLARED)

def save(number):
    def work(writer):
        writer.put(draft(number, body="x" * 3000), base=None)
        writer.claim("no", str(number), voucher(number))
        writer.post("general_ledger", voucher(number), pair("111", "511", 1))
        writer.state("outbox").insert({"site": "a", "seq": number})
    storage.write(ALPHA, work)
    sys.stdout.write(f"{number}\\n")
    sys.stdout.flush()

def many(first):
    for number in range(first, first + 100000, 3):
        save(number)

threads = [threading.Thread(target=many, args=(int(sys.argv[2]) + n,)) for n in range(3)]
for thread in threads:
    thread.start()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file is."""
    return tmp_path / "company.db"


@pytest.fixture
def storage(path: Path) -> Iterator[SqliteStorage]:
    """A prepared file with one company."""
    with contextlib.closing(SqliteStorage(path, lock_wait_s=0.05)) as storage:
        storage.prepare(DECLARED)
        storage.tenants().create(ALPHA, "ALPHA", "Công ty Anh Đào")
        yield storage


def test_what_was_acknowledged_survives_a_killed_process(path: Path) -> None:
    chance = random.Random(7)
    with contextlib.closing(SqliteStorage(path)) as storage:
        storage.prepare(DECLARED)
        storage.tenants().create(ALPHA, "ALPHA", "Công ty Anh Đào")
    acknowledged: set[int] = set()

    for place in range(ROUNDS):
        acknowledged |= _write_until_killed(path, place * 1_000_000, chance.randint(1, 60))

        with contextlib.closing(SqliteStorage(path)) as storage:
            storage.prepare(DECLARED)
            records, entries, rows, claimed = storage.read(ALPHA, _counted)
            assert acknowledged <= records
            assert records == entries == rows
            assert claimed == len(records)
            assert storage.rebuild_totals(ALPHA, "general_ledger") == 0


def _write_until_killed(path: Path, first: int, lines: int) -> set[int]:
    command = [sys.executable, "-c", _WRITING, str(path), str(first)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        seen += process.stdout.readlines()
    return {int(line) for line in seen if line.endswith("\n")}


def _counted(view: View) -> tuple[set[int], set[int], set[int], int]:
    records: set[int] = set()
    after, head = 0, view.feed_seq
    while after < head:
        page = view.changes(after)
        records |= {int(record.id[-12:]) for record in page.records}
        after = page.next_after
    entries = view.book("general_ledger").entries()
    posted = [int(entry.voucher_id[-12:]) for entry in entries]
    assert len(posted) == 2 * len(set(posted))
    assert view.count("voucher") == view.feed_seq == len(records)
    assert view.book("general_ledger").sum(["debit"])[()] == (len(records),)
    rows = {row["seq"] for row in view.state("outbox").scan()}
    claims = [view.claimed("no", str(number)) for number in records]
    return records, set(posted), rows, sum(claim is not None for claim in claims)


def test_a_full_disk_is_said_so_and_loses_nothing(storage: SqliteStorage) -> None:
    put(storage, 1)
    pages = storage.commits.run(lambda conn: conn.execute("PRAGMA page_count").fetchone()[0])
    limit = f"PRAGMA max_page_count = {pages + 2}"
    storage.commits.run(lambda conn: conn.execute(limit).fetchone())

    with pytest.raises(StorageDown) as refused:
        put(storage, 2, body="x" * 100_000)

    assert refused.value.code == "storage_down"
    assert refused.value.detail["path"] == str(storage.path)
    assert "disk" in refused.value.detail["advice"]
    assert storage.read(ALPHA, lambda view: view.count("voucher")) == 1
    storage.commits.run(lambda conn: conn.execute("PRAGMA max_page_count = 100000").fetchone())
    assert put(storage, 2, body="x" * 100_000).feed_seq == 2


def test_a_disk_that_fills_inside_an_attempt_fails_the_write(storage: SqliteStorage) -> None:
    pages = storage.commits.run(lambda conn: conn.execute("PRAGMA page_count").fetchone()[0])
    limit = f"PRAGMA max_page_count = {pages + 2}"
    storage.commits.run(lambda conn: conn.execute(limit).fetchone())

    def work(writer: Writer) -> None:
        writer.put(draft(1), base=None)
        with writer.attempt():
            writer.put(draft(2, body="x" * 100_000), base=None)

    with pytest.raises(StorageDown):
        storage.write(ALPHA, work)

    assert storage.head(ALPHA) == 0


def test_a_commit_that_fails_is_unknown(storage: SqliteStorage) -> None:
    def deny(action: int, argument: str | None, *_: str | None) -> int:
        commits = action == sqlite3.SQLITE_TRANSACTION and argument == "COMMIT"
        return sqlite3.SQLITE_DENY if commits else sqlite3.SQLITE_OK

    storage.commits._connection.set_authorizer(deny)
    with pytest.raises(CommitUnknown) as refused:
        put(storage, 1)

    assert refused.value.code == "commit_unknown"
    storage.commits._connection.set_authorizer(None)
    assert put(storage, 2).feed_seq == 1


def test_a_lock_held_by_another_process_makes_the_file_busy(storage: SqliteStorage) -> None:
    with contextlib.closing(sqlite3.connect(storage.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StorageBusy) as refused:
            put(storage)

        other.execute("ROLLBACK")
    assert refused.value.code == "storage_busy"
    assert put(storage).feed_seq == 1


def test_two_processes_share_one_file(storage: SqliteStorage) -> None:
    with contextlib.closing(SqliteStorage(storage.path)) as other:
        other.prepare(DECLARED)

        places = [put(one, number).feed_seq for number, one in enumerate([storage, other] * 3)]

        assert places == [1, 2, 3, 4, 5, 6]
        assert storage.head(ALPHA) == other.head(ALPHA) == 6
        other.tenants().freeze(ALPHA)
        with pytest.raises(StorageError) as refused:
            put(storage, 9)
        assert refused.value.code == "tenant_frozen"


def test_writers_that_wait_share_a_commit_and_one_may_fail(storage: SqliteStorage) -> None:
    statements: list[str] = []
    storage.commits.run(lambda conn: conn.set_trace_callback(statements.append))
    statements.clear()
    outcomes: dict[int, str] = {}
    leads, may_end = threading.Event(), threading.Event()

    def save(number: int) -> None:
        def work(writer: Writer) -> None:
            writer.put(draft(number), base=None)
            if number == 0:
                leads.set()
                may_end.wait()
            if number == 3:
                raise StorageError("the work's own")

        try:
            storage.write(ALPHA, work)
            outcomes[number] = "saved"
        except LiensoError as error:
            outcomes[number] = error.code

    threads = [threading.Thread(target=save, args=(number,)) for number in range(6)]
    threads[0].start()
    leads.wait()
    for thread in threads[1:]:
        thread.start()
    while len(storage.commits._waiting) < 5:
        threading.Event().wait(0.001)
    may_end.set()
    for thread in threads:
        thread.join()

    assert outcomes == {**dict.fromkeys(range(6), "saved"), 3: "the work's own"}
    assert statements.count("COMMIT") == 1
    assert storage.head(ALPHA) == 5
    assert storage.read(ALPHA, lambda view: view.get(*voucher(3))) is None


def test_a_lone_writer_pays_for_no_savepoint(storage: SqliteStorage) -> None:
    statements: list[str] = []
    storage.commits.run(lambda conn: conn.set_trace_callback(statements.append))
    statements.clear()

    put(storage)

    assert statements[0] == "BEGIN IMMEDIATE"
    assert statements[-1] == "COMMIT"
    assert not any("SAVEPOINT" in sql for sql in statements)


def test_vouchers_of_one_account_write_its_total_once(storage: SqliteStorage) -> None:
    statements: list[str] = []
    storage.commits.run(lambda conn: conn.set_trace_callback(statements.append))

    def work(writer: Writer) -> None:
        for number in range(20):
            writer.post("general_ledger", voucher(number), pair("111", "511", 1))
        with undone(writer):
            writer.post("general_ledger", voucher(30), pair("111", "511", 1))

    storage.write(ALPHA, work)

    into_totals = [sql for sql in statements if sql.startswith("INSERT INTO total_")]
    assert len(into_totals) == 4
    assert storage.rebuild_totals(ALPHA, "general_ledger") == 0


def test_wrong_totals_are_counted_and_repaired(storage: SqliteStorage) -> None:
    storage.write(
        ALPHA, lambda writer: writer.post("general_ledger", voucher(), pair("111", "511", 7))
    )
    storage.commits.run(
        lambda conn: conn.execute("UPDATE total_general_ledger__account SET m_debit = m_debit + 1")
    )

    assert storage.rebuild_totals(ALPHA, "general_ledger") == 2
    assert storage.rebuild_totals(ALPHA, "general_ledger") == 0


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT * FROM book_general_ledger WHERE tenant_id = 1 AND voucher_id = 'x'", "__voucher"),
        (
            "SELECT * FROM state_outbox WHERE tenant_id = 1 AND kind = 'x' ORDER BY seq",
            "__kind__seq",
        ),
        ("SELECT * FROM natural_key WHERE tenant_id = 1 AND id = 'x'", "natural_key_owner"),
        ("SELECT * FROM record WHERE tenant_id = 1 AND feed_seq > 5", "record_feed"),
    ],
)
def test_an_empty_file_is_planned_as_if_it_were_full(
    storage: SqliteStorage, sql: str, index: str
) -> None:
    with storage.reading() as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}")]

    assert index in plan[0]
    assert len(plan) == 1


def test_a_file_of_a_newer_release_is_refused(storage: SqliteStorage) -> None:
    sql = "INSERT INTO schema_checksum VALUES ('storage_sqlite', '0999_later', 'x')"
    storage.commits.run(lambda conn: conn.execute(sql))

    with pytest.raises(SchemaTooNew) as refused:
        storage.prepare(DECLARED)

    assert refused.value.detail["steps"] == ["0999_later"]


def test_a_step_with_another_checksum_is_refused(storage: SqliteStorage) -> None:
    storage.commits.run(lambda conn: conn.execute("UPDATE schema_checksum SET checksum = 'x'"))

    with pytest.raises(SchemaTampered) as refused:
        storage.prepare(DECLARED)

    assert refused.value.detail["step"] == "0001_initial"


def test_a_state_table_with_another_key_is_refused(storage: SqliteStorage) -> None:
    other = StateTable("outbox", ("seq",), OUTBOX.columns)

    with pytest.raises(SchemaTampered) as refused:
        storage.prepare(Declared(state_tables=(other,)))

    assert refused.value.detail["declared"] == ["tenant_id", "seq"]


def test_an_upgrade_keeps_a_copy_of_the_file(
    storage: SqliteStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(storage)
    step = ("0002_more", "CREATE TABLE more (tenant_id INTEGER PRIMARY KEY) STRICT")
    released = schema.STEPS
    monkeypatch.setattr(schema, "STEPS", (*released, step))

    report = storage.prepare(DECLARED)

    assert report.applied == ("0002_more",)
    assert storage.prepare(DECLARED).applied == ()
    assert put(storage, 2).feed_seq == 2
    copy = storage.path.with_name("company.db.before-2")
    monkeypatch.setattr(schema, "STEPS", released)
    with contextlib.closing(SqliteStorage(copy)) as before:
        assert before.prepare(DECLARED).applied == ()
        assert before.head(ALPHA) == 1


def test_an_upgrade_that_breaks_off_is_done_again(
    storage: SqliteStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    released = schema.STEPS
    half = "CREATE TABLE more (tenant_id INTEGER PRIMARY KEY) STRICT; CREATE TABLE more (x INTEGER)"
    monkeypatch.setattr(schema, "STEPS", (*released, ("0002_more", half)))
    with pytest.raises(sqlite3.OperationalError):
        storage.prepare(DECLARED)
    assert put(storage).feed_seq == 1

    whole = half.partition(";")[0]
    monkeypatch.setattr(schema, "STEPS", (*released, ("0002_more", whole)))

    assert storage.prepare(DECLARED).applied == ("0002_more",)


@pytest.mark.parametrize("name", ["", "Upper", "a b", "a__b", 'a"b', "1a", "a_"])
def test_a_name_that_is_no_identifier_is_refused(storage: SqliteStorage, name: str) -> None:
    book = Book(name, Label("", ""), LEDGER.dimensions, LEDGER.measures)

    with pytest.raises(StorageError) as refused:
        storage.prepare(Declared((book,)))

    assert refused.value.code == "identifier_invalid"


def test_an_export_that_would_leave_rows_out_is_refused(storage: SqliteStorage) -> None:
    storage.write(ALPHA, lambda writer: writer.state("outbox").put({"site": "a", "seq": 1}))
    with contextlib.closing(SqliteStorage(storage.path)) as bare:
        bare.prepare(Declared())

        with pytest.raises(StorageError) as refused:
            list(bare.tenants().export(ALPHA))

    assert refused.value.code == "export_incomplete"
    assert refused.value.detail["tables"] == ["state_outbox"]


def test_a_file_that_was_never_prepared_says_so(path: Path) -> None:
    with contextlib.closing(SqliteStorage(path)) as bare, pytest.raises(StorageError) as refused:
        bare.tenants().list()

    assert refused.value.code == "storage_not_prepared"


@pytest.mark.parametrize("content", [b"this is a text and no database" * 100])
def test_another_kind_of_file_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)

    with pytest.raises(StorageDown):
        SqliteStorage(path)


def test_a_missing_folder_is_refused(path: Path) -> None:
    with pytest.raises(StorageDown) as refused:
        SqliteStorage(path / "missing" / "x.db")

    assert "folder" in refused.value.detail["advice"]


@pytest.mark.parametrize("url", ["sqlite:", "sqlite::memory:", "sqlite://host/x", "sqlite"])
def test_a_url_without_a_file_is_refused(url: str) -> None:
    with pytest.raises(StorageError) as refused:
        lienso_open_storage(url, create=True)

    assert refused.value.code == "storage_url_invalid"


def test_the_url_names_the_file(path: Path) -> None:
    opened = lienso_open_storage(f"sqlite:{path}", create=True)

    assert isinstance(opened, SqliteStorage)
    opened.close()
    assert path.exists()
    assert lienso_open_storage("memory:", create=True) is None
    assert MANIFEST.name == "sqlite"


def test_the_file_is_written_ahead_and_in_full(storage: SqliteStorage) -> None:
    def settings(conn: sqlite3.Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "page_size")
        return [conn.execute(f"PRAGMA {name}").fetchone()[0] for name in names]

    assert storage.commits.run(settings) == ["wal", 2, 8192]
    assert storage.features.durable
