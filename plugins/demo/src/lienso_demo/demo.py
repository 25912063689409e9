"""``lienso demo``: a cloud and two offices as processes of their own, over gRPC on loopback.

The offices reach the cloud by TCP cables, one of which is cut. What a step shows is checked; the first
that does not hold ends the demo with its name.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

from lienso import client
from lienso.errors import LiensoError, OfflineRefused
from lienso.importing import import_workbook
from lienso.kernel import Settings, start
from lienso.model import Actor
from lienso.sync import enrolment
from rich.console import Console

from .cable import Cable

PERIOD = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
WORKBOOK = "company-2026-03.xlsx"
RUN = [sys.executable, "-c", "from lienso.cli import main; main()"]
LISTEN = "grpc:127.0.0.1:0"


class DemoFailed(Exception):
    """A step did not hold."""


class Served:
    """A process that serves, and where it listens."""

    def __init__(self, *arguments: str) -> None:
        self.process = subprocess.Popen([*RUN, *arguments], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()
        if not self.url:
            raise DemoFailed(f"{' '.join(arguments[:2])} did not start")

    def stop(self) -> None:
        """End the process."""
        self.process.terminate()
        self.process.wait(timeout=30)
        assert self.process.stdout is not None
        self.process.stdout.close()


class Office:
    """A site process at the end of a cable, and a workstation's line to it."""

    def __init__(self, folder: Path, name: str, token: str, cloud: str, fast: bool) -> None:
        self.cable = Cable(int(cloud.rpartition(":")[2]))
        file = folder / f"{name}.token"
        file.write_text(token, encoding="utf-8")
        self.served = Served(
            "site", "serve", "--storage", f"sqlite:{folder / name}.db",
            "--cloud", f"grpc:127.0.0.1:{self.cable.port}", "--token-file", str(file),
            "--listen", LISTEN, *(["--fast"] if fast else []),
        )  # fmt: skip
        self.line = client.connect(self.served.url)

    def wait(self, holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Read notices until the status holds; every change of mode and every pull sends one."""
        notices: Iterator[Any] = self.line.site.watch()
        for _notice in itertools.chain([None], notices):
            status = dict(self.line.site.status())
            if holds(status):
                return status
        raise DemoFailed("the site's notices ended")

    def online(self) -> dict[str, Any]:
        """Wait until the site is online and has its data."""
        return self.wait(lambda status: bool(status["online"] and status["cursor"]))

    def receipt(self, amount: int, no: str = "") -> str:
        """Enter a cash receipt to be posted when it arrives; returns its number."""
        line = {"line": 1, "debit": "1111", "credit": "131", "amount": amount, "object": "KH001"}
        body = {"no": no, "posting_date": "2026-03-20", "reason": "Thu tiền", "lines": [line]}
        saved = self.line.save(body, type="cash_receipt", post=("financial",))
        return str(saved.record.data["no"])

    def synchronize(self, **params: Any) -> dict[str, Any]:
        """Send and take, by the user's word."""
        return dict(self.line.invoke("system.synchronize", params))

    def stop(self) -> None:
        """End line, process and cable."""
        self.line.close()
        self.served.stop()
        self.cable.cut()


class Demo:
    """The steps, and the facts they showed."""

    def __init__(self, folder: Path, say: Callable[[str], None], fast: bool) -> None:
        self.say = say
        self.facts: dict[str, Any] = {}
        self._stop: list[Callable[[], None]] = []
        self._folder, self._fast = folder, fast

    def close(self) -> None:
        """End every process."""
        for stop in reversed(self._stop):
            stop()

    def step(self, name: str, held: bool, shown: str) -> None:
        """Show a step. Raises: DemoFailed: it does not hold."""
        if not held:
            raise DemoFailed(f"{name}: {shown}")
        self.say(f"✓ {name}: {shown}")

    def run(self) -> None:
        """Go through the day."""
        self._start()
        self._cut()
        self._return()
        self._agree()

    def _start(self) -> None:
        storage = f"sqlite:{self._folder / 'cloud.db'}"
        with start(Settings(storage=storage)) as cloud:
            options = {"accounting.start_date": "2026-03-01"}
            tenant = cloud.add_tenant("DEMO", "Công ty Minh Phát", regime="TT133", options=options)
            tokens = {name: enrolment.add_site(cloud, tenant.id, name) for name in "AB"}
            program = enrolment.add_client(cloud, tenant.id, "demo")
        served = Served("cloud", "serve", "--storage", storage, "--listen", LISTEN)
        self._stop.append(served.stop)
        imported = self._import(tenant.id, tokens["A"], served.url)
        self.cloud = client.connect(served.url, program)
        self._stop.append(self.cloud.close)
        self.a, self.b = (
            Office(self._folder, name, tokens[name], served.url, self._fast) for name in "AB"
        )
        self._stop += [self.a.stop, self.b.stop]
        self.a.online()
        self.a.synchronize()
        self.facts["imported"] = imported
        left = self.a.line.site.status()  # What was made online may have gone by itself before.
        accepted = imported > 0 and not left["pending"] + left["sealed"] + left["failed"]
        self.step("workbook imported at A", accepted, f"{imported} records accepted by the cloud")
        head = self.a.line.site.status()["cursor"]
        self.b.wait(lambda status: status["online"] and status["cursor"] >= head)
        self.step("pulled at B by itself", True, "in step with the cloud")

    def _import(self, tenant: str, token: str, cloud: str) -> int:
        """Import the workbook with the kernel of office A, before its server starts."""
        settings = Settings(
            role="site",
            storage=f"sqlite:{self._folder / 'A'}.db",
            cloud=cloud,
            token=token,
            tenant_id=tenant,
            site_id="A",
        )
        with start(settings) as kernel:
            kernel.join_tenant(tenant, "DEMO", "Công ty Minh Phát")
            assert kernel.site is not None
            kernel.site.connect()
            source = resources.files("lienso_demo.data").joinpath(WORKBOOK)
            with resources.as_file(source) as path:
                result = import_workbook(kernel, Actor(tenant, "ketoan", "A"), path, post=True)
            if result.errors:
                raise DemoFailed(f"the workbook has {len(result.errors)} errors")
            return kernel.site.pending()

    def _cut(self) -> None:
        self.b.cable.cut()
        self.b.wait(lambda status: status["mode"] == "offline_auto")
        numbers = [self.b.receipt(1_500_000), self.b.receipt(2_500_000)]
        waiting = self.b.line.site.status()["pending"]
        self.step("line of B is cut, B works on", waiting == 2, f"{', '.join(numbers)} entered")
        try:
            self.b.line.invoke("system.post_voucher", {"voucher": numbers[0]})
        except OfflineRefused as refused:
            self.step("online-only function refused", True, refused.code)
        else:
            raise DemoFailed("an online-only function ran offline")
        blank = self.b.line.figure("cash.fund_balance")
        self.step("figure is blank", blank.value is None, blank.state)
        for amount, number in zip((700_000, 900_000), numbers, strict=True):
            self.a.receipt(amount, number)
        sent = self.a.synchronize()
        taken = sent["pushed"] + self._sent_by_itself(numbers)
        self.step("A took the same numbers", taken >= 2, ", ".join(numbers))

    def _sent_by_itself(self, numbers: list[str]) -> int:
        """Count what the cloud has of these numbers: A sends by itself what it makes online."""
        return sum(1 for number in numbers if self.cloud.get("cash_receipt", number).version)

    def _return(self) -> None:
        self.b.cable.mend()
        self.b.online()
        self.step("line is back, B pulled by itself", True, "online")
        refused = self.b.synchronize()
        codes = sorted({row["code"] for row in refused["failed"]})
        self.step("duplicates refused", len(refused["failed"]) == 2, ", ".join(codes))
        given = self.b.line.site.renumber()
        sent = self.b.synchronize()
        shown = ", ".join(f"{row['old']} → {row['new']}" for row in given)
        self.facts["renumbered"] = [dict(row) for row in given]
        self.step("renumbered and accepted", len(given) == 2 == sent["pushed"], shown)

    def _agree(self) -> None:
        tables = [
            line.report("general_ledger.trial_balance", PERIOD)
            for line in (self.cloud, self.a.line, self.b.line)
        ]
        rows = [[tuple(row) for row in table.rows] for table in tables]
        debit, credit = tables[0].totals[4], tables[0].totals[5]
        self.facts["turnover"] = {"debit": debit, "credit": credit}
        agree = rows[0] == rows[1] == rows[2] and debit == credit > 0
        self.step("trial balances agree", agree, f"turnover {debit:,} = {credit:,}")


def command(as_json: bool = False, fast: bool = False) -> int:
    """Run the demo; returns the exit code."""
    console = Console()

    def say(text: str) -> None:
        if not as_json:
            console.print(text, soft_wrap=True, highlight=False)

    with tempfile.TemporaryDirectory() as folder:
        demo = Demo(Path(folder), say, fast)
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
