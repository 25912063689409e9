"""What prepaid costs bring to the module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lienso import Capability, Figure, Label, Option, RecordType

from . import allocating, cards, origin, posting, printing, records

_CARD: Mapping[str, Any] = {
    "name": "Chi phí trả trước",
    "start": "2026-01-01",
    "amount": 12_000_000,
    "periods": 12,
    "allocation_rows": [{"ratio": "100", "debit": "6427"}],
}

RECORD_TYPES = (
    RecordType(
        cards.PREPAID_OPENING,
        Label("Chi phí trả trước đầu kỳ", "Opening prepaid cost"),
        records.PrepaidOpening,
        "voucher",
        unique=("code",),
        post=posting.post_opening,
        posts_when_accepted=True,
        entry_number="OPN",
        defaults=_CARD,
    ),
    RecordType(
        cards.PREPAID_COST,
        Label("Chi phí trả trước", "Prepaid cost"),
        records.PrepaidCost,
        "voucher",
        number_prefix="CPTT",
        unique=("code",),
        post=posting.post_cost,
        posts_when_accepted=True,
        print=printing.print_cost,
        print_facts=printing.facts_of_cost,
        printed_form="Bảng theo dõi chi phí trả trước",
        defaults=_CARD,
    ),
    RecordType(
        cards.ALLOCATION,
        Label("Phân bổ chi phí trả trước", "Allocation of prepaid costs"),
        records.PrepaidAllocation,
        "voucher",
        number_prefix="PBCP",
        post=posting.post_allocation,
        print=printing.print_allocation,
        print_facts=printing.facts_of_allocation,
        printed_form="Bảng phân bổ chi phí trả trước",
        offline_create=False,
        defaults={"year": 2026, "month": 1},
    ),
    RecordType(
        cards.ADJUSTMENT,
        Label("Điều chỉnh chi phí trả trước", "Adjustment of a prepaid cost"),
        records.PrepaidAdjustment,
        "voucher",
        number_prefix="DCCP",
        post=posting.post_adjustment,
    ),
)

CAPABILITIES = (
    Capability(
        allocating.FUNCTION,
        Label("Phân bổ chi phí trả trước", "Allocate prepaid costs"),
        allocating.AllocateParams,
        allocating.AllocateResult,
        allocating.allocate_prepaid_costs,
        "online_only",
        undo="unpost and delete the voucher of the last month",
    ),
)

FIGURES = (
    Figure(
        origin.FIGURE,
        Label("Tab nguồn gốc hình thành trên Chi phí trả trước", "Origin tab of a prepaid cost"),
        origin.OriginParams,
        origin.origin_vouchers,
        "blank",
    ),
)

OPTIONS: tuple[Option, ...] = ()
