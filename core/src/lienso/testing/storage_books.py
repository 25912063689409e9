"""Storage contract: books, their totals and their sums."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lienso import limits
from lienso.errors import LimitExceeded, StorageError, Unknown
from lienso.storage import Entry, Prefix, RecordRef, Storage, Writer

from .storage_world import ALPHA, BETA, StorageTests, entry, pair, post, record_id, undone, voucher

_DAYS = ("2025-12-31", "2026-01-01", "2026-01-15", "2026-01-31", "2026-02-01", "2026-03-10")
_ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from(["111", "1111", "1112", "112", "511"]),
        st.integers(-(10**12), 10**12),
        day=st.sampled_from(_DAYS),
        line=st.integers(1, 9),
        ledger=st.sampled_from(["financial", "management"]),
        branch=st.sampled_from(["", "hn"]),
        object=st.sampled_from(["", "kh1"]),
    ),
    max_size=5,
    unique_by=lambda one: (one.ledger, one.line),
)
_STEPS = st.lists(
    st.tuples(st.integers(1, 4), st.sampled_from(["post", "unpost", "undone"]), _ENTRIES),
    max_size=12,
)
_RANGES = st.tuples(st.sampled_from([None, *_DAYS]), st.sampled_from([None, *_DAYS]))


class BookTests(StorageTests):
    """Books."""

    def test_posted_entries_come_back_with_their_voucher(self, storage: Storage) -> None:
        posted = entry("111", 5, day="2026-03-31", branch="hn", order="đh1", note="ghi chú")

        storage.write(
            ALPHA,
            lambda writer: writer.post(
                "general_ledger",
                voucher(),
                [posted],
                number="PT1",
                voucher_date=datetime.date(2026, 3, 30),
                description="Thu tiền",
            ),
        )

        (found,) = self._entries(storage)
        assert (found.voucher_id, found.record_type) == (record_id(1), "voucher")
        assert (found.number, found.description) == ("PT1", "Thu tiền")
        assert found.voucher_date == datetime.date(2026, 3, 30)
        assert found.entry.posting_date == datetime.date(2026, 3, 31)
        assert (found.entry.branch, found.entry.ledger) == ("hn", "financial")
        assert found.entry.dimensions == {
            "account": "111",
            "object": "",
            "order": "đh1",
            "note": "ghi chú",
        }
        assert found.entry.measures == {"debit": 5, "credit": 0, "quantity": 0}

    def test_a_voucher_date_left_out_is_the_posting_date(self, storage: Storage) -> None:
        post(storage, 1, entry("111", 5, day="2026-03-31"))

        (found,) = self._entries(storage)

        assert found.voucher_date == datetime.date(2026, 3, 31)

    def test_posting_twice_is_posting_once(self, storage: Storage) -> None:
        post(storage, 1, *pair("111", "511", 100))
        post(storage, 1, *pair("112", "511", 70))

        assert self._sum(storage, by=["account"]) == {("112",): (70, 0), ("511",): (0, 70)}
        assert len(self._entries(storage)) == 2

    def test_posting_one_ledger_leaves_the_other(self, storage: Storage) -> None:
        post(storage, 1, entry("111", 100), entry("111", 60, ledger="management"))
        post(storage, 1, entry("112", 90))
        post(storage, 1)

        assert self._sum(storage, by=["ledger", "account"]) == {
            ("financial", "112"): (90, 0),
            ("management", "111"): (60, 0),
        }

    def test_unposting_takes_one_ledger_or_all(self, storage: Storage) -> None:
        post(storage, 1, entry("111", 100), entry("111", 60, ledger="management"))
        post(storage, 2, entry("111", 5))

        def unpost(ledger: str | None) -> int:
            return storage.write(
                ALPHA, lambda writer: writer.unpost("general_ledger", voucher(1), ledger)
            )

        assert unpost("management") == 1
        assert self._sum(storage, by=["account"]) == {("111",): (105, 0)}
        assert unpost(None) == 1
        assert unpost(None) == 0
        assert self._sum(storage) == {(): (5, 0)}

    def test_two_types_with_one_id_are_two_vouchers(self, storage: Storage) -> None:
        post(storage, 1, entry("111", 100))
        other = RecordRef("opening", record_id(1))
        storage.write(
            ALPHA, lambda writer: writer.post("general_ledger", other, [entry("111", 30)])
        )

        storage.write(ALPHA, lambda writer: writer.unpost("general_ledger", other))

        assert self._sum(storage) == {(): (100, 0)}

    def test_a_sum_of_nothing_is_zero_and_has_no_groups(self, storage: Storage) -> None:
        assert self._sum(storage) == {(): (0, 0)}
        assert self._sum(storage, by=["account"]) == {}

    def test_a_group_that_adds_up_to_zero_is_there(self, storage: Storage) -> None:
        post(storage, 1, entry("111", 100))
        post(storage, 2, entry("111", -100))

        assert self._sum(storage, by=["account"]) == {("111",): (0, 0)}

    def test_a_group_whose_entries_went_is_not(self, storage: Storage) -> None:
        post(storage, 1, entry("111", 100))
        storage.write(ALPHA, lambda writer: writer.unpost("general_ledger", voucher(1)))

        assert self._sum(storage, by=["account"]) == {}

    def test_red_ink_is_subtracted(self, storage: Storage) -> None:
        post(storage, 1, *pair("111", "511", 100))
        post(storage, 2, *pair("111", "511", -30))

        assert self._sum(storage, by=["account"]) == {("111",): (70, 0), ("511",): (0, 70)}

    @pytest.mark.parametrize(
        ("start", "stop", "total"),
        [
            (None, None, 111111),
            ("2026-01-01", "2026-01-31", 1110),
            ("2026-01-02", "2026-01-31", 1100),
            ("2026-01-01", "2026-01-30", 110),
            ("2026-01-15", "2026-01-15", 100),
            ("2025-12-31", "2026-02-01", 11111),
            ("2026-01-15", None, 111100),
            (None, "2026-01-15", 111),
            ("2026-01-15", "2026-03-09", 11100),
            ("2026-03-01", "2026-01-01", 0),
            ("2026-04-01", None, 0),
        ],
    )
    def test_broken_months_are_summed_to_the_day(
        self, storage: Storage, start: str | None, stop: str | None, total: int
    ) -> None:
        for number, day in enumerate(_DAYS):
            post(storage, number, entry("111", 10**number, day=day))

        assert self._sum(storage, span=(start, stop)) == {(): (total, 0)}

    def test_conditions_choose_by_equality_any_of_and_prefix(self, storage: Storage) -> None:
        for number, account in enumerate(("111", "1111", "1112", "112", "11", "511")):
            post(storage, number, entry(account, 10**number, object="kh" if number % 2 else ""))

        def total(**where: Any) -> int:
            return self._sum(storage, where=where)[()][0]

        assert total(account="111") == 1
        assert total(account=["111", "511"]) == 100001
        assert total(account=Prefix("111")) == 111
        assert total(account=[Prefix("111"), "511"]) == 100111
        assert total(account=Prefix("")) == 111111
        assert total(account=[]) == 0
        assert total(account=Prefix("11"), object="kh") == 1010
        assert total(object="") == 10101

    def test_conditions_name_what_every_entry_has(self, storage: Storage) -> None:
        post(storage, 1, entry("111", 1, branch="hn"), entry("111", 10, ledger="management"))
        post(storage, 2, entry("111", 100, note="x"), entry("111", 1000, line=2, order="d"))

        def total(**where: Any) -> int:
            return self._sum(storage, where=where)[()][0]

        assert total(ledger="management") == 10
        assert total(branch="hn") == 1
        assert total(number="PT00002") == 1100
        assert total(voucher_id=record_id(1)) == 11
        assert total(record_type="voucher") == 1111
        assert total(order="d") == 1000
        assert total(note="x") == 100
        assert self._sum(storage, by=["note"])[("x",)] == (100, 0)
        assert self._sum(storage, by=["number"])[("PT00001",)] == (11, 0)

    @pytest.mark.parametrize(
        ("prefix", "others"), [("\ud7ff", ["\ue000"]), ("a\x7f", ["b"]), ("đ", ["e", "Đ"])]
    )
    def test_a_prefix_ends_where_it_ends(
        self, storage: Storage, prefix: str, others: list[str]
    ) -> None:
        for number, account in enumerate([prefix, f"{prefix}😀", *others]):
            post(storage, number, entry(account, 10**number))

        assert self._sum(storage, where={"account": Prefix(prefix)})[()] == (11, 0)

    def test_entries_are_listed_by_date_number_and_line(self, storage: Storage) -> None:
        post(storage, 3, entry("a", 1, day="2026-01-02"))
        post(storage, 2, *pair("c", "d", 1, day="2026-01-05"))
        post(storage, 1, entry("e", 1, day="2026-01-05"))

        accounts = [posted.entry.dimensions["account"] for posted in self._entries(storage)]

        assert accounts == ["a", "e", "c", "d"]

    def test_entries_are_chosen_like_sums(self, storage: Storage) -> None:
        post(storage, 1, *pair("111", "511", 1, day="2026-01-05"))
        post(storage, 2, *pair("112", "511", 1, day="2026-02-05"))

        def accounts(**conditions: Any) -> list[str]:
            listed = self._entries(storage, **conditions)
            return [posted.entry.dimensions["account"] for posted in listed]

        assert accounts(where={"account": Prefix("11")}) == ["111", "112"]
        assert accounts(date_from=datetime.date(2026, 2, 1)) == ["112", "511"]
        assert accounts(date_to=datetime.date(2026, 1, 5)) == ["111", "511"]
        assert accounts(voucher=record_id(2), where={"account": "511"}) == ["511"]

    def test_a_writer_sums_what_it_posted(self, storage: Storage) -> None:
        def work(writer: Writer) -> list[dict[tuple[str, ...], tuple[int, ...]]]:
            book = writer.book("general_ledger")
            found = []
            with undone(writer):
                writer.post("general_ledger", voucher(1), [entry("111", 5)])
                found.append(book.sum(["debit"]))
            found.append(book.sum(["debit"]))
            writer.post("general_ledger", voucher(1), [entry("111", 7)])
            found.append(book.sum(["debit"], by=["account"]))
            assert len(list(book.entries())) == 1
            return found

        assert storage.write(ALPHA, work) == [{(): (5,)}, {(): (0,)}, {("111",): (7,)}]
        assert self._sum(storage) == {(): (7, 0)}
        assert storage.rebuild_totals(ALPHA, "general_ledger") == 0

    def test_a_sum_read_inside_a_failed_attempt_does_not_stay(self, storage: Storage) -> None:
        def work(writer: Writer) -> None:
            writer.post("general_ledger", voucher(1), [entry("111", 5)])
            with undone(writer):
                writer.post("general_ledger", voucher(2), [entry("111", 7)])
                writer.book("general_ledger").sum(["debit"])

        storage.write(ALPHA, work)

        assert self._sum(storage) == {(): (5, 0)}
        assert storage.rebuild_totals(ALPHA, "general_ledger") == 0

    def test_a_book_without_totals_answers_too(self, storage: Storage) -> None:
        receipt = Entry(1, 0, "", datetime.date(2026, 3, 1), "", {"item": "x"}, {"quantity": 25000})
        storage.write(ALPHA, lambda writer: writer.post("stock", voucher(), [receipt]))

        total = storage.read(
            ALPHA, lambda view: view.book("stock").sum(["quantity"], by=["item", "ledger"])
        )

        assert total == {("x", ""): (25000,)}
        assert self._sum(storage) == {(): (0, 0)}

    def test_a_measure_beyond_64_bits_is_refused(self, storage: Storage) -> None:
        with pytest.raises(LimitExceeded):
            post(storage, 1, entry("111", 2**63))

    @pytest.mark.parametrize("amount", [limits.MEASURE_MAX, -limits.MEASURE_MAX])
    def test_a_total_beyond_64_bits_is_refused_and_the_rest_goes_on(
        self, storage: Storage, amount: int
    ) -> None:
        post(storage, 1, entry("111", amount))
        one = 1 if amount > 0 else -1

        def work(writer: Writer) -> None:
            with pytest.raises(LimitExceeded), writer.attempt():
                writer.post("general_ledger", voucher(2), [entry("111", one)])
            writer.post("general_ledger", voucher(3), [entry("112", 5)])

        storage.write(ALPHA, work)

        sums = self._sum(storage, by=["account"])
        assert sums == {("111",): (amount, 0), ("112",): (5, 0)}
        assert storage.rebuild_totals(ALPHA, "general_ledger") == 0

    def test_a_sum_over_totals_beyond_64_bits_is_refused(self, storage: Storage) -> None:
        post(storage, 1, entry("111", limits.MEASURE_MAX))
        post(storage, 2, entry("112", limits.MEASURE_MAX))

        with pytest.raises(LimitExceeded):
            self._sum(storage)

    def test_a_long_dimension_is_refused(self, storage: Storage) -> None:
        post(storage, 1, entry("1" * limits.DIMENSION_CHARS_MAX, 1))

        with pytest.raises(LimitExceeded):
            post(storage, 2, entry("1" * (limits.DIMENSION_CHARS_MAX + 1), 1))

    def test_two_entries_of_one_place_are_refused(self, storage: Storage) -> None:
        with pytest.raises(StorageError) as refused:
            post(storage, 1, entry("111", 1), entry("112", 1))

        assert refused.value.code == "entry_twice"
        assert self._entries(storage) == []

    def test_unknown_dimensions_and_measures_are_refused(self, storage: Storage) -> None:
        bad = Entry(1, 0, "financial", datetime.date(2026, 1, 1), "", {}, {"weight": 1})
        attempts: Iterable[Any] = (
            lambda: post(storage, 1, entry("111", 1, colour="red")),
            lambda: post(storage, 1, bad),
            lambda: self._sum(storage, by=["colour"]),
            lambda: self._sum(storage, where={"colour": "red"}),
            lambda: storage.read(ALPHA, lambda view: view.book("stock").sum(["debit"])),
        )
        codes = []
        for attempt in attempts:
            with pytest.raises(Unknown) as refused:
                attempt()
            codes.append(refused.value.code)

        assert codes == [
            "unknown_dimension",
            "unknown_measure",
            "unknown_dimension",
            "unknown_dimension",
            "unknown_measure",
        ]

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(steps=_STEPS, span=_RANGES)
    def test_totals_equal_the_sum_of_entries(
        self,
        storage: Storage,
        steps: list[tuple[int, str, list[Entry]]],
        span: tuple[str | None, str | None],
    ) -> None:
        kept: dict[tuple[int, str], list[Entry]] = {}
        for number in range(1, 5):
            storage.write(
                ALPHA,
                lambda writer, n=number: writer.unpost("general_ledger", voucher(n)),  # type: ignore[misc]
            )
        for number, action, entries in steps:
            storage.write(ALPHA, _step(number, action, entries))
            if action == "post":
                for ledger in {one.ledger for one in entries}:
                    kept[number, ledger] = [one for one in entries if one.ledger == ledger]
            if action == "unpost":
                for ledger in ("financial", "management"):
                    kept.pop((number, ledger), None)

        alive = [one for entries in kept.values() for one in entries if _inside(one, span)]
        expected: dict[tuple[str, ...], int] = {}
        for one in alive:
            key = (one.ledger, one.dimensions["account"])
            expected[key] = expected.get(key, 0) + one.measures["debit"]
        sums = self._sum(storage, by=["ledger", "account"], span=span)
        by_object = self._sum(storage, where={"object": "kh1"}, span=span)[()][0]
        assert {key: values[0] for key, values in sums.items()} == expected
        assert by_object == sum(
            one.measures["debit"] for one in alive if one.dimensions["object"] == "kh1"
        )
        assert storage.rebuild_totals(ALPHA, "general_ledger") == 0
        assert storage.rebuild_totals(BETA, "general_ledger") == 0

    def _sum(
        self,
        storage: Storage,
        *,
        by: Iterable[str] = (),
        where: dict[str, Any] | None = None,
        span: tuple[str | None, str | None] = (None, None),
    ) -> dict[tuple[str, ...], tuple[int, ...]]:
        start, stop = (day and datetime.date.fromisoformat(day) for day in span)
        return storage.read(
            ALPHA,
            lambda view: view.book("general_ledger").sum(
                ["debit", "credit"],
                by=list(by),
                where=where,
                date_from=start or None,
                date_to=stop or None,
            ),
        )

    def _entries(self, storage: Storage, **conditions: Any) -> list[Any]:
        return storage.read(
            ALPHA, lambda view: list(view.book("general_ledger").entries(**conditions))
        )


def _step(number: int, action: str, entries: list[Entry]) -> Any:
    def work(writer: Writer) -> None:
        if action == "unpost":
            writer.unpost("general_ledger", voucher(number))
        elif action == "post":
            writer.post("general_ledger", voucher(number), entries)
        else:
            with undone(writer):
                writer.post("general_ledger", voucher(number), entries)
                writer.unpost("general_ledger", voucher(number))

    return work


def _inside(one: Entry, span: tuple[str | None, str | None]) -> bool:
    day = one.posting_date.isoformat()
    return (span[0] is None or span[0] <= day) and (span[1] is None or day <= span[1])
