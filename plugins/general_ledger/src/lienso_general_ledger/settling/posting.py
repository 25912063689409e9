"""What settlements and netting vouchers write, and what they object to (`purchase.md` §4.0)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lienso import Entry, Finding, Record
from lienso.model import Ledger
from lienso.view import View

from ..lines import FC_SCALE, TaxedLine
from ..locks import refuse_locked
from ..open_items import RECEIVABLE_PAYABLE, item_role, open_items
from ..pairs import fixed, foreign, pairs, vat_entries
from .records import NettingVoucher, Settlement

SETTLEMENT, NETTING = "settlement", "netting_voucher"
OPEN_ITEMS = "open_items"
Books = Mapping[str, Sequence[Entry]]


def post_settlement(record: Record[Any], ledger: Ledger, view: View) -> Books:
    """Take each pair from the debt and from the payment. Raises: Refused: ``period_locked``."""
    data: Settlement = record.data
    branch = data.branch or ""
    refuse_locked(view, data.posting_date, branch, ledger, "posting_date")
    entries = []
    for pair in data.lines:
        sides = (
            ("debt", pair.debt, pair.payment, pair.debt_amount),
            ("payment", pair.payment, pair.debt, pair.payment_amount),
        )
        for side, (role, document, counterpart, amount) in enumerate(sides):
            dimensions = {
                "account": data.account,
                "object": data.object,
                "role": role,
                "document": document,
                "counterpart": counterpart,
                "origin": SETTLEMENT,
            }
            dimensions |= {"currency": kept} if (kept := foreign(data.currency)) else {}
            measures = {"amount": -amount, "fc_amount": -fixed(pair.fc_amount, FC_SCALE)}
            entries.append(
                Entry(pair.line, side, ledger, data.posting_date, branch, dimensions, measures)
            )
    return {OPEN_ITEMS: entries}


def post_netting(record: Record[Any], ledger: Ledger, view: View) -> Books:
    """Post the pairs; what a line settles is taken from the document and from this voucher.

    Debts of different activities that are set off are two flows of money, gross: the pair is
    ``cross_netting`` where nothing else was typed.

    Raises:
        Refused: ``period_locked``.
    """
    data: NettingVoucher = record.data
    lines = [_tagged(line) for line in data.lines]
    entries = pairs(record, ledger, lines, view)
    books: dict[str, Sequence[Entry]] = {"general_ledger": entries}
    if vat := vat_entries(record, ledger, lines, view):
        books["vat"] = vat
    items = open_items(record, entries, ledger, "netting")
    number = data.no if ledger == "financial" else data.no_management
    items += _settled(entries, number)
    if items:
        books[OPEN_ITEMS] = items
    return books


def _tagged(line: TaxedLine) -> TaxedLine:
    differ = (
        line.debit_activity and line.credit_activity and line.debit_activity != line.credit_activity
    )
    return line.model_copy(update={"op": "cross_netting"}) if differ and not line.op else line


def _settled(entries: Sequence[Entry], number: str) -> Iterator[Entry]:
    """Yield two rows for each entry that pays a document: of the document, and of the voucher."""
    for entry in entries:
        there = entry.dimensions
        account, document = there.get("account", ""), there.get("settles", "")
        role = item_role(account, debit=entry.side == 0)
        if not document or role != "payment" or not account.startswith(RECEIVABLE_PAYABLE):
            continue
        measures = {
            "amount": -(entry.measures.get("debit", 0) + entry.measures.get("credit", 0)),
            "fc_amount": -(entry.measures.get("fc_debit", 0) + entry.measures.get("fc_credit", 0)),
        }
        names = ("account", "object", "currency")
        shared = {name: there[name] for name in names if there.get(name)} | {"origin": SETTLEMENT}
        for place, (its_role, its, other) in enumerate(
            (("debt", document, number), ("payment", number, document))
        ):
            dimensions = {**shared, "role": its_role, "document": its, "counterpart": other}
            yield Entry(
                entry.line,
                10 + 2 * entry.side + place,  # beside the rows that the voucher opens
                entry.ledger,
                entry.posting_date,
                entry.branch,
                dimensions,
                measures,
            )


def check_settlement(
    record: Record[Any], ledger: Ledger, entries: Mapping[str, Sequence[Entry]], view: View
) -> Iterator[Finding]:
    """Say that more is settled than is left, or before the document was there."""
    if record.type not in (SETTLEMENT, NETTING):
        return
    if record.type == SETTLEMENT and not record.data.lines:
        yield Finding("error", "nothing_selected", "lines")
    wanted: dict[tuple[str, ...], tuple[int, int]] = {}
    own: dict[tuple[str, ...], tuple[int, int]] = {}
    for entry in entries.get(OPEN_ITEMS, ()):
        names = ("account", "object", "currency", "role", "document")
        key = tuple(entry.dimensions.get(name, "") for name in names)
        sums = wanted if entry.dimensions.get("origin") == SETTLEMENT else own
        amount, fc = sums.get(key, (0, 0))
        measures = entry.measures
        sums[key] = amount + measures.get("amount", 0), fc + measures.get("fc_amount", 0)
    for key, (amount, fc) in wanted.items():
        if key in own:
            continue  # this voucher's own payment, which the pairs above make
        yield from _check_left(record, ledger, key, -amount, -fc, view)


def _check_left(
    record: Record[Any], ledger: Ledger, key: tuple[str, ...], amount: int, fc: int, view: View
) -> Iterator[Finding]:
    account, who, currency, role, document = key
    where = {
        "ledger": ledger,
        "account": account,
        "object": who,
        "currency": currency,
        "role": role,
        "document": document,
    }
    book = view.book(OPEN_ITEMS)
    left, left_fc = book.sum(("amount", "fc_amount"), where=where)[()]
    values = {"open_item": document, "left": left, "wanted": amount}
    if amount > left or (currency and fc > left_fc):
        yield Finding("error", "offset_exceeds_remaining", "lines", None, values)
        return
    date = record.data.posting_date
    first = next((p for p in book.entries(where=where) if p.entry.measures["amount"] > 0), None)
    if first is not None and first.entry.posting_date > date:
        values = {"open_item": document, "date": first.entry.posting_date.isoformat()}
        yield Finding("error", "settlement_before_voucher", "posting_date", None, values)


def check_settled(record: Record[Any], ledger: Ledger, view: View) -> Iterator[Finding]:
    """Say that other vouchers settle what this one opened: the settlement is removed first."""
    if view.role != "cloud":
        return  # a site has no books; the cloud decides when the deletion arrives
    book = view.book(OPEN_ITEMS)
    for posted in book.entries(voucher=record.id, where={"ledger": ledger}):
        there = posted.entry.dimensions
        if there["origin"] == SETTLEMENT:
            continue
        where = {name: there[name] for name in ("account", "object", "currency", "document")}
        for other in book.entries(where={**where, "ledger": ledger, "origin": SETTLEMENT}):
            if other.voucher_id != record.id:
                values = {"settlement": other.number, "document": there["document"]}
                yield Finding("error", "has_settlements", None, None, values)
                return
