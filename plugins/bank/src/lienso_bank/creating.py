"""Vouchers that `bank.reconcile` makes: of open lines by rules, and of remainders (spec §4)."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lienso import Finding, Record, Refused
from lienso.model import Ledger
from lienso.session import Session
from lienso_catalog.rates import rate_on
from lienso_general_ledger import round_half_away
from lienso_general_ledger.money.funds import LOCAL

from .account import Account, OpenLine
from .matching import words_of
from .params import Rule, WithDifference

FUNCTION = "bank.reconcile"


def rule_for(line: OpenLine, rules: Sequence[Rule]) -> Rule | None:
    """Return the first rule whose text stands in a line's, and that names the account of its side."""
    text = " ".join(words_of(f"{line.data.text} {line.data.counterparty}"))
    for rule in rules:
        account = rule.credit if line.amount > 0 else rule.debit
        if account and " ".join(words_of(rule.match)) in text:
            return rule
    return None


def create_by_rule(
    session: Session, account: Account, ledger: Ledger, line: OpenLine, rule: Rule
) -> Record[Any]:
    """Save and post the voucher of a line.

    The bank has moved the money already, so warnings do not stop it: they go back with the answer.

    Raises:
        Refused: what stops the posting; ``fx_rate_missing``.
    """
    other = rule.credit if line.amount > 0 else rule.debit
    text = rule.description or line.data.text
    more = {"object": rule.object, "cost_item": rule.cost_item}
    return _create(session, account, ledger, line, [(line.amount, other, more)], text)


def create_difference(
    session: Session,
    account: Account,
    ledger: Ledger,
    line: OpenLine,
    difference: Decimal,
    rest: WithDifference,
) -> Record[Any]:
    """Save and post what the statement moved beyond the vouchers, against the account of the rest."""
    more = {"object": rest.object, "cost_item": rest.cost_item}
    text = rest.description or line.data.text
    return _create(session, account, ledger, line, [(difference, rest.account, more)], text)


def create_gross(
    session: Session, account: Account, ledger: Ledger, line: OpenLine, rest: WithDifference
) -> Record[Any]:
    """Save and post the receipt of a debt of which the bank kept a part: two pairs against the debt.

    Raises:
        Refused: ``amounts_differ``: the debt is not more than what came in.
    """
    kept = rest.amount - line.amount
    if line.amount <= 0 or kept <= 0:
        raise Refused("amounts_differ", {"difference": format(kept, "f")})
    text = rest.description or line.data.text
    debt = {"object": rest.object}
    record = _fields(session, account, ledger, line, [(line.amount, rest.contra, debt)], text)
    currency = {name: record["lines"][0].get(name) for name in ("currency", "rate")}
    made = _amounts(session, account, line.data.date, kept)
    record["lines"].append(
        {
            "line": 2,
            "description": text,
            "debit": rest.account,
            "credit": rest.contra,
            **{name: value for name, value in {**currency, **debt}.items() if value},
            **({"debit_cost_item": rest.cost_item} if rest.cost_item else {}),
            **made,
        }
    )
    return _posted(session, "bank_receipt", record, ledger)


Pair = tuple[Decimal, str, dict[str, Any]]
"""Signed amount in the account's currency, the other account, dimensions."""


def _create(
    session: Session,
    account: Account,
    ledger: Ledger,
    line: OpenLine,
    pairs: Sequence[Pair],
    text: str,
) -> Record[Any]:
    type = "bank_receipt" if pairs[0][0] > 0 else "bank_payment"
    return _posted(session, type, _fields(session, account, ledger, line, pairs, text), ledger)


def _fields(
    session: Session,
    account: Account,
    ledger: Ledger,
    line: OpenLine,
    pairs: Sequence[Pair],
    text: str,
) -> dict[str, Any]:
    own, day = account.record.data.ledger_account, line.data.date
    incoming = pairs[0][0] > 0
    lines = []
    for number, (amount, other, more) in enumerate(pairs, 1):
        debit, credit = (own, other) if incoming else (other, own)
        kept = {name: value for name, value in more.items() if value}
        made = _amounts(session, account, day, abs(amount))
        sides = {"line": number, "description": text, "debit": debit, "credit": credit}
        lines.append({**sides, **kept, **made})
    body: dict[str, Any] = {
        "posting_date": day.isoformat(),
        "display_on_book": ledger,
        "description": text,
        "reason": text[:500],
        "bank_account": account.record.id,
        "reference": line.data.reference,
        "generated_by": FUNCTION,
        "lines": lines,
    }
    if not incoming:
        body["kind"] = "fee"
    if account.currency != LOCAL:
        body |= {"currency": account.currency, "rate": lines[0]["rate"]}
    if line.data.value_date is not None:
        body["value_date"] = line.data.value_date.isoformat()
    if account.record.data.branch:
        body["branch"] = account.record.data.branch
    return body


def _amounts(
    session: Session, account: Account, day: datetime.date, amount: Decimal
) -> dict[str, Any]:
    """Return the amounts of a line: đồng, or foreign units with the rate of the day.

    What comes in is bought at the bank's buying rate (TT200 article 69), what goes out gets its true
    cost by the rate of the outflow later.

    Raises:
        Refused: ``fx_rate_missing``.
    """
    if account.currency == LOCAL:
        return {"amount": int(amount)}
    rates = rate_on(session.view, account.currency, day, account.record.data.bank) or rate_on(
        session.view, account.currency, day
    )
    rate = None if rates is None else rates.buy_transfer or rates.average
    if rate is None:
        raise Refused("fx_rate_missing", {"currency": account.currency, "date": day.isoformat()})
    return {
        "amount": round_half_away(amount * rate),
        "fc_amount": format(amount, "f"),
        "rate": format(rate, "f"),
        "currency": account.currency,
    }


def _posted(session: Session, type: str, body: dict[str, Any], ledger: Ledger) -> Record[Any]:
    record = session.post(session.save(type, body), ledger, ignore_warnings=True)
    for code in record.posting[ledger].passed_warnings:
        session.warn(Finding("warning", code, None, None, {"voucher": number_of(record, ledger)}))
    return record


def number_of(record: Record[Any], ledger: str) -> str:
    """Return a voucher's number on a ledger."""
    return str(record.data.no if ledger == "financial" else record.data.no_management)
