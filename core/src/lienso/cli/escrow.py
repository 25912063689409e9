"""``lienso site escrow``: unsent changes that a restored store lacks."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Refused, Unknown
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
    # An office is not kept from its work by a disk that is away: an alarm says so until it is back.
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
    typer.echo(
        "next: lienso site escrow take, or drop" if rows else "none: the store has all of it"
    )


def _chosen(changes: list[Change], ids: Sequence[str]) -> list[Change]:
    return [c for c in changes if not ids or {c.change_id, c.record_id} & set(ids)]


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
        chosen = _chosen(changes, ids or ())
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


@escrow_app.command("drop")
def escrow_drop(
    ids: Annotated[list[str], typer.Argument(help="Change or record ids.")],
    reason: Annotated[str, typer.Option("--reason", help="Why nobody wants it back.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    as_json: Json = False,
) -> None:
    """Give unsent changes of the journal up: they are listed no more, their bodies stay in the archive."""
    from ..sync.site_escrow import give_up, missing

    with opened(data, config, storage, "site") as kernel:
        if not reason.strip():
            raise Refused("field_required", {"field": "reason"})
        found, journal = _journal(data, config)
        changes = kernel.storage.read(found.tenant, lambda view: missing(view, journal))
        unknown = set(ids) - {id for c in changes for id in (c.change_id, c.record_id)}
        if unknown:
            raise Unknown("not_found", {"type": "change", "value": sorted(unknown)[0]})
        chosen = _chosen(changes, ids)
        give_up(kernel, found.tenant, journal, chosen, reason)
        rows = [_row(change) for change in chosen]
    if as_json:
        emit(rows)
        return
    for row in rows:
        typer.echo(f"dropped {row['type']} {row['named']}".rstrip())
    typer.echo("their bodies are kept: lienso sync conflicts --json")


@escrow_app.command("anew")
def escrow_anew(
    data: Data = HERE, config: Config = None, storage: Storage = "", as_json: Json = False
) -> None:
    """Begin the journal anew, where its key is lost: the old one is put aside, and a new key is made.

    Stop the site before. Everything unsent of the store is copied again when it is served.
    """
    from ..configuration import load
    from ..escrow import put_aside
    from ..ids import instant_text
    from .recovery import is_served

    with opened(data, config, storage, "site") as kernel:
        found = load(data, config).as_role("site")
        if not found.escrow:
            raise Refused("setting_missing", {"key": "escrow", "option": "escrow = FOLDER"})
        if is_served(found.listen, found.site):
            raise Refused("site_is_running", {"url": found.listen})
        at = "".join(filter(str.isdigit, instant_text(kernel.clock.now())))
        aside = put_aside(Path(found.escrow), found.tenant, found.site, at)
        path = _journal(data, config)[1].path
    if as_json:
        emit({"path": str(path), "aside": str(aside or "")})
        return
    if aside is not None:
        typer.echo(f"the old journal is kept as {aside}: with its key it can be read again")
    typer.echo(f"{path} begins anew, its key is {found.escrow_key}: keep a copy of the key")
    typer.echo("next: lienso site serve")
