"""Thiết lập công thức: a company's own formulas, checked before they are taken (spec §4.3)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from lienso import Finding, Refused
from lienso.fields import Params, to_json
from lienso.ids import instant_text
from lienso.session import Session
from lienso.view import View
from lienso_catalog import regime_of
from pydantic import Field

from . import computing
from .computing import SET, TEMPLATE
from .forms import Form, Regime, flow_codes, shipped, with_changes
from .functions import ALLOWED, DIMENSIONS, ITEM_KEYS
from .grammar import Call, Line, Sum, parse
from .records import CashFlowRule, StatementTemplate, TemplateLine, template_code
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
    name = params.regime or regime_of(session.view)
    return keep_template(session, name, params.template, params.lines)


def company_template(view: View, regime: str, statement: str) -> StatementTemplate:
    """Return what a company changed of a statement; as shipped it is version 1 without lines.

    Raises:
        Unknown: ``not_found``: no such statement.
    """
    form = shipped(regime).form(statement)
    code = template_code(regime, statement)
    there = view.by_code(TEMPLATE, code)
    if there is not None:
        changed: StatementTemplate = there.data
        return changed
    return StatementTemplate(code=code, name=form.name.vi, regime=regime, statement=statement)  # type: ignore[arg-type]  # `shipped` knows it


def keep_template(
    session: Session,
    regime: str,
    statement: str,
    lines: Sequence[LineParams],
    *,
    base: Sequence[TemplateLine] | None = None,
    rules: Sequence[CashFlowRule] | None = None,
) -> FormulaResult:
    """Keep changed lines of a statement as its next version; the ones before stay in its history.

    Args:
        base: changed lines to begin with; None: those of the version now.
        rules: cash-flow rules in place of the company's; None: they stay.
    Raises:
        Refused: like `set_formulas`. Unknown: ``not_found``.
    """
    view = session.view
    now = company_template(view, regime, statement)
    known = {line.code: line for line in (now.lines if base is None else base)}
    by, at = session.actor.user, instant_text(view.now)
    for line in lines:
        old = known.get(line.code, TemplateLine(code=line.code))
        given = line.model_dump(exclude_defaults=True, include=_KEPT)
        known[line.code] = old.model_copy(update={**given, "by": by, "at": at})
    changed = now.model_copy(
        update={
            "template_version": now.template_version + 1,
            "lines": list(known.values()),
            "cash_flow_rules": now.cash_flow_rules if rules is None else list(rules),
        }
    )
    there = view.by_code(TEMPLATE, now.code)
    session.save(TEMPLATE, to_json(changed), id=None if there is None else there.id, replace=True)
    view.forget_memos()
    flows = changed.cash_flow_rules != now.cash_flow_rules
    return FormulaResult(
        template_version=changed.template_version,
        affected_sets=drafts(view, regime, _flow_statements(regime) if flows else [statement]),
    )


_KEPT = set(TemplateLine.model_fields)


def _flow_statements(regime: str) -> list[str]:
    return [id for id, form in shipped(regime).forms.items() if flow_codes(form)]


def drafts(view: View, regime: str, statements: Sequence[str] = ()) -> list[str]:
    """Return the drafts of a regime with one of the statements, as intervals; none named: all drafts."""
    return [
        interval(record.data)
        for record in view.all(SET)
        if record.data.status == "draft"
        and record.data.regime == regime
        and (not statements or not set(statements).isdisjoint(record.data.statements))
    ]


# -- checks ---------------------------------------------------------------------------------------


def check_template(view: View, data: StatementTemplate) -> Iterator[Finding]:
    """Say what is wrong with changed lines and rules, all at once; cycles when the rest is right.

    Yields:
        ``formula_syntax``, ``unknown_line``, ``account_unknown``, ``formula_cycle`` with statement and
        line; ``code_exists``: a line of the form has its place.
    Raises:
        Unknown: ``not_found``: no such statement.
    """
    company = computing.regime_of_company(view, data.regime)
    shape = [finding for line in data.lines for finding in _check_shape(data, line)]
    yield from shape
    if shape:
        return
    changed = [line.model_dump(exclude_none=True) for line in data.lines]
    version = data.template_version
    fresh = with_changes(shipped(data.regime), {data.statement: (version, changed)})
    form = fresh.forms[data.statement]
    regime = replace(company, forms={**company.forms, data.statement: form})
    terms = [
        finding
        for line in data.lines
        for term in _terms(form.lines[line.code].parsed)
        for finding in _found(data.statement, line.code, _check_term, view, regime, form, term)
    ]
    yield from terms
    for rule in data.cash_flow_rules:
        yield from _check_rule(view, form, rule)
    if not terms:
        for line in data.lines:
            yield from _found(
                data.statement, line.code, _check_cycle, regime, data.statement, line.code
            )


def _check_shape(data: StatementTemplate, line: TemplateLine) -> Iterator[Finding]:
    """Look at a line by itself: whose it is, where it stands, and whether its formula can be read."""
    lines = shipped(data.regime).form(data.statement).lines
    place = {"statement": data.statement, "line": line.code, "in_line": line.code}
    if line.code not in lines:
        if not line.name:
            yield _finding("unknown_line", place)
        own = {one.code for one in data.lines} - {line.code}
        if line.parent and line.parent not in {*lines, *own}:
            yield _finding("unknown_line", {**place, "line": line.parent})
    elif line.user_line or line.parent not in ("", lines[line.code].parent):
        yield _finding("code_exists", {**place, "code": line.code})
    if line.formula:
        yield from _found(data.statement, line.code, parse, line.formula)


def _check_rule(view: View, form: Form, rule: CashFlowRule) -> Iterator[Finding]:
    if rule.code not in flow_codes(form):
        yield _finding("unknown_line", {"statement": form.id, "line": rule.code})
    yield from _found(form.id, rule.code, _check_accounts, view, rule.contra)


def _finding(code: str, detail: Mapping[str, Any]) -> Finding:
    return Finding("error", code, "lines", None, detail)


def _found(statement: str, code: str, check: Callable[..., Any], *args: Any) -> Iterator[Finding]:
    """Say of a refusal in which line it is; what is wrong there was said where it was found."""
    try:
        check(*args)
    except Refused as error:
        place = {"in_line": code, "statement": statement, "line": code}
        yield _finding(error.code, {**place, **error.detail})


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
