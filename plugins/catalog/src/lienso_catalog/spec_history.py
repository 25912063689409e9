"""Deleting the spec codes of items from all that moved, and putting them back (spec `catalog.md` §4.2)."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from lienso import Record, Refused, limits
from lienso.fields import Params, Text, to_json
from lienso.ids import instant_text
from lienso.records import posting_date_of
from lienso.rewriting import Rewritten
from lienso.session import Session
from lienso.storage import PostedEntry, RecordRef
from pydantic import Field

RUN = "catalog.delete_spec_code_history"
KEPT_DAYS = 30
"""Days a deletion can be taken back (§4.2)."""

STOCK_BOOK = "stock"
SPEC = "spec"
"""Dimension of the stock book that holds a spec combination."""

ITEMS_MAX = 100


class SpecParams(Params):
    """Which items, by code; ``from_date``: only what moved since; ``confirm``: the user knows."""

    items: list[Text] = Field(min_length=1, max_length=ITEMS_MAX)
    from_date: datetime.date | None = None
    confirm: bool = False
    dry_run: bool = False


class SpecResult(Params):
    """What went; ``stock``: {item, warehouse, qty, value}, as before. ``snapshot_kept``: it can come back."""

    spec_lines_deleted: int
    spec_codes_deleted: int
    stock: list[dict[str, Any]]
    snapshot_kept: bool


class RestoreParams(Params):
    """The items whose spec codes are put back: those of one deletion, or some of them."""

    items: list[Text] = Field(min_length=1, max_length=ITEMS_MAX)


class RestoreResult(Params):
    """What came back."""

    spec_lines_restored: int
    spec_codes_restored: int


def delete_history(params: SpecParams, session: Session) -> SpecResult:
    """Take the spec codes of items out of every line; quantities, values, lots and ledger stay.

    No book of accounts changes, so that locked periods do not forbid it; the access log shows it.

    Raises:
        Refused: ``confirmation_required``, ``not_spec_tracked``.
    """
    view = session.view
    if not params.confirm:
        raise Refused("confirmation_required")
    items = [view.require("item", code) for code in dict.fromkeys(params.items)]
    for item in items:
        if not item.data.spec_columns:
            raise Refused("not_spec_tracked", {"item": item.data.code})
    session.write_many(limits.REWRITE_RECORDS_MAX)
    run, lines, codes = session.new_id(), 0, 0
    for item in items:
        log: list[Rewritten] = []
        columns = to_json(item.data)["spec_columns"]
        for record in list(_moving(session, item, params.from_date)):
            body, taken = _without_specs(to_json(record.data), item.id)
            if not taken:
                continue
            specs = _take_entries(session, record, item.id)
            saved = session.rewrite(record.type, body, record.id)
            kept = {"item": item.id, "columns": columns, "specs": taken, "entries": specs}
            log.append(Rewritten(record.type, record.id, saved.version, kept))
            lines += sum(len(found) for _path, _line, found in taken)
        for spec in list(view.find("spec_code", "item", equals=(item.id,))):
            if next(view.referenced("spec_code", spec.id), None) is None:
                kept = {"item": item.id, "columns": columns, "body": to_json(spec.data)}
                session.delete("spec_code", spec.id)
                log.append(Rewritten("spec_code", spec.id, 0, kept))
                codes += 1
        session.note_rewritten(f"{RUN}/{item.id}", f"{run}/{item.id}", log)
    return SpecResult(
        spec_lines_deleted=lines,
        spec_codes_deleted=codes,
        stock=_stock(session, items),
        snapshot_kept=bool(lines or codes),
    )


def restore_history(params: RestoreParams, session: Session) -> RestoreResult:
    """Put back what the last deletion took from items; all of them or none.

    Raises:
        Refused: ``nothing_to_process``: nothing was deleted in the last 30 days, or it came back already;
            ``changed_since``: the columns or a line changed since.
    """
    view = session.view
    oldest = instant_text(view.now - datetime.timedelta(days=KEPT_DAYS))
    session.write_many(limits.REWRITE_RECORDS_MAX)
    lines = codes = 0
    for code in dict.fromkeys(params.items):
        item = view.require("item", code)
        run, rows = session.rewritten(f"{RUN}/{item.id}")
        if not rows or _made_at(session, run) < oldest:
            raise Refused("nothing_to_process", {"item": code})
        if rows[0].note["columns"] != to_json(item.data).get("spec_columns"):
            raise Refused("changed_since", {"item": code, "field": "spec_columns"})
        for row in rows:
            if row.type == "spec_code":
                session.restore("spec_code", row.id)
                codes += 1
            else:
                lines += _put_back(session, row)
        session.forget_rewritten(run)
    return RestoreResult(spec_lines_restored=lines, spec_codes_restored=codes)


def _made_at(session: Session, run: str) -> str:
    rows = session.view.stored.state("rewritten").scan(equals={"run": run}, limit=1)
    return str(rows[0]["at"]) if rows else ""


def _moving(
    session: Session, item: Record[Any], start: datetime.date | None
) -> Iterator[Record[Any]]:
    for record in session.view.referenced("item", item.id):
        if record.type in ("item", "spec_code"):
            continue
        day = posting_date_of(record.data)
        if start is None or (day is not None and day >= start):
            yield record


def _without_specs(
    body: Mapping[str, Any], item: str
) -> tuple[dict[str, Any], list[tuple[str, int, list[Any]]]]:
    """Return a body without the specs of an item, and [(list's name, line, specs)]."""
    made, taken = dict(body), list[tuple[str, int, list[Any]]]()
    if body.get("item") == item and body.get("specs"):
        taken.append(("", 0, made.pop("specs")))
    for name, rows in body.items():
        if not isinstance(rows, list):
            continue
        made[name] = kept = []
        for row in rows:
            if isinstance(row, Mapping) and row.get("item") == item and row.get("specs"):
                taken.append((name, row.get("line", 0), list(row["specs"])))
                kept.append({key: value for key, value in row.items() if key != "specs"})
            else:
                kept.append(row)
    return made, taken


def _take_entries(session: Session, record: Record[Any], item: str) -> list[list[Any]]:
    found: list[list[Any]] = []

    def change(posted: PostedEntry) -> PostedEntry:
        entry = posted.entry
        spec = entry.dimensions.get(SPEC)
        if entry.dimensions.get("item") != item or not spec:
            return posted
        found.append([entry.ledger, entry.line, entry.side, spec])
        return replace(posted, entry=replace(entry, dimensions={**entry.dimensions, SPEC: ""}))

    if _has_specs(session):
        session.rewrite_entries(STOCK_BOOK, RecordRef(record.type, record.id), change)
    return found


def _has_specs(session: Session) -> bool:
    book = session.registry.books.get(STOCK_BOOK)
    return book is not None and any(one.name == SPEC for one in (*book.dimensions, *book.extras))


def _put_back(session: Session, row: Rewritten) -> int:
    record = session.view.get(row.type, row.id)
    if record is None or record.version != row.version:
        raise Refused("changed_since", {"type": row.type, "id": row.id})
    body, lines = to_json(record.data), 0
    for name, line, specs in row.note["specs"]:
        lines += len(specs)
        if not name:
            body["specs"] = specs
            continue
        for one in body[name]:
            if one.get("line", 0) == line and one.get("item") == row.note["item"]:
                one["specs"] = specs
    specs = {(ledger, line, side): text for ledger, line, side, text in row.note["entries"]}

    def change(posted: PostedEntry) -> PostedEntry:
        entry = posted.entry
        text = specs.get((entry.ledger, entry.line, entry.side))
        if text is None:
            return posted
        return replace(posted, entry=replace(entry, dimensions={**entry.dimensions, SPEC: text}))

    if specs:
        session.rewrite_entries(STOCK_BOOK, RecordRef(row.type, row.id), change)
    session.rewrite(row.type, body, row.id)
    return lines


def _stock(session: Session, items: Sequence[Record[Any]]) -> list[dict[str, Any]]:
    book = session.registry.books.get(STOCK_BOOK)
    if book is None:
        return []
    view = session.view
    codes = {item.id: item.data.code for item in items}
    measures = [book.measure("qty"), book.measure("value")]
    sums = view.book(STOCK_BOOK).sum(
        ("qty", "value"), by=("item", "warehouse"), where={"item": list(codes)}
    )
    return [
        {
            "item": codes[item],
            "warehouse": view.code("warehouse", warehouse),
            "qty": str(Decimal(qty).scaleb(-measures[0].scale)),
            "value": int(Decimal(value).scaleb(-measures[1].scale)),
        }
        for (item, warehouse), (qty, value) in sorted(sums.items())
    ]
