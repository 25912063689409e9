"""Thuyết minh (B09) on screen: what makes up each line of the balance sheet, followed to the entries."""

from __future__ import annotations

from lienso import Column, Drill, Label, Table
from lienso.view import View
from lienso_catalog import regime_of

from ..chart import name_of
from . import computing, functions
from .evaluate import Sheet
from .forms import Form
from .grammar import BALANCES, Call
from .reports import PeriodOfStatements, day_texts, place_of, unkept


class NotesParams(PeriodOfStatements):
    """The period whose balance sheet is broken down."""


def notes(params: NotesParams, view: View) -> Table:
    """Break the lines of the balance sheet down into accounts, at the end and the start of a period."""
    regime = computing.regime_of_company(view, regime_of(view))
    data = unkept(params, view, regime, [])
    this = computing.sheets(view, data.model_copy(update={"compare": False}), regime)["this"]
    form = regime.form(regime.headline.assets[0])
    closing = _by_account(this, form)
    opening = _by_account(computing.opening_sheet(this, data, regime), form)
    rows, drills = [], []
    place = place_of(params) | day_texts(data.from_date, data.to_date)
    for code, line in form.lines.items():
        accounts = sorted(account for its, account in {*closing, *opening} if its == code)
        if not accounts:
            continue
        sums = [
            sum(found.get((code, account), 0) for account in accounts)
            for found in (closing, opening)
        ]
        rows.append((code, line.name.vi, "", *sums))
        step = {"statement": form.id, "code": code, **place}
        drills.append(Drill("general_ledger.statement_line", step))
        for account in accounts:
            key = (code, account)
            its = (closing.get(key, 0), opening.get(key, 0))
            rows.append(("", name_of(view, account), account, *its))
            step = {"account": account, **place}
            drills.append(Drill("general_ledger.statement_entries", step))
    columns = (
        Column("code", Label("Mã số", "Code")),
        Column("name", Label("Khoản mục", "Item")),
        Column("account", Label("Tài khoản", "Account")),
        Column("closing", Label("Số cuối kỳ", "Closing"), "money"),
        Column("opening", Label("Số đầu kỳ", "Opening"), "money"),
    )
    title = Label("Thuyết minh báo cáo tài chính", "Notes to the financial statements")
    return Table(columns, tuple(rows), title, drills=tuple(drills))


def _by_account(sheet: Sheet, form: Form) -> dict[tuple[str, str], int]:
    """Return what each account adds to each leaf: (code, account) → đồng."""
    found: dict[tuple[str, str], int] = {}
    for code, line in form.lines.items():
        if line.kind != "leaf":
            continue
        for sign, term in line.parsed.walk():
            if isinstance(term, Call) and term.name in BALANCES and term.point != "open":
                for part in functions.parts(sheet.column, term, False):
                    key = (code, part.account)
                    found[key] = found.get(key, 0) + sign * part.amount
    return {key: amount for key, amount in found.items() if amount}
