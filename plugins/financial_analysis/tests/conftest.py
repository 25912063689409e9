"""A company with statements to analyse."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from lienso import Table
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud
from lienso.testing.kernels import refused as refused  # noqa: PLC0414 - tests take it from here
from lienso_catalog import account

MODULES = ("system", "catalog", "general_ledger", "financial_analysis")
YEAR = {"from_date": "2026-01-01", "to_date": "2026-12-31"}


class Company:
    """A company in the cloud."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel
        self.by = actor(kernel)

    def untrack(self, *codes: str) -> None:
        """Take the demands of accounts away."""
        for code in codes:
            account = self.kernel.read(
                self.by, lambda view, code=code: view.by_code("account", code)
            )
            if account is not None and account.data.tracks:
                self.kernel.save(self.by, "account", {"tracks": []}, id=account.id, merge=True)

    def post(self, day: str, *lines: tuple[str, str, int], **more: Any) -> None:
        """Post a journal of pairs."""
        self.untrack(*{code for debit, credit, _amount in lines for code in (debit, credit)})
        body = [
            {"line": number, "debit": debit, "credit": credit, "amount": amount, **more}
            for number, (debit, credit, amount) in enumerate(lines, 1)
        ]
        made = self.kernel.save(self.by, "journal", {"posting_date": day, "lines": body}).record
        self.kernel.post(self.by, made.id, ignore_warnings=True)

    def analyze(self, **params: Any) -> dict[str, Any]:
        """Analyse the year 2026, or what is named."""
        return self.kernel.invoke(self.by, "financial_analysis.analyze", {**YEAR, **params})

    def report(self, id: str, **params: Any) -> Table:
        """Run a report of this module on the year 2026, or on what is named."""
        return self.kernel.report(self.by, f"financial_analysis.{id}", {**YEAR, **params})

    def keep(self, values: Mapping[str, Any], **more: Any) -> None:
        """Keep a final set of statements."""
        body = {"regime": "TT200", **YEAR, "status": "final", "values": values, **more}
        self.kernel.save(self.by, "statement_set", body)


def make(regime: str = "TT200") -> Kernel:
    """Start a cloud whose books begin with 2026."""
    return cloud(MODULES, regime=regime, options={"accounting.start_date": "2026-01-01"})


@pytest.fixture
def company() -> Iterator[Company]:
    with make() as kernel:
        yield Company(kernel)


@pytest.fixture
def trading(company: Company) -> Company:
    """A company in its first year: sales of 400, costs of 250 and 50, nothing closed."""
    trade(company)
    return company


def trade(company: Company) -> None:
    """Post capital, stock, sales and costs."""
    bank, till, stock = (_leaf(company, code) for code in ("112", "111", "156"))
    costs = _leaf(company, "6427", "642")
    company.post("2026-01-02", (bank, _leaf(company, "4111"), 1_000))
    company.post("2026-02-01", (stock, bank, 600))
    company.post("2026-03-01", ("131", _leaf(company, "511"), 400))
    company.post("2026-03-01", ("632", stock, 250))
    company.post("2026-04-01", (costs, till, 50))
    company.post("2026-04-02", (till, "131", 150))


def _leaf(company: Company, *prefixes: str) -> str:
    """Return the first account under one of these codes that can be posted to."""

    def look(view: Any) -> str:
        for prefix in prefixes:
            for record in view.find("account", "code", start=(prefix,)):
                code = record.data.code
                if not code.startswith(prefix):
                    break
                state = account(view, code)
                if state is not None and state.leaf:
                    return str(code)
        raise LookupError(prefixes)

    return company.kernel.read(company.by, look)
