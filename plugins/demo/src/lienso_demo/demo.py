"""``lienso demo``: a cloud and two offices in one process, each with a database file of its own.

The offices hang on in-process lines that are cut like cables. What a step shows is checked; the first
that does not hold ends the demo with its name.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

from lienso.errors import LiensoError, OfflineRefused
from lienso.importing import import_workbook
from lienso.kernel import Kernel, Settings, start
from lienso.loopback import LoopbackLink
from lienso.model import Actor
from lienso.sync import enrolment
from lienso.sync.cloud_service import CloudService
from rich.console import Console

PERIOD = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
WORKBOOK = "company-2026-03.xlsx"


class DemoFailed(Exception):
    """A step did not hold."""


class Office:
    """A site with its line."""

    def __init__(self, cloud: Kernel, service: CloudService, tenant: str, name: str, path: Path):
        enrolment.add_site(cloud, tenant, name)
        self.name = name
        self.link = LoopbackLink(lambda: (service, Actor(tenant, "system", name)))
        self.kernel = start(
            Settings(
                role="site",
                storage=f"sqlite:{path}",
                link=self.link,
                tenant_id=tenant,
                site_id=name,
                strict=True,
            )
        )
        self.kernel.join_tenant(tenant, "DEMO", "Công ty Minh Phát")
        self.by = Actor(tenant, "ketoan", name)
        assert self.kernel.site is not None
        self.site = self.kernel.site
        self.site.connect()

    def receipt(self, amount: int, no: str = "", object: str = "KH001") -> str:
        """Enter a cash receipt to be posted when it arrives; returns its number."""
        line = {"line": 1, "debit": "1111", "credit": "131", "amount": amount, "object": object}
        body = {"no": no, "posting_date": "2026-03-20", "reason": "Thu tiền", "lines": [line]}
        saved = self.kernel.save(self.by, "cash_receipt", body, post=("financial",))
        return str(saved.record.data.no)


class Demo:
    """The steps, and the facts they showed."""

    def __init__(self, folder: Path, say: Callable[[str], None]) -> None:
        self.say = say
        self.facts: dict[str, Any] = {}
        self.cloud = start(Settings(storage=f"sqlite:{folder / 'cloud.db'}"))
        tenant = self.cloud.add_tenant(
            "DEMO",
            "Công ty Minh Phát",
            regime="TT133",
            options={"accounting.start_date": "2026-03-01"},
        )
        service = CloudService(self.cloud)
        self.by = Actor(tenant.id)
        self.a = Office(self.cloud, service, tenant.id, "A", folder / "a.db")
        self.b = Office(self.cloud, service, tenant.id, "B", folder / "b.db")

    def close(self) -> None:
        """Close the three kernels."""
        for kernel in (self.a.kernel, self.b.kernel, self.cloud):
            kernel.close()

    def step(self, name: str, held: bool, shown: str) -> None:
        """Show a step. Raises: DemoFailed: it does not hold."""
        if not held:
            raise DemoFailed(f"{name}: {shown}")
        self.say(f"✓ {name}: {shown}")

    def run(self) -> None:
        """Go through the day."""
        self._import()
        self._cut()
        self._return()
        self._agree()

    def _import(self) -> None:
        with resources.as_file(resources.files("lienso_demo.data").joinpath(WORKBOOK)) as path:
            result = import_workbook(self.a.kernel, self.a.by, path, post=True)
        waiting = self.a.site.pending()
        sent = self.a.site.push()
        self.facts["imported"] = waiting
        self.step(
            "workbook imported at A",
            not result.errors and sent.pushed == waiting and waiting > 0,
            f"{waiting} records saved at A and accepted by the cloud",
        )
        pulled = self.b.site.pull().pulled
        self.step("pulled at B", pulled >= waiting, f"{pulled} records")

    def _cut(self) -> None:
        self.b.link.cut()
        self.b.site.set_mode(False)
        first, second = self.b.receipt(1_500_000), self.b.receipt(2_500_000)
        self.step("B works offline", self.b.site.pending() == 2, f"{first}, {second} entered")
        try:
            self.b.kernel.invoke(self.b.by, "system.post_voucher", {"voucher": first})
        except OfflineRefused as refused:
            self.step("online-only function refused", True, str(refused.code))
        else:
            raise DemoFailed("an online-only function ran offline")
        blank = self.b.kernel.figure(self.b.by, "cash.fund_balance")
        self.step("figure is blank", blank.value is None, blank.state)
        numbers = [self.a.receipt(700_000, first), self.a.receipt(900_000, second)]
        accepted = self.a.site.push()
        self.step("A took the same numbers", accepted.pushed == 2, ", ".join(numbers))

    def _return(self) -> None:
        self.b.link.restore()
        self.b.site.set_mode(True)
        self.b.site.connect()
        refused = self.b.site.push()
        codes = sorted({row["code"] for row in refused.failed})
        self.step("duplicates refused", len(refused.failed) == 2, ", ".join(codes))
        given = self.b.site.push(renumber="auto")
        shown = ", ".join(f"{row['old']} → {row['new']}" for row in given.renumbered)
        self.step(
            "renumbered and accepted", given.pushed == 2 and len(given.renumbered) == 2, shown
        )
        self.facts["renumbered"] = list(given.renumbered)

    def _agree(self) -> None:
        self.a.site.pull()
        tables = [
            kernel.report(by, "general_ledger.trial_balance", PERIOD)
            for kernel, by in (
                (self.cloud, self.by),
                (self.a.kernel, self.a.by),
                (self.b.kernel, self.b.by),
            )
        ]
        rows = [[tuple(row) for row in table.rows] for table in tables]
        debit, credit = tables[0].totals[4], tables[0].totals[5]
        self.facts["turnover"] = {"debit": debit, "credit": credit}
        self.step(
            "trial balances agree",
            rows[0] == rows[1] == rows[2] and debit == credit > 0,
            f"turnover {debit:,} = {credit:,}",
        )


def command(as_json: bool = False) -> int:
    """Run the demo; returns the exit code."""
    console = Console()

    def say(text: str) -> None:
        if not as_json:
            console.print(text, soft_wrap=True, highlight=False)

    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), say)
        try:
            demo.run()
        except (DemoFailed, LiensoError) as error:
            console.print(f"demo failed at {error}", soft_wrap=True)
            return 1
        finally:
            demo.close()
    console.print(
        json.dumps(demo.facts, ensure_ascii=False) if as_json else "demo: ok", soft_wrap=True
    )
    return 0
