"""The journal of unsent changes: what a restored store lacks is in it, and nobody else reads it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lienso.errors import LinkError
from lienso.escrow import TRIM_BYTES, Escrow
from lienso.sync.site_escrow import missing, recover


@pytest.fixture
def journal(tmp_path: Path, a: Any) -> Escrow:
    """The journal of office A, which keeps copies from now on."""
    made = Escrow(tmp_path / "disk", tmp_path / "escrow.key", a.by.tenant, "A", lambda: 0)
    assert a.site.keep_copies(made) == 0
    return made


def copied(office: Any) -> list[Any]:
    return list(office.kernel.storage.tenants().export(office.by.tenant))


def set_back(office: Any, copy: list[Any]) -> None:
    tenants, tenant = office.kernel.storage.tenants(), office.by.tenant
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    office.restart()


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
    journal.path.parent.write_text("a file where the folder should be")
    note = a.draft(description="một")  # The save itself does not fail.
    assert (a.has(note), journal.open_ids()) == (True, frozenset())
    journal.path.parent.unlink()
    in_journal: list[bool] = []
    real = a.link.real.push

    def push(request: Any) -> Any:
        in_journal.append(note.id in {change.record_id for change in journal.changes()})
        return real(request)

    a.link.real.push = push
    a.site.push()

    assert in_journal == [True]


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


def test_nobody_reads_it_without_the_key_or_as_another_site(
    tmp_path: Path, a: Any, journal: Escrow
) -> None:
    a.draft(description="bí mật")
    assert b"b\xc3\xad" not in journal.path.read_bytes()

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
