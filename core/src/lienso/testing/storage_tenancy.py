"""Storage contract: views, tenants, preparation and keys declared later."""

from __future__ import annotations

import dataclasses
import threading
from pathlib import Path
from typing import Any

import pytest

from lienso.errors import KeyNotReady, LiensoError, StorageError, Taken, TenantFrozen, TenantUnknown
from lienso.memory import MemoryStorage
from lienso.model import Dimension, Measure, Total
from lienso.storage import Declared, Storage, View, Writer

from .storage_world import (
    ALPHA,
    BETA,
    DECLARED,
    LEDGER,
    OUTBOX,
    StorageTests,
    draft,
    entry,
    exported,
    pair,
    post,
    put,
    record_id,
    voucher,
)


class TenancyTests(StorageTests):
    """Views, tenants, schema."""

    def test_a_lone_transaction_hears_of_nobody_who_waits(self, storage: Storage) -> None:
        assert storage.write(ALPHA, lambda writer: writer.others_wait()) is False

    def test_a_view_sees_one_instant(self, storage: Storage) -> None:
        put(storage, 1)
        started, saved = threading.Event(), threading.Event()

        def save() -> None:
            started.wait()
            if storage.features.durable:
                put(storage, 2)
                saved.set()
            else:
                saved.set()
                put(storage, 2)

        thread = threading.Thread(target=save)
        thread.start()

        def look(view: Any) -> tuple[int, int]:
            first = view.feed_seq
            started.set()
            saved.wait()
            return first, len(view.changes(0).records)

        assert storage.read(ALPHA, look) == (1, 1)
        thread.join()
        assert storage.head(ALPHA) == 2

    def test_a_writer_sees_its_own(self, storage: Storage) -> None:
        def work(writer: Writer) -> None:
            writer.put(draft(1), base=None)
            writer.claim("no", "1", voucher())
            writer.next_value("s")
            writer.state("names").put({"name": "n"})

            assert writer.tenant == ALPHA
            assert writer.feed_seq == 1
            assert writer.get(*voucher()) is not None
            assert set(writer.get_many("voucher", [record_id(1)])) == {record_id(1)}
            assert len(writer.find("voucher", "no").records) == 1
            assert (len(writer.changes(0).records), writer.changes(0).head) == (1, 1)
            assert len(writer.history(*voucher())) == 1
            assert writer.claimed("no", "1") == voucher()
            assert writer.counter("s") == 1
            assert writer.count("voucher") == 1
            assert writer.state("names").count() == 1

        storage.write(ALPHA, work)

    def test_a_write_gives_what_its_work_returns(self, storage: Storage) -> None:
        assert storage.write(ALPHA, lambda writer: writer.tenant) == ALPHA
        assert storage.read(BETA, lambda view: view.tenant) == BETA

    def test_a_write_inside_a_write_is_refused(self, storage: Storage) -> None:
        def work(writer: Writer) -> None:
            with pytest.raises(StorageError) as refused:
                put(storage)
            assert refused.value.code == "nested_write"

        storage.write(ALPHA, work)

    def test_an_unknown_tenant_is_refused(self, storage: Storage) -> None:
        attempts: tuple[Any, ...] = (
            lambda: storage.read("nobody", lambda view: view.feed_seq),
            lambda: storage.write("nobody", lambda writer: writer.feed_seq),
            lambda: storage.head("nobody"),
            lambda: storage.rebuild_totals("nobody", "general_ledger"),
            lambda: storage.tenants().freeze("nobody"),
            lambda: storage.tenants().drop("nobody"),
            lambda: storage.tenants().export("nobody"),
        )
        codes = []
        for attempt in attempts:
            with pytest.raises(TenantUnknown) as refused:
                attempt()
            codes.append(refused.value.code)

        assert codes == ["tenant_unknown"] * 7

    def test_the_directory_knows_its_tenants(self, storage: Storage) -> None:
        tenants = storage.tenants()

        alpha = tenants.find("ALPHA")
        assert alpha is not None
        assert (alpha.id, alpha.name, alpha.state) == (ALPHA, "Công ty Anh Đào", "active")
        assert tenants.get(ALPHA) == alpha
        assert (tenants.get("nobody"), tenants.find("nobody")) == (None, None)
        assert [tenant.code for tenant in tenants.list()] == ["ALPHA", "BETA"]

    @pytest.mark.parametrize(
        ("id", "code", "space"), [(ALPHA, "NEW", "tenant_id"), ("new", "ALPHA", "tenant_code")]
    )
    def test_a_tenants_id_and_code_are_its_own(
        self, storage: Storage, id: str, code: str, space: str
    ) -> None:
        with pytest.raises(Taken) as refused:
            storage.tenants().create(id, code, "Công ty")

        assert refused.value.space == space
        assert len(storage.tenants().list()) == 2

    def test_a_frozen_tenant_reads_and_does_not_write(self, storage: Storage) -> None:
        put(storage)
        storage.tenants().freeze(ALPHA)

        with pytest.raises(TenantFrozen) as refused:
            put(storage, 2)

        assert refused.value.code == "tenant_frozen"
        assert storage.head(ALPHA) == 1
        assert storage.write(BETA, lambda writer: writer.put(draft(), base=None)).feed_seq == 1
        storage.tenants().thaw(ALPHA)
        assert put(storage, 2).feed_seq == 2

    def test_a_tenant_moves_to_another_driver_and_back(
        self, storage: Storage, tmp_path: Path
    ) -> None:
        _fill(storage)
        storage.tenants().freeze(ALPHA)
        rows = exported(storage, ALPHA)
        other = MemoryStorage()
        other.prepare(DECLARED)

        tenant = other.tenants().import_(iter(rows))
        storage.tenants().drop(ALPHA)
        storage.tenants().import_(other.tenants().export(ALPHA))

        assert (tenant.code, tenant.state) == ("ALPHA", "frozen")
        assert exported(other, ALPHA) == rows
        assert exported(storage, ALPHA) == rows
        assert storage.rebuild_totals(ALPHA, "general_ledger") == 0
        storage.tenants().thaw(ALPHA)
        assert put(storage, 9).feed_seq == 5
        assert len(storage.read(ALPHA, lambda view: view.find("voucher", "no").records)) == 3
        assert storage.read(ALPHA, lambda view: view.count("voucher")) == 2

    def test_a_tenant_that_is_there_is_not_imported(self, storage: Storage) -> None:
        with pytest.raises(Taken):
            storage.tenants().import_(storage.tenants().export(ALPHA))

    @pytest.mark.parametrize(
        ("first", "last", "code"), [(0, -1, "stream_cut"), (1, None, "stream_invalid")]
    )
    def test_a_broken_stream_leaves_nothing(
        self, storage: Storage, first: int, last: int | None, code: str
    ) -> None:
        _fill(storage)
        rows = exported(storage, ALPHA)[first:last]
        storage.tenants().drop(ALPHA)

        with pytest.raises(StorageError) as refused:
            storage.tenants().import_(iter(rows))

        assert refused.value.code == code
        assert [tenant.code for tenant in storage.tenants().list()] == ["BETA"]

    def test_a_dropped_tenant_leaves_nothing_and_its_neighbour_whole(
        self, storage: Storage
    ) -> None:
        _fill(storage)
        storage.write(BETA, lambda writer: writer.put(draft(), base=None))
        before = exported(storage, BETA)

        storage.tenants().drop(ALPHA)

        with pytest.raises(TenantUnknown):
            storage.head(ALPHA)
        storage.tenants().create(ALPHA, "ALPHA", "Công ty Anh Đào")
        assert [row["table"] for row in exported(storage, ALPHA)] == ["tenant", "end"]
        assert exported(storage, BETA) == before

    def test_preparing_twice_does_nothing_the_second_time(self, storage: Storage) -> None:
        _fill(storage)

        report = storage.prepare(DECLARED)

        assert report.applied == ()
        assert storage.rebuild_totals(ALPHA, "general_ledger") == 0

    def test_a_book_grows_and_keeps_its_entries(self, storage: Storage) -> None:
        post(storage, 1, *pair("111", "511", 100))
        grown = dataclasses.replace(
            LEDGER,
            dimensions=(*LEDGER.dimensions, Dimension("project")),
            measures=(*LEDGER.measures, Measure("fc_debit", 2)),
            totals=(*LEDGER.totals, Total(("object", "project"))),
        )

        storage.prepare(Declared((grown,)))
        post(storage, 2, entry("111", 5, project="p"))

        def sums(by: str) -> dict[tuple[str, ...], tuple[int, ...]]:
            return storage.read(
                ALPHA, lambda view: view.book("general_ledger").sum(["debit", "fc_debit"], by=[by])
            )

        assert sums("project") == {("",): (100, 0), ("p",): (5, 0)}
        assert sums("account") == {("111",): (105, 0), ("511",): (0, 0)}
        assert storage.rebuild_totals(ALPHA, "general_ledger") == 0

    def test_an_extra_that_becomes_a_dimension_keeps_its_values(self, storage: Storage) -> None:
        post(storage, 1, entry("111", 100, note="sửa mái"), entry("112", 7, line=2))
        grown = dataclasses.replace(
            LEDGER,
            dimensions=(*LEDGER.dimensions, *LEDGER.extras),
            extras=(Dimension("other"),),
            totals=(*LEDGER.totals, Total(("note",))),
        )

        storage.prepare(Declared((grown,)))

        def read(view: View) -> tuple[dict[tuple[str, ...], tuple[int, ...]], list[str]]:
            book = view.book("general_ledger")
            notes = [posted.entry.dimensions["note"] for posted in book.entries()]
            return book.sum(["debit"], by=["note"]), sorted(notes)

        sums, notes = storage.read(ALPHA, read)
        assert sums == {("sửa mái",): (100,), ("",): (7,)}
        assert notes == ["", "sửa mái"]
        assert storage.rebuild_totals(ALPHA, "general_ledger") == 0

    def test_a_total_that_comes_back_is_right(self, storage: Storage) -> None:
        bare = dataclasses.replace(LEDGER, totals=())
        post(storage, 1, entry("111", 100))
        storage.prepare(Declared((bare,)))
        post(storage, 2, entry("111", 5))

        storage.prepare(DECLARED)

        assert storage.rebuild_totals(ALPHA, "general_ledger") == 0

    def test_a_state_table_grows_and_fills_blanks(self, storage: Storage) -> None:
        storage.write(ALPHA, lambda writer: writer.state("outbox").put({"site": "a", "seq": 1}))
        columns = {**OUTBOX.columns, "tries": "int", "note": "text", "held": "bool", "raw": "bytes"}
        grown = dataclasses.replace(OUTBOX, columns=columns)

        storage.prepare(Declared((), (grown,)))

        row = storage.read(ALPHA, lambda view: view.state("outbox").get("a", 1))
        assert row is not None
        assert (row["tries"], row["note"], row["held"], row["raw"]) == (0, "", False, b"")

    def test_a_key_declared_later_waits_until_it_is_filled(self, storage: Any) -> None:
        put(storage, 1, body="b")
        put(storage, 2, body="a")
        put(storage, 3, body="dead")
        storage.write(ALPHA, lambda writer: writer.delete(*voucher(3), base=1))
        storage.prepare(Declared(keys={"voucher": ("no", "body")}))

        with pytest.raises(KeyNotReady) as refused:
            storage.read(ALPHA, lambda view: view.find("voucher", "body"))
        assert refused.value.code == "key_not_ready"
        assert storage.read(BETA, lambda view: view.find("voucher", "body").records) == ()
        assert storage.pending_keys(ALPHA) == [("voucher", "body")]
        storage.fill_key(ALPHA, "voucher", "body", lambda record: [record.body])

        page = storage.read(ALPHA, lambda view: view.find("voucher", "body"))
        assert [record.body for record in page.records] == ["a", "b"]
        assert storage.pending_keys(ALPHA) == []
        assert storage.head(ALPHA) == 4
        put(storage, 1, base=1, keys=(("body", "z"),))
        last = storage.read(ALPHA, lambda view: view.find("voucher", "body", descending=True))
        assert [record.id for record in last.records] == [record_id(1), record_id(2)]

    def test_what_was_written_is_there_after_opening_again(
        self, storage: Storage, tmp_path: Path
    ) -> None:
        _fill(storage)
        before = exported(storage, ALPHA)
        storage.close()

        again = self.open_storage(tmp_path)
        report = again.prepare(DECLARED)

        assert again.features.durable == self.durable
        assert (report.applied == ()) == self.durable
        if self.durable:
            assert exported(again, ALPHA) == before
        else:
            assert again.tenants().list() == []
        again.close()

    def test_a_closed_storage_refuses_or_is_empty(self, storage: Storage) -> None:
        storage.close()
        storage.close()

        if self.durable:
            with pytest.raises(LiensoError) as refused:
                put(storage)
            assert refused.value.code == "storage_down"


def _fill(storage: Storage) -> None:
    """Give a tenant something of every kind."""
    put(storage, 1, body='{"tên":"Đỗ"}')
    put(storage, 1, base=1, body='{"tên":"Đỗ Thị"}', keys=(("no", "2"), ("no", "1")))
    put(storage, 2)
    storage.write(ALPHA, lambda writer: writer.delete(*voucher(2), base=1))
    post(storage, 1, *pair("111", "511", 100))

    def work(writer: Writer) -> None:
        writer.claim("no", "PT1", voucher(1))
        writer.next_value("series", 12)
        writer.state("outbox").put({"site": "a", "seq": 1, "sent": True, "payload": b"\0\xff"})

    storage.write(ALPHA, work)
