"""Storage contract: the feed, its numbers and its pages."""

from __future__ import annotations

import threading

import pytest

from lienso import limits
from lienso.errors import LimitExceeded
from lienso.storage import Storage, Writer

from .storage_world import (
    ALPHA,
    BETA,
    StorageTests,
    draft,
    numbers,
    put,
    record_id,
    voucher,
)


class FeedTests(StorageTests):
    """What a reader of the feed sees."""

    def test_feed_numbers_follow_the_puts_without_gaps(self, storage: Storage) -> None:
        def work(writer: Writer) -> list[int]:
            return [writer.put(draft(number), base=None).feed_seq for number in (3, 1, 2)]

        assert storage.write(ALPHA, work) == [1, 2, 3]
        assert put(storage, 4).feed_seq == 4
        assert storage.head(ALPHA) == 4

    def test_threads_give_every_feed_number_once(self, storage: Storage) -> None:
        given: list[int] = []

        def save(first: int) -> None:
            for number in range(first, first + 25):
                given.append(put(storage, number).feed_seq)

        threads = [threading.Thread(target=save, args=(100 * place,)) for place in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert sorted(given) == list(range(1, 201))
        assert storage.head(ALPHA) == 200

    def test_a_reader_beside_writers_misses_and_repeats_nothing(self, storage: Storage) -> None:
        def save(first: int) -> None:
            for number in range(first, first + 25):
                put(storage, number)

        threads = [threading.Thread(target=save, args=(100 * place,)) for place in range(4)]
        for thread in threads:
            thread.start()
        seen: list[int] = []
        after = 0
        while after < 100:
            page = storage.read(ALPHA, lambda view, after=after: view.changes(after, limit=7))  # type: ignore[misc]
            seen += [record.feed_seq for record in page.records]
            after = page.next_after
        for thread in threads:
            thread.join()

        assert seen == list(range(1, 101))

    def test_tenants_count_apart(self, storage: Storage) -> None:
        put(storage, 1)
        put(storage, 2)

        other = storage.write(BETA, lambda writer: writer.put(draft(1), base=None))

        assert other.feed_seq == 1
        assert (storage.head(ALPHA), storage.head(BETA)) == (2, 1)

    def test_the_feed_jumps_up_and_never_down(self, storage: Storage) -> None:
        storage.write(ALPHA, lambda writer: writer.raise_counter("feed_seq", 2**32))
        storage.write(ALPHA, lambda writer: writer.raise_counter("feed_seq", 5))

        assert put(storage).feed_seq == 2**32 + 1

    def test_edits_travel_once_and_deletions_too(self, storage: Storage) -> None:
        put(storage, 1)
        put(storage, 2)
        for base in (1, 2, 3):
            put(storage, 1, base=base)
        storage.write(ALPHA, lambda writer: writer.delete(*voucher(2), base=1))

        page = storage.read(ALPHA, lambda view: view.changes(0))

        places = [(record.id, record.version, record.deleted) for record in page.records]
        assert places == [(record_id(1), 4, False), (record_id(2), 2, True)]
        assert (page.next_after, page.head) == (6, 6)

    def test_what_is_filtered_out_still_moves_the_cursor(self, storage: Storage) -> None:
        put(storage, 1, provenance='{"site":"a"}')
        put(storage, 2, provenance='{"site":"b"}', scope="hn")
        put(storage, 3, provenance='{"site":"a"}', scope="sg")
        put(storage, 4, scope="sg")

        others = storage.read(ALPHA, lambda view: view.changes(0, not_from="a"))
        branch = storage.read(ALPHA, lambda view: view.changes(0, scopes=["hn"]))
        both = storage.read(
            ALPHA, lambda view: view.changes(0, not_from="a", scopes=["hn"], limit=1)
        )
        none = storage.read(ALPHA, lambda view: view.changes(2, scopes=[]))

        assert numbers(others) == [2, 4]
        assert numbers(branch) == [1, 2]
        assert (numbers(both), both.next_after) == ([2], 4)
        assert (numbers(none), none.next_after) == ([], 4)

    @pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
    def test_pages_of_any_size_give_the_same_records(self, storage: Storage, limit: int) -> None:
        for number in range(10):
            put(storage, number, provenance=f'{{"site":"{number % 3}"}}')
        seen: list[int] = []
        after = 0
        while after < 10:
            page = storage.read(
                ALPHA,
                lambda view, after=after: view.changes(after, not_from="0", limit=limit),  # type: ignore[misc]
            )
            seen += numbers(page)
            after = page.next_after

        assert seen == [1, 2, 4, 5, 7, 8]

    def test_a_page_ends_before_it_has_too_many_bytes(self, storage: Storage) -> None:
        for number in range(4):
            put(storage, number, body="x" * 1000)

        page = storage.read(ALPHA, lambda view: view.changes(0, bytes_max=2500))
        single = storage.read(ALPHA, lambda view: view.changes(0, bytes_max=10))

        assert (len(page.records), page.next_after) == (2, 2)
        assert (len(single.records), single.next_after) == (1, 1)

    @pytest.mark.parametrize("limit", [0, limits.PAGE_MAX + 1])
    def test_a_page_has_a_limit(self, storage: Storage, limit: int) -> None:
        with pytest.raises(LimitExceeded):
            storage.read(ALPHA, lambda view: view.changes(0, limit=limit))
        with pytest.raises(LimitExceeded):
            storage.read(ALPHA, lambda view: view.find("voucher", "no", limit=limit))

    def test_a_rewriting_of_history_may_write_more_but_not_without_end(
        self, storage: Storage
    ) -> None:
        count = limits.RECORDS_PER_WRITE_MAX + 1

        def work(writer: Writer) -> None:
            writer.allow(count)
            for number in range(count):
                writer.put(draft(number), base=None)

        def without_word(writer: Writer) -> None:
            for number in range(count, 2 * count):
                writer.put(draft(number), base=None)

        storage.write(ALPHA, work)

        assert storage.head(ALPHA) == count
        with pytest.raises(LimitExceeded):
            storage.write(ALPHA, without_word)
        with pytest.raises(LimitExceeded):
            storage.write(ALPHA, lambda writer: writer.allow(limits.REWRITE_RECORDS_MAX + 1))
