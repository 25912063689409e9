"""A key that a newer release of a module declares is there for the records of before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from lienso import Key, Label, Manifest, RecordType, hookimpl
from lienso.fields import CatalogEntry
from lienso.kernel import Settings, start
from lienso.model import Actor


class Thing(CatalogEntry):
    """A record of the tests."""


def module(*keys: Key) -> Any:
    """Make a module whose type has these keys."""

    @hookimpl
    def types(_self: Any) -> Sequence[RecordType]:
        return [RecordType("thing", Label("Vật", "Thing"), Thing, "catalog", keys=keys)]

    manifest = Manifest("things", "Vật", "1.0")
    return type("M", (), {"MANIFEST": manifest, "lienso_record_types": types})()


def test_an_added_key_is_filled_when_the_kernel_starts(tmp_path: Any) -> None:
    pytest.importorskip(
        "lienso_storage_sqlite", reason="a store that outlives the kernel is needed"
    )
    storage = f"sqlite:{tmp_path / 'a.db'}"
    with start(Settings(storage=storage, modules=(), plugins={"things": module()})) as kernel:
        by = Actor(kernel.add_tenant("T", "T").id)
        kernel.save(by, "thing", {"code": "A", "name": "Bàn"})

    newer = module(Key("name", ("name",)))
    with start(Settings(storage=storage, modules=(), plugins={"things": newer})) as kernel:
        found = kernel.read(by, lambda view: list(view.find("thing", "name", equals=("Bàn",))))

    assert [record.data.code for record in found] == ["A"]
