"""Modules of different age at a site and in the cloud, and what happens when one is upgraded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

import pytest
from lienso import Label, Manifest, RecordType, hookimpl
from lienso.canonical import digest_of
from lienso.errors import Refused
from lienso.fields import CatalogEntry, Voucher
from lienso.kernel import Kernel, Settings, start
from lienso.model import Actor
from lienso.registry import build, collect
from lienso.sync import sealing, site_log
from lienso.testing import kernels
from lienso.verifying import verify


class First(CatalogEntry):
    """Version 1."""

    phone: str = ""


class Second(CatalogEntry):
    """Version 2: several phones."""

    phones: list[str] = []


class Third(Second):
    """Versions 3 and later."""

    tax: str = ""


class Paper(Voucher):
    """A voucher, version 1."""

    mark: str = ""


class NewPaper(Voucher):
    """A voucher, later: its mark has another name."""

    sign: str = ""


def phones(body: dict[str, Any]) -> dict[str, Any]:
    one = body.pop("phone", "")
    return {**body, "phones": [one] if one else []}


def sign(body: dict[str, Any]) -> dict[str, Any]:
    return {**{k: v for k, v in body.items() if k != "mark"}, "sign": body.get("mark", "")}


class Aged:
    """The module in one of its versions, 1 to 5; ``broken``: its converter has a bug."""

    MANIFEST = Manifest("aged", "Nhiều đời", "1.0")

    def __init__(self, version: int, broken: bool = False) -> None:
        self.version, self.broken = version, broken

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        number = self.version
        model = {1: First, 2: Second}.get(number, Third)

        def convert(body: dict[str, Any]) -> dict[str, Any]:
            if self.broken:
                raise ValueError("a bug in the converter")
            return phones(body)

        steps = {1: convert} if number > 1 else {}
        return [
            RecordType(
                "thing", Label("Vật", "Thing"), model, "catalog", schema_version=number,
                upcasters=steps,
            ),
            RecordType(
                "paper", Label("Phiếu", "Paper"), Paper if number == 1 else NewPaper, "voucher",
                number_prefix="P", schema_version=number,
                upcasters={1: sign} if number > 1 else {},
            ),
        ]  # fmt: skip


class Place:
    """A cloud or a site whose module may be exchanged: it is started anew on the same database."""

    def __init__(self, stack: ExitStack, url: str, version: int, head: Place | None, name: str):
        self._stack, self._url, self._head, self._name = stack, url, head, name
        self.clock = kernels.Clock() if head is None else head.clock
        self.kernel: Kernel = self._started(version)

    def upgrade(self, version: int, **more: bool) -> None:
        self.kernel.close()
        self.kernel = self._started(version, **more)

    def _started(self, version: int, **more: bool) -> Kernel:
        plugins = {"aged": Aged(version, **more)}
        if self._head is None:
            first = not hasattr(self, "kernel")
            kernel = kernels.cloud(
                plugins=plugins, storage=self._url, company=first, clock=self.clock
            )
        else:
            head, link = self._head, kernels.line_to(self._head.kernel, self._name)
            if not hasattr(self, "kernel"):
                from lienso.sync.enrolment import add_site

                add_site(head.kernel, kernels.TENANT, self._name)
            kernel = start(
                Settings(
                    role="site", storage=self._url, modules=(), plugins=plugins, clock=self.clock,
                    ids=kernels.Ids(f"{self._name}{version}"), link=link,
                    tenant_id=kernels.TENANT, site_id=self._name,
                )
            )  # fmt: skip
            kernel.join_tenant(kernels.TENANT, "TEST", kernels.COMPANY)
            kernels.go_online(kernel)
        self._stack.callback(kernel.close)
        return kernel

    @property
    def by(self) -> Actor:
        return kernels.actor(self.kernel)

    @property
    def site(self) -> Any:
        return kernels.synchronization(self.kernel)

    def save(self, type: str, id: str | None = None, **fields: Any) -> Any:
        more = {"posting_date": "2026-03-02"} if type == "paper" else {}
        body = fields if id else {**more, **fields}
        return self.kernel.save(self.by, type, body, id=id, merge=id is not None).record

    def data(self, record: Any) -> Any:
        return self.kernel.get(self.by, record.type, record.id).data

    def stored(self, record: Any) -> Any:
        return self.kernel.storage.read(
            kernels.TENANT, lambda view: view.get(record.type, record.id)
        )

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.kernel.storage.read(kernels.TENANT, lambda view: view.state(table).scan())

    def verdicts(self) -> list[str]:
        return [row["verdict"] for row in self.site.failures("push_failed")]


@pytest.fixture
def places(tmp_path: Any) -> Iterator[Callable[..., tuple[Place, ...]]]:
    """Start a cloud and sites with the module in these versions; at the end all is whole."""
    with ExitStack() as stack:
        made: list[Place] = []

        def opened(cloud: int, *sites: int) -> tuple[Place, ...]:
            made.append(Place(stack, f"sqlite:{tmp_path / 'cloud.db'}", cloud, None, "cloud"))
            for number, version in enumerate(sites):
                name = "ABC"[number]
                url = f"sqlite:{tmp_path / name}.db"
                made.append(Place(stack, url, version, made[0], name))
            return tuple(made)

        yield opened
        for place in made:
            for check in verify(place.kernel, kernels.TENANT):
                assert not check.wrong


def test_what_an_older_module_wrote_is_taken_and_stays_as_it_was_written(places: Any) -> None:
    head, old, new = places(2, 1, 2)
    thing = old.save("thing", code="A", phone="1")
    paper = old.save("paper", mark="m")
    assert old.site.push().pushed == 2
    new.site.pull()
    old.site.pull()

    assert (head.stored(thing).schema_version, head.stored(thing).body) == (
        1, '{"active":true,"code":"A","name":"","name_en":"","phone":"1"}',
    )  # fmt: skip
    assert head.data(thing).phones == new.data(thing).phones == ["1"]
    assert (head.data(paper).sign, old.data(paper).mark) == ("m", "m")
    assert old.rows("opaque") == []


def test_a_body_of_an_older_version_is_posted_and_edited_as_of_the_present_one(places: Any) -> None:
    head, old, new = places(2, 1, 2)
    paper = old.save("paper", mark="m")
    old.site.push()
    new.site.pull()
    new.save("paper", paper.id, description="mới")
    new.site.push()

    assert (head.data(paper).sign, head.data(paper).description) == ("m", "mới")
    assert head.stored(paper).schema_version == 2


def test_what_a_newer_module_wrote_is_not_shown_nor_edited_by_an_older_one(places: Any) -> None:
    head, old, new = places(2, 1, 2)
    thing = old.save("thing", code="A", phone="1")
    old.site.push()
    new.site.pull()
    new.save("thing", thing.id, phones=["1", "2"])
    new.site.push()
    old.site.pull()

    assert old.kernel.type_modes == {"thing": "read_only", "paper": "read_only"}
    assert old.site.aside() == {"held": 0, "opaque": 1}
    with pytest.raises(Refused) as refused:
        old.save("thing", thing.id, phone="3")
    assert refused.value.code == "written_by_newer"
    other = old.save("thing", code="B")
    assert old.site.push().pushed == 1
    assert head.data(other).code == "B"

    old.upgrade(2)
    old.site.pull()
    assert old.data(thing).phones == ["1", "2"]
    assert old.stored(thing).body == head.stored(thing).body
    assert (old.site.aside()["opaque"], old.kernel.type_modes) == (0, {})


def test_a_cloud_that_is_older_keeps_what_it_cannot_read_until_it_is_upgraded(places: Any) -> None:
    head, new = places(1, 2)
    thing = new.save("thing", code="A", phones=["1", "2"])
    assert new.kernel.type_modes == {"thing": "held", "paper": "held"}
    assert new.site.push().pushed == 0

    assert new.verdicts() == ["SCHEMA_TOO_NEW"]
    [row] = new.site.failures("push_failed")
    assert (row["code"], "nâng cấp" in row["reason_vi"]) == ("record_schema_too_new", True)
    [parked] = head.rows("parked_change")
    assert parked["code"] == "SCHEMA_TOO_NEW"
    assert head.stored(thing) is None

    head.upgrade(2)
    new.upgrade(2)
    new.site.push()
    assert head.data(thing).phones == ["1", "2"]
    assert (head.rows("parked_change"), new.site.failures()) == ([], [])


def test_a_module_that_is_too_old_is_refused_and_what_waits_is_converted_when_it_is_upgraded(
    places: Any,
) -> None:
    head, old = places(1, 1)
    thing = old.save("thing", code="A", phone="1")
    waits = old.save("paper", mark="m")
    head.upgrade(4)
    old.upgrade(1)
    assert old.kernel.type_modes == {"thing": "refused", "paper": "refused"}
    with pytest.raises(Refused) as refused:
        old.save("thing", code="B")
    assert refused.value.code == "module_too_old"

    old.site.push()
    assert old.verdicts() == ["SCHEMA_TOO_OLD", "SCHEMA_TOO_OLD"]
    assert {row["code"] for row in old.site.failures()} == {"record_schema_too_old"}
    assert len(head.rows("parked_change")) == 2

    old.upgrade(4)
    assert old.kernel.type_modes == {}
    assert old.site.push().pushed == 2
    assert (head.data(thing).phones, head.data(waits).sign) == (["1"], "m")
    assert old.data(thing).phones == ["1"]
    assert (head.rows("parked_change"), old.site.failures()) == ([], [])
    assert old.stored(thing).body == head.stored(thing).body
    assert old.stored(thing).schema_version == 4


def test_what_waits_is_converted_with_its_module_and_what_is_sealed_is_not_touched(
    places: Any,
) -> None:
    head, old = places(2, 1)
    sealed = old.save("thing", code="A", phone="1")
    old.kernel.storage.write(
        kernels.TENANT,
        lambda w: sealing.seal(w, lambda _c: True, lambda _t: True),
    )
    waits = old.save("thing", code="B", phone="2")
    [before] = old.rows("sealed")
    old.upgrade(2)

    [row] = old.rows("outbox")
    change = site_log.change_from_text(row["content"])
    assert (change.schema_version, '"phones":["2"]' in change.body) == (2, True)
    assert [one["content"] for one in old.rows("sealed")] == [before["content"]]
    assert old.site.push().pushed == 2
    assert [head.data(one).phones for one in (sealed, waits)] == [["1"], ["2"]]


def test_what_was_sealed_and_is_refused_as_too_old_is_converted_and_goes_in_the_same_push(
    places: Any,
) -> None:
    head, old = places(1, 1)
    thing = old.save("thing", code="A", phone="1")
    old.kernel.storage.write(
        kernels.TENANT, lambda w: sealing.seal(w, lambda _c: True, lambda _t: True)
    )
    head.upgrade(4)
    old.upgrade(4)
    assert [row["change_id"] for row in old.rows("sealed")]

    assert old.site.push().pushed == 1

    assert (head.data(thing).phones, old.data(thing).phones) == (["1"], ["1"])
    assert (old.site.failures(), old.site.pending()) == ([], 0)


def test_a_record_is_converted_with_the_change_that_waits(places: Any) -> None:
    _head, old = places(2, 1)
    thing = old.save("thing", code="A", phone="1")
    old.upgrade(2)

    [row] = old.rows("outbox")
    change, stored = site_log.change_from_text(row["content"]), old.stored(thing)
    assert (stored.body, stored.schema_version) == (change.body, 2)
    assert stored.digest == digest_of(change.body)
    assert old.data(thing).phones == ["1"]


def test_edits_of_two_versions_of_one_entry_are_joined(places: Any) -> None:
    head, old, new = places(2, 1, 2)
    thing = old.save("thing", code="A", phone="1")
    old.site.push()
    new.site.pull()
    old.save("thing", thing.id, name="tên cũ")
    new.save("thing", thing.id, phones=["1", "2"])
    new.site.push()
    old.site.push()

    assert (head.data(thing).name, head.data(thing).phones) == ("tên cũ", ["1", "2"])
    old.site.pull()
    assert old.site.aside()["opaque"] == 1
    assert old.site.failures() == []


def test_theirs_that_is_newer_is_not_read_by_an_older_module(places: Any) -> None:
    head, old, new = places(2, 1, 2)
    paper = old.save("paper", mark="m")
    old.site.push()
    new.site.pull()
    new.save("paper", paper.id, sign="của họ")
    new.site.push()
    old.save("paper", paper.id, mark="của tôi")
    old.site.push()
    [row] = old.site.failures("push_failed")
    assert row["verdict"] == "CONFLICT_EDIT"
    from lienso.sync.choices import Decision

    [done] = old.site.decide([Decision(row["change_id"], "theirs")], old.by)
    assert done["done"]
    assert old.stored(paper) is None
    assert old.site.aside()["opaque"] == 1
    old.upgrade(2)
    old.site.pull()
    assert old.data(paper).sign == head.data(paper).sign == "của họ"


def test_a_converter_with_a_bug_loses_nothing(places: Any) -> None:
    head, old = places(1, 1)
    thing = old.save("thing", code="A", phone="1")
    old.upgrade(2, broken=True)
    [row] = old.rows("outbox")
    assert site_log.change_from_text(row["content"]).schema_version == 1

    old.upgrade(2)
    head.upgrade(2)
    old.upgrade(2)
    assert old.site.push().pushed == 1
    assert head.data(thing).phones == ["1"]


def test_a_scheme_of_versions_that_cannot_be_is_refused() -> None:
    class Wrong(Aged):
        @hookimpl
        def lienso_record_types(self) -> Sequence[RecordType]:
            label = Label("Vật", "Thing")
            return [RecordType("thing", label, First, "catalog", upcasters={1: phones})]

    def declare(hook: str) -> Any:
        return [("aged", Wrong(1).lienso_record_types())] if hook == "lienso_record_types" else []

    good, failures = collect(declare, {"aged": "test"})
    assert (good, len(failures)) == ([], 1)
    assert "upcasters" in failures[0].reason
    assert build(good, {})[0].record_types == {}
