"""``lienso cloud leases`` and ``give-again``: numbers that a lost or retired site left unused."""

from __future__ import annotations

from typing import Annotated

import typer

from .shared import HERE, Company, Config, Data, Json, Storage, actor, emit, opened


def leases(
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    as_json: Json = False,
) -> None:
    """List the closed leases with the numbers that no voucher in the cloud has."""
    from ..sync.leases import unused

    with opened(data, config, storage, "cloud") as kernel:
        rows = kernel.read(actor(kernel, tenant), unused)
    if as_json:
        emit(rows)
        return
    for row in rows:
        numbers = row["numbers"]
        typer.echo(
            f"{row['lease_id']}  {row['site_id']:12} {row['type']:16} {len(numbers):4}"
            f"  {numbers[0]} … {numbers[-1]}"
        )
    if not rows:
        typer.echo("none")


def give_again(
    lease: Annotated[str, typer.Argument(help="Id of a closed lease.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    as_json: Json = False,
) -> None:
    """Give the unused numbers of a closed lease out again, with the next leases of its series."""
    from ..sync import leases

    with opened(data, config, storage, "cloud") as kernel:
        by = actor(kernel, tenant)
        numbers = kernel.transact(by, lambda transaction: leases.give_again(transaction, lease))
    if as_json:
        emit({"numbers": numbers})
    else:
        typer.echo(f"{len(numbers)} numbers are given out again")
