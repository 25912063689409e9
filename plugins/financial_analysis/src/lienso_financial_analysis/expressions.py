"""The formulas of ratios: lines of statements with averages, products and quotients (spec §2, §4).

``B100`` is line 100 of the balance sheet, ``I60`` of the income statement, ``C20`` of the cash flow
statement, ``[F01-DNN:131]`` any other. Values are exact fractions; nothing is rounded here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from lienso_general_ledger import tree_of

FORMULA_MAX = 1_000
FUNCTIONS = ("AVG", "OPEN", "PRIOR", "ABS")

_GRAMMAR = r"""
start: sum
sum: SIGN? product (SIGN product)*
product: atom (TIMES atom)*
?atom: "(" sum ")"
     | FUNCTION "(" sum ")"            -> function
     | "[" STATEMENT ":" CODE "]"      -> other
     | LINE                            -> line
     | NAME                            -> name
SIGN: "+" | "-"
TIMES: "*" | "/"
FUNCTION: /(?:AVG|OPEN|PRIOR|ABS)\b/
NAME: /(?:DAYS|SHARES)\b/
STATEMENT: /[A-Z][A-Za-z0-9\-]*(?:\/[a-z]+)?(?=:)/
CODE: /[0-9]+[a-z]*/
LINE: /[BIC][0-9]+[a-z]*/
%ignore /\s+/
"""


class NoValue(Exception):
    """A formula has no value; ``reason`` is a code of the messages."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Place:
    """A line: letter of the statement, or its id, and the code."""

    statement: str
    code: str

    def __str__(self) -> str:
        short = len(self.statement) == 1
        return f"{self.statement}{self.code}" if short else f"[{self.statement}:{self.code}]"


@dataclass(frozen=True, slots=True)
class Node:
    """A part of a formula: ``sum``, ``product``, a function, a name, or a line.

    Attributes:
        signs: of a sum 1 or -1, of a product 1 or -1 for a divisor.
    """

    kind: str
    parts: tuple[Node, ...] = ()
    signs: tuple[int, ...] = ()
    place: Place | None = None

    def places(self) -> Iterator[Place]:
        """Yield every line that the formula names."""
        if self.place is not None:
            yield self.place
        for part in self.parts:
            yield from part.places()


@dataclass(frozen=True, slots=True)
class Values:
    """What formulas are computed with.

    Attributes:
        line: (line, column ``now`` or ``before``) → đồng. Raises `NoValue`.
        names: ``DAYS``, ``SHARES``. ``closing_only``: there is no opening balance to take averages with.
    """

    line: Callable[[Place, str], int]
    names: dict[str, int]
    closing_only: bool = False


@cache
def _parser() -> Any:
    # Loaded where a formula is read: a program that only lists modules does without.
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", lexer="contextual")


@lru_cache(maxsize=1_024)
def parse(text: str) -> Node:
    """Read a formula.

    Raises:
        Refused: ``formula_syntax`` with the column of the first character that does not fit.
    """
    return _node(tree_of(text, _parser, FORMULA_MAX).children[0])


def _node(tree: Any) -> Node:
    if tree.data in ("sum", "product"):
        parts, signs, sign = [], [], 1
        for child in tree.children:
            if isinstance(child, str):
                sign = -1 if child in ("-", "/") else 1
            else:
                parts.append(_node(child))
                signs.append(sign)
                sign = 1
        return Node(tree.data, tuple(parts), tuple(signs))
    if tree.data == "function":
        return Node(str(tree.children[0]), (_node(tree.children[1]),))
    if tree.data == "other":
        return Node("line", place=Place(str(tree.children[0]), str(tree.children[1])))
    text = str(tree.children[0])
    if tree.data == "name":
        return Node(text)
    return Node("line", place=Place(text[0], text[1:]))


def value(node: Node, given: Values, column: str = "now") -> Fraction:
    """Return what a formula comes to.

    Raises:
        NoValue: ``zero_denominator``, or a line or number has no value.
    """
    if node.place is not None:
        return Fraction(given.line(node.place, column))
    if node.kind == "sum":
        pairs = zip(node.parts, node.signs, strict=True)
        return sum((sign * value(part, given, column) for part, sign in pairs), Fraction(0))
    if node.kind == "product":
        return _product(node, given, column)
    if node.kind in given.names:
        return Fraction(given.names[node.kind])
    if node.kind not in FUNCTIONS:
        raise NoValue("no_data")
    return _function(node, given, column)


def _function(node: Node, given: Values, column: str) -> Fraction:
    (inner,) = node.parts
    if node.kind == "ABS":
        return abs(value(inner, given, column))
    if node.kind in ("OPEN", "PRIOR"):
        return value(inner, given, "before")
    closing = value(inner, given, column)
    return closing if given.closing_only else (closing + value(inner, given, "before")) / 2


def _product(node: Node, given: Values, column: str) -> Fraction:
    found = Fraction(1)
    for part, sign in zip(node.parts, node.signs, strict=True):
        one = value(part, given, column)
        if sign < 0 and not one:
            raise NoValue("zero_denominator")
        found = found * one if sign > 0 else found / one
    return found
