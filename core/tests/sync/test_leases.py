"""Who gives a number: the four modes, leases bound to incarnations, provisional numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lienso.errors import Refused, Unknown
from lienso.sync import leases
from lienso.sync.enrolment import retire_site
from lienso.sync.messages import ReserveRequest
from lienso.view import View

from .caller import Caller
from .world import Office, World

MODE = "numbering.note"


def number(office: Any, **more: Any) -> str:
    no: str = office.draft(**more).data.no
    return no


def leased(head: Any, *names: str) -> list[Office]:
    head.choose(MODE, "lease")
    return [head.office(name) for name in names]


def cut(*offices: Any) -> None:
    for office in offices:
        office.site.set_mode(False)


def back(*offices: Any) -> None:
    for office in offices:
        office.site.set_mode(True)
        office.site.connect()


def unused(head: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = head.kernel.read(head.by, leases.unused)
    return rows


def fence(office: Any) -> None:
    """Let the cloud lose the proof of a site's log, as when the site's store was set back."""
    office.write(lambda writer: writer.state("identity").put({"name": "incarnation", "value": "0"}))
    office.site.connect()


# -- leases -----------------------------------------------------------------------------------------


def test_leased_numbers_are_given_offline_and_never_collide(head: Any) -> None:
    a, b = leased(head, "A", "B")
    cut(a, b)

    numbers = [number(office) for office in (a, b) for _ in range(20)]

    assert len(set(numbers)) == 40
    back(a, b)
    assert (a.site.push().failed, b.site.push().failed) == ((), ())


def test_a_lease_that_is_spent_leaves_provisional_numbers(head: Any) -> None:
    [a] = leased(head, "A")
    cut(a)
    for _ in range(20):
        number(a)

    note = a.draft()

    assert note.data.no == "Số tạm A-1"
    back(a)
    assert a.site.push().failed == ()
    assert head.get(note).data.no == a.get(note).data.no
    assert a.get(note).data.no.startswith("PT000")


def test_a_lease_is_renewed_when_its_half_is_used_and_not_before(head: Any) -> None:
    [a] = leased(head, "A")
    for _ in range(9):
        number(a)
    a.pass_time(2_000)
    assert len(head.rows("granted_lease")) == 1

    number(a)
    a.pass_time(2_000)

    assert len(head.rows("granted_lease")) == 2


def test_a_lease_is_twice_as_large_as_a_day_took(head: Any) -> None:
    [a] = leased(head, "A")
    for _ in range(30):
        number(a)

    a.pass_time(2_000)

    sizes = [row["numbers"].count("PT") for row in head.rows("granted_lease")]
    assert sorted(sizes) == [20, 60]


def test_a_lease_whose_answer_was_lost_is_the_same_one(head: Any) -> None:
    head.choose(MODE, "lease")
    a = head.office("A", online=False)
    a.link.lose = ["reserve_numbers"]
    a.site.connect()

    a.site.connect()

    assert len(head.rows("granted_lease")) == 1
    assert number(a) == "PT00001"


def test_a_series_of_another_year_is_leased_once_it_is_in_use(head: Any) -> None:
    [a] = leased(head, "A")
    assert number(a, posting_date="2025-12-31") == "Số tạm A-1"

    a.pass_time(2_000)

    assert number(a, posting_date="2025-12-31") == "PT00002"


def test_a_number_typed_elsewhere_is_passed_over(head: Any, b: Any) -> None:
    [a] = leased(head, "A")
    b.draft("PT00001")
    b.site.push()
    a.site.pull()

    assert number(a) == "PT00002"


def test_a_fence_closes_leases_here_and_there(head: Any) -> None:
    [a] = leased(head, "A")
    assert number(a) == "PT00001"

    fence(a)

    states = [row["state"] for row in head.rows("granted_lease")]
    assert sorted(states) == ["closed", "open"]
    assert number(a) == "PT00021"
    assert a.site.push().failed == ()


def test_the_unused_tail_is_listed_and_given_out_again_only_by_word(head: Any) -> None:
    [a] = leased(head, "A")
    for _ in range(3):
        number(a)
    a.site.push()
    fence(a)
    [row] = unused(head)
    assert (row["site_id"], row["numbers"][0], len(row["numbers"])) == ("A", "PT00004", 17)
    assert number(head.office("B")) == "PT00041"

    head.kernel.transact(head.by, lambda t: leases.give_again(t, row["lease_id"]))

    assert unused(head) == []
    assert number(head.office("C")) == "PT00004"


def test_a_retired_site_leaves_its_leases(head: Any) -> None:
    leased(head, "A")

    retire_site(head.kernel, head.by.tenant, "A")

    assert [len(row["numbers"]) for row in unused(head)] == [20]


def test_an_open_lease_is_not_given_out_again(head: Any) -> None:
    leased(head, "A")
    [row] = head.rows("granted_lease")

    with pytest.raises(Unknown) as refused:
        head.kernel.transact(head.by, lambda t: leases.give_again(t, row["lease_id"]))

    assert refused.value.code == "not_found"


def test_another_sites_lease_is_not_answered(head: Any, caller: Caller) -> None:
    leased(head, "A")
    [row] = head.rows("granted_lease")
    ask = ReserveRequest(
        caller.session, "note", "financial", "2026-03-02", 20, lease_id=row["lease_id"]
    )

    with pytest.raises(Refused) as refused:
        caller.service.reserve_numbers(caller.by, ask)

    assert refused.value.code == "bad_choice"


# -- INV-30 -----------------------------------------------------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["save", "save", "push", "fence", "cut", "back", "type", "again"]),
        st.sampled_from([0, 1]),
        st.integers(1, 30),
    ),
    max_size=25,
)


def _step(world: World, office: Office, step: str, size: int) -> None:
    if step == "save":
        for _ in range(size):
            office.draft()
    elif step == "cut":
        cut(office)
    elif step == "type" and not _held(office, f"PT{size:05d}"):
        office.draft(f"PT{size:05d}")
    elif step == "again":
        for row in unused(world):
            world.kernel.transact(world.by, lambda t, id=row["lease_id"]: leases.give_again(t, id))
    elif step == "back":
        back(office)
    elif office.site.online_capable and step == "push":
        office.site.push()
    elif office.site.online_capable and step == "fence":
        fence(office)


def _held(office: Office, no: str) -> bool:
    found: bool = office.kernel.read(office.by, lambda view: view.by_number(no)) is not None
    return found


def _numbers(view: View) -> list[str]:
    return [record.data.no for record in view.all("note")]


@settings(max_examples=25)
@given(steps=STEPS)
def test_leases_never_overlap_and_no_number_is_held_twice(
    worlds: Callable[..., World], steps: list[tuple[str, int, int]]
) -> None:
    world = worlds()
    offices = leased(world, "A", "B")

    for step, place, size in steps:
        _step(world, offices[place], step, size)

        rows = world.rows("granted_lease")
        granted = [no for row in rows if row["state"] != "closed" for no in _list(row)]
        assert len(granted) == len(set(granted))
        held = world.kernel.read(world.by, _numbers)
        assert len(held) == len(set(held))
    world.close()


def _list(row: dict[str, Any]) -> list[str]:
    from lienso.canonical import parse

    numbers: list[str] = parse(row["numbers"])
    return numbers


@settings(max_examples=25)
@given(turns=st.lists(st.tuples(st.sampled_from([0, 1]), st.integers(1, 5)), max_size=12))
def test_in_shared_mode_there_is_no_gap_after_renumbering(
    worlds: Callable[..., World], turns: list[tuple[int, int]]
) -> None:
    world = worlds()
    offices = [world.office("A"), world.office("B")]

    for place, count in turns:
        for _ in range(count):
            offices[place].draft()
        offices[place].site.push(renumber="auto")

    held = sorted(world.kernel.read(world.by, _numbers))
    assert held == [f"PT{value:05d}" for value in range(1, sum(n for _p, n in turns) + 1)]
    world.close()
