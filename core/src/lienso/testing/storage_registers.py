"""Storage contract: claims, counters, state tables."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import Any

import pytest

from lienso.errors import LimitExceeded, StorageError, Taken, Unknown
from lienso.storage import Storage, Writer
from lienso.storage_rules import KEPT

from .storage_world import ALPHA, BETA, StorageTests, draft, put, record_id, undone, voucher


def _row(site: str = "a", seq: Any = 1, **others: Any) -> dict[str, Any]:
    return {"site": site, "seq": seq, **others}


class RegisterTests(StorageTests):
    """Claims, counters and state tables."""

    def test_a_claim_has_one_holder(self, storage: Storage) -> None:
        storage.write(ALPHA, lambda writer: writer.claim("no", "PT1", voucher(1)))
        storage.write(ALPHA, lambda writer: writer.claim("no", "PT1", voucher(1)))

        with pytest.raises(Taken) as refused:
            storage.write(ALPHA, lambda writer: writer.claim("no", "PT1", voucher(2)))

        assert refused.value.code == "taken"
        assert (refused.value.owner_type, refused.value.owner_id) == voucher(1)
        assert storage.read(ALPHA, lambda view: view.claimed("no", "PT1")) == voucher(1)
        assert storage.read(BETA, lambda view: view.claimed("no", "PT1")) is None

    def test_two_threads_want_one_number_and_one_gets_it(self, storage: Storage) -> None:
        outcomes: list[str] = []

        def want(number: int) -> None:
            try:
                storage.write(ALPHA, lambda writer: writer.claim("no", "PT1", voucher(number)))
                outcomes.append("held")
            except Taken as refused:
                outcomes.append(refused.code)

        threads = [threading.Thread(target=want, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(outcomes) == ["held", "taken", "taken", "taken"]

    def test_claims_are_released_by_space_or_all(self, storage: Storage) -> None:
        def work(writer: Writer) -> None:
            for space, value in (("no", "1"), ("no", "2"), ("code", "1")):
                writer.claim(space, value, voucher())

        storage.write(ALPHA, work)

        storage.write(ALPHA, lambda writer: writer.release(voucher(), "no"))
        assert storage.read(ALPHA, lambda view: view.claimed("no", "1")) is None
        assert storage.read(ALPHA, lambda view: view.claimed("code", "1")) == voucher()
        storage.write(ALPHA, lambda writer: writer.release(voucher()))
        assert storage.read(ALPHA, lambda view: view.claimed("code", "1")) is None

    def test_a_delete_releases_the_claims(self, storage: Storage) -> None:
        put(storage)
        storage.write(ALPHA, lambda writer: writer.claim("no", "PT1", voucher()))

        storage.write(ALPHA, lambda writer: writer.delete(*voucher(), base=1))

        storage.write(ALPHA, lambda writer: writer.claim("no", "PT1", voucher(2)))
        assert storage.read(ALPHA, lambda view: view.claimed("no", "PT1")) == voucher(2)

    def test_a_released_claim_comes_back_with_a_failed_attempt(self, storage: Storage) -> None:
        storage.write(ALPHA, lambda writer: writer.claim("no", "PT1", voucher()))

        def work(writer: Writer) -> None:
            with undone(writer):
                writer.release(voucher())
                writer.claim("no", "PT1", voucher(2))

        storage.write(ALPHA, work)

        assert storage.read(ALPHA, lambda view: view.claimed("no", "PT1")) == voucher()

    def test_counters_give_blocks_without_gaps(self, storage: Storage) -> None:
        def work(writer: Writer) -> list[int]:
            return [writer.next_value("s"), writer.next_value("s", 10), writer.next_value("s")]

        assert storage.write(ALPHA, work) == [1, 11, 12]
        assert storage.read(ALPHA, lambda view: view.counter("s")) == 12
        assert storage.read(ALPHA, lambda view: view.counter("other")) == 0
        assert storage.read(BETA, lambda view: view.counter("s")) == 0

    def test_a_rolled_back_number_is_given_again(self, storage: Storage) -> None:
        def work(writer: Writer) -> int:
            with undone(writer):
                writer.next_value("s")
            return writer.next_value("s")

        assert storage.write(ALPHA, work) == 1

    def test_a_counter_is_raised_and_never_lowered(self, storage: Storage) -> None:
        storage.write(ALPHA, lambda writer: writer.raise_counter("s", 7))
        storage.write(ALPHA, lambda writer: writer.raise_counter("s", 3))

        assert storage.write(ALPHA, lambda writer: writer.next_value("s")) == 8

    def test_a_counter_does_not_leave_64_bits(self, storage: Storage) -> None:
        storage.write(ALPHA, lambda writer: writer.raise_counter("s", 2**63 - 1))

        with pytest.raises(LimitExceeded):
            storage.write(ALPHA, lambda writer: writer.next_value("s"))

    def test_every_write_of_a_kept_type_gives_its_counter_a_value_it_never_had(
        self, storage: Storage
    ) -> None:
        setting = ("setting", record_id(1))

        def kept() -> int:
            return storage.read(ALPHA, lambda view: view.counter(KEPT))

        def undone_put(writer: Writer) -> int:
            with undone(writer):
                writer.put(draft(type="setting"), base=1)
                inside = writer.counter(KEPT)
            return inside

        seen = [kept()]
        put_new = storage.write(ALPHA, lambda writer: writer.put(draft(type="setting"), base=None))
        seen.append(kept())
        seen.append(storage.write(ALPHA, undone_put))
        assert kept() == seen[1]
        works: list[Callable[[Writer], object]] = [
            lambda writer: writer.delete(*setting, base=1),
            lambda writer: writer.adopt(dataclasses.replace(put_new, version=7)),
            lambda writer: writer.forget(*setting),
        ]
        for work in works:
            storage.write(ALPHA, work)
            seen.append(kept())
        storage.write(ALPHA, lambda writer: writer.put(draft(), base=None))

        assert len(set(seen)) == len(seen)
        assert kept() == seen[-1]
        assert storage.read(BETA, lambda view: view.counter(KEPT)) == 0

    def test_a_state_row_has_all_its_columns(self, storage: Storage) -> None:
        storage.write(
            ALPHA, lambda writer: writer.state("outbox").insert(_row(sent=True, payload=b"\0\xff"))
        )
        storage.write(ALPHA, lambda writer: writer.state("outbox").insert(_row(seq=2)))

        rows = storage.read(ALPHA, lambda view: view.state("outbox").scan())

        assert rows == [
            {"site": "a", "seq": 1, "sent": True, "payload": b"\0\xff", "kind": ""},
            {"site": "a", "seq": 2, "sent": False, "payload": b"", "kind": ""},
        ]
        assert rows[0]["sent"] is True
        assert storage.read(ALPHA, lambda view: view.state("outbox").get("a", 2)) == rows[1]
        assert storage.read(ALPHA, lambda view: view.state("outbox").get("b", 2)) is None
        assert storage.read(BETA, lambda view: view.state("outbox").scan()) == []

    def test_a_state_row_is_inserted_once(self, storage: Storage) -> None:
        storage.write(ALPHA, lambda writer: writer.state("outbox").insert(_row(kind="x")))

        with pytest.raises(Taken) as refused:
            storage.write(ALPHA, lambda writer: writer.state("outbox").insert(_row()))

        assert refused.value.space == "state_outbox"
        row = storage.read(ALPHA, lambda view: view.state("outbox").get("a", 1))
        assert row is not None
        assert row["kind"] == "x"

    def test_putting_a_row_replaces_all_of_it(self, storage: Storage) -> None:
        storage.write(ALPHA, lambda writer: writer.state("outbox").put(_row(kind="x", sent=True)))
        storage.write(ALPHA, lambda writer: writer.state("outbox").put(_row(kind="y")))

        rows = storage.read(ALPHA, lambda view: view.state("outbox").scan())

        assert [(row["kind"], row["sent"]) for row in rows] == [("y", False)]

    def test_a_table_of_keys_alone_works(self, storage: Storage) -> None:
        def work(writer: Writer) -> None:
            writer.state("names").put({"name": "n"})
            writer.state("names").put_many([{"name": "n"}, {"name": "m"}])

        storage.write(ALPHA, work)

        assert storage.read(ALPHA, lambda view: view.state("names").scan()) == [
            {"name": "m"},
            {"name": "n"},
        ]

    def test_rows_are_scanned_by_their_key(self, storage: Storage) -> None:
        self._fill(storage)

        def seqs(**conditions: Any) -> list[tuple[str, int]]:
            rows = storage.read(ALPHA, lambda view: view.state("outbox").scan(**conditions))
            return [(row["site"], row["seq"]) for row in rows]

        assert seqs() == [("a", 1), ("a", 2), ("a", 10), ("b", 1), ("c", 3)]
        assert seqs(start=("a", 2)) == [("a", 2), ("a", 10), ("b", 1), ("c", 3)]
        assert seqs(start=("b",), stop=("c",)) == [("b", 1)]
        assert seqs(stop=("a", 10)) == [("a", 1), ("a", 2)]
        assert seqs(equals={"site": "a"}, start=("a", 2)) == [("a", 2), ("a", 10)]
        assert seqs(descending=True, limit=2) == [("c", 3), ("b", 1)]
        assert seqs(start=("a", 2), descending=True, stop=("b", 2)) == [
            ("b", 1),
            ("a", 10),
            ("a", 2),
        ]

    def test_rows_are_scanned_by_other_columns(self, storage: Storage) -> None:
        self._fill(storage)

        def found(**conditions: Any) -> list[tuple[str, int]]:
            scan = storage.read(ALPHA, lambda view: view.state("outbox").scan(**conditions))
            return [(row["site"], row["seq"]) for row in scan]

        assert found(equals={"kind": "y"}, order=("kind", "seq")) == [("b", 1), ("a", 2)]
        assert found(order=("seq",)) == [("a", 1), ("b", 1), ("a", 2), ("c", 3), ("a", 10)]
        assert found(order=("seq",), start=(2,), stop=(10,)) == [("a", 2), ("c", 3)]
        assert found(equals={"sent": True}) == [("a", 10)]
        assert found(equals={"kind": "none"}) == []

    def test_rows_are_counted_and_deleted(self, storage: Storage) -> None:
        self._fill(storage)

        def work(writer: Writer) -> tuple[int, int, bool, bool, int]:
            table = writer.state("outbox")
            return (
                table.count(equals={"kind": "x"}),
                table.delete_where({"kind": "y"}),
                table.delete("a", 1),
                table.delete("a", 1),
                table.count(),
            )

        assert storage.write(ALPHA, work) == (3, 2, True, False, 2)

    def _fill(self, storage: Storage) -> None:
        rows = [
            _row("a", 10, kind="x", sent=True),
            _row("c", 3, kind="x"),
            _row("a", 2, kind="y"),
            _row("b", 1, kind="y"),
            _row("a", 1, kind="x"),
        ]
        storage.write(ALPHA, lambda writer: writer.state("outbox").put_many(rows))

    @pytest.mark.parametrize(
        "row", [_row(seq="1"), _row(seq=True), _row(sent=1), _row(payload="x"), _row(kind=None)]
    )
    def test_a_value_of_the_wrong_type_is_refused(
        self, storage: Storage, row: dict[str, Any]
    ) -> None:
        with pytest.raises(StorageError) as refused:
            storage.write(ALPHA, lambda writer: writer.state("outbox").put(row))

        assert refused.value.code == "column_type"

    def test_an_integer_beyond_64_bits_is_refused(self, storage: Storage) -> None:
        with pytest.raises(LimitExceeded):
            storage.write(ALPHA, lambda writer: writer.state("outbox").put(_row(seq=2**63)))

    def test_unknown_names_are_refused_by_code(self, storage: Storage) -> None:
        def codes(writer: Writer) -> list[str]:
            attempts = (
                lambda: writer.state("nothing"),
                lambda: writer.book("nothing"),
                lambda: writer.state("outbox").put(_row(colour="red")),
                lambda: writer.state("outbox").scan(equals={"colour": "red"}),
                lambda: writer.state("outbox").scan(order=["colour"]),
            )
            found = []
            for attempt in attempts:
                with pytest.raises(Unknown) as refused:
                    attempt()
                found.append(refused.value.code)
            return found

        assert storage.write(ALPHA, codes) == [
            "unknown_state_table",
            "unknown_book",
            *["unknown_column"] * 3,
        ]

    def test_a_failed_attempt_restores_state_rows(self, storage: Storage) -> None:
        self._fill(storage)
        before = storage.read(ALPHA, lambda view: view.state("outbox").scan())

        def work(writer: Writer) -> None:
            with undone(writer):
                writer.state("outbox").delete_where({"kind": "x"})
                writer.state("outbox").put(_row("a", 2, kind="z"))
                writer.state("outbox").insert(_row("z", 9))

        storage.write(ALPHA, work)

        assert storage.read(ALPHA, lambda view: view.state("outbox").scan()) == before

    def test_an_outbox_row_and_its_record_are_stored_together(self, storage: Storage) -> None:
        def work(writer: Writer) -> None:
            writer.put(draft(), base=None)
            writer.state("outbox").insert(_row())
            writer.state("outbox").insert(_row())

        with pytest.raises(Taken):
            storage.write(ALPHA, work)

        assert storage.read(ALPHA, lambda view: view.count("voucher")) == 0
