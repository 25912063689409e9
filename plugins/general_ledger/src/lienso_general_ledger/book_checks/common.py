"""What several checks of the ledger need."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from lienso import CheckScope
from lienso_catalog import is_vnd

_DAY = datetime.timedelta(days=1)


def foreign_currencies(scope: CheckScope) -> list[str]:
    """Return the codes of the company's foreign currencies."""
    codes = [record.data.code for record in scope.view.all("currency")]
    return [code for code in codes if not is_vnd(code)]


def month_ends(scope: CheckScope) -> Iterator[tuple[datetime.date, datetime.date]]:
    """Yield the first and last day of the months that end within the scope's days."""
    month = scope.from_date.replace(day=1)
    while True:
        following = (month + 31 * _DAY).replace(day=1)
        if following - _DAY > scope.to_date:
            return
        yield month, following - _DAY
        month = following


def year_ends(scope: CheckScope) -> Iterator[datetime.date]:
    """Yield the last days of fiscal years within the scope's days."""
    for _first, last in month_ends(scope):
        if last >= scope.from_date and scope.view.fiscal_year(last) != scope.view.fiscal_year(
            last + _DAY
        ):
            yield last
