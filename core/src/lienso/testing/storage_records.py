"""Storage contract: records and their keys."""

from __future__ import annotations

import dataclasses

import pytest

from lienso import limits
from lienso.errors import LimitExceeded, StorageError, VersionConflict
from lienso.storage import Storage, StoredRecord, View, Writer

from .storage_world import (
    ALPHA,
    StorageTests,
    draft,
    numbers,
    put,
    record_id,
    undone,
    voucher,
)

ODD_TEXTS = (
    "",
    "\0",
    "\0a",
    "a",
    "a\x1fb",
    "ab",
    "A",
    "Z",
    "z",
    "Đà Nẵng",
    "à",
    "ở",
    "~",
    "中",
    "😀",
)


class RecordTests(StorageTests):
    """Records and keys."""

    @pytest.mark.parametrize(
        "body",
        ['{"tên":"Nguyễn Thị Ánh"}', '{"n":9007199254740993}', '{"x":"a\\u0000b"}', "a\0b", "{}"],
    )
    def test_a_body_comes_back_byte_for_byte(self, storage: Storage, body: str) -> None:
        put(
            storage,
            body=body,
            summary='{"số":1}',
            scope="hn",
            posting="{}",
            provenance='{"site":"s"}',
        )

        record = storage.read(ALPHA, lambda view: view.get("voucher", record_id(1)))

        assert record is not None
        assert (record.body, record.summary, record.scope) == (body, '{"số":1}', "hn")
        assert (record.version, record.feed_seq, record.deleted) == (1, 1, False)

    def test_a_body_of_one_mebibyte_fits_and_one_byte_more_does_not(self, storage: Storage) -> None:
        put(storage, body="ố" * (limits.BODY_BYTES_MAX // 3) + "x")

        with pytest.raises(LimitExceeded):
            put(storage, 2, body="ố" * (limits.BODY_BYTES_MAX // 3) + "xy")

        assert storage.head(ALPHA) == 1

    def test_a_new_record_must_not_be_there(self, storage: Storage) -> None:
        put(storage)

        with pytest.raises(VersionConflict) as refused:
            put(storage)

        assert (refused.value.code, refused.value.stored) == ("version_conflict", 1)

    def test_a_version_follows_the_one_it_names(self, storage: Storage) -> None:
        put(storage)

        record = put(storage, base=1, body='{"a":2}')

        assert (record.version, record.feed_seq, record.body) == (2, 2, '{"a":2}')

    @pytest.mark.parametrize("base", [0, 1, 3])
    def test_a_stale_base_is_refused(self, storage: Storage, base: int) -> None:
        put(storage)
        put(storage, base=1)

        with pytest.raises(VersionConflict) as refused:
            put(storage, base=base)

        assert refused.value.stored == 2

    @pytest.mark.parametrize("base", [0, 1])
    def test_what_is_not_there_has_no_base(self, storage: Storage, base: int) -> None:
        with pytest.raises(VersionConflict) as refused:
            put(storage, base=base)

        assert refused.value.stored == 0

    def test_a_deleted_record_leaves_a_tombstone(self, storage: Storage) -> None:
        put(storage, body='{"a":1}', summary='{"number":"PT1"}', scope="hn")

        storage.write(ALPHA, lambda writer: writer.delete(*voucher(), base=1, at="2026"))

        alive = storage.read(ALPHA, lambda view: view.get(*voucher()))
        dead = storage.read(ALPHA, lambda view: view.get(*voucher(), deleted=True))
        assert alive is None
        assert dead is not None
        assert (dead.version, dead.feed_seq, dead.deleted, dead.body) == (2, 2, True, "")
        assert (dead.summary, dead.scope, dead.at) == ('{"number":"PT1"}', "hn", "2026")

    @pytest.mark.parametrize("base", [0, 2])
    def test_a_delete_with_a_stale_base_is_refused(self, storage: Storage, base: int) -> None:
        put(storage)

        with pytest.raises(VersionConflict):
            storage.write(ALPHA, lambda writer: writer.delete(*voucher(), base=base))

    def test_what_is_deleted_cannot_be_deleted_again(self, storage: Storage) -> None:
        put(storage)
        storage.write(ALPHA, lambda writer: writer.delete(*voucher(), base=1))

        with pytest.raises(VersionConflict) as refused:
            storage.write(ALPHA, lambda writer: writer.delete(*voucher(), base=2))

        assert refused.value.stored == 2

    @pytest.mark.parametrize("base", [None, 2])
    def test_re_creation_continues_the_tombstones_count(
        self, storage: Storage, base: int | None
    ) -> None:
        put(storage)
        storage.write(ALPHA, lambda writer: writer.delete(*voucher(), base=1))

        record = put(storage, base=base)

        assert (record.version, record.deleted) == (3, False)
        assert storage.read(ALPHA, lambda view: view.count("voucher")) == 1

    def test_history_has_every_version_the_oldest_first(self, storage: Storage) -> None:
        put(storage, body="1")
        put(storage, base=1, body="2")
        storage.write(ALPHA, lambda writer: writer.delete(*voucher(), base=2))

        versions = storage.read(ALPHA, lambda view: view.history(*voucher()))

        assert [(one.version, one.body, one.deleted) for one in versions] == [
            (1, "1", False),
            (2, "2", False),
            (3, "", True),
        ]

    def test_many_are_read_at_once_without_the_dead(self, storage: Storage) -> None:
        for number in (1, 2, 3):
            put(storage, number)
        storage.write(ALPHA, lambda writer: writer.delete(*voucher(2), base=1))

        ids = [record_id(number) for number in (1, 2, 3, 4)]
        found = storage.read(ALPHA, lambda view: view.get_many("voucher", ids))

        assert set(found) == {ids[0], ids[2]}

    def test_live_records_are_counted_by_type(self, storage: Storage) -> None:
        put(storage, 1)
        put(storage, 2)
        put(storage, 3, type="item", keys=())
        storage.write(ALPHA, lambda writer: writer.delete(*voucher(1), base=1))

        counts = storage.read(ALPHA, lambda view: [view.count(t) for t in ("voucher", "item", "x")])

        assert counts == [1, 1, 0]

    def test_a_forgotten_record_leaves_no_trace(self, storage: Storage) -> None:
        put(storage)
        put(storage, base=1)

        def work(writer: Writer) -> None:
            writer.claim("no", "PT1", voucher())
            writer.forget(*voucher())

        storage.write(ALPHA, work)

        view = storage.read(
            ALPHA,
            lambda view: (
                view.get(*voucher(), deleted=True),
                view.history(*voucher()),
                view.changes(0).records,
                view.find("voucher", "no").records,
                view.claimed("no", "PT1"),
                view.count("voucher"),
            ),
        )
        assert view == (None, [], (), (), None, 0)

    def test_an_adopted_version_is_stored_as_given(self, storage: Storage) -> None:
        put(storage, body="local")
        pulled = _version(7, feed_seq=40)

        storage.write(ALPHA, lambda writer: writer.adopt(pulled, (("no", "C7"),)))

        record = storage.read(ALPHA, lambda view: view.get(*voucher()))
        found = storage.read(ALPHA, lambda view: view.find("voucher", "no", equals="C7").records)
        assert record == pulled
        assert found == (pulled,)
        versions = storage.read(ALPHA, lambda view: view.history(*voucher()))
        assert [version.version for version in versions] == [1, 7]

    def test_adopting_an_older_version_drops_the_ones_above_it(self, storage: Storage) -> None:
        for version in range(4):
            put(storage, base=version or None)
        pulled = _version(2, feed_seq=40)

        storage.write(ALPHA, lambda writer: writer.adopt(pulled))
        storage.write(ALPHA, lambda writer: writer.adopt(pulled))

        versions = storage.read(ALPHA, lambda view: view.history(*voucher()))
        assert [version.version for version in versions] == [1, 2]
        assert storage.read(ALPHA, lambda view: view.changes(0).records) == (pulled,)
        assert storage.read(ALPHA, lambda view: view.count("voucher")) == 1

    def test_what_was_accepted_as_it_was_sent_is_confirmed_in_place(self, storage: Storage) -> None:
        put(storage, body="a", no="A")
        put(storage, body="b", no="B", base=1)

        def confirmed(version: int, body: str) -> bool:
            return storage.write(
                ALPHA,
                lambda writer: writer.confirm(
                    voucher(), version, body, feed_seq=90, posting='{"financial":{}}'
                ),
            )

        before = storage.read(ALPHA, lambda view: view.get(*voucher()))
        assert not confirmed(1, "b")
        assert not confirmed(2, "a")
        assert storage.read(ALPHA, lambda view: view.get(*voucher())) == before
        assert before is not None
        assert confirmed(2, "b")

        after = dataclasses.replace(before, feed_seq=90, posting='{"financial":{}}')
        assert storage.read(ALPHA, lambda view: view.get(*voucher())) == after
        assert storage.read(ALPHA, lambda view: view.changes(0).records) == (after,)
        found = storage.read(ALPHA, lambda view: view.find("voucher", "no", equals="B").records)
        assert found == (after,)
        versions = storage.read(ALPHA, lambda view: view.history(*voucher()))
        assert [version.version for version in versions] == [1, 2]
        storage.write(ALPHA, lambda writer: writer.delete(*voucher(), base=2))
        assert not confirmed(3, "")

    def test_a_failing_work_leaves_nothing(self, storage: Storage) -> None:
        def work(writer: Writer) -> None:
            writer.put(draft(1), base=None)
            writer.next_value("series")
            raise KeyError("the work's own")

        with pytest.raises(KeyError):
            storage.write(ALPHA, work)

        assert put(storage, 2).feed_seq == 1
        assert storage.read(ALPHA, lambda view: view.counter("series")) == 0
        assert storage.read(ALPHA, lambda view: view.count("voucher")) == 1

    def test_a_failed_attempt_gives_everything_back(self, storage: Storage) -> None:
        def work(writer: Writer) -> int:
            writer.put(draft(1), base=None)
            with undone(writer):
                writer.put(draft(2), base=None)
                writer.put(draft(1), base=1)
                writer.claim("no", "X", voucher(2))
                writer.next_value("series", 5)
                writer.state("names").insert({"name": "n"})
            return writer.put(draft(3), base=None).feed_seq

        assert storage.write(ALPHA, work) == 2

        def look(view: View) -> tuple[object, ...]:
            return (
                [record.id for record in view.changes(0).records],
                view.claimed("no", "X"),
                view.counter("series"),
                view.state("names").count(),
                view.count("voucher"),
                len(view.find("voucher", "no").records),
            )

        assert storage.read(ALPHA, look) == ([record_id(1), record_id(3)], None, 0, 0, 2, 2)

    def test_attempts_nest(self, storage: Storage) -> None:
        def work(writer: Writer) -> None:
            with writer.attempt():
                writer.put(draft(1), base=None)
                with undone(writer):
                    writer.put(draft(2), base=None)
                writer.put(draft(3), base=None)

        storage.write(ALPHA, work)

        assert numbers(storage.read(ALPHA, lambda view: view.changes(0))) == [1, 3]

    def test_more_records_than_a_write_may_have_are_refused(self, storage: Storage) -> None:
        def work(writer: Writer) -> None:
            for number in range(limits.RECORDS_PER_WRITE_MAX + 1):
                writer.put(draft(number), base=None)

        with pytest.raises(LimitExceeded):
            storage.write(ALPHA, work)

        assert storage.head(ALPHA) == 0

    def test_odd_texts_sort_by_their_bytes(self, storage: Storage) -> None:
        for number, text in enumerate(ODD_TEXTS):
            put(storage, number, no=text)

        page = storage.read(ALPHA, lambda view: view.find("voucher", "no"))

        texts = [ODD_TEXTS[int(record.id[-12:])] for record in page.records]
        assert texts == sorted(ODD_TEXTS, key=str.encode)

    def test_keys_are_found_by_equality_and_range(self, storage: Storage) -> None:
        for number, text in enumerate(["a", "ab", "b", "b", "c"]):
            put(storage, number, no=text)

        def found(**bounds: object) -> list[int]:
            page = storage.read(ALPHA, lambda view: view.find("voucher", "no", **bounds))  # type: ignore[arg-type]
            return [int(record.id[-12:]) for record in page.records]

        assert found(equals="b") == [2, 3]
        assert found(equals="zz") == []
        assert found(start="ab", stop="c") == [1, 2, 3]
        assert found(start="ab", stop="c", descending=True) == [3, 2, 1]
        assert found(start="x", stop="a") == []

    @pytest.mark.parametrize("descending", [False, True])
    def test_a_cursor_holds_its_place_when_records_come(
        self, storage: Storage, descending: bool
    ) -> None:
        for number in (10, 20, 30, 40):
            put(storage, number, no="same" if number < 30 else "zz")

        first = storage.read(
            ALPHA, lambda view: view.find("voucher", "no", limit=2, descending=descending)
        )
        put(storage, 15, no="same")
        put(storage, 35, no="zz")
        rest = storage.read(
            ALPHA,
            lambda view: view.find("voucher", "no", after=first.after, descending=descending),
        )

        seen = [int(record.id[-12:]) for record in (*first.records, *rest.records)]
        assert seen == ([40, 30, 20, 15, 10] if descending else [10, 20, 30, 35, 40])
        assert rest.after is None

    def test_a_cursor_of_nobody_is_refused(self, storage: Storage) -> None:
        with pytest.raises(StorageError) as refused:
            storage.read(ALPHA, lambda view: view.find("voucher", "no", after="nonsense"))

        assert refused.value.code == "cursor_invalid"

    def test_an_update_moves_the_keys(self, storage: Storage) -> None:
        put(storage, keys=(("no", "1"), ("no", "2"), ("date", "d")))

        put(storage, base=1, keys=(("no", "2"), ("no", "3"), ("no", "3")))

        def found(key: str, text: str) -> int:
            return len(
                storage.read(ALPHA, lambda view: view.find("voucher", key, equals=text)).records
            )

        counts = [found("no", text) for text in "123"] + [found("date", "d")]
        assert counts == [0, 1, 1, 0]

    def test_a_deleted_record_is_found_by_no_key(self, storage: Storage) -> None:
        put(storage)

        storage.write(ALPHA, lambda writer: writer.delete(*voucher(), base=1))

        assert storage.read(ALPHA, lambda view: view.find("voucher", "no").records) == ()

    def test_a_key_text_has_a_limit_in_bytes(self, storage: Storage) -> None:
        put(storage, 1, no="ố" * (limits.KEY_BYTES_MAX // 3))

        with pytest.raises(LimitExceeded):
            put(storage, 2, no="ố" * (limits.KEY_BYTES_MAX // 3 + 1))


def _version(version: int, *, feed_seq: int) -> StoredRecord:
    ref = voucher()
    return StoredRecord(
        *ref, version, feed_seq, False, 2, "pulled", "d", "{}", "hn", "{}", '{"site":"c"}', "2026"
    )
