"""The demo's company: its cloud, its offices A and B, and what the steps ask of them."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

from lienso import client
from lienso.ids import SystemClock, instant_text
from lienso.importing import import_workbook
from lienso.kernel import Kernel, Settings, start
from lienso.model import Actor, FigureValue, Table
from lienso.sync import enrolment

from .processes import LISTEN, Office, Served, install_partner
from .report import Report, fail
from .turnover import FIGURE

MONTH = "2026-03"
PERIOD = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
OPEN_DAY = "2026-03-20"
WORKBOOK = "company-2026-03.xlsx"
UNIT = {
    "code": "MP",
    "name": "Công ty TNHH Cơ khí và Thương mại Minh Phát",
    "kind": "company",
    "address": "Lô 12 KCN Quang Minh, Hà Nội",
}
"""Who stands at the head of printed forms: of the workbook's sheet Thông tin."""


@dataclass
class Company:
    """The servers, and what one step leaves for another.

    Attributes:
        folder: databases, tokens and logs. ``ending``: ends what was started, last first.
        remote: a program's line to the cloud.
        entered: ids of what B entered without a line, by what becomes of it.
        numbers: that both offices took.
        known: the figure as B read it before the line was cut.
        imported: how many records of the workbook office A has to send.
        unposted: numbers of the workbook's vouchers that need modules which are not installed.
    """

    folder: Path
    fast: bool
    report: Report
    ending: ExitStack
    remote: client.Client = field(init=False)
    a: Office = field(init=False)
    b: Office = field(init=False)
    entered: dict[str, str] = field(default_factory=dict)
    numbers: list[str] = field(default_factory=list)
    known: FigureValue | None = None
    unposted: list[str] = field(default_factory=list)
    imported: int = 0

    def start(self) -> list[int]:
        """Found the company, import the workbook at A, start the processes.

        Returns:
            Process ids of cloud, A and B.
        """
        storage = f"sqlite:{self.folder / 'cloud.db'}"
        with start(Settings(storage=storage)) as kernel:
            options = {"accounting.start_date": PERIOD["from_date"]}
            tenant = kernel.add_tenant("DEMO", "Công ty Minh Phát", regime="TT133", options=options)
            tokens = {name: enrolment.add_site(kernel, tenant.id, name) for name in "AB"}
            program = enrolment.add_client(kernel, tenant.id, "demo")
        environment = install_partner(self.folder)
        log = self.folder / "cloud.log"
        cloud = Served(log, environment, "cloud", "serve", "--storage", storage, "--listen", LISTEN)
        self.ending.callback(cloud.stop)
        self.imported = self._import(tenant.id, tokens["A"], cloud.url)
        self._office("B", tenant.id, tokens["B"], cloud.url).close()
        self.remote = client.connect(cloud.url, program)
        self.ending.callback(self.remote.close)
        self.a, self.b = (
            Office(self.folder, name, environment, cloud.url, tokens[name], self.fast, self.ending)
            for name in "AB"
        )
        return [cloud.pid, self.a.served.pid, self.b.served.pid]

    def _import(self, tenant: str, token: str, cloud: str) -> int:
        """Import the workbook with a kernel of office A, before its server starts."""
        with self._office("A", tenant, token, cloud) as kernel:
            assert kernel.site is not None
            kernel.site.connect()
            source = resources.files("lienso_demo.data").joinpath(WORKBOOK)
            with resources.as_file(source) as path:
                result = import_workbook(kernel, Actor(tenant, "ketoan", "A"), path, post=True)
            if result.errors:
                fail(f"the workbook has {len(result.errors)} errors")
            return kernel.site.pending()

    def _office(self, name: str, tenant: str, token: str, cloud: str) -> Kernel:
        """Make the database of an office and open it; a server only serves what is there."""
        settings = Settings(
            role="site",
            storage=f"sqlite:{self.folder / name}.db",
            cloud=cloud,
            token=token,
            tenant_id=tenant,
            site_id=name,
        )
        kernel = start(settings)
        kernel.join_tenant(tenant, "DEMO", "Công ty Minh Phát")
        return kernel

    # -- what the steps ask ---------------------------------------------------------------------

    def turnover(self, line: client.Client) -> FigureValue:
        """Read the figure that keeps its last online value."""
        return line.figure(FIGURE, {"month": MONTH})

    def trial_balance(self, line: client.Client) -> Table:
        """Read the trial balance."""
        return line.report("general_ledger.trial_balance", PERIOD)

    def in_cloud(self, type: str, id: str) -> client.RemoteRecord[Any]:
        """Return a record as the cloud has it. Raises: Unknown: ``not_found``."""
        return self.remote.get(type, id)


def now() -> str:
    """Return the instant as the offices on this machine write it."""
    return instant_text(SystemClock().now())


def receipt(amount: int, day: str = OPEN_DAY) -> dict[str, Any]:
    """Return a receipt of a customer's money."""
    line = {"line": 1, "debit": "1111", "credit": "131", "amount": amount, "object": "KH001"}
    return _voucher(day, "Thu tiền hàng", [line], object="KH001", kind="customer")


def payment(amount: int, day: str = OPEN_DAY) -> dict[str, Any]:
    """Return a payment of an expense."""
    line = {"line": 1, "debit": "811", "credit": "1111", "amount": amount}
    return _voucher(day, "Phạt chậm giao hàng", [line], payer_receiver="Vũ Văn Hải")


def _voucher(day: str, reason: str, lines: list[Any], **more: Any) -> dict[str, Any]:
    return {"posting_date": day, "reason": reason, "lines": lines, **more}


def journal(amount: int, supplier: str | None = None) -> dict[str, Any]:
    """Return a debt to a supplier; without him it cannot be posted."""
    line = {"line": 1, "debit": "811", "credit": "331", "amount": amount}
    if supplier:
        line["object"] = supplier
    return {
        "posting_date": OPEN_DAY,
        "description": "Phạt chậm giao hàng, chưa trả",
        "lines": [line],
    }
