"""A scope that comes by a file: what is let go of, and what comes with the next file."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import Refused
from lienso.sync import scopes
from lienso.sync.extent import EVERYTHING, Scope
from lienso.testing import kernels

NORTH, SOUTH = (f"0000000{n}-0000-7000-8000-000000000000" for n in (1, 2))


def give(head: Any, office: Any, scope: Scope) -> None:
    head.write(lambda writer: scopes.give(writer, office.site, scope))


@pytest.fixture
def notes(head: Any) -> list[Any]:
    """A note of each branch, and one of all."""
    for id in (NORTH, SOUTH):
        head.kernel.transact(
            kernels.actor(head.kernel),
            lambda t, id=id: t.save("org_unit", {"code": id[:8]}, id=id),
        )
    dates = {"voucher_date": "2026-03-02", "posting_date": "2026-03-02"}
    return [head.save("note", {**dates, "branch": branch}) for branch in (NORTH, SOUTH, None)]


def here(office: Any, notes: list[Any]) -> list[bool]:
    return [office.has(note) for note in notes]


def test_a_narrower_scope_lets_go_and_a_wider_one_comes_with_the_file_after_the_next(
    head: Any, a: Any, notes: list[Any]
) -> None:
    a.round()
    assert here(a, notes) == [True, True, True]

    give(head, a, Scope((NORTH,)))
    a.round()
    assert here(a, notes) == [True, False, True]

    give(head, a, EVERYTHING)
    a.round()
    a.round()
    assert here(a, notes) == [True, True, True]


def test_a_record_that_left_the_scope_is_let_go_of(head: Any, a: Any, notes: list[Any]) -> None:
    give(head, a, Scope((NORTH,)))
    a.round()
    head.edit(notes[0], branch=SOUTH)
    head.edit(notes[1], branch=NORTH)
    a.round()

    assert here(a, notes) == [False, True, True]


def test_what_lies_outside_is_refused_and_nothing_of_it_is_lost(
    head: Any, a: Any, notes: list[Any]
) -> None:
    a.round()
    mine = a.edit(notes[1], description="của tôi")
    give(head, a, Scope((NORTH,)))
    a.round()

    assert a.verdicts() == ["SCOPE_DENIED"]
    assert a.get(mine).data.description == "của tôi"
    a.decide("withdraw")
    a.round()
    a.round()
    assert here(a, notes) == [True, False, True]


def test_an_answer_of_another_scope_is_refused(head: Any, a: Any, notes: list[Any]) -> None:
    a.round()
    give(head, a, Scope((NORTH,)))
    head.take(a, a.export())
    late = a.reply
    from lienso.sync import site_scope

    a.write(lambda writer: site_scope.take_scope(writer, Scope((SOUTH,))))  # by a line meanwhile
    before = a.everything()
    with pytest.raises(Refused) as refused:
        a.settle(late)

    assert refused.value.code == "bundle_reply_overtaken"
    assert a.everything() == before


def test_an_answer_of_another_scope_is_refused_though_a_newer_file_was_made(
    head: Any, a: Any, notes: list[Any]
) -> None:
    a.round()
    head.take(a, a.export())
    late = a.reply
    from lienso.sync import site_scope

    a.write(lambda writer: site_scope.take_scope(writer, Scope((NORTH,))))  # by a line meanwhile
    a.export()
    before = a.everything()
    with pytest.raises(Refused) as refused:
        a.settle(late)

    assert refused.value.code == "bundle_reply_overtaken"
    assert a.everything() == before
    head.take(a, a.export())
    assert a.settle().pulled == 0
