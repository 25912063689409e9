"""Texts of the codes of module general_ledger, Vietnamese and English, by topic."""

from __future__ import annotations

from collections.abc import Mapping

from lienso import Message

from . import (
    allocation,
    closing,
    fx,
    grouping,
    locks,
    money,
    opening,
    settling,
    vouchers,
)

MESSAGES: Mapping[str, Message] = {
    **allocation.MESSAGES,
    **closing.MESSAGES,
    **fx.MESSAGES,
    **grouping.MESSAGES,
    **locks.MESSAGES,
    **money.MESSAGES,
    **opening.MESSAGES,
    **settling.MESSAGES,
    **vouchers.MESSAGES,
}
