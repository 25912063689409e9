"""What a record holds alone in the cloud: its code, its numbers, its unique values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from . import numbers
from .errors import Taken
from .fields import to_json
from .keys import fold_code, key_text
from .model import Record, RecordType
from .records import ledgers_of, posting_date_of
from .storage import RecordRef

if TYPE_CHECKING:
    from .transaction import Transaction
    from .view import View


def claims_of(
    view: View, record_type: RecordType, record: Record[Any], body: Mapping[str, Any]
) -> dict[str, str]:
    """Return the claims of a record: {space: value}."""
    claims: dict[str, str] = {}
    if record_type.kind == "catalog" and body.get("code"):
        claims[f"code/{record_type.id}"] = fold_code(body["code"])
    date = posting_date_of(record.data)
    if date is not None and numbers.is_numbered(record_type):
        year = view.fiscal_year(date)
        for ledger in ledgers_of(record.data):
            no = getattr(record.data, numbers.FIELD_OF[ledger], "")
            if no:
                claims[numbers.space(record_type, ledger, year)] = no
    if record_type.unique:
        values = [body.get(field) for field in record_type.unique]
        claims[f"unique/{record_type.id}"] = key_text(values)
    return claims


def claim(
    transaction: Transaction,
    record_type: RecordType,
    record: Record[Any],
    body: Mapping[str, Any],
    old: Record[Any] | None = None,
) -> None:
    """Take what a record wants to hold, and give up what its former version held.

    Raises:
        Refused: another record holds it.
    """
    writer, view = transaction.writer, transaction.view
    ref = RecordRef(record.type, record.id)
    wanted = claims_of(view, record_type, record, body)
    if old is not None:
        for space, value in claims_of(view, record_type, old, to_json(old.data)).items():
            if wanted.get(space) != value:
                writer.release(ref, space)
    for space, value in wanted.items():
        try:
            writer.claim(space, value, ref)
        except Taken as taken:
            raise numbers.refusal(taken, space, value, record, record_type) from taken
