"""What a printed form is, and what is handed to the plugin that sets it in type."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from .model import Label, Record

Paper = Literal["A4", "A5"]

COPIES_MAX = 9
"""Copies (liên) of one document: more than any form asks for."""


@dataclass(frozen=True, slots=True)
class Form:
    """A printed form as PDF; records and reports of any module may have several.

    Attributes:
        code: what it is called, and the name of its file and of a company's own: ``01-TT``.
        template: path of its file; what is beside that file may be read by it.
        record_types: ids of the types that it prints. ``reports``: ids of the reports.
        fits: whether it prints this record; None: every one of its types.
        papers: sizes it is made for, the usual first. ``copies``: how many are usual (liên).
        landscape: the page lies on its long side.
    """

    code: str
    title: Label
    template: str
    record_types: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()
    fits: Callable[[Record[Any]], bool] | None = None
    papers: tuple[Paper, ...] = ("A4",)
    copies: int = 1
    landscape: bool = False


@dataclass(frozen=True, slots=True)
class Sheets:
    """Documents to be set in type as one PDF.

    Attributes:
        documents: each a form and the JSON values that it prints.
        paper: of all of them; empty: what is usual for each. ``copies``: of each; 0: as usual.
        folders: where the company keeps forms of its own; the first that has a file wins.
        archive: as PDF/A-2a, to be kept for as long as the law asks (Decree 174/2016, art. 12).
    """

    documents: Sequence[tuple[Form, Mapping[str, Any]]]
    paper: str = ""
    copies: int = 0
    folders: tuple[str, ...] = ()
    archive: bool = False
