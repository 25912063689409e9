"""Numbers at a site that come from the cloud: leases, and counters that follow what is pulled
(sync-design §8).

A lease is a list of numbers that the cloud gives to one site for one incarnation. A fence closes it:
what was used is found by the claims, the rest is listed until an administrator gives it out again.
"""

from __future__ import annotations

import datetime
import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .. import storage
from ..canonical import canonical_text, parse
from ..errors import PluginCrashed, Refused, Unknown
from ..ids import instant_text
from ..model import LEDGERS, Actor, Ledger, RecordType
from ..numbers import FIELD_OF, counter_of, follow, is_numbered, is_taken, next_number, series_of
from ..storage import StoredRecord, Writer
from ..view import View
from .messages import ReserveReply, ReserveRequest, Session
from .site_log import position

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..transaction import Transaction
    from ..transport import Link

log = logging.getLogger("lienso.sync")

SIZE_MIN = 20
"""Numbers of the smallest lease; else twice what a day took."""

SIZE_MAX = 500
"""Numbers of the largest lease: what one request may reserve. The next one follows at the low mark."""

USE_DAYS = 7
"""The use of so many days decides the size of the next lease, and which series are in use."""

_MANAGEMENT, _NO_MANAGEMENT = '"no_management":"', '"no_management":""'
"""How a canonical body says that it has a number in the management series, and that it has none."""

Series = tuple[RecordType, Ledger, datetime.date]
InSession = Callable[[Callable[[Session], ReserveReply]], ReserveReply]

# -- at a site ------------------------------------------------------------------------------------


def take(
    view: View, writer: Writer, record_type: RecordType, ledger: Ledger, date: datetime.date
) -> str:
    """Take the next number of the leases of a series; empty when they are spent."""
    counter = counter_of(view, record_type, ledger, date)
    _note_use(view, writer, counter, (record_type, ledger, date))
    for row in _here(writer, counter):
        granted = parse(row["numbers"])
        while writer.counter(_taken(row)) < len(granted):
            place = view.given[_taken(row)] = writer.next_value(_taken(row))
            number = str(granted[place - 1])
            if not is_taken(view, record_type, ledger, date, number):
                return number
    return ""


def _here(view: storage.View, counter: str) -> list[dict[str, Any]]:
    """List the leases of a series that this site may use: those of its present incarnation."""
    rows = view.state("lease").scan(
        equals={"counter": counter, "incarnation": position(view).incarnation}
    )
    return sorted(rows, key=lambda row: (row["at"], row["lease_id"]))


def taken(view: storage.View, row: Mapping[str, Any]) -> int:
    """Return how many numbers of a lease of this site are used."""
    return view.counter(_taken(row))


def _taken(row: Mapping[str, Any]) -> str:
    """Return the counter of how many numbers of a lease are used; kept beside the store, too."""
    return f"lease/{row['lease_id']}"


def _note_use(view: View, writer: Writer, counter: str, series: Series) -> None:
    table, day = writer.state("number_use"), view.today.isoformat()
    row = table.get(counter, day)
    table.put(
        {
            "counter": counter,
            "day": day,
            "type": series[0].id,
            "ledger": series[1],
            "date": series[2].isoformat(),
            "used": 1 if row is None else row["used"] + 1,
        }
    )


def close_here(writer: Writer, incarnation: int) -> None:
    """Forget the leases of other incarnations: the cloud closed them."""
    for row in writer.state("lease").scan():
        if row["incarnation"] != incarnation:
            writer.state("lease").delete(row["lease_id"])


@dataclass(frozen=True, slots=True)
class Renewing:
    """Asks the cloud for the leases that a site is short of.

    Attributes:
        in_session: makes a call in the site's session.
    """

    kernel: Kernel
    by: Actor
    link: Link
    in_session: InSession

    def run(self) -> int:
        """Renew every lease whose half is used; returns how many. Raises: LinkError, Refused."""
        if not self.kernel.read(self.by, _any_leased):
            return 0
        # The wish is kept before it is sent: when its answer is lost, the same lease is asked for.
        wishes = self.kernel.transact(self.by, lambda t: _wishes(t.view, t.writer, self.kernel))
        for row in wishes:

            def ask(session: Session, row: Mapping[str, Any] = row) -> ReserveReply:
                wish = (row["type"], row["ledger"], row["date"], row["size"], row["lease_id"])
                return self.link.reserve_numbers(ReserveRequest(session, *wish))

            self._keep(row, self.in_session(ask))
        return len(wishes)

    def _keep(self, row: Mapping[str, Any], reply: ReserveReply) -> None:
        def work(writer: Writer) -> None:
            if writer.state("lease").get(row["lease_id"]) is not None:
                granted = canonical_text(list(reply.numbers))
                writer.state("lease").put({**row, "numbers": granted})

        self.kernel.storage.write(self.by.tenant, work)


def _any_leased(view: View) -> bool:
    return bool(_wanted(view, view.stored.state("number_use").scan()))


def _wishes(view: View, writer: Writer, kernel: Kernel) -> list[dict[str, Any]]:
    """Return the leases to ask for: those that were asked for, and those that are used by half."""
    incarnation = position(writer).incarnation
    wishes = writer.state("lease").scan(equals={"numbers": "[]", "incarnation": incarnation})
    waiting = {row["counter"] for row in wishes}
    since = (view.today - datetime.timedelta(days=USE_DAYS)).isoformat()
    rows = [row for row in writer.state("number_use").scan() if row["day"] >= since]
    for counter, (record_type, ledger, date) in _wanted(view, rows).items():
        used = max((row["used"] for row in rows if row["counter"] == counter), default=0)
        size = min(max(SIZE_MIN, 2 * used), SIZE_MAX)
        left = sum(
            len(parse(row["numbers"])) - writer.counter(_taken(row))
            for row in _here(writer, counter)
        )
        if counter in waiting or not incarnation or left * 2 > size:
            continue
        row = {
            "lease_id": kernel.ids.new(),
            "counter": counter,
            "incarnation": incarnation,
            "type": record_type.id,
            "ledger": ledger,
            "date": date.isoformat(),
            "size": size,
            "numbers": "[]",
            "at": instant_text(view.now),
        }
        writer.state("lease").put(row)
        wishes.append(row)
    return wishes


def _wanted(view: View, used: Iterable[Mapping[str, Any]]) -> dict[str, Series]:
    """Return the series that are leased: those of today, and those that were used lately."""
    types = view._kernel.registry.record_types
    asked: list[Series] = [
        (record_type, "financial", view.today)
        for record_type in types.values()
        if is_numbered(record_type)
    ]
    asked += [
        (types[row["type"]], row["ledger"], datetime.date.fromisoformat(row["date"]))
        for row in used
        if row["type"] in types
    ]
    return {
        counter_of(view, *series): series
        for series in asked
        if series_of(view, *series).mode == "lease"
    }


# -- in the cloud ---------------------------------------------------------------------------------


def grant(
    transaction: Transaction, site: Mapping[str, Any], request: ReserveRequest, series: Series
) -> tuple[str, ...]:
    """Give a lease to a site: numbers that were given out again first, then new ones.

    Args:
        site: what is known of the site, in its present incarnation.
    Raises:
        Refused: ``bad_choice``: the id is that of another lease.
    """
    view, writer = transaction.view, transaction.writer
    table = writer.state("granted_lease")
    row = table.get(request.lease_id)
    owner = {"site_id": site["site_id"], "incarnation": site["incarnation"]}
    if row is not None:
        if any(row[name] != value for name, value in owner.items()) or row["state"] != "open":
            raise Refused("bad_choice", {"field": "lease_id", "value": request.lease_id})
        return tuple(parse(row["numbers"]))
    counter = counter_of(view, *series)
    numbers = _given_again(view, writer, counter, series, request.count)
    while len(numbers) < request.count:
        numbers.append(next_number(view, writer, *series))
    table.put(
        {
            "lease_id": request.lease_id,
            **owner,
            "type": request.record_type,
            "ledger": request.ledger,
            "date": request.date,
            "counter": counter,
            "numbers": canonical_text(numbers),
            "state": "open",
            "at": instant_text(view.now),
        }
    )
    return tuple(numbers)


def _given_again(view: View, writer: Writer, counter: str, series: Series, count: int) -> list[str]:
    numbers: list[str] = []
    table = writer.state("granted_lease")
    for row in table.scan(equals={"counter": counter, "state": "free"}):
        left = [number for number in parse(row["numbers"]) if not is_taken(view, *series, number)]
        taken = left[: count - len(numbers)]
        numbers += taken
        rest = left[len(taken) :]
        if rest:
            table.put({**row, "numbers": canonical_text(rest)})
        else:
            table.delete(row["lease_id"])
    return numbers


def close(writer: Writer, site_id: str) -> None:
    """Close the leases of a site that was fenced or retired."""
    table = writer.state("granted_lease")
    for row in table.scan(equals={"site_id": site_id, "state": "open"}):
        table.put({**row, "state": "closed"})


def unused(view: View) -> list[dict[str, Any]]:
    """List the closed leases with the numbers of which no voucher is known in the cloud.

    Returns:
        Rows {lease_id, site_id, incarnation, type, ledger, numbers}; none of them without numbers.
    """
    found = []
    for row in view.stored.state("granted_lease").scan(equals={"state": "closed"}):
        left = _left(view, row)
        if left:
            shown = ("lease_id", "site_id", "incarnation", "type", "ledger")
            found.append({**{name: row[name] for name in shown}, "numbers": left})
    return found


def give_again(transaction: Transaction, lease_id: str) -> list[str]:
    """Give the unused numbers of a closed lease out again, with the next leases of its series.

    Only by an administrator's word: a voucher of the lost store may still stand on paper with one of
    them; if it comes after all, the later one gets another number.

    Raises:
        Unknown: ``not_found``: no closed lease has this id.
    """
    table = transaction.writer.state("granted_lease")
    row = table.get(lease_id)
    if row is None or row["state"] != "closed":
        raise Unknown("not_found", {"type": "lease", "value": lease_id})
    left = _left(transaction.view, row)
    table.put({**row, "state": "free", "numbers": canonical_text(left)})
    return left


def _left(view: View, row: Mapping[str, Any]) -> list[str]:
    record_type = view._kernel.registry.record_types.get(row["type"])
    if record_type is None:
        return []  # Its module is gone: nobody can say which are used.
    date = datetime.date.fromisoformat(row["date"])
    return [
        number
        for number in parse(row["numbers"])
        if not is_taken(view, record_type, row["ledger"], date, number)
    ]


# -- counters -------------------------------------------------------------------------------------


def numbers_seen(kernel: Kernel, writer: Writer, records: Iterable[StoredRecord]) -> None:
    """Let the counters of the series whose numbers were pulled follow them."""
    view = View(kernel, writer)
    came: dict[tuple[str, Ledger, str], list[str]] = {}
    for stored in records:
        record_type = kernel.registry.record_types.get(stored.type)
        if record_type is not None and not stored.deleted and is_numbered(record_type):
            day, numbers = _numbers_of(stored)
            for ledger, number in numbers.items():
                came.setdefault((stored.type, ledger, day), []).append(number)
    by_series: dict[tuple[str, Ledger, int, str], tuple[Series, set[str]]] = {}
    for (type, ledger, day), found in came.items():
        try:
            date = datetime.date.fromisoformat(day)
        except ValueError:
            continue  # A record without a day was kept aside as unreadable.
        record_type = kernel.registry.record_type(type)
        place = (record_type.group, ledger, view.fiscal_year(date), day[:7])
        by_series.setdefault(place, ((record_type, ledger, date), set()))[1].update(found)
    try:
        _follow(view, writer, by_series.values())
    except PluginCrashed as crash:  # The records are here; the next save looks for itself.
        log.warning("numbers that came are not followed: %s", crash)


def _numbers_of(stored: StoredRecord) -> tuple[str, dict[Ledger, str]]:
    """Return day and numbers of a record; its body is read only where the summary does not say them."""
    if _MANAGEMENT in stored.body and _NO_MANAGEMENT not in stored.body:
        body = parse(stored.body)
        numbers = {ledger: body.get(FIELD_OF[ledger]) for ledger in LEDGERS}
        day = body.get("posting_date") or body.get("date")
    else:
        summary = parse(stored.summary or "{}")
        numbers, day = {"financial": summary.get("number")}, summary.get("date")
    return str(day), {ledger: str(number) for ledger, number in numbers.items() if number}


def _follow(view: View, writer: Writer, came: Iterable[tuple[Series, set[str]]]) -> None:
    by_counter: dict[str, tuple[Series, set[str]]] = {}
    for series, numbers in came:
        counter = counter_of(view, *series)
        by_counter.setdefault(counter, (series, set()))[1].update(numbers)
    for series, numbers in by_counter.values():
        follow(view, writer, *series, numbers)
