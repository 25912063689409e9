"""The statutory charts of accounts and the legal profiles that are shipped with this module.

Source of the charts: Circulars 99/2025, 200/2014, 133/2016 (`catalog.md` §2.4).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

REGIMES = ("TT99", "TT200", "TT133")

OPEN_REGIMES = frozenset({"TT99"})
"""Regimes that let the company add accounts of any level, by its own regulation (TT99 art. 11)."""

MONETARY = (
    "111", "112", "113", "128", "131", "136", "138", "141", "244", "331", "334", "335", "336",
    "338", "341", "343", "344",
)  # fmt: skip
"""Level-1 accounts whose balances in foreign currency are revalued (`catalog.md` §2.1b)."""


@cache
def chart(regime: str) -> Mapping[str, Mapping[str, str]]:
    """Return a regime's accounts by code, as the rows of its file; empty for an unknown regime."""
    if regime not in REGIMES:
        return {}
    return {row["code"]: row for row in read_rows(f"accounts_{regime.lower()}.csv")}


@cache
def parents(regime: str) -> frozenset[str]:
    """Return the codes of a regime's chart that have children there; empty text has level 1."""
    return frozenset(row["parent"] for row in chart(regime).values())


def is_statutory(code: str) -> bool:
    """Tell whether any circular's chart has this account."""
    return any(code in chart(regime) for regime in REGIMES)


def read_rows(name: str) -> list[dict[str, str]]:
    """Read a table of this package."""
    table = files("lienso_catalog").joinpath("charts", name)
    return list(csv.DictReader(table.read_text(encoding="utf-8-sig").splitlines()))
