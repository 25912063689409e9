"""Adding up a book by any of its dimensions: the source query of a company's own reports (§2)."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from lienso import Book, Column, Label, Prefix, Refused, Table
from lienso.fields import Params, Text
from lienso.model import Ledger
from lienso.view import View
from pydantic import Field, model_validator

COMMON = ("record_type", "number", "branch")
"""What every entry has besides the dimensions of its book."""


class SumsParams(Params):
    """Which book (``general_ledger``, ``stock`` …), what is added up, and by what; days inclusive.

    Attributes:
        by: dimensions of the book, and ``branch``, ``record_type``, ``number``.
        measures: of the book; empty: all of them.
        where: dimension → code or value; of ``account`` all below it too.
    """

    book: Text = "general_ledger"
    by: list[Text] = Field(default_factory=lambda: ["account"], min_length=1, max_length=8)
    measures: list[Text] = Field(default_factory=list, max_length=20)
    where: dict[str, Text] = Field(default_factory=dict, max_length=20)
    from_date: datetime.date
    to_date: datetime.date
    ledger: Ledger = "financial"
    branch: Text | None = None

    @model_validator(mode="after")
    def _in_order(self) -> SumsParams:
        if self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


def book_sums(params: SumsParams, view: View) -> Table:
    """Add up the posted entries of a book; groups in the order of their codes, and a total.

    Raises:
        Refused: ``params_invalid``: no such book, dimension or measure. Unknown: ``not_found``: a code.
    """
    book = view.books.get(params.book)
    if book is None:
        raise Refused("params_invalid", {"fields": f"book ({', '.join(sorted(view.books))})"})
    measures = params.measures or [measure.name for measure in book.measures]
    refs = _refs(book)
    _require_known(params, measures, book)
    where: dict[str, Any] = {name: _value(view, refs, name, v) for name, v in params.where.items()}
    if book.ledgers:
        where["ledger"] = params.ledger
    if params.branch:
        where["branch"] = view.require("org_unit", params.branch).id
    sums = view.book(book.id).sum(
        measures, by=params.by, where=where, date_from=params.from_date, date_to=params.to_date
    )
    rows = sorted(
        (*(view.code(refs[n], v) if refs.get(n) else v for n, v in zip(params.by, key, strict=True)),
         *values)
        for key, values in sums.items()
    )  # fmt: skip
    width = len(params.by)
    totals = [sum(row[width + place] for row in rows) for place in range(len(measures))]
    kinds = [book.measure(name) for name in measures]
    columns = (
        *(Column(name, Label(name, name)) for name in params.by),
        *(Column(m.name, Label(m.name, m.name), _kind(m.scale)) for m in kinds),
    )
    shown = tuple(
        (*row[:width], *(m.value(v) for m, v in zip(kinds, row[width:], strict=True)))
        for row in rows
    )
    last = ("Tổng cộng", *[""] * (width - 1), *map(lambda m, v: m.value(v), kinds, totals))
    days = f"Từ ngày {params.from_date:%d/%m/%Y} đến ngày {params.to_date:%d/%m/%Y}"
    title = Label(f"Tổng hợp sổ: {book.title.vi}", f"Sums of a book: {book.title.en}")
    return Table(columns, shown, title, days, last)


def _refs(book: Book) -> dict[str, str]:
    """Return dimension → the catalog whose ids it holds, empty text for plain values."""
    named = {one.name: one.ref for one in (*book.dimensions, *book.extras)}
    return {**dict.fromkeys(COMMON, ""), "branch": "org_unit", **named}


def _require_known(params: SumsParams, measures: list[str], book: Book) -> None:
    known = _refs(book)
    strange = [f"by ({name})" for name in params.by if name not in known]
    strange += [f"where ({name})" for name in params.where if name not in known]
    there = {measure.name for measure in book.measures}
    strange += [f"measures ({name})" for name in measures if name not in there]
    if strange:
        raise Refused("params_invalid", {"fields": ", ".join(strange)})


def _value(view: View, refs: dict[str, str], name: str, value: str) -> str:
    if name == "account":
        return Prefix(value)
    return view.require(refs[name], value).id if refs.get(name) else value


def _kind(scale: int) -> Literal["money", "quantity"]:
    return "quantity" if scale else "money"
