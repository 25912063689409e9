"""At an office whose line is cut, every function and figure of the installed modules does what the
specification's list says of it: refused, blank, the last value with its time, or carried out.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from lienso.errors import OfflineRefused
from lienso.kernel import Kernel
from lienso.model import Actor
from lienso.sync.link_machine import Event
from lienso.sync.site_sync import SiteSync
from lienso.testing.kernels import (
    TENANT,
    actor,
    cloud,
    line_to,
    office,
    synchronization,
)
from lienso.testing.plain import plain_values

ROOT = Path(__file__).resolve().parents[1]
LIST = ROOT / "tests" / "availability.csv"
SPECIFICATION = ROOT.parent / "shared" / "capabilities.csv"
DAY = "2026-03-02"
DAYS = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
OFFLINE = {"blank": "blank_offline", "last_online": "last_online"}

NOT_BUILT = {"system.allot_invoice_number": "modules invoice and sales"}
"""Rows of the list that no module declares yet: what each waits for."""

PARAMS: Mapping[str, Mapping[str, Any]] = {
    "general_ledger.set_formulas": {"template": "B01-DN", "lines": [{"code": "139"}]},
    "general_ledger.revalue_fx_accounts": {"currency": "USD", "rate": "25000"},
    "general_ledger.allocate_prepaid_costs": {"year": 2026, "month": 3},
    "general_ledger.allocate_operating_costs": {**DAYS, "target": "project"},
    "utilities.set_up_statements": {"template": "B01-DN", "restore_default": True},
    "utilities.view_report": {"report": "S06-DN", "params": DAYS},
    "utilities.import_data": {"source": "rows", "target": "journal", "rows": []},
    "cash.reconcile_count": {"date": DAY},
    "cash.count_book_balance": {"date": DAY},
    "utilities.batch_post": DAYS,
    "utilities.batch_unpost": DAYS,
    "general_ledger.prepaid_origin_vouchers": {"prepaid": "CPTT-A"},
}
"""Parameters that a plain value does not satisfy."""


def listed(path: Path) -> dict[str, str]:
    """Read a list: id → kind."""
    with path.open(encoding="utf-8", newline="") as source:
        return {row["id"]: row["kind"] for row in csv.DictReader(source)}


KINDS = listed(LIST)


class Branch:
    """An office, the cloud it belongs to, and the line between them."""

    def __init__(self, head: Kernel) -> None:
        self.head, self.now_ms = head, 0
        self.link = line_to(head, "S1")
        self.kernel = office(head, "S1", link=self.link, online=False)
        self.by = actor(self.kernel)
        by = Actor(TENANT, "system", "S1")
        self.kernel.site = SiteSync(self.kernel, self.link, by, steady_ms=lambda: self.now_ms)
        synchronization(self.kernel).handle(Event("started"))
        self.pass_half_a_minute()
        assert self.kernel.mode().name == "online"

    def pass_half_a_minute(self) -> None:
        """Let time pass: a line settles, or is found to be dead."""
        for _ in range(120):
            self.now_ms += 250
            synchronization(self.kernel).tick()

    def cut(self) -> None:
        """Break the line, and let the time pass in which the office finds out."""
        self.link.cut()
        self.pass_half_a_minute()
        assert self.kernel.mode().name == "offline_auto"

    def state(self) -> tuple[int, int]:
        """Return how far the office's records are, and what waits to be sent."""
        return self.kernel.storage.head(TENANT), synchronization(self.kernel).pending()

    def invoke(self, id: str, **params: Any) -> dict[str, Any]:
        """Run a function."""
        return self.kernel.invoke(self.by, id, params)

    def save(self, type: str, **body: Any) -> str:
        """Save a record; returns its id."""
        return self.kernel.save(self.by, type, body).record.id

    def params(self, item: Any) -> dict[str, Any]:
        """Return parameters that are valid, and mean nothing."""
        return plain_values(item.params, PARAMS.get(item.id, {}), DAY)


@pytest.fixture(scope="module")
def head() -> Iterator[Kernel]:
    """A company with every installed module, and a prepaid cost for the figure of its origin."""
    with cloud(options={"accounting.start_date": "2026-01-01"}) as kernel:
        rows = [{"ratio": "100", "debit": "6427"}]
        body = {"code": "CPTT-A", "name": "A", "start": DAY, "amount": 900, "periods": 3}
        kernel.save(actor(kernel), "prepaid_cost", {**body, "allocation_rows": rows})
        yield kernel


@pytest.fixture
def branch(head: Kernel) -> Iterator[Branch]:
    """An office, in step and on the line."""
    made = Branch(head)
    yield made
    made.kernel.close()


@pytest.fixture(scope="module")
def alone(head: Kernel) -> Iterator[Branch]:
    """An office whose line is cut."""
    made = Branch(head)
    made.cut()
    yield made
    made.kernel.close()


def test_the_list_is_that_of_the_specification() -> None:
    if not SPECIFICATION.is_file():
        pytest.skip("the specification is not beside this checkout")
    with cloud(company=False) as kernel:
        modules = kernel.registry.modules

    theirs = listed(SPECIFICATION)

    assert {id: kind for id, kind in theirs.items() if id.partition(".")[0] in modules} == KINDS


def test_what_the_modules_declare_is_the_list() -> None:
    with cloud(company=False) as kernel:
        registry = kernel.registry
    declared: dict[str, str] = {one.id: one.availability for one in registry.capabilities.values()}
    declared |= {one.id: OFFLINE[one.offline] for one in registry.figures.values()}

    assert declared == {id: kind for id, kind in KINDS.items() if id not in NOT_BUILT}


def _of(*kinds: str) -> list[str]:
    return [id for id, kind in KINDS.items() if kind in kinds and id not in NOT_BUILT]


@pytest.mark.parametrize("id", _of("online_only"))
def test_what_needs_the_cloud_is_refused_and_leaves_no_trace(alone: Branch, id: str) -> None:
    before = alone.state()

    with pytest.raises(OfflineRefused) as refused:
        alone.invoke(id, **alone.params(alone.kernel.registry.capability(id)))

    assert refused.value.code == "offline_refused"
    assert refused.value.detail["capability"] == id
    assert refused.value.detail["mode"] == "offline_auto"
    assert alone.state() == before


@pytest.mark.parametrize("id", _of("blank_offline", "last_online"))
def test_a_figure_that_was_read_is_blank_or_says_how_old_it_is(branch: Branch, id: str) -> None:
    params = branch.params(branch.kernel.registry.figure(id))
    live = branch.kernel.figure(branch.by, id, params)
    read_at = branch.kernel.clock.now()

    branch.cut()
    value = branch.kernel.figure(branch.by, id, params)

    assert (live.state, live.value is None) == ("live", False)
    if KINDS[id] == "blank_offline":
        assert (value.state, value.value, value.as_of) == ("offline", None, None)
    else:
        assert (value.state, value.value, value.as_of) == ("last_online", live.value, read_at)


JOURNAL = {
    "Ngày hạch toán (*)": "05/03/2026",
    "Ngày chứng từ (*)": "05/03/2026",
    "Số chứng từ (*)": "NVK00801",
    "TK Nợ (*)": "6427",
    "TK Có (*)": "1111",
    "Số tiền": "1.500.000",
}
OPENING = {"Số tài khoản (*)": "1111", "Dư Nợ quy đổi": "500"}


def _delete(branch: Branch, name: str) -> dict[str, Any]:
    id = branch.save("object", code=name, name=name, is_customer=True)
    return {"records": [{"type": "object", "id": id}]}


def _taken_back(branch: Branch, name: str) -> dict[str, Any]:
    rows = [{**JOURNAL, "Số chứng từ (*)": name}]
    branch.invoke("utilities.import_excel", sheet="journal", rows=rows, batch=name)
    return {"batch": name}


def _no_opening(branch: Branch, name: str) -> dict[str, Any]:
    account = {"sent": "2112", "unsent": "2111"}[name]
    branch.invoke("system.save_opening_balances", account=account, lines=[{"debit": 9}])
    return {"account": account}


Given = Callable[[Branch, str], Mapping[str, Any]]
ALONE: Mapping[str, Given] = {
    "system.import_opening_balances": lambda _b, _n: {
        "sheet": "account_opening",
        "rows": [OPENING],
    },
    "system.save_opening_balances": lambda _b, _n: {"account": "1111", "lines": [{"debit": 9}]},
    "utilities.import_excel": lambda _b, _n: {"sheet": "journal", "rows": [JOURNAL]},
    "system.delete_records": _delete,
    "system.delete_opening_balances": _no_opening,
    "utilities.cancel_import": _taken_back,
}
"""What an office may do alone → how to make what it does it to, and the parameters for that."""

UNSENT = ("system.delete_records", "system.delete_opening_balances", "utilities.cancel_import")
"""What is done alone only to what the cloud has not got."""


def test_each_function_that_an_office_may_do_alone_has_its_example() -> None:
    assert sorted(ALONE) == sorted(_of("offline_ok", "conditional"))


@pytest.mark.parametrize("id", ALONE)
def test_what_an_office_may_do_alone_is_done(branch: Branch, id: str) -> None:
    branch.cut()
    params = ALONE[id](branch, "unsent")
    before = branch.state()

    answer = branch.invoke(id, **params)

    assert answer
    assert branch.state() != before
    assert (branch.state()[1] < before[1]) == (id in UNSENT)  # it goes from what waits, or joins it


@pytest.mark.parametrize("id", UNSENT)
def test_what_the_cloud_has_got_already_is_left_alone(branch: Branch, id: str) -> None:
    params = ALONE[id](branch, "sent")
    pushed = synchronization(branch.kernel).push()
    assert (pushed.failed, branch.state()[1]) == ((), 0)
    branch.cut()
    before = branch.state()

    with pytest.raises(OfflineRefused) as refused:
        branch.invoke(id, **params)

    assert refused.value.code == "offline_refused"
    assert {row["reason"] for row in refused.value.detail["records"]} == {"was_synced"}
    assert branch.state() == before
