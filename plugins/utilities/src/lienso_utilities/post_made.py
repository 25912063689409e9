"""Posting what an import made ("Cất và ghi sổ", `opening_and_import.md` §4.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lienso import Record, Refused
from lienso.session import Session

from .batches import postable, target_of
from .jobs import failure

SETTLEMENTS = ("settlement", "netting_voucher")
"""Vouchers that settle others (đối trừ)."""


def post_made(
    session: Session, records: Sequence[tuple[Record[Any], Sequence[Any]]]
) -> tuple[list[str], list[dict[str, Any]]]:
    """Post vouchers in the order of batches, each by itself, what settles others after them all.

    Args:
        records: each with the ledgers that it is posted in; what is not posted by word is left out.
    Returns:
        Numbers of those posted, and {voucher, code …} of the others.
    """
    posted: list[str] = []
    failed: list[dict[str, Any]] = []
    types = {type.id for type in postable(session.view)}
    wanted = [one for one in records if one[0].type in types]
    for record, ledgers in sorted(wanted, key=_place):
        number = record.data.no or record.id
        try:
            with session.attempt():
                session.require("post", record, tuple(ledgers))
                after = record
                for ledger in ledgers:
                    after = session.post(after, ledger, True)
        except Refused as error:
            failed.append(failure(number, error).model_dump(mode="json"))
        else:
            posted.append(number)
    return posted, failed


def _place(one: tuple[Record[Any], tuple[Any, ...]]) -> tuple[Any, ...]:
    record, ledgers = one
    return (record.type in SETTLEMENTS, target_of(record, ledgers[0]).key)
