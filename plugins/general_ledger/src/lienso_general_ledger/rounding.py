"""Rounding of đồng, and spreading of sums (spec README §4)."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def round_half_away(value: Decimal | Fraction) -> int:
    """Round to whole đồng, half away from zero; a fraction stands for an exact quotient."""
    if isinstance(value, Fraction):
        rounded = (abs(value) * 2 + 1) // 2
        return int(rounded) if value >= 0 else -int(rounded)
    return int(value.quantize(Decimal(1), ROUND_HALF_UP))


def spread(total: int, weights: Sequence[Decimal | int]) -> list[int]:
    """Divide a sum by weights; the parts add up to it exactly.

    Each part is rounded half away from zero; what is left goes to the heaviest weight, of equal ones
    to the first, so that a second run gives the same.

    Args:
        total: đồng, may be negative. ``weights``: not negative; only proportions matter.
    Raises:
        ValueError: all weights are zero; the caller decides where the sum goes.
    """
    whole = sum((Fraction(weight) for weight in weights), Fraction(0))
    if not whole:
        raise ValueError("all weights are zero")
    parts = [round_half_away(total * Fraction(weight) / whole) for weight in weights]
    heaviest = max(range(len(parts)), key=lambda place: (weights[place], -place))
    parts[heaviest] += total - sum(parts)
    return parts
