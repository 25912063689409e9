"""Many decisions about refused changes at once: each in a transaction of its own, one result a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import messages
from ..canonical import parse
from ..errors import LiensoError, Refused
from ..model import Actor
from ..numbers import FIELD_OF
from . import choices
from .choices import Decision, Row
from .site_log import change_from_text

if TYPE_CHECKING:
    from ..kernel import Kernel

Renumber = Callable[[str], Sequence[Mapping[str, Any]]]
"""(change id) → rows {type, id, old, new} of what got a new number."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """Carries out what a user decides about rows of the list of refused changes.

    Attributes:
        renumber: asks the cloud for a number and saves it here.
    """

    kernel: Kernel
    by: Actor
    renumber: Renumber

    def run(self, decisions: Sequence[Decision]) -> list[dict[str, Any]]:
        """Decide row after row; what fails is told in its row, and the rest goes on.

        Returns:
            Rows {id, change_id, type, record_id, choice, done, code, detail, reason_vi, reason_en,
            new_id, number}. Several where an id names several changes; ``code`` is empty when done.
        """
        return [row for decision in decisions for row in self._decided(decision)]

    def _decided(self, decision: Decision) -> Iterator[dict[str, Any]]:
        found = self._rows(decision.id)
        for row in found:
            try:
                made = self._carry_out(row, decision)
            except LiensoError as error:
                yield self._told(decision, row, error)
            else:
                yield {**self._told(decision, row, None), **made}
        if not found:
            yield self._told(decision, None, Refused("not_in_list", {"id": decision.id}))

    def _rows(self, id: str) -> list[Row]:
        rows = self.kernel.storage.read(
            self.by.tenant, lambda view: view.state("failure_push").scan(equals={"retrying": False})
        )
        return [row for row in rows if id in names_of(row)]

    def _carry_out(self, row: Row, decision: Decision) -> Mapping[str, Any]:
        if decision.choice == "renumber" and row["code"] == "NUMBER_TAKEN":
            given = self.renumber(row["change_id"])
            return {"number": given[0]["new"]} if given else {}
        return self.kernel.transact(self.by, lambda t: choices.decide(t, row, decision))

    def _told(
        self, decision: Decision, row: Row | None, error: LiensoError | None
    ) -> dict[str, Any]:
        told: dict[str, Any] = {
            "id": decision.id,
            "change_id": "" if row is None else row["change_id"],
            "type": "" if row is None else row["type"],
            "record_id": "" if row is None else row["record_id"],
            "choice": decision.choice,
            "done": error is None,
            "code": "",
            "new_id": "",
            "number": "",
        }
        if error is None:
            return told
        registry = self.kernel.registry
        return {
            **told,
            "code": error.code,
            "detail": dict(error.detail),
            "reason_vi": messages.text(registry, error.code, error.detail, "vi"),
            "reason_en": messages.text(registry, error.code, error.detail, "en"),
        }


def names_of(row: Row) -> set[str]:
    """Return what people and programs call a refused change by: ids, number, code."""
    body = parse(change_from_text(row["content"]).body or "{}")
    names = {row["change_id"], row["record_id"], body.get("code")}
    names |= {body.get(field) for field in FIELD_OF.values()}
    return {name for name in names if name}
