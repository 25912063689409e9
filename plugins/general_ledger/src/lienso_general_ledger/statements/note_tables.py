"""The figures of the notes (B09), from the same books as the statements that they explain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ..chart import name_of
from .evaluate import Sheet
from .note_forms import Nature, Note, NotesForm, Part
from .records import NoteRow, NoteTable
from .sources import RESULT, accounts_of

Columns = Mapping[str, Sheet]
"""Column of a statement (closing, opening; this_period, prior_period) → its sheet."""

TYPED = "Số nhập tay, điều chỉnh"
_HEADS = {
    "closing": "Số cuối kỳ",
    "opening": "Số đầu kỳ",
    "this_period": "Kỳ này",
    "prior_period": "Kỳ trước",
}
_CARRIED = ("15", "632", RESULT)
"""Where costs go: what stands across is no element of them, but for the stock that is used."""


def tables(form: NotesForm, columns: Columns) -> list[NoteTable]:
    """Return the tables of all notes that have figures; rows without any are left out.

    Args:
        columns: ``prior_period`` may be missing, where nothing is compared.
    """
    made = []
    for section in form.sections:
        for note in section.notes:
            table = _table(note, form.nature, columns)
            if table is not None and table.rows:
                made.append(table)
    return made


def _table(note: Note, nature: Nature, columns: Columns) -> NoteTable | None:
    if note.table == "movement":
        return NoteTable(note=note.code, heads=list(note.heads), rows=_movement(note, columns))
    if note.table == "nature":
        return NoteTable(
            note=note.code,
            heads=[_HEADS["this_period"], _HEADS["prior_period"]],
            rows=_by_element(nature, columns),
        )
    if note.table == "lines":
        sheet = columns["closing"]
        statement, _, _code = note.lines[0].partition(":")
        names = sheet.regime.form(statement).columns
        rows = [row for place in note.lines for row in _line(place, names, columns)]
        return NoteTable(note=note.code, heads=[_HEADS[name] for name in names], rows=rows)
    return None


def _line(place: str, names: Sequence[str], columns: Columns) -> Iterator[NoteRow]:
    """Yield a line, then the accounts that make it, which add up to it."""
    statement, _, code = place.partition(":")
    by = [accounts_of(columns[name], statement, code) if name in columns else {} for name in names]
    accounts = sorted({account for found in by for account in found}, key=lambda a: (not a, a))
    if not accounts:
        return
    regime, view = columns["closing"].regime, columns["closing"].column.facts.view
    name = regime.form(statement).lines[code].name.vi
    yield NoteRow(name=name, values=[sum(found.values()) for found in by], total=True)
    for account in accounts:
        title = name_of(view, account) if account else TYPED
        yield NoteRow(name=title, account=account, values=[found.get(account, 0) for found in by])


def _movement(note: Note, columns: Columns) -> list[NoteRow]:
    rows: list[NoteRow] = []
    ends: list[tuple[int, int]] = []
    for part in note.parts:
        found = list(_changes(part, columns["closing"]))
        sums = [sum(row.values[n] or 0 for row in found) for n in range(4)]
        ends.append((sums[0], sums[3]))
        if found:
            rows += [NoteRow(name=part.title, values=[*sums], total=True), *found]
    if note.net and rows:
        first, others = ends[0], ends[1:]
        opening, closing = (first[n] - sum(one[n] for one in others) for n in (0, 1))
        rows.append(NoteRow(name=note.net, values=[opening, None, None, closing], total=True))
    return rows


def _changes(part: Part, sheet: Sheet) -> Iterator[NoteRow]:
    """Yield opening, increase, decrease and closing of every account, positive on its own side."""
    column, sign = sheet.column, 1 if part.side == "debit" else -1
    sums: dict[str, list[int]] = {}
    for place, items in ((0, column.items(True)), (3, column.items(False))):
        for item in items.by_attributes.under(part.accounts):
            sums.setdefault(item.account, [0] * 4)[place] += sign * item.amount
    for turn in column.turns.under(part.accounts):
        moved = (turn.debit, turn.credit)[::sign]
        its = sums.setdefault(turn.account, [0] * 4)
        its[1] += moved[0]
        its[2] += moved[1]
    for account, amounts in sorted(sums.items()):
        if any(amounts):
            name = name_of(column.facts.view, account)
            yield NoteRow(name=name, account=account, values=[*amounts])


def _by_element(nature: Nature, columns: Columns) -> list[NoteRow]:
    """Return costs of the period by what stands across from the accounts of costs."""
    names = ("this_period", "prior_period")
    by = [_elements(nature, columns[name]) if name in columns else {} for name in names]
    titles = (*nature.elements, nature.rest)
    rows = [NoteRow(name=title, values=[found.get(title, 0) for found in by]) for title in titles]
    shown = [row for row in rows if any(row.values)]
    if shown:
        total = [sum(found.values()) for found in by]
        shown.append(NoteRow(name="Cộng", values=[*total], total=True))
    return shown


def _elements(nature: Nature, sheet: Sheet) -> dict[str, int]:
    found: dict[str, int] = {}
    for turn in sheet.column.turns.under(nature.costs):
        if turn.closing or turn.contra.startswith(nature.costs):
            continue
        title = _element(turn.contra, nature.elements.items())
        if title or not turn.contra.startswith(_CARRIED):
            key = title or nature.rest
            found[key] = found.get(key, 0) + turn.debit - turn.credit
    return found


def _element(contra: str, elements: Iterable[tuple[str, tuple[str, ...]]]) -> str:
    return next((title for title, accounts in elements if contra.startswith(accounts)), "")
