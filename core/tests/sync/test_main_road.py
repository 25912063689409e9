"""The way of a record from one office to the cloud's books and to the other office, with faults."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lienso import (
    Book,
    Capability,
    Dimension,
    Entry,
    Label,
    Manifest,
    Measure,
    Record,
    RecordType,
    Total,
    hookimpl,
)
from lienso.errors import LinkError, OfflineRefused
from lienso.fields import Body, CatalogEntry, Money, NoParams, Ref, Voucher
from lienso.kernel import Kernel, Settings, start
from lienso.loopback import LoopbackLink
from lienso.model import Actor
from lienso.sync import enrolment, site_log
from lienso.sync.cloud_service import CloudService


class Partner(CatalogEntry):
    """A catalog's entry."""


class Line(Body):
    """A pair."""

    line: int = 1
    account: str = "111"
    amount: Money = 0
    partner: Annotated[str | None, Ref("partner")] = None


class Note(Voucher):
    """A voucher."""

    lines: list[Line] = []


def _post(record: Record[Any], ledger: Any, _view: Any) -> Mapping[str, Sequence[Entry]]:
    rows = [
        Entry(
            line.line,
            0,
            ledger,
            record.data.posting_date,
            dimensions={"account": line.account},
            measures={"debit": line.amount},
        )
        for line in record.data.lines
    ]
    return {"small": rows}


class Small:
    """A module of the tests."""

    MANIFEST = Manifest("small", "Nhỏ", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        label = Label("Đối tác", "Partner")
        return [
            RecordType("partner", label, Partner, "catalog"),
            RecordType("note", label, Note, "voucher", number_prefix="PT", post=_post),
        ]

    @hookimpl
    def lienso_books(self) -> Sequence[Book]:
        return [
            Book(
                "small",
                Label("Sổ", "Book"),
                (Dimension("account"),),
                (Measure("debit"),),
                totals=(Total(("account",)),),
            )
        ]

    @hookimpl
    def lienso_capabilities(self) -> Sequence[Capability]:
        def run(_params: NoParams, session: Any) -> NoParams:
            session.save("partner", {"code": f"C{session.view.stored.count('partner')}"})
            return NoParams()

        label = Label("Thêm", "Add")
        return [Capability("small.add", label, NoParams, NoParams, run, "online_only")]


@dataclass
class Office:
    """A site and its line."""

    kernel: Kernel
    link: LoopbackLink
    by: Actor

    @property
    def site(self) -> Any:
        return self.kernel.site

    def note(self, no: str = "", amount: int = 5, **more: Any) -> Record[Any]:
        body = {"no": no, "posting_date": "2026-03-01", "lines": [{"amount": amount, **more}]}
        return self.kernel.save(self.by, "note", body, post=("financial",)).record


@dataclass
class World:
    """A cloud and two offices."""

    cloud: Kernel
    by: Actor
    a: Office
    b: Office

    def debit(self) -> int:
        sums = self.cloud.read(self.by, lambda view: view.book("small").sum(("debit",)))
        return sums[()][0]


def make_world() -> World:
    cloud = start(Settings(modules=(), plugins={"small": Small()}))
    tenant = cloud.add_tenant("T", "T").id
    service = CloudService(cloud)

    def office(name: str) -> Office:
        enrolment.add_site(cloud, tenant, name)
        link = LoopbackLink(lambda: (service, Actor(tenant, "system", name)))
        kernel = start(
            Settings(
                role="site",
                modules=(),
                plugins={"small": Small()},
                link=link,
                tenant_id=tenant,
                site_id=name,
            )
        )
        kernel.join_tenant(tenant, "T", "T")
        assert kernel.site is not None
        kernel.site.connect()
        return Office(kernel, link, Actor(tenant, "u", name))

    return World(cloud, Actor(tenant), office("A"), office("B"))


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
    real = world.a.site._link

    class Lossy:
        def __getattr__(self, name: str) -> Any:
            return getattr(real, name)

        def push(self, request: Any) -> Any:
            real.push(request)
            raise LinkError

    world.a.site._link = Lossy()
    with pytest.raises(LinkError):
        world.a.site.push()
    world.a.site._link = real
    world.a.site.connect()

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


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
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
            office.link.cut()
        else:
            office.link.restore()
            _sync(office)
    for office in (world.a, world.b, world.a, world.b):
        office.link.restore()
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
    from lienso.canonical import parse

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
