"""Statements as forms: lines with formulas, cash-flow rules and lists of a regime.

The shipped ones are files (`data/statements_<regime>.json`, keys in `reference/README.md` §6); what a
company changed of them lies on top, by line (`with_changes`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import Any

from lienso import Label, Refused, Unknown

from .grammar import Call, Line, Sum, parse

REGIMES = ("TT99", "TT200", "TT133")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "balance": ("closing", "opening"),
    "flow": ("this_period", "prior_period"),
    "trial_balance": (
        "opening_debit",
        "opening_credit",
        "turnover_debit",
        "turnover_credit",
        "closing_debit",
        "closing_credit",
    ),
    "notes": (),
}
"""Kind of a statement → its columns, the computed one first."""

GUESS = "guess"
USER = "user"

_HEADLINE_TT200 = {
    "assets": "B01-DN:270",
    "resources": "B01-DN:440",
    "cash": "B01-DN:110",
    "profit": "B02-DN:60",
    "direct": "B03-DN/direct",
    "indirect": "B03-DN/indirect",
    "flow_total": "70",
    "flow_operating": "20",
}


@dataclass(frozen=True, slots=True)
class FormLine:
    """A line of a statement.

    Attributes:
        kind: ``total`` (exactly its children), ``leaf``, ``memo`` (in no sum) or ``manual``.
        basis: how sure its formula is (`reference/README.md` §5); ``user`` after a change or a word.
        parentheses: printed as (123): its value is negative by nature.
        hidden: left out of print while it is empty. ``user_line``: added by the company.
    """

    code: str
    name: Label
    parent: str
    kind: str
    formula: str
    basis: str = ""
    note: str = ""
    parentheses: bool = False
    hidden: bool = False
    user_line: bool = False

    @property
    def parsed(self) -> Sum:
        """The formula as a tree. Raises: Refused: ``formula_syntax``."""
        return parse(self.formula)


@dataclass(frozen=True, slots=True)
class Form:
    """A statement: its lines in the order of print, by code.

    Attributes:
        code: of the printed form. ``version``: 1 as shipped, one more with every change.
        rows: of a trial balance: column → formula by nature of the account (``{a}`` is its code).
    """

    id: str
    code: str
    name: Label
    kind: str
    lines: Mapping[str, FormLine]
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    version: int = 1

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns, the one of the set's own date or period first."""
        return COLUMNS[self.kind]


@dataclass(frozen=True, slots=True)
class Rule:
    """Which line of the cash flow statement a flow is on (`reference/README.md` §4)."""

    direction: str
    contra: tuple[str, ...]
    code: str
    op: str = ""
    cf: str = ""
    implies_op: str = ""
    basis: str = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """The lines that the identities are about, as (statement, code)."""

    assets: tuple[str, str]
    resources: tuple[str, str]
    cash: tuple[str, str]
    profit: tuple[str, str]
    direct: str
    indirect: str
    flow_total: str
    flow_operating: str


@dataclass(frozen=True, slots=True)
class Regime:
    """All statements of a regime, with the rules and lists that their formulas use.

    Attributes:
        notes: id of the notes to the statements (B09). ``mandatory``: what no set is without.
        term_accounts: accounts whose items are told apart by term: those that a formula asks by term.
    """

    name: str
    forms: Mapping[str, Form]
    rules: tuple[Rule, ...]
    sets: Mapping[str, Any]
    revaluation: Mapping[str, Any]
    headline: Headline
    notes: str
    mandatory: tuple[str, ...]
    default: tuple[str, ...]
    term_accounts: tuple[str, ...]

    def form(self, id: str) -> Form:
        """Return a statement. Raises: Unknown: ``not_found``."""
        found = self.forms.get(id)
        if found is None:
            known = sorted(self.forms)
            raise Unknown("not_found", {"type": "statement", "value": id, "known": known})
        return found

    def accounts(self, places: Sequence[str]) -> tuple[str, ...]:
        """Return prefixes, with the lists (``@name``) written out.

        Raises:
            Refused: ``formula_syntax``: there is no such list.
        """
        found: list[str] = []
        for place in places:
            if place.startswith("@"):
                listed = self.sets["accounts"].get(place[1:])
                if listed is None:
                    raise Refused("formula_syntax", {"list": place})
                found += listed
            else:
                found.append(place)
        return tuple(found)


@cache
def shipped(name: str) -> Regime:
    """Return the statements of a regime as the circulars have them.

    Raises:
        Unknown: ``not_found``.
    """
    if name not in REGIMES:
        raise Unknown("not_found", {"type": "regime", "value": name, "known": list(REGIMES)})
    source = files(__package__).joinpath("data", f"statements_{name.lower()}.json")
    data = json.loads(source.read_text(encoding="utf-8"))
    forms = {found["id"]: _form(found) for found in data["statements"]}
    headline = _headline(data.get("headline", _HEADLINE_TT200))
    notes = "B09-DNN" if name == "TT133" else "B09-DN"
    forms |= {form.id: form for form in _summaries(name, forms)}
    forms[notes] = Form(notes, notes, Label(*_NOTES), "notes", {})
    mandatory = (headline.assets[0], headline.profit[0])
    return Regime(
        name,
        forms,
        tuple(_rule(found) for found in data["cash_flow_rules"]),
        data["sets"],
        data["revaluation"],
        headline,
        notes,
        mandatory,
        (*mandatory, "F01-DNN") if name == "TT133" else mandatory,
        _asked_by_term(forms),
    )


def _summaries(regime: str, forms: Mapping[str, Form]) -> Iterator[Form]:
    """Yield the summary interim forms (B01b, B02b, B03b): lines of the full ones; TT133 has none."""
    source = files(__package__).joinpath("data", f"summary_{regime.lower()}.json")
    if not source.is_file():
        return
    for found in json.loads(source.read_text(encoding="utf-8"))["forms"]:
        lines, full = {}, forms[found["of"]].lines
        for one in found["lines"]:
            code = one["code"]
            formula = one.get("formula", f"[{found['of']}:{code}]")
            name = Label(one["name_vi"], one["name_en"]) if "name_vi" in one else full[code].name
            lines[code] = FormLine(code, name, "", "leaf", formula)
        name = Label(found["name_vi"], found["name_en"])
        yield Form(found["id"], found["id"], name, found["kind"], lines)


_NOTES = ("Bản thuyết minh Báo cáo tài chính", "Notes to the financial statements")


def _form(found: Mapping[str, Any]) -> Form:
    lines = {line["code"]: _line(line) for line in found["lines"]}
    rows = {
        column: {"default": formula} if isinstance(formula, str) else formula
        for column, formula in found.get("row_formulas", {}).items()
    }
    name = Label(found["name_vi"], found["name_en"])
    return Form(found["id"], found["code"], name, found["kind"], lines, rows)


def _line(found: Mapping[str, Any]) -> FormLine:
    return FormLine(
        found["code"],
        Label(found["name_vi"], found.get("name_en", "")),
        found.get("parent") or "",
        found["kind"],
        found["formula"],
        found.get("basis", ""),
        found.get("note", ""),
        found.get("printed_in_parentheses", False),
    )


def _rule(found: Mapping[str, Any]) -> Rule:
    plain = {name: found.get(name, "") for name in ("op", "cf", "implies_op", "basis")}
    return Rule(found["direction"], tuple(found["contra"]), found["code"], **plain)


def _headline(found: Mapping[str, str]) -> Headline:
    def place(name: str) -> tuple[str, str]:
        statement, _, code = found[name].partition(":")
        return statement, code

    return Headline(
        *(place(name) for name in ("assets", "resources", "cash", "profit")),
        *(found[name] for name in ("direct", "indirect", "flow_total", "flow_operating")),
    )


def _asked_by_term(forms: Mapping[str, Form]) -> tuple[str, ...]:
    return tuple(
        sorted(
            {
                account
                for form in forms.values()
                for _line, call in calls_of(form)
                if any(one.key == "term" for one in call.filters)
                for account in call.accounts
            }
        )
    )


def calls_of(form: Form) -> Iterator[tuple[FormLine, Call]]:
    """Yield every function of the books that a statement's lines call, with the line."""
    for line in form.lines.values():
        for _sign, term in line.parsed.walk():
            if isinstance(term, Call):
                yield line, term


def lines_of(form: Form, code: str) -> Iterator[tuple[int, Line]]:
    """Yield every line that a line of a statement refers to, with its sign."""
    for sign, term in form.lines[code].parsed.walk():
        if isinstance(term, Line):
            yield sign, term


def flow_codes(form: Form) -> frozenset[str]:
    """Return the codes that a statement's lines take flows of money by."""
    return frozenset(call.code for _line, call in calls_of(form) if call.name == "CASH")


def with_changes(
    regime: Regime,
    changes: Mapping[str, tuple[int, Sequence[Mapping[str, Any]]]],
    rules: Sequence[Rule] = (),
) -> Regime:
    """Return the regime with what a company changed: statement → (version, changed lines).

    A changed line names its ``code``, and of the rest only what was changed. ``rules`` stand before
    those of the regime.
    """
    forms = dict(regime.forms)
    for statement, (version, changed) in changes.items():
        form = regime.form(statement)
        lines = dict(form.lines)
        for change in changed:
            code = change["code"]
            known = code in lines
            lines[code] = _changed(lines.get(code), change)
            if not known:
                lines = _in_place(lines, code)
        forms[statement] = replace(form, lines=lines, version=version)
    return replace(
        regime,
        forms=forms,
        rules=(*rules, *regime.rules),
        term_accounts=_asked_by_term(forms),
    )


def _in_place(lines: dict[str, FormLine], own: str) -> dict[str, FormLine]:
    """Return lines in the order of print: one of the company's own is the last under its parent."""
    under = {lines[own].parent} - {""}
    if not under:
        return lines
    last = ""
    for code, line in lines.items():
        if code in under or (line.parent in under and code != own):
            under.add(code)
            last = code
    moved = lines.pop(own)
    placed: dict[str, FormLine] = {}
    for code, line in lines.items():
        placed[code] = line
        if code == last:
            placed[own] = moved
    return placed if last else {**lines, own: moved}


def _changed(line: FormLine | None, change: Mapping[str, Any]) -> FormLine:
    if line is None:
        name = Label(change.get("name", ""), change.get("name", ""))
        parent = change.get("parent", "")
        line = FormLine(change["code"], name, parent, "memo", "MANUAL()", USER, user_line=True)
    updates: dict[str, Any] = {}
    if change.get("name"):
        updates["name"] = Label(change["name"], line.name.en)
    if change.get("formula"):
        updates |= {"formula": change["formula"], "basis": USER}
    if change.get("sign"):
        updates["parentheses"] = change["sign"] == "parentheses"
    if change.get("hidden") is not None:
        updates["hidden"] = change["hidden"]
    if change.get("confirmed"):
        updates["basis"] = USER
    return replace(line, **updates)
