"""Printed forms as PDF in the client API; the file is sent in parts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from . import pdf
from .api_values import Request
from .model import Actor

if TYPE_CHECKING:
    from .kernel import Kernel

Answer = dict[str, Any]

PART_BYTES = 512 * 1024
"""Bytes of a part: under the limit of a message."""


def print_records(kernel: Kernel, by: Actor, request: Request) -> Iterator[Answer]:
    """Print records of a type, as one PDF."""
    return _parts(
        pdf.print_records(
            kernel,
            by,
            request.text("type"),
            request.texts("ids"),
            request.text("form"),
            request.text("paper"),
            request.number("copies"),
            request.flag("archive"),
        )
    )


def print_report(kernel: Kernel, by: Actor, request: Request) -> Iterator[Answer]:
    """Run a report and print it."""
    params = request.object("params")
    form, paper, archive = request.text("form"), request.text("paper"), request.flag("archive")
    return _parts(pdf.print_report(kernel, by, request.text("id"), params, form, paper, archive))


def _parts(made: pdf.Pdf) -> Iterator[Answer]:
    first: Answer = {"forms": list(made.forms), "sync_states": list(made.sync_states)}
    for start in range(0, len(made.data), PART_BYTES):
        yield {**first, "data": made.data[start : start + PART_BYTES]}
        first = {}
