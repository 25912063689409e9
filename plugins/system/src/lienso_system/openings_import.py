"""Importing opening balances from Excel (spec `system.md` §4.11, `opening_and_import.md` §4, §6).

At a site the rows are checked and held in a batch: nothing sends it but the user's word. The cloud checks
it anew when it comes, since others may have entered balances meanwhile, and takes all of it or nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar

from lienso import Finding, LiensoError, Record, RecordType, Refused, Unknown
from lienso.canonical import canonical_text, parse
from lienso.fields import Params, Text, to_json
from lienso.ids import is_id
from lienso.importing import within
from lienso.importing.checking import body_of
from lienso.keys import fold_code
from lienso.registry import Registry
from lienso.session import Session
from lienso.view import View
from pydantic import Field

from .openings import OPENING_NUMBER
from .openings_check import warn_of_openings

BATCH = "import_batch"
"""Record type of imports; module utilities owns it."""

T = TypeVar("T")
Mode = Literal["add", "update", "replace"]
Place = tuple[str, ...]
COMMON = ("account", "currency", "kind", "display_on_book")
"""Fields of openings that replacing keeps apart."""

NAMED = {"object": "object", "bank_account": "bank_account"}
"""Fields by which openings of one account are told apart → the catalog that they name."""

LISTED = "Số dư ban đầu"
BY_WORD = "Đồng bộ lại"


class ImportParams(Params):
    """Rows of one sheet of openings, or a batch that was checked already.

    Attributes:
        sheet: ``account_opening``, ``bank_opening``, ``customer_opening`` …
        mode: ``update``: what the file names takes the place of what is there of it, an object's or a
            card's alone; ``replace``: of all that its sheet has of the accounts and currencies in the file.
        rows: {heading: cell, ``row``: number}. ``map``: heading of the file → heading of the sheet.
        batch: what the user calls it, or the id of a batch that was checked.
    """

    sheet: Text = ""
    mode: Mode = "add"
    rows: list[dict[str, Any]] = Field(default_factory=list, max_length=within.ROWS_MAX)
    map: dict[str, str] = Field(default_factory=dict)
    valid_rows_only: bool = False
    batch: Text = ""
    file: Text = ""


class AfterReconnect(Params):
    """What becomes of a held batch when the line is back: where it is listed, and what sends it."""

    auto_push: bool = False
    listed_under: str = LISTED
    push_action: str = BY_WORD


class ImportResult(Params):
    """What became of the rows.

    Attributes:
        sync_state: ``held``, ``synced``, or ``failed`` with the reason under ``errors``.
        message: ``not_synced_while_offline`` where it is held.
    """

    rows: int
    imported: int
    rejected: int
    errors: list[dict[str, Any]] = []
    batch: str = ""
    sync_state: Literal["", "held", "synced", "failed"] = ""
    message: str = ""
    after_reconnect: AfterReconnect | None = None


def opening_sheets(registry: Registry) -> list[str]:
    """Return the kinds of sheets that become opening balances, of every installed module."""
    types = registry.record_types
    return [
        sheet.id
        for sheet in registry.import_sheets.values()
        if sheet.record_type in types
        and types[sheet.record_type].posts_when_accepted
        and types[sheet.record_type].entry_number == OPENING_NUMBER
    ]


def runs_here(_params: ImportParams, _view: View) -> Mapping[str, Any] | None:
    """Object to nothing: rows are checked and held wherever they are read."""
    return None


def import_opening_balances(params: ImportParams, session: Session) -> ImportResult:
    """Check rows and hold them; where there is a line, send them at once.

    Raises:
        Unknown: ``unknown_sheet``, ``not_found``: no such batch. Refused: ``column_missing``,
            ``file_too_big``, ``already_imported``; in the cloud what taking them finds.
    """
    result = session.transaction(lambda inner: _telling(_hold(params, inner), inner, session))
    if result.sync_state != "held":
        return result
    if session.role == "cloud":
        warn_of_openings(session)
        return result.model_copy(update={"sync_state": "synced"})
    if not session.online:
        told = {"message": "not_synced_while_offline", "after_reconnect": AfterReconnect()}
        return result.model_copy(update=told)
    batch = session.transaction(lambda inner: _named(inner.view, result.batch))
    assert batch is not None, "it was just held"
    failed = session.synchronizer.push(records=[batch.id]).failed
    mine = [row for row in failed if row["id"] == batch.id]
    if not mine:
        warn_of_openings(session)
        return result.model_copy(update={"sync_state": "synced"})
    row = {"row": 0, "column": "", "code": mine[0]["code"], "value": ""}
    return result.model_copy(update={"sync_state": "failed", "errors": [*result.errors, row]})


def _telling(result: T, inner: Session, session: Session) -> T:
    """Send what a transaction warned of back with the answer."""
    session.findings += inner.findings
    return result


def _hold(params: ImportParams, session: Session) -> ImportResult:
    view = session.view
    batch = _named(view, params.batch) if params.batch else None
    if batch is not None:
        if batch.data.state != "checked":
            raise Refused("already_imported", {"batch": params.batch})
        session.save(BATCH, {"state": "held"}, id=batch.id)
        left = batch.data.rows - batch.data.valid
        return ImportResult(
            rows=batch.data.rows,
            imported=batch.data.valid,
            rejected=left,
            batch=params.batch,
            sync_state="held",
        )
    if not params.sheet:
        raise Unknown("not_found", {"type": BATCH, "value": params.batch})
    return _checked(params, session)


def _named(view: View, name: str) -> Record[Any] | None:
    if is_id(name):
        return view.get(BATCH, name)
    return next(view.find(BATCH, "name", equals=(name,), limit=1), None)


def _checked(params: ImportParams, session: Session) -> ImportResult:
    known = opening_sheets(session.registry)
    if within.sheet_of(session.registry, params.sheet).id not in known:
        raise Unknown("unknown_sheet", {"sheets": params.sheet, "known": ", ".join(known)})
    checked = _looked_at(params, session)
    for found in checked.findings:
        if found.severity == "warning":
            values = {**found.values, "row": found.row, "value": found.value}
            session.warn(Finding("warning", found.code, found.column, found.row, values))
    errors = list(within.found_rows(checked.errors))
    bad = checked.bad
    if bad and not params.valid_rows_only:
        return ImportResult(rows=checked.rows, imported=0, rejected=len(bad), errors=errors)
    # A balance is a row by itself: a bad one does not spoil the others of its account.
    good = [
        row for place, row in enumerate(params.rows, 2) if row.get(within.ROW, place) not in bad
    ]
    good = good[: checked.rows - len(bad)]
    if bad and _looked_at(params.model_copy(update={"rows": good}), session).bad:
        raise Refused("invalid", {"errors": len(bad)})
    if not good:
        return ImportResult(rows=checked.rows, imported=0, rejected=len(bad), errors=errors)
    content = canonical_text({"mode": params.mode, "map": params.map, "rows": good})
    digest = hashlib.sha256(f"{params.sheet}{content}".encode()).hexdigest()
    same = session.view.find(BATCH, "hash", equals=(digest,))
    done = next((one for one in same if one.data.state != "cancelled"), None)
    if done is not None and params.mode == "add":
        raise Refused("already_imported", {"batch": done.data.name or done.id})
    own = params.batch if is_id(params.batch) else None
    batch = session.save(
        BATCH,
        {
            "sheet": params.sheet,
            "name": "" if own else params.batch,
            "file": params.file,
            "hash": digest,
            "user": session.actor.user,
            "site": session.actor.site,
            "rows": checked.rows,
            "valid": len(good),
            "state": "held",
            "content": content,
        },
        id=own,
    )
    return ImportResult(
        rows=checked.rows,
        imported=len(good),
        rejected=len(bad),
        errors=errors,
        batch=params.batch or batch.id,
        sync_state="held",
    )


class _Undone(Exception):
    """Takes a look back."""


def _looked_at(params: ImportParams, session: Session) -> within.Checked:
    """Check the rows; where they replace others, as if those were gone already."""
    found: list[within.Checked] = []
    try:
        with session.attempt():
            if session.role == "cloud":
                _make_room(session, params.mode, params.sheet, params.rows, params.map)
            found.append(within.check(session, params.sheet, params.rows, headings=params.map))
            raise _Undone
    except _Undone:
        return found[0]


# -- in the cloud -------------------------------------------------------------------------------------------


def is_held(body: Mapping[str, Any]) -> bool:
    """Tell whether a batch waits for the user's word."""
    return body.get("state") in ("checked", "held")


def take_held(batch: Record[Any], session: Session) -> None:
    """Make the openings of a held batch, in the transaction that accepts it.

    Raises:
        Refused: ``balance_changed_in_cloud``: somebody entered one of these balances meanwhile; else the
            first error's own code, with all of them.
    """
    if batch.data.state != "held":
        return
    held = parse(batch.data.content or "{}")
    rows = held.get("rows", [])
    _make_room(session, held.get("mode", "add"), batch.data.sheet, rows, held.get("map", {}))
    checked = within.check(session, batch.data.sheet, rows, headings=held.get("map", {}))
    if checked.errors:
        codes = {found.code for found in checked.errors}
        detail = {"batch": batch.data.name or batch.id, "rows": len(checked.bad)}
        if "already_exists" in codes:
            taken = next(found for found in checked.errors if found.code == "already_exists")
            raise Refused("balance_changed_in_cloud", {**detail, "row": taken.row})
        first = checked.errors[0]
        raise Refused(
            first.code, {**detail, "row": first.row, "value": first.value, **first.values}
        )
    try:
        saved = within.save(session, checked.drafts)
    except LiensoError as error:
        if error.code == "already_exists":
            raise Refused("balance_changed_in_cloud", {"batch": batch.id}) from error
        raise
    made = [{"type": one.type, "id": one.id, "version": one.version} for _draft, one in saved]
    body = {**to_json(batch.data), "state": "synced", "content": "", "made": made}
    session.save(BATCH, body, id=batch.id, replace=True)


def _make_room(
    session: Session,
    mode: str,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    headings: Mapping[str, str],
) -> None:
    """Delete what the rows take the place of: of their sheet, accounts and currencies alone (§9)."""
    if mode == "add":
        return
    checked = within.check(session, kind, rows, headings=headings)
    type = session.registry.record_type(checked.sheet.record_type)
    whole = mode == "replace"
    named = {_place(session.view, type, body_of(draft), whole) for draft in checked.drafts}
    for record in list(session.view.all(type.id)):
        if _place(session.view, type, to_json(record.data), whole) in named:
            session.delete(type.id, record.id)


def _place(view: View, record_type: RecordType, given: Mapping[str, Any], whole: bool) -> Place:
    """Return what tells the openings of a sheet apart that replace each other.

    Args:
        whole: all of an account and currency; else one object, bank account or card.
    """
    fields = record_type.model.model_fields
    body = {name: fields[name].default for name in COMMON if name in fields} | given
    if not whole and body.get("code"):
        return (fold_code(str(body["code"])),)  # a card may have gone to another account
    names = {"branch": "org_unit"} if whole else {"branch": "org_unit", **NAMED}
    own = (
        view.id_of(catalog, str(body[name])) or str(body[name]) if body.get(name) else ""
        for name, catalog in names.items()
    )
    return (*(str(body.get(name, "")) for name in COMMON), *own)
