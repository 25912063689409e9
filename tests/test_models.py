"""What reads a declared model is built when it first reads something; the check builds all before."""

from __future__ import annotations

from collections.abc import Sequence

from lienso import Label, Manifest, RecordType, hookimpl
from lienso.fields import CatalogEntry
from lienso.plugins import load_plugins

GOOD = Manifest("good", "good", "1.0")


class Shapeless:
    """No field of a record can be this: pydantic cannot read it."""


class BadEntry(CatalogEntry):
    """A model that only shows when it is built that it cannot be."""

    what: Shapeless | None = None


def test_a_model_that_cannot_be_built_is_named_by_the_check() -> None:
    class Module:
        MANIFEST = Manifest("bad", "bad", "1.0")

        @hookimpl
        def lienso_record_types(self) -> Sequence[RecordType]:
            return [RecordType("bad_entry", Label("Sai", "Bad"), BadEntry, "catalog")]

    plugins = load_plugins((), {"bad": Module(), "good": type("Good", (), {"MANIFEST": GOOD})()})

    (failure,) = plugins.built()

    assert (failure.plugin, failure.source, failure.phase) == ("bad", "given", "declare")
    assert "BadEntry of bad_entry" in failure.reason
    assert "Shapeless" in failure.reason
