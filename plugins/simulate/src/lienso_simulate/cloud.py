"""The simulated cloud: the production service on a store that can die, and a door."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lienso.errors import LiensoError, Refused, Unknown
from lienso.kernel import Kernel, Settings
from lienso.model import Actor
from lienso.security.tables import CLOUD_TABLES
from lienso.session import Progress
from lienso.sync import reoffering
from lienso.sync.cloud_operations import Operations, Owner
from lienso.sync.cloud_service import CloudService
from lienso.sync.enrolment import add_site
from lienso.sync.messages import CallReply, Underway

from .clocks import SimClock, SimIds
from .module import BRANCHES, PRESENT, UNIT
from .net import busy, not_let_in
from .stores import Copy, SimStorage

if TYPE_CHECKING:
    from .office import Office
    from .world import Company, World


@dataclass
class _Running:
    """A function of a site that takes long."""

    answer: CallReply | None = None
    error: LiensoError | None = None
    cancelled: bool = False


class SimOperations(Operations):
    """Functions under way, as events instead of threads."""

    def __init__(self, world: World, per_mille: int) -> None:
        super().__init__()
        self._world, self._per_mille = world, per_mille
        self._running: dict[tuple[Owner, str], _Running] = {}

    def run(
        self, owner: Owner, call_id: str, name: str, work: Callable[[Progress], CallReply]
    ) -> CallReply:
        """Run a function, now or while the site asks how far it is."""
        key = (owner, call_id)
        found = self._running.get(key)
        if found is not None and found.error is None:
            return found.answer or CallReply(None, 0, underway=Underway(1, 3))
        if not self._world.tape.chance("operations", self._per_mille):
            return work(lambda *_told: None)
        self._world.hit("function takes long")
        running = self._running[key] = _Running()
        delay = 1_000 + self._world.tape.draw("operations", 60_000)
        self._world.hub.at(delay, lambda: self._end(running, name, work))
        return CallReply(None, 0, underway=Underway(0, 3))

    def _end(self, running: _Running, name: str, work: Callable[[Progress], CallReply]) -> None:
        cloud = self._world.cloud
        if cloud.operations is not self or cloud.down:
            return  # It died with its process.

        try:
            if running.cancelled:
                raise Refused("operation_cancelled", {"capability": name})
            running.answer = work(lambda *_told: None)
        except LiensoError as error:
            running.error = error

    def state(self, owner: Owner, call_id: str) -> CallReply:
        """Answer how far a function is."""
        found = self._running.get((owner, call_id))
        if found is None:
            raise Unknown("operation_unknown", {"call_id": call_id})
        if found.error is not None:
            raise found.error
        return found.answer or CallReply(None, 0, underway=Underway(1, 3))

    def cancel(self, owner: Owner, call_id: str) -> bool:
        """Have a function end without effect, if it has not ended."""
        found = self._running.get((owner, call_id))
        if found is None:
            raise Unknown("operation_unknown", {"call_id": call_id})
        found.cancelled = found.answer is None and found.error is None
        return found.cancelled


class SimCloud:
    """The one cloud of all companies.

    Attributes:
        down: nobody listens. ``busy``: it is overloaded. ``lacks``: a module is not installed;
            ``age``: its version.
        doing: the call that is being answered, for those who look at its commits.
    """

    def __init__(self, world: World) -> None:
        self.world = world
        self.down = self.busy = False
        self.lacks, self.age = False, PRESENT
        self.doing = ""
        self.boots = 0
        self.clock = SimClock(world.hub)
        self.storage = SimStorage(
            self, CLOUD_TABLES, world.all_modules.registry, world.cloud_committed
        )
        self.storage.hit = world.hit
        self.kept: dict[str, list[Copy]] = {}

    def boot(self) -> None:
        """Start the program on the store as it is."""
        world = self.world
        self.boots += 1
        self.down = False
        settings = Settings(
            role="cloud", clock=self.clock, ids=SimIds(world.tape.seed, f"cloud.{self.boots}")
        )
        storage: Any = self.storage
        self.kernel = Kernel(settings, world.modules[0 if self.lacks else self.age], storage)
        self.operations = SimOperations(world, 200)
        self.service = CloudService(self.kernel, self.operations)
        self.kernel.after_commit.append(world.feed_moved)

    def crash(self, down_ms: int) -> None:
        """Die, and start again after a while."""
        if not self.down:
            self.down = True
            self.world.cloud_died()
            self.world.hub.at(down_ms, self.start)

    def start(self) -> None:
        """Start the program unless it runs."""
        if self.down:
            self.boot()

    def found(self, company: Company, options: dict[str, Any]) -> None:
        """Make a company."""
        self.kernel.add_tenant(company.code, company.code, options=options, id=company.id)
        by = Actor(company.id, "system")
        for number, id in enumerate(BRANCHES):
            body = {"code": f"B{number}"}
            self.kernel.transact(by, lambda t, b=body, i=id: t.save(UNIT, b, id=i))  # type: ignore[misc]  # as of now

    def enrol(self, company: Company, site_id: str) -> None:
        """Let a site in."""
        add_site(self.kernel, company.id, site_id)

    def answer(self, office: Office, name: str, request: tuple[Any, ...]) -> Any:
        """Answer a call as the server does: the door, then the service."""
        if name == "probe":
            return None
        if self.busy:
            self.world.hit("cloud busy")
            raise busy()
        code = self.world.refused_at_the_door(office)
        if code == "upgrade_required" and name == "hello":
            request = (replace(request[0], protocol_min=99, protocol_max=99),)
        elif code == "unauthenticated":
            raise not_let_in(code, office.site_id)
        return self.handle(office, name, request)

    def handle(self, office: Office, name: str, request: tuple[Any, ...]) -> Any:
        """Answer a call of a line or of a file, while the world looks on."""
        by = Actor(office.company.id, "system", office.site_id)
        self.doing = name
        self.world.asked(office, name, request)
        try:
            reply = getattr(self.service, name)(by, *request)
        finally:
            self.doing = ""
        self.world.answered(office, name, request, reply)
        return reply

    def restore(self, company: Company, copy: Copy, *, told: bool) -> None:
        """Set a company back to a backup; ``told``: the administrator says so."""
        self.storage.set_back(company.id, copy)
        if told:
            history = self.kernel.ids.new()
            self.storage.real.write(
                company.id, lambda writer: reoffering.begin_history(writer, history)
            )
