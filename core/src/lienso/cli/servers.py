"""Commands that make and serve a cloud or a site."""

from __future__ import annotations

import logging
import signal
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import LiensoError, Refused
from ..sync.link_machine import FAST, LinkTimes
from . import escrow, recovery, tidying
from .shared import HERE, Config, Data, Listen, Storage, company, configured, opened, saying
from .watching import watched

if TYPE_CHECKING:
    from ..configuration import Configuration
    from ..kernel import Kernel
    from ..model import Role
    from ..transport import Link, ServeOptions, Services
    from .shared import Said

cloud_app = typer.Typer(no_args_is_help=True, help="The cloud: the origin of the data.")
site_app = typer.Typer(no_args_is_help=True, help="A site: an office's server.")
log = logging.getLogger("lienso.cli")

Certificate = Annotated[str, typer.Option("--certificate", help="Certificate to serve with, PEM.")]
Key = Annotated[str, typer.Option("--key", help="Its private key, PEM.")]
Authority = Annotated[
    str, typer.Option("--ca-file", help="Who signed the cloud's certificate, PEM.")
]
Names = Annotated[
    list[str] | None,
    typer.Option("--name", help="By which sites reach this cloud; may stand more than once."),
]
Enrol = Annotated[str, typer.Option("--enrol", help="Where to serve enrolment, grpc:HOST:PORT.")]
Keys = Annotated[str, typer.Option("--keys", help="Key folder; default: beside the database.")]
Passphrase = Annotated[
    str, typer.Option("--passphrase-file", help="Seals the keys in place of their key file.")
]
Identity = Annotated[str, typer.Option("--identity", help="The folder that site enrol made.")]
Cloud = Annotated[str, typer.Option("--cloud", help="URL of the cloud, grpc:HOST:PORT.")]
Token = Annotated[str, typer.Option("--token-file", help="File with the site's token.")]
Label = Annotated[str, typer.Option("--label", help="What people call it.")]
Fast = Annotated[bool, typer.Option("--fast", help="Settle in a second instead of ten.")]


def _until_stopped(url: str) -> None:
    """Say where it listens and wait for SIGTERM or Ctrl-C.

    The signal may reach a thread of the transport, which does not wake a lock that this one waits
    for; what is written into the socket does, whatever thread was interrupted.
    """
    told, teller = socket.socketpair()
    with told, teller:
        teller.setblocking(False)
        signal.set_wakeup_fd(teller.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        typer.echo(url)
        log.info("serving at %s", url)
        told.recv(1)
        signal.set_wakeup_fd(-1)
    log.info("stopping")


def _serve_options(found: Configuration) -> ServeOptions:
    """Return how to listen. A site asks nobody who he is, so it never gets off its machine."""
    from ..transport import ServeOptions

    if found.role == "site":
        return ServeOptions(reflection=found.reflection)
    return ServeOptions(found.certificate_file, found.key_file, found.reflection)


# -- the cloud --------------------------------------------------------------------------------------


@cloud_app.command("init")
def cloud_init(
    data: Data = HERE,
    storage: Storage = "",
    listen: Listen = "",
    certificate: Certificate = "",
    key: Key = "",
    name: Names = None,
    enrol: Enrol = "",
    keys: Keys = "",
) -> None:
    """Make a cloud's data folder: lienso.toml with its comments, and the database."""
    from ..configuration import FILE_NAME
    from . import setting_up

    url = storage or "sqlite:{data}/cloud.db"
    own = setting_up.cloud_text(
        setting_up.absolute(certificate),
        setting_up.absolute(key),
        name or (),
        enrol,
        setting_up.absolute(keys),
    )
    text = setting_up.settings_text("cloud", url, own, listen)
    with saying():
        setting_up.write_settings(data, text)
    with opened(data, data / FILE_NAME, "", "cloud", create=True) as kernel:
        typer.echo(f"{data / FILE_NAME} is written, {len(kernel.registry.modules)} modules")
        typer.echo("next: lienso tenant create CODE NAME; lienso cloud serve")


@cloud_app.command("serve")
def cloud_serve(
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    listen: Listen = "",
    certificate: Certificate = "",
    key: Key = "",
    reflection: Annotated[
        bool, typer.Option("--reflection", help="Let tools ask for the API.")
    ] = False,
    name: Names = None,
    enrol: Enrol = "",
    keys: Keys = "",
    passphrase_file: Passphrase = "",
) -> None:
    """Serve sites and programs until stopped."""
    from ..kernel import start
    from . import security

    with saying() as said:
        found = configured(
            said,
            data,
            config,
            "cloud",
            storage=storage,
            listen=listen,
            certificate_file=certificate,
            key_file=key,
            reflection=reflection,
            names=name,
            enrol=enrol,
            key_folder=keys,
            passphrase_file=passphrase_file,
        )
        with start(watched(found, found.settings())) as kernel, tidying.daily(kernel):
            said.kernel = kernel
            services = cloud_services(kernel)
            if found.names:
                with security.serving(kernel, found, services) as urls:
                    _until_stopped("\n".join(urls))
                return
            server = kernel.serve(found.listen, services, _serve_options(found))
            _until_stopped(server.url)
            server.stop()


def cloud_services(kernel: Kernel) -> Services:
    """Return what a cloud offers."""
    from ..api import Api
    from ..sync import enrolment
    from ..sync.cloud_service import CloudService
    from ..transport import Services

    return Services(
        Api(kernel),
        lambda token: enrolment.authenticate(kernel, token),
        CloudService(kernel),
        session=kernel.accounts.sessions.actor,
    )


@cloud_app.command("add-site")
def add_site(
    tenant: Annotated[str, typer.Argument(help="Code of the company.")],
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    label: Label = "",
) -> None:
    """Enrol a site of a company and print its token; a new token replaces the old one."""
    from ..sync import enrolment

    with opened(data, config, storage, "cloud") as kernel:
        typer.echo(enrolment.add_site(kernel, company(kernel, tenant).id, site, label))


@cloud_app.command("add-client")
def add_client(
    tenant: Annotated[str, typer.Argument(help="Code of the company.")],
    name: Annotated[str, typer.Argument(help="Name of the program.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    label: Label = "",
) -> None:
    """Allow a program to call the client API and print its token."""
    from ..sync import enrolment

    with opened(data, config, storage, "cloud") as kernel:
        typer.echo(enrolment.add_client(kernel, company(kernel, tenant).id, name, label))


# -- a site -----------------------------------------------------------------------------------------


@site_app.command("init")
def site_init(
    cloud: Cloud,
    data: Data = HERE,
    storage: Storage = "",
    listen: Listen = "",
    identity: Identity = "",
    token_file: Token = "",
    ca_file: Authority = "",
) -> None:
    """Make a site's data folder: lienso.toml with its comments, and the database.

    Whose site it is says the certificate in --identity, or on the cloud's machine the token.
    """
    from ..configuration import FILE_NAME
    from . import setting_up

    with saying():
        if (data / FILE_NAME).exists():
            raise Refused("file_exists", {"path": str(data / FILE_NAME)})
        if identity:
            from ..security.own_identity import enrolled

            known = enrolled(Path(identity))
            tenant, site, kept = known.tenant_id, known.name, ""
        elif token_file:
            tenant, site = setting_up.keep_token(data, Path(token_file))
            kept = setting_up.TOKEN_FILE
        else:
            raise Refused("setting_missing", {"key": "identity", "option": "--identity"})
        own = setting_up.site_text(
            tenant, site, cloud, kept, setting_up.absolute(ca_file), setting_up.absolute(identity)
        )
        url = storage or "sqlite:{data}/site.db"
        setting_up.write_settings(data, setting_up.settings_text("site", url, own, listen))
    with opened(data, data / FILE_NAME, "", "site", create=True) as kernel:
        recovery.refuse_others_unsent(kernel, tenant, site, data / FILE_NAME)
        kernel.join_tenant(tenant, tenant, site)
        typer.echo(f"{data / FILE_NAME} is written, {len(kernel.registry.modules)} modules")
        typer.echo("next: lienso site serve")


@site_app.command("serve")
def site_serve(
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    cloud: Cloud = "",
    identity: Identity = "",
    token_file: Token = "",
    listen: Listen = "",
    ca_file: Authority = "",
    fast: Fast = False,
) -> None:
    """Serve an office until stopped: keep in step with the cloud whenever the line is up."""
    from ..configuration import is_private
    from ..kernel import start
    from . import logs, security

    with saying() as said:
        found = configured(
            said,
            data,
            config,
            "site",
            storage=storage,
            cloud=cloud,
            identity=identity,
            token_file=token_file,
            listen=listen,
            ca_file=ca_file,
        )
        settings = found.settings()
        tenant, site = settings.tenant_id, settings.site_id
        logs.configure(found.log.level, found.log.format, {"tenant": tenant, "site": site})
        if settings.token and not is_private(Path(found.token_file)):
            log.warning("others can read the token: chmod 600 %s", found.token_file)
        with start(watched(found, settings)) as kernel, security.renewing_own(kernel, found):
            said.kernel = kernel
            _join(kernel, tenant, site)
            server = kernel.serve(found.listen, site_services(kernel), _serve_options(found))
            escrow.keep(kernel, found)
            _keep_in_step(kernel, FAST if fast else found.times.link_times())
            _until_stopped(server.url)
            server.stop()


def _join(kernel: Kernel, tenant: str, site: str) -> None:
    """Make room for the company in a store that forgets; one in a file has it from ``site init``, else
    it is refused as ``storage_of_another``."""
    if kernel.storage.features.durable and kernel.storage.tenants().get(tenant) is None:
        raise Refused("storage_of_another", {"storage": kernel.settings.storage, "site": site})
    kernel.join_tenant(tenant, tenant, site)


def _keep_in_step(kernel: Kernel, times: LinkTimes) -> None:
    assert kernel.site is not None, "a site kernel has its synchronisation"
    kernel.site.machine.times = times
    kernel.site.machine.settle = times.settle
    kernel.site.on_notice(_noted)
    kernel.site.run()


def _noted(kind: str, values: dict[str, Any]) -> None:
    """Write what a site's synchronisation tells into the log."""
    if kind == "advice":
        log.warning("the cloud is not used until this is settled: %s", LiensoError(values["code"]))
    else:
        log.info("%s: %s", kind, ", ".join(f"{name} {value}" for name, value in values.items()))


def site_services(kernel: Kernel) -> Services:
    """Return what a site offers to its workstations; it listens on loopback only."""
    from ..api import Api
    from ..sync import enrolment
    from ..transport import Services

    return Services(
        Api(kernel),
        lambda _token: enrolment.local_actor(kernel),
        session=kernel.accounts.sessions.actor,
    )


# -- both on one machine ----------------------------------------------------------------------------


def up(
    folder: Annotated[Path, typer.Argument(help="Where the data are; made when it is missing.")],
    name: Annotated[str, typer.Option("--name", help="Name of the company.")] = "Công ty",
    regime: Annotated[str, typer.Option("--regime", help="TT99, TT200 or TT133.")] = "TT99",
    listen: Listen = "",
) -> None:
    """Start a company on one machine: cloud and site in one process, data and settings in a folder."""
    from ..kernel import start
    from ..sync import enrolment

    with saying() as said:
        cloud_found = _settings_of(said, folder, "cloud")
        with start(watched(cloud_found, cloud_found.settings(create=True))) as cloud:
            said.kernel = cloud
            tenant = _one_company(cloud, name, regime)
            enrolment.add_site(cloud, tenant, "MAIN")
            site_found = _settings_of(said, folder, "site", tenant)
            settings = site_found.settings(_line_within(cloud, tenant), create=True)
            with start(watched(site_found, settings)) as site:
                site.join_tenant(tenant, "COMPANY", name)
                assert site.site is not None, "a site kernel has its synchronisation"
                site.site.connect()
                site.site.run()
                server = site.serve(
                    listen or site_found.listen, site_services(site), _serve_options(site_found)
                )
                for role in ("cloud", "site"):
                    log.info(
                        "its %s for other commands: --config %s", role, folder / f"{role}.toml"
                    )
                _until_stopped(server.url)
                server.stop()


def _settings_of(said: Said, folder: Path, role: Role, tenant: str = "") -> Configuration:
    """Read cloud.toml or site.toml of a folder, written first when it is missing."""
    from . import setting_up

    path = folder / f"{role}.toml"
    if not path.exists():
        own = setting_up.cloud_text()
        if role == "site":
            own = setting_up.site_text(tenant, "MAIN")
        url = f"sqlite:{{data}}/{role}.db"
        setting_up.write_settings(folder, setting_up.settings_text(role, url, own), path.name)
    return configured(said, folder, path, role)


def _line_within(cloud: Kernel, tenant: str) -> Link:
    from ..loopback import LoopbackLink
    from ..model import Actor
    from ..sync.cloud_service import CloudService

    service = CloudService(cloud)
    return LoopbackLink(lambda: (service, Actor(tenant, "system", "MAIN")))


def _one_company(cloud: Kernel, name: str, regime: str) -> str:
    found = cloud.storage.tenants().find("COMPANY")
    if found is None:
        options = {"accounting.start_date": f"{cloud.clock.today().year}-01-01"}
        found = cloud.add_tenant("COMPANY", name, regime=regime, options=options)
    return found.id
