"""Commands that look whether a running site and its cloud are well: doctor, verify, trace."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from .running import LOCAL, At
from .shared import FAILED, Json, asking, emit, progress

_MARKS = {"ok": "✓", "note": "·", "wrong": "✗"}


def doctor(at: At = LOCAL, as_json: Json = False) -> None:
    """Say how the line of a running site is, what is wrong and what to do; 1 when something is."""
    with asking(at) as site:
        lines = site.site.examine()
    if as_json:
        emit(lines)
    else:
        for line in lines:
            typer.echo(f"{_MARKS[line['state']]} {line['about']:10} {line['text']}")
            if line["next"]:
                typer.echo(f"  next: {line['next']}")
    if any(line["state"] == "wrong" for line in lines):
        raise typer.Exit(FAILED)


def verify(at: At = LOCAL, as_json: Json = False) -> None:
    """Compare what a running site has with the cloud, record by record; 1 when something differs."""
    with asking(at) as site, progress("verify"):
        found = site.site.compare()
    if as_json:
        emit(found)
    else:
        for row in found["differences"]:
            typer.echo(_difference(row))
        count = len(found["differences"])
        typer.echo(f"{found['looked_at']} records compared, {count} differ")
        typer.echo(f"head of the cloud's chain {found['chain']}")
    if found["differences"]:
        typer.echo(_advice(found), err=True)
        raise typer.Exit(FAILED)


def _difference(row: Mapping[str, Any]) -> str:
    if row["what"] == "chain_cut":
        return f"✗ the cloud's chain lacks {row['witness']}, which this site has seen"
    here = f"version {row['version']}" if row["version"] else "not here"
    there = f"version {row['cloud_version']}" if row["cloud_version"] else "not in the cloud"
    return f"✗ {row['type']} {row['id']}: {here}, {there}"


def _advice(found: Mapping[str, Any]) -> str:
    if found["moving"]:
        return "the feed moved all the time. next: compare again when there is less to do"
    if any(row["what"] == "chain_cut" for row in found["differences"]):
        return (
            "next: ask whoever runs the cloud whether it was restored; lienso verify --anchor there"
        )
    return "next: lienso verify on both machines; lienso sync trace ID says how each came about"


def trace(
    record: Annotated[str, typer.Argument(help="Id, number or code of the record.")],
    type: Annotated[str, typer.Option("--type", help="Its type, where a code is not enough.")] = "",
    at: At = LOCAL,
    as_json: Json = False,
) -> None:
    """Tell the way of one record: outbox, log, verdicts and versions, on both sides."""
    with asking(at) as site:
        found = site.site.trace(record, type)
    if as_json:
        emit(found)
        return
    typer.echo(f"{found['type']} {found['id']}")
    for step in found["steps"]:
        typer.echo("  " + "  ".join(part for part in _parts(step) if part))
    if found["earlier"]:
        typer.echo(f"  {found['earlier']} earlier versions are not listed")
    if found["cloud"]:
        typer.echo(f"the cloud was not asked: {found['cloud']}", err=True)


def _parts(step: Mapping[str, Any]) -> list[str]:
    detail = step.get("detail") or {}
    return [
        f"{step['where']:5} {step['what']:11}",
        step["at"],
        f"version {step['version']}" if step["version"] else "",
        f"place {step['feed_seq']}" if step["feed_seq"] else "",
        step["code"],
        f"change {step['change_id']}" if step["change_id"] else "",
        " at ".join(who for who in (step["user"], step["site"]) if who),
        ", ".join(f"{name} {value}" for name, value in detail.items() if name != "digest"),
    ]
