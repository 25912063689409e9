"""Numbers of vouchers and documents: series, counters, and who holds which number.

A number is unique by number group, ledger and fiscal year (spec README §4). In the cloud the claim
itself decides; at a site uniqueness is a look, since two offices may hold one number until they sync.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from . import limits
from .canonical import parse
from .errors import Refused, Taken
from .model import Finding, Ledger, NumberSeries, Record, RecordType, Severity
from .records import ledgers_of, posting_date_of

if TYPE_CHECKING:
    from .storage import Writer
    from .view import View

NUMBER_LENGTH_MAX = 20
"""Characters of a voucher number (opening_and_import §5.4)."""

WINDOW = limits.PAGE_MAX
"""Held numbers that are passed over with one look over the key index."""

PROVISIONAL = "Số tạm "
"""What a number begins with that stands on paper until the cloud has given one."""

PROVISIONAL_COUNTER = "no/provisional"

FIELD_OF: dict[str, str] = {"financial": "no", "management": "no_management"}


def is_numbered(record_type: RecordType) -> bool:
    """Tell whether records of a type carry numbers of a series."""
    return bool(record_type.number_prefix) and "no" in record_type.model.model_fields


def space(record_type: RecordType, ledger: str, year: int) -> str:
    """Return the claim space of a number."""
    return f"no/{record_type.group}/{ledger}/{year}"


def space_of(view: View, record_type: RecordType, ledger: Ledger, record: Record[Any]) -> str:
    """Return the claim space of a voucher's number in a ledger; empty for one without a day."""
    date = posting_date_of(record.data)
    return "" if date is None else space(record_type, ledger, view.fiscal_year(date))


def series_of(
    view: View, record_type: RecordType, ledger: Ledger, date: datetime.date, own: str = ""
) -> NumberSeries:
    """Return how a series' numbers look here, and who gives them: a module's answer, else the type's
    prefix and 5 digits.

    Args:
        own: prefix of a record whose type has several; the usual one when empty.
    """
    usual = record_type.usual_prefix

    def ask() -> NumberSeries:
        answer = view._kernel.calls.number_series(record_type, ledger, date, view)
        found = answer or NumberSeries(usual)
        if found.prefix == record_type.number_prefix:
            found = dataclasses.replace(found, prefix=usual)
        if own not in ("", usual):  # what a company sets of a type is said of its usual series
            found = dataclasses.replace(found, prefix=own, next=1)
        mode, option = found.mode, f"numbering.{record_type.group}"
        if not mode:
            declared = option in view._kernel.registry.options
            mode = view.option(option) if declared else "shared"
        if mode == "lease" and own not in ("", usual):
            mode = "cloud"  # only the usual series is leased
        prefix = found.prefix
        if mode == "site_prefix" and view.role == "site":
            prefix += f"{view._kernel.settings.site_id}-"
        return dataclasses.replace(found, mode=mode, prefix=prefix)

    series: NumberSeries = view.memo(("series", record_type.group, ledger, date, own), ask)
    return series


def next_number(
    view: View,
    writer: Writer,
    record_type: RecordType,
    ledger: Ledger,
    date: datetime.date,
    own: str = "",
) -> str:
    """Take the next number of a series: at a site as its mode says, in the cloud the next free one.

    Args:
        own: prefix of the record, as in `series_of`.
    Returns:
        A provisional number where only the cloud can give one and it is not known yet.
    Raises:
        Refused: ``number_too_long``.
    """
    series = series_of(view, record_type, ledger, date, own)
    counter = _counter(view, record_type, ledger, date, series)
    if view.role == "site" and series.mode in ("lease", "cloud"):
        leased = ""
        if series.mode == "lease":
            from .sync.leases import take  # it needs this module

            leased = take(view, writer, record_type, ledger, date)
        return leased or _provisional(view, writer)
    if writer.counter(counter) < series.next - 1:
        writer.raise_counter(counter, series.next - 1)
    # Numbers of other offices are passed over in runs without a hole: no gap is made by a jump.
    while True:
        value = view.given[counter] = writer.next_value(counter)
        number = _write(series, value)
        if not is_taken(view, record_type, ledger, date, number):
            return number
        if view.role == "site":
            writer.raise_counter(
                counter, _end_of_run(view, record_type, ledger, date, series, value)
            )


def fill(
    view: View, writer: Writer, record_type: RecordType, data: Any, before: Any
) -> dict[str, Any]:
    """Return the fields that are filled in when a body is saved: voucher date and numbers.

    Args:
        before: the stored body; None for a new record.
    """
    changes: dict[str, Any] = {}
    date = posting_date_of(data)
    if date is None:
        return changes
    if getattr(data, "voucher_date", date) is None:
        changes["voucher_date"] = date
    if not is_numbered(record_type):
        return changes
    own = own_prefix(record_type, data)
    for ledger in ledgers_of(data):
        field = FIELD_OF[ledger]
        typed = getattr(data, field, None)
        if typed is None:
            continue
        kept = _accepted_number(view, ledger, date, typed, before)
        if kept:
            changes[field] = kept
        elif typed and not (view.role == "cloud" and is_provisional(typed)):
            note_number(view, writer, record_type, ledger, date, typed, own)
        else:
            changes[field] = next_number(view, writer, record_type, ledger, date, own)
    return changes


def prefixes_of(record_type: RecordType) -> tuple[str, ...]:
    """Return the prefix of a type's numbers, or several, the usual one first."""
    return tuple(one.strip() for one in record_type.number_prefix.split(";"))


def own_prefix(record_type: RecordType, data: Any) -> str:
    """Return which of several prefixes a record's number has; empty: its type has only one."""
    return "" if record_type.prefix_of is None else record_type.prefix_of(data)


def is_provisional(number: str) -> bool:
    """Tell whether a number only stands until the cloud has given one."""
    return number.startswith(PROVISIONAL)


def _accepted_number(
    view: View, ledger: Ledger, date: datetime.date, typed: str, before: Any
) -> str:
    """Return the number that a record got already, where an edit still has the provisional one."""
    if before is None or not is_provisional(typed):
        return ""
    number = str(getattr(before, FIELD_OF[ledger], ""))
    at = posting_date_of(before)
    same_year = at is not None and view.fiscal_year(at) == view.fiscal_year(date)
    return number if same_year and not is_provisional(number) else ""


def _provisional(view: View, writer: Writer) -> str:
    value = view.given[PROVISIONAL_COUNTER] = writer.next_value(PROVISIONAL_COUNTER)
    return _checked(f"{PROVISIONAL}{view._kernel.settings.site_id}-{value}")


def follow(
    view: View,
    writer: Writer,
    record_type: RecordType,
    ledger: Ledger,
    date: datetime.date,
    came: Iterable[str],
) -> None:
    """Move a site's counter over numbers without a hole that came from the cloud, and over a window of
    those that came before them.

    So the first save after a long pull does not have to walk over all of them.

    Args:
        came: numbers of the series' present year or month.
    """
    series = series_of(view, record_type, ledger, date)
    counter = _counter(view, record_type, ledger, date, series)
    start = value = max(writer.counter(counter), series.next - 1)
    held = {_read(series, number) for number in came}
    while value + 1 in held:
        value += 1
    value = _end_of_run(view, record_type, ledger, date, series, value)
    if value > start:
        writer.raise_counter(counter, value)


def _end_of_run(
    view: View,
    record_type: RecordType,
    ledger: Ledger,
    date: datetime.date,
    series: NumberSeries,
    value: int,
) -> int:
    """Return the last of the numbers without a hole that stand after a value, within a window."""
    # Texts sort as their values only where they have the same count of digits.
    digits = max(series.digits, len(str(value + 1)))
    last = min(value + WINDOW, 10**digits - 1)
    held = _held(view, record_type, ledger, date, series, value + 1, last)
    while value + 1 in held:
        value += 1
    return value


def _held(
    view: View,
    record_type: RecordType,
    ledger: Ledger,
    date: datetime.date,
    series: NumberSeries,
    first: int,
    last: int,
) -> set[int]:
    year, field = view.fiscal_year(date), FIELD_OF[ledger]
    start, stop = _text(series, first), _text(series, last) + "\0"
    held: set[int] = set()
    for type in view._kernel.registry.group_types(record_type.group):
        after: str | None = None
        while True:
            page = view.stored.find(
                type, "no", start=start, stop=stop, after=after, limit=limits.PAGE_MAX
            )
            for stored in page.records:
                body = parse(stored.body)
                day = body.get("posting_date") or body.get("date")
                value = _read(series, body.get(field) or "")
                if value and day and view.fiscal_year(datetime.date.fromisoformat(day)) == year:
                    held.add(value)
            after = page.after
            if after is None:
                break
    return held


def note_number(
    view: View,
    writer: Writer,
    record_type: RecordType,
    ledger: Ledger,
    date: datetime.date,
    number: str,
    own: str = "",
) -> None:
    """Move the series' counter past a typed number of its shape."""
    series = series_of(view, record_type, ledger, date, own)
    value = _read(series, number)
    if value is not None:
        counter = _counter(view, record_type, ledger, date, series)
        writer.raise_counter(counter, value)
        view.given[counter] = max(value, view.given.get(counter, 0))


def check_at_site(
    view: View, record_type: RecordType, record: Record[Any], typed: Any, is_new: bool
) -> Iterator[Finding]:
    """Say what is wrong with a voucher's numbers as far as a site knows; the cloud's claims decide.

    A number that was just given, not typed, is known to be free. A new voucher of a series that other
    sites own (``NumberSeries.owner_sites``) may meet one of theirs.
    """
    date = posting_date_of(record.data)
    if date is None or not is_numbered(record_type):
        return
    site = view._kernel.settings.site_id
    for ledger in ledgers_of(record.data):
        no = getattr(typed, FIELD_OF[ledger], "")
        if no and is_taken(view, record_type, ledger, date, no, record.id):
            values = {"no": no, "ledger": ledger}
            yield Finding("error", "voucher_no_duplicate", "no", None, values)
        series = series_of(view, record_type, ledger, date)
        if is_new and series.owner_sites and site not in series.owner_sites:
            severity: Severity = "error" if series.other_sites == "refuse" else "warning"
            values = {"sites": ", ".join(series.owner_sites), "site": site}
            yield Finding(severity, "series_of_other_sites", "no", None, values)


def is_taken(
    view: View,
    record_type: RecordType,
    ledger: str,
    date: datetime.date,
    number: str,
    except_id: str = "",
) -> bool:
    """Tell whether another live record that is known here has this number."""
    year = view.fiscal_year(date)
    if view.role == "cloud":
        holder = view.stored.claimed(space(record_type, ledger, year), number)
        return holder is not None and holder.id != except_id
    field = FIELD_OF[ledger]
    for type in view._kernel.registry.group_types(record_type.group):
        for record in view.find(type, "no", equals=(number,)):
            at = posting_date_of(record.data)
            same = getattr(record.data, field, "") == number and record.id != except_id
            if same and at is not None and view.fiscal_year(at) == year:
                return True
    return False


def counter_of(view: View, record_type: RecordType, ledger: Ledger, date: datetime.date) -> str:
    """Return the counter of a series, which names it in this company."""
    series = series_of(view, record_type, ledger, date)
    return _counter(view, record_type, ledger, date, series)


def refusal(
    taken: Taken, space: str, value: str, record: Record[Any], record_type: RecordType
) -> Refused:
    """Return what a user reads of a claim that another record holds: code, number or unique values."""
    kind = space.partition("/")[0]
    holder = {"holder": {"type": taken.owner_type, "id": taken.owner_id}}
    if kind == "code":
        return Refused("code_exists", {"code": getattr(record.data, "code", value), **holder})
    if kind == "no":
        ledger = space.split("/")[2]
        return Refused("voucher_no_duplicate", {"no": value, "ledger": ledger, **holder})
    fields = ", ".join(record_type.unique)
    return Refused("already_exists", {"fields": fields, "value": value, **holder})


def _counter(
    view: View,
    record_type: RecordType,
    ledger: str,
    date: datetime.date,
    series: NumberSeries,
) -> str:
    period = {"never": "", "year": str(view.fiscal_year(date)), "month": date.isoformat()[:7]}
    return f"no/{record_type.group}/{ledger}/{series.prefix}/{series.suffix}/{period[series.reset]}"


def _write(series: NumberSeries, value: int) -> str:
    return _checked(_text(series, value))


def _checked(number: str) -> str:
    if len(number) > NUMBER_LENGTH_MAX:
        raise Refused("number_too_long", {"no": number, "max": NUMBER_LENGTH_MAX})
    return number


def _text(series: NumberSeries, value: int) -> str:
    return f"{series.prefix}{value:0{series.digits}d}{series.suffix}"


def _read(series: NumberSeries, number: str) -> int | None:
    if not number.startswith(series.prefix) or not number.endswith(series.suffix):
        return None
    digits = number[len(series.prefix) : len(number) - len(series.suffix) or None]
    if not digits.isascii() or not digits.isdigit():
        return None
    # Past the last number of its digits a series goes on with one digit more.
    value = int(digits)
    return value if _text(series, value) == number else None
