"""What modules that post to the ledger build on."""

from lienso.records import ledgers_of

from .balances import Balance, balance
from .chart import account_finding
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
from .rounding import round_half_away
from .statements.figures import StatementFigures, final_figures, ledger_figures, line_names

__all__ = [
    "AccountCode",
    "Balance",
    "CurrencyCode",
    "ForeignAmount",
    "LedgerQuantity",
    "Line",
    "Lines",
    "StatementFigures",
    "TaxBlock",
    "TaxedLine",
    "TaxedLines",
    "account_finding",
    "balance",
    "final_figures",
    "foreign",
    "is_locked",
    "item_role",
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
    "total_of",
    "vat_entries",
]
