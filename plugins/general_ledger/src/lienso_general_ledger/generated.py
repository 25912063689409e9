"""Vouchers that a period-end function makes: saved, posted, and replaced when it runs again.

A second run that would make the same voucher changes nothing. A voucher is taken back by unposting
and deleting it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

from lienso import Entry, Finding, Record, Refused
from lienso.fields import Params, Text, Voucher, parse_body, to_json
from lienso.model import Ledger
from lienso.records import ledgers_of
from lienso.session import Session
from lienso.view import View
from pydantic import Field

from .lines import Lines
from .locks import refuse_locked
from .pairs import pairs

_DAY = datetime.timedelta(days=1)
_NUMBERS = ("no", "no_management")


class GeneratedVoucher(Voucher):
    """A voucher of pairs that a function made.

    Attributes:
        generated_by: id of the function. ``passed_warnings``: codes of its warnings passed knowingly.
    """

    generated_by: Text = ""
    passed_warnings: list[Text] = Field(default_factory=list, max_length=50)
    lines: Lines = Field(default_factory=list)


class RunParams(Params):
    """What all period-end functions ask for.

    Attributes:
        ledger: they work on one. ``branch``: code; left out: what belongs to no branch.
        no: number of the voucher made; left out: the next one.
        ignore_warnings: pass warnings knowingly; without it they stop the function, nothing done.
        dry_run: answer, but change nothing.
    """

    ledger: Ledger = "financial"
    branch: str | None = None
    no: Annotated[Text, Field(max_length=20)] = ""
    ignore_warnings: bool = False
    dry_run: bool = False


def branch_id(view: View, branch: str | None) -> str:
    """Return the id of a branch named by code or id; empty for none. Raises: Unknown."""
    return view.require("org_unit", branch).id if branch else ""


def number_of(record: Record[Any], ledger: str) -> str:
    """Return a voucher's number on a ledger."""
    return str(record.data.no if ledger == "financial" else record.data.no_management)


def post_generated(
    record: Record[Any], ledger: Ledger, view: View
) -> Mapping[str, Sequence[Entry]]:
    """Post the pairs as they stand. Raises: Refused: ``period_locked``."""
    return {"general_ledger": pairs(record, ledger, record.data.lines, view)}


def made_before(
    view: View,
    type: str,
    ledger: Ledger,
    branch: str,
    start: datetime.date | None,
    stop: datetime.date | None = None,
) -> Iterator[Record[Any]]:
    """List vouchers of a type on a ledger and branch, dated from ``start`` to ``stop``, inclusive."""
    found = view.find(
        type,
        "date",
        start=None if start is None else (start,),
        stop=None if stop is None else (stop + _DAY,),
    )
    for record in found:
        if ledger in ledgers_of(record.data) and (record.data.branch or "") == branch:
            yield record


def pass_warnings(session: Session, found: Sequence[Finding], ignore: bool) -> list[str]:
    """Stop on warnings that nobody passed; returns the codes of those that were.

    Raises:
        Refused: the code of the first warning, with all of them.
    """
    if found and not ignore:
        raise Refused(found[0].code, found[0].values, found)
    for finding in found:
        session.warn(finding)
    return sorted({finding.code for finding in found})


def keep(
    session: Session,
    type: str,
    fields: Mapping[str, Any],
    date: datetime.date,
    params: RunParams,
    *,
    branch: str,
    old: Record[Any] | None = None,
) -> Record[Any]:
    """Save and post a voucher in place of the one that an earlier run made.

    Args:
        fields: the body without numbers, days, branch and ledger.
    Raises:
        Refused: ``period_locked``, why the old one cannot be unposted, or what stops the posting.
    """
    view, ledger = session.view, params.ledger
    refuse_locked(view, date, branch, ledger)
    number = "no" if ledger == "financial" else "no_management"
    body = {
        **fields,
        "posting_date": date.isoformat(),
        "display_on_book": ledger,
        number: params.no or (number_of(old, ledger) if old is not None else ""),
    }
    if branch:
        body["branch"] = branch
    if old is not None and old.posted(ledger):
        if _plain(session, type, body) == to_json(old.data):
            return old
        session.unpost(old, ledger)
    saved = session.save(type, body, id=None if old is None else old.id, replace=True)
    return session.post(saved, ledger, params.ignore_warnings)


def _plain(session: Session, type: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a body as it would be stored, references being ids already."""
    data, findings = parse_body(session.registry.record_type(type).model, body)
    assert data is not None, findings
    voucher_date = body.get("voucher_date") or body["posting_date"]
    return {**to_json(data), "voucher_date": voucher_date}


def remove(session: Session, record: Record[Any], ledger: Ledger) -> None:
    """Take a generated voucher out of the books and delete it. Raises: Refused."""
    if record.posted(ledger):
        record = session.unpost(record, ledger)
    session.delete(record.type, record.id)
