"""``lienso cloud scope``: which part of a company's records a site holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from .shared import HERE, Config, Data, Json, Storage, company, emit, opened

if TYPE_CHECKING:
    from ..sync.extent import Scope
    from ..view import View


def scope(
    tenant: Annotated[str, typer.Argument(help="Code of the company.")],
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    branches: Annotated[
        str, typer.Option("--branches", help="Codes of the branches that it holds, by comma.")
    ] = "",
    types: Annotated[
        str, typer.Option("--types", help="Numbered record types that it holds, by comma.")
    ] = "",
    everything: Annotated[
        bool, typer.Option("--everything", help="It holds all of the company's records.")
    ] = False,
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    as_json: Json = False,
) -> None:
    """Say which part of a company's records a site holds, or change it."""
    from ..model import Actor
    from ..sync import scopes
    from ..sync.extent import EVERYTHING

    with opened(data, config, storage, "cloud") as kernel:
        by = Actor(company(kernel, tenant).id, "system")

        def wanted(view: View) -> Scope:
            if everything:
                return EVERYTHING
            return scopes.named(view, kernel.registry, _listed(branches), _listed(types))

        if branches or types or everything:
            new = kernel.read(by, wanted)
            kernel.storage.write(by.tenant, lambda writer: scopes.give(writer, site, new))
        found = kernel.read(by, lambda view: scopes.told(view, kernel.registry, site))
    if as_json:
        emit(found)
        return
    for name, what in (("branches", "branches"), ("types", "numbered record types")):
        listed = found[name]
        typer.echo(f"{what}: {'all' if listed is None else ', '.join(listed) or 'none'}")


def _listed(text: str) -> list[str]:
    return [item.strip() for item in text.split(",") if item.strip()]
