"""Commands for the day after a disaster."""

from __future__ import annotations

from typing import Annotated

import typer

from .shared import HERE, Config, Data, Storage, company, opened


def restored(
    tenant: Annotated[str, typer.Argument(help="Code of the company.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
) -> None:
    """Tell a company's cloud that its data came from a backup: its sites bring back what is newer.

    Run it once after each restore, before the cloud serves again.
    """
    from ..sync import reoffering

    with opened(data, config, storage, "cloud") as kernel:
        history = kernel.ids.new()
        id = company(kernel, tenant).id
        kernel.storage.write(id, lambda writer: reoffering.begin_history(writer, history))
        typer.echo(f"{tenant}: a new history begins; sites bring back what they have that is newer")
