"""A test's company is copied when one was founded in the same way before: the copy is as the first."""

from __future__ import annotations

from lienso.kernel import Kernel
from lienso.testing.kernels import TENANT, Clock, actor, cloud

MODULES = ("system", "catalog", "general_ledger")
OBJECT = {"code": "K1", "name": "K1", "is_customer": True}


def stored(kernel: Kernel) -> list[object]:
    """Everything that the storage holds of the company."""
    return list(kernel.storage.tenants().export(TENANT))


def test_a_copied_company_is_the_same_to_the_last_row_and_goes_on_the_same() -> None:
    clock = "2031-05-06"  # no other test's, so that the first is founded here
    with cloud(MODULES, clock=Clock(clock)) as first, cloud(MODULES, clock=Clock(clock)) as copy:
        assert stored(copy) == stored(first)

        saved = [kernel.save(actor(kernel), "object", OBJECT).record for kernel in (first, copy)]

        assert saved[0] == saved[1]
        assert stored(copy) == stored(first)


def test_what_becomes_of_one_company_does_not_touch_the_next() -> None:
    with cloud(MODULES) as first:
        before = stored(first)
        first.save(actor(first), "object", OBJECT)

    with cloud(MODULES) as second:
        assert stored(second) == before


def test_a_company_founded_in_another_way_is_another() -> None:
    with cloud(MODULES, regime="TT200") as first, cloud(MODULES, regime="TT133") as second:
        regimes = [
            kernel.read(actor(kernel), lambda view: view.option("accounting_regime"))
            for kernel in (first, second)
        ]

    assert regimes == ["TT200", "TT133"]
