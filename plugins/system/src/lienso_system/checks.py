"""What must be true of the system's own records, and when a record may be deleted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienso import Finding, Record, Refused, Unknown
from lienso.canonical import parse
from lienso.view import View

from . import rights
from .options import OPTIONS, format_problem

PRECISION_OF: Mapping[str, tuple[str, ...]] = {
    "decimals.quantity": ("qty", "quantity"),
    "decimals.unit_price": ("unit_price", "price"),
    "decimals.fc": ("fc_amount",),
    "decimals.rate": ("rate",),
    "decimals.percent": ("percent", "discount_percent", "ratio"),
    "decimals.unit_cost": ("unit_cost",),
}
"""Fields whose stored precision an option must not fall below."""


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with a record of this module."""
    if record.type == "audit_entry" and before is not None:
        yield Finding("error", "no_permission", None, None, {"type": record.type})
    elif record.type == "option":
        yield from _check_option(record, before, view)
    elif record.type == "fiscal_year":
        yield from _check_year(record, view)
    elif record.type == "platform_link":
        yield from _check_link(record, view)
    elif record.type in ("user", "permission"):
        yield from rights.check_record(record, view)


def _check_option(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    key = record.data.key
    try:
        view.option(key)
        value = parse(record.data.value)
    except Unknown:
        yield Finding("error", "option_unknown", None, None, {"key": key})
        return
    except Refused:
        yield Finding("error", "option_value_invalid", None, None, {"key": key})
        return
    option = next((option for option in OPTIONS if option.key == key), None)
    if option is None:
        return  # Another module's: the kernel knows its kind and choices.
    right = {"bool": bool, "int": int, "text": str, "choice": str}[option.kind]
    fits = type(value) is right and (option.kind != "choice" or value in option.choices)
    problem = format_problem(key, value) if fits else {"kind": option.kind}
    if problem is not None:
        values = {"key": key, "value": value, **problem}
        yield Finding("error", "option_value_invalid", None, None, values)
        return
    old = option.default if before is None else parse(before.data.value)
    if key in PRECISION_OF and value < old:
        stored = stored_decimals(view, PRECISION_OF[key], old)
        if stored > value:
            values = {"key": key, "stored_decimals": stored}
            yield Finding("error", "option_locked_by_data", None, None, values)


def stored_decimals(view: View, names: Sequence[str], most: int) -> int:
    """Return the most decimals that live records hold in fields of these names, up to ``most``."""
    marks = [f'"{name}"' for name in names]
    found, after = 0, 0
    while found < most:
        page = view.stored.changes(after)
        for stored in page.records:
            if not stored.deleted and any(mark in stored.body for mark in marks):
                values = _values(parse(stored.body), names)
                found = max([found, *(_decimals(value) for value in values)])
        if page.next_after >= page.head or page.next_after == after:
            break
        after = page.next_after
    return found


def _values(body: Any, names: Sequence[str]) -> Iterator[str]:
    if isinstance(body, list):
        for item in body:
            yield from _values(item, names)
    elif isinstance(body, dict):
        for name, value in body.items():
            if name in names and isinstance(value, str):
                yield value
            else:
                yield from _values(value, names)


def _decimals(text: str) -> int:
    whole, point, digits = text.partition(".")
    if not point or not f"{whole.removeprefix('-')}{digits}".isdigit():
        return 0  # A code that shares the name, such as a VAT rate "KCT".
    exponent = Decimal(text).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _check_year(record: Record[Any], view: View) -> Iterator[Finding]:
    data = record.data
    if data.to_date < data.from_date:
        values = {"field": "to_date", "from_date": data.from_date.isoformat()}
        yield Finding("error", "value_out_of_range", "to_date", None, values)
    if data.from_date.year != data.year:
        yield Finding("error", "value_out_of_range", "year", None, {"field": "year"})
    for other in view.all("fiscal_year"):
        apart = other.data.to_date < data.from_date or data.to_date < other.data.from_date
        if other.id != record.id and not apart and other.data.year != data.year:
            values = {"fields": "from_date, to_date", "year": other.data.year}
            yield Finding("error", "already_exists", "from_date", None, values)


def _check_link(record: Record[Any], view: View) -> Iterator[Finding]:
    if any(other.id != record.id for other in view.all("platform_link")):
        yield Finding("error", "already_exists", None, None, {"fields": "platform_link"})


def check_delete(record: Record[Any], view: View) -> Iterator[Finding]:
    """Say why a record stays: it is posted, has children, or others refer to it by id.

    Modules add what no reference shows: an account's code in the books, a filed declaration.
    """
    if record.type == "audit_entry":
        yield Finding("error", "no_permission", None, None, {"type": record.type})
    yield from rights.check_delete(record, view)
    posted = [ledger for ledger in record.posting if record.posted(ledger)]
    if posted and not _posts_when_accepted(view, record.type):
        yield Finding("error", "is_posted", None, None, {"ledgers": posted})
    users = [user for user in view.referenced(record.type, record.id) if user.id != record.id]
    children = [
        user
        for user in users
        if user.type == record.type and getattr(user.data, "parent", None) == record.id
    ]
    if children:
        codes = [getattr(child.data, "code", child.id) for child in children[:10]]
        yield Finding("error", "has_children", None, None, {"children": codes})
    others = [user for user in users if user not in children]
    if others and not children:
        yield Finding("error", "in_use", None, None, {"used_in": counted(others)})


def _posts_when_accepted(view: View, type: str) -> bool:
    return any(t.id == type and t.posts_when_accepted for t in view.record_types())


def counted(records: Sequence[Record[Any]]) -> dict[str, int]:
    """Count records by their type."""
    return dict(sorted(Counter(record.type for record in records).items()))
