"""Commands about certificates, and serving behind them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import LiensoError, LinkError, Refused
from ..kernel import Kernel, Settings, start
from . import servers

if TYPE_CHECKING:
    from ..security.authority import Kind
    from ..security.cloud import CloudSecurity
    from ..transport import Services

log = logging.getLogger(__name__)

Keys = Annotated[
    Path | None, typer.Option("--keys", help="Key folder; default: beside the database.")
]
PassphraseFile = Annotated[
    Path | None,
    typer.Option("--passphrase-file", help="Seals the keys in place of the folder's key file."),
]
Folder = Annotated[
    Path, typer.Option("--folder", help="Where this machine's key and certificate are kept.")
]

RENEWAL_LOOK_S = 6 * 3_600
"""How often a running site looks whether its certificate ends soon: 120 times before it does."""


def register(cloud_app: typer.Typer, site_app: typer.Typer) -> None:
    """Add the commands."""
    cloud_app.command("enrol-code")(enrol_code)
    cloud_app.command("revoke")(cloud_revoke)
    site_app.command("enrol")(site_enrol)
    site_app.command("renew")(site_renew)


def enrol_code(
    tenant: Annotated[str, typer.Argument(help="Code of the company.")],
    name: Annotated[str, typer.Argument(help="The site, or with --program the program.")],
    storage: servers.Storage,
    keys: Keys = None,
    passphrase_file: PassphraseFile = None,
    program: Annotated[bool, typer.Option("--program", help="It is a program, no site.")] = False,
    label: Annotated[str, typer.Option("--label", help="What people call it.")] = "",
) -> None:
    """Make a one-time code by which a site or program gets its certificate; good for 15 minutes."""
    with servers._said(), start(Settings(storage=storage)) as kernel:
        company = kernel.storage.tenants().get(servers._tenant(kernel, tenant))
        assert company is not None
        kind: Kind = "client" if program else "site"
        security = opened_security(kernel, storage, keys, passphrase_file)
        made = security.invite(company, kind, name, label)
        typer.echo(f"code         {made.code}")
        typer.echo(f"fingerprint  {made.fingerprint}")
        typer.echo(f"until        {made.expires_at:%Y-%m-%d %H:%M:%S} UTC")
        typer.echo(
            "next, on its machine: lienso site enrol --at URL --fingerprint … --folder FOLDER",
            err=True,
        )


def cloud_revoke(
    tenant: Annotated[str, typer.Argument(help="Code of the company.")],
    name: Annotated[str, typer.Argument(help="The site or program.")],
    storage: servers.Storage,
    reason: Annotated[str, typer.Option("--reason", help="Kept with the certificate.")] = "",
) -> None:
    """Shut a site or program out at once: its certificates, its token and its unused codes."""
    from ..security.authority import revoke

    with servers._said(), start(Settings(storage=storage)) as kernel:
        count = revoke(kernel, servers._tenant(kernel, tenant), name, reason)
        typer.echo(f"{name}: {count} certificates revoked; its token and codes are void")


def site_enrol(
    at: Annotated[str, typer.Option("--at", help="The cloud's enrolment port, grpc:HOST:PORT.")],
    fingerprint: Annotated[str, typer.Option("--fingerprint", help="As printed with the code.")],
    folder: Folder,
    code: Annotated[
        str, typer.Option("--code", help="Asked for when left out.", prompt="Code")
    ] = "",
) -> None:
    """Get this machine's certificate for a one-time code; after a broken line, simply again."""
    from ..security import own_identity

    with servers._said():
        made = own_identity.enrol(at, code, fingerprint, folder)
        typer.echo(f"{made.kind} {made.name} of {made.tenant_code}, {made.tenant_name}")
        if made.kind == "site":
            typer.echo(f"next: lienso site serve --identity {folder}", err=True)


def site_renew(
    cloud: Annotated[str, typer.Option("--cloud", help="URL of the cloud.")], folder: Folder
) -> None:
    """Renew this machine's certificate now; a running site does it by itself."""
    from ..ids import SystemClock
    from ..security import own_identity

    with servers._said():
        own_identity.renew_if_due(cloud, folder, SystemClock().now(), force=True)
        typer.echo(f"good until {own_identity.describe(folder)['expires_at']}")


def opened_security(
    kernel: Kernel, storage: str, keys: Path | None, passphrase_file: Path | None
) -> CloudSecurity:
    """Open a cloud's key folder. Raises: Refused: ``key_folder_required``, and as `CloudSecurity`."""
    from ..security.cloud import CloudSecurity, key_folder
    from ..security.sealing import read_secret

    folder = keys or key_folder(storage)
    if folder is None:
        raise Refused("key_folder_required", {"storage": storage})
    passphrase = ""
    if passphrase_file is not None:
        passphrase = read_secret(passphrase_file).decode().strip()
    return CloudSecurity(kernel, folder, passphrase)


@contextmanager
def serving(
    kernel: Kernel,
    security: CloudSecurity,
    services: Services,
    listen: str,
    enrol: str,
    names: Sequence[str],
    reflection: bool,
) -> Iterator[list[str]]:
    """Serve a cloud to those with a certificate, and enrolment on a port of its own.

    Args:
        enrol: URL of the enrolment port; empty for none.
    Yields:
        Where it listens: the calls, then enrolment.
    """
    guarded = security.services(services)
    opened = [kernel.serve(listen, guarded, security.options(names, reflection))]
    try:
        if enrol:
            opened.append(kernel.serve(enrol, guarded, security.enrolment_options(names)))
        yield [server.url for server in opened]
    finally:
        for server in reversed(opened):
            server.stop()


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
