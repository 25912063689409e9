"""``lienso print``: records and reports on their forms, as text or PDF, and the list of forms."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import Refused
from .shared import HERE, Company, Config, Data, Json, Storage, actor, asking, emit, opened, saying

if TYPE_CHECKING:
    from ..client import Client
    from ..kernel import Kernel
    from ..model import Actor
    from ..pdf import Pdf


def print_form(
    type: Annotated[
        str, typer.Argument(help="Record type or report, e.g. cash_receipt.", show_default=False)
    ] = "",
    numbers: Annotated[
        list[str] | None,
        typer.Argument(help="Numbers, codes or ids; one without --out.", show_default=False),
    ] = None,
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    site: Annotated[
        bool, typer.Option("--site", help="The database of --storage is a site's.")
    ] = False,
    tenant: Company = "",
    at: Annotated[
        str, typer.Option("--at", help="URL of the running site to ask in place of its folder.")
    ] = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="Print all of them into this PDF, not as text.")
    ] = None,
    form: Annotated[
        str, typer.Option("--form", help="Code of the form, e.g. 01-TT; default: the usual one.")
    ] = "",
    paper: Annotated[str, typer.Option("--paper", help="A4 or A5, where the form knows it.")] = "",
    copies: Annotated[
        int, typer.Option("--copies", help="Copies (liên) of each; 0: as usual.", min=0)
    ] = 0,
    archive: Annotated[
        bool, typer.Option("--archive", help="As PDF/A-2a, to be kept for years.")
    ] = False,
    params: Annotated[
        str, typer.Option("--params", help='Of a report: JSON object, e.g. {"from_date": …}.')
    ] = "{}",
    list_forms: Annotated[
        bool, typer.Option("--list", help="List the forms, and what each of them prints.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print records as text, or with --out records or a report as PDF; also without a line.

    A number not confirmed by the cloud is marked.
    """
    names = numbers or []
    if list_forms:
        _list(type, as_json)
    elif not type:
        raise typer.BadParameter("name a record type or report; lienso print --list shows them")
    elif out is None:
        if len(names) != 1 or form or paper or copies or archive:
            raise typer.BadParameter("as text one record is printed; with --out FILE.pdf, several")
        _as_text(type, names[0], data, config, storage, site, tenant, at, as_json)
    elif at:
        asked = _Asked(type, tuple(names), form, paper, copies, archive, params)
        with asking(at) as server:
            _write(out, asked.asked_of(server), as_json)
    else:
        asked = _Asked(type, tuple(names), form, paper, copies, archive, params)
        with opened(data, config, storage, "site" if site else None) as kernel:
            _write(out, asked.printed(kernel, actor(kernel, tenant)), as_json)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a PDF was asked for."""

    type: str
    names: tuple[str, ...]
    form: str
    paper: str
    copies: int
    archive: bool
    params: str

    def printed(self, kernel: Kernel, by: Actor) -> Pdf:
        """Print records, or the report of this name. Raises: LiensoError."""
        from ..pdf import print_records, print_report
        from .shared import json_object

        if self.type in kernel.registry.reports:
            params = json_object(self.params)
            return print_report(kernel, by, self.type, params, self.form, self.paper, self.archive)
        how = (self.form, self.paper, self.copies, self.archive)
        return print_records(kernel, by, self.type, self.names, *how)

    def asked_of(self, server: Client) -> Pdf:
        """Let a running server print them. Raises: LiensoError."""
        from .shared import json_object

        if "." in self.type:  # ids of reports have one, record types none
            params = json_object(self.params)
            return server.pdf.report(self.type, params, self.form, self.paper, self.archive)
        how = (self.form, self.paper, self.copies, self.archive)
        return server.pdf.records(self.type, self.names, *how)


def _write(out: Path, made: Pdf, as_json: bool) -> None:
    try:
        out.write_bytes(made.data)
    except OSError as error:
        detail = {"path": str(out), "reason": error.strerror}
        raise Refused("file_unwritable", detail) from error
    if as_json:
        emit({"file": str(out), "forms": made.forms, "sync_states": made.sync_states})
    else:
        typer.echo(f"{out}: {', '.join(dict.fromkeys(made.forms))}")


def _list(of: str, as_json: bool) -> None:
    """List the forms of what is installed; of one record type or report when it is named."""
    from ..pdf import ANY, forms_of, printable
    from ..plugins import load_plugins

    registry = load_plugins(None, {}).registry
    with saying():
        forms = forms_of(registry, of) if of else list(registry.forms.values())
        if of and not forms:
            raise Refused(
                "not_printable", {"type": of, "printable": ", ".join(printable(registry))}
            )
    rows = []
    for form in forms:
        types = [id for id in form.record_types if id in registry.record_types]
        reports = [id for id in form.reports if id in registry.reports or id == ANY]
        if types or reports:
            rows.append(
                {
                    "form": form.code,
                    "title": form.title.vi,
                    "record_types": types,
                    "reports": reports,
                    "papers": list(form.papers),
                    "copies": form.copies,
                }
            )
            if not as_json:
                paper, prints = "/".join(form.papers), ", ".join([*types, *reports])
                typer.echo(f"{form.code:28} {paper:6} {prints:60} {form.title.vi}")
    if as_json:
        emit(rows)


def _as_text(
    type: str,
    number: str,
    data: Path,
    config: Path | None,
    storage: str,
    site: bool,
    tenant: str,
    at: str,
    as_json: bool,
) -> None:
    from ..printing import printed

    if at:
        with asking(at) as server:
            form = server.print(type, number)
        text, sync_state = form.text, form.sync_state
    else:
        with opened(data, config, storage, "site" if site else None) as kernel:
            read = printed(kernel, actor(kernel, tenant), type, number)
        text, sync_state = read.text, read.sync_state
    if as_json:
        emit({"text": text, "sync_state": sync_state})
    else:
        typer.echo(text, nl=False)
