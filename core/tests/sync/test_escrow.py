"""The journal of unsent changes: what a restored store lacks is in it, and nobody else reads it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from lienso.errors import LinkError
from lienso.escrow import TRIM_BYTES, Escrow
from lienso.security.sealing import write_secret
from lienso.sync import sealing
from lienso.sync.site_escrow import give_up, missing, recover

from .journals import copied, set_back, unplugged


def test_a_saved_change_is_in_the_journal_until_it_is_accepted(a: Any, journal: Escrow) -> None:
    note = a.draft(description="một")
    assert [change.record_id for change in journal.changes()] == [note.id]
    a.edit(note, description="hai")
    refused = a.draft(description="refuse")

    a.site.push()

    assert [change.record_id for change in journal.changes()] == [refused.id]


def test_what_a_restored_store_lacks_is_taken_from_the_journal_and_sent_once(
    head: Any, a: Any, journal: Escrow
) -> None:
    a.draft("PT00001", description="gửi rồi")
    a.site.push()
    copy = copied(a)
    sent = a.draft("PT00002", description="gửi sau bản sao")
    a.site.push()
    lost = a.draft("PT00003", description="chưa gửi")
    a.link.lose = ["push"]
    unknown = a.draft("PT00004", description="không rõ")
    with pytest.raises(LinkError):
        a.site.push(records=["PT00004"])
    set_back(a, copy)

    assert a.site.keep_copies(journal) == 2
    a.site.connect()
    found = a.read(lambda view: missing(view, journal))
    assert [change.record_id for change in found] == [lost.id]  # The pull brought the other.
    assert recover(a.kernel, a.by.tenant, found) == [("waiting", "")]
    assert recover(a.kernel, a.by.tenant, found) == [("known", "")]
    a.site.push()

    assert [head.get(note).data.description for note in (sent, lost, unknown)] == [
        "gửi sau bản sao", "chưa gửi", "không rõ",
    ]  # fmt: skip
    assert a.site.failures() == []
    assert a.read(lambda view: missing(view, journal)) == []
    versions = [head.stored(note).version for note in (sent, lost, unknown)]
    assert versions == [1, 1, 1]


def test_the_newest_edit_is_taken_and_the_older_ones_do_not_come_back(
    head: Any, a: Any, journal: Escrow
) -> None:
    note = a.draft(description="một")
    a.site.push()
    copy = copied(a)
    a.edit(note, description="hai")
    a.edit(note, description="ba")
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()  # Whether it is in the cloud is not known here.
    a.edit(note, description="bốn")
    a.edit(note, description="năm")
    set_back(a, copy)
    assert a.site.keep_copies(journal) == 1

    found = a.read(lambda view: missing(view, journal))
    assert recover(a.kernel, a.by.tenant, found) == [("waiting", "")]
    a.site.connect()
    a.site.push()

    assert (head.get(note).data.description, a.site.failures()) == ("năm", [])
    assert a.read(lambda view: missing(view, journal)) == []


def test_a_lost_edit_takes_the_place_of_the_older_one_that_the_restored_store_has(
    head: Any, a: Any, journal: Escrow
) -> None:
    note = a.draft(description="một")
    copy = copied(a)
    a.edit(note, description="hai")
    set_back(a, copy)
    a.site.keep_copies(journal)

    recover(a.kernel, a.by.tenant, a.read(lambda view: missing(view, journal)))
    a.site.connect()
    a.site.push()

    assert (head.get(note).data.description, a.site.failures()) == ("hai", [])


def test_a_lost_edit_stands_beside_one_that_was_made_without_it(
    head: Any, a: Any, journal: Escrow
) -> None:
    note = a.draft(description="một")
    a.site.push()
    copy = copied(a)
    a.edit(note, description="hai")
    set_back(a, copy)
    a.site.keep_copies(journal)
    a.edit(note, description="khác")

    found = a.read(lambda view: missing(view, journal))
    assert recover(a.kernel, a.by.tenant, found) == [("listed", "")]

    assert a.get(note).data.description == "khác"
    assert [row["id"] for row in a.site.failures()] == [note.id]


def test_what_is_given_up_is_listed_no_more_and_kept_in_the_archive(
    a: Any, journal: Escrow
) -> None:
    copy = copied(a)
    dropped, kept = a.draft(description="bỏ"), a.draft(description="giữ")
    set_back(a, copy)
    a.site.keep_copies(journal)
    first, second = a.read(lambda view: missing(view, journal))

    give_up(a.kernel, a.by.tenant, journal, [first], "nhập thử")

    assert a.read(lambda view: missing(view, journal)) == [second]
    [row] = a.site.decided()
    assert (row["id"], row["choice"], row["fields"]) == (
        dropped.id, "dropped", {"reason": "nhập thử"},
    )  # fmt: skip
    assert row["mine"]["description"] == "bỏ"
    assert second.record_id == kept.id


def test_taking_what_the_cloud_has_does_nothing_twice(head: Any, a: Any, journal: Escrow) -> None:
    copy = copied(a)
    note = a.draft(description="một")
    change = journal.changes()[0]
    a.site.push()
    set_back(a, copy)

    recover(a.kernel, a.by.tenant, [change])
    a.site.connect()
    a.site.push()

    assert (head.stored(note).version, a.state(note), a.site.pending()) == (1, "synced", 0)


def test_nothing_is_sealed_before_its_copy_is_on_the_disk(a: Any, journal: Escrow) -> None:
    away = unplugged(journal)
    note = a.draft(description="một")  # The save itself does not fail.
    assert (a.has(note), journal.open_ids()) == (True, frozenset())
    away.rename(journal.path.parent)
    in_journal: list[bool] = []
    real = a.link.real.push

    def push(request: Any) -> Any:
        in_journal.append(note.id in {change.record_id for change in journal.changes()})
        return real(request)

    a.link.real.push = push
    a.site.push()

    assert in_journal == [True]


def test_what_is_saved_between_copying_and_sealing_waits_for_its_copy(
    a: Any, journal: Escrow, monkeypatch: pytest.MonkeyPatch
) -> None:
    note = a.draft(description="một")
    plan, late = sealing.plan, []

    def meanwhile(*arguments: Any) -> Any:
        if not late:
            monkeypatch.setattr(a.site, "note_copies", lambda _transaction: None)
            late.append(a.edit(note, description="hai"))
            monkeypatch.undo()
            monkeypatch.setattr(sealing, "plan", plan)
        return plan(*arguments)

    monkeypatch.setattr(sealing, "plan", meanwhile)
    seen: list[frozenset[str]] = []
    real = a.link.real.push

    def push(request: Any) -> Any:
        seen.append({change.change_id for change in request.changes} - journal.open_ids())
        return real(request)

    a.link.real.push = push
    a.site.push()
    a.site.push()

    assert seen == [frozenset()]
    assert a.site.pending() == 0


def test_saves_of_many_threads_stand_in_the_journal_in_the_order_of_the_store(
    a: Any, journal: Escrow
) -> None:
    real, waits, noted = a.site.note_copies, threading.Event(), threading.Event()

    def first_is_slow(transaction: Any) -> None:
        if threading.current_thread().name == "slow":
            waits.set()
            assert noted.wait(10)
        real(transaction)

    a.site.note_copies = first_is_slow
    saved: list[Any] = []
    slow = threading.Thread(target=lambda: saved.append(a.draft("PT1")), name="slow")
    slow.start()
    assert waits.wait(10)
    second = a.draft("PT2")
    noted.set()
    slow.join()

    assert [c.record_id for c in journal.changes()] == [saved[0].id, second.id]


def test_an_edit_that_is_copied_late_does_not_come_after_a_newer_one(
    a: Any, journal: Escrow
) -> None:
    note = a.draft(description="một")
    real, late = a.site.note_copies, []
    a.site.note_copies = late.append
    a.edit(note, description="hai")
    a.site.note_copies = real
    a.edit(note, description="ba")
    real(late[0])

    [change] = journal.changes()
    assert "ba" in change.body


def test_a_line_that_was_cut_or_changed_is_left_out_and_the_others_are_read(
    tmp_path: Path, a: Any, journal: Escrow, caplog: pytest.LogCaptureFixture
) -> None:
    notes = [a.draft() for _ in range(3)]
    lines = journal.path.read_bytes().splitlines()
    whole = [line for line in lines if line]
    text = journal.path.read_bytes().replace(whole[1], whole[1][:-8] + b"AAAAAAA=")
    journal.path.write_bytes(text + b"half of a li")

    again = Escrow(tmp_path / "disk", tmp_path / "escrow.key", a.by.tenant, "A")

    assert [c.record_id for c in again.changes()] == [notes[0].id, notes[2].id]
    assert "is left out" in caplog.text


def test_a_line_that_cannot_be_read_outlives_a_trim(a: Any, journal: Escrow) -> None:
    journal.path.write_bytes(b"of another key\n")
    for _ in range(3):
        a.draft(description="x", references=["y" * 3_500] * 40)

    a.site.push()

    assert journal.path.stat().st_size < 1_000
    assert b"of another key" in journal.path.read_bytes().splitlines()


def test_nobody_reads_it_without_the_key_or_as_another_site(
    tmp_path: Path, a: Any, journal: Escrow
) -> None:
    a.draft(description="bí mật")
    assert b"b\xc3\xad" not in journal.path.read_bytes()

    write_secret(tmp_path / "other.key", b"another key", replace=False)
    other_key = Escrow(tmp_path / "disk", tmp_path / "other.key", a.by.tenant, "A")
    other_site = Escrow(tmp_path / "disk", tmp_path / "escrow.key", a.by.tenant, "B")
    other_site.path = journal.path

    assert (other_key.changes(), other_site.changes()) == ([], [])
    assert (tmp_path / "escrow.key").stat().st_mode & 0o077 == 0


def test_a_long_journal_of_changes_that_were_sent_is_written_anew(a: Any, journal: Escrow) -> None:
    for _ in range(3):
        a.draft(description="x", references=["y" * 3_500] * 40)
    kept = a.draft(description="refuse")
    assert journal.path.stat().st_size > TRIM_BYTES

    a.site.push()

    assert journal.path.stat().st_size < 10_000
    assert [change.record_id for change in journal.changes()] == [kept.id]
