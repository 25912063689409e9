"""One bank account seen from both sides: lines of its statements, its rows in the ledger, its matches."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lienso import Prefix, Record, Refused, Unknown
from lienso.view import View
from lienso_general_ledger.money.funds import (
    BANK,
    LEDGER_BOOK,
    balance,
    in_currency,
    moved,
    plain,
)
from lienso_general_ledger.openings import OPENING_NUMBER

from .records import BankMatch, BankReconciliation, BankStatement, StatementLine

STATEMENT, MATCH, RECONCILIATION = "bank_statement", "bank_match", "bank_reconciliation"

LineKey = str
"""``<id of the statement>/<number of the line>``."""

ItemKey = tuple[str, str, str, int]
"""Record type, id, side; line of an item brought forward, else 0."""


@dataclass(frozen=True, slots=True)
class OpenLine:
    """A line of a statement; ``label`` names it: its number, with the statement's where that is needed."""

    key: LineKey
    label: int | str
    data: StatementLine
    in_period: bool

    @property
    def amount(self) -> Decimal:
        """In positive, out negative."""
        return self.data.signed


@dataclass(slots=True)
class Movement:
    """What a voucher moves on one side of the account, in the account's currency, in positive."""

    key: ItemKey
    no: str
    date: datetime.date
    amount: Decimal = Decimal(0)
    description: str = ""
    objects: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Account:
    """A bank account of ours, and which rows of the ledger are looked at."""

    record: Record[Any]
    ledger: str
    branches: tuple[str, ...] | None

    @property
    def currency(self) -> str:
        """What it is kept in."""
        return str(self.record.data.currency)

    def where(self) -> dict[str, Any]:
        """Return the condition of its rows in the ledger."""
        found: dict[str, Any] = {
            "account": [Prefix(BANK)],
            "ledger": self.ledger,
            "bank_account": self.record.id,
        }
        return found if self.branches is None else {**found, "branch": self.branches}

    def shown(self, view: View, amount: Decimal) -> int | str:
        """Return an amount as a JSON value: đồng as an integer, foreign units as decimal text."""
        return plain(view, amount, self.currency)


def find_account(view: View, named: str, ledger: str) -> Account:
    """Return a bank account by code, id or number.

    Raises:
        Refused: ``bank_account_unknown``.
    """
    try:
        record = view.require("bank_account", named)
    except Unknown as error:
        found = next(view.find("bank_account", "number", equals=(named,)), None)
        if found is None:
            raise Refused("bank_account_unknown", {"value": named}) from error
        record = found
    return Account(record, ledger, _branches(view, record.data.branch))


def _branches(view: View, own: str | None) -> tuple[str, ...] | None:
    """Return the branches whose rows are looked at, None for all.

    With the option ``own_bank_accounts`` an account sees only its own branch's vouchers, a head office
    those of no branch; without it a head office also sees its dependent branches', but for those
    that are said to use accounts of their own.
    """
    units = list(view.all("org_unit"))
    if view.option("own_bank_accounts"):
        head = [unit.id for unit in units if unit.data.kind != "branch"]
        return (own,) if own else ("", *head)
    strange = {unit.id for unit in units if unit.data.own_bank_accounts and unit.id != own}
    return ("", *(unit.id for unit in units if unit.id not in strange)) if strange else None


class Sides:
    """Both sides of an account up to a day.

    Attributes:
        statements: those of the period, by day; ``lines``: all up to the day, older ones too.
        movements: of the ledger up to the day, and items brought forward.
    """

    def __init__(
        self,
        view: View,
        account: Account,
        from_date: datetime.date | None,
        to_date: datetime.date | None,
    ) -> None:
        self.view, self.account = view, account
        self.from_date = from_date
        every = list(_statements(view, account.record.id))
        real = [statement for statement in every if statement.data.kind == "statement"]
        last = max((statement.data.to_date for statement in real), default=view.today)
        self.to_date = to_date or max(last, view.today)
        self.statements = [
            statement
            for statement in real
            if statement.data.from_date <= self.to_date
            and (from_date is None or statement.data.to_date >= from_date)
        ]
        self.matches: list[Record[BankMatch]] = list(
            view.find(MATCH, "account", equals=(account.record.id,))
        )
        self.matched_lines = {
            line: match for match in self.matches for line in match.data.statement
        }
        self.matched_items: dict[ItemKey, Record[BankMatch]] = {
            (one.type, one.id, one.side, one.line): match
            for match in self.matches
            for one in match.data.vouchers
        }
        self.lines = self._lines(every)
        self.movements = self._movements(every)

    # -- the bank's side -------------------------------------------------------------------------

    def _lines(self, statements: Sequence[Record[BankStatement]]) -> list[OpenLine]:
        period = {statement.id for statement in self.statements}
        numbers: dict[int, int] = {}
        for statement in self.statements:
            for line in statement.data.lines:
                numbers[line.line] = numbers.get(line.line, 0) + 1
        found = []
        for statement in statements:
            inside = statement.id in period
            for line in statement.data.lines:
                if line.source == "bank" and line.date <= self.to_date:
                    plain_number = inside and numbers[line.line] == 1
                    label = line.line if plain_number else f"{statement.data.no}/{line.line}"
                    found.append(OpenLine(line_key(statement.id, line.line), label, line, inside))
        return sorted(found, key=lambda line: (line.data.date, line.data.line, line.key))

    def line(self, named: int | str) -> OpenLine:
        """Return a line by its number, or ``<number of the statement>/<line>``.

        Raises:
            Unknown: ``not_found``. Refused: ``ambiguous``: two statements have a line of this number.
        """
        text = str(named)
        found = [
            line
            for line in self.lines
            if text == str(line.label) or (text == str(line.data.line) and line.in_period)
        ]
        if not found:
            raise Unknown("not_found", {"type": STATEMENT, "value": text})
        if len(found) > 1:
            raise Refused("ambiguous", {"value": text, "statement": [ln.label for ln in found]})
        return found[0]

    def label(self, key: LineKey) -> int | str:
        """Return the name of a line, also of one that is after the day."""
        for line in self.lines:
            if line.key == key:
                return line.label
        return shown_line(self.view, key)

    def open_lines(self) -> list[OpenLine]:
        """List the lines that are neither matched nor ignored."""
        return [
            line
            for line in self.lines
            if line.key not in self.matched_lines and line.data.state != "ignored"
        ]

    def bank_balance(self) -> Decimal:
        """Return what the bank says the account holds at the end of the day.

        Raises:
            Refused: ``statement_missing``.
        """
        before = [
            statement for statement in self.statements if statement.data.from_date <= self.to_date
        ]
        if not before:
            values = {"bank_account": self.account.record.data.code}
            raise Refused("statement_missing", {**values, "to_date": self.to_date.isoformat()})
        last = max(before, key=lambda statement: (statement.data.to_date, statement.data.from_date))
        later = (line.signed for line in last.data.lines if line.date > self.to_date)
        return last.data.closing - sum(later, Decimal(0))

    # -- the book's side -------------------------------------------------------------------------

    def _movements(self, statements: Sequence[Record[BankStatement]]) -> list[Movement]:
        found: dict[ItemKey, Movement] = {}
        entries = self.view.book(LEDGER_BOOK).entries(
            where=self.account.where(), date_to=self.to_date
        )
        for posted in entries:
            amount = in_currency(moved(posted.entry), self.account.currency)
            if posted.number == OPENING_NUMBER or not amount:
                continue  # A row of an exchange difference moves no money.
            side = "in" if posted.entry.side % 2 == 0 else "out"
            key = (posted.record_type, posted.voucher_id, side, 0)
            day = posted.entry.posting_date
            movement = found.setdefault(key, Movement(key, posted.number, day))
            movement.amount += amount
            movement.description = movement.description or posted.description
            if who := posted.entry.dimensions.get("object"):
                movement.objects.add(who)
        for statement in statements:
            for line in statement.data.lines:
                if line.source == "book":
                    side = "in" if line.signed > 0 else "out"
                    key = (STATEMENT, statement.id, side, line.line)
                    no = line.reference or f"{statement.data.no}/{line.line}"
                    found[key] = Movement(key, no, line.date, line.signed, line.text)
        moves = [movement for movement in found.values() if movement.amount]
        return sorted(moves, key=lambda move: (move.date, move.no, move.key))

    def open_movements(self) -> list[Movement]:
        """List the movements that no match holds."""
        return [move for move in self.movements if move.key not in self.matched_items]

    def moves_of(self, named: str) -> list[Movement]:
        """Return what a voucher, by number or id, moves on the account.

        Raises:
            Unknown: ``not_found``. Refused: ``ambiguous``: two vouchers have this number.
        """
        found = [move for move in self.movements if named in (move.no, move.key[1])]
        if not found:
            raise Unknown("not_found", {"type": "voucher", "value": named})
        if len({move.key[:2] for move in found}) > 1:
            raise Refused("ambiguous", {"value": named, "vouchers": [m.key[1] for m in found]})
        return found

    def book_balance(self) -> tuple[int, Decimal]:
        """Return the balance of the ledger at the end of the day: (đồng, foreign units)."""
        return balance(self.view, self.account.where(), self.to_date)

    # -- as of the day ---------------------------------------------------------------------------

    def joined(self, match: Record[BankMatch]) -> bool:
        """Tell whether all that a match joins was there on the day: else it is still outstanding."""
        return match.data.date <= self.to_date


def _statements(view: View, account: str) -> Iterator[Record[BankStatement]]:
    """List an account's statements by their first day."""
    yield from view.find(STATEMENT, "account", start=(account,), stop=(f"{account}\uffff",))


def statements_of(view: View, account: str) -> list[Record[BankStatement]]:
    """Return an account's statements of the bank by day, without items brought forward."""
    return [s for s in _statements(view, account) if s.data.kind == "statement"]


def matches_of(view: View, voucher: str) -> list[Record[BankMatch]]:
    """Return the matches that hold a voucher, by its id."""
    return list(view.find(MATCH, "voucher", equals=(voucher,)))


def confirmed_by(view: View, match: str) -> Record[BankReconciliation] | None:
    """Return the reconciliation that confirmed a match."""
    return next(view.find(RECONCILIATION, "match", equals=(match,)), None)


def line_key(statement: str, line: int) -> LineKey:
    """Return the name under which matches hold a line."""
    return f"{statement}/{line}"


def split_key(key: LineKey) -> tuple[str, int]:
    """Return a statement's id and the number of its line."""
    statement, _slash, line = key.partition("/")
    return statement, int(line)


def shown_line(view: View, key: LineKey) -> str:
    """Return a line as people name it: number of the statement, number of the line."""
    statement, line = split_key(key)
    return f"{view.code(STATEMENT, statement)}/{line}"


def match_of_line(view: View, key: LineKey) -> Record[BankMatch] | None:
    """Return the match that holds a line."""
    return next(view.find(MATCH, "statement", equals=(key,)), None)
