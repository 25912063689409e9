"""Reading a bank's file into lines: CSV and workbooks by a map of columns, MT940, camt.053 (spec §2).

Pure: bytes in, lines out. Nothing is guessed: a cell that cannot be read is named by row and column.
"""

from __future__ import annotations

import datetime
import itertools
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from lienso import ImportColumn, Refused
from lienso.importing.cells import BadCell, is_blank, number_style, read_cell, shown
from lienso.importing.workbook import read_file

FIELDS: Mapping[str, str] = {
    "date": "date",
    "value_date": "date",
    "in": "decimal",
    "out": "decimal",
    "amount": "decimal",
    "balance": "decimal",
    "reference": "text",
    "text": "text",
    "counterparty": "text",
    "counterparty_account": "text",
}
"""What a column of a file may be; ``amount`` is one column for both ways, out negative."""

HEADINGS: Mapping[str, str] = {
    "ngày giao dịch": "date", "ngày": "date", "ngày hạch toán": "date", "date": "date",
    "ngày hiệu lực": "value_date", "value date": "value_date",
    "ghi có": "in", "có": "in", "số tiền ghi có": "in", "credit": "in", "phát sinh có": "in",
    "ghi nợ": "out", "nợ": "out", "số tiền ghi nợ": "out", "debit": "out", "phát sinh nợ": "out",
    "số tiền": "amount", "amount": "amount",
    "số dư": "balance", "balance": "balance",
    "số tham chiếu": "reference", "số bút toán": "reference", "reference": "reference",
    "mô tả": "text", "nội dung": "text", "diễn giải": "text", "description": "text",
    "tên đối tác": "counterparty", "đơn vị thụ hưởng/đơn vị chuyển": "counterparty",
    "số tài khoản đối tác": "counterparty_account", "tài khoản": "counterparty_account",
}  # fmt: skip
"""Headings that banks use, for a file without a map of its own."""

HEADING_ROWS_MAX = 40
"""Rows of letterhead above the headings."""


@dataclass(slots=True)
class StatementFile:
    """What a file says, in the account's currency; opening and closing None where it does not say.

    Attributes:
        account: number of the bank account, where the file names it. ``columns``: the map it was read by.
    """

    lines: list[dict[str, Any]] = field(default_factory=list)
    opening: Decimal | None = None
    closing: Decimal | None = None
    account: str = ""
    columns: dict[str, str] = field(default_factory=dict)


def read_statement(content: bytes, format: str, columns: Mapping[str, str]) -> StatementFile:
    """Read a bank's file.

    Args:
        format: ``csv``, ``xlsx``, ``mt940`` or ``camt053``.
        columns: heading → field of `FIELDS`, for csv and xlsx; without it known headings are taken.
    Raises:
        Refused: ``bad_file``, ``column_missing``, ``bad_date``, ``bad_number``, ``file_too_big``.
    """
    if format == "mt940":
        return _mt940(content)
    if format == "camt053":
        return _camt(content)
    return _table(content, format, columns)


def _line(day: datetime.date, signed: Decimal, **more: Any) -> dict[str, Any]:
    kept = {name: value for name, value in more.items() if value not in ("", None)}
    return {"date": day, "in": max(signed, Decimal(0)), "out": max(-signed, Decimal(0)), **kept}


def _bad(reason: str) -> Refused:
    return Refused("bad_file", {"file": "", "reason": reason[:200]})


# -- tables ---------------------------------------------------------------------------------------


def _table(content: bytes, format: str, columns: Mapping[str, str]) -> StatementFile:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"statement.{format}"
        path.write_bytes(content)
        rows = read_file(path)[0].rows
    known = {heading.casefold().strip(): name for heading, name in columns.items()} or HEADINGS
    wrong = sorted(set(known.values()) - FIELDS.keys())
    if wrong:
        raise Refused("bad_choice", {"field": "columns", "value": wrong[0]})
    at, headings = _headings(rows, known)
    found = StatementFile(columns={headings[i][0]: headings[i][1] for i in headings})
    style = number_style(
        shown(row[i])
        for row in rows[at + 1 :]
        for i, (_heading, name) in headings.items()
        if i < len(row) and FIELDS[name] == "decimal"
    )
    for number, row in enumerate(rows[at + 1 :], at + 2):
        if all(is_blank(cell) for cell in row):
            break  # Below stand sums and signatures.
        line = _row(row, number, headings, style)
        if line is not None:
            found.lines.append(line)
    _ends_by_balance(found)
    return found


def _headings(
    rows: Sequence[Sequence[Any]], known: Mapping[str, str]
) -> tuple[int, dict[int, tuple[str, str]]]:
    """Return the row of the headings, and (heading, field) by column."""
    for at, row in enumerate(rows[:HEADING_ROWS_MAX]):
        found: dict[int, tuple[str, str]] = {}
        for place, cell in enumerate(row):
            name = known.get(shown(cell).casefold().strip())
            if name is not None and name not in (it for _heading, it in found.values()):
                found[place] = (shown(cell), name)
        fields = {name for _heading, name in found.values()}
        if "date" in fields and fields & {"in", "out", "amount"}:
            return at, found
    missing = "date" if "date" in known.values() else "in"
    raise Refused("column_missing", {"column": missing, "headings": sorted(known)[:20]})


def _row(
    row: Sequence[Any], number: int, headings: Mapping[int, tuple[str, str]], style: Any
) -> dict[str, Any] | None:
    values: dict[str, Any] = {}
    for place, (heading, name) in headings.items():
        cell = row[place] if place < len(row) else ""
        if is_blank(cell):
            continue
        kind: Any = FIELDS[name]
        try:
            values[name] = read_cell(ImportColumn(heading, name, kind), cell, style)
        except BadCell as error:
            detail = {"row": number, "column": heading, "field": heading, "value": shown(cell)}
            raise Refused(error.code, detail) from error
    amounts = {key: Decimal(values.pop(key, 0)) for key in ("in", "out", "amount")}
    # Some banks write what goes out as negative in its own column.
    signed = amounts["in"] - abs(amounts["out"]) + amounts["amount"]
    if "date" not in values:
        return None if not signed else _no_date(number, headings)
    if not signed:
        return None  # A line of the balance brought forward moves nothing.
    day = datetime.date.fromisoformat(values.pop("date"))
    if "value_date" in values:
        values["value_date"] = datetime.date.fromisoformat(values["value_date"])
    if "balance" in values:
        values["balance"] = Decimal(values["balance"])
    return _line(day, signed, **values)


def _no_date(number: int, headings: Mapping[int, tuple[str, str]]) -> None:
    heading = next(heading for heading, name in headings.values() if name == "date")
    raise Refused("bad_date", {"row": number, "column": heading, "field": heading, "value": ""})


def _ends_by_balance(found: StatementFile) -> None:
    """Take opening and closing from the balances of the lines, oldest or newest first."""
    lines = found.lines
    if not lines or any("balance" not in line for line in lines):
        return
    if not _runs(lines) and _runs(lines[::-1]):
        lines.reverse()
    found.opening = lines[0]["balance"] - lines[0]["in"] + lines[0]["out"]
    found.closing = lines[-1]["balance"]


def _runs(lines: Sequence[Mapping[str, Any]]) -> bool:
    return all(
        before["balance"] + line["in"] - line["out"] == line["balance"]
        for before, line in itertools.pairwise(lines)
    )


# -- MT940 ----------------------------------------------------------------------------------------


def _mt940(content: bytes) -> StatementFile:
    import mt940  # only where such a file is read

    try:
        parsed = mt940.parse(content.decode("utf-8-sig"))
    except (ValueError, RuntimeError, AssertionError, ArithmeticError) as error:
        raise _bad(str(error)) from error
    opening = parsed.data.get("final_opening_balance") or parsed.data.get(
        "intermediate_opening_balance"
    )
    closing = parsed.data.get("final_closing_balance")
    if opening is None or closing is None:
        raise _bad("no opening or closing balance (:60F:, :62F:)")
    found = StatementFile(
        opening=opening.amount.amount,
        closing=closing.amount.amount,
        account=str(parsed.data.get("account_identification", "")),
    )
    for transaction in parsed:
        data = transaction.data
        value_day = _plain_day(data["date"])
        booked = data.get("entry_date") or data["date"]
        reference = data.get("bank_reference") or ""
        if not reference and data.get("customer_reference") not in (None, "", "NONREF"):
            reference = data["customer_reference"]
        text = " ".join(str(data.get("transaction_details") or "").split())
        found.lines.append(
            _line(
                _plain_day(booked),
                data["amount"].amount,
                value_date=value_day,
                reference=str(reference),
                text=text or str(data.get("extra_details") or ""),
            )
        )
    return found


def _plain_day(day: Any) -> datetime.date:
    return datetime.date(day.year, day.month, day.day)


# -- camt.053 -------------------------------------------------------------------------------------


def _camt(content: bytes) -> StatementFile:
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise _bad("a statement declares no entities")  # they are a known way to fill a memory
    try:
        root = ElementTree.fromstring(content)
    except ElementTree.ParseError as error:
        raise _bad(str(error)) from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    statement = root.find(".//Stmt")
    if statement is None:
        raise _bad("no <Stmt>")
    account = statement.findtext("./Acct/Id/IBAN") or statement.findtext("./Acct/Id/Othr/Id") or ""
    found = StatementFile(account=account)
    for balance in statement.iterfind("./Bal"):
        code = balance.findtext(".//Cd")
        if code in ("OPBD", "PRCD"):
            found.opening = _camt_amount(balance)
        elif code == "CLBD":
            found.closing = _camt_amount(balance)
    for entry in statement.iterfind("./Ntry"):
        if (entry.findtext("./Sts/Cd") or entry.findtext("./Sts")) in ("PDNG", "INFO"):
            continue  # Not booked yet.
        found.lines.append(_camt_line(entry))
    return found


def _camt_line(entry: Any) -> dict[str, Any]:
    signed = _camt_amount(entry)
    day = _camt_day(entry.find("./BookgDt"))
    if day is None:
        raise Refused("bad_date", {"row": 0, "column": "BookgDt", "field": "BookgDt", "value": ""})
    references = (
        entry.findtext("./AcctSvcrRef"),
        entry.findtext(".//Refs/AcctSvcrRef"),
        entry.findtext("./NtryRef"),
    )
    other = "Dbtr" if signed > 0 else "Cdtr"
    name = entry.findtext(f".//RltdPties/{other}//Nm")
    account = f".//RltdPties/{other}Acct/Id"
    texts = [item.text or "" for item in entry.iterfind(".//RmtInf/Ustrd")]
    return _line(
        day,
        signed,
        value_date=_camt_day(entry.find("./ValDt")),
        reference=next((text for text in references if text), ""),
        text=" ".join(" ".join(texts).split()) or (entry.findtext("./AddtlNtryInf") or "").strip(),
        counterparty=(name or "").strip(),
        counterparty_account=entry.findtext(f"{account}/IBAN")
        or entry.findtext(f"{account}/Othr/Id"),
    )


def _camt_amount(element: Any) -> Decimal:
    text = (element.findtext("./Amt") or "").strip()
    try:
        amount = Decimal(text)
    except ArithmeticError as error:
        raise Refused("bad_number", {"row": 0, "column": "Amt", "value": text}) from error
    return -amount if element.findtext("./CdtDbtInd") == "DBIT" else amount


def _camt_day(element: Any) -> datetime.date | None:
    if element is None:
        return None
    text = (element.findtext("./Dt") or element.findtext("./DtTm") or "")[:10]
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise Refused(
            "bad_date", {"row": 0, "column": "Dt", "field": "Dt", "value": text}
        ) from error
