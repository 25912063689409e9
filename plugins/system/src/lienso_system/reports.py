"""Reports of the system (spec `system.md` §6); the access log is `audit`."""

from __future__ import annotations

import datetime
from typing import Any, Literal

from lienso import Column, Label, Refused, Table
from lienso.fields import NoParams, Params
from lienso.records import ledgers_of
from lienso.view import View

Tab = Literal["push_failed", "post_failed", "pull_failed"]

TABS: dict[str, str] = {
    "push_failed": "Đồng bộ lên Cloud không thành công",
    "post_failed": "Ghi sổ/Bỏ ghi không thành công",
    "pull_failed": "Đồng bộ về Client không thành công",
}

SHOWN = {"financial": "Sổ tài chính", "management": "Sổ quản trị", "both": "Cả hai sổ"}


class FailureParams(Params):
    """One tab of the screen Đồng bộ/Ghi sổ; left out: all three."""

    tab: Tab | None = None


class LedgerParams(Params):
    """A range of posting dates, bounds included, and which ledgers: one alone, or both at once."""

    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    shown: Literal["", "financial", "management", "both"] = ""


def sync_failures(params: FailureParams, view: View) -> Table:
    """List what failed to go up, to be posted, or to come down (Danh sách chứng từ lỗi đồng bộ).

    Raises:
        Refused: ``only_at_a_site``: what failed to go up or come down stands at the site alone.
    """
    from lienso.sync.failures import rows as failures

    tab = params.tab
    if view.role == "cloud":
        if tab in ("push_failed", "pull_failed"):
            raise Refused("only_at_a_site", {"tab": tab})
        tab = "post_failed"
    # The list needs the texts of codes, which a view does not offer.
    found = failures(view._kernel, view, tab)
    rows = tuple(
        (
            TABS[row["tab"]],
            row["type"],
            row.get("voucher") or row.get("record") or row["id"],
            row["code"],
            row.get("reason_vi", ""),
            row.get("attempt", 0),
            row.get("at", ""),
        )
        for row in found
    )
    columns = (
        Column("tab", Label("Danh sách", "List")),
        Column("type", Label("Loại dữ liệu", "Type")),
        Column("record", Label("Số chứng từ/Mã", "Number/code")),
        Column("code", Label("Mã lỗi", "Error code")),
        Column("reason", Label("Nguyên nhân", "Reason")),
        Column("attempts", Label("Số lần thử", "Attempts"), "number"),
        Column("last_try", Label("Lần thử cuối", "Last try")),
    )
    title = Label("Danh sách chứng từ lỗi đồng bộ", "Records that failed to synchronize")
    return Table(columns, rows, title)


def permissions(_params: NoParams, view: View) -> Table:
    """List which user may do what, by his roles; users without a right have a row too."""
    rows: list[tuple[Any, ...]] = []
    for user in view.all("user"):
        rights = [
            (role.data.code, right.data)
            for role_id in user.data.roles
            if (role := view.get("role", role_id)) is not None
            for right_id in role.data.permissions
            if (right := view.get("permission", right_id)) is not None
        ]
        who = (user.data.code, user.data.name)
        if not rights:
            rows.append((*who, "", "", "", "", ""))
        for role_code, right_data in rights:
            branch = view.code("org_unit", right_data.branch)
            ledger = SHOWN.get(right_data.ledger, SHOWN["both"])
            actions = ", ".join(right_data.actions)
            rows.append((*who, role_code, right_data.function, actions, branch, ledger))
    columns = (
        Column("user", Label("Người dùng", "User")),
        Column("name", Label("Họ và tên", "Name")),
        Column("role", Label("Vai trò", "Role")),
        Column("function", Label("Chức năng", "Function")),
        Column("actions", Label("Quyền", "Rights")),
        Column("branch", Label("Chi nhánh", "Branch")),
        Column("ledger", Label("Sổ", "Ledger")),
    )
    return Table(columns, tuple(rows), Label("Phân quyền người dùng", "User permissions"))


def vouchers_by_ledger(params: LedgerParams, view: View) -> Table:
    """List vouchers with their numbers and states on the two ledgers, by date and number."""
    start = None if params.from_date is None else (params.from_date,)
    stop = None if params.to_date is None else (params.to_date + datetime.timedelta(days=1),)
    rows: list[tuple[Any, ...]] = []
    for record_type in view.record_types("voucher"):
        if "display_on_book" not in record_type.model.model_fields:
            continue
        for record in view.find(record_type.id, "date", start=start, stop=stop):
            data = record.data
            if params.shown in ("", data.display_on_book):
                states = tuple(
                    _state(record, ledger) if ledger in ledgers_of(data) else ""
                    for ledger in ("financial", "management")
                )
                numbers = (data.no, data.no_management)
                shown = SHOWN[data.display_on_book]
                day = data.posting_date.isoformat()
                rows.append((day, record_type.title.vi, *numbers, shown, *states))
    rows.sort()
    columns = (
        Column("date", Label("Ngày hạch toán", "Posting date"), "date"),
        Column("type", Label("Loại chứng từ", "Type")),
        Column("no", Label("Số chứng từ (Sổ tài chính)", "Number (financial)")),
        Column("no_management", Label("Số chứng từ (Sổ quản trị)", "Number (management)")),
        Column("shown", Label("Hiển thị trên sổ", "Shown on")),
        Column("financial", Label("Trạng thái, Sổ tài chính", "State, financial")),
        Column("management", Label("Trạng thái, Sổ quản trị", "State, management")),
    )
    return Table(columns, tuple(rows), Label("Chứng từ theo hệ thống sổ", "Vouchers by ledger"))


def _state(record: Any, ledger: str) -> str:
    return "Đã ghi sổ" if record.posted(ledger) else "Chưa ghi sổ"
