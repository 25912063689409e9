"""Numbers by the mode of their series, and of a store that was set back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from lienso import high_water
from lienso.errors import Refused
from lienso.high_water import HighWater, beside

MODE = "numbering.note"


def number(office: Any, **more: Any) -> str:
    no: str = office.draft(**more).data.no
    return no


def cut(*offices: Any) -> None:
    for office in offices:
        office.site.set_mode(False)


def back(*offices: Any) -> None:
    for office in offices:
        office.site.set_mode(True)
        office.site.connect()


# -- shared and site_prefix -------------------------------------------------------------------------


def test_in_shared_mode_two_sites_may_give_one_number(a: Any, b: Any) -> None:
    assert number(a) == number(b) == "PT00001"


def test_with_the_sites_prefix_two_sites_never_meet(head: Any, a: Any, b: Any) -> None:
    head.choose(MODE, "site_prefix")
    back(a, b)
    cut(a, b)

    numbers = [number(a), number(b), number(a), number(b)]

    assert numbers == ["PTA-00001", "PTB-00001", "PTA-00002", "PTB-00002"]
    back(a, b)
    assert (a.site.push().failed, b.site.push().failed) == ((), ())


def test_a_prefix_that_makes_a_number_too_long_is_refused(head: Any) -> None:
    head.choose(MODE, "site_prefix")
    office = head.office("CHI-NHANH-DONG-NAI")

    with pytest.raises(Refused) as refused:
        office.draft()

    assert refused.value.code == "number_too_long"


# -- cloud ------------------------------------------------------------------------------------------


def test_in_cloud_mode_a_number_is_provisional_until_it_is_accepted(head: Any, a: Any) -> None:
    head.choose(MODE, "cloud")
    back(a)
    cut(a)
    first, second = a.draft(), a.draft()
    assert [note.data.no for note in (first, second)] == ["Số tạm A-1", "Số tạm A-2"]

    back(a)
    a.site.push()

    assert [a.get(note).data.no for note in (first, second)] == ["PT00001", "PT00002"]
    assert [head.get(note).data.no for note in (first, second)] == ["PT00001", "PT00002"]
    assert (a.state(first), a.site.pending()) == ("synced", 0)


def test_a_lost_reply_gives_one_number(head: Any, a: Any) -> None:
    head.choose(MODE, "cloud")
    back(a)
    note = a.draft()
    a.link.lose = ["push"]

    with pytest.raises(Exception, match="link"):
        a.site.push()
    a.site.push()

    assert a.get(note).data.no == head.get(note).data.no == "PT00001"
    assert number(a) == "Số tạm A-2"
    a.site.push()
    assert head.kernel.read(head.by, lambda view: view.by_number("PT00002")) is not None


def test_an_edit_made_before_the_number_came_keeps_the_number(head: Any, a: Any) -> None:
    head.choose(MODE, "cloud")
    back(a)
    note = a.draft()
    a.seal()
    a.edit(note, description="sửa")

    a.site.push()

    assert (head.get(note).data.no, head.get(note).data.description) == ("PT00001", "sửa")
    assert a.get(note).data.no == "PT00001"
    assert head.rows("change_log")[-1]["code"] == "APPLIED"


def test_an_edit_of_a_numbered_voucher_with_its_old_paper_number_keeps_the_number(
    head: Any, a: Any
) -> None:
    head.choose(MODE, "cloud")
    back(a)
    note = a.draft()
    a.site.push()

    assert a.edit(note, no=note.data.no).data.no == "PT00001"


# -- a store that is set back ------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["shared", "site_prefix", "lease", "cloud"])
def test_a_store_that_was_set_back_gives_no_number_again(
    head: Any, tmp_path: Path, mode: str
) -> None:
    head.choose(MODE, mode)
    store, copy = tmp_path / "a.db", tmp_path / "copy.db"
    a = head.office("A", storage=f"sqlite:{store}")
    cut(a)
    earlier = [number(a), number(a)]
    a.kernel.close()
    shutil.copy(store, copy)
    a = head.office("A", storage=f"sqlite:{store}", online=False)
    later = [number(a), number(a)]
    a.kernel.close()
    for file in tmp_path.glob("a.db-*"):
        file.unlink()
    shutil.copy(copy, store)

    a = head.office("A", storage=f"sqlite:{store}", online=False)

    assert len({*earlier, *later, number(a)}) == 5


def test_a_file_beside_the_store_stays_small(
    head: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(high_water, "BYTES_MAX", 1_000)
    file = HighWater(tmp_path / "a.db.numbers")

    for value in range(1, 100):
        file.note("T", {"no/note": value})

    assert (tmp_path / "a.db.numbers").stat().st_size < 1_100
    (tmp_path / "a.db").touch()
    again = beside(f"sqlite:{tmp_path / 'a.db'}")
    assert again is not None
    again.start_above(head.kernel.storage, head.by.tenant)
    assert head.read(lambda view: view.counter("no/note")) == 0
    head.kernel.storage.tenants().create("T", "T2", "Công ty khác")
    again.start_above(head.kernel.storage, "T")
    assert head.kernel.storage.read("T", lambda view: view.counter("no/note")) == 99


def test_a_line_that_a_crash_cut_is_left_out(head: Any, tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    a = head.office("A", storage=f"sqlite:{store}", online=False)
    number(a)
    a.kernel.close()
    with (tmp_path / "a.db.numbers").open("ab") as file:
        file.write(b'{"tenant":"T","given":{"no/no')

    a = head.office("A", storage=f"sqlite:{store}", online=False)

    assert number(a) == "PT00002"
    a.kernel.close()
    lines = (tmp_path / "a.db.numbers").read_text(encoding="utf-8").split()
    assert [line.count("financial") for line in lines] == [1, 0, 1]
