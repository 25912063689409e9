"""Comparing what a case expects with what came: subset match, with readable differences."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

Same = Callable[[str, str], bool]
"""(expected, got) → whether a text of the case names what the other text stands for."""

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """One place where a case and the program disagree."""

    path: str
    expected: Any
    got: Any

    def __str__(self) -> str:
        got = "nothing" if self.got is _ABSENT else shown(self.got)
        return f"{self.path}: expected {shown(self.expected)}, got {got}"

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values; what is absent is null."""
        got = None if self.got is _ABSENT else self.got
        return {"path": self.path, "expected": self.expected, "got": json.loads(_dumped(got))}


def shown(value: Any) -> str:
    """Return a value on one line."""
    return value if isinstance(value, str) and value else _dumped(value)


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def differences(
    expected: Any, got: Any, same: Same, path: str = "", absent: Any = _ABSENT
) -> Iterator[Difference]:
    """Yield where ``got`` does not hold what ``expected`` names (`docs/cases.md` §2).

    An object holds another when every key it names matches; lists match in length and order;
    numbers match by value, also a decimal text against a number; null is null or absent.
    """
    if isinstance(expected, Mapping):
        if not isinstance(got, Mapping):
            yield Difference(path or "/", expected, got)
            return
        for key, value in expected.items():
            yield from differences(value, _at(got, key, same), same, f"{path}.{key}".lstrip("."))
    elif isinstance(expected, (list, tuple)):
        if not isinstance(got, (list, tuple)) or len(got) != len(expected):
            yield Difference(path or "/", expected, got)
            return
        for index, (value, found) in enumerate(zip(expected, got, strict=True)):
            yield from differences(value, found, same, f"{path}[{index}]")
    elif not equal(expected, got, same):
        yield Difference(path or "/", expected, got)


def _at(got: Mapping[str, Any], key: str, same: Same) -> Any:
    if key in got:
        return got[key]
    # A key may itself be a code (aliases {old: new}) where the program gives an id.
    return next((value for name, value in got.items() if same(key, str(name))), _ABSENT)


def matches(expected: Any, got: Any, same: Same) -> bool:
    """Tell whether there is no difference."""
    return next(differences(expected, got, same), None) is None


def equal(expected: Any, got: Any, same: Same) -> bool:
    """Compare two plain values."""
    if expected is None or got is None or got is _ABSENT:
        return expected is None and (got is None or got is _ABSENT)
    if isinstance(expected, bool) or isinstance(got, bool):
        return expected is got
    if isinstance(expected, str) and isinstance(got, str):
        return expected == got or _same_decimals(expected, got) or same(expected, got)
    left, right = number(expected), number(got)
    return left == right if left is not None and right is not None else expected == got


def number(value: Any) -> Decimal | None:
    """Return the value of a number or of a decimal text, else None."""
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        return None
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _same_decimals(expected: str, got: str) -> bool:
    """Two texts are numbers only when one has a decimal point: 0012 and 12 are two codes."""
    if "." not in expected and "." not in got:
        return False
    left, right = number(expected), number(got)
    return left is not None and left == right


def same_instant(expected: str, got: str | None) -> bool:
    """Compare two instants, whatever their zones."""
    if got is None:
        return False
    return datetime.datetime.fromisoformat(expected) == datetime.datetime.fromisoformat(got)


def pair_up(fits: Sequence[Sequence[int]], size: int) -> list[int | None]:
    """Give each row one partner of its own, as many rows as possible.

    Args:
        fits: for each expected row the indices of the rows that would do.
        size: number of rows to choose from.
    Returns:
        For each expected row its partner's index, None when it has none.
    """
    taken: list[int | None] = [None] * size

    def place(row: int, tried: set[int]) -> bool:
        for candidate in fits[row]:
            if candidate in tried:
                continue
            tried.add(candidate)
            holder = taken[candidate]
            if holder is None or place(holder, tried):
                taken[candidate] = row
                return True
        return False

    for row in range(len(fits)):
        place(row, set())
    partner: list[int | None] = [None] * len(fits)
    for candidate, owner in enumerate(taken):
        if owner is not None:
            partner[owner] = candidate
    return partner
