"""A function that is called twice under one id makes its records once, whatever became of the cloud.

``call_log`` remembers what ran, and is set back with the cloud's data; the records come back from the
sites that hold them. So the ids of records that a function makes follow from the id of its call: run again,
it meets its own records, or they meet the new ones where they come back later, as two edits of one record.
Only functions that run in one transaction have this; what makes no record asks the records that it changes
(what is posted is not posted again).
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import Refused
from .ids import is_id, uuid7_text

if TYPE_CHECKING:
    from .transaction import Transaction

_HEX = re.compile("[0-9a-f]{12}")


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a function in the cloud: ``made`` counts the records that it makes, by type."""

    id: str
    capability: str
    made: Counter[str] = field(default_factory=Counter)


def new_id(transaction: Transaction, type: str) -> str:
    """Return the id of a record that is made now.

    Raises:
        Refused: ``call_ran_before``: the call made it already, and the answer is lost.
    """
    call = transaction.call
    if call is None:
        return transaction.kernel.ids.new()
    call.made[type] += 1
    id = _id(transaction.by.tenant, call, type)
    if transaction.writer.get(type, id, deleted=True) is not None:
        detail = {"capability": call.capability, "call_id": call.id, "type": type, "id": id}
        raise Refused("call_ran_before", detail)
    return id


def _id(tenant: str, call: Call, type: str) -> str:
    """Return a UUIDv7 that rises from record to record, of the time of the call where its id tells it."""
    name = f"{tenant}/{call.id}/{type}/{call.made[type]}"
    digest = hashlib.sha256(name.encode()).digest()
    return uuid7_text(_stamp(call) + call.made.total(), int.from_bytes(digest[:8]) >> 2)


def _stamp(call: Call) -> int:
    first = call.id.replace("-", "")[:12] if is_id(call.id) else ""
    if not _HEX.fullmatch(first):  # a program may name its calls as it likes
        first = hashlib.sha256(call.id.encode()).hexdigest()[:11]
    return int(first, 16) << 12
