"""``lienso print``: the printed form of a record, from a running server or from its database."""

from __future__ import annotations

import json
from typing import Annotated, NoReturn

import typer

from .. import messages
from ..errors import LiensoError, LinkError, TenantUnknown
from ..kernel import Kernel, Settings, start
from ..model import Actor
from ..printing import Printed, printed

FAILED = 1
WRONG_USAGE = 2
PLUGINS_FAILED = 3


def print_form(
    type: Annotated[str, typer.Argument(help="Record type, e.g. cash_receipt.")],
    number: Annotated[str, typer.Argument(help="Number, code or id.")],
    at: Annotated[str, typer.Option(help="URL of a running site, grpc:127.0.0.1:7401.")] = "",
    storage: Annotated[str, typer.Option(help="URL of a database, sqlite:PATH.")] = "",
    site: Annotated[bool, typer.Option("--site", help="The database is a site's.")] = False,
    tenant: Annotated[
        str, typer.Option(help="Code of the company; needed where there are several.")
    ] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a voucher or document as text; a number not confirmed by the cloud is marked."""
    if bool(at) == bool(storage):
        typer.echo("say where the record is: either --at URL or --storage URL", err=True)
        raise typer.Exit(WRONG_USAGE)
    form = _asked(at, type, number) if at else _read(storage, site, tenant, type, number)
    if as_json:
        shown = {"text": form.text, "sync_state": form.sync_state}
        typer.echo(json.dumps(shown, ensure_ascii=False, indent=1))
    else:
        typer.echo(form.text, nl=False)


def _asked(at: str, type: str, number: str) -> Printed:
    from .. import client

    try:
        with client.connect(at) as server:
            form = server.print(type, number)
    except LiensoError as error:
        _fail(f"{error.code}: {error}", error)
    return Printed(form.text, form.sync_state)


def _read(storage: str, site: bool, tenant: str, type: str, number: str) -> Printed:
    settings = Settings(storage=storage)
    if site:
        from ..loopback import LoopbackLink

        settings = Settings(role="site", storage=storage, link=LoopbackLink(_no_line))
    try:
        with start(settings) as kernel:
            try:
                return printed(kernel, Actor(_company(kernel, tenant)), type, number)
            except LiensoError as error:
                said = messages.error_text(kernel.registry, error, "en")
                _fail(f"{error.code}: {said}", error)
    except LiensoError as error:
        _fail(f"{error.code}: {error}", error)
    except ExceptionGroup as group:
        for failure in group.exceptions:
            typer.echo(f"! {failure}", err=True)
        raise typer.Exit(PLUGINS_FAILED) from group


def _no_line() -> NoReturn:
    raise LinkError(detail={"url": "loopback:", "cause": "the database is read without a line"})


def _company(kernel: Kernel, code: str) -> str:
    """Return the id of the company named, or of the only one."""
    there = kernel.storage.tenants().list()
    found = [one for one in there if not code or code in (one.code, one.id)]
    if len(found) == 1:
        return found[0].id
    names = ", ".join(one.code for one in there) or "none"
    raise TenantUnknown(detail={"code": code, "there_are": names, "next": "give one as --tenant"})


def _fail(said: str, error: Exception) -> NoReturn:
    typer.echo(said, err=True)
    raise typer.Exit(FAILED) from error
