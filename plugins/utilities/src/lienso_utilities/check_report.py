"""The book check as a report, to be printed (spec `utilities.md` §6)."""

from __future__ import annotations

from typing import Any

from lienso import Column, Drill, Label, Table
from lienso.book_checks import Problem
from lienso.canonical import canonical_text
from lienso.view import View

from .checking import NAMING, CheckParams, Look, wanted_checks


def check_problems(params: CheckParams, view: View) -> Table:
    """List what does not fit as a report (Báo cáo kiểm tra chứng từ sổ sách), to be printed.

    Raises:
        Refused: ``params_invalid``: a check or group that does not exist here. Unknown: ``not_found``.
    """
    look = Look(view, params)
    wanted = {check.id: check for check in wanted_checks(view, params)}
    for check in wanted.values():
        look.take(check, None)
    rows = tuple(
        (wanted[p["check"]].group, p["check"], p["severity"], str(p.get("date", p.get("month", ""))),
         _subject(p), *(_figure(p.get(name)) for name in ("expected", "found")),
         wanted[p["check"]].text.vi)
        for p in look.problems
    )  # fmt: skip
    columns = (
        Column("group", Label("Nhóm", "Group")),
        Column("check", Label("Nội dung kiểm tra", "Check")),
        Column("severity", Label("Mức độ", "Severity")),
        Column("date", Label("Ngày", "Day"), "date"),
        Column("record", Label("Chứng từ, đối tượng", "Record")),
        Column("expected", Label("Phải có", "Expected"), "number"),
        Column("found", Label("Đang có", "Found"), "number"),
        Column("hint", Label("Hướng xử lý", "What to do")),
    )
    drills = tuple(Drill(**p["records"][0]) if p.get("records") else None for p in look.problems)
    title = Label("Kết quả kiểm tra đối chiếu", "Findings of the book check")
    days = f"Từ ngày {params.from_date:%d/%m/%Y} đến ngày {params.to_date:%d/%m/%Y}"
    more = sum(look.left_out.values())
    return Table(columns, rows, title, f"{days} (+{more})" if more else days, drills=drills)


def _subject(problem: Problem) -> str:
    """Return what names a problem, in words: voucher, account, object … without its day."""
    named = [str(problem[n]) for n in NAMING if n not in ("date", "month") and problem.get(n)]
    return " · ".join([*named, *map(str, problem.get("vouchers", [])[:3])])


def _figure(value: Any) -> Any:
    return (
        value if isinstance(value, (int, str)) else "" if value is None else canonical_text(value)
    )
