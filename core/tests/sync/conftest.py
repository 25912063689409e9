"""A module of one catalog and one voucher, a cloud with it, and offices on lines that can be cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import pytest
from lienso import (
    Book,
    Capability,
    Dimension,
    Entry,
    Finding,
    Key,
    Label,
    Manifest,
    Measure,
    Option,
    Record,
    RecordType,
    Total,
    hookimpl,
)
from lienso.errors import LinkError
from lienso.fields import Body, CatalogEntry, Money, NoParams, Ref, Voucher
from lienso.kernel import Kernel
from lienso.loopback import LoopbackLink
from lienso.model import Actor
from lienso.session import set_option
from lienso.storage import View
from lienso.sync import site_log
from lienso.sync.site_sync import SiteSync
from lienso.testing import kernels


class Partner(CatalogEntry):
    """Somebody."""


class Line(Body):
    """An amount on an account."""

    line: int = 1
    account: str = "111"
    amount: Money = 0
    partner: Annotated[str | None, Ref("partner")] = None


class Note(Voucher):
    """A voucher."""

    lines: list[Line] = []


class Setting(Body):
    """The value of an option, as the module of the system keeps it."""

    key: str
    value: str
    scope: str = "company"
    branch: str | None = None
    user: str | None = None


def _post(record: Record[Any], ledger: Any, _view: Any) -> Mapping[str, Sequence[Entry]]:
    if any(line.account == "crash" for line in record.data.lines):
        raise ValueError("a bug in posting")
    return {
        "small": [
            Entry(
                line.line,
                0,
                ledger,
                record.data.posting_date,
                dimensions={"account": line.account},
                measures={"debit": line.amount},
            )
            for line in record.data.lines
        ]
    }


def _add(_params: NoParams, session: Any) -> NoParams:
    session.save("partner", {"code": f"C{session.view.stored.count('partner')}"})
    return NoParams()


class Small:
    """Module ``small``. A note with the description ``refuse`` is refused in the cloud, one with
    ``crash`` meets a bug there, an account ``999`` cannot be posted to, an account ``crash`` meets a bug in posting.

    Attributes:
        objects: codes with which a note is refused whose description they are.
    """

    def __init__(self) -> None:
        self.objects: set[str] = set()

    MANIFEST = Manifest("small", "Nhỏ", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [
            RecordType(
                "partner",
                Label("Đối tác", "Partner"),
                Partner,
                "catalog",
                keys=(Key("english", ("name_en",)),),
            ),
            RecordType(
                "note", Label("Phiếu", "Note"), Note, "voucher", number_prefix="PT", post=_post
            ),
            RecordType("option", Label("Tùy chọn", "Option"), Setting, "document"),
        ]

    @hookimpl
    def lienso_books(self) -> Sequence[Book]:
        totals = (Total(("account",)),)
        dimensions, measures = (Dimension("account"),), (Measure("debit"),)
        return [Book("small", Label("Sổ", "Book"), dimensions, measures, totals=totals)]

    @hookimpl
    def lienso_capabilities(self) -> Sequence[Capability]:
        label = Label("Thêm", "Add")
        return [Capability("small.add", label, NoParams, NoParams, _add, "online_only")]

    @hookimpl
    def lienso_options(self) -> Sequence[Option]:
        label = Label("Dữ liệu lập offline", "Changes made offline")
        return [
            Option("push.offline_changes", label, "choice", "ask", ("ask", "auto")),
            Option("sync.auto_pull_seconds", label, "int", 10),
        ]

    @hookimpl
    def lienso_check_record(self, record: Record[Any], view: Any) -> Sequence[Finding]:
        said = getattr(record.data, "description", "")
        if view.role == "cloud" and said == "refuse":
            return [Finding("error", "refused_here", "description")]
        if view.role == "cloud" and said == "crash":
            raise ValueError("a bug")
        if view.role == "cloud" and said in self.objects:
            return [Finding("error", said, "description")]
        return []

    @hookimpl
    def lienso_check_posting(self, record: Record[Any]) -> Sequence[Finding]:
        wrong = [line.line for line in record.data.lines if line.account == "999"]
        return [Finding("error", "account_unknown", "lines", line) for line in wrong]


@dataclass
class SteadyClock:
    """Milliseconds that pass only when told."""

    now: int = 1_000_000

    def __call__(self) -> int:
        return self.now


CALLS = ("hello", "push", "pull", "heartbeat", "reserve_numbers", "call", "probe")


class FaultyLink:
    """A line between a site and the cloud that loses what it is told to lose.

    Attributes:
        lose: names of calls whose answers are lost once, in order.
        sent: names of all calls that were made.
    """

    def __init__(self, real: LoopbackLink) -> None:
        self.real = real
        self.lose: list[str] = []
        self.sent: list[str] = []

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.real, name)
        if name not in CALLS:
            return call

        def carry(*request: Any) -> Any:
            self.sent.append(name)
            answer = call(*request)
            if self.lose and self.lose[0] == name:
                del self.lose[0]
                raise LinkError(detail={"cause": "the answer was lost"})
            return answer

        return carry


@dataclass
class Office:
    """A site with its line."""

    kernel: Kernel
    link: FaultyLink
    by: Actor
    steady: SteadyClock = field(default_factory=SteadyClock)

    @property
    def site(self) -> SiteSync:
        assert self.kernel.site is not None
        return self.kernel.site

    def partner(self, code: str, **more: Any) -> Record[Any]:
        return self.kernel.save(self.by, "partner", {"code": code, **more}).record

    def note(self, no: str = "", amount: int = 5, **more: Any) -> Record[Any]:
        line: dict[str, Any] = {"amount": amount}
        for name in ("partner", "account"):
            if name in more:
                line[name] = more.pop(name)
        body = {"no": no, "posting_date": "2026-03-02", "lines": [line], **more}
        return self.kernel.save(self.by, "note", body, post=("financial",)).record

    def draft(self, no: str = "", **more: Any) -> Record[Any]:
        """Save a note that is not to be posted, so that it can be edited afterwards."""
        return self.kernel.save(
            self.by, "note", {"no": no, "posting_date": "2026-03-02", **more}
        ).record

    def edit(self, record: Record[Any], **fields: Any) -> Record[Any]:
        saved = self.kernel.save(self.by, record.type, fields, id=record.id, merge=True)
        return saved.record

    def get(self, record: Record[Any]) -> Record[Any]:
        return self.kernel.get(self.by, record.type, record.id)

    def has(self, record: Record[Any]) -> bool:
        return self.read(lambda view: view.get(record.type, record.id)) is not None

    def state(self, record: Record[Any]) -> str:
        state: str = self.read(lambda view: site_log.state_of(view, record.type, record.id))
        return state

    def read(self, work: Callable[[View], Any]) -> Any:
        return self.kernel.storage.read(self.by.tenant, work)

    def write(self, work: Callable[[Any], Any]) -> Any:
        return self.kernel.storage.write(self.by.tenant, work)

    def seal(self) -> None:
        """Seal what waits, as a push does before it sends."""
        self.write(lambda w: site_log.seal(w, lambda _c: True, lambda type: type == "partner"))

    def verdicts(self) -> list[str]:
        return sorted(row["verdict"] for row in self.site.failures("push_failed"))

    def restart(self, **more: Any) -> None:
        """Start anew on the same database, as after a crash."""
        link: Any = self.link
        by = Actor(self.by.tenant, "system", self.by.site)
        self.kernel.site = SiteSync(self.kernel, link, by, **{"steady_ms": self.steady, **more})

    def pass_time(self, milliseconds: int) -> None:
        """Let time pass in small steps and fire the timers that come due."""
        for _ in range(milliseconds // 100):
            self.steady.now += 100
            self.site.tick()


@dataclass
class World:
    """A cloud and the offices that were opened."""

    kernel: Kernel
    clock: kernels.Clock
    by: Actor
    small: Small
    offices: list[Office] = field(default_factory=list)

    def office(self, name: str, *, online: bool = True, storage: str = "memory:") -> Office:
        link = FaultyLink(kernels.line_to(self.kernel, name))
        carried: Any = link
        kernel = kernels.office(self.kernel, name, link=carried, online=False, storage=storage)
        office = Office(kernel, link, kernels.actor(kernel, "u"))
        office.restart()
        self.offices.append(office)
        if online:
            office.site.connect()
        return office

    def get(self, record: Record[Any]) -> Record[Any]:
        return self.kernel.get(self.by, record.type, record.id)

    def edit(self, record: Record[Any], **fields: Any) -> Record[Any]:
        saved = self.kernel.save(self.by, record.type, fields, id=record.id, merge=True)
        return saved.record

    def choose(self, option: str, value: Any) -> None:
        """Set an option of the company."""
        self.kernel.transact(self.by, lambda transaction: set_option(transaction, option, value))

    def stored(self, record: Record[Any]) -> Any:
        return self.read(lambda view: view.get(record.type, record.id, deleted=True))

    def read(self, work: Callable[[View], Any]) -> Any:
        return self.kernel.storage.read(self.by.tenant, work)

    def write(self, work: Callable[[Any], Any]) -> Any:
        return self.kernel.storage.write(self.by.tenant, work)

    def rows(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.read(lambda view: view.state(table).scan())
        return rows

    def debit(self) -> int:
        return self.kernel.read(self.by, lambda view: view.book("small").sum(("debit",)))[()][0]

    def close(self) -> None:
        for office in self.offices:
            office.kernel.close()
        self.kernel.close()


def make_world(storage: str = "memory:") -> World:
    """Start a cloud with one company."""
    clock, small = kernels.Clock(), Small()
    kernel = kernels.cloud(plugins={"small": small}, clock=clock, storage=storage)
    return World(kernel, clock, kernels.actor(kernel), small)


@pytest.fixture(scope="session")
def worlds() -> Callable[..., World]:
    """Make worlds; the test closes them."""
    return make_world


@pytest.fixture
def head() -> Iterator[World]:
    """The cloud."""
    world = make_world()
    yield world
    world.close()


@pytest.fixture
def a(head: World) -> Office:
    """An office that is online."""
    return head.office("A")


@pytest.fixture
def b(head: World) -> Office:
    """Another office that is online."""
    return head.office("B")
