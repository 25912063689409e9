"""A statement as a table, what a line is made of, and the entries behind an account (spec §4.3).

Each table tells of its rows where they come from: statement → line → accounts → entries → voucher.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from typing import Any, Literal

from lienso import Column, Drill, Label, Prefix, Record, Refused, Table
from lienso.fields import Params
from lienso.model import Ledger
from lienso.view import View
from lienso_catalog import regime_of
from pydantic import Field, model_validator

from ..balances import LEDGER_BOOK
from ..chart import name_of
from . import computing
from .evaluate import Sheet
from .forms import GUESS, Form, FormLine, Regime
from .grammar import Sum
from .periods import period_ending
from .records import StatementSet
from .sets import SetParams, find_set
from .sources import sources

FOOTNOTE = (
    "(?) Chỉ tiêu lập theo cách hiểu của phần mềm, văn bản chưa nêu tài khoản; đơn vị kiểm tra, sửa"
    " công thức hoặc xác nhận."
)
"""Under every statement with a line that is a guess and not empty (`reference/README.md` §5)."""

_DAY = datetime.timedelta(days=1)
_HEADINGS = {
    "closing": Label("Số cuối kỳ", "Closing"),
    "opening": Label("Số đầu kỳ", "Opening"),
    "this_period": Label("Kỳ này", "This period"),
    "prior_period": Label("Kỳ trước", "Prior period"),
    "opening_debit": Label("Dư đầu kỳ Nợ", "Opening debit"),
    "opening_credit": Label("Dư đầu kỳ Có", "Opening credit"),
    "turnover_debit": Label("Phát sinh Nợ", "Turnover debit"),
    "turnover_credit": Label("Phát sinh Có", "Turnover credit"),
    "closing_debit": Label("Dư cuối kỳ Nợ", "Closing debit"),
    "closing_credit": Label("Dư cuối kỳ Có", "Closing credit"),
}


class PeriodOfStatements(Params):
    """Days from and to, both inclusive; without them the fiscal year of today.

    Attributes:
        branch: code or id; None is the whole company.
    """

    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    ledger: Ledger = "financial"
    branch: str | None = None
    include_dependents: bool = False

    @model_validator(mode="after")
    def _in_order(self) -> PeriodOfStatements:
        if self.from_date and self.to_date and self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self

    def days(self, view: View) -> tuple[datetime.date, datetime.date]:
        """Return the first and the last day."""
        last = self.to_date or view.today
        return self.from_date or period_ending(view, last, "year")[0], last


class StatementParams(PeriodOfStatements):
    """Which statement, of a kept set or computed now.

    Attributes:
        set: id or interval of a set; empty computes the period from the books as they are.
        statement: id of a form; empty is the balance sheet.
        unit: đồng, nghìn or triệu; values are rounded for print only.
    """

    set: str = Field(default="", max_length=50)
    statement: str = ""
    unit: Literal[1, 1_000, 1_000_000] = 1


class LineParams(PeriodOfStatements):
    """A line of a statement in one of its columns; by default the first."""

    statement: str
    code: str
    column: str = ""


class EntriesParams(PeriodOfStatements):
    """The entries of an account with all below it, against one other account or against any."""

    account: str = Field(min_length=1, max_length=20)
    contra: str = Field(default="", max_length=20)


# -- a statement ------------------------------------------------------------------------------------


def statement(params: StatementParams, view: View) -> Table:
    """Báo cáo tài chính: the lines of one statement, as printed.

    Raises:
        Unknown: ``not_found``: no such set or statement.
    """
    data = _data(params, view)
    regime = computing.regime_of_company(view, data.regime)
    form = regime.form(params.statement or regime.headline.assets[0])
    values = computing.printed_values(data).get(form.id, {})
    names = (Column("code", Label("Mã số", "Code")), Column("name", Label("Chỉ tiêu", "Item")))
    columns = (*names, *(Column(one, _HEADINGS[one], "money") for one in form.columns))
    rows, drills = [], []
    for code, name, mark in _named(form, values, view):
        cells = [_rounded(values[code].get(one, 0), params.unit) for one in form.columns]
        rows.append((f"{code}{mark}", name, *cells))
        drills.append(_drill_of(form, code, data, params))
    marked = any("(?)" in row[0] for row in rows)
    subtitle = f"Từ ngày {data.from_date:%d/%m/%Y} đến ngày {data.to_date:%d/%m/%Y}"
    return Table(
        columns,
        tuple(rows),
        form.name,
        f"{subtitle}. {FOOTNOTE}" if marked else subtitle,
        drills=tuple(drills),
    )


def _data(params: StatementParams, view: View) -> StatementSet:
    if params.set:
        named = SetParams(set=params.set, ledger=params.ledger, branch=params.branch)
        found: Record[StatementSet] = find_set(view, named)
        return found.data
    regime = computing.regime_of_company(view, regime_of(view))
    form = regime.form(params.statement or regime.headline.assets[0])
    return computing.stamp(view, unkept(params, view, regime, [form.id]))[0]


def unkept(
    params: PeriodOfStatements, view: View, regime: Regime, statements: list[str]
) -> StatementSet:
    """Return a set that nobody keeps."""
    first, last = params.days(view)
    branch = None if params.branch is None else view.require("org_unit", params.branch).id
    return StatementSet(
        regime=regime.name,  # type: ignore[arg-type]  # the name of a shipped regime
        from_date=first,
        to_date=last,
        branch=branch,
        include_dependents=params.include_dependents,
        ledger=params.ledger,
        statements=statements,
    )


def _named(
    form: Form, values: dict[str, dict[str, int]], view: View
) -> Iterator[tuple[str, str, str]]:
    """Yield code, name and mark of what is printed."""
    if form.kind == "trial_balance":
        for code in values:
            yield code, name_of(view, code), ""
        return
    for line, name in shown_lines(form, values):
        yield line.code, name, mark_of(line, values[line.code])


def shown_lines(form: Form, values: dict[str, dict[str, int]]) -> Iterator[tuple[FormLine, str]]:
    """Yield the lines that are printed, each with its name.

    Empty lines go where the company says so; the items that are left are numbered on without a gap, their
    codes never change (spec §2.1).
    """
    left_out = 0
    for code, line in form.lines.items():
        its = values.get(code)
        found = _NUMBERED.match(line.name.vi)
        if found is not None and found[1] == "1":
            left_out = 0  # a new row of items
        if its is None or (line.hidden and not any(its.values())):
            left_out += found is not None
        elif found is None or not left_out:
            yield line, line.name.vi
        else:
            yield line, f"{int(found[1]) - left_out}. {line.name.vi[found.end() :]}"


_NUMBERED = re.compile(r"(\d+)\. ")


def mark_of(line: FormLine, values: dict[str, int]) -> str:
    """Return the mark of a line that is a guess and not empty."""
    guess = line.basis == GUESS and line.kind != "total" and any(values.values())
    return " (?)" if guess else ""


def _rounded(value: int, unit: int) -> int:
    half = unit // 2
    return value if unit == 1 else (abs(value) + half) // unit * (1 if value >= 0 else -1)


def day_texts(first: datetime.date, last: datetime.date) -> dict[str, Any]:
    return {"from_date": first.isoformat(), "to_date": last.isoformat()}


def _drill_of(form: Form, code: str, data: StatementSet, params: PeriodOfStatements) -> Drill:
    place = place_of(params) | day_texts(data.from_date, data.to_date)
    if form.kind == "trial_balance":
        return Drill("general_ledger.statement_entries", {"account": code, **place})
    line = {"statement": form.id, "code": code, "column": form.columns[0]}
    return Drill("general_ledger.statement_line", {**line, **place})


def place_of(params: PeriodOfStatements) -> dict[str, Any]:
    place: dict[str, Any] = {"ledger": params.ledger}
    if params.branch is not None:
        place |= {"branch": params.branch, "include_dependents": params.include_dependents}
    return place


# -- a line -----------------------------------------------------------------------------------------


def line(params: LineParams, view: View) -> Table:
    """Nguồn số liệu của chỉ tiêu: the lines or accounts whose amounts make a line; they add up to it.

    Raises:
        Refused: ``unknown_line``. Unknown: ``not_found``: no such statement.
    """
    regime = computing.regime_of_company(view, regime_of(view))
    form = regime.form(params.statement)
    column = params.column or next(iter(form.columns), "")
    its = form.lines.get(params.code)
    if its is None or column not in form.columns:
        place = {"statement": form.id, "line": params.code, "column": column}
        raise Refused("unknown_line", place)
    sheet = _sheet(params, view, regime, column)
    rows, drills = [], []
    for (function, what, contra, at_open), amount in _merged(sheet, its.parsed, form.id).items():
        rows.append((what, contra, _name(view, regime, function, what), function, amount))
        drills.append(_below(sheet, params, function, what, contra, at_open))
    columns = (
        Column("source", Label("Chỉ tiêu, tài khoản", "Line, account")),
        Column("contra", Label("TK đối ứng", "Contra account")),
        Column("name", Label("Tên", "Name")),
        Column("function", Label("Hàm", "Function")),
        Column("amount", Label("Số tiền", "Amount"), "money"),
    )
    total = sum(row[-1] for row in rows)
    subtitle = f"{form.id} {params.code} {its.name.vi}: {its.formula}"
    return Table(
        columns,
        tuple(rows),
        Label("Nguồn số liệu của chỉ tiêu", "What a line is made of"),
        subtitle,
        ("", "", "Cộng", "", total),
        tuple(drills),
    )


def _sheet(params: LineParams, view: View, regime: Regime, column: str) -> Sheet:
    data = unkept(params, view, regime, [])
    made = computing.sheets(view, data, regime)
    if column == "opening":
        return computing.opening_sheet(made["this"], data, regime)
    return made["prior" if column == "prior_period" else "this"]


def _merged(sheet: Sheet, formula: Sum, statement: str) -> dict[tuple[str, str, str, bool], int]:
    found: dict[tuple[str, str, str, bool], int] = {}
    for function, what, contra, amount, at_open in sources(sheet, formula, statement, 1, False):
        key = (function, what, contra, at_open)
        found[key] = found.get(key, 0) + amount
    return {key: amount for key, amount in found.items() if amount}


def _name(view: View, regime: Regime, function: str, what: str) -> str:
    if function != "line":
        return name_of(view, what)
    statement, _, code = what.partition(":")
    return regime.form(statement).lines[code].name.vi


def _below(
    sheet: Sheet, params: LineParams, function: str, what: str, contra: str, at_open: bool
) -> Drill:
    column = sheet.column
    place = place_of(params) | day_texts(column.first, column.last)
    if function == "line":
        statement, _, code = what.partition(":")
        form = sheet.regime.form(statement)
        if at_open and form.kind == "balance":
            place["column"] = "opening"
        return Drill(
            "general_ledger.statement_line", {"statement": statement, "code": code, **place}
        )
    against = {"contra": contra} if contra else {}
    return Drill("general_ledger.statement_entries", {"account": what, **against, **place})


# -- entries ----------------------------------------------------------------------------------------


def entries(params: EntriesParams, view: View) -> Table:
    """Bút toán của chỉ tiêu: the entries of an account in a period, what it had before them first."""
    first, last = params.days(view)
    branch = None if params.branch is None else view.require("org_unit", params.branch).id
    scope = computing.scope_of(view, params.ledger, branch, params.include_dependents)
    where = {**scope.where, "account": [Prefix(params.account)]}
    if params.contra:
        where["contra_account"] = [Prefix(params.contra)]
    rows: list[tuple[Any, ...]] = []
    drills: list[Drill | None] = []
    book = view.book(LEDGER_BOOK)
    if not params.contra:
        sums = book.sum(("debit", "credit"), where=where, date_to=first - _DAY)[()]
        before = sums[0] - sums[1]
        rows.append(("", "", "Số dư đầu kỳ", "", "", max(before, 0), max(-before, 0)))
        drills.append(None)
    for posted in book.entries(where=where, date_from=first, date_to=last):
        entry = posted.entry
        named = entry.dimensions
        day = entry.posting_date.isoformat()
        moved = (entry.measures.get("debit", 0), entry.measures.get("credit", 0))
        accounts = (named["account"], named.get("contra_account", ""))
        rows.append((posted.number, day, posted.description, *accounts, *moved))
        drills.append(Drill(type=posted.record_type, id=posted.voucher_id))
    columns = (
        Column("no", Label("Số chứng từ", "Voucher")),
        Column("posting_date", Label("Ngày hạch toán", "Posting date"), "date"),
        Column("description", Label("Diễn giải", "Description")),
        Column("account", Label("Tài khoản", "Account")),
        Column("contra", Label("TK đối ứng", "Contra account")),
        Column("debit", Label("Nợ", "Debit"), "money"),
        Column("credit", Label("Có", "Credit"), "money"),
    )
    totals = ("", "", "Cộng", "", "", sum(row[5] for row in rows), sum(row[6] for row in rows))
    title = Label("Bút toán của chỉ tiêu", "Entries of a line")
    subtitle = f"{params.account} {name_of(view, params.account)}"
    return Table(columns, tuple(rows), title, subtitle, totals, tuple(drills))
