"""What modules that require the catalogs may use."""

from .chart import AccountState, account, below, parent_of
from .check_accounts import check_default_account, check_named_accounts, is_vnd, regime_of
from .check_objects import roles_of
from .rates import average_of, legal_profile, rate_on
from .regimes import REGIMES

__all__ = [
    "REGIMES",
    "AccountState",
    "account",
    "average_of",
    "below",
    "check_default_account",
    "check_named_accounts",
    "is_vnd",
    "legal_profile",
    "parent_of",
    "rate_on",
    "regime_of",
    "roles_of",
]
