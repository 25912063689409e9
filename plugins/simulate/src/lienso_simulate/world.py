"""One simulated world: companies, their sites, one cloud, and all that happens until it is quiet."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from lienso.errors import LiensoError
from lienso.plugins import Plugins, load_plugins
from lienso.storage import StoredRecord, View
from lienso.sync.link_machine import Event

from . import checks_cloud, checks_end, checks_messages, checks_scope, checks_site  # noqa: F401  # they fill the table
from .cloud import SimCloud
from .courier import Courier
from .hub import Hub, Task
from .invariants import Answered, CloudCommit, LineChanged, Moment, Sent, SiteCommit, checks_of
from .looks import look_at_site
from .module import PRESENT, Simulated, SimulatedExtra
from .net import POKE_MS, Weather
from .office import Office
from .truth import Truth

if TYPE_CHECKING:
    from .plan import Plan
    from .tape import Tape

TRACE_MAX = 20_000
"""Lines of a trace that are kept; the last ones matter."""


@dataclass(frozen=True)
class Company:
    """A tenant."""

    id: str
    code: str


class Failed(Exception):
    """An invariant does not hold, or the program made a mistake.

    Attributes:
        checker: number of the invariant; 0 for an exception of the program.
    """

    def __init__(self, checker: int, text: str) -> None:
        super().__init__(f"{checker}: {text}")
        self.checker, self.text = checker, text


@lru_cache(maxsize=1)
def modules() -> tuple[Simulated, Mapping[int, Plugins]]:
    """Load the simulated modules once: the module, and all of them by the version of the one that comes
    and goes; 0: without it."""
    module = Simulated()
    found = {0: load_plugins((), {"simulated": module})}
    for version in range(1, PRESENT + 1):
        extra = SimulatedExtra(version)
        found[version] = load_plugins((), {"simulated": module, "simulated_extra": extra})
    return module, found


class World:
    """Everything of one run.

    Attributes:
        weather: of the network now. ``healed_at``: since when faults are over; None: they are not.
            ``hits``: what was met, how often.
        failed: the first thing that was wrong.
    """

    def __init__(self, tape: Tape, plan: Plan) -> None:
        self.tape, self.plan = tape, plan
        self.hub = Hub(tape)
        self.hub.died = self._died
        self.module, self.modules = modules()
        self.all_modules = self.modules[PRESENT]
        self.module.locked = self.module.broken = False
        self.weather = Weather(**plan.weather)
        self.healed_at: int | None = None
        self.failed: Failed | None = None
        self.hits: Counter[str] = Counter()
        self.trace: list[str] = []
        self._digest = hashlib.sha256()
        self.marks = 0
        self.cloud = SimCloud(self)
        self.courier = Courier(self)
        self.companies: list[Company] = []
        self.truths: dict[str, Truth] = {}
        self.heads: dict[str, int] = {}
        self.offices: list[Office] = []
        self._made: list[StoredRecord] = []

    # -- building ---------------------------------------------------------------------------------

    def build(self) -> None:
        """Found the companies and start everything."""
        self.cloud.boot()
        number = 0
        for place, count in enumerate(self.plan.offices):
            company = Company(f"01890000-0000-7000-8000-00000000000{place + 1}", f"T{place + 1}")
            self.companies.append(company)
            self.truths[company.id] = Truth()
            self.heads[company.id] = 0
            self.cloud.found(company, self.plan.options[place])
            for _ in range(count):
                name = f"{'ABCDEFGH'[number]}"
                self.cloud.enrol(company, name)
                self.offices.append(Office(self, company, name, name, f"host-{name}"))
                number += 1
        for office in self.offices:
            office.boot()

    def modules_of(self, office: Office) -> Plugins:
        """Return what is installed at a site."""
        return self.modules[0 if office.lacks else office.age]

    def alive(self, company: Company) -> list[Office]:
        """Return the sites of a company that run at the end."""
        return [o for o in self.offices if o.company is company and not o.gone]

    def offices_of(self, company: Company) -> list[Office]:
        """Return every machine of a company whose store survives."""
        return [office for office in self.offices if office.company is company]

    def new_mark(self, company: Company) -> str:
        """Return a text that nobody has written yet."""
        self.marks += 1
        return f"{company.code}:{self.marks}"

    @property
    def healed(self) -> bool:
        """Tell whether faults are over."""
        return self.healed_at is not None

    # -- looking on -------------------------------------------------------------------------------

    def tell(self, line: str) -> None:
        """Write a line of the trace."""
        text = f"{self.hub.now:>8} {line}"
        self._digest.update(text.encode())
        if len(self.trace) < TRACE_MAX:
            self.trace.append(text)

    def digest(self) -> str:
        """Return a fingerprint of all that happened."""
        return self._digest.hexdigest()

    def hit(self, what: str) -> None:
        """Note that something happened that must happen sometimes."""
        self.hits[what] += 1

    def check(self, moment: Moment) -> None:
        """Let the checkers look; the first thing that is wrong ends the run."""
        for invariant in checks_of(type(moment)):
            for text in invariant.check(moment):
                self.fail(invariant.number, text)
                return

    def fail(self, checker: int, text: str) -> None:
        """Note what is wrong."""
        if self.failed is None:
            self.failed = Failed(checker, text)
            self.tell(f"FAILED {checker}: {text}")

    def stopped(self) -> bool:
        """Tell whether the run is over."""
        return self.failed is not None

    def cloud_view(self, company: Company) -> View:
        """Return a view of the cloud's store, whoever reads it just now."""
        found: list[View] = []
        self.cloud.storage.read(company.id, found.append)
        return found[0]

    # -- told by the parts ------------------------------------------------------------------------

    def sent(self, office: Office, task: Task, name: str, request: tuple[Any, ...]) -> None:
        """A site makes a call."""
        task.sends += 1
        self.tell(f"{office.name} {task.kind} → {name} {_short(request)}")
        self.check(Sent(self, office, name, request[0] if request else None, task))

    def asked(self, office: Office, name: str, request: tuple[Any, ...]) -> None:
        """The cloud begins to answer."""
        self._made = []
        if name == "push":
            era = self.truths[office.company.id].era
            for change in (*request[0].changes, *request[0].retries):
                era.superseded |= set(change.supersedes)
            era.withdrawn |= set(request[0].withdraws)

    def answered(self, office: Office, name: str, request: tuple[Any, ...], reply: Any) -> None:
        """The cloud has answered."""
        if name == "hello":
            self.hit(f"hello {reply.decision}")
            if reply.parked:
                self.hit("returned by the cloud")
        elif name in ("push", "re_offer"):
            for verdict in reply.verdicts:
                self.hit(f"verdict {verdict.code}")
        said = request[0] if request else None
        self.tell(f"cloud ← {office.name} {name} {_short((reply,))}")
        view = self.cloud_view(office.company)
        truth = self.truths[office.company.id]
        self.check(Answered(self, office, truth, view, name, said, reply, tuple(self._made)))

    def refused(self, office: Office, name: str, error: LiensoError) -> None:
        """The cloud has answered with an error."""
        self.hit(f"{name} refused {error.code}")
        self.tell(f"cloud ← {office.name} {name} refused {error}")

    def cloud_committed(self, tenant: str) -> None:
        """The cloud's store has changed."""
        company = next((c for c in self.companies if c.id == tenant), None)
        if company is None:
            return
        view = self.cloud_view(company)
        before, head = self.heads[tenant], view.feed_seq
        self.heads[tenant] = head
        made = tuple(view.changes(before, limit=1_000).records) if head > before else ()
        self._made += made
        truth = self.truths[tenant]
        if self.cloud.doing == "re_offer":
            truth.taken_back(view)
        self.check(CloudCommit(self, company, truth, view, made, before, self.cloud.doing))

    def site_committed(self, office: Office) -> None:
        """A site's store has changed."""
        before = office.look
        office.look = now = office.read(look_at_site)
        truth = self.truths[office.company.id]
        old = office.lacks or office.age < PRESENT
        if old and office.read(lambda view: view.state("opaque").count()):
            self.hit(f"record that {'no' if office.lacks else 'an older'} module reads")
        self.check(SiteCommit(self, office, truth, before, now, self.hub.current))

    def feed_moved(self, tenant: str, head: int) -> None:
        """Poke the sites of a company, a second later at most."""
        for office in self.offices:
            lost = self.tape.chance(f"poke {office.name}", self.weather.poke)
            if office.company.id == tenant and not lost:
                delay = 1 + self.tape.draw(f"poke {office.name}", POKE_MS)
                self.hub.at(delay, lambda office=office: self._poke(office, head))  # type: ignore[misc]  # as of now

    def _poke(self, office: Office, head: int) -> None:
        if office.process is not None and office.cable.down and not office.cable.deaf:
            office.sync.poked(head)

    def line_changed(self, office: Office, before: str, event: Event) -> None:
        """A link machine took an event."""
        state = office.sync.machine.state
        if before != state:
            self.hit(f"link {before} → {state}")
            self.tell(f"{office.name} is {state} ({event.kind})")
        self.check(LineChanged(self, office, before, event))

    def noticed(self, office: Office, kind: str, values: dict[str, Any]) -> None:
        """A notice for the user."""
        self.hit(f"notice {kind}")
        self.tell(f"{office.name} notice {kind} {values}")

    def refused_at_the_door(self, office: Office) -> str:
        """Return the code with which a site's credentials or program are refused now."""
        return office.door

    def cloud_died(self) -> None:
        """The cloud's process is gone."""
        self.tell("cloud died")
        for company in self.companies:
            self.truths[company.id].relearn(self.cloud_view(company))
        for office in self.offices:
            if office.process is not None:
                office.sync.watch_broke()

    def _died(self, owner: Any) -> None:
        self.hit("crash of the cloud" if owner is self.cloud else "crash of a site")
        self.tell(f"{'cloud' if owner is self.cloud else owner.name} crashed")
        owner.crash(500 + self.tape.draw("restarts", 5_000))


def _short(parts: tuple[Any, ...]) -> str:
    """Say what a message carries, in a few words."""
    return " ".join(word for part in parts for word in _words(part))


def _words(part: Any) -> Iterator[str]:
    for name in ("decision", "first_seq", "cursor", "next_cursor", "incarnation", "id", "call_id"):
        if hasattr(part, name):
            yield f"{name}={getattr(part, name)}"
    for name in ("changes", "retries"):
        for change in getattr(part, name, ()):
            yield f"{change.change_id[-6:]}:{change.op[0]}{change.base_version}:{change.record_id[-6:]}"
    for verdict in getattr(part, "verdicts", ()):
        yield f"{verdict.change_id[-6:]}={verdict.code}:{verdict.version}"
    for record in getattr(part, "records", ()):
        yield f"{record.id[-6:]}:{record.version}@{record.feed_seq}"
