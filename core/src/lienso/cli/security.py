"""Commands about certificates, and serving behind them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import LiensoError, LinkError, Refused
from .servers import Keys, Label, Passphrase
from .shared import HERE, Config, Data, Storage, company, configured, saying

if TYPE_CHECKING:
    from ..configuration import Configuration
    from ..kernel import Kernel
    from ..security.authority import Kind
    from ..security.cloud import CloudSecurity
    from ..transport import Services

log = logging.getLogger("lienso.cli")

Folder = Annotated[
    Path, typer.Option("--folder", help="Where this machine's key and certificate are kept.")
]

RENEWAL_LOOK_S = 15 * 60
"""How often a running site looks whether its certificate ends soon: also one that is switched off at
night, or has a line for an hour a day, finds the time in 30 days."""


def register(cloud_app: typer.Typer, site_app: typer.Typer) -> None:
    """Add the commands."""
    cloud_app.command("enrol-code")(enrol_code)
    cloud_app.command("revoke")(cloud_revoke)
    site_app.command("enrol")(site_enrol)
    site_app.command("renew")(site_renew)


def enrol_code(
    tenant: Annotated[str, typer.Argument(help="Code of the company.")],
    name: Annotated[str, typer.Argument(help="The site, or with --program the program.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    keys: Keys = "",
    passphrase_file: Passphrase = "",
    program: Annotated[bool, typer.Option("--program", help="It is a program, no site.")] = False,
    label: Label = "",
) -> None:
    """Make a one-time code by which a site or program gets its certificate; good for 15 minutes."""
    from ..kernel import start

    with saying() as said:
        found = configured(
            said,
            data,
            config,
            "cloud",
            storage=storage,
            key_folder=keys,
            passphrase_file=passphrase_file,
        )
        with start(found.settings()) as kernel:
            said.kernel = kernel
            kind: Kind = "client" if program else "site"
            security = opened_security(kernel, found)
            made = security.invite(company(kernel, tenant), kind, name, label)
    typer.echo(f"code         {made.code}")
    typer.echo(f"fingerprint  {made.fingerprint}")
    typer.echo(f"until        {made.expires_at:%Y-%m-%d %H:%M:%S} UTC")
    typer.echo("next, on its machine: lienso site enrol --enrol URL --fingerprint …", err=True)


def cloud_revoke(
    tenant: Annotated[str, typer.Argument(help="Code of the company.")],
    name: Annotated[str, typer.Argument(help="The site or program.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    reason: Annotated[str, typer.Option("--reason", help="Kept with the certificate.")] = "",
) -> None:
    """Shut a site or program out at once: its certificates, its token and its unused codes."""
    from ..security.authority import revoke
    from .shared import opened

    with opened(data, config, storage, "cloud") as kernel:
        count = revoke(kernel, company(kernel, tenant).id, name, reason)
        typer.echo(f"{name}: {count} certificates revoked; its token and codes are void")


def site_enrol(
    enrol: Annotated[str, typer.Option("--enrol", help="Where the cloud serves enrolment.")],
    fingerprint: Annotated[str, typer.Option("--fingerprint", help="As printed with the code.")],
    folder: Folder,
    code: Annotated[
        str, typer.Option("--code", help="Asked for when left out.", prompt="Code")
    ] = "",
) -> None:
    """Get this machine's certificate for a one-time code; after a broken line, simply again."""
    from ..security import own_identity

    with saying():
        made = own_identity.enrol(enrol, code, fingerprint, folder)
        typer.echo(f"{made.kind} {made.name} of {made.tenant_code}, {made.tenant_name}")
        if made.kind == "site":
            typer.echo(f"next: lienso site init --cloud URL --identity {folder}", err=True)


def site_renew(
    cloud: Annotated[str, typer.Option("--cloud", help="URL of the cloud.")], folder: Folder
) -> None:
    """Renew this machine's certificate now; a running site does it by itself."""
    from ..ids import SystemClock
    from ..security import own_identity

    with saying():
        own_identity.renew_if_due(cloud, folder, SystemClock().now(), force=True)
        typer.echo(f"good until {own_identity.describe(folder)['expires_at']}")


def opened_security(kernel: Kernel, found: Configuration) -> CloudSecurity:
    """Open a cloud's key folder. Raises: Refused: ``key_folder_required``, and as `CloudSecurity`."""
    from ..security.cloud import CloudSecurity, key_folder
    from ..security.sealing import read_secret

    folder = Path(found.key_folder) if found.key_folder else key_folder(found.storage)
    if folder is None:
        raise Refused("key_folder_required", {"storage": found.storage})
    passphrase = ""
    if found.passphrase_file:
        passphrase = read_secret(Path(found.passphrase_file)).decode().strip()
    return CloudSecurity(kernel, folder, passphrase)


@contextmanager
def serving(kernel: Kernel, found: Configuration, services: Services) -> Iterator[list[str]]:
    """Serve a cloud to those with a certificate, and enrolment on a port of its own.

    Yields:
        Where it listens: the calls, then enrolment.
    """
    security = opened_security(kernel, found)
    guarded = security.services(services)
    options = security.options(found.names, found.reflection)
    running = [kernel.serve(found.listen, guarded, options)]
    try:
        if found.enrol:
            options = security.enrolment_options(found.names)
            running.append(kernel.serve(found.enrol, guarded, options))
        yield [server.url for server in running]
    finally:
        for server in reversed(running):
            server.stop()


def renewing_own(kernel: Kernel, found: Configuration) -> AbstractContextManager[None]:
    """Keep the certificate of a running site good; nothing where it shows a token."""
    if not found.identity:
        return nullcontext()
    return renewing(lambda: renew_online(kernel, found))


def renew_online(kernel: Kernel, found: Configuration) -> bool:
    """Renew when it is due, on a line that is in use: a site that was set offline sends nothing.

    Raises:
        As `lienso.security.own_identity.renew_if_due`.
    """
    from ..security.own_identity import renew_if_due

    if not kernel.online:
        return False
    return renew_if_due(found.cloud, Path(found.identity), kernel.clock.now())


@contextmanager
def renewing(renew: Callable[[], bool]) -> Iterator[None]:
    """Renew a site's certificate when it is due, now and while it runs."""
    stopped = threading.Event()

    def look() -> None:
        try:
            if renew():
                log.info("the certificate was renewed")
        except LinkError:
            log.info("the certificate could not be renewed: no line; tried again later")
        except LiensoError as error:
            log.warning("the certificate could not be renewed: %s", error.code)

    def run() -> None:
        look()
        while not stopped.wait(RENEWAL_LOOK_S):
            look()

    thread = threading.Thread(target=run, name="renewal", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=30)
