"""The checks of the modules that are built, in the order of the specification's list."""

from __future__ import annotations

from .checking import Check
from .checks_ledger import LAST_CHECKS, LEDGER_CHECKS
from .checks_vouchers import VOUCHER_CHECKS

CHECKS: tuple[Check, ...] = (*VOUCHER_CHECKS, *LEDGER_CHECKS, *LAST_CHECKS)
