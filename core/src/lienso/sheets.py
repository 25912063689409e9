"""What a module declares of a workbook's sheets, as frozen objects; `lienso.importing` reads them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .model import Finding
    from .view import View


@dataclass(frozen=True, slots=True)
class ImportColumn:
    """A heading of an import sheet and the field it fills.

    Attributes:
        heading: Vietnamese, as printed in the workbook, without the mark (*).
        field: path in the record; ``lines.amount`` is a field of the line.
        kind: how cells are read. ``code`` looks a catalog's record up by code.
        ref: the catalog of a ``code``.
        required: an empty cell is an error.
        choices: label → value of a ``choice``; a number is a place in this order, from 0.
        check: (value of the cell, view) → what is wrong with it, None when all is well: rules of
            the sheet that saving the record does not ask, e.g. an account that only sums up.
        create_missing: a ``code`` that is not there becomes the plainest entry of its catalog, e.g. a
            unit of an item; otherwise it is ``not_found``.
    """

    heading: str
    field: str
    kind: Literal["text", "date", "money", "decimal", "bool", "choice", "code", "int"] = "text"
    ref: str = ""
    required: bool = False
    choices: Mapping[str, Any] = _field(default_factory=dict)
    check: Callable[[Any, View], Finding | None] | None = None
    create_missing: bool = False


@dataclass(frozen=True, slots=True)
class ImportSheet:
    """A sheet of a workbook that becomes records of a type (`opening_and_import` §4).

    Attributes:
        name: the sheet's Vietnamese name.
        group_by: fields whose equal values make several rows one record; empty: a row is a record.
        prepare: (fields) → fields, a last change of shape before the record is parsed.
        check: (values of a row by the columns' field paths, view) → what is wrong with the row, its
            findings naming a field path.
        subject: (cells of a row as they are seen, by the columns' field paths) → what the row is about;
            two rows of one record about the same are an error (``duplicate_row``). None: no matter.
        kind: how functions call it, where several sheets become one record type.
        existing: what becomes of a row whose code or number is there already: refused (``code_exists``
            …), kept as it is (charts of accounts name statutory accounts again), or updated.
    """

    name: str
    record_type: str
    columns: tuple[ImportColumn, ...]
    group_by: tuple[str, ...] = ()
    order: int = 100
    prepare: Callable[[dict[str, Any]], dict[str, Any]] | None = None
    check: Callable[[Mapping[str, Any], View], Sequence[Finding]] | None = None
    existing: Literal["refuse", "keep", "update"] = "refuse"
    kind: str = ""
    subject: Callable[[Mapping[str, str]], Hashable] | None = None

    @property
    def id(self) -> str:
        """How functions call it."""
        return self.kind or self.record_type
