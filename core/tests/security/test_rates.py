"""Token buckets by an injected clock."""

from __future__ import annotations

import pytest
from lienso.errors import StorageBusy
from lienso.model import Actor
from lienso.security import rates
from lienso.security.rates import Buckets, CallLimits, Rate
from lienso.testing.kernels import Clock

ONE_A_SECOND = Rate(per_minute=60, burst=3)


def take(buckets: Buckets, times: int, key: str = "a", rate: Rate = ONE_A_SECOND) -> None:
    for _ in range(times):
        buckets.take([(key, rate)])


def test_a_burst_passes_and_the_next_call_is_told_when_to_come_again() -> None:
    buckets = Buckets(Clock())
    take(buckets, 3)

    with pytest.raises(StorageBusy) as refused:
        take(buckets, 1)

    assert refused.value.code == "rate_limited"
    assert refused.value.detail == {"retry_after_ms": 1_000}


def test_a_bucket_fills_with_time_and_never_over_its_burst() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    take(buckets, 3)
    clock.advance(1)
    take(buckets, 1)

    with pytest.raises(StorageBusy):
        take(buckets, 1)
    clock.advance(3_600)
    take(buckets, 3)
    with pytest.raises(StorageBusy):
        take(buckets, 1)


def test_who_waits_as_long_as_told_is_let_in() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    take(buckets, 3)
    with pytest.raises(StorageBusy) as refused:
        take(buckets, 1)

    clock.advance(refused.value.detail["retry_after_ms"] // 1_000)

    take(buckets, 1)


def test_refused_calls_cost_nothing_in_the_other_buckets() -> None:
    clock = Clock()
    buckets = Buckets(clock)
    wide = Rate(per_minute=60, burst=4)
    for _ in range(3):
        buckets.take([("site", ONE_A_SECOND), ("tenant", wide)])
    with pytest.raises(StorageBusy):
        buckets.take([("site", ONE_A_SECOND), ("tenant", wide)])

    take(buckets, 1, "tenant", wide)

    with pytest.raises(StorageBusy):
        take(buckets, 1, "tenant", wide)


def test_a_clock_that_was_set_back_closes_a_bucket_for_one_call_at_most() -> None:
    clock = Clock("2026-03-02")
    buckets = Buckets(clock)
    take(buckets, 3)
    clock.set("2026-03-01")

    with pytest.raises(StorageBusy) as refused:
        take(buckets, 1)
    clock.advance(1)

    assert refused.value.detail == {"retry_after_ms": 1_000}
    take(buckets, 1)


def test_full_buckets_are_forgotten_when_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rates, "KEYS_MAX", 5)
    clock = Clock()
    buckets = Buckets(clock)
    take(buckets, 3, "busy")
    for number in range(10):
        clock.advance(2)
        take(buckets, 1, f"site {number}")

    assert len(buckets._full_at) <= 6


@pytest.fixture
def limits() -> CallLimits:
    site, program, tenant = Rate(60, 2), Rate(60, 2), Rate(60, 5)
    return CallLimits(Clock(), site, program, tenant)


def test_a_site_that_calls_too_often_holds_up_no_other(limits: CallLimits) -> None:
    for _ in range(2):
        limits(Actor("t", "system", "HANOI"))

    with pytest.raises(StorageBusy):
        limits(Actor("t", "system", "HANOI"))
    limits(Actor("t", "system", "HUE"))
    limits(Actor("t", "HANOI"))


def test_a_company_has_a_limit_over_all_its_callers_and_none_over_others(
    limits: CallLimits,
) -> None:
    for number in range(5):
        limits(Actor("t", "system", f"S{number}"))

    with pytest.raises(StorageBusy):
        limits(Actor("t", "system", "S9"))
    limits(Actor("u", "system", "S9"))
