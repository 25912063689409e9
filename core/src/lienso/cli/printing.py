"""``lienso print``: the printed form of a record, from a running server or from its database."""

from __future__ import annotations

from typing import Annotated

import typer

from .shared import HERE, Company, Config, Data, Json, Storage, actor, asking, emit, opened


def print_form(
    type: Annotated[str, typer.Argument(help="Record type, e.g. cash_receipt.")],
    number: Annotated[str, typer.Argument(help="Number, code or id.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    site: Annotated[
        bool, typer.Option("--site", help="The database of --storage is a site's.")
    ] = False,
    tenant: Company = "",
    at: Annotated[
        str, typer.Option("--at", help="URL of the running site to ask in place of its folder.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Print a voucher or document as text; a number not confirmed by the cloud is marked."""
    from ..printing import printed

    if at:
        with asking(at) as server:
            form = server.print(type, number)
        text, sync_state = form.text, form.sync_state
    else:
        with opened(data, config, storage, "site" if site else None) as kernel:
            read = printed(kernel, actor(kernel, tenant), type, number)
        text, sync_state = read.text, read.sync_state
    if as_json:
        emit({"text": text, "sync_state": sync_state})
    else:
        typer.echo(text, nl=False)
