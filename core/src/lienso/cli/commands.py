"""Commands of ``lienso``; each prints for people, and JSON where a program would read it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from .. import discovery
from ..errors import DriverNotFound, Refused
from . import (
    bundles,
    checking,
    escrow,
    examining,
    leases,
    printing,
    recovery,
    reports,
    running,
    scoping,
    security,
    servers,
    tidying,
    users,
)
from .shared import (
    FAILED,
    HERE,
    PLUGINS_FAILED,
    Company,
    Config,
    Data,
    Json,
    Storage,
    actor,
    emit,
    language,
    opened,
    progress,
    saying,
)

if TYPE_CHECKING:
    from ..plugins import Plugins

app = typer.Typer(no_args_is_help=True, add_completion=False, help="lienso: linked books.")
tenant_app = typer.Typer(no_args_is_help=True, help="Companies of a database.")
cases_app = typer.Typer(no_args_is_help=True, help="Worked cases.")
app.add_typer(tenant_app, name="tenant")
app.add_typer(cases_app, name="cases")
app.add_typer(bundles.bundle_app, name="bundle")
app.add_typer(servers.cloud_app, name="cloud")
app.add_typer(servers.site_app, name="site")
app.add_typer(running.sync_app, name="sync")
running.sync_app.command("doctor")(examining.doctor)
running.sync_app.command("verify")(examining.verify)
running.sync_app.command("trace")(examining.trace)
app.add_typer(users.user_app, name="user")
app.add_typer(users.token_app, name="token")
servers.site_app.add_typer(escrow.escrow_app, name="escrow")
servers.cloud_app.command("restored")(recovery.restored)
servers.cloud_app.command("tidy")(tidying.tidy)
servers.cloud_app.command("scope")(scoping.scope)
servers.site_app.command("moved")(recovery.moved)
servers.site_app.command("reset")(recovery.reset)
servers.site_app.command("status")(running.site_status)
servers.cloud_app.command("leases")(leases.leases)
servers.cloud_app.command("give-again")(leases.give_again)
security.register(servers.cloud_app, servers.site_app)
app.command("up")(servers.up)
app.command("mode")(running.mode)
app.command("print")(printing.print_form)
app.command("report")(reports.report)
app.command("doctor")(checking.doctor)
app.command("verify")(checking.verify)
app.command("export-pending")(checking.export_pending)
app.command("import-pending")(recovery.import_pending)


@app.command()
def plugins(
    check: Annotated[
        bool, typer.Option("--check", help="Load all of them, build all models.")
    ] = False,
    as_json: Json = False,
) -> None:
    """List the installed plugins; with --check load all of them, and build what they declare."""
    from ..plugins import load_plugins

    spaces = (discovery.MODULES, discovery.STORAGE, discovery.TRANSPORT, discovery.COMMANDS)
    found = [item for space in spaces for item in discovery.installed(space)]
    rows = [{"kind": i.namespace, "name": i.name, "source": i.source} for i in found]
    failures = _failures(load_plugins(None, {})) if check else []
    if as_json:
        emit({"plugins": rows, "failures": failures})
    else:
        for row in rows:
            typer.echo(f"{row['kind']:18} {row['name']:18} {row['source']}")
        for failure in failures:
            typer.echo(f"! {failure}", err=True)
    if failures:
        typer.echo("next: uninstall or repair what is named", err=True)
        raise typer.Exit(PLUGINS_FAILED)


def _failures(plugins: Plugins) -> list[str]:
    return [str(failure) for failure in (*plugins.failures, *plugins.built())]


@app.command()
def capabilities(
    as_json: Json = False,
    missing: Annotated[
        Path | None,
        typer.Option("--missing", help="A list (CSV with a column id): print what it has more."),
    ] = None,
) -> None:
    """List the functions and figures that the installed modules offer."""
    from ..plugins import load_plugins

    registry = load_plugins(None, {}).registry
    rows = [
        {
            "id": c.id,
            "module": registry.owners[c.id],
            "availability": c.availability,
            "label_vi": c.title.vi,
            "title_en": c.title.en,
            "origin": c.origin,
        }
        for c in registry.capabilities.values()
    ]
    rows += [
        {
            "id": f.id,
            "module": registry.owners[f.id],
            "availability": "blank_offline" if f.offline == "blank" else "last_online",
            "label_vi": f.title.vi,
            "title_en": f.title.en,
            "origin": f.origin,
        }
        for f in registry.figures.values()
    ]
    if missing is not None:
        known = {row["id"] for row in rows}
        rows = [row for row in _listed(missing) if row["id"] not in known]
    if as_json:
        emit(rows)
    else:
        for row in rows:
            typer.echo(f"{row['id']:42} {row.get('availability', ''):14} {row.get('label_vi', '')}")


def _listed(path: Path) -> list[dict[str, str]]:
    import csv

    with saying():
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        except OSError as error:
            raise Refused("file_unreadable", {"path": str(path)}) from error
        if rows and "id" not in rows[0]:
            raise Refused("file_unreadable", {"path": f"{path} (column id)"})
    return rows


@tenant_app.command("create")
def tenant_create(
    code: Annotated[str, typer.Argument(help="Short code, e.g. MP.")],
    name: Annotated[str, typer.Argument(help="Name of the company.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    regime: Annotated[
        Literal["TT99", "TT200", "TT133"], typer.Option("--regime", help="Accounting regime.")
    ] = "TT99",
    start_date: Annotated[
        str,
        typer.Option("--start-date", help="First accounting day; default: 1 January of this year."),
    ] = "",
    as_json: Json = False,
) -> None:
    """Make a company with its chart of accounts."""
    with opened(data, config, storage, "cloud", create=True) as kernel:
        options = {}
        if "accounting.start_date" in kernel.registry.options:
            year = kernel.clock.today().year
            options["accounting.start_date"] = start_date or f"{year}-01-01"
        made = kernel.add_tenant(code, name, regime=regime, options=options)
    if as_json:
        emit({"id": made.id, "code": made.code, "name": made.name})
    else:
        typer.echo(f"{made.code} {made.id}")


@tenant_app.command("list")
def tenant_list(
    data: Data = HERE, config: Config = None, storage: Storage = "", as_json: Json = False
) -> None:
    """List the companies of a database."""
    with opened(data, config, storage) as kernel:
        rows = [
            {"id": t.id, "code": t.code, "name": t.name, "state": t.state}
            for t in kernel.storage.tenants().list()
        ]
    if as_json:
        emit(rows)
    else:
        for row in rows:
            typer.echo(f"{row['code']:12} {row['state']:8} {row['name']}")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="The workbook, .xlsx.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    valid_rows_only: Annotated[
        bool, typer.Option("--valid-rows-only", help="Skip bad rows and keep the others.")
    ] = False,
    post: Annotated[bool, typer.Option("--post", help="Post the vouchers after saving.")] = False,
    as_json: Json = False,
) -> None:
    """Import a workbook: all rows are checked first; nothing is saved when one is bad."""
    from ..importing import import_workbook, lines_of

    with opened(data, config, storage) as kernel:
        by = actor(kernel, tenant)
        with progress("import") as told:
            result = import_workbook(
                kernel, by, file, valid_rows_only=valid_rows_only, post=post, progress=told
            )
        if as_json:
            emit(result.as_json())
        else:
            for line in lines_of(kernel.registry, result.findings, language()):
                typer.echo(line)
            warnings = len(result.findings) - len(result.errors)
            counts = f"{result.imported} records imported, {result.rejected} rejected"
            typer.echo(f"{counts}, {warnings} warnings" if warnings else counts)
            for name in result.unavailable:
                typer.echo(f"not imported, its module is not installed: {name}")
        if result.errors and not valid_rows_only:
            typer.echo("next: correct the rows, or --valid-rows-only to skip them", err=True)
            raise typer.Exit(FAILED)


@cases_app.command("run")
def cases_run(
    paths: Annotated[list[Path], typer.Argument(help="Files or folders.")],
    through_site: Annotated[
        bool, typer.Option("--through-site", help="Type everything at a site, and send it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run worked cases from files or folders on a fresh company in memory."""
    from ..testing.cases import run_paths

    outcome = run_paths(paths, through_site=through_site)
    if as_json:
        emit(outcome.as_json())
    else:
        for line in outcome.lines():
            typer.echo(line)
        typer.echo(outcome.summary())
    raise typer.Exit(outcome.exit_code)


@app.command()
def demo(
    fast: Annotated[bool, typer.Option("--fast", help="Settle in a second, not ten.")] = False,
    as_json: Json = False,
) -> None:
    """A cloud and two offices as processes: a line is cut, work goes on, the books agree."""
    raise typer.Exit(_added("demo")(as_json, fast))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def bench(context: typer.Context) -> None:
    """Measure lienso beside the bare engine; options are those of the plugin lienso-bench."""
    raise typer.Exit(_added("bench")(context.args))


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def simulate(context: typer.Context) -> None:
    """Run simulated companies under faults by seed; options are those of the plugin lienso-simulate."""
    raise typer.Exit(_added("simulate")(context.args))


def _added(name: str) -> Any:
    """Return a command that another distribution brings."""
    with saying():
        try:
            return discovery.load_command(name)
        except DriverNotFound as error:
            raise DriverNotFound("command_not_installed", {"name": name}) from error
