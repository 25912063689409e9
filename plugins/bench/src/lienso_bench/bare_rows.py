"""The bare way's receipt: one pydantic model, and the rows that lienso's schema has for it.

Written against today's tables on purpose: when lienso writes other rows, `contents.compare` says so,
and the bare way is brought up to date. Otherwise the two would no longer do the same work.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator
from typing import Any, Literal

import orjson
from pydantic import BaseModel, ConfigDict, Field, model_validator

TENANT = 1
"""Number of the only company in a file."""

POSTED = '{"financial":{"findings":[],"passed_warnings":[],"status":"posted"}}'


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class BareLine(_Strict):
    """A pair. Fields stand in the order of their names: so the JSON written is canonical."""

    amount: int = Field(gt=0)
    credit: str = Field(min_length=3)
    debit: str = Field(min_length=3)
    description: str
    invoice_no: str | None = None
    line: int = Field(ge=1)
    object: str = Field(min_length=36, max_length=36)


class BareReceipt(_Strict):
    """A cash receipt, with the fields that lienso stores of it."""

    address: str = ""
    attached_count: int = 0
    currency: Literal["VND"] = "VND"
    description: str = ""
    display_on_book: Literal["financial"] = "financial"
    generated_by: str = ""
    kind: Literal["other"] = "other"
    lines: list[BareLine] = Field(min_length=1)
    no: str = ""
    no_management: str = ""
    payer_receiver: str
    posting_date: datetime.date
    rate: str = "1"
    reason: str
    references: list[str] = []
    settle_hint: list[str] = []
    voucher_date: datetime.date | None = None

    @model_validator(mode="after")
    def _lines_differ(self) -> BareReceipt:
        if len({line.line for line in self.lines}) < len(self.lines):
            raise ValueError("line numbers must differ")
        return self

    def text(self) -> str:
        """Return the canonical JSON."""
        return self.model_dump_json(exclude_none=True)


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


def keys_of(receipt: BareReceipt) -> list[tuple[str, str]]:
    """Return the keys by which a receipt is found."""
    date = f"{receipt.posting_date.isoformat()}\x1f{receipt.no}"
    refs = sorted({line.object for line in receipt.lines})
    return [("date", date), ("no", receipt.no), *(("ref", ref) for ref in refs)]


def record_row(
    id: str,
    receipt: BareReceipt,
    text: str,
    keys: list[tuple[str, str]],
    feed_seq: int,
    posting: str,
    provenance: str,
    at: str,
) -> tuple[Any, ...]:
    """Return the row of `bare_sql.RECORD` at version 1."""
    summary = {
        "date": receipt.posting_date.isoformat(),
        "number": receipt.no,
        "text": receipt.reason,
    }
    return (
        TENANT, "cash_receipt", id, 1, feed_seq, 0, 1, hashlib.sha256(text.encode()).hexdigest(),
        _json(summary), "", posting, provenance, at, _json(keys), text,
    )  # fmt: skip


def key_rows(id: str, keys: list[tuple[str, str]]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `bare_sql.KEY`."""
    for name, key in keys:
        yield TENANT, "cash_receipt", name, key, id


def entry_rows(id: str, receipt: BareReceipt) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `bare_sql.ENTRY`: two a line, debit and credit."""
    day = receipt.posting_date.isoformat()
    made = receipt.voucher_date.isoformat() if receipt.voucher_date else day
    for line in receipt.lines:
        extra = _json({"invoice_no": line.invoice_no}) if line.invoice_no else "{}"
        for side in (0, 1):
            own, other = (line.credit, line.debit) if side else (line.debit, line.credit)
            amounts = (0, line.amount) if side else (line.amount, 0)
            yield (
                TENANT, day, id, "cash_receipt", "financial", line.line, side, "", receipt.no, made,
                receipt.reason, extra, own, other, line.object, *amounts,
            )  # fmt: skip


def item_rows(id: str, receipt: BareReceipt) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of `bare_sql.ITEM`: what is collected of each invoice."""
    day = receipt.posting_date.isoformat()
    made = receipt.voucher_date.isoformat() if receipt.voucher_date else day
    collected = [line for line in receipt.lines if line.credit == "131"]
    for side, line in enumerate(collected):
        extra = _json({"origin": "money", "invoice_no": line.invoice_no})
        yield (
            TENANT, day, id, "cash_receipt", "financial", 0, side, "", receipt.no, made,
            receipt.reason, extra, "131", line.object, "payment", receipt.no, line.amount,
        )  # fmt: skip


class Totals:
    """Sums by month of some receipts: 500 receipts on one account move one row."""

    def __init__(self) -> None:
        self.by_object: dict[tuple[str, str, int], list[int]] = {}
        self.by_other: dict[tuple[str, str, int], list[int]] = {}
        self.by_currency: dict[tuple[str, int], list[int]] = {}

    def add(self, receipt: BareReceipt) -> None:
        """Add both sides of every line."""
        month = receipt.posting_date.year * 100 + receipt.posting_date.month
        for line in receipt.lines:
            for account, other, place in (
                (line.debit, line.credit, 0),
                (line.credit, line.debit, 1),
            ):
                for sums in (
                    self.by_other.setdefault((account, other, month), [0, 0, 0]),
                    self.by_object.setdefault((account, line.object, month), [0, 0, 0]),
                    self.by_currency.setdefault((account, month), [0, 0, 0]),
                ):
                    sums[place] += line.amount
                    sums[2] += 1

    def object_rows(self) -> list[tuple[Any, ...]]:
        """Return the rows of `bare_sql.TOTAL_BY_OBJECT` in the order of its key."""
        return [(TENANT, *key, *sums) for key, sums in sorted(self.by_object.items())]

    def other_rows(self) -> list[tuple[Any, ...]]:
        """Return the rows of `bare_sql.TOTAL_BY_OTHER` in the order of its key."""
        return [(TENANT, *key, *sums) for key, sums in sorted(self.by_other.items())]

    def currency_rows(self) -> list[tuple[Any, ...]]:
        """Return the rows of `bare_sql.TOTAL_BY_CURRENCY` in the order of its key."""
        return [(TENANT, *key, *sums) for key, sums in sorted(self.by_currency.items())]
