"""New numbers for vouchers whose number another office took first (sync-design §8)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..canonical import parse
from ..errors import Refused
from ..ids import instant_text
from ..model import Actor, Ledger
from ..numbers import FIELD_OF
from .messages import ReserveReply, ReserveRequest, Session
from .site_log import change_from_text

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..transport import Link

InSession = Callable[[Callable[[Session], ReserveReply]], ReserveReply]

CLASHES_MAX = 500
"""Numbers in a row that unsent vouchers of this site may hold themselves."""


@dataclass(frozen=True, slots=True)
class _Wish:
    type: str
    record_id: str
    ledger: Ledger
    date: str
    old: str
    order: tuple[str, str]

    @property
    def series(self) -> tuple[str, str, str]:
        return self.type, self.ledger, self.date


@dataclass(frozen=True, slots=True)
class Renumbering:
    """Asks the cloud for free numbers and saves them here.

    Attributes:
        in_session: makes a call in the site's session.
    """

    kernel: Kernel
    by: Actor
    link: Link
    in_session: InSession

    def run(self, change_ids: Collection[str] | None) -> list[dict[str, Any]]:
        """Renumber these refused changes, or all of them, by voucher date and old number.

        Returns:
            Rows {type, id, old, new}. The vouchers wait to be sent again.
        Raises:
            LinkError, Refused.
        """
        wishes = sorted(self._wishes(change_ids), key=lambda wish: wish.order)
        counts: dict[tuple[str, str, str], int] = {}
        for wish in wishes:
            counts[wish.series] = counts.get(wish.series, 0) + 1
        numbers = {series: self._numbers(series, count) for series, count in counts.items()}
        return [self._give(wish, numbers[wish.series]) for wish in wishes]

    def _wishes(self, change_ids: Collection[str] | None) -> Iterator[_Wish]:
        rows = self.kernel.storage.read(
            self.by.tenant, lambda view: view.state("failure_push").scan()
        )
        for row in rows:
            wanted = change_ids is None or row["change_id"] in change_ids
            apart = row["retrying"] or row["returned"]
            if wanted and row["code"] == "NUMBER_TAKEN" and not apart:
                yield _wish(row)

    def _numbers(self, series: tuple[str, str, str], count: int) -> Iterator[str]:
        """Yield free numbers of a series, in one request as far as they are known to be needed."""
        type, ledger, date = series
        while True:

            def ask(session: Session, count: int = count) -> ReserveReply:
                return self.link.reserve_numbers(ReserveRequest(session, type, ledger, date, count))

            yield from self.in_session(ask).numbers
            count = 1

    def _give(self, wish: _Wish, numbers: Iterator[str]) -> dict[str, Any]:
        field = FIELD_OF[wish.ledger]
        for _ in range(CLASHES_MAX):
            new = next(numbers)
            try:
                self.kernel.save(self.by, wish.type, {field: new}, id=wish.record_id, merge=True)
            except Refused as refused:
                if refused.code != "voucher_no_duplicate":
                    raise
                continue  # An unsent voucher of this site has it.
            change = {"type": wish.type, "id": wish.record_id, "old": wish.old, "new": new}
            self._note(change)
            return change
        raise Refused("voucher_no_duplicate", {"no": wish.old, "ledger": wish.ledger})

    def _note(self, change: Mapping[str, Any]) -> None:
        row = {
            "record_id": change["id"],
            "type": change["type"],
            "old": change["old"],
            "new": change["new"],
            "at": instant_text(self.kernel.clock.now()),
        }
        self.kernel.storage.write(
            self.by.tenant, lambda writer: writer.state("number_history").put(row)
        )


def _wish(row: Mapping[str, Any]) -> _Wish:
    body = parse(change_from_text(row["content"]).body)
    said = parse(row["detail"]).get("ledger", "financial")
    ledger: Ledger = "management" if said == "management" else "financial"
    date = body.get("posting_date") or body["date"]
    old = body.get(FIELD_OF[ledger], "")
    order = (body.get("voucher_date") or date, old)
    return _Wish(row["type"], row["record_id"], ledger, date, old, order)
