"""The closing table and the closing voucher (spec `general_ledger.md` §2.1, §4.1)."""

from __future__ import annotations

from typing import Annotated, Literal

from lienso.fields import Body, Text
from pydantic import Field

from ..generated import GeneratedVoucher
from ..lines import AccountCode

Side = Literal["debit", "credit", "both"]

_Account = Annotated[Text, Field(pattern=r"^[0-9]{3,20}$")]


class ClosingAccount(Body):
    """Tài khoản kết chuyển: which accounts are closed to which.

    Attributes:
        order: rows are worked off by it.
        from_account: an account with all below it. ``to_account``: one that can be posted to.
        map: receivers of single accounts, where they are not ``to_account``.
        side: on which the accounts usually have their balance; the other side is a warning.
    """

    order: int = Field(ge=1, le=10_000)
    from_account: _Account
    to_account: _Account
    map: dict[str, AccountCode] = Field(default_factory=dict, max_length=200)
    side: Side = "both"

    def receiver(self, account: str) -> str:
        """Return the account that one of the accounts is closed to."""
        return self.map.get(account, self.to_account)


class ProfitClosing(GeneratedVoucher):
    """Kết chuyển lãi lỗ: one pair for every account that is closed."""
