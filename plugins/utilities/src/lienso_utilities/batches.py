"""Posting and unposting many vouchers, and posting a period anew (`opening_and_import.md` §5.1, §5.3)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from lienso import LiensoError, Record, RecordType, Refused
from lienso.fields import Money, Params, Text, parse_body
from lienso.model import Ledger
from lienso.records import ledgers_of
from lienso.rights import Action
from lienso.session import Session
from lienso.view import View
from lienso_general_ledger import is_locked
from pydantic import Field, model_validator

from .jobs import Job, Target, VoucherFailure, errors_of

CLASSES: dict[str, int] = {
    **dict.fromkeys(("stock_receipt", "purchase_goods", "purchase_service", "cash_receipt",
                     "bank_receipt", "sales_return", "fa_increase", "tool_increase"), 2),
    **dict.fromkeys(("internal_transfer", "stock_transfer"), 3),
    **dict.fromkeys(("stock_issue", "sales_voucher", "purchase_return", "cash_payment",
                     "bank_payment", "advance_settlement"), 4),
    **dict.fromkeys(("depreciation_voucher", "tool_allocation", "prepaid_allocation",
                     "cost_transfer", "closing_voucher", "fx_revaluation"), 6),
}  # fmt: skip
"""Record type → its place within a day: money and goods come in before they go out (§5.1). Others: 5."""

JOURNALS = 5
LEDGER_BOOK = "general_ledger"
ISSUE_COST = "inventory.compute_issue_cost"
CASH_RATE = "general_ledger.compute_fx_outflow_rate"


class Range(Params):
    """Which vouchers: days with bounds, and by module, type, number or branch; left out: all.

    Attributes:
        vouchers: numbers or ids; then days may be left out.
    """

    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    modules: list[Text] = Field(default_factory=list, max_length=50)
    voucher_types: list[Text] = Field(default_factory=list, max_length=100)
    vouchers: list[Text] = Field(default_factory=list, max_length=10_000)
    branches: list[Text] = Field(default_factory=list, max_length=1_000)
    ledger: Ledger = "financial"

    @model_validator(mode="after")
    def _bounded(self) -> Range:
        if not self.vouchers and (self.from_date is None or self.to_date is None):
            raise ValueError("from_date and to_date, or vouchers")
        if self.from_date and self.to_date and self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


class PostParams(Range):
    """What to post; ``ignore_warnings`` passes warnings and keeps them.

    Attributes:
        recompute_issue_cost, recompute_cash_rate: run those functions afterwards, where they are installed.
    """

    ignore_warnings: bool = False
    recompute_issue_cost: bool = False
    recompute_cash_rate: bool = False


class PostResult(Params):
    """Numbers in the order done, and what failed; ``cancelled``: it was asked to stop on the way."""

    selected: int
    posted: list[str]
    failed: list[VoucherFailure]
    passed_warnings: list[str]
    cancelled: bool


class UnpostResult(Params):
    """Numbers in the order done, and what failed."""

    selected: int
    unposted: list[str]
    failed: list[VoucherFailure]
    cancelled: bool


def batch_post(params: PostParams, session: Session) -> PostResult:
    """Post the unposted vouchers of a range by day, then receipts before payments, then as entered.

    Each stands alone; those that failed are tried once more at the end, since a later one may have freed
    them. What fails is kept with the voucher, for the list of failed postings.

    Raises:
        Refused: ``run_in_progress``. Unknown: a recomputation whose module is missing.
    """
    afterwards = _recomputations(session, params)
    targets = session.transaction(lambda inner: chosen(inner.view, params, posted=False))
    job = Job(session, "batch_post", params)

    def one(inner: Session, record: Record[Any]) -> Sequence[str]:
        _ask(inner, "post", record, params.ledger)
        done = inner.post(record, params.ledger, params.ignore_warnings)
        return done.posting[params.ledger].passed_warnings

    def keep(inner: Session, record: Record[Any], error: LiensoError) -> None:
        inner.note_failed(record, params.ledger, errors_of(error))

    failed = job.work(targets, one)
    if failed and not job.outcome.cancelled:
        job.work(failed, one, keep)
    outcome = job.end()
    _recompute(session, afterwards, params)
    return PostResult(
        selected=len(targets),
        posted=outcome.done,
        failed=list(outcome.failed.values()),
        passed_warnings=sorted(outcome.passed),
        cancelled=outcome.cancelled,
    )


def batch_unpost(params: Range, session: Session) -> UnpostResult:
    """Unpost the posted vouchers of a range, in the reverse of the order of posting.

    What fails stays posted, and is kept with the voucher for the list of failed postings.

    Raises:
        Refused: ``run_in_progress``.
    """
    targets = session.transaction(lambda inner: chosen(inner.view, params, posted=True))
    targets.reverse()
    job = Job(session, "batch_unpost", params)

    def one(inner: Session, record: Record[Any]) -> Sequence[str]:
        _ask(inner, "unpost", record, params.ledger)
        inner.unpost(record, params.ledger)
        return ()

    def keep(inner: Session, record: Record[Any], error: LiensoError) -> None:
        inner.note_failed(record, params.ledger, errors_of(error))

    failed = job.work(targets, one)
    if failed and not job.outcome.cancelled:
        job.work(failed, one, keep)
    outcome = job.end()
    return UnpostResult(
        selected=len(targets),
        unposted=outcome.done,
        failed=list(outcome.failed.values()),
        cancelled=outcome.cancelled,
    )


def _ask(session: Session, action: Action, record: Record[Any], ledger: Ledger) -> None:
    session.require(action, record, (ledger,))


def _recomputations(session: Session, params: Any) -> list[str]:
    """Return the functions to run afterwards. Raises: ModuleUnavailable: one is not installed."""
    wanted = [
        id
        for id, asked in (
            (ISSUE_COST, params.recompute_issue_cost),
            (CASH_RATE, params.recompute_cash_rate),
        )
        if asked
    ]
    for id in wanted:
        session.registry.capability(id)
    return wanted


def _recompute(session: Session, functions: Sequence[str], params: Any) -> None:
    """Run functions of other modules for the days of the batch. Raises: Refused: what they say."""
    for id in functions:
        capability = session.registry.capability(id)
        days = {"from_date": str(params.from_date), "to_date": str(params.to_date)}
        data, findings = parse_body(capability.params, days)
        if data is None:
            raise Refused("params_invalid", {"fields": id}, findings)
        if capability.in_transaction:
            session.transaction(partial(capability.run, data))
        else:
            capability.run(data, session)


# -- which vouchers ---------------------------------------------------------------------------------------


def postable(view: View) -> list[RecordType]:
    """Return the types of vouchers that are posted by word."""
    return [
        type
        for type in view.record_types("voucher")
        if type.post is not None and not type.posts_when_accepted
    ]


def chosen(view: View, params: Range, *, posted: bool | None, locked: bool = False) -> list[Target]:
    """Return vouchers in the order of posting.

    Args:
        posted: None: whatever their state. ``locked``: those of locked days too.
    """
    wanted = {_id(view, name) for name in params.vouchers}
    branches = {view.require("org_unit", name).id for name in params.branches}
    found: list[Target] = []
    for record_type in postable(view):
        if params.modules and view.owners[record_type.id] not in params.modules:
            continue
        if params.voucher_types and record_type.id not in params.voucher_types:
            continue
        for record in _records(view, record_type, params, wanted):
            data = record.data
            if params.ledger not in ledgers_of(data):
                continue
            if posted is not None and record.posted(params.ledger) != posted:
                continue
            branch = data.branch or ""
            if branches and branch not in branches:
                continue
            if not locked and is_locked(view, data.posting_date, branch, params.ledger):
                continue
            found.append(target_of(record, params.ledger))
    found.sort(key=lambda target: target.key)
    return found


def _id(view: View, name: str) -> str:
    found = view.by_number(name) or view.by_number(name, "management")
    if found is None:
        raise Refused("not_found", {"type": "voucher", "value": name})
    return found.id


def _records(
    view: View, record_type: RecordType, params: Range, wanted: set[str]
) -> Iterator[Record[Any]]:
    if wanted:
        yield from (r for id in wanted if (r := view.get(record_type.id, id)) is not None)
        return
    stop = None if params.to_date is None else params.to_date + datetime.timedelta(days=1)
    yield from view.find(
        record_type.id,
        "date",
        start=None if params.from_date is None else (params.from_date,),
        stop=None if stop is None else (stop,),
    )


def target_of(record: Record[Any], ledger: Ledger) -> Target:
    """Return a voucher with its place in the order of posting."""
    data = record.data
    number = str(data.no if ledger == "financial" else data.no_management) or record.id
    place = CLASSES.get(record.type, JOURNALS)
    key = (data.posting_date, place, data.seq is None, data.seq or 0, record.id)
    return Target(record.type, record.id, number, key)


# -- maintenance ------------------------------------------------------------------------------------------


class MaintainParams(Params):
    """Days to be posted anew, bounds included.

    Attributes:
        post_unposted: post drafts too. ``check_numbers``: list numbers that stand twice.
    """

    from_date: datetime.date
    to_date: datetime.date
    post_unposted: bool = False
    recompute_issue_cost: bool = False
    recompute_cash_rate: bool = False
    check_numbers: bool = False
    ledger: Ledger = "financial"

    @model_validator(mode="after")
    def _in_order(self) -> MaintainParams:
        if self.from_date > self.to_date:
            raise ValueError("from_date is after to_date")
        return self


class Turnover(Params):
    """Debit side of the days, đồng."""

    before: Money
    after: Money


class MaintainResult(Params):
    """What was posted anew.

    Attributes:
        left_unposted: drafts that nobody asked to post. ``skipped_locked``: months, ``2026-01``.
        changed_accounts: accounts whose sums are others than before.
        backup_point: position of the feed before it began: every version of that moment is kept.
        totals_repaired: rows of totals that were not the sums of their entries.
    """

    reposted: list[str]
    failed: list[VoucherFailure]
    left_unposted: list[str]
    skipped_locked: list[str]
    turnover: Turnover
    changed_accounts: list[str]
    duplicates: list[str]
    backup_point: int
    totals_repaired: int


def maintain_data(params: MaintainParams, session: Session) -> MaintainResult:
    """Post the posted vouchers of open months anew, each alone; what is refused keeps its entries.

    Raises:
        Refused: ``run_in_progress``.
    """
    afterwards = _recomputations(session, params)
    days = Range(from_date=params.from_date, to_date=params.to_date, ledger=params.ledger)
    look = session.transaction(lambda inner: _before(inner.view, days))
    job = Job(session, "maintain_data", params)

    def again(inner: Session, record: Record[Any]) -> Sequence[str]:
        if record.posted(params.ledger):
            inner.repost(record, params.ledger)
            return ()
        return inner.post(record, params.ledger, True).posting[params.ledger].passed_warnings

    targets = look.posted + (look.drafts if params.post_unposted else [])
    targets.sort(key=lambda target: target.key)
    job.work(targets, again)
    outcome = job.end()
    repaired = session.rebuild_totals()
    _recompute(session, afterwards, params)
    after = session.transaction(lambda inner: _sums(inner.view, days))
    changed = sorted(
        account
        for account in {*look.sums, *after}
        if look.sums.get(account, (0, 0)) != after.get(account, (0, 0))
    )
    return MaintainResult(
        reposted=outcome.done,
        failed=list(outcome.failed.values()),
        left_unposted=[] if params.post_unposted else [t.number for t in look.drafts],
        skipped_locked=look.months,
        turnover=Turnover(before=_debit(look.sums), after=_debit(after)),
        changed_accounts=changed,
        duplicates=look.duplicates if params.check_numbers else [],
        backup_point=look.position,
        totals_repaired=repaired,
    )


Sums = dict[str, tuple[int, int]]


class _Look:
    """What stood there before."""

    def __init__(self, view: View, days: Range) -> None:
        self.posted = chosen(view, days, posted=True)
        self.drafts = chosen(view, days, posted=False)
        self.position = view.stored.feed_seq
        self.sums = _sums(view, days)
        everything = chosen(view, days, posted=None, locked=True)
        open_ids = {target.id for target in (*self.posted, *self.drafts)}
        held = [target for target in everything if target.id not in open_ids]
        self.months = sorted({target.key[0].isoformat()[:7] for target in held})
        seen: dict[tuple[str, int, str], int] = {}
        for target in everything:
            place = (target.type, target.key[0].year, target.number)
            seen[place] = seen.get(place, 0) + 1
        self.duplicates = sorted(place[2] for place, count in seen.items() if count > 1)


def _before(view: View, days: Range) -> _Look:
    return _Look(view, days)


def _sums(view: View, days: Range) -> Sums:
    sums = view.book(LEDGER_BOOK).sum(
        ("debit", "credit"),
        by=("account",),
        where={"ledger": days.ledger},
        date_from=days.from_date,
        date_to=days.to_date,
    )
    return {account: (debit, credit) for (account,), (debit, credit) in sums.items()}


def _debit(sums: Sums) -> int:
    return sum(debit for debit, _credit in sums.values())
