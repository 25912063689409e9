"""Posting and unposting by word (spec `system.md` §3, §4.3, §4.4)."""

from __future__ import annotations

from typing import Any, Literal

from lienso import LiensoError, Record, Refused, Unknown
from lienso.fields import Params
from lienso.model import LEDGERS, Ledger
from lienso.records import finding_json, ledgers_of
from lienso.session import Session
from lienso.view import View

LEDGER_BOOK = "general_ledger"
Chosen = Literal["financial", "management", "both"]


class PostParams(Params):
    """A voucher by number or id.

    Attributes:
        ledger: left out: the financial one, or the only one that the voucher shows on; ``both``
            posts each ledger by itself.
        ignore_warnings: pass the warnings and keep them with the voucher.
    """

    voucher: str
    ledger: Chosen | None = None
    ignore_warnings: bool = False


class PostResult(Params):
    """Whether it is posted (by ledger for ``both``), and which warnings were passed.

    Attributes:
        failed: of ``both``: {ledger, code, detail, findings}.
        totals: {amount}: debit side of what it wrote in the general ledger, đồng.
    """

    posted: bool | dict[str, bool]
    passed_warnings: list[str] = []
    failed: list[dict[str, Any]] = []
    totals: dict[str, int] = {}


class UnpostParams(Params):
    """A voucher by number or id; ``ledger`` as for posting, ``both``: wherever it is posted."""

    voucher: str
    ledger: Chosen | None = None


class UnpostResult(Params):
    """The ledgers it was taken out of, and where it is posted still."""

    unposted: list[str]
    posted: dict[str, bool]


def voucher_named(view: View, name: str) -> Record[Any]:
    """Return a voucher by id or by its number on either ledger. Raises: Unknown: ``not_found``."""
    for ledger in LEDGERS:
        found = view.by_number(name, ledger)
        if found is not None:
            return found
    raise Unknown("not_found", {"type": "voucher", "value": name})


def ledger_of(record: Record[Any], chosen: Ledger | None) -> Ledger:
    """Return the chosen ledger, else the financial one where the record shows on it."""
    if chosen is not None:
        return chosen
    return "financial" if "financial" in ledgers_of(record.data) else "management"


def post_voucher(params: PostParams, session: Session) -> PostResult:
    """Post a voucher; with ``both`` each ledger is all or nothing by itself.

    Raises:
        Unknown: ``not_found``. Refused: ``already_posted``, ``not_on_this_book``, the one header
            error's own code, or ``post_failed`` with all findings.
    """
    record = voucher_named(session.view, params.voucher)
    if params.ledger == "both":
        session.require("post", record)
        return _post_both(record, params, session)
    ledger = ledger_of(record, params.ledger)
    session.require("post", record, (ledger,))
    record = session.post(record, ledger, params.ignore_warnings)
    return PostResult(
        posted=True,
        passed_warnings=list(record.posting[ledger].passed_warnings),
        totals=_totals(session.view, record, ledger),
    )


def _post_both(record: Record[Any], params: PostParams, session: Session) -> PostResult:
    failed: list[dict[str, Any]] = []
    passed: set[str] = set()
    for ledger in LEDGERS:
        try:
            with session.attempt():
                record = session.post(record, ledger, params.ignore_warnings)
        except Refused as error:
            failed.append({"ledger": ledger, **reason(error)})
        else:
            passed |= set(record.posting[ledger].passed_warnings)
    return PostResult(
        posted={ledger: record.posted(ledger) for ledger in LEDGERS},
        passed_warnings=sorted(passed),
        failed=failed,
        totals=_totals(session.view, record, ledger_of(record, None)),
    )


def reason(error: LiensoError) -> dict[str, Any]:
    """Write why one of several was refused: code, detail, findings."""
    findings = [finding_json(finding) for finding in error.findings]
    row = {"code": error.code, "detail": dict(error.detail)}
    return {**row, "findings": findings} if findings else row


def _totals(view: View, record: Record[Any], ledger: Ledger) -> dict[str, int]:
    where = {"voucher_id": record.id, "ledger": ledger}
    (amount,) = view.book(LEDGER_BOOK).sum(("debit",), where=where).get((), (0,))
    return {"amount": amount}


def unpost_voucher(params: UnpostParams, session: Session) -> UnpostResult:
    """Take a voucher out of the books; its versions stay in the history.

    Raises:
        Unknown: ``not_found``. Refused: ``not_posted``, ``period_locked``, what modules say.
    """
    record = voucher_named(session.view, params.voucher)
    if params.ledger == "both":
        ledgers = [ledger for ledger in LEDGERS if record.posted(ledger)]
        if not ledgers:
            raise Refused("not_posted", {"ledger": "both"})
    else:
        ledgers = [ledger_of(record, params.ledger)]
    session.require("unpost", record, tuple(ledgers))
    for ledger in ledgers:
        record = session.unpost(record, ledger)
    return UnpostResult(
        unposted=list(ledgers), posted={ledger: record.posted(ledger) for ledger in LEDGERS}
    )
