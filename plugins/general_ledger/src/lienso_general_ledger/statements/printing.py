"""A set of statements as text for 80 columns: forms with marks and footnote, notes, signers."""

from __future__ import annotations

import datetime
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any

from lienso import Record
from lienso.view import View

from ..chart import name_of
from . import computing
from .forms import Form, FormLine
from .note_forms import notes_of
from .periods import add_months, is_interim, year_start
from .records import NoteTable, StatementSet
from .reports import FOOTNOTE, mark_of, shown_lines

WIDTH = 80
_CODE, _NAME, _AMOUNT = 9, 35, 18


def facts(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return the statements of a set as PDF forms show them, in its order.

    Returns:
        ``statements``: each ``id``, ``code``, ``kind``, ``name``, ``heads`` of its columns, ``lines``
        (code, name, mark of a guess, number of the note, values in đồng by column), ``sections`` of
        notes (`sections`), ``footnote``.
    """
    data: StatementSet = record.data
    regime = computing.regime_of_company(view, data.regime)
    printed = computing.printed_values(data)
    form_of_notes, with_notes = notes_of(data.regime), regime.notes in data.statements
    shown = []
    for id in data.statements:
        form = regime.form(id)
        values = printed.get(id, {})
        lines = [] if form.kind == "notes" else list(_line_facts(form, values, view))
        for line in lines:
            line["note"] = form_of_notes.note_of(id, line["code"]) if with_notes else ""
        shown.append(
            {
                "id": id,
                "code": form_code(form, data, view),
                "kind": form.kind,
                "name": form.name.vi,
                "heads": _heads(form),
                "lines": lines,
                "sections": list(sections(data, view)) if form.kind == "notes" else [],
                "footnote": FOOTNOTE if any(line["mark"] for line in lines) else "",
            }
        )
    return {"statements": shown}


def form_code(form: Form, data: StatementSet, view: View) -> str:
    """Return the number of a form as it stands on print (spec §6).

    B01a-DN is the full form of a part of a year, B01b-DN the summary one, B01-DNKLT that of a company that
    will not go on. TT133 has no forms of a part of a year: B01a-DNN is by liquidity.
    """
    number, _, kind = form.code.partition("-")
    if not form.code.startswith("B") or number.endswith("b"):
        return form.code
    if not data.going_concern:
        return f"{number[:3]}-{kind}KLT"
    interim = kind == "DN" and is_interim(view, data.from_date, data.to_date)
    return f"{number}a-{kind}" if interim else form.code


def _line_facts(
    form: Form, values: dict[str, dict[str, int]], view: View
) -> Iterator[dict[str, Any]]:
    if form.kind == "trial_balance":
        for code, its in values.items():
            amounts = [its.get(one, 0) for one in form.columns]
            yield {"code": code, "name": name_of(view, code), "mark": "", "values": amounts}
        return
    for line, name in shown_lines(form, values):
        code, its = line.code, values[line.code]
        yield {
            "code": code,
            "name": name,
            "mark": mark_of(line, its),
            "total": line.kind == "total",
            "parentheses": line.parentheses,
            "values": [its.get(one, 0) for one in form.columns],
        }


def sections(data: StatementSet, view: View) -> Iterator[dict[str, Any]]:
    """Yield the sections of the notes: ``title``, ``text``, and ``notes`` with title, text and table.

    Texts under a name that is no section or note come last, each as a section.
    """
    form = notes_of(data.regime)
    tables = {table.note: table for table in data.note_tables}
    left = dict(data.notes)
    for section in form.sections:
        usual = _usual_text(section.code, data, view)
        shown = []
        for note in section.notes:
            text, table = left.pop(note.code, ""), tables.get(note.code)
            if text or table is not None:
                title = f"{note.code}. {note.title}"
                shown.append({"title": title, "text": text, **_table_facts(table)})
        text = left.pop(section.code, "") or usual
        yield {"title": f"{section.code}. {section.title}", "text": text, "notes": shown}
    for name, text in left.items():
        yield {"title": f"{name}.", "text": text, "notes": []}


def _table_facts(table: NoteTable | None) -> dict[str, Any]:
    if table is None:
        return {"heads": [], "rows": []}
    return {"heads": table.heads, "rows": [row.model_dump(mode="json") for row in table.rows]}


def _usual_text(section: str, data: StatementSet, view: View) -> str:
    """Return what stands in a section of which nothing was written, where the company's books say it."""
    if section == "II":
        first = year_start(view, data.from_date)
        last = add_months(first, 12) - datetime.timedelta(days=1)
        return (
            f"Kỳ kế toán năm bắt đầu từ ngày {first:%d/%m/%Y}, kết thúc vào ngày {last:%d/%m/%Y}.\n"
            "Đơn vị tiền tệ sử dụng trong kế toán: đồng Việt Nam (VND)."
        )
    return f"Chế độ kế toán áp dụng: {_LAWS[data.regime]}." if section == "III" else ""


_LAWS: Mapping[str, str] = {
    "TT99": "Chế độ kế toán doanh nghiệp theo Thông tư số 99/2025/TT-BTC của Bộ Tài chính",
    "TT200": "Chế độ kế toán doanh nghiệp theo Thông tư số 200/2014/TT-BTC ngày 22/12/2014",
    "TT133": "Chế độ kế toán doanh nghiệp nhỏ và vừa theo Thông tư số 133/2016/TT-BTC ngày 26/8/2016",
}


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
            parts.append(_head(form, data, view) + _notes(data, view))
        elif form.kind == "trial_balance":
            parts.append(_head(form, data, view) + list(_balances(printed.get(statement, {}))))
        else:
            parts.append(_head(form, data, view) + list(_lines(form, printed.get(statement, {}))))
    parts.append(_signers(data))
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _head(form: Form, data: StatementSet, view: View) -> list[str]:
    state = "" if data.status == "final" else " (bản nháp)"
    span = f"Từ ngày {data.from_date:%d/%m/%Y} đến ngày {data.to_date:%d/%m/%Y}{state}"
    return [
        f"Mẫu số {form_code(form, data, view)}".rjust(WIDTH),
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
    for line, title in shown_lines(form, values):
        code, its = line.code, values[line.code]
        mark = mark_of(line, its)
        marked |= bool(mark)
        amounts = [_amount(line, its.get(one, 0)) for one in (first, second)]
        name, *more = textwrap.wrap(title, _NAME - 1) or [""]
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


def _notes(data: StatementSet, view: View) -> list[str]:
    found = []
    for section in sections(data, view):
        found += _paragraphs(section["title"], section["text"])
        for note in section["notes"]:
            found += ["", *_paragraphs(note["title"], note["text"]), *_note_table(note)]
    return found


def _paragraphs(*texts: str) -> list[str]:
    lines = [line for text in texts for line in text.splitlines()]
    return [part for line in lines for part in textwrap.wrap(line, WIDTH) or [""]]


def _note_table(note: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of a note: a name, and its amounts in a line below it."""
    if not note["rows"]:
        return
    wide = WIDTH // max(4, len(note["heads"]))
    pad = wide * (4 - len(note["heads"]))
    shared = [textwrap.wrap(head, wide - 1) for head in note["heads"]]
    for n in range(max(map(len, shared))):
        yield " " * pad + "".join(f"{(one[n] if n < len(one) else ''):>{wide}}" for one in shared)
    for row in note["rows"]:
        name = " ".join(part for part in (row["account"], row["name"]) if part)
        yield from textwrap.wrap(name if row["total"] else f"  {name}", WIDTH)
        yield " " * pad + "".join(f"{_plain(value):>{wide}}" for value in row["values"])


def _plain(value: int | None) -> str:
    return "" if value is None else f"{value:,}".replace(",", ".")


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
