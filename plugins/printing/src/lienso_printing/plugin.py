"""In chứng từ, sổ, báo cáo: printed forms as PDF, set by typst without a network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lienso import Form, Manifest, Message, Sheets, hookimpl

from . import declared, typesetting
from .messages import MESSAGES

MANIFEST = Manifest(name="printing", title="In chứng từ, sổ, báo cáo", api="1.0")


@hookimpl
def lienso_forms() -> Sequence[Form]:
    """Name the forms of the first-party modules; each is a file of the folder forms."""
    return declared.FORMS


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """Give the texts."""
    return MESSAGES


@hookimpl
def lienso_typeset(sheets: Sheets) -> bytes:
    """Set documents in type."""
    return typesetting.typeset(sheets)


@hookimpl
def lienso_stopping() -> None:
    """End the process that sets type."""
    typesetting.PRESS.close()
