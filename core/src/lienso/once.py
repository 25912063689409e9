"""A function that is called twice under one id makes its records once, whatever became of the cloud.

``call_log`` remembers what ran, and is set back with the cloud's data; the records come back from the
sites that hold them. So the ids of records that a function makes follow from the id of its call: run again,
it meets its own records, or they meet the new ones where they come back later, as two edits of one record.
Only functions that run in one transaction have this; what makes no record asks the records that it changes
(what is posted is not posted again).
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .errors import Refused

if TYPE_CHECKING:
    from .transaction import Transaction

_CALLS = uuid.UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")


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
    name = f"{transaction.by.tenant}/{call.id}/{type}/{call.made[type]}"
    id = str(uuid.uuid5(_CALLS, name))
    if transaction.writer.get(type, id, deleted=True) is not None:
        detail = {"capability": call.capability, "call_id": call.id, "type": type, "id": id}
        raise Refused("call_ran_before", detail)
    return id
