"""Commands for the day after a disaster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import Refused
from .shared import FAILED, HERE, Config, Data, Json, Storage, company, emit, opened

if TYPE_CHECKING:
    from ..kernel import Kernel


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


def import_pending(
    file: Annotated[Path, typer.Argument(help="What lienso export-pending wrote.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    site: Annotated[
        str,
        typer.Option("--site", help="In the cloud: to whom refused changes return."),
    ] = "",
    as_json: Json = False,
) -> None:
    """Take unsent changes of a site that was given up, at another site or in the cloud.

    Importing a file again does nothing twice; 1 when something could not be taken.
    """
    from .. import pending_import

    with opened(data, config, storage) as kernel:
        rows = pending_import.import_pending(kernel, pending_import.read(file), site)
        if as_json:
            emit(rows)
        else:
            _told(kernel, rows)
    if any(row["outcome"] in ("refused", "not_taken") for row in rows):
        raise typer.Exit(FAILED)


def _told(kernel: Kernel, rows: list[dict[str, Any]]) -> None:
    from ..messages import text
    from ..sync.codes import ERROR_OF_VERDICT

    outcomes = [row["outcome"] for row in rows]
    counts = ", ".join(f"{outcomes.count(name)} {name}" for name in sorted(set(outcomes)))
    typer.echo(f"{len(rows)} changes: {counts or 'none'}")
    for row in rows:
        if row["code"]:
            code = ERROR_OF_VERDICT.get(row["code"], row["detail"].get("code", row["code"]))
            reason = text(kernel.registry, code, {**row, **row["detail"]})
            typer.echo(f"  {row['outcome']} {row['type']} {row['named']}: {row['code']}: {reason}")
    if "waiting" in outcomes:
        typer.echo("next: lienso sync push")
    if "refused" in outcomes:
        typer.echo("next: what is refused stands in tab 1 of its site after its next Hello")


def moved(data: Data = HERE, config: Config = None, storage: Storage = "") -> None:
    """Say that a site runs on this machine from now on (chuyển máy chủ), wherever it ran before.

    The machine that it ran on is kept out from the next Hello on; what it had not sent by then goes when
    it is let in again.
    """
    from ..sync import site_log

    with opened(data, config, storage, "site") as kernel:
        tenant = company(kernel, "").id
        kernel.storage.write(tenant, lambda w: site_log.set_identity(w, takes_over="yes"))
        site = kernel.settings.site_id
        typer.echo(f"{site} runs here from its next Hello on; stop the other machine")


def reset(
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    exported: Annotated[
        Path | None,
        typer.Option("--exported", help="What lienso export-pending wrote of all that waits."),
    ] = None,
) -> None:
    """Empty a site's store, so that it begins anew from the cloud; settings and certificate stay.

    Refused while something waits that neither the cloud nor the file has.
    """
    from ..configuration import load

    with opened(data, config, storage, "site") as kernel:
        found = load(data, config).as_role("site")
        if is_served(found.listen, found.site):
            raise Refused("site_is_running", {"url": found.listen})
        for tenant in kernel.storage.tenants().list():
            _refuse_unsent(kernel, tenant.id, exported)
            kernel.storage.tenants().drop(tenant.id)
            kernel.join_tenant(tenant.id, tenant.code, tenant.name)
    typer.echo("the store is empty; next: lienso site serve brings the records from the cloud")


def is_served(url: str, site: str) -> bool:
    """Tell whether this site is being served at this address."""
    from .. import client
    from ..errors import LiensoError

    try:
        with client.connect(url) as server:
            return bool(server.site.status().get("site") == site)
    except LiensoError:  # Nobody is there, or somebody who is no site.
        return False


def _unsent(kernel: Kernel, tenant: str) -> dict[str, str]:
    """Return what the cloud has not accepted: change id → the site that made it."""
    from ..sync import site_log

    def look(view: Any) -> dict[str, str]:
        rows = [
            row
            for table in ("outbox", "sealed", "failure_push")
            for row in view.state(table).scan()
        ]
        changes = [site_log.change_from_text(row["content"]) for row in rows]
        return {change.change_id: change.provenance.get("site", "") for change in changes}

    return kernel.storage.read(tenant, look)


def _refuse_unsent(kernel: Kernel, tenant: str, exported: Path | None) -> None:
    """Raises: Refused: ``unsent_waits``, ``export_lacks_changes``, or what the file's reading says."""
    from .. import pending_import

    unsent = _unsent(kernel, tenant)
    if unsent and exported is None:
        raise Refused("unsent_waits", {"count": len(unsent)})
    if exported is not None and (lost := unsent.keys() - pending_import.read(exported).ids):
        raise Refused("export_lacks_changes", {"path": str(exported), "count": len(lost)})


def refuse_others_unsent(kernel: Kernel, tenant: str, site: str, settings: Path) -> None:
    """Refuse to make a site over the store of another one that has unsent changes; the settings that
    were written for it are taken back.

    Raises:
        Refused: ``unsent_waits``.
    """
    found = {one.id: _unsent(kernel, one.id) for one in kernel.storage.tenants().list()}
    others = [
        id
        for company, unsent in found.items()
        for id, made_at in unsent.items()
        if (company, made_at) != (tenant, site)
    ]
    if others:
        settings.unlink()
        raise Refused("unsent_waits", {"count": len(others)})
