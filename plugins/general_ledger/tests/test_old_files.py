"""A database file of an earlier release: attributes of items stood among the seldom-used dimensions then."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lienso import Book, Total, hookimpl
from lienso.testing.kernels import cloud
from lienso_general_ledger import plugin
from lienso_general_ledger.books import BOOKS, GENERAL_LEDGER

from .conftest import START, Company, pair

MODULES = ("system", "catalog", "general_ledger", "utilities")
WERE_EXTRAS = ("activity", "closing", "cash_equiv", "of", "loan", "liability")
CAME_LATER = ("long_due", "contra_activity", "contra_cash_equiv", "tagged_by")
"""What postings write today and did not then."""

YEAR = {"from_date": START, "to_date": "2026-12-31"}
STATEMENTS = ["B03-DN/direct", "B03-DN/indirect"]


def old_books() -> list[Book]:
    """Return the books as they were declared; what came later stands among the extras until it goes."""
    now = GENERAL_LEDGER
    moved = {*WERE_EXTRAS, *CAME_LATER}
    kept = tuple(one for one in now.dimensions if one.name not in moved)
    named = (*now.extras, *(one for one in now.dimensions if one.name in moved))
    ledger = Book(
        now.id,
        now.title,
        dimensions=kept,
        measures=now.measures,
        extras=named,
        totals=(Total(("account", "object")), Total(("account", "currency", "bank_account"))),
        indexes=now.indexes,
        balance=now.balance,
    )
    return [ledger, *(book for book in BOOKS if book is not now)]


@hookimpl
def lienso_books() -> list[Book]:
    """Declare the books of the earlier release."""
    return old_books()


OLD_PLUGIN = SimpleNamespace(**{**vars(plugin), "lienso_books": lienso_books})


def fill(company: Company) -> None:
    """Enter a year whose statements need every attribute that was an extra."""
    company.untrack(
        ["131", "331", "41111", "1111", "1121", "1281", "1283", "3411", "1561", "2294", "2112"]
    )
    buyer = {"object": company.save("object", {"code": "K", "name": "K", "is_customer": True}).id}
    post = company.posted
    post(pair("1121", "41111", 90_000), day="2026-01-05")
    post(pair("131", "5111", 30_000, **buyer), day="2026-02-01")
    post(pair("1281", "1121", 5_000, debit_cash_equiv=True), day="2026-02-02")
    post(pair("1281", "1121", 4_000), day="2026-02-03")
    post(pair("2112", "331", 20_000, credit_activity="investing"), day="2026-03-01")
    post(pair("331", "1121", 12_000, debit_activity="investing"), day="2026-03-02")
    post(pair("632", "2294", 700, credit_of="1561"), day="2026-03-03")
    post(pair("1121", "3411", 8_000, due_date="2029-01-01"), day="2026-04-01")
    post(pair("1111", "131", 9_000, **buyer), day="2026-05-01")
    company.invoke("general_ledger.close_profit_and_loss", date="2026-12-31", ignore_warnings=True)


def made(company: Company) -> dict[str, Any]:
    """Return the lines of the year's statements and what their check says."""
    answer = company.invoke(
        "general_ledger.create_statements", date="2026-12-31", statements=STATEMENTS
    )
    return {name: answer[name] for name in ("lines", "check")}


def reloaded(company: Company) -> dict[str, Any]:
    """Load the data of the set again."""
    again = company.invoke("general_ledger.reload_data", set=f"{START}/2026-12-31")
    return {name: again[name] for name in ("lines", "check")}


def maintain(company: Company) -> None:
    """Post every voucher anew, as the maintenance of data does."""
    done = company.invoke("utilities.maintain_data", **YEAR)
    assert (done["failed"], len(done["reposted"])) == ([], 10)


def balances(found: dict[str, Any]) -> dict[str, Any]:
    """Return the lines that ask for nothing of the account across, and for no due date."""
    sheet = {code: value for code, value in found["lines"]["B01-DN"].items() if code[0] in "124"}
    return {"B01-DN": sheet, "B02-DN": found["lines"]["B02-DN"]}


def as_it_was(file: Path) -> None:
    """Take out of the file what postings of that time did not write."""
    with closing(sqlite3.connect(file)) as connection:
        (table,) = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if name == "book_general_ledger"
        ]
        columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        assert "d_account" in columns
        assert not {f"d_{name}" for name in WERE_EXTRAS} & {*columns}
        paths = ", ".join(f"'$.{name}'" for name in CAME_LATER)
        connection.execute(f"UPDATE {table} SET extra = json_remove(extra, {paths})")
        texts = [extra for (extra,) in connection.execute(f"SELECT extra FROM {table}")]
        connection.commit()
    kept = {name for text in texts for name in json.loads(text or "{}")}
    assert {"activity", "closing", "cash_equiv", "of"} <= kept
    assert not kept & {*CAME_LATER}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    for needed in ("lienso_storage_sqlite", "lienso_utilities"):
        pytest.importorskip(needed)
    return tmp_path / "cloud.db"


def test_statements_come_out_of_a_file_of_an_earlier_release(file: Path) -> None:
    url, options = f"sqlite:{file}", {"accounting.start_date": START}
    with cloud(MODULES, options=options) as kernel:
        fill(Company(kernel))
        wanted = made(Company(kernel))
    others = [name for name in MODULES if name != "general_ledger"]
    old = {"general_ledger": OLD_PLUGIN}
    with cloud(others, plugins=old, options=options, storage=url) as kernel:
        fill(Company(kernel))
    as_it_was(file)

    with cloud(MODULES, storage=url, company=False) as kernel:
        kernel.ids.go_on_after(10_000)  # type: ignore[attr-defined]  # the ids of a test
        company = Company(kernel)
        first = made(company)
        maintain(company)
        again = reloaded(company)

    assert balances(first) == balances(wanted)  # closed, cash, activities, allowances: taken along
    asked = [cause for cause in first["check"]["causes"] if cause["code"] == "pair_sides_differ"]
    pairs = [("1281", "1121"), ("2112", "331"), ("331", "1121")]
    assert [(cause["debit"], cause["credit"]) for cause in asked] == pairs
    assert again == wanted
    assert wanted["check"]["causes"] == []
