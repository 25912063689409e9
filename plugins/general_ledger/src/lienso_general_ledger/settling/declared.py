"""What settlements and netting bring: their records. The functions are those of purchase and sales."""

from __future__ import annotations

from lienso import Capability, Label, Option, RecordType

from ..printing import facts
from . import posting, printing, records

RECORD_TYPES = (
    RecordType(
        posting.SETTLEMENT,
        Label("Đối trừ chứng từ", "Settlement (offset) of documents"),
        records.Settlement,
        "voucher",
        number_prefix="DT",
        post=posting.post_settlement,
        print=printing.print_settlement,
        printed_form="Bảng đối trừ",
        offline_create=False,
    ),
    RecordType(
        posting.NETTING,
        Label("Chứng từ bù trừ công nợ", "Netting voucher"),
        records.NettingVoucher,
        "voucher",
        number_prefix="NVK",
        number_group="NVK",
        post=posting.post_netting,
        print=printing.print_netting,
        print_facts=facts,
        printed_form="Biên bản bù trừ công nợ",
        offline_create=False,
    ),
)

CAPABILITIES: tuple[Capability, ...] = ()

OPTIONS: tuple[Option, ...] = ()
