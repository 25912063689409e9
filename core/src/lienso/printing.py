"""Printed forms: plain text in columns, and the mark on what the cloud has not confirmed.

A record type says how its form looks (`RecordType.print`); here it is printed, at a site with or
without a line. Columns are counted as a terminal or a fixed font shows them: a letter that takes two
columns counts two, a combining accent none.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from . import messages, numbers, rights
from .calls import guarded
from .errors import Refused

if TYPE_CHECKING:
    from .kernel import Kernel
    from .model import Actor, Record
    from .storage import Writer
    from .view import View

Align = Literal["<", ">", "^"]


@dataclass(frozen=True, slots=True)
class Printed:
    """A printed form.

    Attributes:
        text: the form, with the mark in front where there is one.
        sync_state: of the record when it was printed, as `View.sync_state` says it.
    """

    text: str
    sync_state: str


def printed(kernel: Kernel, by: Actor, type: str, id: str) -> Printed:
    """Print a record, named by id, code or number.

    A number that the cloud has not accepted may still change (sync-design §8): the form says so, and
    so does the form of a record whose latest edit is not sent, or whose number was another before. A
    site counts how often a voucher was printed.

    Raises:
        Unknown: ``not_found``. Refused: ``not_printable``: the type has no form. PluginCrashed.
    """
    record_type = kernel.registry.record_type(type)
    form = record_type.print
    if form is None:
        kinds = sorted(id for id, kind in kernel.registry.record_types.items() if kind.print)
        raise Refused("not_printable", {"type": type, "printable": ", ".join(kinds)})

    def work(view: View) -> tuple[str, Printed]:
        found = to_print(kernel, by, view, type, id)
        text: str = guarded(type, "print", lambda: form(found.record, view))
        if not found.marks:
            return found.record.id, Printed(text, found.sync_state)
        width = max(map(columns, text.splitlines()), default=0)
        rows = [f"*** {row}" for mark in found.marks for row in wrap(mark, width - 4)]
        return found.record.id, Printed("\n".join([*rows, "", text]), found.sync_state)

    shown, form_read = kernel.read(by, work)
    count(kernel, by, type, [shown])
    return form_read


@dataclass(frozen=True, slots=True)
class ToPrint:
    """A record that a user may print.

    Attributes:
        marks: what the form must say of a number or an edit that the cloud has not confirmed.
    """

    record: Record[Any]
    sync_state: str
    marks: tuple[str, ...]


def to_print(kernel: Kernel, by: Actor, view: View, type: str, id: str) -> ToPrint:
    """Return a record for its form, named by id, code or number.

    Raises:
        Unknown: ``not_found``. Refused: ``no_permission``, ``sign_in_required``.
    """
    record = view.require(type, id)
    rights.require_on(kernel, by, view, "print", record)
    state = view.sync_state(type, record.id)
    marks = []
    if state != "synced":
        number = getattr(record.data, "no", "") or getattr(record.data, "no_management", "")
        code = "edit_unconfirmed" if state == "pending" else "number_unconfirmed"
        marks.append(messages.text(kernel.registry, code, {"no": number}))
    if earlier := view.earlier_numbers(record.id):
        marks.append(messages.text(kernel.registry, "number_was", {"old": ", ".join(earlier)}))
    return ToPrint(record, state, tuple(marks))


def count(kernel: Kernel, by: Actor, type: str, ids: Sequence[str]) -> None:
    """Count at a site that numbered records were printed: a new number is printed again."""
    if kernel.role != "site" or not numbers.is_numbered(kernel.registry.record_type(type)):
        return
    from .sync.renumbering import note_printed  # it needs this module's kernel

    def note(writer: Writer) -> None:
        for id in ids:
            note_printed(writer, type, id)

    kernel.storage.write(by.tenant, note)


def columns(text: str) -> int:
    """Return how many columns a text takes."""
    from rich.cells import cell_len  # loaded where something is printed, not by every start

    return cell_len(text)


def pad(text: str, width: int, align: Align = "<") -> str:
    """Fill a text up to a width; a longer one stays as it is."""
    room = max(width - columns(text), 0)
    left = {"<": 0, "^": room // 2, ">": room}[align]
    return " " * left + text + " " * (room - left)


def wrap(text: str, width: int, indent: str = "") -> list[str]:
    """Break a text into rows of at most so many columns, between words where that is possible.

    Args:
        indent: what the second and further rows begin with.
    Returns:
        No row for an empty text.
    """
    rows: list[str] = []
    row = ""
    for word in re.findall(r"\s*\S+", text):
        if row and columns(row + word) > width:
            rows.append(row)
            row = indent + word.lstrip()
        else:
            row += word
        while columns(row) > width:
            fitting = _fitting(row, width)
            rows.append(row[:fitting])
            row = indent + row[fitting:]
    return [*rows, row] if row else rows


def _fitting(text: str, width: int) -> int:
    """Return how many characters of a text fit the width; at least one."""
    taken = 0
    for place, char in enumerate(text):
        taken += columns(char)
        if taken > width:
            return max(place, 1)
    return len(text)
