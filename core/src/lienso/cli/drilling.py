"""``lienso report --drill``: from a row to what it is made of, down to a record and its history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..api import Api
from ..drilling import Drill
from ..errors import Refused
from ..kernel import Kernel
from ..model import Actor, Column, Label, Table

_HISTORY = (
    Column("version", Label("Phiên bản", "Version"), "number"),
    Column("at", Label("Thời điểm", "Instant")),
    Column("user", Label("Người dùng", "User")),
    Column("digest", Label("Mã băm nội dung", "Digest of the body")),
    Column("hash", Label("Mã băm trong chuỗi", "Hash in the chain")),
    Column("text", Label("Diễn giải", "Description")),
)


def drilled(kernel: Kernel, by: Actor, table: Table, cells: Sequence[str]) -> Table:
    """Go down from a table, once for each cell: into the row that holds it.

    Raises:
        Refused: ``no_such_row`` with what can be gone into.
    """
    for cell in cells:
        drill = _below(table, cell)
        if drill.report:
            table = kernel.report(by, drill.report, drill.params)
        else:
            table = _history(kernel, by, drill)
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


def _history(kernel: Kernel, by: Actor, drill: Drill) -> Table:
    """Return all versions of a record, the newest first, with their hashes."""
    api, rows = Api(kernel), []
    before = 0
    while True:
        body = {"type": drill.type, "id": drill.id, "before_version": before}
        answer: dict[str, Any] = api.request(by, "Records.History", body)
        for found in answer["versions"]:
            text = found["body"].get("description") or found["body"].get("reason") or ""
            user = found["provenance"].get("user", "")
            told = (found["version"], found["at"], user, found["digest"], found["hash"], text)
            rows.append(told)
        before = answer["next_before_version"]
        if not before:
            break
    return Table(
        _HISTORY, tuple(rows), Label("Lịch sử chứng từ", "History of the record"), drill.type
    )
