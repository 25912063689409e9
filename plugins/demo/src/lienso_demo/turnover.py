"""Module ``demo``: one figure, as a partner would add it. Only the servers of the demo load it.

It is no entry point of the distribution `lienso-demo`, since an ordinary server loads every module
that is installed; `processes.install_partner` installs it for the demo's processes alone.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Sequence

from lienso import Figure, Label, Manifest, hookimpl
from lienso.fields import Params
from lienso.view import View
from pydantic import Field

MANIFEST = Manifest(name="demo", title="Trình diễn", api="1.0", requires=("general_ledger",))
FIGURE = "demo.posted_turnover"


class MonthParams(Params):
    """A month, ``2026-03``."""

    month: str = Field(pattern=r"^[1-9]\d{3}-(0[1-9]|1[0-2])$")


def posted_turnover(params: MonthParams, view: View) -> int:
    """Return the debit turnover of the financial ledger in a month, đồng; read from totals."""
    year, month = map(int, params.month.split("-"))
    first = datetime.date(year, month, 1)
    last = first.replace(day=calendar.monthrange(year, month)[1])
    book = view.book("general_ledger")
    (debit,) = book.sum(("debit",), where={"ledger": "financial"}, date_from=first, date_to=last)[
        ()
    ]
    return debit


@hookimpl
def lienso_figures() -> Sequence[Figure]:
    """Name the figure."""
    title = Label("Tổng số phát sinh trong tháng trên sổ cái", "Turnover of the ledger in a month")
    return [Figure(FIGURE, title, MonthParams, posted_turnover, "last_online", origin="ours")]
