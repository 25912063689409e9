"""``lienso report``: the list of reports, one as a table, and the way from a row down to a record and its
history."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..errors import Refused
from ..model import Column, Label, Table
from .shared import (
    HERE,
    Company,
    Config,
    Data,
    Json,
    Storage,
    actor,
    asking,
    emit,
    json_object,
    language,
    opened,
    saying,
)

if TYPE_CHECKING:
    from ..client import Client
    from ..drilling import Drill
    from ..kernel import Kernel
    from ..model import Actor

AMOUNTS = ("money", "quantity", "number")
"""Kinds of columns whose cells are never broken."""

_HISTORY = (
    Column("version", Label("Phiên bản", "Version"), "number"),
    Column("at", Label("Thời điểm", "Instant")),
    Column("user", Label("Người dùng", "User")),
    Column("digest", Label("Mã băm nội dung", "Digest of the body")),
    Column("hash", Label("Mã băm trong chuỗi", "Hash in the chain")),
    Column("text", Label("Diễn giải", "Description")),
)


def report(
    id: Annotated[
        str, typer.Argument(help="E.g. general_ledger.trial_balance.", show_default=False)
    ] = "",
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    at: Annotated[
        str, typer.Option("--at", help="URL of the running site to ask in place of its folder.")
    ] = "",
    params: Annotated[
        str, typer.Option("--params", help='JSON object, e.g. {"from_date": …}.')
    ] = "{}",
    drill: Annotated[
        list[str] | None,
        typer.Option("--drill", help="Go down from the row with this cell; again: from there."),
    ] = None,
    list_reports: Annotated[
        bool, typer.Option("--list", help="List the reports of what is installed.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run a report, e.g. general_ledger.trial_balance; --drill shows what a row is made of."""
    from ..invocation import table_json

    if list_reports:
        _list(as_json)
        return
    if not id:
        raise typer.BadParameter("name a report; lienso report --list shows them")
    with asking(at) if at else _within(data, config, storage, tenant) as client:
        table = drilled(client, client.report(id, json_object(params)), drill or [])
    if as_json:
        emit(table_json(table))
    else:
        show(table)


class _Within:
    """A program's line to a kernel in this process; implements `lienso.transport.ApiConnection`."""

    def __init__(self, kernel: Kernel, by: Actor) -> None:
        from ..api import Api

        self._api, self._by = Api(kernel), by

    def use_session(self, token: str) -> None:
        """Who works at the folder itself needs no session."""

    def request(self, rpc: str, body: Mapping[str, object]) -> dict[str, object]:
        return dict(self._api.request(self._by, rpc, body))

    def stream(self, rpc: str, body: Mapping[str, object]) -> Iterator[dict[str, object]]:
        yield from map(dict, self._api.stream(self._by, rpc, body))

    def close(self) -> None:
        """Nothing is held open."""


@contextmanager
def _within(data: Path, config: Path | None, storage: str, tenant: str) -> Iterator[Client]:
    from ..client import Client

    with opened(data, config, storage) as kernel:
        yield Client(_Within(kernel, actor(kernel, tenant)))


def _list(as_json: bool) -> None:
    from ..plugins import load_plugins

    with saying():
        found = load_plugins(None, {}).registry.reports.values()
    if as_json:
        emit(
            [
                {
                    "id": one.id,
                    "title_vi": one.title.vi,
                    "title_en": one.title.en,
                    "form": one.form_code,
                    "reads_books": one.reads_books,
                }
                for one in found
            ]
        )
        return
    columns = (
        Column("id", Label("Mã", "Id")),
        Column("form", Label("Mẫu số", "Form")),
        Column("title", Label("Tên báo cáo", "Report")),
    )
    rows = tuple((one.id, one.form_code, getattr(one.title, language())) for one in found)
    show(Table(columns, rows, Label("Báo cáo", "Reports")))


# -- the way down ----------------------------------------------------------------------------------


def drilled(client: Client, table: Table, cells: Sequence[str]) -> Table:
    """Go down from a table, once for each cell: into the row that holds it.

    Raises:
        Refused: ``no_such_row`` with what can be gone into.
    """
    for cell in cells:
        drill = _below(table, cell)
        if drill.report:
            table = client.report(drill.report, drill.params)
        else:
            table = _history(client, drill)
    return table


def _below(table: Table, cell: str) -> Drill:
    open_rows: list[str] = []
    for row, drill in zip(table.rows, table.drills, strict=False):
        if drill is None:
            continue
        texts = [str(value) for value in row]
        if cell in texts:
            return drill
        open_rows.append(texts[0])
    raise Refused("no_such_row", {"cell": cell, "rows": sorted(set(open_rows))[:100]})


def _history(client: Client, drill: Drill) -> Table:
    """Return all versions of a record, the newest first, with their hashes."""
    rows = []
    for one in client.history(drill.type, drill.id):
        text = one.body.get("description") or one.body.get("reason") or ""
        user = one.provenance.get("user", "")
        rows.append((one.version, one.at, user, one.digest, one.hash, text))
    title = Label("Lịch sử chứng từ", "History of the record")
    return Table(_HISTORY, tuple(rows), title, drill.type)


# -- for people ------------------------------------------------------------------------------------

NARROWEST = 12
"""Characters that a column of words keeps in a narrow terminal; it breaks, and an amount never does."""

WIDE = 1_000
"""Characters of a line that goes into a file or a pipe: no table is broken there."""

BESIDE = 3
"""Characters of a column beside its text: a line, and a blank on both sides."""


def show(table: Table) -> None:
    """Print a report's table; where the terminal is too narrow for its amounts, lines run over."""
    from rich.console import Console
    from rich.table import Table as RichTable

    rows = [*table.rows, *([table.totals] if table.totals else [])]
    cells = [[_cell(value) for value in row] for row in rows]
    titles = [getattr(column.title, language()) for column in table.columns]
    console = Console()
    widths = _widths(table, titles, cells, console.width if console.is_terminal else WIDE)
    shown = RichTable(title=getattr(table.title, language()), caption=table.subtitle or None)
    for column, title, width in zip(table.columns, titles, widths, strict=True):
        justify: Literal["right", "left"] = "right" if column.kind in AMOUNTS else "left"
        shown.add_column(title, justify=justify, width=width, overflow="fold")
    for row in cells:
        shown.add_row(*row)
    Console(width=sum(widths) + BESIDE * len(widths) + 1).print(shown)


def _widths(
    table: Table, titles: Sequence[str], cells: Sequence[Sequence[str]], width: int
) -> list[int]:
    """Return how many characters each column gets: amounts what they need, words what is left."""
    widths, whole = [], []
    for place, title in enumerate(titles):
        widest = max((len(row[place]) for row in cells), default=0)
        words = max(map(len, title.split()), default=1)
        widths.append(max(widest, words))
        whole.append(max(widest, len(title)))
    broken = [place for place, one in enumerate(table.columns) if one.kind not in AMOUNTS]
    spare = width - sum(widths) - BESIDE * len(widths) - 1 + sum(widths[at] for at in broken)
    for left, place in zip(range(len(broken), 0, -1), broken, strict=True):
        widths[place] = min(whole[place], max(NARROWEST, spare // left))
        spare -= widths[place]
    for place in range(len(widths)):
        if place not in broken:
            wider = max(0, min(whole[place] - widths[place], spare))
            widths[place] += wider
            spare -= wider
    return widths


def _cell(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace(",", ".")
    return "" if value is None else str(value)
