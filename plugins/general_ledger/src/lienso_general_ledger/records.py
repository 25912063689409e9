"""The journal voucher and the period lock (spec `general_ledger.md` §2)."""

from __future__ import annotations

from typing import Annotated, Literal

from lienso.fields import Body, Day, Quantity, Text, Voucher
from pydantic import Field

from .lines import CurrencyCode, OrgUnitId, TaxedLines


class Journal(Voucher):
    """Chứng từ nghiệp vụ khác: pairs as typed.

    Attributes:
        kind: ``opening_transfer`` carries last year's profit from 4212 to 4211 on the first day.
        currency: of the lines that name none. ``rate``: đồng per unit of it.
        due_date: Hạn thanh toán of what the voucher leaves open.
    """

    kind: Literal["free", "opening_transfer"] = "free"
    currency: CurrencyCode = "VND"
    rate: Annotated[Quantity, Field(gt=0)] | None = None
    due_date: Day | None = None
    lines: TaxedLines = Field(default_factory=list)


class LockChange(Body):
    """One move of a lock date: who, when, and why."""

    old: Day | None = None
    new: Day
    by: Text = ""
    at: Text = ""
    reason: Text = ""


class PeriodLock(Body):
    """The last locked day of a ledger, of one branch or of the whole company."""

    branch: OrgUnitId | None = None
    ledger: Literal["financial", "management"] = "financial"
    lock_date: Day
    history: list[LockChange] = Field(default_factory=list, max_length=1_000)
