"""Options of the company (spec `system.md` §2.1) and what must be true of their values.

Those of inventory and storekeeper, and two of general_ledger, are declared here until these modules
declare them; ``bank.match_days``, ``own_bank_accounts`` and ``cashier.enabled`` stay, since a company says
them whether the modules are there or not. ``cash.overdraft`` and ``tax.*`` are declared by their modules; the number
series (``numbering.*``) are records of the catalog: ``number_series``.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from typing import Any

from lienso import Label, Option
from lienso.view import View

REGIMES = ("TT99", "TT200", "TT133")

USER_OPTIONS = ("restrict_accounts", "copy_line_on_new", "enter_moves_down", "compact_forms")
"""Options that a user may set for himself; the company's value is what the others get."""

COMPANY_ONLY = (
    "accounting_regime",
    "accounting.currency",
    "accounting.start_date",
    "fiscal_year_start",
    "system.two_books",
    "system.help_url",
    "sync.auto_pull_seconds",
    "audit.retention_years",
)
"""Options that cannot differ between branches: the books, the screens and the line are one."""


def year_start(view: View) -> datetime.date:
    """Return the first day of the fiscal year that today falls in."""
    month, _, day = str(view.option("fiscal_year_start")).partition("-")
    return datetime.date(view.fiscal_year(view.today), int(month), int(day))


def _moved(view: View, book: str, start: datetime.date | None) -> bool:
    """Tell whether a book has entries from a day on, openings left out. False at a site."""
    if view.role != "cloud":
        return False
    entries = view.book(book).entries(date_from=start)
    return any(entry.number != "OPN" for entry in entries)


def regime_locked(view: View) -> str | None:
    """The regime changes only at a year's start: with nothing in the books of the current year."""
    return "regime_change_mid_year" if _moved(view, "general_ledger", year_start(view)) else None


def _locked_by_ledger(view: View) -> str | None:
    """Amounts, numbers and years of what is posted depend on it."""
    return "option_locked_by_data" if _moved(view, "general_ledger", None) else None


def _locked_by_stock(view: View) -> str | None:
    """Costs of an open year were computed by it (spec `inventory.md` §2)."""
    return "option_locked_by_data" if _moved(view, "stock", year_start(view)) else None


Locked = Callable[[View], str | None]


def _flag(key: str, vi: str, en: str, default: bool) -> Option:
    return Option(key, Label(vi, en), "bool", default)


def _text(key: str, vi: str, en: str, default: str, locked: Locked | None = None) -> Option:
    return Option(key, Label(vi, en), "text", default, (), locked)


def _number(key: str, vi: str, en: str, default: int) -> Option:
    return Option(key, Label(vi, en), "int", default)


def _choice(
    key: str, vi: str, en: str, choices: tuple[str, ...], locked: Locked | None = None
) -> Option:
    return Option(key, Label(vi, en), "choice", choices[0], choices, locked)


OPTIONS = (
    # The regime by law from 2026; a company that keeps its books by another is made with that one.
    _choice("accounting_regime", "Chế độ kế toán", "Accounting regime", REGIMES, regime_locked),
    _text(
        "accounting.currency",
        "Đồng tiền hạch toán",
        "Accounting currency",
        "VND",
        _locked_by_ledger,
    ),
    _text("accounting.start_date", "Ngày bắt đầu hạch toán", "First accounting day", ""),
    _text(
        "fiscal_year_start",
        "Ngày bắt đầu năm tài chính (MM-DD)",
        "Start of the fiscal year (MM-DD)",
        "01-01",
        _locked_by_ledger,
    ),
    _flag("system.two_books", "Sử dụng hai hệ thống sổ", "Keep two ledgers", False),
    _flag("system.post_on_save", "Cất đồng thời ghi sổ", "Post when saving", True),
    _flag(
        "restrict_accounts",
        "Hạn chế tài khoản khi nhập chứng từ",
        "Restrict accounts when entering vouchers",
        True,
    ),
    _flag("copy_line_on_new", "Sao chép dòng trên khi thêm dòng", "Copy the line above", False),
    _flag("enter_moves_down", "Phím Enter xuống dòng dưới", "Enter moves down", False),
    _flag("compact_forms", "Hiển thị form thu gọn", "Compact forms", False),
    _number("decimals.quantity", "Số chữ số thập phân: số lượng", "Decimals of quantities", 2),
    _number("decimals.unit_price", "Số chữ số thập phân: đơn giá", "Decimals of unit prices", 2),
    _number("decimals.fc", "Số chữ số thập phân: ngoại tệ", "Decimals of foreign amounts", 2),
    _number("decimals.rate", "Số chữ số thập phân: tỷ giá", "Decimals of rates", 2),
    _number("decimals.percent", "Số chữ số thập phân: tỷ lệ %", "Decimals of percentages", 2),
    _number("decimals.unit_cost", "Số chữ số thập phân: giá vốn", "Decimals of unit costs", 2),
    _flag(
        "inventory.allow_negative_stock",
        "Cho phép xuất quá số lượng tồn",
        "Allow issues beyond the stock",
        False,
    ),
    _choice(
        "inventory.costing_method",
        "Phương pháp tính giá xuất kho",
        "Costing method",
        ("period_average", "moving_average", "fifo", "specific"),
        _locked_by_stock,
    ),
    _choice(
        "inventory.costing_scope",
        "Tính giá theo kho",
        "Costing scope",
        ("by_warehouse", "all_warehouses"),
        _locked_by_stock,
    ),
    _choice(
        "general_ledger.fx_outflow_method",
        "Phương pháp tính tỷ giá xuất quỹ",
        "Rate of foreign outflows",
        ("period_average", "moving_average"),
    ),
    _choice(
        "general_ledger.prepaid_first_month_rule",
        "Cách phân bổ tháng đầu của chi phí trả trước",
        "First month of a prepaid cost",
        ("full_month", "from_date"),
    ),
    _flag("cashier.enabled", "Thủ quỹ có tham gia hệ thống", "The cashier takes part", False),
    _flag(
        "storekeeper.enabled", "Thủ kho có tham gia hệ thống", "The storekeeper takes part", False
    ),
    _flag(
        "own_bank_accounts",
        "Chi nhánh dùng tài khoản ngân hàng riêng",
        "Branches use separate bank accounts",
        False,
    ),
    _text(
        "system.help_url",
        "Địa chỉ trang trợ giúp",
        "Address of the help pages",
        "https://lienso.example/help",  # A reserved name: the installer sets his own.
    ),
    _number(
        "sync.auto_pull_seconds",
        "Số giây chờ trước khi tự động đồng bộ về",
        "Seconds before the automatic pull",
        10,
    ),
    _number("bank.match_days", "Số ngày lệch khi đối chiếu ngân hàng", "Days of a bank match", 3),
    _number(
        "audit.retention_years", "Số năm lưu nhật ký truy cập", "Years the access log is kept", 10
    ),
)

RANGES: Mapping[str, tuple[int, int]] = {
    **{option.key: (0, 6) for option in OPTIONS if option.key.startswith("decimals.")},
    "sync.auto_pull_seconds": (0, 3_600),
    "bank.match_days": (0, 60),
    "audit.retention_years": (10, 100),  # Law on Accounting: books are kept for ten years.
}
"""Smallest and largest value of the numbers; books keep six decimals."""


def format_problem(key: str, value: Any) -> dict[str, Any] | None:
    """Say what is wrong with a value of the right kind, beyond its choices; None when it is good."""
    if key in RANGES:
        low, high = RANGES[key]
        return None if low <= value <= high else {"min": low, "max": high}
    wanted = {
        "accounting.currency": (_is_currency, "ISO 4217"),
        "accounting.start_date": (_is_day_or_blank, "YYYY-MM-DD"),
        "fiscal_year_start": (_is_month_day, "MM-DD"),
        "system.help_url": (_is_url, "https://…"),
    }.get(key)
    return None if wanted is None or wanted[0](value) else {"format": wanted[1]}


def _is_currency(value: str) -> bool:
    return re.fullmatch("[A-Z]{3}", value) is not None


def _is_day_or_blank(value: str) -> bool:
    return value == "" or _is_day(value)


def _is_month_day(value: str) -> bool:
    # 2026 is no leap year: a year that begins on 29 February would begin once in four.
    return re.fullmatch(r"\d\d-\d\d", value) is not None and _is_day(f"2026-{value}")


def _is_day(value: str) -> bool:
    try:
        return datetime.date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _is_url(value: str) -> bool:
    return re.fullmatch(r"https?://[^\s/?#]+[^\s]*", value) is not None
