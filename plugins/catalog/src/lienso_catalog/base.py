"""What all catalog entries of this module have in common (spec `catalog.md` §2.0)."""

from __future__ import annotations

from typing import Annotated, Any

from lienso.fields import CatalogEntry, CodeOf, Merge, Text
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
        platform_id: the platform's id; it belongs to one entry of a catalog.
    """

    platform_id: Short | None = None


class LinkedEntry(Entry):
    """An entry that is fetched and pushed.

    Attributes:
        version: of the row there that was taken last; a row of the same or a lower one is ignored.
        platform_base: values there that both sides knew last, by their names there.
    """

    version: Annotated[int, Field(ge=0), Merge(group="platform")] = 0
    platform_base: Annotated[dict[str, Any], Merge(group="platform")] = Field(
        default_factory=dict, max_length=50
    )
