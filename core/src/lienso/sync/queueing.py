"""What a save at a site puts into the outbox, in the transaction of its record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from .. import limits
from ..canonical import parse
from ..model import Record, RecordType
from ..records import Refs, ledgers_of
from ..storage import StoredRecord
from ..storage_rules import check_size
from . import renumbering, site_log
from .messages import Change

if TYPE_CHECKING:
    from ..transaction import Transaction


def queue(
    transaction: Transaction,
    record_type: RecordType,
    record: Record[Any],
    before: StoredRecord | None,
    stored: StoredRecord,
    refs: Refs,
    post: Sequence[str],
    ignore_warnings: bool,
) -> None:
    """Let a version that was just stored wait for the cloud.

    Args:
        before: the version that stood here; None when it was created.
        post: ledgers that the user wishes it posted in. ``ignore_warnings``: warnings are passed there.
    Raises:
        LimitExceeded: it is too large for a message. Refused: ``other_group_waits``.
    """
    check_size("change", len(stored.body.encode()), limits.CHANGE_BYTES_MAX)
    kernel, writer, by = transaction.kernel, transaction.writer, transaction.by
    change = Change(
        change_id=kernel.ids.new(),
        type=record.type,
        record_id=record.id,
        op="CREATE",
        base_version=0,
        body=stored.body,
        schema_version=record_type.schema_version,
        refs={id: type for id, type in sorted(refs)},
        post_on_apply=tuple(ledger for ledger in ledgers_of(record.data) if ledger in post),
        pass_warnings=ignore_warnings,
        group_id=transaction.group_id,
        made_offline=not kernel.online,
        provenance={
            "user": by.user,
            "site": by.site,
            "workstation": by.workstation,
            "at": stored.at,
        },
    )
    if stored.version == 1:  # There never was such a record here: nothing of it waits.
        site_log.note_new(writer, change, stored.at)
        return
    body = parse(stored.body)
    renumbering.note_edit(writer, stored.type, stored.id, before, body, stored.at)
    joins = record_type.kind == "catalog"
    site_log.note_saved(writer, change, before, stored.at, joins=joins)
