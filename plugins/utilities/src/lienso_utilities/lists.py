"""Lists of what this module did: imports, jobs, numbers, accepted findings; and of all reports."""

from __future__ import annotations

import datetime
from typing import Any

from lienso import Column, Label, Table
from lienso.canonical import canonical_text, parse
from lienso.fields import NoParams, Params, Text
from lienso.ids import VIETNAM, instant_text
from lienso.view import View

from .import_records import IMPORT_BATCH
from .records import BATCH_JOB, CHECK_RESULT
from .renumbering import RUN
from .report_records import REPORT_DEFINITION, REPORT_RUN


def _text(name: str, vi: str, en: str, kind: Any = "text") -> Column:
    return Column(name, Label(vi, en), kind)


def report_list(_params: NoParams, view: View) -> Table:
    """List the reports of all modules, with their form codes."""
    rows = sorted(
        (view.owners[report.id], report.id, report.title.vi, report.form_code)
        for report in view.reports
    )
    columns = (
        _text("module", "Phân hệ", "Module"),
        _text("report", "Mã báo cáo", "Report"),
        _text("title", "Tên báo cáo", "Title"),
        _text("form_code", "Mẫu số", "Form code"),
    )
    return Table(columns, tuple(rows), Label("Danh sách báo cáo theo phân hệ", "Reports by module"))


class RunParams(Params):
    """Days, bounds included; left out: all that there are. Of one report, or of all."""

    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    report: Text = ""


def report_runs(params: RunParams, view: View) -> Table:
    """List who looked at which report, newest first; days are Vietnam's."""
    start = None if params.from_date is None else (_midnight(params.from_date),)
    after = None if params.to_date is None else params.to_date + datetime.timedelta(days=1)
    stop = None if after is None else (_midnight(after),)
    rows = tuple(
        (r.data.at, r.data.by, view.code(REPORT_DEFINITION, r.data.definition) or r.data.report,
         canonical_text(r.data.params), r.data.as_of, r.data.rows, r.data.took_ms, r.data.format,
         r.data.file)
        for r in view.find(REPORT_RUN, "at", start=start, stop=stop, descending=True)
        if params.report in ("", r.data.report)
    )  # fmt: skip
    columns = (
        _text("at", "Thời gian", "Time"),
        _text("user", "Người dùng", "User"),
        _text("report", "Báo cáo", "Report"),
        _text("params", "Tham số", "Parameters"),
        _text("as_of", "Phiên bản sổ", "State of the books", "number"),
        _text("rows", "Số dòng", "Rows", "number"),
        _text("took_ms", "Thời gian chạy (ms)", "Duration (ms)", "number"),
        _text("format", "Định dạng", "Format"),
        _text("file", "Tệp", "File"),
    )
    return Table(columns, rows, Label("Nhật ký xem báo cáo", "Log of looks at reports"))


def _midnight(day: datetime.date) -> str:
    return instant_text(datetime.datetime.combine(day, datetime.time(), VIETNAM))


def import_log(_params: NoParams, view: View) -> Table:
    """List imports, newest first."""
    rows = [
        (r.at, r.data.user, r.data.site, r.data.sheet, r.data.name or r.id, r.data.file,
         r.data.rows, r.data.valid, r.data.state)
        for r in view.all(IMPORT_BATCH)
    ]  # fmt: skip
    columns = (
        _text("at", "Thời gian", "Time"),
        _text("user", "Người dùng", "User"),
        _text("site", "Máy chủ", "Site"),
        _text("sheet", "Loại dữ liệu", "Kind"),
        _text("batch", "Lần nhập", "Import"),
        _text("file", "Tệp", "File"),
        _text("rows", "Số dòng", "Rows", "number"),
        _text("valid", "Số bản ghi", "Records", "number"),
        _text("state", "Trạng thái", "State"),
    )
    title = Label("Nhật ký nhập khẩu", "Log of imports")
    return Table(columns, tuple(sorted(rows, reverse=True)), title)


def job_log(_params: NoParams, view: View) -> Table:
    """List jobs, newest first, one row a voucher that was not done; jobs without any have one row."""
    rows: list[tuple[Any, ...]] = []
    for record in view.all(BATCH_JOB):
        data = record.data
        head = (data.started_at, data.by, data.kind, data.state, data.done, data.total)
        failed = [(row.voucher, row.code) for row in data.failed] or [("", "")]
        rows += [(*head, *one) for one in failed]
    columns = (
        _text("at", "Bắt đầu", "Started"),
        _text("user", "Người dùng", "User"),
        _text("kind", "Công việc", "Job"),
        _text("state", "Trạng thái", "State"),
        _text("done", "Đã làm", "Done", "number"),
        _text("total", "Tổng số", "Of", "number"),
        _text("voucher", "Chứng từ không thực hiện được", "Voucher not done"),
        _text("code", "Mã lỗi", "Error code"),
    )
    title = Label("Nhật ký công việc theo lô", "Log of batch jobs")
    return Table(columns, tuple(sorted(rows, reverse=True)), title)


def number_changes(_params: NoParams, view: View) -> Table:
    """List renumberings that were not taken back: old and new numbers, newest run first."""
    found = view.stored.state("rewritten").scan(equals={"kind": RUN})
    rows = [
        (
            row["at"],
            row["run"],
            row["type"],
            parse(row["note"])["old"],
            view.code(row["type"], row["record_id"]),
        )
        for row in found
    ]
    columns = (
        _text("at", "Thời gian", "Time"),
        _text("run", "Lần đánh số", "Run"),
        _text("type", "Loại chứng từ", "Type"),
        _text("old", "Số cũ", "Old number"),
        _text("new", "Số mới", "New number"),
    )
    title = Label("Bảng đối chiếu số chứng từ cũ–mới", "Old and new voucher numbers")
    return Table(columns, tuple(sorted(rows, reverse=True)), title)


def accepted_findings(_params: NoParams, view: View) -> Table:
    """List findings that somebody accepted, with reason."""
    rows = [
        (r.data.check, r.data.name, r.data.reason, r.data.by, r.data.accepted_at)
        for r in view.all(CHECK_RESULT)
    ]
    columns = (
        _text("check", "Nội dung kiểm tra", "Check"),
        _text("problem", "Kết quả", "Finding"),
        _text("reason", "Lý do", "Reason"),
        _text("user", "Người dùng", "User"),
        _text("at", "Thời gian", "Time"),
    )
    title = Label("Kết quả kiểm tra đã chấp nhận", "Accepted findings of the book check")
    return Table(columns, tuple(sorted(rows)), title)
