"""Thiết lập báo cáo tài chính: the company's own statements, as templates (spec `utilities.md` §4.2)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from lienso import Refused
from lienso.fields import Params, Text
from lienso.session import Session
from lienso_catalog import regime_of
from lienso_general_ledger import (
    CashFlowRule,
    FormulaResult,
    LineParams,
    company_template,
    drafts,
    keep_template,
)
from pydantic import Field, model_validator

Regime = Literal["TT99", "TT200", "TT133"]


class SetUpLine(LineParams):
    """A change of a line, or a line of the company's own, which needs a name.

    Attributes:
        parent: of an own line: the line that it is printed under, after those there.
        kind: an own line is in no sum until a formula names it (``memo``).
        user_line: the code is a new one; a line of the circular of that code is refused.
    """

    parent: Annotated[Text, Field(max_length=10)] = ""
    kind: Literal["memo"] = "memo"
    user_line: bool = False


class AccountTerm(Params):
    """Which term the items of an account have that carry neither a term nor a due date."""

    account: Annotated[Text, Field(min_length=3, max_length=20)]
    term: Literal["auto", "short", "long"]


class SetUpParams(Params):
    """What changes of a statement; at least one of the parts is given.

    Attributes:
        regime: by default the company's. ``template``: id of the statement, ``B01-DN``.
        restore_default: back to the shipped template; the lines given come on top of it.
        copy_from: regime whose changes of this statement are taken over in place of those here.
        cash_flow_rules: in place of the company's rules; an empty list takes them away.
        term_flags: terms of accounts; they hold for all statements.
    """

    template: Annotated[Text, Field(min_length=1, max_length=60)]
    regime: Regime | None = None
    lines: list[SetUpLine] = Field(default_factory=list, max_length=500)
    restore_default: bool = False
    copy_from: Regime | None = None
    cash_flow_rules: list[CashFlowRule] | None = Field(default=None, max_length=500)
    term_flags: list[AccountTerm] = Field(default_factory=list, max_length=500)

    @model_validator(mode="after")
    def _something(self) -> SetUpParams:
        parts = (self.lines, self.restore_default, self.copy_from, self.term_flags)
        if not any(parts) and self.cash_flow_rules is None:
            raise ValueError("lines, restore_default, copy_from, cash_flow_rules or term_flags")
        if self.restore_default and self.copy_from:
            raise ValueError("restore_default and copy_from exclude each other")
        return self


def set_up_statements(params: SetUpParams, session: Session) -> FormulaResult:
    """Keep a new version of a statement's template; drafts take it when they are reloaded.

    Raises:
        Refused: ``formula_syntax``, ``unknown_line``, ``account_unknown``, ``formula_cycle``,
            ``code_exists``: alone, or together as ``invalid`` with findings; nothing is changed then.
        Unknown: ``not_found``: no such statement.
    """
    view = session.view
    regime = params.regime or regime_of(view)
    now = company_template(view, regime, params.template)
    base, rules = None, params.cash_flow_rules
    if params.restore_default:
        base, rules = [], rules or []
    elif params.copy_from:
        source = company_template(view, params.copy_from, params.template)
        base = source.lines
        rules = source.cash_flow_rules if rules is None else rules
    _set_terms(params.term_flags, session)
    if base is None and rules is None and not params.lines:
        version = now.template_version
        return FormulaResult(template_version=version, affected_sets=drafts(view, regime))
    kept = keep_template(session, regime, params.template, params.lines, base=base, rules=rules)
    if params.term_flags:
        return kept.model_copy(update={"affected_sets": drafts(view, regime)})
    return kept


def _set_terms(terms: Sequence[AccountTerm], session: Session) -> None:
    """Give accounts their term. Raises: Refused: ``account_unknown``, of all that are not there."""
    found = [(one, session.view.by_code("account", one.account)) for one in terms]
    missing = [one.account for one, record in found if record is None]
    if missing:
        raise Refused("account_unknown", {"account": ", ".join(missing)})
    for one, record in found:
        if record is not None and record.data.term != one.term:
            session.save("account", {"term": one.term}, id=record.id)
