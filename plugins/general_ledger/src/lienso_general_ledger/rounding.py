"""Rounding of đồng."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def round_half_away(value: Decimal) -> int:
    """Round to whole đồng, half away from zero (spec README §4)."""
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))
