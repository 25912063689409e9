"""Forms of Acme: a receipt with the words of the house."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lienso import Form, Label, Manifest, hookimpl

MANIFEST = Manifest(name="acme_forms", title="Mẫu in của Acme", api="1.0")


@hookimpl
def lienso_forms() -> Sequence[Form]:
    """Name the forms."""
    template = Path(__file__).parent / "acme-phieu-thu.typ"
    title = Label("Phiếu thu của Acme", "Receipt of Acme")
    return [Form("acme-phieu-thu", title, str(template), record_types=("cash_receipt",))]
