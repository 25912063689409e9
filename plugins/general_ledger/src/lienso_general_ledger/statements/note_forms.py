"""The notes to the statements (B09) as a form: sections, numbered notes, what each is made of.

The shipped ones are files (`data/notes_<regime>.json`): sections and numbers of the notes as the form of
the circular has them, the lines and accounts behind a note ours.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

CHANGES = ("Số đầu kỳ", "Tăng trong kỳ", "Giảm trong kỳ", "Số cuối kỳ")


@dataclass(frozen=True, slots=True)
class Part:
    """Accounts whose changes are shown; ``side`` is that of their balance."""

    title: str
    side: str
    accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A numbered note: a text, and figures where the books have them.

    Attributes:
        lines: ``statement:code`` that it explains; these lines name it in their column of notes.
        table: ``lines`` breaks its lines down by account, ``movement`` shows the changes of its parts,
            ``nature`` costs by element; empty: a text alone.
        net: title of the first part less the others. ``heads``: of the columns of a movement.
    """

    code: str
    title: str
    lines: tuple[str, ...] = ()
    table: str = ""
    parts: tuple[Part, ...] = ()
    net: str = ""
    heads: tuple[str, ...] = CHANGES


@dataclass(frozen=True, slots=True)
class Section:
    """A section; its own text stands before its notes."""

    code: str
    title: str
    notes: tuple[Note, ...]


@dataclass(frozen=True, slots=True)
class Nature:
    """Costs by element: the accounts of costs, and by what stands across.

    Attributes:
        elements: title → beginnings of the accounts across. ``rest``: title of what has none of these.
    """

    costs: tuple[str, ...]
    elements: Mapping[str, tuple[str, ...]]
    rest: str


@dataclass(frozen=True, slots=True)
class NotesForm:
    """The notes of a regime."""

    sections: tuple[Section, ...]
    nature: Nature

    def note_of(self, statement: str, code: str) -> str:
        """Return the number of the note that explains a line; empty where none does."""
        place = f"{statement}:{code}"
        return next(
            (note.code for part in self.sections for note in part.notes if place in note.lines), ""
        )


@cache
def notes_of(regime: str) -> NotesForm:
    """Return the notes of a shipped regime (TT99, TT200, TT133)."""
    source = files(__package__).joinpath("data", f"notes_{regime.lower()}.json")
    found = json.loads(source.read_text(encoding="utf-8"))
    nature = found["nature"]
    elements = {one["title"]: tuple(one["contra"]) for one in nature["elements"]}
    return NotesForm(
        tuple(
            Section(one["code"], one["title"], tuple(_note(note) for note in one["items"]))
            for one in found["sections"]
        ),
        Nature(tuple(nature["costs"]), elements, nature["rest"]),
    )


def _note(found: Mapping[str, Any]) -> Note:
    return Note(
        found["code"],
        found["title"],
        tuple(found.get("lines", ())),
        found.get("table", ""),
        tuple(
            Part(one["title"], one["side"], tuple(one["accounts"]))
            for one in found.get("parts", ())
        ),
        found.get("net", ""),
        tuple(found.get("heads", CHANGES)),
    )
