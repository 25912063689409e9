"""One import of rows: what was read, what became of it, and how to take it back."""

from __future__ import annotations

from typing import Annotated, Literal

from lienso.fields import Body, CatalogEntry, Text
from pydantic import Field

IMPORT_BATCH = "import_batch"
IMPORT_TEMPLATE = "import_template"
MADE_MAX = 10_000
"""Records of one import that its batch names."""


CONTENT_MAX = 700_000
"""Characters of held rows: a change on the wire has 900 KiB."""


class ImportTemplate(CatalogEntry):
    """How the file of somebody is read: a mapping that a user keeps, e.g. for one partner.

    Attributes:
        sheet: kind of rows, ``journal``, ``customer`` … ``sheet_name``: of the workbook; empty: the one
            that has the kind's own name, else the first.
        heading_row, first_data_row: as the spreadsheet counts them; None: the row with most of the
            declared headings, and the one below it.
        map: heading of the file → heading (or field) of the kind.
    """

    sheet: Text = Field(min_length=1, max_length=100)
    sheet_name: Text = Field(default="", max_length=100)
    heading_row: int | None = Field(default=None, ge=1, le=1_000)
    first_data_row: int | None = Field(default=None, ge=2, le=50_000)
    map: dict[str, str] = Field(default_factory=dict, max_length=500)
    mode: Literal["add", "update"] = "add"
    valid_rows_only: bool = False


class Made(Body):
    """A record that an import made: type, id, and the version that it got."""

    type: Text
    id: Text
    version: int = 1


class ImportBatch(Body):
    """An import.

    Attributes:
        sheet: kind of rows: ``journal``, ``account_opening`` … ``name``: as the user calls it.
        hash: SHA-256 of source, kind, map and rows: the same rows again are refused.
        content: of held openings: canonical JSON of {mode, rows}, until they are sent.
        rows, valid: as checked. ``held``: openings imported offline, sent only by the user's word.
    """

    sheet: Text
    name: Text = ""
    file: Text = ""
    hash: Text = ""
    user: Text = ""
    site: Text = ""
    rows: int = 0
    valid: int = 0
    state: Literal["checked", "imported", "held", "synced", "cancelled"] = "checked"
    content: Annotated[Text, Field(max_length=CONTENT_MAX)] = ""
    made: Annotated[list[Made], Field(max_length=MADE_MAX)] = Field(default_factory=list)
