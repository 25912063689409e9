"""A running synchronisation gives way to saves: its transactions end early when somebody waits."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from lienso.errors import StorageBusy
from lienso.memory_records import MemoryWriter
from lienso.opening import SWITCH_S
from lienso.sync import batches, site_log
from lienso.sync.messages import PushReply, Verdict
from lienso.sync.pacing import PIECE, PIECE_BUSY, SAVING_MS, Manners

MANY = PIECE + 3 * PIECE_BUSY


@pytest.fixture
def crowded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody waits for the store all the time."""
    monkeypatch.setattr(MemoryWriter, "others_wait", lambda _writer: True)


def transactions(office: Any, look: Callable[[Any], Any]) -> list[Any]:
    """Return a list to which what ``look`` sees at the end of each transaction is added."""
    seen: list[Any] = []
    real = office.kernel.storage.write

    def write(tenant: str, work: Callable[[Any], Any]) -> Any:
        def looked(writer: Any) -> Any:
            result = work(writer)
            seen.append(look(writer))
            return result

        return real(tenant, looked)

    office.kernel.storage.write = write
    return seen


def steps(counts: list[int]) -> list[int]:
    """Return by how much a figure rose, where it did."""
    return [
        after - before
        for before, after in zip([0, *counts], counts, strict=False)
        if after > before
    ]


def test_a_page_is_taken_in_parts_while_others_wait(
    crowded: None, head: Any, a: Any, b: Any
) -> None:
    for _ in range(MANY):
        a.draft()
    a.site.push()
    here = transactions(b, lambda writer: (writer.count("note"), site_log.cursor(writer)))

    assert b.site.pull().pulled == MANY

    assert steps([count for count, _cursor in here]) == [PIECE, *[PIECE_BUSY] * 3]
    cursors = [cursor for _count, cursor in here]
    assert cursors == sorted(cursors)
    assert cursors[-1] == head.kernel.storage.head(head.by.tenant)


def test_a_page_that_breaks_off_between_its_parts_goes_on_there(
    crowded: None, a: Any, b: Any
) -> None:
    for _ in range(MANY):
        a.draft()
    a.site.push()
    real, parts = b.kernel.storage.write, [0]

    def write(tenant: str, work: Callable[[Any], Any]) -> Any:
        count = b.read(lambda view: view.count("note"))
        if count == PIECE and not parts[0]:
            parts[0] = count
            raise StorageBusy
        return real(tenant, work)

    b.kernel.storage.write = write
    with pytest.raises(StorageBusy):
        b.site.pull()

    assert parts == [PIECE]
    assert b.site.pull().pulled == MANY - PIECE
    assert b.read(lambda view: view.count("note")) == MANY


def test_a_push_seals_and_settles_in_parts_and_sends_no_more_messages(
    crowded: None, a: Any
) -> None:
    notes = [a.draft() for _ in range(PIECE + 1)]
    a.draft()
    a.site.push(records=[note.id for note in notes])  # Somebody was heard to wait by then.
    more = [a.draft() for _ in range(40)]
    a.link.sent.clear()
    waiting = transactions(a, lambda writer: writer.state("outbox").count())
    left = transactions(a, lambda writer: -writer.state("sealed").count())

    assert a.site.push().pushed == 41

    assert a.link.sent.count("push") == 1
    assert len({count for count in waiting if count < 41}) >= 41 // PIECE_BUSY
    assert set(steps(left)) <= {PIECE_BUSY, 41 % PIECE_BUSY}
    assert {a.state(note) for note in (*notes, *more)} == {"synced"}


def test_the_parts_of_a_batch_are_the_batch_and_no_group_is_cut(a: Any) -> None:
    for _ in range(10):
        a.draft()
    a.seal()
    batch = a.read(lambda view: batches.next_batch(view, 50))
    grouped = tuple(
        (seq, replace(change, group_id="together" if 2 <= place < 7 else ""))
        for place, (seq, change) in enumerate(batch.entries)
    )
    batch = replace(batch, entries=grouped)
    verdicts = tuple(Verdict(change.change_id, "APPLIED") for _seq, change in grouped)
    reply = PushReply(a.kernel.site._session, verdicts, 0, 0)

    found = batches.parts(batch, reply, 4)

    assert [len(part) for part, _reply in found] == [7, 3]
    assert [part.first_seq for part, _reply in found] == [1, 8]
    assert sum((part.entries for part, _reply in found), ()) == batch.entries
    assert sum((answer.verdicts for _part, answer in found), ()) == verdicts


def test_an_answer_to_something_else_is_not_cut(a: Any) -> None:
    for _ in range(10):
        a.draft()
    a.seal()
    batch = a.read(lambda view: batches.next_batch(view, 50))
    reply = PushReply(a.kernel.site._session, (), 0, 0)

    assert batches.parts(batch, reply, 4) == [(batch, reply)]


def test_a_sites_threads_take_turns_in_half_a_millisecond(a: Any) -> None:
    assert a.kernel.role == "site"
    assert sys.getswitchinterval() <= SWITCH_S


@pytest.mark.parametrize(
    ("waited", "now", "piece"),
    [
        (None, 0, PIECE),
        (1_000, 1_000, PIECE_BUSY),
        (1_000, 1_000 + SAVING_MS - 1, PIECE_BUSY),
        (1_000, 1_000 + SAVING_MS, PIECE),
    ],
)
def test_it_looks_more_often_who_waits_while_people_save(
    waited: int | None, now: int, piece: int
) -> None:
    assert Manners(waited).piece(now) == piece
