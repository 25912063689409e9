"""Nhập khẩu mã quy cách từ excel: spec codes for lines of unposted vouchers (`opening_and_import.md` §4.6).

Any voucher type whose lines name an item, a quantity and specs can take them; each voucher stands alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any

from lienso import LiensoError, Record, Refused
from lienso.fields import Params, Quantity, Text, parse_body, to_json
from lienso.importing import within
from lienso.importing.cells import BadCell, number_style, read_cell, shown
from lienso.importing.rows import fold_heading
from lienso.session import Session
from lienso.sheets import ImportColumn
from lienso.view import View
from pydantic import Field

from .jobs import errors_of

VALUES = 5
"""Columns of specs that an item may have."""

HEADINGS: Mapping[str, str] = {
    fold_heading(heading): name
    for heading, name in {
        "Loại chứng từ": "type",
        "Số chứng từ (*)": "voucher",
        "Ngày hạch toán": "posting_date",
        "Mã hàng (*)": "item",
        "Kho": "warehouse",
        "Số lượng": "qty",
        **{f"Mã quy cách {n}": f"value_{n}" for n in range(1, VALUES + 1)},
    }.items()
}
_QTY = ImportColumn("Số lượng", "qty", "decimal")
_DAY = ImportColumn("Ngày hạch toán", "posting_date", "date")


class SpecRow(Params):
    """Specs of a part of a line: the line by its number, or by item and warehouse.

    Attributes:
        row: of the file, the heading is 1. ``type``: record type or its Vietnamese name.
        values: as many as the item has spec columns. ``qty``: in the line's unit.
    """

    row: int = 0
    type: Text = ""
    voucher: Annotated[Text, Field(min_length=1, max_length=20)]
    posting_date: datetime.date | None = None
    line: int | None = None
    item: Text = ""
    warehouse: Text = ""
    values: list[Annotated[Text, Field(min_length=1, max_length=100)]] = Field(
        min_length=1, max_length=VALUES
    )
    qty: Annotated[Quantity, Field(gt=0)]


class SpecParams(Params):
    """Rows of a program, or {heading: cell, ``row``: number} of a sheet."""

    rows: list[dict[str, Any]] = Field(max_length=within.ROWS_MAX)


class SpecResult(Params):
    """Rows taken, and the lines that have them.

    Attributes:
        lines_done: {voucher, line, specs}. ``errors``: {row | voucher, line, code, values}: nothing of
            such a voucher was taken.
    """

    imported: int
    lines_done: list[dict[str, Any]]
    errors: list[dict[str, Any]]


def import_spec_codes(params: SpecParams, session: Session) -> SpecResult:
    """Put specs in place of those of the lines; the same rows again change nothing."""
    rows, errors = _read(params.rows)
    vouchers: dict[str, list[SpecRow]] = {}
    for row in rows:
        vouchers.setdefault(row.voucher, []).append(row)
    wrong = {error["voucher"] for error in errors if "voucher" in error}
    session.write_many(len(vouchers))
    imported, done = 0, []
    for at, (number, its) in enumerate(vouchers.items()):
        session.progress(at, len(vouchers), number)
        if number in wrong:
            continue  # a row of it could not be read
        filling = _Filling(session.view, number, its)
        try:
            with session.attempt():
                lines = filling.fill(session)
        except LiensoError as error:
            errors += filling.errors or [_told(number, error)]
        else:
            imported += len(its)
            done += lines
    return SpecResult(imported=imported, lines_done=done, errors=errors)


def _told(number: str, error: LiensoError) -> dict[str, Any]:
    found = errors_of(error)
    code = found[0].code if found else error.code
    values = dict(found[0].values) if found else dict(error.detail)
    line = found[0].line if found else None
    return {"voucher": number, **({"line": line} if line else {}), "code": code, "values": values}


# -- reading ----------------------------------------------------------------------------------------


def _read(raw: Sequence[Mapping[str, Any]]) -> tuple[list[SpecRow], list[dict[str, Any]]]:
    named = [_named(row, at) for at, row in enumerate(raw, 2)]
    style = number_style(shown(row.get("qty")) for row in named)
    rows, errors = [], []
    for row in named:
        place = {"row": row["row"]}
        if row.get("voucher"):
            place["voucher"] = row["voucher"]
        try:
            body = {**row, "qty": read_cell(_QTY, row.get("qty"), style)}
            if row.get("posting_date"):
                body["posting_date"] = read_cell(_DAY, row["posting_date"], style)
        except BadCell as error:
            errors.append({**place, "code": error.code})
            continue
        data, findings = parse_body(SpecRow, {k: v for k, v in body.items() if v not in (None, "")})
        if data is None:
            errors += [{**place, "column": one.field, "code": one.code} for one in findings]
        elif data.line is None and not data.item:
            errors.append({**place, "column": "item", "code": "field_required"})
        else:
            rows.append(data)
    return rows, errors


def _named(row: Mapping[str, Any], at: int) -> dict[str, Any]:
    """Return a row by the names of the API, whichever way it came."""
    found = {HEADINGS.get(fold_heading(name), name): cell for name, cell in row.items()}
    values = [shown(found.pop(f"value_{n}", None)) for n in range(1, VALUES + 1)]
    made = {name: cell for name, cell in found.items()}
    if any(values):
        made["values"] = [value for value in values if value]
    for name in ("voucher", "item", "warehouse", "type"):
        if name in made:
            made[name] = shown(made[name])
    return {"row": at, **made}


# -- one voucher ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Place:
    """A line and what it gets."""

    line: Any
    columns: Sequence[Any]
    left: Decimal
    specs: list[dict[str, Any]] = field(default_factory=list)


@dataclass(slots=True)
class _Filling:
    """The rows of one voucher, laid into its lines."""

    view: View
    number: str
    rows: Sequence[SpecRow]
    errors: list[dict[str, Any]] = field(default_factory=list)

    def fill(self, session: Session) -> list[dict[str, Any]]:
        """Save the voucher with its specs. Raises: LiensoError: why nothing of it was taken."""
        record = self._voucher()
        places = self._places(record)
        for row in self.rows:
            self._lay(row, places)
        for place in places:
            if place.specs and place.left:
                self._note(place.line.line, "spec_qty_differs", {"left": str(place.left)})
        if self.errors:
            raise Refused(self.errors[0]["code"])
        filled = {place.line.line: place.specs for place in places if place.specs}
        body = to_json(record.data)
        lines = [
            {**line, "specs": filled[line["line"]]} if line["line"] in filled else line
            for line in body["lines"]
        ]
        session.require("edit", record)
        session.save(record.type, {"lines": lines}, id=record.id)
        return [
            {"voucher": self.number, "line": line, "specs": specs} for line, specs in filled.items()
        ]

    def _voucher(self) -> Record[Any]:
        record = self.view.by_number(self.number)
        first = self.rows[0]
        if record is None or not _takes_specs(record):
            raise Refused("not_found", {"type": first.type or "voucher", "value": self.number})
        declared = next(one for one in self.view.record_types() if one.id == record.type)
        types = {row.type for row in self.rows} - {""}
        days = {row.posting_date for row in self.rows} - {None}
        named = {declared.id, declared.title.vi.casefold()}
        if any(one.casefold() not in named for one in types) or days - {record.data.posting_date}:
            raise Refused("not_found", {"type": ", ".join(types), "value": self.number})
        if record.posted("financial") or record.posted("management"):
            raise Refused("already_posted", {"no": self.number})
        return record

    def _places(self, record: Record[Any]) -> list[_Place]:
        found = []
        for line in record.data.lines:
            item = self.view.get("item", line.item) if line.item else None
            columns = () if item is None else item.data.spec_columns
            found.append(_Place(line, columns, Decimal(line.qty)))
        return found

    def _lay(self, row: SpecRow, places: Sequence[_Place]) -> None:
        """Put a row into its line; of several equal ones into the first with room, and on."""
        meant = [place for place in places if self._means(row, place.line)]
        if not meant:
            self._note(row.line, "not_found", {"type": "line", "value": row.item or row.line}, row)
            return
        place = meant[0]
        if not place.columns:
            code = self.view.code("item", place.line.item)
            self._note(place.line.line, "not_spec_tracked", {"item": code}, row)
        elif len(place.columns) != len(row.values):
            self._note(place.line.line, "spec_columns_differ", {}, row)
        elif self._unique_is_one(row, place, meant):
            self._spread(row, meant)

    def _means(self, row: SpecRow, line: Any) -> bool:
        if row.line is not None and line.line != row.line:
            return False
        if row.item and self.view.id_of("item", row.item) != line.item:
            return False
        its = getattr(line, "warehouse", None)
        return not row.warehouse or self.view.id_of("warehouse", row.warehouse) == its

    def _unique_is_one(self, row: SpecRow, place: _Place, meant: Sequence[_Place]) -> bool:
        """Tell whether unique values stand once, for one piece."""
        for at, column in enumerate(place.columns):
            if not column.unique:
                continue
            if row.qty != 1:
                self._note(place.line.line, "unique_spec_qty_not_one", {}, row)
                return False
            if any(one["values"][at] == row.values[at] for its in meant for one in its.specs):
                self._note(place.line.line, "spec_code_exists", {"value": row.values[at]}, row)
                return False
        return True

    def _spread(self, row: SpecRow, meant: Sequence[_Place]) -> None:
        left = Decimal(row.qty)
        for place in meant:
            part = min(left, place.left)
            if part > 0:
                place.specs.append({"values": list(row.values), "qty": str(part)})
                place.left -= part
                left -= part
        if left:
            self._note(meant[-1].line.line, "spec_qty_differs", {"left": str(-left)}, row)

    def _note(
        self, line: int | None, code: str, values: Mapping[str, Any], row: SpecRow | None = None
    ) -> None:
        place = {"row": row.row} if row is not None and row.row else {}
        where = {} if line is None else {"line": line}
        self.errors.append(
            {**place, "voucher": self.number, **where, "code": code, "values": dict(values)}
        )


def _takes_specs(record: Record[Any]) -> bool:
    lines: Iterator[Any] = iter(getattr(record.data, "lines", ()))
    fields: Mapping[str, Any] = next((type(line).model_fields for line in lines), {})
    return {"line", "item", "qty", "specs"} <= fields.keys()
