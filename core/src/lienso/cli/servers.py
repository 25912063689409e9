"""Commands that serve, and those that speak to a running site through its client API."""

from __future__ import annotations

import dataclasses
import json
import signal
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import LiensoError
from ..kernel import Kernel, Settings, start
from ..model import Actor
from ..sync import enrolment
from ..sync.link_machine import LinkTimes
from ..transport import ServeOptions, Services

cloud_app = typer.Typer(no_args_is_help=True, help="The cloud: the origin of the data.")
site_app = typer.Typer(no_args_is_help=True, help="A site: an office's server.")
sync_app = typer.Typer(no_args_is_help=True, help="Synchronisation of a running site.")

Storage = Annotated[str, typer.Option("--storage", help="URL of the database, sqlite:PATH.")]
Listen = Annotated[str, typer.Option("--listen", help="Where to listen; port 0 picks a free one.")]
At = Annotated[str, typer.Option("--at", help="URL of the running site, e.g. grpc:127.0.0.1:7401")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

FAST = LinkTimes(
    settle=1_000,
    settle_start=200,
    probe_reconnecting=200,
    probe_online=300,
    probe_offline=(300, 500),
    silent=1_000,
)
"""Short times for trials: ``--fast``."""


@contextmanager
def _said() -> Iterator[None]:
    """Turn an expected error into one line and exit code 1."""
    try:
        yield
    except LiensoError as error:
        typer.echo(f"{error.code}: {error}", err=True)
        raise typer.Exit(1) from error
    except ExceptionGroup as group:
        for failure in group.exceptions:
            typer.echo(f"! {failure}", err=True)
        raise typer.Exit(3) from group


def _until_stopped(url: str) -> None:
    """Say where it listens and wait for SIGTERM or Ctrl-C."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    typer.echo(url)
    stopped.wait()


@cloud_app.command("init")
def cloud_init(storage: Storage) -> None:
    """Create the cloud's database."""
    with _said(), start(Settings(storage=storage)) as kernel:
        typer.echo(f"{storage} is ready with {len(kernel.registry.modules)} modules")


@cloud_app.command("serve")
def cloud_serve(
    storage: Storage,
    listen: Listen = "grpc:127.0.0.1:7400",
    certificate: str = "",
    key: str = "",
    reflection: bool = False,
    name: Annotated[
        list[str] | None,
        typer.Option(
            help="DNS name or IP address by which sites reach this server, one or more: they show "
            "certificates then. Needed off this machine."
        ),
    ] = None,
    enrol: Annotated[
        str, typer.Option("--enrol", help="Where to serve enrolment, e.g. grpc:0.0.0.0:7402.")
    ] = "",
    keys: Annotated[
        Path | None, typer.Option("--keys", help="Key folder; default: beside the database.")
    ] = None,
    passphrase_file: Annotated[Path | None, typer.Option("--passphrase-file")] = None,
) -> None:
    """Serve sites and programs until stopped."""
    from . import security

    with _said(), start(Settings(storage=storage)) as kernel:
        services = cloud_services(kernel)
        if name:
            opened = security.opened_security(kernel, storage, keys, passphrase_file)
            with security.serving(
                kernel, opened, services, listen, enrol, name, reflection
            ) as urls:
                _until_stopped("\n".join(urls))
            return
        server = kernel.serve(listen, services, ServeOptions(certificate, key, reflection))
        _until_stopped(server.url)
        server.stop()


def cloud_services(kernel: Kernel) -> Services:
    """Return what a cloud offers."""
    from ..api import Api
    from ..sync.cloud_service import CloudService

    return Services(
        Api(kernel), lambda token: enrolment.authenticate(kernel, token), CloudService(kernel)
    )


@cloud_app.command("add-site")
def add_site(tenant: str, site: str, storage: Storage, label: str = "") -> None:
    """Enrol a site of a company and print its token; a new token replaces the old one."""
    with _said(), start(Settings(storage=storage)) as kernel:
        typer.echo(enrolment.add_site(kernel, _tenant(kernel, tenant), site, label))


@cloud_app.command("add-client")
def add_client(tenant: str, name: str, storage: Storage, label: str = "") -> None:
    """Allow a program to call the client API and print its token."""
    with _said(), start(Settings(storage=storage)) as kernel:
        typer.echo(enrolment.add_client(kernel, _tenant(kernel, tenant), name, label))


def _tenant(kernel: Kernel, code: str) -> str:
    from ..errors import TenantUnknown

    found = kernel.storage.tenants().find(code)
    if found is None:
        raise TenantUnknown(detail={"code": code, "next": "lienso tenant create"})
    return found.id


@site_app.command("serve")
def site_serve(
    storage: Storage,
    cloud: Annotated[str, typer.Option("--cloud", help="URL of the cloud.")],
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help="File with the site's token, on one machine."),
    ] = None,
    listen: Listen = "grpc:127.0.0.1:7401",
    ca_file: str = "",
    fast: Annotated[bool, typer.Option(help="Settle in a second instead of ten.")] = False,
    identity: Annotated[
        Path | None, typer.Option("--identity", help="Folder that site enrol made.")
    ] = None,
) -> None:
    """Serve an office until stopped: keep in step with the cloud whenever the line is up."""
    with _said():
        settings = _site_settings(storage, cloud, token_file, ca_file, identity)
        with start(settings) as kernel, _renewing(kernel, identity):
            kernel.join_tenant(settings.tenant_id, settings.tenant_id, settings.site_id)
            server = kernel.serve(listen, site_services(kernel), ServeOptions())
            assert kernel.site is not None
            if fast:
                kernel.site.machine.times = FAST
                kernel.site.machine.settle = FAST.settle
            kernel.site.run()
            _until_stopped(server.url)
            server.stop()


def _site_settings(
    storage: str, cloud: str, token_file: Path | None, ca_file: str, identity: Path | None
) -> Settings:
    """Say whose site this is: by its certificate, or on one machine by its token."""
    settings = Settings(role="site", storage=storage, cloud=cloud, ca_file=ca_file)
    if identity is not None:
        from ..security import own_identity

        known, shown = own_identity.enrolled(identity), own_identity.credentials(identity)
        return dataclasses.replace(
            settings,
            ca_file=shown.ca_file,
            identity_file=shown.identity_file,
            tenant_id=known.tenant_id,
            site_id=known.name,
        )
    if token_file is None:
        raise typer.BadParameter("--identity, or on one machine --token-file")
    token = token_file.read_text(encoding="utf-8").strip()
    tenant, _, rest = token.partition(".")
    return dataclasses.replace(
        settings, token=token, tenant_id=tenant, site_id=rest.partition(".")[0]
    )


def _renewing(kernel: Kernel, identity: Path | None) -> AbstractContextManager[None]:
    if identity is None:
        return nullcontext()
    from ..security.own_identity import renew_if_due
    from .security import renewing

    return renewing(lambda: renew_if_due(kernel.settings.cloud, identity, kernel.clock.now()))


def site_services(kernel: Kernel) -> Services:
    """Return what a site offers to its workstations; it listens on loopback only."""
    from ..api import Api

    return Services(Api(kernel), lambda _token: enrolment.local_actor(kernel))


def up(
    folder: Path,
    name: Annotated[str, typer.Option(help="Name of the company.")] = "Công ty",
    regime: Annotated[str, typer.Option(help="TT99, TT200 or TT133.")] = "TT99",
    listen: Listen = "grpc:127.0.0.1:7401",
) -> None:
    """Start a company on one machine: cloud and site in one process, data in a folder."""
    from ..loopback import LoopbackLink
    from ..sync.cloud_service import CloudService

    folder.mkdir(parents=True, exist_ok=True)
    with _said(), start(Settings(storage=f"sqlite:{folder / 'cloud.db'}")) as cloud:
        tenant = cloud.storage.tenants().find("COMPANY")
        if tenant is None:
            start_date = f"{cloud.clock.today().year}-01-01"
            options = {"accounting.start_date": start_date}
            tenant = cloud.add_tenant("COMPANY", name, regime=regime, options=options)
        company = tenant.id
        enrolment.add_site(cloud, company, "MAIN")
        service = CloudService(cloud)
        settings = Settings(
            role="site",
            storage=f"sqlite:{folder / 'site.db'}",
            link=LoopbackLink(lambda: (service, Actor(company, "system", "MAIN"))),
            tenant_id=company,
            site_id="MAIN",
        )
        with start(settings) as site:
            site.join_tenant(company, "COMPANY", name)
            assert site.site is not None
            site.site.connect()
            site.site.run()
            server = site.serve(listen, site_services(site), ServeOptions())
            _until_stopped(server.url)
            server.stop()


# -- a running site ---------------------------------------------------------------------------------


def _ask(at: str, question: Any, as_json: bool) -> None:
    from .. import client

    with _said(), client.connect(at) as site:
        answer = question(site)
    if as_json or not isinstance(answer, dict):
        typer.echo(json.dumps(answer, ensure_ascii=False, indent=1, default=_plain))
        return
    for name, value in answer.items():
        typer.echo(f"{name:18} {value}")


def _plain(value: Any) -> Any:
    import dataclasses

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


@site_app.command("status")
def site_status(at: At, as_json: Json = False) -> None:
    """Say how a running site is connected and what waits there."""
    _ask(at, lambda site: dict(site.site.status()), as_json)


def mode(name: str, at: At, as_json: Json = False) -> None:
    """Work offline or online from now on: NAME is online or offline."""
    if name not in ("online", "offline"):
        raise typer.BadParameter("online or offline")
    _ask(at, lambda site: dict(site.site.set_mode(name == "online")), as_json)


@sync_app.command("status")
def sync_status(at: At, as_json: Json = False) -> None:
    """Say what waits at a running site."""
    site_status(at, as_json)


@sync_app.command("push")
def sync_push(at: At, renumber: str = "ask", as_json: Json = False) -> None:
    """Send what waits; with --renumber auto taken numbers are changed."""
    params = {"direction": "push", "renumber": renumber}
    _ask(at, lambda site: site.invoke("system.synchronize", params), as_json)


@sync_app.command("pull")
def sync_pull(at: At, as_json: Json = False) -> None:
    """Take what is new in the cloud."""
    _ask(at, lambda site: site.invoke("system.synchronize", {"direction": "pull"}), as_json)


@sync_app.command("failures")
def sync_failures(at: At, tab: str = "") -> None:
    """List what failed: push_failed, post_failed, pull_failed, or all."""
    _ask(at, lambda site: list(site.site.failures(tab)), True)


@sync_app.command("retry")
def sync_retry(ids: list[str], at: At) -> None:
    """Send refused changes again, by record or change id."""
    _ask(at, lambda site: site.site.retry(ids), True)


@sync_app.command("renumber")
def sync_renumber(at: At, ids: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Give vouchers whose number is taken the next free ones."""
    _ask(at, lambda site: list(site.site.renumber(ids or [])), True)
