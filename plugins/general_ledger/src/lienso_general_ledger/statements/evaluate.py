"""The values of statement lines: each once a column, exact integers, totals from what stands below."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Refused

from . import functions
from .forms import Regime
from .functions import Column
from .grammar import Call, Line, Sum

Typed = Mapping[tuple[str, str], int]
"""(statement, code) → a value that stands in place of the computed one."""


class Sheet:
    """The lines of all statements of a regime in one column, computed when they are asked for."""

    def __init__(self, regime: Regime, column: Column, typed: Typed | None = None) -> None:
        """Make a sheet; nothing is computed yet.

        Args:
            typed: values that totals and other lines use in place of what is computed.
        """
        self.regime, self.column = regime, column
        self._typed = typed or {}
        self._known: dict[tuple[str, str, bool], int] = {}
        self._under_way: set[tuple[str, str, bool]] = set()

    def value(self, statement: str, code: str, at_open: bool = False) -> int:
        """Return the value of a line; ``at_open``: at the start of the column's period.

        Raises:
            Refused: ``unknown_line``, ``formula_cycle``, ``formula_syntax``.
        """
        key = (statement, code, at_open)
        if not at_open and key[:2] in self._typed:
            return self._typed[key[:2]]
        if key not in self._known:
            if key in self._under_way:
                raise Refused("formula_cycle", {"statement": statement, "line": code})
            self._under_way.add(key)
            line = self.regime.form(statement).lines.get(code)
            if line is None:
                raise Refused("unknown_line", {"statement": statement, "line": code})
            self._known[key] = self._sum(line.parsed, statement, at_open)
            self._under_way.discard(key)
        return self._known[key]

    def _sum(self, formula: Sum, statement: str, at_open: bool) -> int:
        return sum(sign * self._term(term, statement, at_open) for sign, term in formula.terms)

    def _term(self, term: Sum | Line | Call, statement: str, at_open: bool) -> int:
        if isinstance(term, Sum):
            return self._sum(term, statement, at_open)
        if isinstance(term, Line):
            point = at_open or term.point == "open"
            return self.value(term.statement or statement, term.code, point)
        if term.name == "DELTA":
            assert term.inner is not None, "the grammar gives DELTA a formula"
            closing = self._sum(term.inner, statement, False)
            return closing - self._sum(term.inner, statement, True)
        if term.name == "INTERIM":
            assert term.inner is not None, "the grammar gives INTERIM a formula"
            return self._sum(term.inner, statement, at_open) if self.column.interim else 0
        return functions.call(self.column, term, at_open)

    def result(self, formula: Sum, statement: str) -> int:
        """Return the value of a formula that is no line's own."""
        return self._sum(formula, statement, False)

    def values(self, statement: str) -> dict[str, int]:
        """Return all lines of a statement."""
        return {code: self.value(statement, code) for code in self.regime.form(statement).lines}
