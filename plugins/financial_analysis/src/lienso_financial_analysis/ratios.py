"""The standard ratios (spec `financial_analysis.md` §4): formula, unit, and how they are written."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Unit = Literal["ratio", "percent", "days", "vnd"]
DECIMALS = {"ratio": 4, "percent": 2, "days": 1, "vnd": 0}


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio.

    Attributes:
        formula: see `expressions`; empty for `dupont`, which is made of others.
        flow_over_stock: grows with the length of the period, so that it can be annualized.
        better: ``high`` or ``low``. ``warn_below``, ``warn_above``: what gets a mark in lists.
    """

    id: str
    name: str
    formula: str
    unit: Unit = "ratio"
    group: str = ""
    flow_over_stock: bool = False
    better: Literal["high", "low"] = "high"
    warn_below: Decimal | None = None
    warn_above: Decimal | None = None


_LIQUIDITY, _STRUCTURE = "Khả năng thanh toán", "Cơ cấu tài sản, nguồn vốn"
_TURNOVER, _PROFIT, _CASH = "Hiệu quả hoạt động", "Khả năng sinh lời", "Dòng tiền, tăng trưởng"
_STOCK_DAYS = "DAYS*AVG(B140)/I11"
_RECEIVABLE_DAYS = "DAYS*AVG(B131+B211)/I10"
_PURCHASES = "(I11+B140-OPEN(B140))"
_PAYABLE_DAYS = f"DAYS*AVG(B311+B331)/{_PURCHASES}"


def _liquidity(id: str, name: str, formula: str, **more: object) -> Ratio:
    return Ratio(id, name, formula, group=_LIQUIDITY, **more)  # type: ignore[arg-type]  # a row of the table below


def _structure(id: str, name: str, formula: str, unit: Unit = "ratio") -> Ratio:
    return Ratio(id, name, formula, unit, _STRUCTURE)


def _turnover(id: str, name: str, formula: str) -> Ratio:
    return Ratio(id, name, formula, "ratio", _TURNOVER, flow_over_stock=True)


def _days(id: str, name: str, formula: str) -> Ratio:
    return Ratio(id, name, formula, "days", _TURNOVER, better="low")


def _profit(id: str, name: str, formula: str, *, over_stock: bool = False) -> Ratio:
    return Ratio(id, name, formula, "percent", _PROFIT, flow_over_stock=over_stock)


def _cash(id: str, name: str, formula: str, unit: Unit) -> Ratio:
    return Ratio(id, name, formula, unit, _CASH)


ONE = Decimal(1)

RATIOS = (
    _liquidity("current_ratio", "Khả năng thanh toán hiện hành (ngắn hạn)", "B100/B310", warn_below=ONE),
    _liquidity("quick_ratio", "Khả năng thanh toán nhanh", "(B100-B140)/B310"),
    _liquidity("cash_ratio", "Khả năng thanh toán tức thời (tiền mặt)", "B110/B310"),
    _liquidity("solvency_ratio", "Khả năng thanh toán tổng quát", "B270/B300", warn_below=ONE),
    _liquidity("interest_cover", "Khả năng thanh toán lãi vay", "(I50+I23)/I23", warn_below=ONE),
    _liquidity("working_capital", "Vốn lưu động thuần", "B100-B310", unit="vnd", warn_below=Decimal(0)),
    Ratio("debt_to_assets", "Hệ số nợ", "B300/B270", group=_STRUCTURE, better="low"),
    Ratio("debt_to_equity", "Hệ số nợ trên vốn chủ sở hữu", "B300/B400", group=_STRUCTURE, better="low"),
    _structure("equity_ratio", "Hệ số vốn chủ sở hữu (tự tài trợ)", "B400/B440"),
    _structure("long_term_cover", "Tài trợ tài sản dài hạn bằng vốn dài hạn", "(B330+B400)/B200"),
    _structure("current_assets_share", "Cơ cấu tài sản ngắn hạn", "B100/B270", "percent"),
    _structure("non_current_assets_share", "Cơ cấu tài sản dài hạn", "B200/B270", "percent"),
    _structure("short_debt_share", "Cơ cấu nợ ngắn hạn", "B310/B300", "percent"),
    _structure("receivable_to_payable", "Phải thu so với phải trả", "(B130+B210)/B300", "percent"),
    _turnover("inventory_turnover", "Vòng quay hàng tồn kho", "I11/AVG(B140)"),
    _turnover("receivable_turnover", "Vòng quay khoản phải thu khách hàng", "I10/AVG(B131+B211)"),
    _turnover("payable_turnover", "Vòng quay phải trả người bán", f"{_PURCHASES}/AVG(B311+B331)"),
    _turnover("asset_turnover", "Vòng quay tổng tài sản", "I10/AVG(B270)"),
    _turnover("fixed_asset_turnover", "Vòng quay TSCĐ", "I10/AVG(B220)"),
    _days("days_inventory", "Số ngày tồn kho", _STOCK_DAYS),
    _days("days_receivable", "Kỳ thu tiền bình quân", _RECEIVABLE_DAYS),
    _days("days_payable", "Kỳ trả tiền bình quân", _PAYABLE_DAYS),
    _days("cash_cycle", "Chu kỳ luân chuyển tiền", f"{_STOCK_DAYS}+{_RECEIVABLE_DAYS}-{_PAYABLE_DAYS}"),
    _profit("gross_margin", "Tỷ suất lợi nhuận gộp", "I20/I10"),
    _profit("operating_margin", "Tỷ suất lợi nhuận thuần từ HĐKD", "I30/I10"),
    _profit("ros", "Tỷ suất lợi nhuận trên doanh thu (ROS)", "I60/I10"),
    _profit("roa", "Tỷ suất lợi nhuận trên tài sản (ROA)", "I60/AVG(B270)", over_stock=True),
    _profit("roe", "Tỷ suất lợi nhuận trên vốn chủ sở hữu (ROE)", "I60/AVG(B400)", over_stock=True),
    _profit("basic_earning_power", "Sức sinh lời cơ bản (BEP)", "(I50+I23)/AVG(B270)", over_stock=True),
    _profit("roce", "Tỷ suất sinh lời vốn sử dụng", "(I50+I23)/AVG(B270-B310)", over_stock=True),
    Ratio("dupont", "Phân tích Dupont", "", "percent", _PROFIT, flow_over_stock=True),
    Ratio("ebit", "Lợi nhuận trước lãi vay và thuế (EBIT)", "I50+I23", "vnd", _PROFIT),
    Ratio("ebitda", "EBITDA", "I50+I23+C02", "vnd", _PROFIT),
    Ratio("eps", "Lãi cơ bản trên cổ phiếu", "I70", "vnd", _PROFIT),
    Ratio("book_value_per_share", "Giá trị sổ sách một cổ phiếu", "B400/SHARES", "vnd", _PROFIT),
    _cash("operating_cash_ratio", "Dòng tiền kinh doanh trên nợ ngắn hạn", "C20/B310", "ratio"),
    _cash("cash_to_profit", "Dòng tiền kinh doanh trên lợi nhuận", "C20/I60", "ratio"),
    _cash("free_cash_flow", "Dòng tiền tự do", "C20+C21", "vnd"),
    _cash("revenue_growth", "Tăng trưởng doanh thu", "(I10-PRIOR(I10))/ABS(PRIOR(I10))", "percent"),
    _cash("profit_growth", "Tăng trưởng lợi nhuận", "(I60-PRIOR(I60))/ABS(PRIOR(I60))", "percent"),
    _cash("asset_growth", "Tăng trưởng tài sản", "(B270-OPEN(B270))/ABS(OPEN(B270))", "percent"),
)  # fmt: skip
"""In the order of lists."""

DUPONT = {
    "ros": ("I60/I10", "percent"),
    "asset_turnover": ("I10/AVG(B270)", "ratio"),
    "equity_multiplier": ("AVG(B270)/AVG(B400)", "ratio"),
    "roe": ("I60/AVG(B400)", "percent"),
}
"""The parts of the Dupont analysis; the last is the product of the others, of their exact values."""

OF_EQUITY = ("debt_to_equity", "roe", "dupont")
"""Computed with equity that is not positive they say nothing (rule 3)."""


def rounded(value: Fraction, unit: str) -> str | int:
    """Round once, half away from zero: text with the decimals of the unit, đồng as an integer."""
    places = DECIMALS[unit]
    scaled = value * (100 if unit == "percent" else 1) * 10**places
    whole = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    signed = whole if scaled >= 0 else -whole
    return signed if unit == "vnd" else str(Decimal(signed).scaleb(-places))
