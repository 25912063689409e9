"""Commands that speak to a running site through its client API."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .shared import FAILED, WRONG_USAGE, Json, Progress, asking, emit, progress

if TYPE_CHECKING:
    from ..client import Client

sync_app = typer.Typer(no_args_is_help=True, help="Synchronisation of a running site.")

At = Annotated[str, typer.Option("--at", envvar="LIENSO_AT", help="URL of the running site.")]
Ids = Annotated[list[str] | None, typer.Argument(help="Record or change ids; none means all.")]
LOCAL = "grpc:127.0.0.1:7401"
"""Where a site listens unless it is told otherwise."""


def _ask(at: str, question: Callable[[Client], Any], as_json: bool) -> Any:
    """Ask a running site and print the answer."""
    with asking(at) as site:
        answer = question(site)
    if as_json:
        emit(answer)
    elif isinstance(answer, Mapping):
        for name, value in answer.items():
            if not name.startswith("_"):
                typer.echo(f"{name:18} {_words(value)}")
    else:
        _lines(answer)
    return answer


def _words(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        codes = all(isinstance(item, str) for item in value)
        return ", ".join(value) if value and codes else str(len(value))
    return "" if value is None else str(value)


def _lines(rows: Sequence[Mapping[str, Any]]) -> None:
    if not rows:
        typer.echo("none")
    for row in rows:
        typer.echo("  ".join(part for part in _parts(row) if part))


def _parts(row: Mapping[str, Any]) -> list[str]:
    if "new" in row:
        return [row["type"], f"{row['old']} → {row['new']}"]
    named = str(row.get("voucher") or row.get("record") or row.get("id", ""))
    actions = ", ".join(row.get("actions", ()))
    return [
        row.get("tab", ""),
        row["type"],
        named,
        str(row.get("choice", "")),
        str(row.get("code") or row.get("verdict", "")),
        str(row.get("user", "")),
        str(row.get("reason_vi", "")),
        f"next: {actions}" if actions else "",
    ]


def site_status(at: At = LOCAL, as_json: Json = False) -> None:
    """Say how a running site is connected and what waits there."""
    _ask(at, lambda site: dict(site.site.status()), as_json)


def mode(
    name: Annotated[str, typer.Argument(help="online or offline.")],
    at: At = LOCAL,
    as_json: Json = False,
) -> None:
    """Work offline or online from now on: NAME is online or offline."""
    if name not in ("online", "offline"):
        typer.echo("mode is online or offline: lienso mode offline", err=True)
        raise typer.Exit(WRONG_USAGE)
    _ask(at, lambda site: dict(site.site.set_mode(name == "online")), as_json)


@sync_app.command("status")
def sync_status(at: At = LOCAL, as_json: Json = False) -> None:
    """Say what waits at a running site."""
    site_status(at, as_json)


@sync_app.command("push")
def sync_push(
    at: At = LOCAL,
    renumber: Annotated[
        Literal["ask", "auto"],
        typer.Option("--renumber", help="auto: vouchers whose number is taken get the next free."),
    ] = "ask",
    as_json: Json = False,
) -> None:
    """Send what waits; with --renumber auto taken numbers are changed."""
    params = {"direction": "push", "renumber": renumber}
    with progress("push") as told:
        answer = _ask(at, lambda site: _synchronize(site, params, told), as_json)
    _refused(answer)


def _refused(answer: Mapping[str, Any]) -> None:
    """End with 1 when the cloud refused something, and say where to look."""
    if answer["failed"]:
        typer.echo(f"{len(answer['failed'])} refused; next: lienso sync failures", err=True)
        raise typer.Exit(FAILED)


def _synchronize(site: Client, params: Mapping[str, Any], told: Progress) -> dict[str, Any]:
    return site.invoke("system.synchronize", params, progress=told)


@sync_app.command("pull")
def sync_pull(at: At = LOCAL, as_json: Json = False) -> None:
    """Take what is new in the cloud."""
    with progress("pull") as told:
        _ask(at, lambda site: _synchronize(site, {"direction": "pull"}, told), as_json)


@sync_app.command("failures")
def sync_failures(
    at: At = LOCAL,
    tab: Annotated[
        Literal["all", "push_failed", "post_failed", "pull_failed"],
        typer.Option("--tab", help="Which of the three lists."),
    ] = "all",
    as_json: Json = False,
) -> None:
    """List what could not be sent, posted or taken, with the reason and what can be done."""
    _ask(at, lambda site: list(site.site.failures("" if tab == "all" else tab)), as_json)


@sync_app.command("retry")
def sync_retry(
    ids: Annotated[list[str], typer.Argument(help="Record or change ids.")],
    at: At = LOCAL,
    as_json: Json = False,
) -> None:
    """Send refused changes again, by record or change id."""
    _refused(_ask(at, lambda site: _outcome(site.site.retry(ids)), as_json))


def _outcome(done: Any) -> dict[str, Any]:
    import dataclasses

    return dataclasses.asdict(done)


@sync_app.command("renumber")
def sync_renumber(
    ids: Ids = None,
    reprint: Annotated[
        bool, typer.Option("--reprint", help="What was printed will be printed again.")
    ] = False,
    at: At = LOCAL,
    as_json: Json = False,
) -> None:
    """Give vouchers whose number is taken the next free ones."""
    _ask(at, lambda site: list(site.site.renumber(ids or [], reprint=reprint)), as_json)


@sync_app.command("resolve")
def sync_resolve(
    ids: Annotated[list[str], typer.Argument(help="Record or change ids, numbers or codes.")],
    choice: Annotated[str, typer.Option("--choice", help="As `lienso sync failures` names it.")],
    field: Annotated[
        list[str] | None, typer.Option("--field", help="Of fields: PATH=mine or PATH=theirs.")
    ] = None,
    code: Annotated[str, typer.Option("--code", help="Of change_code: the new code.")] = "",
    at: At = LOCAL,
    as_json: Json = False,
) -> None:
    """Decide refused changes; what is to be sent goes with the next push."""
    pairs = [pair.rpartition("=") for pair in field or ()]
    more = {"choice": choice, "fields": {path: side for path, _, side in pairs}, "code": code}
    rows = _ask(at, lambda site: site.site.resolve([{"id": id, **more} for id in ids]), as_json)
    if not all(row["done"] for row in rows):
        raise typer.Exit(FAILED)


@sync_app.command("conflicts")
def sync_conflicts(
    record: Annotated[str, typer.Option("--record", help="Id of a record; empty: all.")] = "",
    at: At = LOCAL,
    as_json: Json = False,
) -> None:
    """List the conflicts that were decided here; with --json both bodies are shown."""
    _ask(at, lambda site: site.site.conflicts(record), as_json)


@sync_app.command("foreseen")
def sync_foreseen(at: At = LOCAL, as_json: Json = False) -> None:
    """List unsent edits that the cloud will refuse, as far as is known here."""
    _ask(at, lambda site: site.site.foreseen(), as_json)
