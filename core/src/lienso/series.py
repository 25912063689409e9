"""How numbers of a series look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class NumberSeries:
    """The shape of a series' numbers: prefix, digits with leading zeros, suffix.

    Attributes:
        next: lowest number to give; the kernel's counter may already be past it.
        reset: the counter starts again by year (default), month, or never.
        mode: who gives numbers at a site (`docs/numbers.md`); empty: as ``numbering.<group>`` says.
        owner_sites: the sites that enter its vouchers while offices keep apart; empty: all of them.
        other_sites: whether a voucher that is entered elsewhere is warned of or refused.
    """

    prefix: str
    digits: int = 5
    suffix: str = ""
    next: int = 1
    reset: Literal["never", "year", "month"] = "year"
    mode: Literal["", "shared", "site_prefix", "lease", "cloud"] = ""
    owner_sites: tuple[str, ...] = ()
    other_sites: Literal["warn", "refuse"] = "warn"
