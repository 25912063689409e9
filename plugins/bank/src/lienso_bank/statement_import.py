"""Lines of a bank's file, or typed ones, become a statement; what is there already is skipped (spec §2)."""

from __future__ import annotations

import base64
import binascii
import datetime
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lienso import Record, Refused
from lienso.session import Session

from .account import STATEMENT, Account, statements_of
from .matching import words_of
from .params import ReconcileParams
from .records import BankStatement
from .statement_files import StatementFile, read_statement


def import_statement(
    params: ReconcileParams, session: Session, account: Account
) -> tuple[int, int]:
    """Save a statement with the lines that are new; returns how many were taken and skipped.

    Raises:
        Refused: ``bad_file`` …, ``bank_account_unknown``: the file is another account's,
            ``statement_not_continuous``, ``statement_gap`` unless warnings are passed.
    """
    view = session.view
    there = statements_of(view, account.record.id)
    file = _read(params, there)
    number, named = ("".join(words_of(text)) for text in (account.record.data.number, file.account))
    if named and not named.endswith(number):  # an IBAN has country and bank before the number
        raise Refused("bank_account_unknown", {"value": file.account})
    lines, skipped = _new(file.lines, there)
    if not lines:
        return 0, skipped
    body = _body(params, account, file, lines, there)
    before = len(session.findings)
    session.save(STATEMENT, body)
    gaps = [found for found in session.findings[before:] if found.code == "statement_gap"]
    if gaps and not params.ignore_warnings:
        raise Refused("statement_gap", gaps[0].values, gaps)
    return len(lines), skipped


def _read(params: ReconcileParams, there: list[Record[BankStatement]]) -> StatementFile:
    if not params.content:
        lines = [line.model_dump(by_alias=True) for line in params.lines]
        found = StatementFile(lines=lines)
    else:
        columns = params.columns or next(
            (one.data.columns for one in reversed(there) if one.data.columns), {}
        )
        found = read_statement(_bytes(params), params.format, columns)
    found.opening = params.opening if params.opening is not None else found.opening
    found.closing = params.closing if params.closing is not None else found.closing
    return found


def _bytes(params: ReconcileParams) -> bytes:
    """Return a file's bytes: text as it is, a workbook in base64."""
    if params.format != "xlsx":
        return params.content.encode()
    try:
        return base64.b64decode(params.content, validate=True)
    except binascii.Error as error:
        raise Refused("bad_file", {"file": params.source, "reason": str(error)}) from error


def _new(
    lines: list[dict[str, Any]], there: list[Record[BankStatement]]
) -> tuple[list[dict[str, Any]], int]:
    """Return the lines that no statement has yet; equal ones of one file are counted, not joined."""
    known = Counter(_identity({**line.__dict__}) for one in there for line in one.data.lines)
    new = []
    for line in lines:
        identity = _identity(line)
        if known[identity]:
            known[identity] -= 1
        else:
            new.append(line)
    return new, len(lines) - len(new)


def _identity(line: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return what makes a line the same when a file is read again.

    The balance is part of it, so that two equal amounts of one day are two lines.
    """
    balance = line.get("balance")
    signed = Decimal(line.get("in") or 0) - Decimal(line.get("out") or 0)
    who = line.get("reference") or " ".join(words_of(line.get("text") or ""))
    return line["date"], signed, who, None if balance is None else Decimal(balance)


def _body(
    params: ReconcileParams,
    account: Account,
    file: StatementFile,
    lines: list[dict[str, Any]],
    there: list[Record[BankStatement]],
) -> dict[str, Any]:
    days: list[datetime.date] = [line["date"] for line in lines]
    moved = sum(
        (Decimal(ln.get("in") or 0) - Decimal(ln.get("out") or 0) for ln in lines), Decimal(0)
    )
    closing, opening = file.closing, file.opening
    if len(lines) < len(file.lines) and closing is not None:
        opening = closing - moved  # the lines that were there already moved the opening
    if opening is None:
        earlier = [one for one in there if one.data.to_date <= min(days)]
        last = max(earlier, key=lambda one: one.data.to_date, default=None)
        opening = closing - moved if closing is not None else Decimal(0)
        if last is not None and closing is None:
            opening = last.data.closing
    if params.opening_unreconciled:
        opening = closing = Decimal(0)
    body: dict[str, Any] = {
        "bank_account": account.record.id,
        "date": (params.to_date or max(days)).isoformat(),
        "from_date": (params.from_date or min(days)).isoformat(),
        "to_date": (params.to_date or max(days)).isoformat(),
        "kind": "opening_unreconciled" if params.opening_unreconciled else "statement",
        "opening": format(opening, "f"),
        "closing": format(opening + moved if closing is None else closing, "f"),
        "columns": file.columns,
        "source": params.source,
        "lines": [_json(number, line) for number, line in enumerate(lines, 1)],
    }
    if account.record.data.branch:
        body["branch"] = account.record.data.branch
    return body


def _json(number: int, line: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {"line": number}
    for name, value in line.items():
        if value in (None, "") or (name in ("in", "out") and not value):
            continue
        if isinstance(value, Decimal):
            made[name] = format(value, "f")
        else:
            made[name] = value.isoformat() if isinstance(value, datetime.date) else value
    return made
