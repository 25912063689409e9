"""On which ledger a voucher shows (spec `system.md` §4.7)."""

from __future__ import annotations

from typing import Any, Literal

from lienso import Record, Refused, Unknown
from lienso.fields import Params
from lienso.model import LEDGERS
from lienso.numbers import FIELD_OF
from lienso.records import ledgers_of, posting_date_of
from lienso.session import Session
from pydantic import Field

from .posting import reason, voucher_named


class ShowParams(Params):
    """Vouchers by number or id, and the ledgers they shall show on.

    Attributes:
        display_on_book: ``none`` is refused by name (``no_ledger_left``).
        post: post them on the ledger that is added. ``ignore_warnings``: pass its warnings.
        no, no_management: number on the ledger that is added; left out: the next of its series.
    """

    vouchers: list[str] = Field(min_length=1, max_length=200)
    display_on_book: Literal["financial", "management", "both", "none"]
    post: bool = False
    ignore_warnings: bool = False
    no: str | None = None
    no_management: str | None = None


class ShowResult(Params):
    """One row a voucher, in ``changed`` or ``failed``; each stands alone.

    Attributes:
        changed: {voucher, no, no_management, posted{ledger: bool}}.
        failed: {voucher, code, detail}.
        removed_from_financial: vouchers that left the ledger of tax and statements.
        no, no_management, posted: of the voucher, when one was named.
    """

    changed: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    removed_from_financial: list[str] = []
    no: str | None = None
    no_management: str | None = None
    posted: dict[str, bool] | None = None


def show_on_book(params: ShowParams, session: Session) -> ShowResult:
    """Show vouchers on other ledgers: with a number there, and posted there if asked.

    Raises:
        Refused: ``no_ledger_left``; ``not_on_this_book`` without option ``system.two_books``.
    """
    if params.display_on_book == "none":
        raise Refused("no_ledger_left")
    if not session.view.option("system.two_books"):
        raise Refused("not_on_this_book", {"ledger": "management", "option": "system.two_books"})
    changed: list[dict[str, Any]] = []
    failed: list[dict[str, Any]] = []
    removed: list[str] = []
    for name in dict.fromkeys(params.vouchers):
        try:
            with session.attempt():
                before = voucher_named(session.view, name)
                session.require("edit", before)
                after = _show(before, params, session)
        except (Refused, Unknown) as error:
            failed.append({"voucher": name, **reason(error)})
            continue
        changed.append(_row(name, after))
        if "financial" in ledgers_of(before.data) and "financial" not in ledgers_of(after.data):
            removed.append(name)
    only = changed[0] if len(params.vouchers) == 1 and changed else {}
    return ShowResult(
        changed=changed,
        failed=failed,
        removed_from_financial=removed,
        no=only.get("no"),
        no_management=only.get("no_management"),
        posted=only.get("posted"),
    )


def _row(name: str, record: Record[Any]) -> dict[str, Any]:
    return {
        "voucher": name,
        "no": record.data.no or None,
        "no_management": record.data.no_management or None,
        "posted": {ledger: record.posted(ledger) for ledger in LEDGERS},
    }


def _show(record: Record[Any], params: ShowParams, session: Session) -> Record[Any]:
    """Change where a voucher shows.

    The kernel lets nobody edit a posted voucher, so it is taken out of the ledger that it stays on
    and put back: a lock on that ledger refuses the whole change.
    """
    had = ledgers_of(record.data)
    wanted = LEDGERS if params.display_on_book == "both" else (params.display_on_book,)
    typed = {"financial": params.no, "management": params.no_management}
    posted = [ledger for ledger in LEDGERS if record.posted(ledger)]
    fields: dict[str, Any] = {"display_on_book": params.display_on_book}
    for ledger in LEDGERS:
        if ledger not in wanted:
            fields[FIELD_OF[ledger]] = ""
        elif ledger not in had:
            fields[FIELD_OF[ledger]] = typed[ledger] or ""
    if "financial" in had and "financial" not in wanted:
        _refuse_final(record, session)
    if set(wanted) != set(had):
        for ledger in posted:
            record = session.unpost(record, ledger)
        record = session.save(record.type, fields, id=record.id)
        for ledger in posted:
            if ledger in wanted:
                record = session.post(record, ledger, ignore_warnings=True)
    for ledger in LEDGERS:
        if params.post and ledger in wanted and ledger not in had:
            record = session.post(record, ledger, params.ignore_warnings)
    return record


def _refuse_final(record: Record[Any], session: Session) -> None:
    """Keep in the financial ledger what a final set of statements was made of.

    Raises:
        Refused: ``in_final_statement`` with the period of the set.
    """
    day, branch = posting_date_of(record.data), getattr(record.data, "branch", None) or ""
    for found in session.view.all("statement_set"):
        data = found.data
        if data.status != "final" or data.ledger != "financial" or day is None:
            continue
        if data.from_date <= day <= data.to_date and data.branch in (None, branch):
            period = f"{data.from_date} – {data.to_date}"
            raise Refused("in_final_statement", {"period": period, "set": found.id})
