"""Printed: Giấy báo Có, Ủy nhiệm chi and cheques, Bảng đối chiếu, Biên bản đối chiếu số dư."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lienso import Record
from lienso.view import View
from lienso_general_ledger import layout
from lienso_general_ledger.money import forms
from lienso_general_ledger.money.funds import BANK, LOCAL, decimals_of

from .account import confirmed_by, shown_line
from .bridge import LABELS
from .records import (
    METHODS,
    BankMatch,
    BankPayment,
    BankReceipt,
    BankReconciliation,
    BankVoucher,
    kind_title,
)

BEARERS = {"payer": "Người trả", "beneficiary": "Người thụ hưởng", "shared": "Mỗi bên tự trả"}


def totals(data: BankVoucher) -> tuple[int, dict[str, Decimal]]:
    """Return what a voucher moves in the bank: all in đồng, and by foreign currency."""
    return forms.totals(data, "debit" if isinstance(data, BankReceipt) else "credit", BANK)


def derived(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return what follows from a voucher: totals and words."""
    return forms.derived_totals(view, *totals(record.data))


def derived_match(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return whether a match is confirmed, and by the reconciliation of which day."""
    found = confirmed_by(view, record.id)
    day = None if found is None else found.data.date.isoformat()
    return {"confirmed": found is not None, "reconciled_at": day}


def facts(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return what forms of bank vouchers say: our account and its bank, what for, who bears the fee."""
    data: BankVoucher = record.data
    own = own_account(view, data)
    return {
        "number": "" if own is None else own.number,
        "bank": "" if own is None else _bank(view, own),
        "reason": data.reason or data.description or kind_title(data),
        "fee": BEARERS[data.fee_bearer] if isinstance(data, BankPayment) else "",
    }


def own_account(view: View, data: BankVoucher) -> Any:
    """Return our bank account that a voucher moves: its own, else the first that a line names."""
    ids = [data.bank_account, *(line.bank_account for line in data.lines)]
    id = next((one for one in ids if one), None)
    record = view.get("bank_account", id) if id else None
    return None if record is None else record.data


def print_receipt(record: Record[Any], view: View) -> str:
    """Print Giấy báo Có, for our own files: the bank's advice has the bank's form."""
    data: BankReceipt = record.data
    amount, foreign = totals(data)
    there = data.object_bank_account
    lines = [
        *_head(view, data, "GIẤY BÁO CÓ"),
        *forms.accounts(data),
        "",
        *_own_account(view, data, "Vào tài khoản"),
        *layout.field("Người trả tiền", data.payer_receiver or forms.object_name(view, data)),
        *layout.field("Địa chỉ", data.address or forms.object_address(view, data)),
        *layout.field("Từ tài khoản", _account_text(there)),
        *layout.field("Nội dung", data.reason or data.description or kind_title(data)),
        *_amounts(view, data, amount, foreign),
        *layout.field("Số tham chiếu", data.reference),
        *layout.field("Kèm theo", f"{data.attached_count} chứng từ gốc"),
        "",
        *_signers(view, data, ("Giám đốc", "Kế toán trưởng", "Người lập phiếu")),
    ]
    return layout.page(lines)


def print_payment(record: Record[Any], view: View) -> str:
    """Print a payment with the boxes of Ủy nhiệm chi, or of a cheque; banks have forms of their own."""
    data: BankPayment = record.data
    amount, foreign = totals(data)
    there = data.object_bank_account
    name = "" if there is None else there.name
    who = name or data.payer_receiver or forms.object_name(view, data)
    order = data.method == "transfer_order"
    to = _account_text(there)
    lines = [
        *_head(view, data, METHODS[data.method][0].upper()),
        *forms.accounts(data),
        "",
        *_own_account(view, data, "Trích từ tài khoản"),
        *layout.field("Đơn vị thụ hưởng" if order else "Người lĩnh tiền", who),
        *layout.field("Địa chỉ", data.address or forms.object_address(view, data)),
        *(() if data.method == "cash_cheque" else layout.field("Số tài khoản, tại ngân hàng", to)),
        *layout.field("Nội dung", data.reason or data.description or kind_title(data)),
        *_amounts(view, data, amount, foreign),
        *(layout.field("Phí ngân hàng", BEARERS[data.fee_bearer]) if order else ()),
        "",
        *_signers(view, data, ("Chủ tài khoản", "Kế toán trưởng", "Ngân hàng")),
    ]
    return layout.page(lines)


def _head(view: View, data: BankVoucher, title: str) -> list[str]:
    return [
        *layout.heading(view, data.branch, "…………"),
        "",
        *layout.centre(title),
        *layout.centre(layout.long_date(data.voucher_date or data.posting_date)),
        *layout.both("", f"Số: {data.no or data.no_management}"),
    ]


def _own_account(view: View, data: BankVoucher, label: str) -> list[str]:
    own = own_account(view, data)
    if own is None:
        return layout.field(label, "")
    return layout.field(label, f"{own.number} – {_bank(view, own)}".strip(" –"))


def _bank(view: View, data: Any) -> str:
    found = view.get("bank", data.bank) if data.bank else None
    return str(data.bank_name or ("" if found is None else found.data.name))


def _account_text(there: Any) -> str:
    return "" if there is None else f"{there.number} – {there.bank_name}".strip(" –")


def _amounts(
    view: View, data: BankVoucher, amount: int, foreign: Mapping[str, Decimal]
) -> list[str]:
    return [
        *layout.field("Số tiền", forms.money_text(view, amount, foreign)),
        *layout.field("Viết bằng chữ", forms.words(view, amount, foreign)),
        *(forms.foreign_boxes(data, amount, foreign) if foreign else ()),
    ]


def _signers(view: View, data: Any, titles: tuple[str, ...]) -> list[str]:
    unit = layout.unit_of(view, data.branch)
    names = ("", "") if unit is None else (unit.director, unit.chief_accountant)
    return layout.signatures(titles, (*names, ""))


# -- reconciliation -------------------------------------------------------------------------------


def facts_of_match(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return both sides of a match as rows."""
    data: BankMatch = record.data
    left = [
        {"side": "Sổ phụ", "text": shown_line(view, key), "amount": None} for key in data.statement
    ]
    right = [{"side": "Sổ kế toán", "text": one.no, "amount": one.amount} for one in data.vouchers]
    return {"account": view.code("bank_account", data.bank_account), "rows": [*left, *right]}


def facts_of_reconciliation(record: Record[Any], view: View) -> Mapping[str, Any]:
    """Return the account, and the steps from one balance to the other."""
    data: BankReconciliation = record.data
    account: Any = view.get("bank_account", data.bank_account)
    return {
        "number": "" if account is None else account.data.number,
        "bank": "" if account is None else _bank(view, account.data),
        "rows": [
            {"text": LABELS.get(row.label, row.label), "amount": row.amount} for row in data.bridge
        ],
    }


def print_match(record: Record[Any], view: View) -> str:
    """Print Bảng đối chiếu: the lines of the statement beside the vouchers."""
    data: BankMatch = record.data
    account: Any = view.get("bank_account", data.bank_account)
    places = decimals_of(view, LOCAL if account is None else account.data.currency)
    left = [("Sổ phụ", shown_line(view, key), "") for key in data.statement]
    right = [("Sổ kế toán", one.no, layout.money(one.amount, places)) for one in data.vouchers]
    lines = [
        *layout.heading(view, None, "…………"),
        "",
        *layout.centre("BẢNG ĐỐI CHIẾU VỚI NGÂN HÀNG"),
        *layout.centre(layout.long_date(data.date)),
        *layout.field("Tài khoản", view.code("bank_account", data.bank_account)),
        *layout.table((("Bên", 16, "<"), ("Dòng, chứng từ", 38, "<"), ("Số tiền", 24, ">")), [*left, *right]),
    ]  # fmt: skip
    return layout.page(lines)


def print_reconciliation(record: Record[Any], view: View) -> str:
    """Print Biên bản đối chiếu số dư: both balances, the steps between them, what is open."""
    data: BankReconciliation = record.data
    account: Any = view.get("bank_account", data.bank_account)
    places = decimals_of(view, data.currency)
    rows = [
        (LABELS.get(row.label, row.label), layout.money(row.amount, places)) for row in data.bridge
    ]
    dong = (
        ()
        if data.currency == LOCAL
        else layout.field("Số dư sổ kế toán quy đổi", f"{layout.money(data.book_balance)} đồng")
    )
    lines = [
        *layout.heading(view, data.branch, "…………"),
        "",
        *layout.centre("BIÊN BẢN ĐỐI CHIẾU SỐ DƯ TIỀN GỬI NGÂN HÀNG"),
        *layout.centre(layout.long_date(data.date)),
        *layout.both("", f"Số: {data.no}"),
        "",
        *layout.field("Tài khoản", "" if account is None else account.data.number),
        *layout.field("Tại ngân hàng", "" if account is None else _bank(view, account.data)),
        *layout.field("Loại tiền", data.currency),
        *layout.table((("Diễn giải", 54, "<"), ("Số tiền", 24, ">")), rows),
        *dong,
        *layout.field("Dòng sổ phụ chưa ghi sổ", ", ".join(data.open_statement) or "không có"),
        *layout.field("Chứng từ chưa có trên sổ phụ", ", ".join(data.open_vouchers) or "không có"),
        "",
        *_signers(view, data, ("Giám đốc", "Kế toán trưởng", "Đại diện ngân hàng")),
    ]  # fmt: skip
    return layout.page(lines)
