"""Numbers at a site that come from the cloud: its counters follow what is pulled (sync-design §8)."""

from __future__ import annotations

import datetime
import logging
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from ..canonical import parse
from ..errors import PluginCrashed
from ..model import LEDGERS, Ledger, RecordType
from ..numbers import FIELD_OF, follow, is_numbered
from ..storage import StoredRecord, Writer
from ..view import View

if TYPE_CHECKING:
    from ..kernel import Kernel

log = logging.getLogger("lienso.sync")


def numbers_seen(kernel: Kernel, writer: Writer, records: Iterable[StoredRecord]) -> None:
    """Let the counters of the series whose numbers were pulled follow them."""
    view = View(kernel, writer)
    series = {
        (record_type.group, ledger, date.isoformat()[:7]): (record_type, ledger, date)
        for stored in records
        for record_type, ledger, date in _series(kernel, stored)
    }
    for record_type, ledger, date in series.values():
        try:
            follow(view, writer, record_type, ledger, date)
        except PluginCrashed as crash:  # The records are here; the next save looks for itself.
            log.warning("numbers of %s are not followed: %s", record_type.group, crash)


def _series(
    kernel: Kernel, stored: StoredRecord
) -> Iterator[tuple[RecordType, Ledger, datetime.date]]:
    record_type = kernel.registry.record_types.get(stored.type)
    if record_type is None or stored.deleted or not is_numbered(record_type):
        return
    body = parse(stored.body)
    if not isinstance(body, dict):
        return
    try:
        date = datetime.date.fromisoformat(body.get("posting_date") or body.get("date") or "")
    except (TypeError, ValueError):
        return  # It was kept aside as unreadable.
    for ledger in LEDGERS:
        if body.get(FIELD_OF[ledger]):
            yield record_type, ledger, date
