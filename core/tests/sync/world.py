"""A cloud with the module ``small``, and offices on lines that can be cut."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lienso import (
    Record,
)
from lienso.errors import LinkError
from lienso.kernel import Kernel
from lienso.loopback import LoopbackLink
from lienso.model import Actor
from lienso.session import set_option
from lienso.storage import View
from lienso.sync import reoffering, sealing, site_log
from lienso.sync.site_sync import SiteSync
from lienso.testing import kernels

from .small import Small


@dataclass
class SteadyClock:
    """Milliseconds that pass only when told."""

    now: int = 1_000_000

    def __call__(self) -> int:
        return self.now


CALLS = (
    "hello",
    "push",
    "pull",
    "re_offer",
    "snapshot",
    "snapshot_chunk",
    "heartbeat",
    "compare",
    "trace",
    "reserve_numbers",
    "call",
    "get_operation",
    "cancel_operation",
    "probe",
)


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
        self.write(lambda w: sealing.seal(w, lambda _c: True, lambda type: type == "partner"))

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

    def begin_history(self) -> None:
        """Tell the cloud that its data was set back."""
        history = self.kernel.ids.new()
        self.write(lambda writer: reoffering.begin_history(writer, history))

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
