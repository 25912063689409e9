"""From the balance of the book to that of the bank, step by step (spec §4, bridge)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lienso import Finding

from .account import Movement, OpenLine, Sides
from .records import BridgeRow

LABELS = {
    "book_balance": "Số dư trên sổ kế toán",
    "payments_not_on_statement": "Đã chi trên sổ, chưa có trên sổ phụ",
    "receipts_not_on_statement": "Đã thu trên sổ, chưa có trên sổ phụ",
    "statement_payments_not_in_book": "Ngân hàng đã chi, chưa ghi sổ",
    "statement_receipts_not_in_book": "Ngân hàng đã thu, chưa ghi sổ",
    "difference": "Chênh lệch chưa giải thích",
    "bank_balance": "Số dư theo sổ phụ ngân hàng",
}
"""What the steps are called on paper."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """The steps; a step of nothing is left out.

    Attributes:
        amount, fc_amount: the book's balance, đồng and foreign units.
        lines, movements: what only one side has on the day.
    """

    rows: tuple[BridgeRow, ...]
    amount: int
    fc_amount: Decimal
    bank: Decimal
    difference: Decimal
    lines: tuple[OpenLine, ...]
    movements: tuple[Movement, ...]

    def finding(self, account: str, shown: object) -> Finding | None:
        """Return the warning of what is not explained: mostly a wrong opening."""
        if not self.difference:
            return None
        values = {"difference": shown, "bank_account": account}
        return Finding("warning", "bridge_difference", None, None, values)


def bridge(sides: Sides) -> Bridge:
    """Explain the bank's balance by the book's.

    Ignored lines count as well: they are on the statement and not in the book.

    Raises:
        Refused: ``statement_missing``.
    """
    bank = sides.bank_balance()
    amount, fc_amount = sides.book_balance()
    book = Decimal(amount) if sides.account.currency == "VND" else fc_amount
    movements = tuple(
        move
        for move in sides.movements
        if (match := sides.matched_items.get(move.key)) is None or not sides.joined(match)
    )
    lines = tuple(
        line
        for line in sides.lines
        if (match := sides.matched_lines.get(line.key)) is None or not sides.joined(match)
    )
    zero = Decimal(0)
    paid = sum((move.amount for move in movements if move.amount < 0), zero)
    received = sum((move.amount for move in movements if move.amount > 0), zero)
    bank_out = sum((line.amount for line in lines if line.amount < 0), zero)
    bank_in = sum((line.amount for line in lines if line.amount > 0), zero)
    difference = bank - (book - paid - received + bank_out + bank_in)
    steps = (
        ("payments_not_on_statement", -paid),
        ("receipts_not_on_statement", -received),
        ("statement_payments_not_in_book", bank_out),
        ("statement_receipts_not_in_book", bank_in),
        ("difference", difference),
    )
    rows = (
        BridgeRow(label="book_balance", amount=book),
        *(BridgeRow(label=label, amount=step) for label, step in steps if step),
        BridgeRow(label="bank_balance", amount=bank),
    )
    return Bridge(rows, amount, fc_amount, bank, difference, lines, movements)
