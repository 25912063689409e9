"""The disk of the journal: away, failing, another one; and the key of the journal."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from lienso.errors import Refused
from lienso.escrow import Escrow, put_aside
from lienso.sync.site_escrow import give_up

from .journals import copied, set_back, unplugged


def test_what_cannot_be_given_up_for_the_disk_is_said(a: Any, journal: Escrow) -> None:
    copy = copied(a)
    a.draft(description="bỏ")
    set_back(a, copy)
    a.site.keep_copies(journal)
    changes = journal.changes()
    unplugged(journal)

    with pytest.raises(Refused) as refused:
        give_up(a.kernel, a.by.tenant, journal, changes, "nhập thử")

    assert refused.value.code == "escrow_folder_missing"


def test_a_journal_whose_disk_fails_is_an_alarm_until_it_works_again(
    a: Any, journal: Escrow
) -> None:
    away = unplugged(journal)
    note = a.draft()

    assert a.site.status()["alarms"] == ["escrow_failed"]
    [copies] = [line for line in a.site.examine() if line.about == "copies"]
    assert (copies.state, "connect the disk" in copies.next) == ("wrong", True)
    a.site._each_beat()
    assert a.site.status()["alarms"] == ["escrow_failed"]
    away.rename(journal.path.parent)
    a.site._each_beat()

    assert a.site.status()["alarms"] == []
    assert [change.record_id for change in journal.changes()] == [note.id]
    assert [line.state for line in a.site.examine() if line.about == "copies"] == ["ok"]


def test_an_office_whose_disk_is_away_at_the_start_works_and_is_copied_later(
    a: Any, journal: Escrow, tmp_path: Path
) -> None:
    away = unplugged(journal)
    a.restart()
    again = Escrow(tmp_path / "disk", tmp_path / "escrow.key", a.by.tenant, "A", lambda: 0)

    assert a.site.keep_copies(again) == 0
    note = a.draft()
    assert not journal.path.parent.exists()
    assert a.site.status()["alarms"] == ["escrow_failed"]
    away.rename(journal.path.parent)
    other = a.draft()

    assert [change.record_id for change in again.changes()] == [note.id, other.id]
    assert a.site.status()["alarms"] == []


def test_another_disk_in_its_place_gets_everything_that_is_unsent(a: Any, journal: Escrow) -> None:
    notes = [a.draft(), a.draft()]
    unplugged(journal)
    journal.path.parent.mkdir()

    notes.append(a.draft())

    assert [change.record_id for change in journal.changes()] == [note.id for note in notes]


def test_a_journal_without_its_key_is_refused_and_begun_anew_by_word(
    tmp_path: Path, a: Any, journal: Escrow
) -> None:
    a.draft(description="bí mật")
    key, names = tmp_path / "escrow.key", (a.by.tenant, "A")
    kept = key.read_bytes()
    key.unlink()

    with pytest.raises(Refused) as refused:
        Escrow(tmp_path / "disk", key, *names)
    assert (refused.value.code, key.exists()) == ("escrow_key_missing", False)
    aside = put_aside(tmp_path / "disk", *names, "20261124")
    anew = Escrow(tmp_path / "disk", key, *names)

    assert (anew.changes(), key.read_bytes() == kept) == ([], False)
    assert aside is not None
    assert len(aside.read_bytes()) > 100
    assert put_aside(tmp_path / "disk", *names, "20261125") is None


def test_no_folder_is_made_and_no_key_where_the_disk_is_away(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        Escrow(tmp_path / "disk", tmp_path / "escrow.key", "T", "A")

    assert refused.value.code == "escrow_folder_missing"
    assert list(tmp_path.iterdir()) == []


def test_two_that_begin_a_journal_at_once_have_one_key(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    begin = threading.Barrier(8)
    made: list[Escrow] = []

    def work(number: int) -> None:
        begin.wait()
        journal = Escrow(tmp_path / "disk", tmp_path / "escrow.key", "T", "A")
        journal.note({str(number): (f'{{"n":{number}}}', ())})
        made.append(journal)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    again = Escrow(tmp_path / "disk", tmp_path / "escrow.key", "T", "A")
    assert len(made) == 8
    assert again.open_ids() == {str(number) for number in range(8)}
