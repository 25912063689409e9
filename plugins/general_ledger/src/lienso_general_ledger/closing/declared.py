"""What closing brings to the module."""

from __future__ import annotations

from lienso import Capability, Label, Option, RecordType

from ..generated import post_generated
from ..printing import facts, print_journal
from . import records, running, table

RECORD_TYPES = (
    RecordType(
        running.PL_CLOSING,
        Label("Kết chuyển lãi lỗ", "Profit and loss closing"),
        records.ProfitClosing,
        "voucher",
        number_prefix="KC",
        number_group="KC",
        post=post_generated,
        print=print_journal,
        print_facts=facts,
        printed_form="Phiếu kế toán",
        offline_create=False,
    ),
    RecordType(
        table.CLOSING_ACCOUNT,
        Label("Tài khoản kết chuyển", "Closing table"),
        records.ClosingAccount,
        "catalog",
        unique=("from_account",),
        offline_create=False,
        # Collected costs go to products, not to results: a row that no company has from the start.
        defaults={"order": 30, "from_account": "8111", "to_account": table.RESULT},
    ),
)

CAPABILITIES = (
    Capability(
        running.FUNCTION,
        Label("Kết chuyển lãi lỗ", "Close profit and loss"),
        running.CloseParams,
        running.CloseResult,
        running.close_profit_and_loss,
        "online_only",
        undo="unpost and delete the closing voucher",
    ),
)

OPTIONS: tuple[Option, ...] = ()
