"""Modules of different age at a site and in the cloud, and what happens when one is upgraded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from lienso import Label, RecordType, hookimpl
from lienso.canonical import digest_of
from lienso.errors import Refused
from lienso.registry import build, collect
from lienso.sync import sealing, site_log
from lienso.testing import kernels

from .aged import Aged, First, phones


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
