"""Sheet "CP trả trước đầu kỳ" (`opening_and_import.md` §4.3): rows of one code are shares of one cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lienso import Finding, ImportColumn, ImportSheet
from lienso.view import View

from ..chart import account_finding
from .cards import PREPAID_OPENING

C = ImportColumn


def prepare(fields: dict[str, Any]) -> dict[str, Any]:
    """Take out what only the sheet has: what is left, beside the other two amounts."""
    left = fields.pop("remaining", None)
    if left is not None and "allocated" not in fields and "amount" in fields:
        fields["allocated"] = fields["amount"] - left
    return fields


def left_over(values: Mapping[str, Any], _view: View) -> Sequence[Finding]:
    """Say that amount, allocated and remaining contradict each other."""
    amount, done, left = (values.get(name) for name in ("amount", "allocated", "remaining"))
    if None in (amount, done, left) or int(amount or 0) - int(done or 0) == left:
        return []
    return [Finding("error", "value_out_of_range", "remaining", None, {"field": "remaining"})]


SHEET = ImportSheet(
    "CP trả trước đầu kỳ",
    PREPAID_OPENING,
    (
        C("Mã CP trả trước", "code", required=True),
        C("Tên", "name", required=True),
        C("Ngày ghi nhận", "start", "date", required=True),
        C("Số tiền", "amount", "money", required=True),
        C("Số kỳ PB", "periods", "int", required=True),
        C("Số kỳ đã PB", "periods_done", "int"),
        C("Số đã PB", "allocated", "money"),
        C("Số còn lại", "remaining", "money"),
        C("TK chờ phân bổ", "account", check=account_finding),
        C("Đối tượng PB", "allocation_rows.org_unit", "code", ref="org_unit"),
        C("Tỷ lệ", "allocation_rows.ratio", "decimal"),
        C("TK chi phí", "allocation_rows.debit", required=True, check=account_finding),
        C("Khoản mục CP", "allocation_rows.cost_item", "code", ref="cost_item"),
    ),
    group_by=("code",),
    order=200,
    prepare=prepare,
    check=left_over,
)
