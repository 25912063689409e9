"""Stores that are set back, and disks that are taken away."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from lienso.escrow import Escrow


def copied(office: Any) -> list[Any]:
    return list(office.kernel.storage.tenants().export(office.by.tenant))


def set_back(office: Any, copy: list[Any]) -> None:
    tenants, tenant = office.kernel.storage.tenants(), office.by.tenant
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    office.restart()


def unplugged(journal: Escrow) -> Path:
    """Take the disk of a journal away; the path is where it is meanwhile."""
    away: Path = journal.path.parent.with_name("away")
    journal.path.parent.rename(away)
    return away
