"""What the commands share: options, exit codes, errors in words, opening a data folder, progress."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ..errors import LiensoError, PluginError, Refused

if TYPE_CHECKING:
    from ..client import Client
    from ..configuration import Configuration
    from ..kernel import Kernel
    from ..model import Actor, Message, Role
    from ..storage import Tenant
    from ..transport import Link

DONE, FAILED, WRONG_USAGE, PLUGINS_FAILED = 0, 1, 2, 3
"""Exit codes: done; refused or failed; wrong usage (typer's own); plugins failed."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Storage = Annotated[str, typer.Option("--storage", help="URL of the database, sqlite:PATH.")]
Data = Annotated[
    Path,
    typer.Option("--data", envvar="LIENSO_DATA", help="Data folder, with its lienso.toml."),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", envvar="LIENSO_CONFIG", help="Settings file in place of that one."),
]
Company = Annotated[
    str, typer.Option("--tenant", help="Code of the company; may be left out when there is one.")
]
Listen = Annotated[str, typer.Option("--listen", help="Where to listen; port 0 picks a free one.")]
HERE = Path()

Progress = Callable[[int, int, str], None]


def emit(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=_plain))


def _plain(value: Any) -> Any:
    import dataclasses

    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def json_object(text: str) -> dict[str, Any]:
    """Read the JSON object of --params. Raises: Refused: ``bad_params``."""
    from ..canonical import parse

    try:
        found = parse(text)
    except Refused as error:
        raise Refused("bad_params", error.detail) from error
    if not isinstance(found, dict):
        raise Refused("bad_params", {"reason": "not an object"})
    return found


class Said:
    """Whose texts and which language errors are told in; filled in as they become known.

    Attributes:
        more: texts of a plugin's command, for what goes wrong before there is a kernel.
    """

    def __init__(self) -> None:
        self.language: Literal["vi", "en"] = "vi"
        self.kernel: Kernel | None = None
        self.more: Mapping[str, Message] = {}

    def text(self, error: LiensoError) -> str:
        """Return code and text of an error, its findings below it."""
        from .. import messages
        from .messages import MESSAGES

        known = messages.CORE if self.kernel is None else self.kernel.registry.messages
        registry: Any = SimpleNamespace(messages={**known, **MESSAGES, **self.more})
        words = messages.error_text(registry, error, self.language)
        if error.code not in registry.messages:
            words = error.text or str(error).removeprefix(f"{error.code}: ")
        more = [
            messages.text(registry, error.code, problem, self.language)
            for problem in error.detail.get("problems", ())
        ]
        return "\n".join([f"{error.code}: {words}", *more])


_SAID: ContextVar[Said] = ContextVar("said", default=Said())  # noqa: B039 - never filled in


def language() -> Literal["vi", "en"]:
    """Return the language of texts for people, as the settings of the present command say."""
    return _SAID.get().language


@contextmanager
def saying() -> Iterator[Said]:
    """Turn an expected error into words on standard error and an exit code."""
    said = Said()
    _SAID.set(said)
    try:
        yield said
    except PluginError as error:
        typer.echo(said.text(error), err=True)
        raise typer.Exit(PLUGINS_FAILED) from error
    except LiensoError as error:
        typer.echo(said.text(error), err=True)
        raise typer.Exit(FAILED) from error
    except ExceptionGroup as group:
        for failure in group.exceptions:
            typer.echo(f"! {failure}", err=True)
        typer.echo("next: lienso plugins --check; uninstall or repair what is named", err=True)
        raise typer.Exit(PLUGINS_FAILED) from group


def configured(
    said: Said, data: Path, config: Path | None, role: Role | None = None, **options: Any
) -> Configuration:
    """Read the settings for a command and set the log up. Raises: Refused."""
    from ..configuration import load
    from . import logs

    found = load(data, config, **options)
    said.language = found.language
    found = found if role is None else found.as_role(role)
    logs.configure(found.log.level, found.log.format)
    return found


def secret_in(path: Path) -> str:
    """Read a password or token from a file. Raises: Refused: ``file_unreadable``, ``key_file_open``."""
    from ..security.sealing import read_secret

    return read_secret(path).decode(errors="replace").strip()


@contextmanager
def asking(at: str) -> Iterator[Client]:
    """Speak to a running site, errors told in words; as the user whose token is in the file that the
    variable ``LIENSO_USER_TOKEN_FILE`` names."""
    from .. import client
    from ..errors import LinkError

    with saying():
        try:
            with client.connect(at) as site:
                if token_file := os.environ.get("LIENSO_USER_TOKEN_FILE"):
                    site.sign_in(token=secret_in(Path(token_file)))
                yield site
        except LinkError as error:
            if error.code != LinkError.code:
                raise
            raise LinkError("not_a_server", {"url": at}) from error


@contextmanager
def opened(
    data: Path,
    config: Path | None,
    storage: str,
    role: Role | None = None,
    more: Mapping[str, Message] | None = None,
    *,
    create: bool = False,
) -> Iterator[Kernel]:
    """Open a data folder's database without a line to anywhere, errors told in words.

    Args:
        more: texts of a plugin's command, which the settings may leave out as a module.
        create: make the database where there is none; else that is refused.
    """
    from ..kernel import start

    with saying() as said:
        said.more = more or {}
        if config is None and not storage and (sides := _both_sides(data)):
            raise Refused("folder_of_both", {"files": sides})
        found = configured(said, data, config, role, storage=storage)
        link = None if found.role in (None, "cloud") else no_line()
        with start(found.settings(link, create=create)) as kernel:
            said.kernel = kernel
            yield kernel


def _both_sides(data: Path) -> str:
    """Return the settings files of a folder that ``lienso up`` made; empty for another one."""
    from ..configuration import FILE_NAME

    files = [data / f"{role}.toml" for role in ("cloud", "site")]
    if (data / FILE_NAME).exists() or not all(file.exists() for file in files):
        return ""
    return ", ".join(f"--config {file}" for file in files)


def no_line() -> Link:
    """Return a line that is cut: for a site's store that is looked at, not served."""
    from ..errors import LinkError
    from ..loopback import LoopbackLink

    def nobody() -> Any:
        raise LinkError(detail={"cause": "this command works without the cloud"})

    link = LoopbackLink(nobody)
    link.cut()
    return link


def company(kernel: Kernel, code: str) -> Tenant:
    """Return the company of this code; the only one when no code is given.

    Raises:
        Refused: ``tenant_unknown``, ``tenant_needed``.
    """
    there = kernel.storage.tenants().list()
    if not code and len(there) == 1:
        return there[0]
    found = kernel.storage.tenants().find(code) if code else None
    if found is None:
        names = ", ".join(tenant.code for tenant in there) or "none"
        missing = bool(code) or not there
        raise Refused(
            "tenant_unknown" if missing else "tenant_needed", {"code": code, "there": names}
        )
    return found


def actor(kernel: Kernel, code: str) -> Actor:
    """Return the administrator of a company."""
    from ..model import Actor

    tenant = company(kernel, code).id
    return Actor(tenant, "administrator", kernel.settings.site_id, trusted=True)


@contextmanager
def progress(title: str) -> Iterator[Progress]:
    """Show a bar on standard error while a terminal looks on; ``(done, total, text)`` moves it."""
    if not sys.stderr.isatty():
        yield lambda _done, _total, _text: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)

        def told(done: int, total: int, text: str) -> None:
            described = f"{title} {text}".rstrip()
            bar.update(task, completed=done, total=total or None, description=described)

        yield told
