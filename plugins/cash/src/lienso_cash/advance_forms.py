"""03-TT Giấy đề nghị tạm ứng, 04-TT Giấy thanh toán tiền tạm ứng, 05-TT Giấy đề nghị thanh toán."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienso import Record
from lienso.view import View
from lienso_general_ledger import layout
from lienso_general_ledger.money.forms import in_words
from lienso_general_ledger.money.funds import LOCAL, decimals_of

from .records import AdvanceRequest, AdvanceSettlement, CashForecast, PaymentRequest, Request


def derived_request(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return the amount asked for, in words."""
    data: Request = record.data
    return {"amount_in_words": in_words(view, data.amount, data.currency)}


def derived_settlement(record: Record[Any], _view: View) -> Mapping[str, Any]:
    """Return what the employee held, spent, gave back, and who owes whom the rest, đồng."""
    data: AdvanceSettlement = record.data
    rest = data.advanced - data.spent
    return {
        "advanced": data.advanced,
        "spent": data.spent,
        "returned": data.returned,
        "left": max(rest, 0),
        "overspent": max(-rest, 0),
        "total": sum(line.amount for line in data.lines),
    }


def derived_forecast(record: Record[Any], _view: View) -> Mapping[str, Any]:
    """Return what comes, what goes, and what is left at the end, đồng; and the first day below zero."""
    data: CashForecast = record.data
    receipts = sum(line.amount for line in data.lines if line.direction == "receipt")
    payments = sum(line.amount for line in data.lines if line.direction == "payment")
    running, first_negative = data.opening, None
    days: dict[Any, int] = {}
    for line in data.lines:
        signed = line.amount if line.direction == "receipt" else -line.amount
        days[line.date] = days.get(line.date, 0) + signed
    for day in sorted(days):
        running += days[day]
        if running < 0 and first_negative is None:
            first_negative = day.isoformat()
    return {
        "receipts": receipts,
        "payments": payments,
        "closing": data.opening + receipts - payments,
        "first_negative_day": first_negative,
    }


def print_advance_request(record: Record[Any], view: View) -> str:
    """Print 03-TT."""
    data: AdvanceRequest = record.data
    director, chief = _heads(view, data.branch)
    lines = [
        *layout.heading(view, data.branch, "03-TT"),
        "",
        *layout.centre("GIẤY ĐỀ NGHỊ TẠM ỨNG"),
        *layout.centre(layout.long_date(data.date)),
        *layout.both("", f"Số: {data.no}"),
        "",
        *layout.field("Kính gửi", data.addressed_to),
        *layout.field("Tên tôi là", _name(view, data)),
        *layout.field("Bộ phận (hoặc địa chỉ)", _unit(view, data.org_unit)),
        *layout.field("Đề nghị cho tạm ứng số tiền", _amount(view, data)),
        *layout.field("Viết bằng chữ", in_words(view, data.amount, data.currency)),
        *layout.field("Lý do tạm ứng", data.reason),
        *layout.field("Thời hạn thanh toán", layout.short_date(data.due_date)),
        "",
        *layout.signatures(
            ("Giám đốc", "Kế toán trưởng", "Phụ trách bộ phận", "Người đề nghị tạm ứng"),
            (director, chief, "", _name(view, data)),
        ),
    ]
    return layout.page(lines)


def print_payment_request(record: Record[Any], view: View) -> str:
    """Print 05-TT."""
    data: PaymentRequest = record.data
    director, chief = _heads(view, data.branch)
    bank = [
        *layout.field("Người thụ hưởng", data.beneficiary),
        *layout.field("Tài khoản", f"{data.bank_account} – {data.bank_name}".strip(" –")),
    ]
    lines = [
        *layout.heading(view, data.branch, "05-TT"),
        "",
        *layout.centre("GIẤY ĐỀ NGHỊ THANH TOÁN"),
        *layout.centre(layout.long_date(data.date)),
        *layout.both("", f"Số: {data.no}"),
        "",
        *layout.field("Kính gửi", data.addressed_to),
        *layout.field("Họ và tên người đề nghị thanh toán", _name(view, data)),
        *layout.field("Bộ phận (hoặc địa chỉ)", _unit(view, data.org_unit)),
        *layout.field("Nội dung thanh toán", data.reason),
        *layout.field("Số tiền", _amount(view, data)),
        *layout.field("Viết bằng chữ", in_words(view, data.amount, data.currency)),
        *(bank if data.method == "bank" else ()),
        f"(Kèm theo {data.attached_count} chứng từ gốc)",
        "",
        *layout.signatures(
            ("Người đề nghị thanh toán", "Kế toán trưởng", "Người duyệt"),
            (_name(view, data), chief, director),
        ),
    ]
    return layout.page(lines)


def print_settlement(record: Record[Any], view: View) -> str:
    """Print 04-TT."""
    data: AdvanceSettlement = record.data
    director, chief = _heads(view, data.branch)
    pairs = [
        f"Nợ {line.debit or '....'} / Có {line.credit or '....'}: {layout.money(line.amount)}"
        for line in data.lines
    ]
    lines = [
        *layout.heading(view, data.branch, "04-TT"),
        "",
        *layout.centre("GIẤY THANH TOÁN TIỀN TẠM ỨNG"),
        *layout.centre(layout.long_date(data.voucher_date or data.posting_date)),
        *layout.both("", f"Số: {data.no or data.no_management}"),
        *(row for pair in pairs for row in layout.both("", pair)),
        "",
        *layout.field("Họ và tên người thanh toán", _name(view, data)),
        *layout.field("Bộ phận (hoặc địa chỉ)", _unit(view, data.org_unit)),
        *layout.field("Nội dung", data.reason or data.description),
        "Số tiền tạm ứng được thanh toán theo bảng dưới đây (đồng):",
        *layout.table((("Diễn giải", 57, "<"), ("Số tiền", 22, ">")), _settled(data)),
        "",
        *layout.signatures(
            ("Giám đốc", "Kế toán trưởng", "Kế toán thanh toán", "Người đề nghị thanh toán"),
            (director, chief, "", _name(view, data)),
        ),
    ]
    return layout.page(lines)


def _settled(data: AdvanceSettlement) -> list[tuple[str, str]]:
    """Return the rows of 04-TT: held, spent, and the difference."""
    rest = data.advanced - data.spent
    rows: list[tuple[str, str]] = [
        ("I. Số tiền tạm ứng", layout.money(data.advanced)),
        ("   1. Số tạm ứng các kỳ trước chưa chi hết", layout.money(data.brought_forward)),
        (
            "   2. Số tạm ứng kỳ này",
            layout.money(data.advanced - data.brought_forward),
        ),
    ]
    for advance in data.advances:
        label = f"      - Phiếu chi số {advance.voucher} ngày {layout.short_date(advance.date)}"
        rows.append((label, layout.money(advance.amount)))
    rows.append(("II. Số tiền đã chi", layout.money(data.spent)))
    for number, line in enumerate(data.lines, 1):
        if not line.debit.startswith(("111", "112")):
            label = f"   {number}. {line.description or data.description or line.debit}"
            rows.append((label, layout.money(line.amount)))
    rows.append(("III. Chênh lệch", layout.money(abs(rest))))
    rows.append(("   1. Số tạm ứng chi không hết (I - II)", layout.money(max(rest, 0))))
    rows.append(("   2. Chi quá số tạm ứng (II - I)", layout.money(max(-rest, 0))))
    return rows


def _heads(view: View, branch: str | None) -> tuple[str, str]:
    """Return the names of the director and of the chief accountant."""
    unit = layout.unit_of(view, branch)
    return ("", "") if unit is None else (unit.director, unit.chief_accountant)


def _name(view: View, data: Request | AdvanceSettlement) -> str:
    found = view.get("object", data.employee) if data.employee else None
    return data.name or ("" if found is None else str(found.data.name))


def _unit(view: View, id: str | None) -> str:
    found = view.get("org_unit", id) if id else None
    return "" if found is None else str(found.data.name)


def _amount(view: View, data: Request) -> str:
    text = layout.money(data.amount, decimals_of(view, data.currency))
    return f"{text} {'đồng' if data.currency == LOCAL else data.currency}"
