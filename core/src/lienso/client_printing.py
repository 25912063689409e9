"""The part of the client API for programs that prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .client_site import Line
from .pdf import Pdf

Json = dict[str, Any]


class PrintClient:
    """Printed forms as PDF; made by `lienso.client.Client`."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def records(
        self,
        type: str,
        ids: Sequence[str],
        form: str = "",
        paper: str = "",
        copies: int = 0,
        archive: bool = False,
    ) -> Pdf:
        """Print records of a type; see `lienso.pdf.print_records`.

        Raises:
            Unknown, Refused, LimitExceeded: as there.
        """
        body = {"type": type, "ids": list(ids), "form": form, "paper": paper, "copies": copies}
        return _joined(self._line.stream("Records.PrintPdf", {**body, "archive": archive}))

    def report(
        self,
        id: str,
        params: Mapping[str, Any] | None = None,
        form: str = "",
        paper: str = "",
        archive: bool = False,
    ) -> Pdf:
        """Run a report and print it; see `lienso.pdf.print_report`.

        Raises:
            OfflineRefused, Unknown, Refused: as there.
        """
        body = {"id": id, "params": dict(params or {}), "form": form, "paper": paper}
        return _joined(self._line.stream("Reports.PrintPdf", {**body, "archive": archive}))


def _joined(parts: Iterable[Json]) -> Pdf:
    found = list(parts)
    data = b"".join(part["data"] for part in found)
    return Pdf(data, tuple(found[0].get("forms", ())), tuple(found[0].get("sync_states", ())))
