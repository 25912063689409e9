"""Moving postings from accounts to another account (spec `catalog.md` §4.1)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from lienso import Entry, Finding, Record, Refused, Unknown, limits
from lienso.canonical import parse
from lienso.fields import Money, Params, Text
from lienso.rewriting import Rewritten
from lienso.session import Session
from lienso.storage import PostedEntry, RecordRef
from lienso.view import View
from pydantic import Field

from . import chart
from .merging import keep_alias
from .moving import Move, Moved, Span, affected, drafts, move
from .posting import missing_tokens
from .standing import refuse_locked, refuse_locked_drafts
from .trees import LEDGER_BOOK

RUN = "catalog.transfer_posting_accounts"
SOURCES_MAX = 50


class Parts(Params):
    """What moves: default accounts of catalogs, opening balances, formulas of statements, vouchers."""

    catalogs: bool = True
    opening_balances: bool = True
    formulas: bool = True
    vouchers: bool = True

    @property
    def all(self) -> bool:
        """Whether nothing is left out."""
        return self.catalogs and self.opening_balances and self.formulas and self.vouchers


class TransferParams(Params):
    """From which accounts to which, of which days (bounds included, open when left out).

    Attributes:
        delete_source: afterwards the sources go; needs all parts and all days.
        undo_of: run of an earlier transfer that is taken back; the other parameters are its own then.
        ledger: one ledger only; empty: both.
    """

    from_accounts: list[Text] = Field(default_factory=list, max_length=SOURCES_MAX)
    to_account: Text = ""
    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    move: Parts = Parts()
    delete_source: bool = False
    ledger: Literal["", "financial", "management"] = ""
    undo_of: Text = ""
    dry_run: bool = False


class Turnover(Params):
    """Of an account, đồng, openings aside."""

    debit: Money
    credit: Money


class TransferResult(Params):
    """What moved: vouchers by day, their lines, the turnover of the accounts now, and the run's id.

    Attributes:
        ledger_rows: both rows of every pair. ``opening_balances``: rows of openings.
    """

    vouchers_changed: list[str]
    lines_changed: int
    ledger_rows: int
    opening_balances: int
    turnover: dict[str, Turnover]
    source_deleted: bool
    run: str


def transfer_posting_accounts(params: TransferParams, session: Session) -> TransferResult:
    """Move postings between accounts; the sum over all of them stays as it is.

    Raises:
        Refused: ``account_unknown``, ``account_is_parent``, ``account_inactive``, ``nature_differs``,
            ``period_locked``, ``statutory``; ``transfer_refused`` with a finding for every line that the
            target does not take; ``changed_since``: an undo after something else changed.
    """
    if params.undo_of:
        return _undo(params, session)
    sources, target = _accounts(params, session.view)
    _refuse_natures(sources, target)
    wanted = _move_of(params, [source.code for source in sources], target.code)
    refuse_locked(session, wanted, totals_stay=False)
    _refuse_lines(session.view, wanted, target, list(drafts(session.view, wanted)))
    total = _totals(session.view, wanted)
    moved = move(session, wanted)
    if _totals(session.view, wanted) != total:
        raise AssertionError("a transfer changes no sum over source and target")
    run = session.new_id()
    session.note_rewritten(RUN, run, moved.log)
    if params.delete_source:
        for source in sources:
            _give_up(session, source, target)
    codes = [target.code, *(source.code for source in sources)]
    return _result(session.view, moved, codes, run, params.delete_source)


def move_to_child(session: Session, parent: str, child: str) -> Moved:
    """Move everything of an account to its first child; no level-1 total changes (§4.12).

    Raises: Refused: ``period_locked``, ``transfer_refused``.
    """
    target = chart.account(session.view, child)
    assert target is not None, "the child was just made"
    wanted = Move("account", codes={parent: child})
    refuse_locked(session, wanted, totals_stay=True)
    _refuse_lines(session.view, wanted, target)
    return move(session, wanted)


# -- what may move ----------------------------------------------------------------------------------------


def _accounts(
    params: TransferParams, view: View
) -> tuple[list[chart.AccountState], chart.AccountState]:
    if not params.from_accounts or not params.to_account:
        field = "to_account" if params.from_accounts else "from_accounts"
        raise Refused("field_required", {"field": field})
    whole = params.from_date is None and params.to_date is None and not params.ledger
    if params.delete_source and not (params.move.all and whole):
        raise Refused("transfer_refused", {"reason": "delete_source needs all parts and all days"})
    codes = list(dict.fromkeys(params.from_accounts))
    if params.to_account in codes:
        raise Refused("transfer_refused", {"reason": "to_account", "account": params.to_account})
    found = {}
    for code in (*codes, params.to_account):
        state = chart.account(view, code)
        if state is None:
            raise Refused("account_unknown", {"account": code})
        found[code] = state
    target = found[params.to_account]
    if not target.leaf:
        raise Refused("account_is_parent", {"account": target.code})
    if not target.active:
        raise Refused("account_inactive", {"account": target.code})
    for code in codes:
        if params.delete_source and found[code].statutory:
            raise Refused("statutory", {"account": code})
        if params.delete_source and not found[code].leaf:
            raise Refused("has_children", {"code": code, "type": "account"})
    return [found[code] for code in codes], target


def _refuse_natures(sources: Sequence[chart.AccountState], target: chart.AccountState) -> None:
    """A debit account's rows do not go to a credit account, nor rows of one without balance elsewhere."""
    for source in sources:
        same = target.nature in (source.nature, "both")
        both = source.nature == "both" and target.nature != "none"
        if not same and not both:
            detail = {"account": source.code, "target": target.code}
            raise Refused("nature_differs", detail)


def _move_of(params: TransferParams, sources: Sequence[str], target: str) -> Move:
    parts = params.move
    return Move(
        "account",
        codes=dict.fromkeys(sources, target),
        span=Span(params.from_date, params.to_date),
        ledger=params.ledger,
        vouchers=parts.vouchers,
        openings=parts.opening_balances,
        others=parts.catalogs,
        formulas=parts.formulas,
    )


def _refuse_lines(
    view: View, wanted: Move, target: chart.AccountState, unposted: Sequence[Record[Any]] = ()
) -> None:
    """Refuse lines that the target does not take: something is missing, or both sides would be equal.

    Of a draft only the sides are asked: what else it lacks is said when it is posted.

    Raises:
        Refused: ``transfer_refused`` with a finding for each line; ``period_locked``: of drafts.
    """
    refuse_locked_drafts(view, unposted)
    found = [finding for record in unposted for finding in _equal_sides(record, wanted, target)]
    for book, posted in affected(view, wanted):
        if book != LEDGER_BOOK:
            continue
        entry = _moved_entry(posted.entry, wanted.codes)
        wrong = [f for f in missing_tokens(entry, target, view) if f.severity == "error"]
        if entry.dimensions.get("contra_account") == target.code:
            values = {"account": target.code}
            side = "credit" if entry.side % 2 else "debit"
            wrong.append(Finding("error", "same_account_both_sides", side, entry.line, values))
        found += [
            replace(finding, values={**finding.values, "voucher": posted.number})
            for finding in wrong
        ]
    if found:
        detail = {"to_account": target.code, "errors": len(found)}
        raise Refused("transfer_refused", detail, found[: limits.FINDINGS_MAX])


def _equal_sides(
    record: Record[Any], wanted: Move, target: chart.AccountState
) -> Iterator[Finding]:
    for line in getattr(record.data, "lines", ()):
        sides = (getattr(line, "debit", ""), getattr(line, "credit", ""))
        moved = [wanted.codes.get(code, code) for code in sides]
        if moved[0] == moved[1] == target.code and moved != list(sides):
            values = {"account": target.code, "voucher": getattr(record.data, "no", "")}
            yield Finding("error", "same_account_both_sides", "debit", line.line, values)


def _moved_entry(entry: Entry, codes: Mapping[str, str]) -> Entry:
    dimensions = dict(entry.dimensions)
    for name in ("account", "contra_account"):
        dimensions[name] = codes.get(dimensions.get(name, ""), dimensions.get(name, ""))
    return replace(entry, dimensions=dimensions)


def _totals(view: View, wanted: Move) -> tuple[int, ...]:
    codes = [*wanted.codes, *set(wanted.codes.values())]
    measures = ("debit", "credit", "fc_debit", "fc_credit")
    return view.book(LEDGER_BOOK).sum(measures, where={"account": codes})[()]


def _give_up(session: Session, source: chart.AccountState, target: chart.AccountState) -> None:
    """Delete a source and keep its code for the target in what sites still send."""
    view = session.view
    old, new = view.require("account", source.id), view.require("account", target.id)
    keep_alias(session, old, new, "transfer")
    session.stand_for("account", source.code, target.code, codes=True)
    session.delete("account", source.id)


# -- the answer, and the way back -------------------------------------------------------------------------


def _result(
    view: View, moved: Moved, codes: Sequence[str], run: str, deleted: bool
) -> TransferResult:
    sums = view.book(LEDGER_BOOK).sum(
        ("debit", "credit"), by=("account", "number"), where={"account": list(codes)}
    )
    turnover = {code: [0, 0] for code in codes}
    for (account, number), (debit, credit) in sums.items():
        if number != "OPN":
            turnover[account][0] += debit
            turnover[account][1] += credit
    return TransferResult(
        vouchers_changed=moved.numbers,
        lines_changed=moved.lines,
        ledger_rows=moved.ledger_rows,
        opening_balances=moved.opening_rows,
        turnover={c: Turnover(debit=d, credit=k) for c, (d, k) in turnover.items()},
        source_deleted=deleted,
        run=run,
    )


def _undo(params: TransferParams, session: Session) -> TransferResult:
    """Take a transfer back: bodies and entries as they were, while nothing touched them since."""
    session.write_many(limits.REWRITE_RECORDS_MAX)
    run, rows = session.rewritten(RUN, params.undo_of)
    if not rows:
        raise Unknown("not_found", {"type": "transfer", "value": params.undo_of})
    view = session.view
    moved, codes = Moved(), dict[str, None]()
    for row in rows:
        current = view.stored.get(row.type, row.id)
        now = 0 if current is None else current.version
        if now != row.version:  # an opening that went into another one cannot come back either
            raise Refused("changed_since", {"type": row.type, "id": row.id})
        for code in {code for *_place, names in row.note for code in names.values()}:
            if chart.account(view, code) is None:
                raise Refused("account_unknown", {"account": code})
    for row in rows:
        _restore_entries(session, row, moved, codes)
        _restore_body(session, row, moved)
    session.forget_rewritten(run)
    return _result(view, moved, list(codes), run, False)


def _restore_entries(
    session: Session, row: Rewritten, moved: Moved, codes: dict[str, None]
) -> None:
    old = {(book, ledger, line, side): names for book, ledger, line, side, names in row.note}

    for book in dict.fromkeys(key[0] for key in old):

        def change(posted: PostedEntry, book: str = book) -> PostedEntry:
            entry = posted.entry
            names = old.get((book, entry.ledger, entry.line, entry.side))
            if names is None:
                return posted
            for name in names:
                codes.setdefault(entry.dimensions.get(name, ""))
                codes.setdefault(names[name])
            moved.ledger_rows += book == LEDGER_BOOK
            made = replace(entry, dimensions={**entry.dimensions, **names})
            return replace(posted, entry=made)

        session.rewrite_entries(book, RecordRef(row.type, row.id), change)


def _restore_body(session: Session, row: Rewritten, moved: Moved) -> None:
    if not row.version:
        return
    versions = session.view.stored.history(row.type, row.id)
    before = next((v for v in reversed(versions) if v.version < row.version), None)
    if before is None or before.deleted:
        raise Refused("changed_since", {"type": row.type, "id": row.id})
    record_type = session.registry.record_type(row.type)
    session.rewrite(row.type, parse(before.body), row.id)
    record: Record[Any] | None = session.view.get(row.type, row.id)
    number = getattr(getattr(record, "data", None), "no", "")
    if record_type.kind == "voucher" and record is not None and number:
        moved.vouchers.add((str(record.data.posting_date), number, row.id))
