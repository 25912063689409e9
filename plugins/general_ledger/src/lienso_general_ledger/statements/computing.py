"""A set of statements computed from the books: every line of every column, and the check."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lienso.ids import instant_text
from lienso.view import View
from lienso_catalog import account as account_of

from .check import check
from .evaluate import Sheet
from .facts import Facts, Scope
from .forms import GUESS, USER, Form, Regime, Rule, shipped, with_changes
from .functions import Column
from .grammar import Call, parse
from .note_forms import notes_of
from .note_tables import tables
from .periods import is_interim, year_earlier
from .records import CashFlowRule, NoteTable, Override, StatementSet, Values, template_code

SET, TEMPLATE = "statement_set", "statement_template"


def regime_of_company(view: View, name: str) -> Regime:
    """Return the statements of a regime with what the company changed."""
    known: dict[str, Regime] = view.memo("general_ledger.statements", dict)
    if name not in known:
        regime = shipped(name)
        changes, rules = {}, []
        for statement in regime.forms:
            found = view.by_code(TEMPLATE, template_code(name, statement))
            if found is not None:
                lines = [line.model_dump(exclude_none=True) for line in found.data.lines]
                changes[statement] = (found.data.template_version, lines)
                rules += [rule_of(rule) for rule in found.data.cash_flow_rules]
        known[name] = with_changes(regime, changes, rules) if changes else regime
    return known[name]


def rule_of(rule: CashFlowRule) -> Rule:
    """Return a company's own rule as the formulas read it."""
    return Rule(rule.direction, tuple(rule.contra), rule.code, rule.op, basis=USER)


def scope_of(view: View, ledger: str, branch: str | None, dependents: bool) -> Scope:
    """Return whose books a set is about; ``branch`` is an id, None the whole company.

    Of a company with branches, and of a branch with those below it, what stands between them is left out.
    """
    if branch is None:
        units = tuple(unit.id for unit in view.all("org_unit") if unit.data.kind == "branch")
        return Scope(ledger, None, bool(units), units)
    ids = [branch]
    if dependents:
        for id in ids:
            ids += [child.id for child in view.children("org_unit", id) if child.id not in ids]
    return Scope(ledger, tuple(ids), len(ids) > 1, tuple(ids[1:]), branch)


@dataclass(frozen=True, slots=True)
class Computed:
    """What a set of statements came to; ``notes`` are the figures of B09, where it is in the set."""

    values: Values
    check: dict[str, Any]
    digest: str
    notes: list[NoteTable]


def sheets(view: View, data: StatementSet, regime: Regime) -> dict[str, Sheet]:
    """Return the sheets behind a set's columns: ``this``, and where it compares ``prior``.

    Typed values count in totals where the set says so; those of lines that nothing computes always do.
    """
    facts = Facts(view, regime, scope_of(view, data.ledger, data.branch, data.include_dependents))
    interim = is_interim(view, data.from_date, data.to_date)
    spans = {"this": (data.from_date, data.to_date)}
    if data.compare:
        spans["prior"] = year_earlier(data.from_date, data.to_date)
    made = {}
    for name, (first, last) in spans.items():
        columns = ("closing", "this_period") if name == "this" else ("prior_period",)
        typed = {
            (one.statement, one.code): one.value
            for one in data.overrides
            if one.column in columns
            and (data.override_feeds_totals or is_manual(regime, one.statement, one.code))
        }
        made[name] = Sheet(regime, Column(facts, first, last, interim), typed)
    return made


def is_manual(regime: Regime, statement: str, code: str) -> bool:
    """Tell whether a line is typed by the user."""
    line = regime.form(statement).lines.get(code)
    return line is not None and any(
        isinstance(term, Call) and term.name == "MANUAL" for _sign, term in line.parsed.walk()
    )


def compute(view: View, data: StatementSet) -> Computed:
    """Compute all statements of a set from the books as they are now.

    Raises:
        Refused: a changed formula refers to what is no longer there.
    """
    regime = regime_of_company(view, data.regime)
    by = sheets(view, data, regime)
    this = by["this"]
    plain = _uncombined(this)
    values: Values = {}
    for statement in data.statements:
        form = regime.form(statement)
        if form.kind == "trial_balance":
            values[statement] = trial_balance(plain, form)
        elif form.kind == "balance":
            opening = opening_sheet(this, data, regime)
            values[statement] = _two(this.values(statement), opening.values(statement), form)
            _from_final_set(view, data, regime, statement, values[statement])
        elif form.kind == "flow":
            prior = by["prior"].values(statement) if data.compare else {}
            values[statement] = _two(this.values(statement), prior, form)
    return Computed(values, check(this), _digest(plain), _notes(data, regime, by))


def _notes(data: StatementSet, regime: Regime, by: Mapping[str, Sheet]) -> list[NoteTable]:
    if regime.notes not in data.statements:
        return []
    columns = {"closing": by["this"], "this_period": by["this"]}
    columns["opening"] = opening_sheet(by["this"], data, regime)
    if "prior" in by:
        columns["prior_period"] = by["prior"]
    return tables(notes_of(regime.name), columns)


def _uncombined(sheet: Sheet) -> Sheet:
    """Return the same sheet with what stands between units: a trial balance is that of the books."""
    facts, column = sheet.column.facts, sheet.column
    if not facts.scope.combined:
        return sheet
    whole = Facts(facts.view, sheet.regime, replace(facts.scope, combined=False))
    return Sheet(sheet.regime, Column(whole, column.first, column.last, column.interim))


def opening_sheet(this: Sheet, data: StatementSet, regime: Regime) -> Sheet:
    """Return the sheet of the day before a set's period, with the typed values of that column."""
    typed = {
        (one.statement, one.code): one.value
        for one in data.overrides
        if one.column == "opening"
        and (data.override_feeds_totals or is_manual(regime, one.statement, one.code))
    }
    return Sheet(regime, _Opening(this.column), typed)


class _Opening(Column):
    """The day before a period as a column of its own: start and end are that day."""

    def __init__(self, column: Column) -> None:
        super().__init__(column.facts, column.first, column.last, column.interim)

    def items(self, at_open: bool) -> Any:
        return self.facts.opening(self.first)


def _two(
    first: Mapping[str, int], second: Mapping[str, int], form: Form
) -> dict[str, dict[str, int]]:
    one, other = form.columns
    return {code: {one: value, other: second.get(code, 0)} for code, value in first.items()}


def _from_final_set(
    view: View,
    data: StatementSet,
    regime: Regime,
    statement: str,
    values: dict[str, dict[str, int]],
) -> None:
    """Put what was filed at the end of the period before, where there is a final set of it."""
    before = data.from_date - datetime.timedelta(days=1)
    for record in view.find(SET, "to_date", equals=(before.isoformat(),)):
        its = record.data
        same = (its.regime, its.branch, its.ledger) == (data.regime, data.branch, data.ledger)
        if same and its.status == "final" and statement in its.values:
            printed = printed_values(its)[statement]
            for code, columns in values.items():
                if code in printed:
                    columns["opening"] = printed[code].get("closing", 0)
            return


def trial_balance(sheet: Sheet, form: Form) -> dict[str, dict[str, int]]:
    """Return the rows of a trial balance: every account that moved, and those above them."""
    column = sheet.column
    view = column.facts.view
    used = {item.account for item in column.items(False).all()}
    used |= {item.account for item in column.items(True).all()}
    used |= {turn.account for turn in column.turns.all()}
    rows: dict[str, dict[str, int]] = {}
    for code in sorted({account[:length] for account in used for length in (3, 4)}):
        state = account_of(view, code)
        if state is None:
            continue
        nature = "both" if state.nature == "both" else "default"
        row = {}
        for name, formulas in form.rows.items():
            text = formulas.get(nature, formulas["default"]).replace("{a}", code)
            row[name] = sheet.result(parse(text), form.id)
        if any(row.values()):
            rows[code] = row
    return rows


def printed_values(data: StatementSet) -> Values:
    """Return the values of a set as they are printed: what was typed over what was computed."""
    printed: Values = {
        statement: {code: dict(columns) for code, columns in lines.items()}
        for statement, lines in data.values.items()
    }
    for one in data.overrides:
        printed.setdefault(one.statement, {}).setdefault(one.code, {})[one.column] = one.value
    return printed


def first_column(values: Values, regime: Regime) -> dict[str, dict[str, int]]:
    """Return statement → code → value of the set's own date or period; of a trial balance the closing."""
    found = {}
    for statement, lines in values.items():
        form = regime.form(statement)
        if form.kind == "trial_balance":
            found[statement] = {
                code: row["closing_debit"] - row["closing_credit"] for code, row in lines.items()
            }
        else:
            found[statement] = {code: row.get(form.columns[0], 0) for code, row in lines.items()}
    return found


def guessed(regime: Regime, statements: Sequence[str]) -> dict[str, list[str]]:
    """Return the lines whose formula is our reading of their name (`reference/README.md` §5)."""
    return {
        statement: codes
        for statement in statements
        if (
            codes := [
                code
                for code, line in regime.form(statement).lines.items()
                if line.basis == GUESS and line.kind != "total"
            ]
        )
    }


def overridden(data: StatementSet) -> list[dict[str, Any]]:
    """Return what was typed beside what was computed."""
    return [
        {
            "statement": one.statement,
            "code": one.code,
            "column": one.column,
            "computed": data.values.get(one.statement, {}).get(one.code, {}).get(one.column, 0),
            "value": one.value,
            "reason": one.reason,
        }
        for one in data.overrides
    ]


def stamp(view: View, data: StatementSet) -> tuple[StatementSet, Computed]:
    """Return data of a set computed now, with when and from what it was."""
    computed = compute(view, data)
    regime = regime_of_company(view, data.regime)
    versions = {statement: regime.form(statement).version for statement in data.statements}
    changed = {
        "values": computed.values,
        "note_tables": computed.notes,
        "template_version": versions,
        "ledger_version": computed.digest,
        "computed_at": instant_text(view.now),
    }
    return data.model_copy(update=changed), computed


def override_key(one: Override) -> tuple[str, str, str]:
    """Return what an override is of."""
    return one.statement, one.code, one.column


def _digest(sheet: Sheet) -> str:
    """Return a digest of all sums that the columns were computed from."""
    column = sheet.column
    digest = hashlib.sha256()
    opening, closing = column.items(True), column.items(False)
    for facts in (opening.by_side, closing.by_side, column.turns):
        for fact in sorted(facts.all()):
            digest.update(repr(tuple(fact)).encode())
        digest.update(b"\n")
    return digest.hexdigest()
