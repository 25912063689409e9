"""The way of an auditor: from a figure of a statement to its accounts, to the entries, to the voucher, to
its versions with their hashes; over the client API and at the command line, with the same proof at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from lienso import Drill, Table
from lienso.api import Api
from lienso.canonical import canonical_text, digest_of
from lienso.cli.commands import app
from lienso.client import Client, connect
from lienso.kernel import Kernel
from lienso.sync.enrolment import add_client, authenticate
from lienso.testing import kernels
from lienso.testing.kernels import TENANT, actor, cloud
from lienso.transport import ServeOptions, Services
from typer.testing import CliRunner

MODULES = ("system", "catalog", "general_ledger", "cash")
YEAR = {"from_date": "2026-01-01", "to_date": "2026-12-31"}
SHEET, RESULT = "B01-DN", "B02-DN"
FLOW = "B03-DN/direct"


def fill(kernel: Kernel) -> None:
    """Enter a year: capital and a sale by journal, money by the vouchers of cash, and its closing."""
    by = actor(kernel)
    for code in ("131", "331", "41111", "1111", "6427"):
        account = kernel.read(by, lambda view, code=code: view.require("account", code))
        kernel.save(by, "account", {"tracks": []}, id=account.id, merge=True)
    moves = (
        ("journal", "2026-01-05", "1111", "41111", 50_000_000),
        ("journal", "2026-03-01", "131", "5111", 30_000_000),
        ("cash_receipt", "2026-04-01", "1111", "131", 15_000_000),
        ("cash_payment", "2026-04-02", "6427", "1111", 12_000_000),
        ("journal", "2026-05-01", "6427", "331", 1_000_000),
    )
    for type, day, debit, credit, amount in moves:
        line = {"line": 1, "debit": debit, "credit": credit, "amount": amount}
        body = {"posting_date": day, "description": f"{debit}/{credit}", "lines": [line]}
        record = kernel.save(by, type, body).record
        kernel.post(by, record.id, ignore_warnings=True)
    kernel.invoke(by, "general_ledger.close_profit_and_loss", {"date": "2026-12-31"})


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The database of a company's year."""
    url = f"sqlite:{tmp_path_factory.mktemp('audited') / 'cloud.db'}"
    options = {"accounting.start_date": "2026-01-01"}
    with cloud(MODULES, options=options, storage=url) as kernel:
        fill(kernel)
    return url


@pytest.fixture(scope="module")
def auditor(file: str) -> Iterator[Client]:
    """Somebody at the other end of a real line."""
    with cloud(MODULES, storage=file, company=False) as kernel:
        services = Services(
            Api(kernel), lambda token: authenticate(kernel, token), kernels.service_of(kernel)
        )
        server = kernel.serve("grpc:127.0.0.1:0", services, ServeOptions())
        with connect(server.url, add_client(kernel, TENANT, "auditor")) as client:
            yield client
        server.stop(grace_s=0)


def rows(table: Table) -> Iterator[tuple[dict[str, Any], Drill | None]]:
    """Yield the rows by column, each with where it comes from."""
    names = [column.name for column in table.columns]
    for row, drill in zip(table.rows, table.drills, strict=True):
        yield dict(zip(names, row, strict=True)), drill


def statement(client: Client, id: str) -> Table:
    return client.report("general_ledger.statement", {"statement": id, **YEAR})


def accounts(client: Client, drill: Drill, value: int) -> Iterator[tuple[dict[str, Any], Drill]]:
    """Yield the accounts that make a line of this value, through the lines between.

    Each table adds up to the value, or to its opposite where a formula takes the line away.
    """
    table = client.report(drill.report, drill.params)
    total = sum(row["amount"] for row, _below in rows(table))
    assert total == table.totals[-1]
    assert value in (total, -total)
    for row, below in rows(table):
        assert below is not None, "every row of a line leads down"
        amount = row["amount"] * (1 if value == total else -1)
        if below.report == "general_ledger.statement_line":
            yield from accounts(client, below, amount)
        else:
            yield {**row, "amount": amount}, below


def proven(client: Client, drill: Drill) -> str:
    """Read all versions of a voucher, check their digests; returns the newest's hash in the chain."""
    assert drill.type, "an entry leads to a voucher"
    versions = list(client.history(drill.type, drill.id))
    for version in versions:
        assert digest_of(canonical_text(version.body)) == version.digest
        assert len(version.hash) == 64
        assert version.provenance["user"]
    assert len({version.hash for version in versions}) == len(versions)
    record = client.get(drill.type, drill.id)
    assert (record.version, record.posted()) == (versions[0].version, True)
    return versions[0].hash


def entries(client: Client, drill: Drill) -> tuple[int, list[Drill]]:
    """Return what the entries of an account add up to, and the vouchers they lead to."""
    net, vouchers = 0, []
    for row, below in rows(client.report(drill.report, drill.params)):
        net += row["debit"] - row["credit"]
        if below is not None:
            vouchers.append(below)
    return net, vouchers


def test_every_figure_of_the_balance_sheet_is_the_sum_of_entries_with_proof(
    auditor: Client,
) -> None:
    found: dict[str, int] = {}
    for line, drill in rows(statement(auditor, SHEET)):
        if not line["closing"]:
            continue
        assert drill is not None
        found[line["code"]] = line["closing"]
        parts = list(accounts(auditor, drill, line["closing"]))
        made = 0
        for row, below in parts:
            net, vouchers = entries(auditor, below)
            assert abs(net) == abs(row["amount"]), (line["code"], row)
            assert all(proven(auditor, one) for one in vouchers), row
            assert vouchers, row
            made += row["amount"]
        assert made == line["closing"], line["code"]

    assert found["270"] == found["440"] == 68_000_000


@pytest.mark.parametrize(
    ("form", "code", "value", "types"),
    [
        (RESULT, "01", 30_000_000, {"journal"}),
        (RESULT, "60", 17_000_000, {"journal", "pl_closing"}),
        (FLOW, "50", 53_000_000, {"journal", "cash_receipt", "cash_payment"}),
    ],
)
def test_a_figure_of_a_flow_leads_to_the_vouchers_that_made_it(
    auditor: Client, form: str, code: str, value: int, types: set[str]
) -> None:
    (line,) = [(row, drill) for row, drill in rows(statement(auditor, form)) if row["code"] == code]

    parts = list(accounts(auditor, drill_of(line), value))
    vouchers = [one for _row, below in parts for one in entries(auditor, below)[1]]

    assert line[0]["this_period"] == value
    assert sum(row["amount"] for row, _below in parts) == value
    assert {one.type for one in vouchers} == types
    assert all(proven(auditor, one) for one in vouchers)


def drill_of(line: tuple[Mapping[str, Any], Drill | None]) -> Drill:
    assert line[1] is not None
    return line[1]


def test_the_command_line_ends_at_the_same_hash(auditor: Client, file: str) -> None:
    line = next(line for line in rows(statement(auditor, SHEET)) if line[0]["code"] == "111")
    ((account, below),) = accounts(auditor, drill_of(line), line[0]["closing"])
    table = auditor.report(below.report, below.params)
    voucher, last = next((row, drill) for row, drill in rows(table) if row["no"][:2] == "PT")
    assert last is not None
    params = json.dumps({"statement": SHEET, **YEAR})
    way = ["111", account["source"], voucher["no"]]

    result = CliRunner().invoke(
        app,
        [
            *(
                "report",
                "general_ledger.statement",
                "--storage",
                file,
                "--params",
                params,
                "--json",
            ),
            *(part for cell in way for part in ("--drill", cell)),
        ],
    )

    assert result.exit_code == 0, result.output
    shown = json.loads(result.stdout)
    places = [column["name"] for column in shown["columns"]]
    hashes = [row[places.index("hash")] for row in shown["rows"]]
    assert hashes == [version.hash for version in auditor.history(last.type, last.id)]
    assert hashes[0] == proven(auditor, last)
