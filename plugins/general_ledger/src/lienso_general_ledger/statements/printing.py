"""A set of statements as text for 80 columns: forms with marks and footnote, notes, signers."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from lienso import Record
from lienso.view import View

from ..chart import name_of
from . import computing
from .forms import Form, FormLine
from .notes import SECTIONS
from .records import StatementSet
from .reports import FOOTNOTE, mark_of

WIDTH = 80
_CODE, _NAME, _AMOUNT = 9, 35, 18


def facts(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return the statements of a set as PDF forms show them, in its order.

    Returns:
        ``statements``: each ``id``, ``code``, ``kind``, ``name``, ``heads`` of its columns, ``lines``
        (code, name, mark of a guess, values in đồng by column), ``sections`` of notes, ``footnote``.
    """
    data: StatementSet = record.data
    regime = computing.regime_of_company(view, data.regime)
    printed = computing.printed_values(data)
    shown = []
    for id in data.statements:
        form = regime.form(id)
        values = printed.get(id, {})
        lines = [] if form.kind == "notes" else list(_line_facts(form, values, view))
        shown.append(
            {
                "id": id,
                "code": form.code,
                "kind": form.kind,
                "name": form.name.vi,
                "heads": _heads(form),
                "lines": lines,
                "sections": list(_section_facts(data)) if form.kind == "notes" else [],
                "footnote": FOOTNOTE if any(line["mark"] for line in lines) else "",
            }
        )
    return {"statements": shown}


def _line_facts(
    form: Form, values: dict[str, dict[str, int]], view: View
) -> Iterator[dict[str, Any]]:
    if form.kind == "trial_balance":
        for code, its in values.items():
            amounts = [its.get(one, 0) for one in form.columns]
            yield {"code": code, "name": name_of(view, code), "mark": "", "values": amounts}
        return
    for code, line in form.lines.items():
        its = values.get(code)
        if its is None or (line.hidden and not any(its.values())):
            continue
        yield {
            "code": code,
            "name": line.name.vi,
            "mark": mark_of(line, its),
            "total": line.kind == "total",
            "parentheses": line.parentheses,
            "values": [its.get(one, 0) for one in form.columns],
        }


def _section_facts(data: StatementSet) -> Iterator[dict[str, str]]:
    for name in (*SECTIONS, *(other for other in data.notes if other not in SECTIONS)):
        title = f"{name}. {SECTIONS.get(name, '')}".rstrip()
        yield {"title": title, "text": data.notes.get(name, "")}


def _heads(form: Form) -> list[str]:
    titles = {"closing": "Số cuối kỳ", "opening": "Số đầu kỳ"}
    first = next(iter(form.columns), "")
    return [titles.get(one, "Kỳ này" if one == first else "Kỳ trước") for one in form.columns]


def print_set(record: Record[Any], view: View) -> str:
    """Return all statements of a set, in its order."""
    data: StatementSet = record.data
    regime = computing.regime_of_company(view, data.regime)
    printed = computing.printed_values(data)
    parts = []
    for statement in data.statements:
        form = regime.form(statement)
        if form.kind == "notes":
            parts.append(_head(form, data) + _notes(data))
        elif form.kind == "trial_balance":
            parts.append(_head(form, data) + list(_balances(printed.get(statement, {}))))
        else:
            parts.append(_head(form, data) + list(_lines(form, printed.get(statement, {}))))
    parts.append(_signers(data))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(form: Form, data: StatementSet) -> list[str]:
    state = "" if data.status == "final" else " (bản nháp)"
    span = f"Từ ngày {data.from_date:%d/%m/%Y} đến ngày {data.to_date:%d/%m/%Y}{state}"
    return [
        f"Mẫu số {form.code}".rjust(WIDTH),
        *(line.center(WIDTH).rstrip() for line in textwrap.wrap(form.name.vi.upper(), WIDTH)),
        span.center(WIDTH).rstrip(),
        "Đơn vị tính: đồng".rjust(WIDTH),
    ]


def _lines(form: Form, values: dict[str, dict[str, int]]) -> Iterator[str]:
    first, second = form.columns
    heads = _heads(form)
    yield f"{'Mã số':<{_CODE}}{'Chỉ tiêu':<{_NAME}}{heads[0]:>{_AMOUNT}}{heads[1]:>{_AMOUNT}}"
    yield "-" * WIDTH
    marked = False
    for code, line in form.lines.items():
        its = values.get(code)
        if its is None or (line.hidden and not any(its.values())):
            continue
        mark = mark_of(line, its)
        marked |= bool(mark)
        amounts = [_amount(line, its.get(one, 0)) for one in (first, second)]
        name, *more = textwrap.wrap(line.name.vi, _NAME - 1) or [""]
        yield f"{code + mark:<{_CODE}}{name:<{_NAME}}{amounts[0]:>{_AMOUNT}}{amounts[1]:>{_AMOUNT}}"
        yield from (f"{'':<{_CODE}}{rest}" for rest in more)
    if marked:
        yield from textwrap.wrap(FOOTNOTE, WIDTH)


def _amount(line: FormLine, value: int) -> str:
    text = f"{abs(value):,}".replace(",", ".")
    if value < 0:
        return f"({text})" if line.parentheses else f"-{text}"
    return text


def _balances(rows: dict[str, dict[str, int]]) -> Iterator[str]:
    """Yield a trial balance: an account's three pairs of sums under one another."""
    for code, row in rows.items():
        yield f"TK {code}"
        for part, title in (
            ("opening", "Số dư đầu kỳ"),
            ("turnover", "Số phát sinh trong kỳ"),
            ("closing", "Số dư cuối kỳ"),
        ):
            sides = [f"{row[f'{part}_{side}']:,}".replace(",", ".") for side in ("debit", "credit")]
            yield f"  {title:<24}{'Nợ':>4}{sides[0]:>22}{'Có':>6}{sides[1]:>22}"


def _notes(data: StatementSet) -> list[str]:
    found = []
    for name in (*SECTIONS, *(other for other in data.notes if other not in SECTIONS)):
        found += textwrap.wrap(f"{name}. {SECTIONS.get(name, '')}".rstrip(), WIDTH)
        for paragraph in data.notes.get(name, "").splitlines():
            found += textwrap.wrap(paragraph, WIDTH) or [""]
    return found


def _signers(data: StatementSet) -> list[str]:
    names = data.signers
    third = WIDTH // 3
    titles = ("Người lập biểu", "Kế toán trưởng", "Người đại diện pháp luật")
    signed = (names.preparer, names.chief_accountant, names.representative)
    found = [
        "".join(text[:third].center(third) for text in row).rstrip() for row in (titles, signed)
    ]
    if names.certificate:
        found.append(f"Số chứng chỉ hành nghề: {names.certificate}"[:WIDTH])
    return found
