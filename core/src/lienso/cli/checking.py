"""Commands that look whether all is well, and the one that saves what the cloud has not got."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from .shared import (
    FAILED,
    HERE,
    Company,
    Config,
    Data,
    Json,
    Storage,
    actor,
    asking,
    company,
    emit,
    opened,
    progress,
)

if TYPE_CHECKING:
    from ..verifying import Check

Over = Annotated[
    str, typer.Option("--at", help="URL of the running site to ask in place of its folder.")
]
SHOWN = 20
"""Things that are wrong which a check shows to people; --json has all of them."""


def verify(
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Annotated[
        str, typer.Option("--tenant", help="Code of a company; without it, all are verified.")
    ] = "",
    anchor: Annotated[
        str,
        typer.Option(
            "--anchor", help="COMPANY:FEED_SEQ:HASH of an earlier run, or a file of them."
        ),
    ] = "",
    as_json: Json = False,
) -> None:
    """Check that a store is whole: digests, feed, chain, claims, totals, entries, log, what waits.

    In the cloud it prints the head of each company's chain: write it down elsewhere, for --anchor.
    """
    from .. import verifying

    with opened(data, config, storage) as kernel, progress("verify") as told:
        # A path that is mistyped opens an empty database: no company is not "all is well".
        there = (not tenant and kernel.storage.tenants().list()) or [company(kernel, tenant)]
        anchors = [verifying.anchor_of(line) for line in _lines(anchor)]
        if not tenant:
            for one in anchors:
                company(kernel, one.company)  # A company that was anchored must not be gone.
        found = {
            one.code: verifying.verify_chained(
                kernel, one.id, told, [a.head for a in anchors if a.company == one.code]
            )
            for one in there
        }
    wrong = sum(len(check.wrong) for checks, _head in found.values() for check in checks)
    if as_json:
        rows = [
            {
                "company": code,
                "head": "" if head is None else f"{code}:{head.text()}",
                "checks": [check.as_json() for check in checks],
            }
            for code, (checks, head) in found.items()
        ]
        emit({"companies": rows, "wrong": wrong})
    else:
        for code, (checks, head) in found.items():
            _show(code, checks)
            if head is not None:
                typer.echo(f"  head of the chain {code}:{head.text()}")
    if wrong:
        typer.echo(
            f"{wrong} wrong. next: stop the server, keep a copy of the database, restore the last "
            "backup that verifies; at a site, save what waits: lienso export-pending FILE",
            err=True,
        )
        raise typer.Exit(FAILED)


def _lines(anchor: str) -> list[str]:
    """Return the anchors that an option names: itself, or the lines of a file."""
    path = Path(anchor)
    if not anchor or not path.is_file():
        return [anchor] if anchor else []
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _show(code: str, checks: Sequence[Check]) -> None:
    typer.echo(code)
    for check in checks:
        mark = "✗" if check.wrong else "✓"
        typer.echo(f"  {mark} {check.check:10} {check.looked_at:>9,} looked at")
        for wrong in check.wrong[:SHOWN]:
            where = ", ".join(f"{name} {value}" for name, value in wrong.items() if name != "what")
            typer.echo(f"      {wrong['what']}: {where}")
        if len(check.wrong) > SHOWN:
            typer.echo(f"      and {len(check.wrong) - SHOWN} more (--json shows all)")


def export_pending(
    file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")],
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Company = "",
    at: Over = "",
    as_json: Json = False,
) -> None:
    """Write everything the cloud has not accepted into one JSON file, readable without lienso."""
    from .. import pending

    if at:
        with asking(at) as site:
            found = site.site.export_pending()
            pending.write(found, file)
    else:
        with opened(data, config, storage, "site") as kernel:
            found = pending.pending(kernel, actor(kernel, tenant))
            pending.write(found, file)
    _told(file, pending.counts(found), as_json)


def _told(file: Path, counts: dict[str, Any], as_json: bool) -> None:
    if as_json:
        emit({"file": str(file), **counts})
        return
    typer.echo(
        f"{file}: {counts['changes']} changes ({counts['waiting']} waiting, "
        f"{counts['without_verdict']} without a verdict, {counts['refused']} refused)"
    )


def doctor(
    data: Data = HERE, config: Config = None, storage: Storage = "", as_json: Json = False
) -> None:
    """Say what is wrong with an installation and what to do; 1 when something is."""
    from . import diagnosis

    found = diagnosis.diagnose(data, config, storage)
    if as_json:
        emit([line.as_json() for line in found])
    else:
        for line in found:
            typer.echo(f"{line.mark} {line.about:10} {line.text}")
            if line.next:
                typer.echo(f"  next: {line.next}")
    if any(line.state == "wrong" for line in found):
        raise typer.Exit(FAILED)
