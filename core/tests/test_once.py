"""Ids of records that a function makes follow from the id of its call, and rise as all ids do."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import once
from lienso.testing.kernels import actor, cloud
from lienso.transaction import Transaction

CALL = "0195b0f2-6a3c-7abc-8123-0123456789ab"


def made(kernel: Any, call_id: str, count: int = 3) -> list[str]:
    """Return the ids of records that a call makes."""

    def work(transaction: Transaction) -> list[str]:
        transaction.call = once.Call(call_id, "some.function")
        return [once.new_id(transaction, "currency") for _record in range(count)]

    found: list[str] = kernel.transact(actor(kernel), work)
    return found


@pytest.mark.parametrize("call_id", [CALL, "lệnh 7", "x" * 36])
def test_a_call_gives_the_same_ids_again_and_they_rise(call_id: str) -> None:
    with cloud(("system",)) as kernel:
        first, again, other = (
            made(kernel, call_id),
            made(kernel, call_id),
            made(kernel, call_id + "1"),
        )

    assert first == again == sorted(first)
    assert len({*first, *other}) == 6
    assert {id[14] for id in first} == {"7"}


def test_ids_have_the_time_of_a_call_that_tells_it() -> None:
    with cloud(("system",)) as kernel:
        ids = made(kernel, CALL)

    assert {id[:13] for id in ids} == {CALL[:13]}
