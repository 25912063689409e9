"""What chứng từ ghi sổ bring to the module."""

from __future__ import annotations

from lienso import Capability, Key, Label, Option, RecordType

from . import grouping, printing, records

RECORD_TYPES = (
    RecordType(
        grouping.JOURNAL_GROUP,
        Label("Chứng từ ghi sổ", "Journal group (chứng từ ghi sổ)"),
        records.JournalGroup,
        "document",
        number_prefix="CTGS",
        keys=(
            Key(grouping.BY_NUMBER, ("vouchers",)),
            Key(grouping.BY_ID, ("voucher_ids",)),
        ),
        print=printing.print_group,
        printed_form="S02a-DN; S02b-DN",
        offline_create=False,
    ),
)

CAPABILITIES = (
    Capability(
        grouping.FUNCTION,
        Label("Chứng từ ghi sổ", "Journal vouchers (chứng từ ghi sổ)"),
        grouping.GroupParams,
        grouping.GroupResult,
        grouping.journal_vouchers,
        "online_only",
        undo="the action delete; vouchers are free again",
    ),
)

OPTIONS: tuple[Option, ...] = ()
