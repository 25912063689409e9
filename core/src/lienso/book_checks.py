"""What a module looks for in vouchers and books: declared here, run by module utilities."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .model import Label, Ledger, Severity
    from .storage import PostedEntry
    from .view import View

Problem = dict[str, Any]
"""JSON values: what names the problem, its figures, and under ``records`` what there is to open."""

RECORDS_MAX = 100
"""Records that one problem names; of more it names the first ones, and ``records_more`` is true."""


@dataclass(frozen=True, slots=True)
class CheckScope:
    """What is looked at: days (bounds included), one ledger, and branches by id; None: all of them."""

    view: View
    from_date: datetime.date
    to_date: datetime.date
    ledger: Ledger = "financial"
    branches: frozenset[str] | None = None

    @property
    def where(self) -> dict[str, Any]:
        """The conditions of entries."""
        found: dict[str, Any] = {"ledger": self.ledger}
        return found if self.branches is None else {**found, "branch": sorted(self.branches)}

    def holds(self, branch: str | None) -> bool:
        """Tell whether something of a branch is looked at."""
        return self.branches is None or (branch or "") in self.branches


@dataclass(frozen=True, slots=True)
class BookCheck:
    """A look for what does not fit; the list of them is spec ``checks.csv``.

    Attributes:
        group: as the screen shows it, Vietnamese. ``text``: what it finds, and what to do next.
        run: yields problems by day and voucher; reads only, page by page, and keeps no more than it
            found: a company has more vouchers than memory.
        repair: id of the function, report or record type that leads on; a problem's own ``repair``
            (``id``, ``params``) may say more.
    """

    id: str
    group: str
    severity: Severity
    text: Label
    run: Callable[[CheckScope], Iterator[Problem]]
    repair: str


def openable(records: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Return the fields of a problem that name what to open, each once.

    Args:
        records: (record type, id); read no further than needed.
    """
    found: dict[tuple[str, str], None] = {}
    for record in records:
        found[record] = None
        if len(found) > RECORDS_MAX:
            break
    named = [{"type": type, "id": id} for type, id in list(found)[:RECORDS_MAX]]
    return {"records": named, **({"records_more": True} if len(found) > RECORDS_MAX else {})}


def vouchers_of(entries: Iterable[PostedEntry]) -> dict[str, Any]:
    """Return the fields of a problem that name the vouchers of entries: numbers, and what to open."""
    numbers: dict[tuple[str, str], str] = {}
    for posted in entries:
        numbers.setdefault((posted.record_type, posted.voucher_id), posted.number)
        if len(numbers) > RECORDS_MAX:
            break
    kept = list(numbers.values())[:RECORDS_MAX]
    return {"vouchers": list(dict.fromkeys(kept)), **openable(numbers)}
