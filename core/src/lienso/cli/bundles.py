"""``lienso bundle``: synchronisation by files that are carried by hand."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer

from .. import discovery
from ..errors import DriverNotFound
from .shared import HERE, Config, Data, Json, Storage, company, emit, opened, saying

bundle_app = typer.Typer(
    no_args_is_help=True, help="Sites without a line: the same messages in files carried by hand."
)

KeyFile = Annotated[Path, typer.Option("--key-file", help="The key of the site.")]


@contextmanager
def _plugin() -> Iterator[Any]:
    """Find the commands of the plugin, errors told in its words."""
    with saying() as said:
        try:
            commands: Any = discovery.load_command("bundle")
        except DriverNotFound as error:
            raise DriverNotFound("command_not_installed", {"name": "transport-bundle"}) from error
        said.more = commands.MESSAGES
        yield commands


def _show(done: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit(done)
        return
    for name, value in done.items():
        typer.echo(f"{name:12} {value}")


@bundle_app.command("key")
def key(
    tenant: Annotated[str, typer.Argument(help="Code of the company.")],
    site: Annotated[str, typer.Argument(help="Name of the site.")],
    key_file: Annotated[Path, typer.Option("--key-file", help="Where to write the key.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    as_json: Json = False,
) -> None:
    """In the cloud: make the key of an enrolled site; carry it to the site once, and keep it."""
    with (
        _plugin() as commands,
        opened(data, config, storage, "cloud", commands.MESSAGES) as kernel,
    ):
        _show(commands.key(kernel, company(kernel, tenant).id, site, key_file), as_json)


@bundle_app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="File to write.")],
    key_file: KeyFile,
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    after: Annotated[
        int,
        typer.Option(
            "--after", help="The last number that the cloud has, of a site set back.", min=0
        ),
    ] = 0,
    as_json: Json = False,
) -> None:
    """At the site: seal what waits and write it into a file; a lost file is simply made again."""
    with (
        _plugin() as commands,
        opened(data, config, storage, "site", commands.MESSAGES) as kernel,
    ):
        _show(commands.export(kernel, file, key_file, after), as_json)


@bundle_app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="File to take.")],
    key_file: KeyFile,
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    reply: Annotated[
        Path | None, typer.Option("--reply", help="In the cloud: the file to write the answer to.")
    ] = None,
    new_log: Annotated[
        bool, typer.Option("--new-log", help="In the cloud: this is the site's newest state.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Take a site's file in the cloud, with --reply, or the cloud's answer at the site."""
    with _plugin() as commands:
        role = commands.side_of(file)
        with opened(data, config, storage, role, commands.MESSAGES) as kernel:
            _show(commands.import_(kernel, file, key_file, reply, new_log), as_json)
