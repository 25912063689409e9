"""Commands of ``lienso``; each prints for people, and JSON where a program would read it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import discovery, messages
from ..errors import LiensoError
from ..invocation import table_json
from ..kernel import Kernel, Settings, start
from ..model import Actor, Table
from ..plugins import load_plugins
from . import printing, security, servers

app = typer.Typer(no_args_is_help=True, add_completion=False, help="lienso: linked books.")
tenant_app = typer.Typer(no_args_is_help=True, help="Companies of a database.")
cases_app = typer.Typer(no_args_is_help=True, help="Worked cases.")
app.add_typer(tenant_app, name="tenant")
app.add_typer(cases_app, name="cases")
app.add_typer(servers.cloud_app, name="cloud")
app.add_typer(servers.site_app, name="site")
app.add_typer(servers.sync_app, name="sync")
security.register(servers.cloud_app, servers.site_app)
app.command("up")(servers.up)
app.command("mode")(servers.mode)
app.command("print")(printing.print_form)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Data = Annotated[str, typer.Option("--storage", help="URL of the database, e.g. sqlite:books.db")]
Company = Annotated[str, typer.Option("--tenant", help="Code of the company.")]

FAILED = 1
PLUGINS_FAILED = 3


def _print(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


@contextmanager
def _kernel(storage: str) -> Iterator[Kernel]:
    """Open the cloud's database, or say why not."""
    try:
        with start(Settings(storage=storage)) as kernel:
            yield kernel
    except LiensoError as error:
        typer.echo(f"{error.code}: {error}", err=True)
        raise typer.Exit(FAILED) from error
    except ExceptionGroup as group:
        for failure in group.exceptions:
            typer.echo(f"! {failure}", err=True)
        raise typer.Exit(PLUGINS_FAILED) from group


def _actor(kernel: Kernel, code: str) -> Actor:
    found = kernel.storage.tenants().find(code)
    if found is None:
        codes = ", ".join(one.code for one in kernel.storage.tenants().list()) or "none"
        typer.echo(f"tenant_unknown: {code}; there are: {codes} (lienso tenant create)", err=True)
        raise typer.Exit(FAILED)
    return Actor(found.id, "administrator")


@app.command()
def plugins(check: bool = False, as_json: Json = False) -> None:
    """List the installed plugins; with --check load all of them."""
    spaces = (discovery.MODULES, discovery.STORAGE, discovery.TRANSPORT, discovery.COMMANDS)
    found = [item for space in spaces for item in discovery.installed(space)]
    rows = [{"kind": i.namespace, "name": i.name, "source": i.source} for i in found]
    failures = [str(failure) for failure in load_plugins(None, {}).failures] if check else []
    if as_json:
        _print({"plugins": rows, "failures": failures})
    else:
        for row in rows:
            typer.echo(f"{row['kind']:18} {row['name']:18} {row['source']}")
        for failure in failures:
            typer.echo(f"! {failure}", err=True)
    if failures:
        raise typer.Exit(PLUGINS_FAILED)


@app.command()
def capabilities(
    as_json: Json = False,
    missing: Annotated[
        Path | None, typer.Option(help="A list (CSV with a column id): print what it has more.")
    ] = None,
) -> None:
    """List the functions and figures that the installed modules offer."""
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
        import csv

        known = {row["id"] for row in rows}
        with missing.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["id"] not in known]
    if as_json:
        _print(rows)
    else:
        for row in rows:
            typer.echo(f"{row['id']:42} {row.get('availability', ''):14} {row['label_vi']}")


@tenant_app.command("create")
def tenant_create(
    code: str,
    name: str,
    storage: Data,
    regime: Annotated[str, typer.Option(help="TT99, TT200 or TT133.")] = "TT99",
    start_date: Annotated[
        str, typer.Option(help="First accounting day; default: 1 January of this year.")
    ] = "",
) -> None:
    """Make a company with its chart of accounts."""
    with _kernel(storage) as kernel:
        options = {}
        if "accounting.start_date" in kernel.registry.options:
            year = kernel.clock.today().year
            options["accounting.start_date"] = start_date or f"{year}-01-01"
        made = kernel.add_tenant(code, name, regime=regime, options=options)
        typer.echo(f"{made.code} {made.id}")


@tenant_app.command("list")
def tenant_list(storage: Data, as_json: Json = False) -> None:
    """List the companies of a database."""
    with _kernel(storage) as kernel:
        rows = [
            {"id": t.id, "code": t.code, "name": t.name, "state": t.state}
            for t in kernel.storage.tenants().list()
        ]
    if as_json:
        _print(rows)
    else:
        for row in rows:
            typer.echo(f"{row['code']:12} {row['state']:8} {row['name']}")


@app.command("import")
def import_file(
    file: Path,
    storage: Data,
    tenant: Company,
    valid_rows_only: Annotated[
        bool, typer.Option(help="Skip bad rows and keep the others.")
    ] = False,
    post: Annotated[bool, typer.Option(help="Post the vouchers after saving.")] = False,
    as_json: Json = False,
) -> None:
    """Import a workbook: all rows are checked first; nothing is saved when one is bad."""
    from ..importing import import_workbook, lines_of

    with _kernel(storage) as kernel:
        by = _actor(kernel, tenant)
        try:
            result = import_workbook(kernel, by, file, valid_rows_only=valid_rows_only, post=post)
        except LiensoError as error:
            typer.echo(messages.error_text(kernel.registry, error), err=True)
            raise typer.Exit(FAILED) from error
        if as_json:
            _print(result.as_json())
        else:
            for line in lines_of(kernel.registry, result.findings):
                typer.echo(line)
            typer.echo(f"{result.imported} records imported, {result.rejected} rejected")
            for name in result.unavailable:
                typer.echo(f"not imported, its module is not installed: {name}")
        if result.errors and not valid_rows_only:
            raise typer.Exit(FAILED)


@app.command()
def report(
    id: str,
    storage: Data,
    tenant: Company,
    params: Annotated[str, typer.Option(help='JSON object, e.g. {"from_date": …}.')] = "{}",
    as_json: Json = False,
) -> None:
    """Run a report, e.g. general_ledger.trial_balance."""
    with _kernel(storage) as kernel:
        by = _actor(kernel, tenant)
        try:
            table = kernel.report(by, id, json.loads(params))
        except LiensoError as error:
            typer.echo(messages.error_text(kernel.registry, error), err=True)
            raise typer.Exit(FAILED) from error
        if as_json:
            _print(table_json(table))
        else:
            show(table)


def show(table: Table) -> None:
    """Print a report's table."""
    from rich.console import Console
    from rich.table import Table as RichTable

    shown = RichTable(title=table.title.vi, caption=table.subtitle or None)
    for column in table.columns:
        numeric = column.kind in ("money", "quantity", "number")
        shown.add_column(column.title.vi, justify="right" if numeric else "left")
    for row in (*table.rows, *([table.totals] if table.totals else [])):
        shown.add_row(*[_cell(value) for value in row])
    Console().print(shown)


def _cell(value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}".replace(",", ".")
    return "" if value is None else str(value)


@cases_app.command("run")
def cases_run(paths: list[Path], as_json: Json = False) -> None:
    """Run worked cases from files or folders on a fresh company in memory."""
    from ..testing.cases import run_paths

    outcome = run_paths(paths)
    if as_json:
        _print(outcome.as_json())
    else:
        for line in outcome.lines():
            typer.echo(line)
        typer.echo(outcome.summary())
    raise typer.Exit(outcome.exit_code)


@app.command()
def doctor(storage: Data) -> None:
    """Say what is installed and whether the database opens."""
    with _kernel(storage) as kernel:
        features = kernel.storage.features
        typer.echo(f"storage {features.engine} {features.version}, durable: {features.durable}")
        typer.echo(f"modules {', '.join(kernel.registry.modules)}")
        typer.echo(f"companies {len(kernel.storage.tenants().list())}")


@app.command()
def demo(
    fast: Annotated[bool, typer.Option(help="Settle in a second instead of ten.")] = False,
    as_json: Json = False,
) -> None:
    """A cloud and two offices as processes: a line is cut, work goes on, the books agree."""
    try:
        run = discovery.load_command("demo")
    except LiensoError as error:
        typer.echo(f"{error.code}: {error}; install lienso-demo", err=True)
        raise typer.Exit(FAILED) from error
    raise typer.Exit(run(as_json, fast))
