"""What the allocation of operating costs brings to the module."""

from __future__ import annotations

from lienso import Capability, Label, Option, RecordType

from . import allocating, printing, records

RECORD_TYPES = (
    RecordType(
        allocating.ALLOCATION,
        Label(
            "Phân bổ chi phí bán hàng, QLDN, khác",
            "Allocation of operating costs",
        ),
        records.OperatingCostAllocation,
        "voucher",
        number_prefix="PBCH",
        post=allocating.post_allocation,
        print=printing.print_allocation,
        printed_form="Bảng phân bổ",
        offline_create=False,
    ),
)

CAPABILITIES = (
    Capability(
        allocating.FUNCTION,
        Label(
            "Phân bổ chi phí bán hàng, QLDN, khác",
            "Allocate selling, administrative and other costs",
        ),
        allocating.ShareParams,
        allocating.ShareResult,
        allocating.allocate_operating_costs,
        "online_only",
        undo="unpost and delete the run",
    ),
)

OPTIONS: tuple[Option, ...] = ()
