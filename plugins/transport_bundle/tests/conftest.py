"""A cloud and its offices without a line, and a courier who carries files between them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import pytest
from lienso import Finding, Label, Manifest, Record, RecordType, hookimpl
from lienso.fields import CatalogEntry, Ref, Voucher
from lienso.kernel import Kernel
from lienso.storage import StoredRecord
from lienso.sync import site_log
from lienso.sync.choices import Decision
from lienso.sync.enrolment import add_site
from lienso.sync.tables import CLOUD_TABLES, SITE_TABLES
from lienso.testing import kernels
from lienso.transaction import Transaction
from lienso_transport_bundle.cloud_import import Taken, take
from lienso_transport_bundle.keys import SiteKey
from lienso_transport_bundle.sealed_file import opened
from lienso_transport_bundle.site_export import Exported, export
from lienso_transport_bundle.site_import import Settled, settle


class Partner(CatalogEntry):
    """Somebody."""


class Note(Voucher):
    """A voucher."""

    partner: Annotated[str | None, Ref("partner")] = None


class Small:
    """Module ``small``; a note with the description ``refuse`` is refused in the cloud.

    Attributes:
        refuses: whether it is.
        told: what was heard of finished synchronisations.
    """

    refuses = True
    MANIFEST = Manifest("small", "Nhỏ", "1.0")

    def __init__(self) -> None:
        self.told: list[tuple[str, int, int]] = []

    @hookimpl
    def lienso_sync_finished(self, direction: str, done: int, failed: int) -> None:
        self.told.append((direction, done, failed))

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [
            RecordType("org_unit", Label("Chi nhánh", "Branch"), Partner, "catalog"),
            RecordType("partner", Label("Đối tác", "Partner"), Partner, "catalog"),
            RecordType("note", Label("Phiếu", "Note"), Note, "voucher", number_prefix="PT"),
        ]

    @hookimpl
    def lienso_check_record(self, record: Record[Any], view: Any) -> Sequence[Finding]:
        refused = getattr(record.data, "description", "") == "refuse"
        if view.role == "cloud" and refused and self.refuses:
            return [Finding("error", "refused_here", "description")]
        return []


class Side:
    """A kernel with short words for what tests do."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    def read(self, work: Any) -> Any:
        return self.kernel.storage.read(kernels.TENANT, work)

    def write(self, work: Any) -> Any:
        return self.kernel.storage.write(kernels.TENANT, work)

    def save(self, type: str, body: dict[str, Any], **more: Any) -> Record[Any]:
        return self.kernel.save(kernels.actor(self.kernel), type, body, **more).record

    def partner(self, code: str, name: str = "Đông Á") -> Record[Any]:
        return self.save("partner", {"code": code, "name": name})

    def note(self, no: str = "", description: str = "", partner: str | None = None) -> Record[Any]:
        body = {"description": description, "partner": partner, **_DATES}
        return self.save("note", {**body, "no": no} if no else body)

    def edit(self, record: Record[Any], **fields: Any) -> Record[Any]:
        return self.save(record.type, fields, id=record.id, merge=True)

    def get(self, record: Record[Any]) -> Record[Any]:
        return self.kernel.get(kernels.actor(self.kernel), record.type, record.id)

    def stored(self, record: Record[Any]) -> StoredRecord | None:
        found: StoredRecord | None = self.read(lambda view: view.get(record.type, record.id))
        return found

    def has(self, record: Record[Any]) -> bool:
        return self.stored(record) is not None

    def everything(self) -> dict[str, Any]:
        """All records and state tables of the company: what no refusal may change."""
        tables = SITE_TABLES if self.kernel.role == "site" else CLOUD_TABLES

        def look(view: Any) -> dict[str, Any]:
            rows = {table.name: view.state(table.name).scan() for table in tables}
            pages, after = [], 0
            while True:
                page = view.changes(after, limit=1000, bytes_max=1024 * 1024)
                pages += list(page.records)
                after = page.next_after
                if after >= page.head:
                    return {**rows, "records": pages, "waiting": rows.get("outbox")}

        found: dict[str, Any] = self.read(look)
        return found


_DATES = {"voucher_date": "2026-03-02", "posting_date": "2026-03-02"}


class Head(Side):
    """The cloud."""

    def __init__(self, kernel: Kernel, small: Small) -> None:
        super().__init__(kernel)
        self.small = small

    def take(
        self, office: Office, sent: Path, *, new_log: bool = False, service: Any = None
    ) -> Taken:
        """Import a file; the answer is at ``office.reply``."""
        office.replies += 1
        reply = office.folder / f"{office.name}-{office.replies}.answer"
        service = service or kernels.service_of(self.kernel)
        taken = take(self.kernel, service, office.key, sent, reply, new_log)
        office.reply = reply
        return taken


class Office(Side):
    """A site, its key, and the folder of its courier.

    Attributes:
        reply: the last answer that the cloud wrote for it.
    """

    def __init__(self, head: Head, site: str, folder: Path, name: str = "") -> None:
        super().__init__(kernels.office(head.kernel, site, online=False))
        self.head, self.site, self.folder = head, site, folder
        self.name = name or site
        self.key = SiteKey(kernels.TENANT, site, site.encode().ljust(32, b"."))
        self.files = self.replies = 0
        self.reply = folder
        self.exported: Exported | None = None

    def export(self, after: int = 0) -> Path:
        """Write a file for the cloud."""
        self.files += 1
        path = self.folder / f"{self.name}-{self.files}.bundle"
        self.exported = export(self.kernel, self.key, path, after)
        return path

    def settle(self, reply: Path | None = None) -> Settled:
        """Take an answer, or the last one."""
        return settle(self.kernel, self.key, reply or self.reply)

    def round(self) -> tuple[Taken, Settled]:
        """Send a courier there and back."""
        taken = self.head.take(self, self.export())
        return taken, self.settle()

    def verdicts(self) -> list[str]:
        """List the codes of the failure list."""
        rows = self.read(lambda view: view.state("failure_push").scan())
        return [row["code"] for row in rows]

    def state(self, record: Record[Any]) -> str:
        found: str = self.read(lambda view: site_log.state_of(view, record.type, record.id))
        return found

    def cursor(self) -> int:
        found: int = self.read(site_log.cursor)
        return found

    def change_ids(self, table: str) -> list[str]:
        return [row["change_id"] for row in self.read(lambda view: view.state(table).scan())]

    def decide(self, choice: str) -> None:
        """Decide all that was refused alike: ``retry``, ``mine``, ``theirs``, ``withdraw``."""
        site = kernels.synchronization(self.kernel)
        decisions = [Decision(id, choice) for id in self.change_ids("failure_push")]
        assert any(row["done"] for row in site.decide(decisions))  # a group is retried whole

    def together(self, *notes: tuple[str, str]) -> list[Record[Any]]:
        """Save notes of these numbers and descriptions that go together or not at all."""

        def work(transaction: Transaction) -> list[Record[Any]]:
            transaction.group_id = f"group of {notes[0][0]}"
            bodies = [{"no": no, "description": text, **_DATES} for no, text in notes]
            return [transaction.save("note", body).record for body in bodies]

        return self.kernel.transact(kernels.actor(self.kernel), work)

    def messages(self, path: Path) -> list[Any]:
        """Read what a file holds."""
        with opened(path, self.key) as file:
            return list(file.messages())


@pytest.fixture
def head() -> Iterator[Head]:
    """A cloud with one company."""
    small = Small()
    with kernels.cloud(plugins={"small": small}) as kernel:
        yield Head(kernel, small)


@pytest.fixture
def a(head: Head, tmp_path: Path) -> Iterator[Office]:
    """Office S1, which has never met the cloud."""
    office = Office(head, "S1", tmp_path)
    yield office
    office.kernel.close()


@pytest.fixture
def b(head: Head, tmp_path: Path) -> Iterator[Office]:
    """Office S2."""
    office = Office(head, "S2", tmp_path)
    yield office
    office.kernel.close()


@pytest.fixture
def copy_of_a(head: Head, tmp_path: Path) -> Iterator[Office]:
    """An empty machine that takes the place of office S1."""
    office = Office(head, "S1", tmp_path, "again")
    add_site(head.kernel, kernels.TENANT, "S1")
    yield office
    office.kernel.close()
