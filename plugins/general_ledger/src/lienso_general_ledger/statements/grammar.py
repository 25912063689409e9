"""The formulas of statement lines: their grammar and what is read from one (`reference/README.md` §2).

A formula is parsed, never run as code. What comes out is a small tree of frozen values, the same for
one text, so it is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal

from .reading import tree_of

Point = Literal["", "open", "close"]
"""Where a balance is taken: where the column stands, or expressly at the start or the end."""

FORMULA_MAX = 2_000
"""Characters of a formula; the longest of a circular has 640."""

FILTERS = ("term", "cf", "cash_equiv", "of", "loan", "liability", "except", "op", "contra", "by")

ALIASES = {
    "DUNO_ChitietTheoTKvaDoituong": "DR_OBJ",
    "DUCO_ChitietTheoTKvaDoituong": "CR_OBJ",
    "DUNO_ChitietTheoTK": "DR_ACC",
    "DUCO_ChitietTheoTK": "CR_ACC",
    "DUNO": "DR",
    "DUCO": "CR",
    "PhatsinhDU": "TURN",
}
"""The names of another program that accountants know → ours."""

BALANCES = (
    "DR_ACC",
    "CR_ACC",
    "DR_OBJ",
    "CR_OBJ",
    "DR_DIM",
    "CR_DIM",
    "DR",
    "CR",
    "NETDR",
    "NETCR",
)
TURNOVERS = ("TDR_ALL", "TCR_ALL", "TDR", "TCR", "REVAL", "NONOP")
PLAIN = ("OTHER_NONCASH", "DISPOSAL_OFFSET", "FX_OFFSET", "MANUAL")
OF_FORMULA = ("DELTA", "INTERIM")


@dataclass(frozen=True, slots=True)
class Filter:
    """``key=values`` (one of them) or, when ``unlike``, ``key!=values`` (none of them)."""

    key: str
    values: tuple[str, ...]
    unlike: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The value of a line, of another statement when one is named."""

    code: str
    statement: str = ""
    point: Point = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the books.

    Attributes:
        accounts: prefixes, or ``@list`` of the statement file; of TURN the debit side.
        contra: of TURN the credit side. ``code``: of CASH the class of flows.
        inner: of DELTA and INTERIM.
    """

    name: str
    accounts: tuple[str, ...] = ()
    contra: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    code: str = ""
    inner: Sum | None = None
    point: Point = ""


@dataclass(frozen=True, slots=True)
class Sum:
    """Terms with their signs, 1 or -1."""

    terms: tuple[tuple[int, Sum | Line | Call], ...]

    def walk(self, sign: int = 1) -> Iterator[tuple[int, Line | Call]]:
        """Yield every line and function inside with its sign, those inside DELTA and INTERIM too."""
        for own, term in self.terms:
            if isinstance(term, Sum):
                yield from term.walk(sign * own)
                continue
            yield sign * own, term
            if isinstance(term, Call) and term.inner is not None:
                yield from term.inner.walk(sign * own)


def _names(names: tuple[str, ...]) -> str:
    theirs = [alias for alias, name in ALIASES.items() if name in names]
    listed = sorted([*names, *theirs], key=len, reverse=True)
    return f"/(?:{'|'.join(listed)})\\b/"


_GRAMMAR = rf"""
start: formula
formula: SIGN? term (SIGN term)*
?term: "(" formula ")"
     | "[" [STATEMENT ":"] CODE [AT] "]"              -> line
     | OF_FORMULA "(" formula ")"                      -> of_formula
     | CASH "(" CODE ")"                               -> cash
     | PLAIN "(" ")"                                   -> plain
     | TURN "(" places "/" places filter* ")"          -> turn
     | TURNOVER "(" places filter* ")"                 -> turnover
     | BALANCE "(" places filter* ")" [AT]             -> balance
places: (ACCOUNT | LIST) ("," (ACCOUNT | LIST))*
filter: ";" KEY (EQUAL | UNLIKE) VALUE ("," VALUE)*
SIGN: "+" | "-"
AT: "@open" | "@close"
EQUAL: "="
UNLIKE: "!="
CASH: "CASH"
TURN: {_names(("TURN",))}
OF_FORMULA: {_names(OF_FORMULA)}
PLAIN: {_names(PLAIN)}
TURNOVER: {_names(TURNOVERS)}
BALANCE: {_names(BALANCES)}
STATEMENT: /[A-Z][A-Za-z0-9\-]*(?:\/[a-z]+)?(?=:)/
CODE: /[0-9]+[a-z]*/
ACCOUNT: /[0-9]{{3,20}}/
LIST: /@[a-z_]+/
KEY: /{"|".join(FILTERS)}/
VALUE: /@?[A-Za-z0-9_]+/
%ignore /\s+/
"""


@cache
def _parser() -> Any:
    # Loaded where a formula is read: a program that only lists modules does without.
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", maybe_placeholders=True)


@lru_cache(maxsize=4_096)
def parse(text: str) -> Sum:
    """Read a formula.

    Raises:
        Refused: ``formula_syntax`` with the place of the first character that does not fit.
    """
    return _sum(tree_of(text, _parser, FORMULA_MAX).children[0])


def _sum(tree: Any) -> Sum:
    terms: list[tuple[int, Sum | Line | Call]] = []
    sign = 1
    for child in tree.children:
        if getattr(child, "type", "") == "SIGN":
            sign = -1 if child == "-" else 1
        elif child is not None:
            terms.append((sign, _sum(child) if child.data == "formula" else _term(child)))
    return Sum(tuple(terms))


def _term(tree: Any) -> Line | Call:
    parts = tree.children
    if tree.data == "line":
        statement, code, at = parts
        return Line(str(code), str(statement or ""), _point(at))
    name = ALIASES.get(str(parts[0]), str(parts[0]))
    if tree.data == "of_formula":
        return Call(name, inner=_sum(parts[1]))
    if tree.data == "cash":
        return Call(name, code=str(parts[1]))
    if tree.data == "plain":
        return Call(name)
    rest = [part for part in parts[1:] if part is not None]
    places = [_places(part) for part in rest if getattr(part, "data", "") == "places"]
    filters = tuple(_filter(part) for part in rest if getattr(part, "data", "") == "filter")
    contra = places[1] if len(places) > 1 else ()
    return Call(name, places[0], contra, filters, point=_point(parts[-1]))


def _places(tree: Any) -> tuple[str, ...]:
    return tuple(str(child) for child in tree.children)


def _filter(tree: Any) -> Filter:
    key, operator, *values = tree.children
    return Filter(str(key), tuple(str(value) for value in values), operator.type == "UNLIKE")


def _point(token: Any) -> Point:
    if getattr(token, "type", "") != "AT":
        return ""
    return "open" if token == "@open" else "close"
