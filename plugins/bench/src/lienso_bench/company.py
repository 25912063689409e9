"""A company with data of a seed, the same in every run: charts, customers and three-line receipts.

Its files are made once a run, by lienso; every benchmark works on copies, lienso on one and the bare
way on another. So both begin with the same tables, rows and figures of the planner.
"""

from __future__ import annotations

import datetime
import itertools
import os
import random
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lienso.api import Api
from lienso.ids import SystemClock, uuid7_text
from lienso.kernel import Kernel, Settings, start
from lienso.model import Actor
from lienso.sync import enrolment
from lienso.sync.cloud_service import CloudService
from lienso.transaction import Transaction
from lienso.transport import Compression, ServeOptions, Services

TYPE = "cash_receipt"
LISTEN = "grpc:127.0.0.1:0"
NOWHERE = "grpc:127.0.0.1:1"
"""A line that leads nowhere: a site that only saves needs no cloud."""

YEAR = 2025
SITES = ("A", "B")
CUSTOMERS = 200
RECORDS_PER_WRITE = 250
SEED = 20_250_101
OTHER_ACCOUNTS = ("711", "515", "5111", "3388")
"""What the third line of a receipt credits; the first two collect invoices of a customer (131)."""


class YearEnd(SystemClock):
    """The machine's clock, set to the last day of the receipts' year: none is old or from the future.

    Each further one is two minutes ahead, so that the sessions of the files that are copied are over:
    a copy that runs beside its original would be refused.

    Attributes:
        started: how many there were; another process that works on the same files goes on from it.
    """

    started = itertools.count()

    def __init__(self) -> None:
        now = super().now()
        start = now.replace(year=YEAR, month=12, day=31, hour=1)
        self._back = now - start - datetime.timedelta(minutes=2) * next(self.started)

    def now(self) -> datetime.datetime:
        """Return the instant, UTC."""
        return super().now() - self._back


@dataclass(frozen=True, slots=True)
class Voucher:
    """A receipt as a client sends it: its id and its body."""

    id: str
    body: Mapping[str, Any]


def vouchers(
    customers: Sequence[str], count: int, first: int = 0, prefix: str = ""
) -> list[Voucher]:
    """Make receipts number ``first`` and following; the same arguments give the same receipts.

    Args:
        customers: ids of the objects who pay.
        prefix: of the numbers they carry; empty leaves the number to the series.
    """
    return [_voucher(customers, place, prefix) for place in range(first, first + count)]


def _voucher(customers: Sequence[str], place: int, prefix: str) -> Voucher:
    chance = random.Random(SEED + place)
    customer = chance.choice(customers)
    day = datetime.date(YEAR, 1, 1) + datetime.timedelta(days=chance.randrange(365))
    invoices = [f"{2 * place + offset:07d}" for offset in (1, 2)]
    lines: list[dict[str, Any]] = [
        {
            "line": number,
            "debit": "1111",
            "credit": "131",
            "amount": chance.randrange(1, 100_000) * 1_000,
            "object": customer,
            "invoice_no": invoice,
            "description": f"Thu HĐ {invoice}",
        }
        for number, invoice in enumerate(invoices, 1)
    ]
    lines.append(
        {
            "line": 3,
            "debit": "1111",
            "credit": chance.choice(OTHER_ACCOUNTS),
            "amount": chance.randrange(1, 1_000) * 1_000,
            "object": customer,
            "description": "Thu khác",
        }
    )
    body = {
        "no": f"{prefix}{place + 1:06d}" if prefix else "",
        "posting_date": day.isoformat(),
        "payer_receiver": "Nguyễn Văn An",
        "reason": f"Thu tiền hàng tháng {day.month}",
        "lines": lines,
    }
    # Stamps rise with the place: ids in the order of making, as the kernel makes them.
    stamp = (datetime.date(YEAR, 1, 1).toordinal() * 86_400_000 + place) << 12
    return Voucher(uuid7_text(stamp, chance.getrandbits(62)), body)


@dataclass(frozen=True, slots=True)
class Company:
    """Files of a company: its cloud, and sites that have pulled the catalogs.

    Attributes:
        tokens: credentials by site. ``customers``: ids of the objects who pay.
    """

    folder: Path
    tenant: str
    tokens: Mapping[str, str]
    customers: tuple[str, ...]

    def copy(self, name: str, target: Path) -> Path:
        """Copy the file of ``cloud``, ``A`` or ``B`` as it was at the beginning."""
        return copy_file(self.folder / f"{name}.db", target)

    def vouchers(self, count: int, first: int = 0, prefix: str = "") -> list[Voucher]:
        """Make receipts of this company's customers."""
        return vouchers(self.customers, count, first, prefix)

    def user(self, site: str = "") -> Actor:
        """Return who enters the receipts."""
        return Actor(self.tenant, "ketoan", site, "may1")

    @contextmanager
    def cloud(self, path: Path) -> Iterator[tuple[Kernel, str]]:
        """Serve a cloud file; yields the kernel and its URL."""
        with start(Settings(storage=f"sqlite:{path}", clock=YearEnd())) as kernel:
            services = Services(
                Api(kernel),
                lambda token: enrolment.authenticate(kernel, token),
                CloudService(kernel),
            )
            server = kernel.serve(LISTEN, services, ServeOptions())
            try:
                yield kernel, server.url
            finally:
                server.stop()

    def site(
        self, path: Path, name: str, url: str = NOWHERE, compression: Compression = "auto"
    ) -> Kernel:
        """Start a site on a file."""
        return start(
            Settings(
                role="site",
                storage=f"sqlite:{path}",
                cloud=url,
                token=self.tokens[name],
                tenant_id=self.tenant,
                site_id=name,
                clock=YearEnd(),
                compression=compression,
            )
        )

    def save_all(self, kernel: Kernel, receipts: Sequence[Voucher]) -> None:
        """Save and post receipts in few transactions: preparation, never measured."""
        by = self.user(kernel.settings.site_id)
        for begin in range(0, len(receipts), RECORDS_PER_WRITE):
            kernel.transact(by, _saving(receipts[begin : begin + RECORDS_PER_WRITE]))


def _saving(receipts: Sequence[Voucher]) -> Callable[[Transaction], None]:
    def work(transaction: Transaction) -> None:
        for one in receipts:
            transaction.save(TYPE, one.body, id=one.id, post=("financial",))

    return work


def make_company(folder: Path) -> Company:
    """Make the files of the company; takes about a second."""
    folder.mkdir()
    settings = Settings(storage=f"sqlite:{folder / 'cloud.db'}", clock=YearEnd())
    with start(settings) as kernel:
        options = {"accounting.start_date": f"{YEAR}-01-01"}
        tenant = kernel.add_tenant("BENCH", "Công ty Đo lường", regime="TT133", options=options)
        tokens = {name: enrolment.add_site(kernel, tenant.id, name) for name in SITES}
        people = [
            {"code": f"KH{place:04d}", "name": f"Khách hàng {place}", "is_customer": True}
            for place in range(CUSTOMERS)
        ]
        customers = kernel.transact(
            Actor(tenant.id), lambda t: tuple(t.save("object", one).record.id for one in people)
        )
    company = Company(folder, tenant.id, tokens, customers)
    with company.cloud(folder / "cloud.db") as (_kernel, url):
        for name in SITES:
            with company.site(folder / f"{name}.db", name, url) as site:
                site.join_tenant(tenant.id, "BENCH", "Công ty Đo lường")
                synchronization(site).connect()
    return company


def synchronization(kernel: Kernel) -> Any:
    """Return the synchronisation of a site kernel."""
    assert kernel.site is not None, "a site kernel has its synchronisation"
    return kernel.site


def copy_file(source: Path, target: Path) -> Path:
    """Copy a database that nobody writes, and wait until the copy is on the disk.

    Else the first fsync that is measured would pay for the copy.
    """
    for path in target.parent.glob(f"{target.name}*"):
        path.unlink()
    with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
        one.backup(other)
    file = os.open(target, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
    return target
