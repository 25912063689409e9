"""Who prints: the company or a branch, and who signs for it."""

from __future__ import annotations

from collections.abc import Mapping

from lienso.view import View

from .organization import OrgUnit

FIELDS = ("name", "address", "tax_code", "director", "chief_accountant", "cashier")


def letterhead(branch: str, view: View) -> Mapping[str, str]:
    """Return head and signatures of a form; what a branch leaves empty is the company's.

    Args:
        branch: id of an org unit; empty: the company.
    """
    units = (record.data for record in view.all("org_unit"))
    company = next((unit for unit in units if unit.kind == "company"), None)
    record = view.get("org_unit", branch) if branch else None
    found = {"regime": str(view.option("accounting_regime"))}
    for name in FIELDS:
        found[name] = _of(None if record is None else record.data, name) or _of(company, name)
    return found


def _of(unit: OrgUnit | None, name: str) -> str:
    return "" if unit is None else str(getattr(unit, name))
