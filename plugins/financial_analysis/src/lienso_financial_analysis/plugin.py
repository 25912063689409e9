"""Phân tích tài chính: ratios, structure and trends of the statements. Needs the whole ledger: online."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import (
    Capability,
    Finding,
    Label,
    Manifest,
    Message,
    Record,
    RecordType,
    Report,
    hookimpl,
)
from lienso.view import View

from . import analyze, records, reports, shares
from .messages import MESSAGES

MANIFEST = Manifest(
    name="financial_analysis",
    title="Phân tích tài chính",
    api="1.0",
    requires=("general_ledger",),
)


@hookimpl
def lienso_record_types() -> Sequence[RecordType]:
    """Name the record types."""
    return [
        RecordType(
            records.RATIO,
            Label("Chỉ tiêu phân tích", "Ratio definition"),
            records.RatioDefinition,
            "catalog",
            offline_create=False,
            defaults={"code": "own_ratio", "formula": "B100/B310"},
        ),
        RecordType(
            records.SNAPSHOT,
            Label("Bảng phân tích", "Saved analysis"),
            records.AnalysisSnapshot,
            "document",
            offline_create=False,
        ),
    ]


@hookimpl
def lienso_check_record(record: Record[Any], view: View) -> Iterator[Finding]:
    """Check formulas and periods."""
    return records.check_record(record, view)


@hookimpl
def lienso_capabilities() -> Sequence[Capability]:
    """Name the functions."""
    return [
        Capability(
            "financial_analysis.analyze",
            Label("Phân tích tài chính", "Financial analysis"),
            analyze.AnalyzeParams,
            analyze.AnalyzeResult,
            analyze.analyze,
            "online_only",
        )
    ]


@hookimpl
def lienso_reports() -> Sequence[Report]:
    """Name the reports."""
    return [
        Report(
            "financial_analysis.ratios",
            Label("Bảng chỉ tiêu tài chính", "Financial ratios"),
            reports.AnalysisParams,
            reports.ratio_list,
        ),
        Report(
            "financial_analysis.ratio",
            Label("Số liệu của chỉ tiêu phân tích", "What a ratio is made of"),
            reports.RatioParams,
            reports.ratio_parts,
        ),
        Report(
            "financial_analysis.structure",
            Label("Phân tích ngang, dọc", "Movement and structure"),
            reports.StructureParams,
            reports.structure,
        ),
        Report(
            "financial_analysis.dupont",
            Label("Cây Dupont", "Dupont tree"),
            reports.AnalysisParams,
            shares.dupont,
        ),
        Report(
            "financial_analysis.cost_structure",
            Label("Cơ cấu chi phí", "Structure of costs"),
            reports.AnalysisParams,
            shares.cost_structure,
        ),
        Report(
            "financial_analysis.by_month",
            Label("Doanh thu, chi phí, lợi nhuận theo tháng", "Revenue, costs, profit by month"),
            reports.MonthsParams,
            reports.by_month,
        ),
        Report(
            "financial_analysis.money_by_day",
            Label("Tồn quỹ, tiền gửi theo ngày", "Cash and banks by day"),
            reports.AnalysisParams,
            reports.money_by_day,
        ),
    ]


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES
