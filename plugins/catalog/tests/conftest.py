"""A company with the catalogs, and a small ledger whose slips post what the test says."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any

import pytest
from lienso import (
    Book,
    Dimension,
    Entry,
    Label,
    LiensoError,
    Manifest,
    Measure,
    Record,
    RecordType,
    Total,
    hookimpl,
)
from lienso.fields import Body, Day, Ref
from lienso.testing.kernels import actor, cloud, office
from lienso.view import View
from pydantic import Field

REFS = {"object": "object", "employee": "object", "bank_account": "bank_account"}
NAMES = (
    "object employee item unit warehouse org_unit cost_object cost_item project contract budget_item"
    " statistic_code bank_account asset prepaid term opening"
)


class Row(Body):
    """An entry, as the test writes it."""

    line: int = 1
    side: int = 0
    dimensions: dict[str, str] = Field(default_factory=dict)
    measures: dict[str, int] = Field(default_factory=dict)


class Slip(Body):
    """A voucher of the test; ``item`` is what it refers to."""

    no: str = ""
    posting_date: Day
    item: Annotated[str | None, Ref("item")] = None
    rows: list[Row] = Field(default_factory=list)


def _post(record: Record[Any], ledger: str, view: View) -> Mapping[str, Sequence[Entry]]:
    return {
        "general_ledger": [
            Entry(
                row.line,
                row.side,
                ledger,
                record.data.posting_date,
                dimensions=row.dimensions,
                measures=row.measures,
            )
            for row in record.data.rows
        ]
    }


class LedgerPlugin:
    """Owns the book and the slips."""

    MANIFEST = Manifest("ledger", "Sổ thử", "1.0", requires=("catalog",))

    @hookimpl
    def lienso_books(self) -> Sequence[Book]:
        return [
            Book(
                "general_ledger",
                Label("Sổ cái", "Ledger"),
                tuple(Dimension(name, REFS.get(name, "")) for name in ("account", "currency")),
                (
                    Measure("debit"),
                    Measure("credit"),
                    Measure("fc_debit", 4),
                    Measure("fc_credit", 4),
                ),
                extras=tuple(Dimension(name, REFS.get(name, "")) for name in NAMES.split()),
                totals=(Total(("account",)),),
            )
        ]

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [
            RecordType(
                "slip", Label("Phiếu", "Slip"), Slip, "voucher", number_prefix="PH", post=_post
            )
        ]


class Company:
    """What a test does with a kernel, in few words."""

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel
        self.by = actor(kernel)

    def save(self, type: str, id: str | None = None, **body: Any) -> Any:
        """Save a record; with an id only what is named changes."""
        body = {name.rstrip("_"): value for name, value in body.items()}
        return self.kernel.save(self.by, type, body, id=id, merge=id is not None).record

    def refused(self, type: str, id: str | None = None, **body: Any) -> str:
        """Save what must be refused; returns the code."""
        with pytest.raises(LiensoError) as caught:
            self.save(type, id, **body)
        return caught.value.code

    def warnings(self, type: str, **body: Any) -> list[str]:
        """Save, and return the codes of the warnings."""
        return [found.code for found in self.kernel.save(self.by, type, body).findings]

    def kept(self, type: str, id: str) -> str:
        """Try to delete what must stay; returns the code."""
        with pytest.raises(LiensoError) as caught:
            self.kernel.delete(self.by, type, id)
        return caught.value.code

    def read(self, work: Any) -> Any:
        """Look at the records."""
        return self.kernel.read(self.by, work)

    def derived(self, type: str, code: str) -> Mapping[str, Any]:
        """Return the derived values of an entry."""

        def look(view: View) -> Any:
            record_type = self.kernel.registry.record_types[type]
            return record_type.derived(view.by_code(type, code), view)

        return self.read(look)

    def slip(self, *rows: Mapping[str, Any], **fields: Any) -> Any:
        """Save a draft slip."""
        return self.save("slip", posting_date="2026-03-02", rows=list(rows), **fields)

    def post(self, *rows: Mapping[str, Any]) -> list[tuple[str, str]]:
        """Post a slip; returns (severity, code) of all that was found, warnings passed."""
        record = self.slip(*rows)
        try:
            posted = self.kernel.post(self.by, record.id, ignore_warnings=True)
        except LiensoError as error:
            return [(found.severity, found.code) for found in error.findings]
        return [("warning", code) for code in posted.posting["financial"].passed_warnings]


def row(account: str, line: int = 1, side: int = 0, **dimensions: str) -> dict[str, Any]:
    """Write an entry of 1,000 đồng on an account."""
    measures = {"debit" if side == 0 else "credit": 1000}
    return {
        "line": line,
        "side": side,
        "dimensions": {"account": account, **dimensions},
        "measures": measures,
    }


@pytest.fixture
def rows() -> Any:
    """The writer of entries."""
    return row


def _start(regime: str) -> Any:
    return cloud(("system", "catalog"), plugins={"ledger": LedgerPlugin()}, regime=regime)


@pytest.fixture
def company() -> Iterator[Company]:
    """A company in the cloud, Circular 200."""
    with _start("TT200") as kernel:
        yield Company(kernel)


@pytest.fixture
def company_of() -> Iterator[Any]:
    """Make a company of a regime."""
    kernels = []

    def make(regime: str) -> Company:
        kernels.append(_start(regime))
        return Company(kernels[-1])

    yield make
    for kernel in kernels:
        kernel.close()


@pytest.fixture
def site(company: Company) -> Iterator[Company]:
    """An office of the company, online and in step."""
    with office(company.kernel) as kernel:
        yield Company(kernel)


@pytest.fixture
def today() -> datetime.date:
    """The day of the tests' clock."""
    return datetime.date(2026, 3, 2)
