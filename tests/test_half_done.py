"""A function of the period end that fails in the middle leaves the books as they were; a job resumes.

The failure is a real one: the database refuses a write. Every table of the company's file gets a trigger
that counts writes and refuses one of them, as a disk does that is at fault; nothing of ours is replaced.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from lienso import Entry, LiensoError, Record
from lienso.errors import StorageDown
from lienso.kernel import Kernel
from lienso.testing.kernels import TENANT, Clock, Ids, actor, cloud

MODULES = ("system", "catalog", "general_ledger", "cash", "bank", "cashier", "utilities")
MARCH = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
YEAR = {"date": "2026-12-31", "period": "year"}
SET = {"set": "2026-01-01/2026-12-31"}
OPTIONS = {"accounting.start_date": "2026-01-01", "cashier.enabled": True}
GL = "general_ledger."
EVER = 10**9
FAULT = "the disk is at fault"


class Company:
    """A company in a database file that can be made to refuse a write."""

    def __init__(self, kernel: Kernel, file: Path) -> None:
        self.kernel, self.file, self.by = kernel, file, actor(kernel)

    def save(self, type: str, body: Mapping[str, Any]) -> Record[Any]:
        """Save a record."""
        return self.kernel.save(self.by, type, body).record

    def journal(self, no: str, day: str, debit: str, credit: str, amount: int, **more: Any) -> str:
        """Save a journal of one line; returns its id."""
        line = {"line": 1, "debit": debit, "credit": credit, "amount": amount, **more}
        return self.save("journal", {"no": no, "posting_date": day, "lines": [line]}).id

    def posted(self, *journal: Any, **more: Any) -> None:
        """Save and post a journal."""
        self.kernel.post(self.by, self.journal(*journal, **more), ignore_warnings=True)

    def invoke(self, id: str, params: Mapping[str, Any]) -> dict[str, Any]:
        """Run a function."""
        return self.kernel.invoke(self.by, id, params)

    def stored(self) -> list[Any]:
        """Return everything that the database holds of the company, the feed and the chain too."""
        return list(self.kernel.storage.tenants().export(TENANT))

    def ledger(self) -> list[Any]:
        """Return what stands in all books, without who wrote it and when."""
        books = self.kernel.registry.books
        return self.kernel.read(
            self.by,
            lambda view: [
                (
                    book,
                    posted.number,
                    posted.entry.line,
                    posted.entry.side,
                    entry_facts(posted.entry),
                )
                for book in books
                for posted in view.book(book).entries()
            ],
        )

    @contextmanager
    def writes(self, allowed: int) -> Iterator[Callable[[], int]]:
        """Let the database take so many writes and refuse the next; yields how many it took."""
        with closing(sqlite3.connect(self.file, isolation_level=None)) as connection:
            names = (
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            tables = [name for (name,) in connection.execute(names)]
            connection.execute("CREATE TABLE fault (rest INTEGER)")
            connection.execute("INSERT INTO fault VALUES (?)", (allowed,))
            made = [f"{table}_{verb}" for table in tables for verb in VERBS]
            for table in tables:
                for verb in VERBS:
                    connection.execute(
                        f'CREATE TRIGGER "fault_{table}_{verb}" BEFORE {verb} ON "{table}" BEGIN '
                        "UPDATE fault SET rest = rest - 1; "
                        f"SELECT RAISE(ABORT, '{FAULT}') FROM fault WHERE rest < 0; END"
                    )
            try:
                yield lambda: allowed - connection.execute("SELECT rest FROM fault").fetchone()[0]
            finally:
                for name in made:
                    connection.execute(f'DROP TRIGGER "fault_{name}"')
                connection.execute("DROP TABLE fault")


VERBS = ("INSERT", "UPDATE", "DELETE")


def fill(company: Company) -> None:
    """Enter what every function of the period end finds something to do with."""
    save = company.save
    for code in ("1388", "131", "331", "1111", "1121", "1122", "6427", "6417"):
        account = company.kernel.read(company.by, lambda v, code=code: v.require("account", code))
        company.kernel.save(company.by, "account", {"tracks": []}, id=account.id, merge=True)
    save("currency", {"code": "USD", "name": "USD"})
    project = save("project", {"code": "P1", "name": "P1"}).id
    for number, day in enumerate(("2026-01-10", "2026-02-10", "2026-03-10"), 1):
        company.posted(f"BH{number}", day, "1388", "5111", 900, project=project)
        company.posted(f"CP{number}", day, "6427", "1388", 300)
    dollars = {"currency": "USD", "fc_amount": "100"}
    company.posted("MUA", "2026-03-02", "1122", "1388", 2_500_000, **dollars, rate="25000")
    company.posted("CHI", "2026-03-05", "331", "1122", 2_650_000, **dollars, rate="26500")
    company.posted("MUA2", "2026-03-12", "1122", "1388", 2_700_000, **dollars, rate="27000")
    company.posted("THU1", "2026-03-03", "1111", "1388", 700)
    company.posted("THU2", "2026-03-04", "1111", "1388", 800)
    for code in ("A", "B"):
        rows = [{"ratio": "100", "debit": "6427"}]
        body = {"code": code, "name": code, "start": "2026-03-01", "amount": 900, "periods": 3}
        save("prepaid_cost", {**body, "allocation_rows": rows})
    for number in (1, 2):
        company.journal(f"NHAP{number}", "2026-03-20", "6427", "1388", 10)
    company.invoke(f"{GL}lock_period", {"lock_date": "2026-01-05", "default_handling": "leave"})


def statements(company: Company) -> None:
    """Make a set of statements."""
    company.invoke(f"{GL}create_statements", {**YEAR, "statements": ["B03-DN/direct"]})


def final(company: Company) -> None:
    """Make a set of statements and close it."""
    statements(company)
    company.invoke(f"{GL}update_statements", {**SET, "status": "final"})


def grouped(company: Company) -> None:
    """Make a group of vouchers."""
    group = {"action": "create", "no": "G1", "date": "2026-03-31", "vouchers": ["BH3", "CP3"]}
    company.invoke(f"{GL}journal_vouchers", group)


def renumbered(company: Company) -> None:
    """Give vouchers new numbers."""
    company.invoke("utilities.renumber_vouchers", RENUMBER)


def taken(company: Company) -> None:
    """Let the cashier take the vouchers of cash."""
    company.invoke("cashier.post_vouchers", {"vouchers": ["THU1", "THU2"]})


RENUMBER = {**MARCH, "voucher_group": "journal", "prefix": "X", "start": 1, "digits": 5}
Case = tuple[str, Mapping[str, Any], Callable[[Company], object] | None]
CASES: Mapping[str, Case] = {
    "close": (f"{GL}close_profit_and_loss", {"date": "2026-03-31"}, None),
    "cost of what went out": (f"{GL}compute_fx_outflow_rate", MARCH, None),
    "revalue": (
        f"{GL}revalue_fx_accounts",
        {
            **{"date": "2026-03-31", "currency": "USD", "ignore_warnings": True},
            **{"rate_assets": "25500", "rate_liabilities": "25600"},
        },
        None,
    ),
    "allocate prepaid costs": (
        f"{GL}allocate_prepaid_costs",
        {"year": 2026, "month": 3, "ignore_warnings": True},
        None,
    ),
    "allocate costs": (
        f"{GL}allocate_operating_costs",
        {**MARCH, "target": "project", "criterion": "revenue"},
        None,
    ),
    "group": (
        f"{GL}journal_vouchers",
        {"action": "create", "no": "G1", "date": "2026-03-31", "vouchers": ["BH3", "CP3"]},
        None,
    ),
    "ungroup": (f"{GL}journal_vouchers", {"action": "delete", "no": "G1"}, grouped),
    **{
        f"lock, {handling}": (
            f"{GL}lock_period",
            {"lock_date": "2026-03-31", "default_handling": handling, "ignore_warnings": True},
            None,
        )
        for handling in ("post", "delete", "move_to_next_day", "leave")
    },
    "unlock": (f"{GL}unlock_period", {"lock_date": "2026-01-02", "reason": "Bổ sung"}, None),
    "state": (f"{GL}create_statements", {**YEAR, "statements": ["B03-DN/direct"]}, None),
    "change a set": (f"{GL}update_statements", {**SET, "notes": {"I": "Thương mại"}}, statements),
    "reload a set": (
        f"{GL}reload_data",
        SET,
        lambda c: (statements(c), c.posted("THEM", "2026-03-30", "1388", "5111", 5)),
    ),
    "add to a set": (f"{GL}add_appendix", {**SET, "statement": "B09-DN"}, statements),
    "take from a set": (f"{GL}remove_appendix", {**SET, "statement": "B03-DN/direct"}, statements),
    "delete a set": (f"{GL}delete_statements", SET, statements),
    "reopen a set": (f"{GL}reopen_statements", {**SET, "reason": "Sai số liệu"}, final),
    "change formulas": (
        f"{GL}set_formulas",
        {"template": "B01-DN", "lines": [{"code": "139", "formula": "DR_ACC(1385)"}]},
        statements,
    ),
    "choose activities": (
        f"{GL}choose_activities",
        {**MARCH, "rules": [{"debit": "1111", "op": "other", "activity": "investing"}]},
        None,
    ),
    "renumber": ("utilities.renumber_vouchers", RENUMBER, None),
    "restore numbers": ("utilities.restore_numbers", {}, renumbered),
    "the cashier takes": ("cashier.post_vouchers", {"vouchers": ["THU1", "THU2"]}, None),
    "the cashier gives back": (
        "cashier.post_vouchers",
        {"vouchers": ["THU1", "THU2"], "action": "unpost"},
        taken,
    ),
}
"""What happens → the function, its parameters, and what must be there before."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The database file of a company with work to do."""
    file = tmp_path_factory.mktemp("filled") / "cloud.db"
    with opened(file, company=True) as company:
        fill(company)
    return file


@contextmanager
def opened(file: Path, *, company: bool = False, ids: int = 10_000) -> Iterator[Company]:
    """Open a cloud on a database file, new or filled; ``ids``: how many were given there before."""
    with cloud(
        MODULES,
        storage=f"sqlite:{file}",
        options=OPTIONS,
        clock=Clock("2026-04-01"),
        company=company,
    ) as kernel:
        if not company:
            cast(Ids, kernel.ids).go_on_after(ids)
        yield Company(kernel, file)


@pytest.fixture
def company(filled: Path, tmp_path: Path) -> Iterator[Company]:
    """A company of its own for a test."""
    file = tmp_path / "cloud.db"
    shutil.copy(filled, file)
    with opened(file) as made:
        yield made


def places(writes: int) -> Sequence[int]:
    """Choose the writes that are refused: the first, one in the middle, the last."""
    return sorted({0, writes // 2, writes - 1})


@pytest.mark.parametrize("case", CASES)
def test_what_fails_in_the_middle_changes_nothing_and_succeeds_afterwards(
    company: Company, tmp_path: Path, case: str
) -> None:
    function, params, prepare = CASES[case]
    if prepare is not None:
        prepare(company)
    twin_file = tmp_path / "twin.db"
    with closing(sqlite3.connect(twin_file)) as copy, closing(sqlite3.connect(company.file)) as now:
        now.backup(copy)
    before = company.stored()
    with opened(twin_file, ids=20_000) as twin, twin.writes(EVER) as taken:
        wanted = twin.invoke(function, params)
        writes = taken()
        books = twin.ledger()

    for place in places(writes):
        with company.writes(place), pytest.raises((LiensoError, sqlite3.Error), match=FAULT):
            company.invoke(function, params)
        assert company.stored() == before, place

    assert writes > 1
    assert without_ids(company.invoke(function, params)) == without_ids(wanted)
    assert company.ledger() == books
    assert company.stored() != before


def test_a_disk_that_fills_under_a_function_is_no_crash_of_its_module(company: Company) -> None:
    """The limit stands for the disk's end; a set of statements is the largest thing a function writes."""
    commits: Any = company.kernel.storage.commits  # type: ignore[attr-defined]  # of the SQLite driver
    pages = commits.run(lambda connection: connection.execute("PRAGMA page_count").fetchone()[0])
    before = company.stored()
    commits.run(lambda c: c.execute(f"PRAGMA max_page_count = {pages}").fetchone())

    with pytest.raises(StorageDown) as refused:
        statements(company)

    assert refused.value.code == "storage_down"
    assert company.stored() == before
    commits.run(lambda c: c.execute(f"PRAGMA max_page_count = {pages + 1_000}").fetchone())
    statements(company)


def entry_facts(entry: Entry) -> tuple[Any, ...]:
    """Return what an entry says, without its place in the order of writing."""
    said = {name: value for name, value in entry.dimensions.items() if name != "seq"}
    return entry.ledger, entry.posting_date, entry.branch, said, dict(entry.measures)


def without_ids(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Return an answer without the ids of what was made."""
    return {name: value for name, value in answer.items() if name not in ("set", "run")}
