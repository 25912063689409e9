"""Who signed in, or tried to: rows that are only added to, in the cloud and at every site.

A site's rows go up after a pull. The access log of module ``system``
shows them beside what was changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

from ..ids import instant_text
from ..storage import View, Writer

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..model import Actor

Event = Literal["signed_in", "signed_in_offline", "wrong", "locked", "signed_out", "overridden"]
EVENTS: tuple[Event, ...] = get_args(Event)

SENT_MAX = 200
"""Rows of one call: some 40 KiB."""

TEXT_MAX = 255
"""Characters of what a workstation says of itself."""


def note(
    kernel: Kernel,
    writer: Writer,
    by: Actor,
    user: str,
    event: Event,
    detail: str = "",
    *,
    sent: bool = False,
) -> None:
    """Add a row about a user, at the workstation of ``by``.

    Args:
        sent: the cloud took part, and has a row of its own.
    """
    writer.state("sign_in_log").insert(
        {
            "id": kernel.ids.new(),
            "at": instant_text(kernel.clock.now()),
            "user": user[:100],
            "workstation": by.workstation[:TEXT_MAX],
            "site": by.site,
            "event": event,
            "detail": detail[:TEXT_MAX],
            "sent": sent or kernel.role == "cloud",
        }
    )


def unsent(view: View) -> list[dict[str, Any]]:
    """Return the oldest rows that the cloud has not."""
    rows = view.state("sign_in_log").scan(equals={"sent": False}, limit=SENT_MAX)
    return [{name: value for name, value in row.items() if name != "sent"} for row in rows]


def note_sent(writer: Writer, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remember which rows the cloud has."""
    writer.state("sign_in_log").put_many([{**row, "sent": True} for row in rows])


def take(writer: Writer, site_id: str, rows: object) -> None:
    """Add a site's rows in the cloud, as that site's; those that are there already stay as they are."""
    table = writer.state("sign_in_log")
    for row in list(rows)[:SENT_MAX] if isinstance(rows, list) else ():
        texts = {name: row.get(name) for name in ("id", "at", "user", "workstation", "detail")}
        fits = all(isinstance(text, str) and len(text) <= TEXT_MAX for text in texts.values())
        if fits and row.get("event") in EVENTS and table.get(f"{site_id}/{texts['id']}") is None:
            own = {"id": f"{site_id}/{texts['id']}", "site": site_id, "event": row["event"]}
            table.insert({**texts, **own, "sent": True})


def rows_between(view: View, start: str, stop: str) -> list[dict[str, Any]]:
    """Return the rows of some time, bounds as UTC instants, the last one not included."""
    return view.state("sign_in_log").scan(order=("at",), start=(start,), stop=(stop,))
