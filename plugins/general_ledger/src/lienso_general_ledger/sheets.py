"""Sheets of a workbook that become journal vouchers and opening balances (`opening_and_import` §4)."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienso import Finding, ImportColumn, ImportSheet
from lienso.view import View

from .chart import account_finding
from .locks import lock_finding
from .money.columns import TAX
from .openings import before_start
from .pairs import foreign
from .rounding import round_half_away

C = ImportColumn
Fields = dict[str, Any]

DISPLAY: Mapping[str, str] = {
    "Sổ tài chính": "financial",
    "Sổ quản trị": "management",
    "Cả hai": "both",
}


def open_day(value: Any, view: View) -> Finding | None:
    """Say that a voucher's day is before the first accounting day, or locked for the whole company.

    A user may keep a draft in a locked period; a file full of them is a mistake (spec case
    ``excel_import_works_offline_like_typing``).
    """
    day = value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)
    return before_start(view, day) or lock_finding(view, day, "", "financial")


def one_side(values: Mapping[str, Any], view: View) -> Sequence[Finding]:
    """Refuse a bank's balance on both sides, at the first column of the second side.

    Saving would refuse it too, at the converted amount; the worked case names the original one.
    """
    debit = values.get("lines.fc_debit") or values.get("lines.debit")
    credit = [name for name in ("lines.fc_credit", "lines.credit") if values.get(name)]
    return [Finding("error", "both_sides_given", credit[0])] if debit and credit else []


def known_bank_account(value: Any, view: View) -> Finding | None:
    """Say that a bank account is not in the catalog, under the code of its own."""
    if view.id_of("bank_account", value) is None:
        return Finding("error", "bank_account_unknown", None, None, {"value": value})
    return None


def vnd_of(fc_amount: Any, rate: Any) -> int | None:
    """Return foreign units in đồng, None when either is not known."""
    if fc_amount is None or rate is None:
        return None
    return round_half_away(Decimal(fc_amount) * Decimal(rate))


def fill_amount(line: Fields, amount: str, fc_amount: str, currency: str, rate: Any) -> None:
    """Complete đồng and foreign units of a line: of đồng the file has one column too many.

    Đồng: the original amount stands for the converted one where that is left out, then goes.
    Foreign: the converted amount is computed where it is left out and the rate is known.
    """
    if foreign(currency):
        if amount not in line:
            computed = vnd_of(line.get(fc_amount), line.get("rate") or rate)
            if computed is not None:
                line[amount] = computed
        return
    original = line.pop(fc_amount, None)
    if amount not in line and original is not None:
        value = Decimal(original)
        line[amount] = int(value) if value == value.to_integral_value() else original


def prepare_journal(fields: Fields) -> Fields:
    """Shape the cells of a journal voucher."""
    currency = fields.get("currency", "VND")
    rate = fields.get("rate")
    if not foreign(currency):
        fields.pop("rate", None)
    for line in fields.get("lines", []):
        fill_amount(line, "amount", "fc_amount", currency, rate)
        tax = line.get("tax")
        if tax is not None and "vat_rate" in tax:
            tax["vat_rate"] = str(tax["vat_rate"]).removesuffix("%").strip()
    return fields


def prepare_opening(fields: Fields) -> Fields:
    """Shape the cells of an opening balance."""
    currency = fields.get("currency", "VND")
    for line in fields.get("lines", []):
        for amount in ("debit", "credit", "remaining", "advance", "invoice_amount"):
            name = "invoice_fc_amount" if amount == "invoice_amount" else _FC[amount]
            fill_amount(line, amount, name, currency, None)
        if not foreign(currency):
            line.pop("rate", None)
    return fields


_FC = {
    "debit": "fc_debit",
    "credit": "fc_credit",
    "remaining": "remaining_fc",
    "advance": "advance_fc",
}


def _prepare_debt(kind: str) -> Callable[[Fields], Fields]:
    def prepare(fields: Fields) -> Fields:
        return prepare_opening({**fields, "kind": kind})

    return prepare


DIMENSIONS = (
    C("Đơn vị", "lines.org_unit", "code", ref="org_unit"),
    C("Khoản mục CP", "lines.cost_item", "code", ref="cost_item"),
    C("Đối tượng THCP", "lines.cost_object", "code", ref="cost_object"),
    C("Công trình", "lines.project", "code", ref="project"),
    C("Đơn đặt hàng", "lines.order", "code", ref="sales_order"),
    C("Đơn mua hàng", "lines.purchase_order", "code", ref="purchase_order"),
    C("Hợp đồng bán", "lines.contract", "code", ref="sales_contract"),
    C("Hợp đồng mua", "lines.purchase_contract", "code", ref="purchase_contract"),
    C("Mã thống kê", "lines.statistic_code", "code", ref="statistic_code"),
)
_ACCOUNT = C("Số tài khoản", "account", required=True, check=account_finding)
_BRANCH = C("Chi nhánh", "branch", "code", ref="org_unit")
_CURRENCY = C("Loại tiền", "currency")  # by ISO code, like accounts: see `dimensions`
_BALANCE = (
    _CURRENCY,
    C("Dư Nợ", "lines.fc_debit", "decimal"),
    C("Dư Nợ quy đổi", "lines.debit", "money"),
    C("Dư Có", "lines.fc_credit", "decimal"),
    C("Dư Có quy đổi", "lines.credit", "money"),
)

_BESIDE_AMOUNTS = frozenset(
    {"account", "currency", "branch", "object", "bank_account"}
    | {f"lines.{name}" for name in ("invoice_no", "invoice_date", "due_date", "rate", "employee")}
    | {column.field for column in DIMENSIONS}
)


def balance_of(seen: Mapping[str, str]) -> Hashable:
    """Say what a row is a balance of: the same balance twice would count double.

    An invoice and what was paid ahead of it are two, and so are a debit and a credit.
    """
    amounts = [f"lines.{name}" for pair in _FC.items() for name in pair]
    named = frozenset(
        (name, text.casefold()) for name, text in seen.items() if name in _BESIDE_AMOUNTS and text
    )
    kinds = tuple(
        any(seen.get(name) for name in amounts[at : at + 2]) for at in range(0, len(amounts), 2)
    )
    return named, kinds


JOURNAL = ImportSheet(
    "Chứng từ nghiệp vụ khác",
    "journal",
    (
        C("Hiển thị trên sổ", "display_on_book", "choice", choices=DISPLAY),
        C("Ngày hạch toán", "posting_date", "date", required=True, check=open_day),
        C("Ngày chứng từ", "voucher_date", "date", required=True),
        C("Số chứng từ", "no", required=True),
        C("Diễn giải", "description"),
        C("Hạn thanh toán", "due_date", "date"),
        _CURRENCY,
        C("Tỷ giá", "rate", "decimal"),
        C("Diễn giải (Hạch toán)", "lines.description"),
        C("TK Nợ", "lines.debit", required=True, check=account_finding),
        C("TK Có", "lines.credit", required=True, check=account_finding),
        C("Số tiền", "lines.fc_amount", "decimal"),
        C("Số tiền quy đổi", "lines.amount", "money"),
        C("Đối tượng Nợ", "lines.debit_object", "code", ref="object"),
        C("Đối tượng Có", "lines.credit_object", "code", ref="object"),
        C("TK ngân hàng", "lines.bank_account", "code", ref="bank_account"),
        *DIMENSIONS,
        C("CP không hợp lý", "lines.non_deductible", "bool"),
        *TAX,
    ),
    group_by=("no", "posting_date"),
    order=300,
    prepare=prepare_journal,
)

ACCOUNT_OPENING = ImportSheet(
    "Số dư tài khoản",
    "account_opening",
    (_ACCOUNT, *_BALANCE, *DIMENSIONS, _BRANCH),
    group_by=("account", "currency", "branch"),
    order=200,
    prepare=prepare_opening,
    subject=balance_of,
)

BANK_OPENING = ImportSheet(
    "Số dư ngân hàng",
    "bank_opening",
    (
        _ACCOUNT,
        C("TK ngân hàng", "bank_account", required=True, check=known_bank_account),
        *_BALANCE,
        _BRANCH,
    ),
    group_by=("account", "bank_account", "currency", "branch"),
    order=200,
    prepare=prepare_opening,
    check=one_side,
    subject=balance_of,
)


def _debts(sheet: str, kind: str, heading: str, remaining: str, advance: str) -> ImportSheet:
    columns = [
        _ACCOUNT,
        C(heading, "object", "code", ref="object", required=True),
        *_BALANCE,
        C("Nhân viên", "lines.employee", "code", ref="object"),
        *DIMENSIONS,
        C("Ngày hóa đơn/chứng từ", "lines.invoice_date", "date"),
        C("Số hóa đơn/chứng từ", "lines.invoice_no"),
        C("Hạn thanh toán", "lines.due_date", "date"),
        C("Tỷ giá", "lines.rate", "decimal"),
        C("Giá trị hóa đơn", "lines.invoice_fc_amount", "decimal"),
        C("GT hóa đơn quy đổi", "lines.invoice_amount", "money"),
        C(remaining, "lines.remaining_fc", "decimal"),
        C(f"{remaining} quy đổi", "lines.remaining", "money"),
        C(advance, "lines.advance_fc", "decimal"),
        C(f"{advance} quy đổi", "lines.advance", "money"),
        C("Nhân viên (Hóa đơn)", "lines.invoice_employee", "code", ref="object"),
        _BRANCH,
    ]
    if kind == "employee":
        columns = [column for column in columns if "employee" not in column.field]
    return ImportSheet(
        sheet,
        "object_opening",
        tuple(columns),
        group_by=("account", "object", "currency", "branch"),
        order=200,
        prepare=_prepare_debt(kind),
        subject=balance_of,
        kind=f"{kind}_opening",
    )


SHEETS = (
    JOURNAL,
    ACCOUNT_OPENING,
    BANK_OPENING,
    _debts("Số dư khách hàng", "customer", "Mã khách hàng", "Số còn phải thu", "Số thu trước"),
    _debts("Số dư nhà cung cấp", "supplier", "Mã nhà cung cấp", "Số còn phải trả", "Số trả trước"),
    _debts("Số dư nhân viên", "employee", "Nhân viên", "Số còn phải thu", "Số thu trước"),
)
