"""VAT rates, tax parameters, legal profiles; and the aliases of merged codes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from lienso.fields import Body, Day, Quantity, Text
from lienso.keys import fold_code
from pydantic import Field, model_validator

from .base import Entry, Line, Short


class VatRate(Entry):
    """A VAT rate.

    Attributes:
        percent: None for those that are no rate (KCT, KKKNT, NTB, NPV, KHAC).
        valid_from, valid_to: days of invoices it applies to; open where empty.
        value_cell, tax_cell: cells of form 01/GTGT for sales at this rate.
    """

    percent: Annotated[Quantity | None, Field(ge=0, le=100)] = None
    valid_from: Day | None = None
    valid_to: Day | None = None
    value_cell: Short = ""
    tax_cell: Short = ""


class VatGroup(Entry):
    """A group of purchases on the VAT register (Nhóm HHDV mua vào)."""


class VatRule(Body):
    """A tax parameter and its value over a time (`tax.md` §2): ``cash_threshold`` …"""

    key: Annotated[Text, Field(min_length=1, max_length=60)]
    value: Quantity
    valid_from: Day | None = None
    valid_to: Day | None = None
    description: Line = ""


class BusinessLine(Entry):
    """A line of business."""


class LegalProfile(Body):
    """Which law, form and threshold applies over a time (spec README §4: no rule is in code)."""

    key: Annotated[Text, Field(min_length=1, max_length=100)]
    subject: Literal["accounting", "einvoice", "vat"]
    profile: Annotated[Text, Field(min_length=1, max_length=60)]
    valid_from: Day
    valid_to: Day | None = None
    found_by: Line = ""
    texts: Annotated[Text, Field(max_length=1000)] = ""
    effect: Annotated[Text, Field(max_length=1000)] = ""


class Alias(Body):
    """What became of a code that was merged, moved or deleted (§4.0).

    Attributes:
        old_key: the old code without case, for look-ups; made from it.
    """

    catalog: Annotated[Text, Field(min_length=1, max_length=60)]
    old_id: Short = ""
    old_code: Short
    new_id: Short = ""
    new_code: Short = ""
    reason: Literal["merge", "transfer", "delete"]
    at: Short = ""
    by: Line = ""
    old_key: Short = ""

    @model_validator(mode="before")
    @classmethod
    def _fold(cls, values: Any) -> Any:
        if isinstance(values, dict) and isinstance(values.get("old_code"), str):
            return {**values, "old_key": fold_code(values["old_code"])}
        return values
