"""The way of a record from one office to the cloud's books and to the other office, with faults."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lienso import Record
from lienso.canonical import parse
from lienso.errors import LinkError, OfflineRefused
from lienso.kernel import Kernel
from lienso.model import Actor
from lienso.sync import site_log

from .world import Office
from .world import make_world as small_world


@dataclass
class World:
    """A cloud and two offices."""

    cloud: Kernel
    by: Actor
    a: Office
    b: Office
    debit: Callable[[], int]


def make_world() -> World:
    made = small_world()
    return World(made.kernel, made.by, made.office("A"), made.office("B"), made.debit)


@pytest.fixture
def world() -> Iterator[World]:
    made = make_world()
    yield made
    for kernel in (made.a.kernel, made.b.kernel, made.cloud):
        kernel.close()


def test_a_voucher_reaches_the_books_and_the_other_office(world: World) -> None:
    world.a.kernel.save(world.a.by, "partner", {"code": "KH1"})
    saved = world.a.note(partner="kh1")

    assert world.a.site.push().pushed == 2
    assert world.b.site.pull().pulled == 2

    assert world.debit() == 5
    there = world.b.kernel.get(world.b.by, "note", saved.id)
    assert there.posted()
    assert there.version == 1


def test_one_number_at_two_offices_is_renumbered(world: World) -> None:
    world.a.note("PT00001")
    world.b.note("PT00001")
    world.a.site.push()

    refused = world.b.site.push()
    assert [row["code"] for row in refused.failed] == ["voucher_no_duplicate"]

    given_up = world.b.site.push(renumber="auto")
    assert [row["new"] for row in given_up.renumbered] == ["PT00002"]
    assert given_up.pushed == 1
    assert world.debit() == 10


def test_an_edit_of_a_stale_version_is_a_conflict_that_the_user_decides(world: World) -> None:
    note = world.a.note("PT00001")
    world.a.site.push()
    world.b.site.pull()
    world.cloud.unpost(world.by, note.id)
    world.a.site.pull()
    world.b.site.pull()
    for office, text in ((world.a, "A"), (world.b, "B")):
        office.kernel.save(office.by, "note", {"description": text}, id=note.id, merge=True)
    world.a.site.push()

    refused = world.b.site.push()
    assert [row["verdict"] for row in refused.failed] == ["CONFLICT_EDIT"]

    world.b.site.push(resolve={"PT00001": "mine"})
    assert world.cloud.get(world.by, "note", note.id).data.description == "B"


def test_a_refused_change_blocks_only_what_depends_on_it(world: World) -> None:
    world.a.kernel.save(world.a.by, "partner", {"code": "K"})
    world.b.kernel.save(world.b.by, "partner", {"code": "K"})
    world.b.note("PT00007", partner="K")
    world.b.note("PT00008")
    world.a.site.push()

    outcome = world.b.site.push()

    assert outcome.pushed == 1
    assert sorted(row["verdict"] for row in outcome.failed) == ["BLOCKED_REF", "CODE_TAKEN"]


def test_a_lost_reply_is_answered_again_without_a_second_effect(world: World) -> None:
    world.a.note()
    world.a.link.lose = ["push"]
    with pytest.raises(LinkError):
        world.a.site.push()

    world.a.site.push()

    assert world.debit() == 5
    assert world.a.site.status()["sealed"] == 0


def test_offline_functions_are_refused_and_saving_goes_on(world: World) -> None:
    world.a.site.set_mode(False)

    with pytest.raises(OfflineRefused) as caught:
        world.a.kernel.invoke(world.a.by, "small.add", {})
    assert caught.value.detail["mode"] == "offline_manual"
    world.a.note()
    assert world.a.site.pending() == 1
    with pytest.raises(OfflineRefused):
        world.a.site.push()


def test_one_call_id_has_one_effect(world: World) -> None:
    for _ in range(2):
        world.cloud.invoke(world.by, "small.add", {}, call_id="c1")

    count = world.cloud.read(world.by, lambda view: view.stored.count("partner"))
    assert count == 1


def test_a_record_that_never_left_may_be_deleted_offline(world: World) -> None:
    world.a.site.set_mode(False)
    note = world.a.note()

    world.a.kernel.delete(world.a.by, "note", note.id)

    assert world.a.site.pending() == 0
    state = world.a.kernel.read(world.a.by, lambda view: site_log.waiting_count(view.stored))
    assert state == 0


def test_a_restored_log_is_fenced_and_nothing_is_lost(world: World) -> None:
    world.a.note("PT00001")
    world.a.site.push()
    tenant = world.by.tenant
    world.a.kernel.storage.write(
        tenant,
        lambda w: site_log.set_identity(w, sealed=0, acked=0, chain_acked="", chain_sealed=""),
    )
    world.a.note("PT00002")

    world.a.site.connect()
    world.a.site.push()

    assert world.debit() == 10
    assert world.a.site.status()["incarnation"] == 2


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32))
def test_whatever_the_line_does_everything_is_accepted_once_or_listed(seed: int) -> None:
    draw = random.Random(seed)
    world = make_world()
    saved = 0
    for _ in range(30):
        office = draw.choice((world.a, world.b))
        action = draw.random()
        if action < 0.5:
            office.note()
        elif action < 0.7:
            office.link.real.cut()
        else:
            office.link.real.restore()
            _sync(office)
    for office in (world.a, world.b, world.a, world.b):
        office.link.real.restore()
        _sync(office, renumber="auto")
    for office in (world.a, world.b):
        saved += office.kernel.read(office.by, lambda v, o=office: _mine(v, o.by.site))
        assert office.site.pending() == 0, office.site.failures()
    assert world.debit() == 5 * world.cloud.read(world.by, lambda v: v.stored.count("note"))
    same = [
        office.kernel.read(office.by, lambda v: sorted((r.id, r.version) for r in v.all("note")))
        for office in (world.a, world.b)
    ]
    cloud = world.cloud.read(world.by, lambda v: sorted((r.id, r.version) for r in v.all("note")))
    assert same[0] == same[1] == cloud
    assert saved == len(cloud)


def _mine(view: Any, site: str) -> int:
    notes = (view.stored.get("note", record.id) for record in view.all("note"))
    return sum(parse(stored.provenance)["site"] == site for stored in notes)


def _sync(office: Office, renumber: str = "ask") -> None:
    try:
        office.site.connect()
        office.site.push(renumber=renumber)
        office.site.pull()
    except LinkError:
        return


def rows_of(office: Office) -> list[Mapping[str, Any]]:
    """Copy an office's store, as a backup does."""
    return list(office.kernel.storage.tenants().export(office.by.tenant))


def set_back(office: Office, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put an older copy in the place of an office's store."""
    tenants = office.kernel.storage.tenants()
    tenants.drop(office.by.tenant)
    tenants.import_(iter(rows))


def refused_after_backup(world: World) -> tuple[str, list[Mapping[str, Any]]]:
    """A draft is backed up, changed, and refused; returns its id and the backup of the draft."""
    note = world.a.note("PT00001", amount=5)
    backup = rows_of(world.a)
    world.b.note("PT00001", amount=100)
    world.b.site.push()
    lines = [{"amount": 9}]
    world.a.kernel.save(world.a.by, "note", {"lines": lines}, id=note.id, merge=True)
    assert world.a.site.push().pushed == 0
    return note.id, backup


def amount(record: Record[Any]) -> int:
    return int(record.data.lines[0].amount)


def test_an_edit_on_a_restored_older_draft_leaves_the_returned_newer_one(world: World) -> None:
    id, backup = refused_after_backup(world)
    set_back(world.a, backup)
    world.a.site.connect()

    body = {"no": "PT00002", "description": "older"}
    world.a.kernel.save(world.a.by, "note", body, id=id, merge=True)
    assert [row["verdict"] for row in world.a.site.failures()] == ["RETURNED"]
    world.a.site.push()
    assert amount(world.cloud.get(world.by, "note", id)) == 5

    again = world.a.site.retry([id])
    assert [row["verdict"] for row in again.failed] == ["CONFLICT_EDIT"]
    parked = world.cloud.read(world.by, lambda v: v.stored.state("parked_change").count())
    assert parked == 1


def test_a_returned_change_without_another_edit_is_corrected_like_any_other(world: World) -> None:
    empty = rows_of(world.a)
    id, _backup = refused_after_backup(world)
    set_back(world.a, empty)
    world.a.site.connect()

    assert amount(world.a.kernel.get(world.a.by, "note", id)) == 9
    world.a.site.retry([id])
    assert world.a.site.push(renumber="auto").pushed == 1

    assert amount(world.cloud.get(world.by, "note", id)) == 9
    assert world.a.site.pending() == 0


def test_giving_a_returned_change_up_leaves_the_other_edit(world: World) -> None:
    id, backup = refused_after_backup(world)
    set_back(world.a, backup)
    world.a.site.connect()

    assert world.a.site.withdraw([id]) == 1

    assert amount(world.a.kernel.get(world.a.by, "note", id)) == 5
    assert world.a.site.pending() == 1


def test_a_draft_whose_newer_version_was_returned_is_not_deleted_offline(world: World) -> None:
    id, backup = refused_after_backup(world)
    set_back(world.a, backup)
    world.a.site.connect()
    world.a.site.set_mode(False)

    reason = world.a.kernel.read(
        world.a.by, lambda view: site_log.local_refusal(view.stored, "note", id)
    )

    assert reason == "push_under_way"
