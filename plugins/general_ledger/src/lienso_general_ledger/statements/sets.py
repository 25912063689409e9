"""Making, changing and closing sets of statements (spec `general_ledger.md` §4.3)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from lienso import Finding, Record, Refused, Unknown
from lienso.fields import Money, Params, to_json
from lienso.ids import instant_text, is_id
from lienso.model import Ledger
from lienso.session import Session
from lienso.view import View
from lienso_catalog import regime_of
from pydantic import Field, model_validator

from . import computing
from .computing import SET
from .forms import Regime
from .periods import PeriodKind, period_ending
from .records import Override, Reopening, Signers, StatementSet

_Lines = dict[str, dict[str, Money]]


class CreateParams(Params):
    """A new set: of the period that ends with ``date``, or from a day to a day.

    Attributes:
        statements: ids of the regime's forms; balance sheet and income statement always belong to it.
        branch: code or id; None is the whole company. ``include_dependents``: with those below it.
        compare: with the opening balances and the period a year earlier.
        going_concern: false takes the numbers of the forms for companies that will not go on.
    """

    statements: list[str] = Field(default_factory=list, max_length=20)
    date: datetime.date | None = None
    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    period: PeriodKind = "year"
    regime: Literal["TT99", "TT200", "TT133"] | None = None
    ledger: Ledger = "financial"
    branch: str | None = None
    include_dependents: bool = False
    compare: bool = True
    going_concern: bool = True

    @model_validator(mode="after")
    def _in_order(self) -> CreateParams:
        if self.from_date and self.to_date and self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


class SetParams(Params):
    """Which set: its id, or its interval ``from/to`` in a ledger and branch."""

    set: str = Field(max_length=50)
    ledger: Ledger = "financial"
    branch: str | None = None


class ReloadParams(SetParams):
    """Whether typed values go."""

    drop_overrides: bool = False


class ReopenParams(SetParams):
    """Why a final set is opened again."""

    reason: str = Field(default="", max_length=500)


class AppendixParams(SetParams):
    """A statement to take into a set, or out of it."""

    statement: str


class OverrideParams(Params):
    """A value to print in place of the computed one; None takes it back.

    Attributes:
        column: by default the one of the set's own date or period.
    """

    statement: str
    code: str
    column: str = ""
    value: Money | None = None
    reason: str = Field(default="", max_length=500)


class UpdateParams(SetParams):
    """What to change of a set; what is left out stays.

    Attributes:
        notes: texts of B09 by section; an empty text takes the section out.
    """

    overrides: list[OverrideParams] = Field(default_factory=list, max_length=1_000)
    override_feeds_totals: bool | None = None
    going_concern: bool | None = None
    notes: dict[str, str] = Field(default_factory=dict, max_length=100)
    signers: dict[str, str] = Field(default_factory=dict, max_length=4)
    status: Literal["draft", "final"] | None = None


class SetResult(Params):
    """A set as it stands.

    Attributes:
        set: its id. ``interval``: ``from/to``.
        lines: statement → code → đồng of its own date or period, as printed.
        check: see `check.check`. ``guessed``: lines whose formula is to be confirmed, by statement.
        overridden: typed values beside the computed ones.
    """

    set: str
    interval: str
    status: str
    lines: _Lines
    check: dict[str, Any]
    guessed: dict[str, list[str]]
    overridden: list[dict[str, Any]]


class DeletedResult(Params):
    """The id of the set that was deleted."""

    set: str


def create_statements(params: CreateParams, session: Session) -> SetResult:
    """Thêm Báo cáo tài chính: compute all lines and keep them.

    Raises:
        Refused: ``statement_set_exists`` with the set, ``field_required``. Unknown: ``not_found``.
    """
    view = session.view
    first, last = _period(params, view)
    regime = computing.regime_of_company(view, params.regime or regime_of(view))
    branch = None if params.branch is None else view.require("org_unit", params.branch).id
    there = _find(view, first, last, regime.name, params.ledger, branch)
    if there is not None:
        raise Refused("statement_set_exists", {"set": there.id, "status": there.data.status})
    wanted = params.statements or regime.default
    statements = list(dict.fromkeys((*regime.mandatory, *wanted)))
    for statement in statements:
        regime.form(statement)
    data = StatementSet(
        regime=regime.name,  # type: ignore[arg-type]  # the name of a shipped regime
        period_kind=params.period if params.date is not None else "custom",
        from_date=first,
        to_date=last,
        branch=branch,
        include_dependents=params.include_dependents,
        ledger=params.ledger,
        statements=statements,
        compare=params.compare,
        going_concern=params.going_concern,
    )
    return _kept(session, data, None)


def _period(params: CreateParams, view: View) -> tuple[datetime.date, datetime.date]:
    if params.from_date is not None and params.to_date is not None:
        return params.from_date, params.to_date
    last = params.date or params.to_date
    if last is None:
        raise Refused("field_required", {"field": "date"})
    return period_ending(view, last, params.period)


def update_statements(params: UpdateParams, session: Session) -> SetResult:
    """Sửa: type values and texts, name the signers, make the set final.

    Raises:
        Refused: ``statement_final``, ``reason_required``, ``unknown_line``.
    """
    record = _draft(session.view, params)
    data = record.data
    regime = computing.regime_of_company(session.view, data.regime)
    notes = {name: text for name, text in {**data.notes, **params.notes}.items() if text}
    changed: dict[str, Any] = {
        "overrides": _overrides(params.overrides, data, regime, session),
        "notes": notes,
        "signers": Signers(**{**to_json(data.signers), **params.signers}),
    }
    for name in ("override_feeds_totals", "going_concern", "status"):
        if (value := getattr(params, name)) is not None:
            changed[name] = value
    return _kept(session, data.model_copy(update=changed), record.id)


def _overrides(
    wanted: Sequence[OverrideParams], data: StatementSet, regime: Regime, session: Session
) -> list[Override]:
    found = {computing.override_key(one): one for one in data.overrides}
    for one in wanted:
        column = _column(one, data, regime)
        key = (one.statement, one.code, column)
        if one.value is None:
            found.pop(key, None)
            continue
        if not one.reason.strip() and not computing.is_manual(regime, one.statement, one.code):
            raise Refused("reason_required", {"statement": one.statement, "line": one.code})
        found[key] = Override(
            statement=one.statement,
            code=one.code,
            column=column,
            value=one.value,
            reason=one.reason.strip(),
            by=session.actor.user,
            at=instant_text(session.view.now),
        )
    return list(found.values())


def _column(one: OverrideParams, data: StatementSet, regime: Regime) -> str:
    """Return the column an override is of. Raises: Refused: ``unknown_line``: it is of nothing."""
    form = regime.form(one.statement) if one.statement in data.statements else None
    columns = () if form is None else form.columns
    column = one.column or next(iter(columns), "")
    line = one.code in data.values.get(one.statement, {})
    if column not in columns or not line:
        place = {"statement": one.statement, "line": one.code, "column": column}
        raise Refused("unknown_line", place)
    return column


def reload_data(params: ReloadParams, session: Session) -> SetResult:
    """Lấy lại dữ liệu: compute anew from the ledger; typed values stay unless they are to go.

    Raises:
        Refused: ``statement_final``.
    """
    record = _draft(session.view, params)
    data = record.data
    if params.drop_overrides:
        data = data.model_copy(update={"overrides": []})
    return _kept(session, data, record.id)


def add_appendix(params: AppendixParams, session: Session) -> SetResult:
    """Thêm phụ lục: take a statement into the set and compute it.

    Raises:
        Refused: ``statement_final``. Unknown: ``not_found``: the regime has no such statement.
    """
    record = _draft(session.view, params)
    data = record.data
    computing.regime_of_company(session.view, data.regime).form(params.statement)
    statements = list(dict.fromkeys((*data.statements, params.statement)))
    return _kept(session, data.model_copy(update={"statements": statements}), record.id)


def remove_appendix(params: AppendixParams, session: Session) -> SetResult:
    """Xóa phụ lục: take a statement out of the set, with what was typed in it.

    Raises:
        Refused: ``statement_final``, ``mandatory_statement``. Unknown: ``not_found``.
    """
    record = _draft(session.view, params)
    data = record.data
    regime = computing.regime_of_company(session.view, data.regime)
    if params.statement in regime.mandatory:
        raise Refused("mandatory_statement", {"statement": params.statement})
    if params.statement not in data.statements:
        raise Unknown("not_found", {"type": "statement", "value": params.statement})
    changed: dict[str, Any] = {
        "statements": [one for one in data.statements if one != params.statement],
        "overrides": [one for one in data.overrides if one.statement != params.statement],
    }
    if params.statement == regime.notes:
        changed["notes"] = {}
    return _kept(session, data.model_copy(update=changed), record.id)


def delete_statements(params: SetParams, session: Session) -> DeletedResult:
    """Xóa: delete a draft; a later set that compares with it is told of.

    Raises:
        Refused: ``statement_final``.
    """
    record = _draft(session.view, params)
    data = record.data
    following = data.to_date + datetime.timedelta(days=1)
    for later in session.view.find(SET, "from_date", equals=(following.isoformat(),)):
        its = later.data
        if its.compare and (its.branch, its.ledger) == (data.branch, data.ledger):
            values = {"set": interval(its)}
            session.warn(Finding("warning", "statements_compared", "set", None, values))
    session.delete(SET, record.id)
    return DeletedResult(set=record.id)


def reopen_statements(params: ReopenParams, session: Session) -> SetResult:
    """Mở lại: make a final set a draft again; who did it and why is kept. A draft stays as it is.

    Raises:
        Refused: ``reason_required``. Unknown: ``not_found``.
    """
    reason = params.reason.strip()
    if not reason:
        raise Refused("reason_required", {"field": "reason"})
    record = find_set(session.view, params)
    data = record.data
    if data.status == "final":
        note = Reopening(by=session.actor.user, at=instant_text(session.view.now), reason=reason)
        data = data.model_copy(update={"status": "draft", "reopened": [*data.reopened, note]})
        record = session.save(SET, to_json(data), id=record.id, replace=True)
    _data, computed = computing.stamp(session.view, data)
    return _result(session.view, record, computed.check)


# -- keeping --------------------------------------------------------------------------------------


def _kept(session: Session, data: StatementSet, id: str | None) -> SetResult:
    """Compute a set, keep it, and say what it came to."""
    data, computed = computing.stamp(session.view, data)
    record = session.save(SET, to_json(data), id=id, replace=True)
    return _result(session.view, record, computed.check)


def _result(view: View, record: Record[StatementSet], check: Mapping[str, Any]) -> SetResult:
    data = record.data
    regime = computing.regime_of_company(view, data.regime)
    printed = computing.printed_values(data)
    return SetResult(
        set=record.id,
        interval=interval(data),
        status=data.status,
        lines=computing.first_column(printed, regime),
        check=dict(check),
        guessed=computing.guessed(regime, data.statements),
        overridden=computing.overridden(data),
    )


def interval(data: StatementSet) -> str:
    """Return how a set is named: ``from/to``."""
    return f"{data.from_date.isoformat()}/{data.to_date.isoformat()}"


def find_set(view: View, params: SetParams) -> Record[StatementSet]:
    """Return the set that is named by id or interval.

    Raises:
        Unknown: ``not_found``.
    """
    if is_id(params.set):
        return view.require(SET, params.set)
    first, _, last = params.set.partition("/")
    branch = None if params.branch is None else view.require("org_unit", params.branch).id
    try:
        days = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    except ValueError as error:
        raise Unknown("not_found", {"type": SET, "value": params.set}) from error
    found = _find(view, *days, regime_of(view), params.ledger, branch)
    if found is None:
        raise Unknown("not_found", {"type": SET, "value": params.set})
    return found


def _find(
    view: View,
    first: datetime.date,
    last: datetime.date,
    regime: str,
    ledger: str,
    branch: str | None,
) -> Record[StatementSet] | None:
    for record in view.find(SET, "from_date", equals=(first.isoformat(),)):
        its = record.data
        if (its.to_date, its.regime, its.ledger, its.branch) == (last, regime, ledger, branch):
            return record
    return None


def _draft(view: View, params: SetParams) -> Record[StatementSet]:
    """Return the set, which must be a draft. Raises: Refused: ``statement_final``; Unknown."""
    record = find_set(view, params)
    if record.data.status == "final":
        raise Refused("statement_final", {"set": interval(record.data)})
    return record
