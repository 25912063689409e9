"""What a savepoint of a function takes back is not told to observers."""

from __future__ import annotations

from collections.abc import Sequence

from lienso import Label, Manifest, RecordType, Refused, hookimpl
from lienso.fields import CatalogEntry
from lienso.model import RecordEvent
from lienso.session import Session
from lienso.testing.kernels import actor, cloud
from lienso.transaction import Transaction


class Thing(CatalogEntry):
    """A catalog entry of the tests."""


class Listener:
    """A module that writes down which records it was told of."""

    MANIFEST = Manifest("listener", "Người nghe", "1.0")

    def __init__(self) -> None:
        self.heard: list[str] = []

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [RecordType("thing", Label("Vật", "Thing"), Thing, "catalog")]

    @hookimpl
    def lienso_record_saved(self, event: RecordEvent) -> None:
        self.heard.append(event.id)


def test_observers_hear_of_what_stayed_alone() -> None:
    listener = Listener()
    with cloud(plugins={"listener": listener}) as kernel:
        by = actor(kernel)

        def work(transaction: Transaction) -> list[str]:
            session = Session(kernel, by, transaction)
            session.save("thing", {"code": "A", "name": "A"})
            try:
                with session.attempt():
                    session.save("thing", {"code": "B", "name": "B"})
                    raise Refused("reason_required")
            except Refused:
                session.save("thing", {"code": "C", "name": "C"})
            return [record.id for record in session.view.all("thing")]

        kept = kernel.transact(by, work)

    assert len(kept) == 2
    assert sorted(listener.heard) == sorted(kept)
