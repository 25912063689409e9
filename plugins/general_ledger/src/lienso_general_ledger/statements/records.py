"""Sets of statements and changed templates as records (spec `general_ledger.md` §2.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from lienso.fields import Body, CatalogEntry, Day, Money, Ref, Text
from pydantic import Field

Values = dict[str, dict[str, dict[str, Money]]]
"""Statement → code (of a trial balance: account) → column → đồng."""

Reason = Annotated[Text, Field(max_length=500)]


class Override(Body):
    """A typed value that is printed in place of the computed one.

    Attributes:
        by, at: who typed it, and the instant, UTC, ISO text.
    """

    statement: Text
    code: Text
    column: Text
    value: Money
    reason: Reason = ""
    by: Text = ""
    at: Text = ""


class Reopening(Body):
    """One reopening of a final set: who, when, and why."""

    by: Text = ""
    at: Text = ""
    reason: Reason


class Signers(Body):
    """Who signs: Người lập biểu, Kế toán trưởng, Người đại diện theo pháp luật.

    Attributes:
        certificate: number of the practice certificate where a service firm keeps the books.
    """

    preparer: Text = ""
    chief_accountant: Text = ""
    representative: Text = ""
    certificate: Text = ""


class NoteRow(Body):
    """A row of a note: a line or part (``total``), or an account; None prints nothing in a column."""

    name: Text
    account: Text = ""
    values: list[Money | None] = Field(max_length=6)
    total: bool = False


class NoteTable(Body):
    """The figures of a note by its number, as computed."""

    note: Text
    heads: list[Text] = Field(max_length=6)
    rows: list[NoteRow] = Field(max_length=5_000)


class StatementSet(Body):
    """Báo cáo tài chính of a period: what was computed, what was typed, and whether it is final.

    Attributes:
        to_date: the balance date. ``branch``: None is the whole company.
        values: as computed; ``overrides`` stand beside them.
        override_feeds_totals: totals use typed values.
        notes: texts of the notes (B09) by section (``IV``) or note (``V.1``). ``note_tables``: figures.
        going_concern: the company will go on; else the forms are those of one that will not (…-DNKLT).
        compare: with the opening balances and the period a year earlier.
        template_version: by statement. ``ledger_version``: digest of the sums that were read.
    """

    regime: Literal["TT99", "TT200", "TT133"]
    period_kind: Literal["month", "quarter", "half", "year", "custom"] = "year"
    from_date: Day
    to_date: Day
    branch: Annotated[str | None, Ref("org_unit")] = None
    include_dependents: bool = False
    ledger: Literal["financial", "management"] = "financial"
    statements: list[Text] = Field(default_factory=list, max_length=20)
    compare: bool = True
    going_concern: bool = True
    values: Values = Field(default_factory=dict)
    overrides: list[Override] = Field(default_factory=list, max_length=1_000)
    override_feeds_totals: bool = False
    notes: dict[str, Text] = Field(default_factory=dict, max_length=100)
    note_tables: list[NoteTable] = Field(default_factory=list, max_length=200)
    template_version: dict[str, int] = Field(default_factory=dict)
    ledger_version: Text = ""
    computed_at: Text = ""
    status: Literal["draft", "final"] = "draft"
    signers: Signers = Field(default_factory=Signers)
    reopened: list[Reopening] = Field(default_factory=list, max_length=1_000)


class TemplateLine(Body):
    """What a company changed of a line, or a line of its own; None leaves it as the circular has it.

    Attributes:
        parent: of a line of its own: which line it stands under, as the last one. ``user_line``: it is
            one, by the user's word.
        sign: ``parentheses`` prints (123) for a value that is negative by nature.
        hidden: left out of print while it is empty; codes never change.
        confirmed: a line that is a guess is right as it is; ``by`` and ``at`` say who said so, when.
    """

    code: Annotated[Text, Field(min_length=1, max_length=10)]
    name: Text = ""
    parent: Text = ""
    user_line: bool = False
    formula: Text = ""
    sign: Literal["plain", "parentheses"] | None = None
    hidden: bool | None = None
    confirmed: bool = False
    by: Text = ""
    at: Text = ""


class CashFlowRule(Body):
    """Which line of the cash flow statement a flow is on (`reference/README.md` §4).

    Attributes:
        direction: of the money. ``contra``: beginnings of the other account.
        op: operation that the pair has to carry; empty: any. ``code``: what ``CASH(code)`` counts.
    """

    direction: Literal["in", "out"]
    contra: Annotated[
        list[Annotated[Text, Field(pattern=r"^[0-9]{1,20}$")]], Field(min_length=1, max_length=100)
    ]
    op: Annotated[Text, Field(max_length=100)] = ""
    code: Annotated[Text, Field(min_length=1, max_length=10)]


class StatementTemplate(CatalogEntry):
    """Mẫu báo cáo: what a company changed of a statement; older versions are in its history.

    Attributes:
        code: regime and statement, ``TT200 B01-DN``.
        template_version: 1 is as shipped, so the first change makes 2.
        cash_flow_rules: stand before those of the circular, for all cash flow statements of the regime.
    """

    regime: Literal["TT99", "TT200", "TT133"]
    statement: Text
    template_version: int = Field(default=1, ge=1)
    lines: list[TemplateLine] = Field(default_factory=list, max_length=500)
    cash_flow_rules: list[CashFlowRule] = Field(default_factory=list, max_length=500)


def template_code(regime: str, statement: str) -> str:
    """Return the code of the record that holds the changes of a statement."""
    return f"{regime} {statement}"
