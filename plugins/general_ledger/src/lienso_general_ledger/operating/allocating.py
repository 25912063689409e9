"""Phân bổ chi phí bán hàng, QLDN, khác: management figures (spec §4.7)."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Self

from lienso import Entry, Finding, Prefix, Record, Refused
from lienso.fields import Params, Quantity
from lienso.model import LEDGERS, Ledger
from lienso.records import ledgers_of
from lienso.session import Session
from lienso.view import View
from pydantic import Field, model_validator

from ..allocation import HUNDRED
from ..balances import LEDGER_BOOK
from ..generated import RunParams, branch_id, made_before, number_of, pass_warnings, post_generated
from ..locks import refuse_locked
from ..rounding import round_half_away, spread
from .records import TARGET_TYPES, Criterion, SharedCost, Target
from .weights import Measured

ALLOCATION = "operating_cost_allocation"
FUNCTION = "general_ledger.allocate_operating_costs"
BOOK = "operating_costs"
SOURCES = ("641", "642")


class ShareParams(RunParams):
    """What is shared among whom, and by what.

    Attributes:
        sources: accounts with all below them. ``share_percent``: how much of their costs.
        ratios: by code of the target: percent (``manual``), or a norm each (``norm``).
        only_unassigned: only costs that name no target yet.
        post_management: also move the costs in the management ledger, account by account.
    """

    from_date: datetime.date
    to_date: datetime.date
    target: Target
    sources: list[str] = Field(default=list(SOURCES), min_length=1, max_length=200)
    criterion: Criterion
    ratios: dict[str, Quantity] = Field(default_factory=dict, max_length=5_000)
    share_percent: Quantity = Field(default=HUNDRED, gt=0, le=100)
    only_unassigned: bool = True
    post_management: bool = False

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        if self.post_management and self.target == "item_group":
            raise ValueError(
                "the ledger has no item groups: post_management goes with other targets"
            )
        return self


class Share(Params):
    """What one target bears of an account and cost item, by codes; đồng."""

    account: str
    cost_item: str
    org_unit: str | None = None
    project: str | None = None
    order: str | None = None
    contract: str | None = None
    item_group: str | None = None
    amount: int


class ShareResult(Params):
    """The run, its shares, and what stays with nobody, đồng."""

    voucher: str | None
    allocations: list[Share]
    total: int
    not_allocated: int


def allocate_operating_costs(params: ShareParams, session: Session) -> ShareResult:
    """Share costs of a period among targets; the run is undone by deleting it.

    Raises:
        Refused: ``period_locked``, ``already_allocated``, ``percent_sum_not_100``, ``no_weight``; unless
            passed ``negative_weight``. Unknown: ``not_found``: a target, the branch.
    """
    view, branch = session.view, branch_id(session.view, params.branch)
    refuse_locked(view, params.to_date, branch, params.ledger)
    _refuse_overlap(view, params, branch)
    where = {"ledger": params.ledger, "branch": branch}
    span = (params.from_date, params.to_date)
    measured = Measured(view, where, span, params.target)
    weights, found = _weights(view, params, measured)
    passed = pass_warnings(session, found, params.ignore_warnings)
    sources = _sources(view, params, where, measured.dimension)
    rows = _rows(params, sources, weights)
    total = sum(row.amount for row in rows)
    number = _save(session, params, branch, rows, passed) if rows else None
    return ShareResult(
        voucher=number,
        allocations=[_shown(view, params.target, row) for row in rows],
        total=total,
        not_allocated=sum(sources.values()) - total,
    )


def _refuse_overlap(view: View, params: ShareParams, branch: str) -> None:
    for record in made_before(view, ALLOCATION, params.ledger, branch, None):
        data = record.data
        apart = data.to_date < params.from_date or params.to_date < data.from_date
        same = any(
            one.startswith(other) or other.startswith(one)
            for one in params.sources
            for other in data.sources
        )
        if not apart and same and data.target == params.target:
            raise Refused("already_allocated", {"voucher": number_of(record, params.ledger)})


def _weights(
    view: View, params: ShareParams, measured: Measured
) -> tuple[list[tuple[str, Decimal]], list[Finding]]:
    """Return (target id, weight) by code, and what was odd about them."""
    type = TARGET_TYPES[params.target]
    if params.criterion in ("manual", "norm"):
        percent_sum = sum(params.ratios.values(), Decimal(0))
        if params.criterion == "manual" and percent_sum != HUNDRED:
            raise Refused("percent_sum_not_100", {"percent_sum": format(percent_sum, "f")})
        raw = {view.require(type, code).id: weight for code, weight in params.ratios.items()}
    else:
        raw = measured.by(params.criterion)
    negative = sorted(view.code(type, id) or id for id, weight in raw.items() if weight < 0)
    found = (
        [Finding("warning", "negative_weight", None, None, {"targets": negative})]
        if negative
        else []
    )
    weights = {id: weight for id, weight in raw.items() if weight > 0}
    if not weights:
        raise Refused("no_weight", {"criterion": params.criterion, "target": params.target})
    return sorted(weights.items(), key=lambda one: (view.code(type, one[0]), one[0])), found


def _sources(
    view: View, params: ShareParams, where: Mapping[str, Any], dimension: str
) -> dict[tuple[str, str], int]:
    """Return the costs of the period by account and cost item, without closing rows."""
    wanted = {**where, "account": [Prefix(code) for code in params.sources], "closing": ""}
    if params.only_unassigned:
        wanted[dimension] = ""
    sums = view.book(LEDGER_BOOK).sum(
        ("debit", "credit"),
        by=("account", "cost_item"),
        where=wanted,
        date_from=params.from_date,
        date_to=params.to_date,
    )
    costs = {(key[0], key[1]): debit - credit for key, (debit, credit) in sums.items()}
    return {key: costs[key] for key in sorted(costs) if costs[key]}


def _rows(
    params: ShareParams,
    sources: Mapping[tuple[str, str], int],
    weights: Sequence[tuple[str, Decimal]],
) -> list[SharedCost]:
    rows = []
    for (account, cost_item), cost in sources.items():
        amount = round_half_away(cost * params.share_percent / HUNDRED)
        parts = spread(amount, [weight for _id, weight in weights])
        for (id, weight), part in zip(weights, parts, strict=True):
            named: dict[str, Any] = {params.target: id, "cost_item": cost_item or None}
            rows.append(SharedCost(account=account, weight=weight, amount=part, **named))
    return [row for row in rows if row.amount]


def _save(
    session: Session,
    params: ShareParams,
    branch: str,
    rows: Sequence[SharedCost],
    passed: Sequence[str],
) -> str:
    """Save and post the run; in the management ledger too where the costs move there."""
    both = params.post_management and params.ledger == "financial"
    body: dict[str, Any] = {
        "no" if params.ledger == "financial" else "no_management": params.no,
        "posting_date": params.to_date.isoformat(),
        "display_on_book": "both" if both else params.ledger,
        "description": f"Phân bổ chi phí {params.from_date:%d/%m/%Y} – {params.to_date:%d/%m/%Y}",
        "generated_by": FUNCTION,
        "passed_warnings": list(passed),
        "from_date": params.from_date.isoformat(),
        "to_date": params.to_date.isoformat(),
        "target": params.target,
        "criterion": params.criterion,
        "share_percent": format(params.share_percent, "f"),
        "sources": params.sources,
        "rows": [row.model_dump(mode="json", exclude_none=True) for row in rows],
        "lines": [_line(params, number, row) for number, row in enumerate(rows, 1)]
        if params.post_management
        else [],
    }
    if branch:
        body["branch"] = branch
    record = session.save(ALLOCATION, body)
    for ledger in LEDGERS:
        if ledger in ledgers_of(record.data):
            record = session.post(record, ledger, params.ignore_warnings)
    return number_of(record, params.ledger)


def _line(params: ShareParams, number: int, row: SharedCost) -> dict[str, Any]:
    line: dict[str, Any] = {
        "line": number,
        "debit": row.account,
        "credit": row.account,
        "amount": row.amount,
        "internal": True,
        f"debit_{params.target}": getattr(row, params.target),
    }
    if row.cost_item:
        line["cost_item"] = row.cost_item
    return line


def _shown(view: View, target: Target, row: SharedCost) -> Share:
    id = str(getattr(row, target))
    named: dict[str, Any] = {target: view.code(TARGET_TYPES[target], id) or id}
    cost_item = view.code("cost_item", row.cost_item) or row.cost_item or ""
    return Share(account=row.account, cost_item=cost_item, amount=row.amount, **named)


def post_allocation(
    record: Record[Any], ledger: Ledger, view: View
) -> Mapping[str, Sequence[Entry]]:
    """Write the shares; as pairs only into the management ledger. Raises: ``period_locked``."""
    data = record.data
    refuse_locked(view, data.posting_date, data.branch or "", ledger, "posting_date")
    entries = []
    for number, row in enumerate(data.rows, 1):
        names = ("account", "cost_item", *TARGET_TYPES)
        dimensions = {name: getattr(row, name) for name in names if getattr(row, name)}
        dimensions["criterion"] = data.criterion
        branch = data.branch or ""
        measures = {"amount": row.amount}
        entries.append(Entry(number, 0, ledger, data.posting_date, branch, dimensions, measures))
    books: dict[str, Sequence[Entry]] = {BOOK: entries}
    if ledger == "management" and data.lines:
        books |= post_generated(record, ledger, view)
    return books
