"""What modules that post to the ledger build on."""

from lienso.records import ledgers_of

from .allocation import AllocationRow, AllocationRows, check_shares, shares
from .balances import Balance, balance
from .chart import account_finding, default_account
from .lines import (
    AccountCode,
    CurrencyCode,
    ForeignAmount,
    LedgerQuantity,
    Line,
    Lines,
    TaxBlock,
    TaxedLine,
    TaxedLines,
    total_of,
)
from .locks import is_locked, lock_date, lock_finding, refuse_locked
from .open_items import item_role, open_items
from .openings import opening_date
from .pairs import foreign, pairs, vat_entries
from .prepaid.schedule import Change, Month, changed, schedule
from .rounding import round_half_away, spread
from .statements.figures import StatementFigures, final_figures, ledger_figures, line_names
from .statements.formulas import (
    FormulaResult,
    LineParams,
    company_template,
    drafts,
    keep_template,
)
from .statements.reading import tree_of
from .statements.records import CashFlowRule

__all__ = [
    "AccountCode",
    "AllocationRow",
    "AllocationRows",
    "Balance",
    "CashFlowRule",
    "Change",
    "CurrencyCode",
    "ForeignAmount",
    "FormulaResult",
    "LedgerQuantity",
    "Line",
    "LineParams",
    "Lines",
    "Month",
    "StatementFigures",
    "TaxBlock",
    "TaxedLine",
    "TaxedLines",
    "account_finding",
    "balance",
    "changed",
    "check_shares",
    "company_template",
    "default_account",
    "drafts",
    "final_figures",
    "foreign",
    "is_locked",
    "item_role",
    "keep_template",
    "ledger_figures",
    "ledgers_of",
    "line_names",
    "lock_date",
    "lock_finding",
    "open_items",
    "opening_date",
    "pairs",
    "refuse_locked",
    "round_half_away",
    "schedule",
    "shares",
    "spread",
    "total_of",
    "tree_of",
    "vat_entries",
]
