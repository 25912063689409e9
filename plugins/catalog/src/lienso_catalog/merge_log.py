"""What was merged and moved, from the access log (spec `catalog.md` §6)."""

from __future__ import annotations

import datetime
import re
from typing import Any

from lienso import Column, Label, Table
from lienso.canonical import parse
from lienso.fields import Params
from lienso.ids import VIETNAM, instant_text
from lienso.view import View

FUNCTIONS = re.compile(
    r"catalog\.(merge_|transfer_|add_child_to_used_parent|delete_spec_code_history"
    r"|restore_spec_code_history|change_code|release_alias)"
)
AUDIT = "audit_entry"
COLUMNS = (
    Column("at", Label("Thời gian", "Time")),
    Column("user", Label("Người dùng", "User")),
    Column("function", Label("Chức năng", "Function")),
    Column("source", Label("Từ", "From")),
    Column("target", Label("Đến", "To")),
    Column("vouchers", Label("Số chứng từ", "Vouchers"), "number"),
    Column("rows", Label("Số dòng sổ", "Ledger rows"), "number"),
    Column("amount", Label("Số tiền", "Amount"), "money"),
)
_COUNT = {name: re.compile(rf'"{name}":(\d+)') for name in ("vouchers", "ledger_rows", "amount")}


class LogParams(Params):
    """A range of days, bounds included; left out: all."""

    from_date: datetime.date | None = None
    to_date: datetime.date | None = None


def merge_log(params: LogParams, view: View) -> Table:
    """List merges and moves, newest first; times are Vietnam's."""
    start = None if params.from_date is None else (_midnight(params.from_date),)
    stop = params.to_date and (_midnight(params.to_date + datetime.timedelta(days=1)),)
    found = view.find(AUDIT, "at", start=start, stop=stop)
    rows = [_row(entry.data) for entry in found if FUNCTIONS.match(entry.data.function)]
    title = Label("Nhật ký gộp/chuyển phát sinh", "Log of merges and moves")
    return Table(COLUMNS, tuple(reversed(rows)), title)


def _midnight(day: datetime.date) -> str:
    return instant_text(datetime.datetime.combine(day, datetime.time(), VIETNAM))


def _row(entry: Any) -> tuple[Any, ...]:
    at = datetime.datetime.fromisoformat(entry.at).astimezone(VIETNAM)
    source, target = _ends(entry.before)
    # A long answer is cut in the log; its counts are looked for in what is there.
    counts = [pattern.findall(entry.after) for pattern in _COUNT.values()]
    return (
        at.isoformat(sep=" ", timespec="seconds")[:19],
        entry.user,
        entry.function,
        source,
        target,
        *(sum(map(int, numbers)) if numbers else None for numbers in counts),
    )


def _ends(text: str) -> tuple[str, str]:
    try:
        params = parse(text)
    except ValueError:  # cut in the log
        return "", ""
    moves = params.get("moves") or []
    sources = params.get("sources") or params.get("from_accounts") or params.get("items") or []
    names = [one["code"] if isinstance(one, dict) else one for one in sources]
    names += [one["from_code"] for one in moves]
    target = params.get("target") or params.get("to_account") or params.get("new_code") or ""
    goals = dict.fromkeys(one["to_code"] for one in moves)
    child = params.get("child") or {}
    return (
        ", ".join(names) or params.get("code") or params.get("parent") or "",
        target or ", ".join(goals) or str(child.get("code", "")),
    )
