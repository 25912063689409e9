"""Prepaid costs (TT99: costs awaiting allocation), their openings, changes and allocations (§2)."""

from __future__ import annotations

from typing import Annotated

from lienso.fields import Body, Day, DisplayOnBook, Money, Text, Voucher
from pydantic import Field

from ..allocation import AllocationRows
from ..generated import GeneratedVoucher
from ..lines import AccountCode, OrgUnitId, Term

SHORT_TERM_MONTHS = 12


class Origin(Body):
    """A voucher's line that the cost came from, and how much of it, đồng."""

    voucher: Annotated[Text, Field(min_length=1, max_length=36)]
    line: int = Field(default=1, ge=1)
    amount: Money


class PrepaidCard(Body):
    """What a prepaid cost and its opening have in common.

    Attributes:
        start: Ngày ghi nhận. ``amount``: đồng, by ``periods`` months. ``account``: where it waits.
        stopped_from: from this month on nothing is allocated.
    """

    code: Annotated[Text, Field(min_length=1, max_length=25)]
    name: Annotated[Text, Field(min_length=1, max_length=255)]
    start: Day
    amount: Annotated[Money, Field(gt=0)]
    periods: int = Field(ge=1, le=1_200)
    account: AccountCode = "242"
    allocation_rows: AllocationRows
    stopped_from: Day | None = None
    display_on_book: DisplayOnBook = "financial"
    branch: OrgUnitId | None = None

    @property
    def term(self) -> Term:
        """Short up to 12 months, by the number of periods that it began with (TT200: for good)."""
        return "short" if self.periods <= SHORT_TERM_MONTHS else "long"


class PrepaidCost(PrepaidCard):
    """Chi phí trả trước.

    Attributes:
        origin: nguồn gốc hình thành, where the lines do not name the cost themselves.
    """

    origin: list[Origin] = Field(default_factory=list, max_length=500)


class PrepaidOpening(PrepaidCard):
    """Chi phí trả trước đầu kỳ: a cost of which part was allocated before the books began.

    Attributes:
        periods_done, allocated: months and đồng of it that were allocated before.
    """

    periods_done: int = Field(default=0, ge=0, le=1_200)
    allocated: Annotated[Money, Field(ge=0)] = 0

    @property
    def remaining(self) -> int:
        """What is left to allocate, đồng."""
        return self.amount - self.allocated


class PrepaidAdjustment(Voucher):
    """Điều chỉnh chi phí trả trước: from the month of the posting date on.

    Attributes:
        prepaid: code or id of the cost. Either what is left of it changes, or by how many months.
    """

    prepaid: Annotated[Text, Field(min_length=1, max_length=36)]
    remaining_periods: int | None = Field(default=None, ge=1, le=1_200)
    remaining_amount: Annotated[Money, Field(ge=0)] | None = None


class PrepaidAllocation(GeneratedVoucher):
    """Chứng từ phân bổ chi phí trả trước of one month."""

    year: int = Field(ge=1_990, le=2_200)
    month: int = Field(ge=1, le=12)
