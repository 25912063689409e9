"""Đối chiếu ngân hàng: import, match, make what is missing, confirm, report (spec §4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from lienso import Record, Refused
from lienso.session import Session

from . import matching
from .account import (
    MATCH,
    RECONCILIATION,
    STATEMENT,
    Account,
    Movement,
    OpenLine,
    Sides,
    confirmed_by,
    find_account,
    split_key,
)
from .bridge import Bridge, bridge
from .creating import (
    create_by_rule,
    create_difference,
    create_gross,
    number_of,
    rule_for,
)
from .params import ReconcileParams, ReconcileResult
from .records import BankMatch
from .statement_import import import_statement

MATCH_DAYS = "bank.match_days"

MATCHES_PER_CALL = 300
"""One transaction writes 500 records at most; the rest is told (``more``) and done by the next call."""

VOUCHERS_PER_CALL = 100
"""Each line writes a voucher twice (saved, posted) and a match."""


def reconcile(params: ReconcileParams, session: Session) -> ReconcileResult:
    """Do one step of the reconciliation of a bank account.

    Raises:
        Refused: ``bank_account_unknown``, ``statement_missing``, ``amounts_differ``,
            ``already_matched``, ``ambiguous``, ``period_locked``, ``bridge_difference``, and what stops
            a posting or an import.
        Unknown: ``not_found``: no such line or voucher on this account.
    """
    account = find_account(session.view, params.bank_account, params.ledger)
    return _Reconciling(params, session, account).run()


class _Reconciling:
    """One call: its sides are read again after what it did."""

    def __init__(self, params: ReconcileParams, session: Session, account: Account) -> None:
        self.params, self.session, self.account = params, session, account
        self.view = session.view
        self.answer: dict[str, Any] = {}

    def run(self) -> ReconcileResult:
        doers: Mapping[str, Callable[[Sides], None]] = {
            "auto_match": self._auto_match,
            "match": self._match,
            "unmatch": self._unmatch,
            "create_vouchers": self._create_vouchers,
            "ignore": self._ignore,
            "confirm": self._confirm,
            "report": self._report,
        }
        if self.params.action == "import":
            taken = import_statement(self.params, self.session, self.account)
            self.answer["imported"], self.answer["skipped"] = taken
            return self._result()
        sides = self._sides()
        if not sides.statements:
            values = {"bank_account": self.account.record.data.code}
            raise Refused("statement_missing", values)
        doers[self.params.action](sides)
        return self._result()

    def _sides(self) -> Sides:
        return Sides(self.view, self.account, self.params.from_date, self.params.to_date)

    # -- matching --------------------------------------------------------------------------------

    def _auto_match(self, sides: Sides) -> None:
        lines = {line.key: line for line in sides.open_lines()}
        moves = {move.key: move for move in sides.open_movements()}
        found = matching.auto_match(
            [self._line(line) for line in lines.values()],
            [self._item(move) for move in moves.values()],
            int(self.view.option(MATCH_DAYS)),
        )
        made = []
        for match in found.matched[:MATCHES_PER_CALL]:
            its_lines = [lines[str(line.key)] for line in match.lines]
            its_moves = [moves[item.key] for item in match.items]  # type: ignore[index]  # our own keys
            made.append(self._join(its_lines, its_moves, match.tier))
        self._mark(its for its, _shown in made)
        self.answer["matched"] = [shown for _its, shown in made]
        self.answer["more"] = len(found.matched) - len(made)
        self.answer["proposed"] = [
            {
                "statement": [lines[str(line.key)].label],
                "vouchers": [item.no for item in items],
                "reason": "ambiguous",
            }
            for line, items in found.proposed
        ]

    def _line(self, line: OpenLine) -> matching.Line:
        data = line.data
        text = f"{data.text} {data.counterparty} {data.counterparty_account}"
        order = (data.line, line.key)
        return matching.Line(line.key, data.date, line.amount, data.reference, text, order)

    def _item(self, move: Movement) -> matching.Item:
        codes, names = [], []
        record = None if move.key[0] == STATEMENT else self.view.get(*move.key[:2])
        data: Any = None if record is None else record.data
        beneficiary = getattr(data, "object_bank_account", None)
        if beneficiary is not None:
            codes.append(beneficiary.number)
            names.append(beneficiary.name)
        for id in sorted(
            move.objects | ({data.object} if getattr(data, "object", None) else set())
        ):
            who: Any = self.view.get("object", id)
            if who is not None:
                codes += [who.data.code, *(one.number for one in who.data.bank_accounts)]
                names.append(who.data.name)
        return matching.Item(
            move.key,
            move.no,
            move.date,
            move.amount,
            str(getattr(data, "reference", "")),
            tuple(code for code in codes if code),
            tuple(name for name in names if name),
        )

    def _match(self, sides: Sides) -> None:
        params = self.params
        if not params.statement and not params.vouchers:
            raise Refused("field_required", {"field": "statement"})
        lines = [self._free_line(sides, named) for named in params.statement]
        wanted = {"in" if line.amount > 0 else "out" for line in lines}
        moves = [m for named in params.vouchers for m in self._free_moves(sides, named, wanted)]
        rest = params.with_difference
        if rest is not None and not params.vouchers and rest.contra and len(lines) == 1:
            record = create_gross(self.session, self.account, params.ledger, lines[0], rest)
            moves, self.answer["created"] = self._made(record, lines[0].amount), [self._no(record)]
        difference = _sum(lines) - _sum(moves)
        if difference and rest is not None and lines and moves:
            args = (self.session, self.account, params.ledger, lines[0], difference, rest)
            record = create_difference(*args)
            moves += self._made(record, difference)
            self.answer["created"] = [self._no(record)]
        its, shown = self._join(lines, moves, "manual")
        self._mark([its])
        self.answer["matched"] = [shown]

    def _free_line(self, sides: Sides, named: int | str) -> OpenLine:
        line = sides.line(named)
        if line.key in sides.matched_lines:
            raise Refused("already_matched", {"statement": line.label})
        return line

    def _free_moves(self, sides: Sides, named: str, wanted: set[str]) -> list[Movement]:
        """Return the open movements of a voucher, on the side of the statement where it has two."""
        moves = sides.moves_of(named)
        free = [move for move in moves if move.key not in sides.matched_items]
        if not free:
            raise Refused("already_matched", {"voucher": named})
        same = [move for move in free if move.key[2] in wanted]
        return same if same and len(wanted) == 1 else free

    def _no(self, record: Record[Any]) -> str:
        return number_of(record, self.params.ledger)

    def _made(self, record: Record[Any], amount: Decimal) -> list[Movement]:
        """Return what a voucher that was just posted moves on the account."""
        key = (record.type, record.id, "in" if amount > 0 else "out", 0)
        return [Movement(key, self._no(record), record.data.posting_date, amount)]

    def _join(
        self, lines: Sequence[OpenLine], moves: Sequence[Movement], tier: str
    ) -> tuple[list[OpenLine], dict[str, Any]]:
        """Save a match; the record's own checks refuse what is not equal or not free.

        Raises:
            Refused: ``amounts_differ``, ``already_matched``.
        """
        days = [*(line.data.date for line in lines), *(move.date for move in moves)]
        body = {
            "bank_account": self.account.record.id,
            "date": max(days).isoformat(),
            "tier": tier,
            "statement": [line.key for line in lines],
            "vouchers": [
                {
                    "type": move.key[0],
                    "id": move.key[1],
                    "no": move.no,
                    "side": move.key[2],
                    "amount": format(move.amount, "f"),
                    "line": move.key[3],
                }
                for move in moves
            ],
        }
        self.session.save(MATCH, body)
        shown = {
            "statement": [line.label for line in lines],
            "vouchers": list(dict.fromkeys(move.no for move in moves)),
            "tier": tier,
        }
        return list(lines), shown

    def _mark(self, groups: Any, state: str = "matched") -> None:
        """Note on the statements what became of their lines."""
        by_statement: dict[str, list[dict[str, Any]]] = {}
        for lines in groups:
            for line in lines:
                id, number = split_key(line.key)
                by_statement.setdefault(id, []).append({"line": number, "state": state})
        for id, lines in by_statement.items():
            self.session.save(STATEMENT, {"lines": lines}, id=id)

    # -- undoing ---------------------------------------------------------------------------------

    def _unmatch(self, sides: Sides) -> None:
        params = self.params
        found: dict[str, Record[BankMatch]] = {}
        for named in params.statement:
            match = sides.matched_lines.get(sides.line(named).key)
            if match is not None:
                found[match.id] = match
        for voucher in params.vouchers:
            for move in sides.moves_of(voucher):
                match = sides.matched_items.get(move.key)
                if match is not None:
                    found[match.id] = match
        if not found:
            raise Refused("nothing_selected", {"statement": params.statement})
        self.answer["unmatched"] = [self._shown(sides, match) for match in found.values()]
        for match in found.values():
            confirmed = confirmed_by(self.view, match.id)
            self.session.delete(MATCH, match.id)
            if confirmed is not None:
                kept = [id for id in confirmed.data.matches if id != match.id]
                body = {"matches": kept, "status": "reopened"}
                self.session.save(RECONCILIATION, body, id=confirmed.id)
        keys = {key for match in found.values() for key in match.data.statement}
        self._mark([[line for line in sides.lines if line.key in keys]], "open")

    def _shown(self, sides: Sides, match: Record[BankMatch]) -> dict[str, Any]:
        return {
            "statement": [sides.label(key) for key in match.data.statement],
            "vouchers": list(dict.fromkeys(one.no for one in match.data.vouchers)),
            "tier": match.data.tier,
        }

    def _ignore(self, sides: Sides) -> None:
        lines = [self._free_line(sides, named) for named in self.params.statement]
        if not lines:
            raise Refused("field_required", {"field": "statement"})
        self._mark([lines], "open" if self.params.undo else "ignored")
        self.answer["ignored"] = [] if self.params.undo else [line.label for line in lines]

    # -- making vouchers -------------------------------------------------------------------------

    def _create_vouchers(self, sides: Sides) -> None:
        wanted = {sides.line(named).key for named in self.params.statement}
        lines = [
            ln for ln in sides.open_lines() if ln.in_period and (not wanted or ln.key in wanted)
        ]
        ruled = [(line, rule_for(line, self.params.rules)) for line in lines]
        created, made = [], []
        for line, rule in [pair for pair in ruled if pair[1] is not None][:VOUCHERS_PER_CALL]:
            assert rule is not None, "those without a rule were left out"
            args = (self.session, self.account, self.params.ledger, line, rule)
            record = create_by_rule(*args)
            created.append(self._no(record))
            made.append(self._join([line], self._made(record, line.amount), "created"))
        self._mark(its for its, _shown in made)
        self.answer["created"] = created
        self.answer["matched"] = [shown for _its, shown in made]
        self.answer["without_rule"] = [line.label for line, rule in ruled if rule is None]
        self.answer["more"] = len(ruled) - len(self.answer["without_rule"]) - len(created)

    # -- closing ---------------------------------------------------------------------------------

    def _confirm(self, sides: Sides) -> None:
        found = bridge(sides)
        account = self.account.record.data.code
        warning = found.finding(account, self._amount(found.difference))
        if warning is not None and not self.params.ignore_warnings:
            raise Refused("bridge_difference", warning.values, [warning])
        done = {
            id
            for one in self.view.find(RECONCILIATION, "account", equals=(self.account.record.id,))
            for id in one.data.matches
        }
        new = [m.id for m in sides.matches if sides.joined(m) and m.id not in done]
        local = self.account.currency == "VND"
        body: dict[str, Any] = {
            "bank_account": self.account.record.id,
            "date": sides.to_date.isoformat(),
            "ledger": self.params.ledger,
            "currency": self.account.currency,
            "book_balance": found.amount,
            "bank_balance": format(found.bank, "f"),
            "bridge": [{"label": r.label, "amount": format(r.amount, "f")} for r in found.rows],
            "open_statement": [str(line.label) for line in found.lines],
            "open_vouchers": [move.no for move in found.movements],
            "matches": new,
        }
        if self.params.from_date is not None:
            body["from_date"] = self.params.from_date.isoformat()
        if not local:
            body["book_balance_fc"] = format(found.fc_amount, "f")
        if self.account.record.data.branch:
            body["branch"] = self.account.record.data.branch
        self.answer["reconciliation"] = self.session.save(RECONCILIATION, body).data.no
        self.answer["matched"] = [self._shown(sides, m) for m in sides.matches if m.id in new]

    def _report(self, sides: Sides) -> None:
        inside = {line.key for line in sides.lines if line.in_period}
        self.answer["matched"] = [
            self._shown(sides, match)
            for match in sides.matches
            if sides.joined(match)
            and (not match.data.statement or inside & {*match.data.statement})
        ]

    # -- where it stands -------------------------------------------------------------------------

    def _amount(self, amount: Decimal) -> int | str:
        return self.account.shown(self.view, amount)

    def _result(self) -> ReconcileResult:
        sides = self._sides()
        amount, fc_amount = sides.book_balance()
        local = self.account.currency == "VND"
        stands: dict[str, Any] = {
            "unmatched_statement": [line.label for line in sides.open_lines()],
            "unmatched_vouchers": list(dict.fromkeys(m.no for m in sides.open_movements())),
            "book_balance": amount,
            "book_balance_fc": None if local else str(self._amount(fc_amount)),
        }
        if sides.statements:
            found = bridge(sides)
            stands |= self._bridged(found)
        return ReconcileResult(**stands, **self.answer)

    def _bridged(self, found: Bridge) -> dict[str, Any]:
        warning = found.finding(self.account.record.data.code, self._amount(found.difference))
        if warning is not None:
            self.session.warn(warning)
        rows = [{"label": row.label, "amount": self._amount(row.amount)} for row in found.rows]
        return {"bank_balance": self._amount(found.bank), "bridge": rows}


def _sum(found: Sequence[OpenLine] | Sequence[Movement]) -> Decimal:
    return sum((one.amount for one in found), Decimal(0))
