"""Thiết lập công thức: a company's own formulas, checked before they are taken (spec §4.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Literal

from lienso import Refused
from lienso.fields import Params, to_json
from lienso.ids import instant_text
from lienso.session import Session
from lienso.view import View
from lienso_catalog import regime_of
from pydantic import Field

from . import computing
from .computing import SET, TEMPLATE
from .forms import Form, Regime, shipped, with_changes
from .functions import ALLOWED, DIMENSIONS, ITEM_KEYS
from .grammar import Call, Line, Sum, parse
from .records import StatementTemplate, TemplateLine, template_code
from .sets import interval


class LineParams(Params):
    """A change of one line; what is left out stays as it is.

    Attributes:
        code: of the form; another one with a ``name`` is a line of the company's own, in no sum until
            a formula names it.
        sign: ``parentheses`` prints (123). ``hidden``: not printed while it is empty.
        confirmed: the shipped formula of a guess is right as it is.
    """

    code: str = Field(pattern=r"^[0-9]+[a-z]*$", max_length=10)
    name: str = Field(default="", max_length=255)
    formula: str = Field(default="", max_length=4_000)
    sign: Literal["plain", "parentheses"] | None = None
    hidden: bool | None = None
    confirmed: bool = False


class FormulaParams(Params):
    """The statement whose lines change; ``regime`` by default the company's."""

    template: str
    regime: Literal["TT99", "TT200", "TT133"] | None = None
    lines: list[LineParams] = Field(min_length=1, max_length=500)


class FormulaResult(Params):
    """The version of the template now, and the drafts to reload, as intervals."""

    template_version: int
    affected_sets: list[str]


def set_formulas(params: FormulaParams, session: Session) -> FormulaResult:
    """Check and keep changed lines; drafts take them when they are reloaded.

    Raises:
        Refused: ``formula_syntax`` with line and column, ``unknown_line``, ``account_unknown``,
            ``formula_cycle``; nothing is changed then. Unknown: ``not_found``: no such statement.
    """
    view = session.view
    name = params.regime or regime_of(view)
    form = computing.regime_of_company(view, name).form(params.template)
    code = template_code(name, params.template)
    there = view.by_code(TEMPLATE, code)
    lines = [] if there is None else list(there.data.lines)
    known = {line.code: line for line in lines}
    by, at = session.actor.user, instant_text(view.now)
    for line in params.lines:
        old = known.get(line.code, TemplateLine(code=line.code))
        given = line.model_dump(exclude_defaults=True)
        known[line.code] = old.model_copy(update={**given, "by": by, "at": at})
    version = form.version + 1
    body = {
        "code": code,
        "name": form.name.vi,
        "regime": name,
        "statement": params.template,
        "template_version": version,
        "lines": [to_json(line) for line in known.values()],
    }
    session.save(TEMPLATE, body, id=None if there is None else there.id, replace=True)
    view.forget_memos()
    return FormulaResult(
        template_version=version,
        affected_sets=[
            interval(record.data)
            for record in view.all(SET)
            if record.data.status == "draft"
            and record.data.regime == name
            and params.template in record.data.statements
        ],
    )


# -- checks ---------------------------------------------------------------------------------------


def check_template(view: View, data: StatementTemplate) -> None:
    """Check the changed lines of a statement, then that no formula leads back to itself.

    Raises:
        Refused: ``formula_syntax``, ``unknown_line``, ``account_unknown``, ``formula_cycle``, each with
            statement and line. Unknown: ``not_found``: no such statement.
    """
    name, statement = data.regime, data.statement
    company = computing.regime_of_company(view, name)
    statutory = shipped(name).form(statement).lines
    for line in data.lines:
        if line.code not in statutory and not line.name:
            raise Refused("unknown_line", {"statement": statement, "line": line.code})
        if line.formula:
            with _in_line(statement, line.code):
                parse(line.formula)
    changed = [line.model_dump(exclude_none=True) for line in data.lines]
    fresh = with_changes(shipped(name), {statement: (data.template_version, changed)})
    form = fresh.forms[statement]
    regime = replace(company, forms={**company.forms, statement: form})
    codes = [line.code for line in data.lines]
    for code in codes:
        with _in_line(statement, code):
            for term in _terms(form.lines[code].parsed):
                _check_term(view, regime, form, term)
    for code in codes:
        _check_cycle(regime, statement, code)


@contextmanager
def _in_line(statement: str, code: str) -> Iterator[None]:
    """Say of a refusal in which line it is; what is wrong there was said where it was found."""
    try:
        yield
    except Refused as error:
        place = {"in_line": code, "statement": statement, "line": code}
        raise Refused(error.code, {**place, **error.detail}) from error


def _terms(formula: Sum) -> Iterator[Line | Call]:
    for _sign, term in formula.walk():
        yield term


def _check_term(view: View, regime: Regime, form: Form, term: Line | Call) -> None:
    if isinstance(term, Line):
        other = regime.forms.get(term.statement or form.id)
        if other is None or term.code not in other.lines:
            raise Refused("unknown_line", {"statement": term.statement, "line": term.code})
        return
    allowed = ALLOWED.get(term.name, ())
    for one in term.filters:
        if one.key not in allowed:
            raise Refused("formula_syntax", {"function": term.name, "filter": one.key})
        if one.key == "by" and not set(one.values) <= {*DIMENSIONS, *ITEM_KEYS} - {"except"}:
            raise Refused("formula_syntax", {"function": term.name, "by": list(one.values)})
        if one.key in ("except", "contra"):
            _check_accounts(view, one.values)
    for places in (term.accounts, term.contra):
        regime.accounts(places)
        _check_accounts(view, places)


def _check_accounts(view: View, prefixes: Sequence[str]) -> None:
    for prefix in prefixes:
        if prefix.startswith("@"):
            continue  # a list of the circular, which may name what this company does not use
        found = next(view.find("account", "code", start=(prefix,), limit=1), None)
        if found is None or not found.data.code.startswith(prefix):
            raise Refused("account_unknown", {"account": prefix})


def _check_cycle(regime: Regime, statement: str, code: str) -> None:
    """Walk from a line to all that it needs; coming back to it is a cycle."""
    start = (statement, code)
    seen: set[tuple[str, str]] = set()
    waiting = [start]
    while waiting:
        place = waiting.pop()
        line = regime.form(place[0]).lines.get(place[1])
        for term in () if line is None else _terms(parse(line.formula)):
            if isinstance(term, Line):
                needed = (term.statement or place[0], term.code)
                if needed == start:
                    raise Refused("formula_cycle", {"statement": statement, "line": code})
                if needed not in seen:
                    seen.add(needed)
                    waiting.append(needed)
