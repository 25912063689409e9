"""What all catalog entries of this module have in common (spec `catalog.md` §2.0)."""

from __future__ import annotations

from typing import Annotated

from lienso.fields import CatalogEntry, CodeOf, Text
from pydantic import Field

Short = Annotated[Text, Field(max_length=50)]
"""A phone number, a bank account's number, a title."""

Line = Annotated[Text, Field(max_length=255)]
"""A line of text: an address, a person's name."""

AccountCode = Annotated[Text, Field(max_length=20), CodeOf("account")]
"""An account by its code; empty for none. Accounts are named by code, never by id."""

VatRateCode = Annotated[Text, Field(max_length=25)]
"""A VAT rate by its code (``10``, ``KCT``); empty for none. Codes of the law stand as they are."""


class Entry(CatalogEntry):
    """A code list's entry that may be linked with the platform.

    Attributes:
        external_id: the platform's id; it belongs to one entry of a catalog.
    """

    external_id: Short = ""
