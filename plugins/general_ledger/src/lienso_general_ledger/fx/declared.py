"""What foreign currency brings to the module."""

from __future__ import annotations

from lienso import Capability, Label, Option, RecordType

from ..generated import post_generated
from ..printing import facts, print_journal
from . import outflow, records, revaluation

RECORD_TYPES = (
    RecordType(
        outflow.FX_DIFFERENCE,
        Label("Xử lý chênh lệch tỷ giá xuất quỹ", "Exchange difference of outflows"),
        records.FxDifference,
        "voucher",
        number_prefix="NVK",
        number_group="NVK",
        post=post_generated,
        print=print_journal,
        print_facts=facts,
        printed_form="Phiếu kế toán",
        offline_create=False,
    ),
    RecordType(
        revaluation.FX_REVALUATION,
        Label("Đánh giá lại TK ngoại tệ", "Revaluation of foreign-currency accounts"),
        records.FxRevaluation,
        "voucher",
        number_prefix="NVK",
        number_group="NVK",
        post=revaluation.post_revaluation,
        print=print_journal,
        print_facts=facts,
        printed_form="Phiếu kế toán",
        offline_create=False,
        defaults={"currency": "USD"},
    ),
)

CAPABILITIES = (
    Capability(
        outflow.FUNCTION,
        Label("Tính tỷ giá xuất quỹ", "Compute the exchange rate of foreign-currency outflows"),
        outflow.OutflowParams,
        outflow.OutflowResult,
        outflow.compute_fx_outflow_rate,
        "online_only",
        undo="unpost and delete the voucher of the differences",
    ),
    Capability(
        revaluation.FUNCTION,
        Label("Đánh giá lại TK ngoại tệ", "Revalue foreign-currency accounts"),
        revaluation.RevalueParams,
        revaluation.RevalueResult,
        revaluation.revalue_fx_accounts,
        "online_only",
        undo="unpost and delete the voucher; open items stand at their former rates again",
    ),
)

OPTIONS = (
    Option(
        revaluation.KEEP_OPTION,
        Label(
            "Giữ chênh lệch đánh giá lại trên TK 413 (DN 100% vốn Nhà nước trước hoạt động)",
            "Keep revaluation differences on 413 (wholly state-owned, before operating)",
        ),
        "bool",
        False,
    ),
)
