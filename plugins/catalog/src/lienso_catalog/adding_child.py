"""Adding a child below a used node: its postings go to a child first (spec `catalog.md` §4.12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from lienso import Record, Refused
from lienso.fields import Money, Params, Text, to_json
from lienso.session import Session

from . import trees
from .moving import Move, Moved, move
from .standing import refuse_locked
from .transferring import move_to_child

Tree = Literal[
    "account", "project", "cost_object", "cost_item", "budget_item", "statistic_code", "tool_type",
    "asset_type", "customer_group", "supplier_group", "item_group", "org_unit",
]  # fmt: skip

ACCOUNT = "account"


class ChildParams(Params):
    """Which catalog, the node by code, and the fields of the new child.

    Attributes:
        move_postings_to: code of the child that takes the postings; left out: the new one.
    """

    catalog: Tree
    parent: Text
    child: dict[str, Any]
    move_postings_to: Text = ""
    dry_run: bool = False


class ParentState(Params):
    """The node now; ``selectable``: whether vouchers may name it."""

    code: str
    is_leaf: bool
    selectable: bool


class MovedRows(Params):
    """Rows of the general ledger, and the debit side of their pairs, đồng."""

    ledger_rows: int
    amount: Money


class ChildResult(Params):
    """Code of the new child, the node, and what moved."""

    created: str
    parent: ParentState
    moved: MovedRows


def add_child(params: ChildParams, session: Session) -> ChildResult:
    """Make a child; where the node was a used leaf, everything that named it names a child then.

    Raises:
        Unknown: ``not_found``. Refused: what saving the child says, ``period_locked``;
            ``transfer_refused``: the postings cannot go where they should.
    """
    view, type = session.view, params.catalog
    parent = view.require(type, params.parent)
    exempt, leaf = type in trees.EXEMPT, _is_leaf(session, type, parent)
    used = trees.is_used(view, type, parent.id, parent.data.code)
    moved = Moved()
    # Drafts name accounts by code, which no reference shows: looked for where the move looks.
    if exempt or not leaf or not (used or type == ACCOUNT):
        child = session.save(type, _body(params, parent))
    elif type == ACCOUNT:
        with trees.first_child_waived(parent.id):
            child = session.save(type, _body(params, parent))
        goal = _goal(params, session, child)
        moved = move_to_child(session, parent.data.code, goal.data.code)
    else:
        # Without its parent first: no child may come below a node that has postings.
        fields = _body(params, parent)
        child = session.save(type, {k: v for k, v in fields.items() if k != "parent"})
        goal = _goal(params, session, child)
        wanted = Move(type, {parent.id: goal.id}, keep=frozenset({parent.id, goal.id}))
        refuse_locked(session, wanted, totals_stay=True)
        moved = move(session, wanted)
        child = session.save(type, {"parent": parent.id}, id=child.id)
    return ChildResult(
        created=child.data.code,
        parent=ParentState(code=parent.data.code, is_leaf=False, selectable=exempt),
        moved=MovedRows(ledger_rows=moved.ledger_rows, amount=moved.amount),
    )


def _body(params: ChildParams, parent: Record[Any]) -> Mapping[str, Any]:
    """Return the child's fields; what is not said and has to be is as the node has it."""
    named = parent.data.code if params.catalog == ACCOUNT else parent.id
    required = {
        name
        for name, field in type(parent.data).model_fields.items()
        if field.is_required() and name not in ("code", "name")
    }
    taken = {name: value for name, value in to_json(parent.data).items() if name in required}
    return {**taken, **params.child, "parent": named}


def _is_leaf(session: Session, type: str, parent: Record[Any]) -> bool:
    if type == ACCOUNT:
        derived = trees.derived_account(parent, session.view)
        return bool(derived["is_leaf"])
    return trees.is_leaf(session.view, type, parent.id)


def _goal(params: ChildParams, session: Session, child: Record[Any]) -> Record[Any]:
    if not params.move_postings_to or params.move_postings_to == child.data.code:
        return child
    goal = session.view.require(params.catalog, params.move_postings_to)
    # Only a leaf had postings to move: of its children the new one is the first.
    detail = {"move_postings_to": goal.data.code, "parent": params.parent}
    raise Refused("transfer_refused", detail)
