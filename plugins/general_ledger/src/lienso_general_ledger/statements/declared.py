"""What statements declare: record types, functions, reports; the plugin adds them to the module's."""

from __future__ import annotations

from lienso import Capability, Key, Label, RecordType, Report

from . import activities, formulas, notes, printing, records, reports, sets

RECORD_TYPES = (
    RecordType(
        "statement_set",
        Label("Báo cáo tài chính", "Set of financial statements"),
        records.StatementSet,
        "document",
        unique=("from_date", "to_date", "branch", "ledger", "regime"),
        keys=(Key("from_date", ("from_date",)), Key("to_date", ("to_date",))),
        offline_create=False,
        cloud_only=True,
        print=printing.print_set,
        print_facts=printing.facts,
        printed_form="B01/B02/B03/B09-DN; B01a/B02/B03/F01/B09-DNN",
        defaults={"regime": "TT200"},
    ),
    RecordType(
        "statement_template",
        Label("Mẫu báo cáo và công thức", "Statement template"),
        records.StatementTemplate,
        "catalog",
        offline_create=False,
        cloud_only=True,
        defaults={"regime": "TT200", "statement": "B01-DN"},
    ),
)


def _function(
    id: str, vi: str, en: str, params: type, result: type, run: object, **more: str
) -> Capability:
    label = Label(vi, en)
    full = f"general_ledger.{id}"
    return Capability(full, label, params, result, run, "online_only", **more)  # type: ignore[arg-type]  # one row of the table below


_SET = "Lập báo cáo tài chính: "

CAPABILITIES = (
    _function(
        "create_statements",
        f"{_SET}Thêm Báo cáo tài chính",
        "Create financial statements",
        sets.CreateParams,
        sets.SetResult,
        sets.create_statements,
        undo="general_ledger.delete_statements",
    ),
    _function(
        "update_statements",
        f"{_SET}Sửa Báo cáo tài chính",
        "Change financial statements",
        sets.UpdateParams,
        sets.SetResult,
        sets.update_statements,
        undo="type the former values, or general_ledger.reload_data with drop_overrides",
    ),
    _function(
        "delete_statements",
        f"{_SET}Xóa Báo cáo tài chính",
        "Delete financial statements",
        sets.SetParams,
        sets.DeletedResult,
        sets.delete_statements,
        undo="general_ledger.create_statements",
    ),
    _function(
        "reopen_statements",
        "Mở lại báo cáo tài chính đã chốt",
        "Reopen final statements",
        sets.ReopenParams,
        sets.SetResult,
        sets.reopen_statements,
        undo="general_ledger.update_statements with status final",
        origin="ours",
    ),
    _function(
        "add_appendix",
        f"{_SET}Thêm phụ lục",
        "Add an appendix",
        sets.AppendixParams,
        sets.SetResult,
        sets.add_appendix,
        undo="general_ledger.remove_appendix",
    ),
    _function(
        "remove_appendix",
        f"{_SET}Xóa phụ lục",
        "Remove an appendix",
        sets.AppendixParams,
        sets.SetResult,
        sets.remove_appendix,
        undo="general_ledger.add_appendix",
    ),
    _function(
        "set_formulas",
        f"{_SET}Thiết lập công thức",
        "Set the formulas",
        formulas.FormulaParams,
        formulas.FormulaResult,
        formulas.set_formulas,
        undo="set the former formulas",
    ),
    _function(
        "reload_data",
        f"{_SET}Lấy lại dữ liệu",
        "Load the data again",
        sets.ReloadParams,
        sets.SetResult,
        sets.reload_data,
    ),
    _function(
        "choose_activities",
        f"{_SET}Chọn hoạt động",
        "Choose the activity of vouchers (cash flow)",
        activities.ActivityParams,
        activities.ActivityResult,
        activities.choose_activities,
        undo="choose the former operation and activity",
    ),
)

REPORTS = (
    Report(
        "general_ledger.statement",
        Label("Báo cáo tài chính", "Financial statement"),
        reports.StatementParams,
        reports.statement,
        "B01-DN",
    ),
    Report(
        "general_ledger.statement_line",
        Label("Nguồn số liệu của chỉ tiêu", "What a line is made of"),
        reports.LineParams,
        reports.line,
    ),
    Report(
        "general_ledger.statement_entries",
        Label("Bút toán của chỉ tiêu", "Entries of a line"),
        reports.EntriesParams,
        reports.entries,
    ),
    Report(
        "general_ledger.statement_notes",
        Label("Thuyết minh báo cáo tài chính", "Notes to the financial statements"),
        notes.NotesParams,
        notes.notes,
        "B09-DN",
    ),
)
