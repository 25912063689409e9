"""``lienso site escrow``: unsent changes that a restored store lacks."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Refused
from .shared import FAILED, HERE, Config, Data, Json, Storage, emit, opened

if TYPE_CHECKING:
    from ..configuration import Configuration
    from ..escrow import Escrow
    from ..kernel import Kernel
    from ..sync.messages import Change

escrow_app = typer.Typer(
    no_args_is_help=True, help="The copy of what is unsent, on another disk of the office."
)
log = logging.getLogger("lienso.cli")


def journal_of(found: Configuration) -> Escrow | None:
    """Return a site's journal; None where its settings name no folder for one."""
    from ..escrow import Escrow

    if not found.escrow:
        return None
    return Escrow(Path(found.escrow), Path(found.escrow_key), found.tenant, found.site)


def keep(kernel: Kernel, found: Configuration) -> None:
    """Have a served site keep copies, and say what its journal has more than its store."""
    journal = journal_of(found)
    if journal is None or kernel.site is None:
        return
    if lost := kernel.site.keep_copies(journal):
        log.warning("the store lacks %s unsent changes that %s has", lost, journal.path)
        log.warning("next: lienso site escrow list; lienso site escrow take")


def _journal(data: Path, config: Path | None) -> tuple[Configuration, Escrow]:
    from ..configuration import load

    found = load(data, config).as_role("site")
    journal = journal_of(found)
    if journal is None:
        raise Refused("setting_missing", {"key": "escrow", "option": "escrow = FOLDER"})
    return found, journal


def _row(change: Change) -> dict[str, Any]:
    from ..canonical import parse

    body = parse(change.body) if change.body else {}
    return {
        "change_id": change.change_id,
        "type": change.type,
        "record_id": change.record_id,
        "named": str(body.get("no") or body.get("code") or ""),
        "at": change.provenance.get("at", ""),
        "user": change.provenance.get("user", ""),
    }


@escrow_app.command("list")
def escrow_list(
    data: Data = HERE, config: Config = None, storage: Storage = "", as_json: Json = False
) -> None:
    """List the unsent changes that are in the journal and not in the store."""
    from ..sync.site_escrow import missing

    with opened(data, config, storage, "site") as kernel:
        found, journal = _journal(data, config)
        changes = kernel.storage.read(found.tenant, lambda view: missing(view, journal))
        rows = [_row(change) for change in changes]
    if as_json:
        emit(rows)
        return
    for row in rows:
        typer.echo("  ".join(str(value) for value in row.values()))
    typer.echo("next: lienso site escrow take" if rows else "none: the store has all of it")


@escrow_app.command("take")
def escrow_take(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Change or record ids; none means all.")
    ] = None,
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    as_json: Json = False,
) -> None:
    """Let unsent changes of the journal wait in the store again; what the cloud has is not doubled."""
    from ..sync.site_escrow import missing, recover

    with opened(data, config, storage, "site") as kernel:
        found, journal = _journal(data, config)
        changes = kernel.storage.read(found.tenant, lambda view: missing(view, journal))
        chosen = [c for c in changes if not ids or {c.change_id, c.record_id} & set(ids)]
        done = recover(kernel, found.tenant, chosen)
        rows = [
            {**_row(change), "outcome": outcome, "code": code}
            for change, (outcome, code) in zip(chosen, done, strict=True)
        ]
    if as_json:
        emit(rows)
    else:
        for row in rows:
            typer.echo(f"{row['outcome']} {row['type']} {row['named']} {row['code']}".rstrip())
        typer.echo("next: lienso sync push" if rows else "none: the store has all of it")
    if any(row["outcome"] == "not_taken" for row in rows):
        raise typer.Exit(FAILED)
