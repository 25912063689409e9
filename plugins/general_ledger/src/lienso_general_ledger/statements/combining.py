"""Combined statements of a company and its dependent branches: what stands between them goes (spec §8).

Balances within the company (136 against 336) are left out as far as both sides agree; what one side has
and the other has not stays, so that the statements balance and the difference is seen. Revenue and costs
whose rows are marked ``internal`` are left out of the results (TT200 art. 113: lines 01 and 11).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

Sums = Mapping[tuple[str, ...], tuple[int, ...]]

WITHIN = ("136", "336")
CAPITAL = ("1361", "3361")
"""Capital at dependent units and what these owe for it: lines of their own, whatever the term."""

RESULTS = ("5", "6", "7", "8")
INTERNAL = {"internal": "1"}
"""The condition of rows between units of the company."""


def eliminate(amounts: dict[tuple[str, ...], int]) -> None:
    """Take what debits and credits within the company agree on out of both, in the order of accounts.

    Args:
        amounts: balance items, keyed (account, object, contract, term …) → debit less credit, đồng.
    """
    groups: dict[str, list[tuple[str, ...]]] = {}
    for item, amount in amounts.items():
        if amount and item[0].startswith(WITHIN):
            kind = "capital" if item[0].startswith(CAPITAL) else item[3]
            groups.setdefault(kind, []).append(item)
    for items in groups.values():
        debits = [item for item in sorted(items) if amounts[item] > 0]
        credits = [item for item in sorted(items) if amounts[item] < 0]
        agreed = min(sum(amounts[item] for item in debits), -sum(amounts[item] for item in credits))
        _take(amounts, debits, agreed, 1)
        _take(amounts, credits, agreed, -1)


def _take(
    amounts: dict[tuple[str, ...], int], items: Iterable[tuple[str, ...]], agreed: int, sign: int
) -> None:
    for item in items:
        part = min(agreed, sign * amounts[item])
        amounts[item] -= sign * part
        agreed -= part


def without_internal(sums: Sums, internal: Sums) -> Sums:
    """Return turnover without that of results between units.

    Args:
        sums, internal: keyed by account first → debit and credit, đồng; ``internal`` is a part of ``sums``.
    """
    left = dict(sums)
    for key, taken in internal.items():
        if key[0].startswith(RESULTS):
            left[key] = tuple(a - b for a, b in zip(left[key], taken, strict=True))
    return left
