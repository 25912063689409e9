"""Records that only the cloud makes, and an entry that does not balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from lienso import Capability, Entry, Label, Manifest, RecordType, hookimpl
from lienso.api import Api
from lienso.client import connect
from lienso.errors import OfflineRefused, Refused
from lienso.fields import NoParams, Voucher
from lienso.kernel import Kernel
from lienso.sync.enrolment import local_actor
from lienso.testing import kernels
from lienso.testing.kernels import actor, go_offline, go_online, synchronization
from lienso.transport import ServeOptions, Services

from .world import MODULES, receipt


def head_of(kernel: Kernel) -> int:
    """Return how far the feed of the company is."""
    return kernel.storage.head(kernels.TENANT)


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("vat_rate", {"code": "V7", "name": "7%"}),
        ("number_series", {"code": "S1", "name": "Quyển 1"}),
        ("period_lock", {"lock_date": "2026-01-31"}),
        ("fiscal_year", {"year": 2027, "from_date": "2027-01-01", "to_date": "2027-12-31"}),
        ("role", {"code": "R1", "name": "Kế toán"}),
    ],
)
def test_a_record_that_only_the_cloud_makes_is_refused_at_an_office_that_is_offline(
    office: Kernel, type: str, body: dict[str, Any]
) -> None:
    go_offline(office)
    before = head_of(office), synchronization(office).pending()

    with pytest.raises(OfflineRefused) as refused:
        office.save(actor(office), type, body, request_id="r1")

    assert refused.value.code == "offline_refused"
    assert refused.value.detail["type"] == type
    assert refused.value.detail["what_to_do"] == "mode online"
    assert (head_of(office), synchronization(office).pending()) == before


def test_the_refusal_reaches_the_workstation_by_its_code(office: Kernel) -> None:
    go_offline(office)
    server = office.serve(
        "grpc:127.0.0.1:0", Services(Api(office), lambda _t: local_actor(office)), ServeOptions()
    )

    with connect(server.url) as workstation:
        with pytest.raises(OfflineRefused) as refused:
            workstation.save({"lock_date": "2026-01-31"}, type="period_lock")
        saved = workstation.save(receipt(), type="cash_receipt")
        pending = workstation.site.status()["pending"]
    server.stop(grace_s=0)

    assert refused.value.code == "offline_refused"
    assert (saved.record.version, pending) == (1, 1)


def test_the_same_request_is_carried_out_when_the_line_is_back(office: Kernel) -> None:
    go_offline(office)
    body, by = {"lock_date": "2026-01-31"}, actor(office)
    with pytest.raises(OfflineRefused):
        office.save(by, "period_lock", body, request_id="r1")

    go_online(office)
    saved = office.save(by, "period_lock", body, request_id="r1")

    assert saved.record.version == 1
    assert synchronization(office).pending() == 1


def test_an_edit_of_such_a_record_waits_in_the_outbox_as_any_other(office: Kernel) -> None:
    by = actor(office)
    known = office.read(by, lambda view: next(iter(view.all("vat_rate"))))
    go_offline(office)

    office.save(by, "vat_rate", {"name": "Khác"}, id=known.id, merge=True)

    assert synchronization(office).pending() == 1


# -- a module that cannot add up ------------------------------------------------------------------------


def _one_sided(record: Any, ledger: Any, _view: Any) -> Mapping[str, Sequence[Entry]]:
    """Propose a pair whose credit is one đồng short."""
    pairs = [("1111", "711", "debit", 100), ("711", "1111", "credit", 99)]
    entries = [
        Entry(
            1,
            side,
            ledger,
            record.data.posting_date,
            "",
            {"account": account, "contra_account": contra},
            {measure: amount},
        )
        for side, (account, contra, measure, amount) in enumerate(pairs)
    ]
    return {"general_ledger": entries}


class Sums:
    """Module ``sums``: a voucher whose entries do not balance."""

    MANIFEST = Manifest("sums", "Cộng sai", "1.0", requires=("general_ledger",))

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        label = Label("Phiếu sai", "Wrong voucher")
        return [
            RecordType("wrong_voucher", label, Voucher, "voucher", "WV", post=_one_sided),
        ]

    @hookimpl
    def lienso_capabilities(self) -> Sequence[Capability]:
        return [Capability("sums.add", Label("Cộng", "Add"), NoParams, NoParams, lambda p, _s: p)]


def test_an_entry_that_does_not_balance_never_reaches_the_books() -> None:
    options = {"accounting.start_date": "2026-01-01"}
    with kernels.cloud(
        MODULES, plugins={"sums": Sums()}, regime="TT133", options=options
    ) as kernel:
        by = actor(kernel)
        saved = kernel.save(by, "wrong_voucher", {"posting_date": "2026-03-02"}).record

        with pytest.raises(Refused) as refused:
            kernel.post(by, saved.id, ignore_warnings=True)

        assert refused.value.code == "unbalanced"
        assert refused.value.detail == {"debit": 100, "credit": 99}
        assert kernel.read(by, lambda view: [*view.book("general_ledger").entries()]) == []
