"""A simulated site: the production drivers with tasks for threads, and a machine that can fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lienso.errors import LiensoError, LinkError
from lienso.kernel import Kernel, Settings
from lienso.model import Actor
from lienso.security.tables import SITE_TABLES
from lienso.sync import site_log
from lienso.sync.link_machine import Action, Event
from lienso.sync.messages import Session
from lienso.sync.pacing import Pace
from lienso.sync.site_sync import SiteSync
from lienso.sync.site_threads import BEAT_MS, LOOP_AGAIN_MS

from .clocks import SimClock, SimIds
from .hub import Lock, Wake
from .looks import SiteLook, look_at_site
from .module import PRESENT
from .net import Cable, SimLink
from .stores import Copy, SimStorage

if TYPE_CHECKING:
    from lienso.storage import StoredRecord, View

    from .world import Company, World


class SimSync(SiteSync):
    """The site's drivers; only what is a thread or a lock of threads is a task or a lock of tasks."""

    def __init__(self, kernel: Kernel, office: Office, link: Any) -> None:
        world = office.world
        by = Actor(office.company.id, "system", office.site_id)
        super().__init__(kernel, link, by, None, office.host, lambda: world.hub.now)
        self._world, self._office = world, office
        self._opening = Lock(world.hub)  # type: ignore[assignment]  # between tasks
        self._working = Lock(world.hub)  # type: ignore[assignment]  # between tasks
        self._wake = Wake(self._look)  # type: ignore[assignment]  # between tasks
        self._loop_task: Any = None
        self._sleeping: Callable[[Any, BaseException | None], bool] | None = None
        if world.plan.small:
            self._batch, self._batch_bytes = Pace(4, 8), Pace(4_096, 8_192, 1_024)
            self._page_bytes = Pace(2_048, 4_096, 1_024)

    @property
    def room(self) -> tuple[int, int]:
        """How many changes, and bytes of them, a push may carry now."""
        return self._batch.size, self._batch_bytes.size

    @property
    def session(self) -> Session | None:
        """The present session."""
        return self._session

    def run(self) -> None:
        """Start what production runs in threads."""
        hub = self._world.hub
        self._loop_task = hub.task(self._office.process, "loop", self._turn)
        hub.task(self._office.process, "beat", self._beats)

    def _jitter(self) -> int:
        return self._world.tape.draw(f"jitter {self._office.name}", 41) - 20

    def _look(self) -> None:
        if self._sleeping is not None:
            self._sleeping(None, None)

    def _turn(self) -> None:
        hub = self._world.hub
        self._settle_as_told()
        last = self._read(lambda view: site_log.identity(view, "link"))
        self.handle(Event("started", last))
        while True:
            try:
                left = self.tick()
            except LiensoError as error:
                self._world.tell(f"{self._office.name} loop goes on after {error}")
                hub.sleep(LOOP_AGAIN_MS)
                continue
            if left == 0:
                continue
            assert hub.current is not None, "the loop is a task"
            self._sleeping = wake = hub.current.waker()
            if left is not None:
                hub.at(left, lambda wake=wake: wake(None, None))  # type: ignore[misc]  # as of now
            hub.current.wait()
            self._sleeping = None

    def _beats(self) -> None:
        while True:
            self._world.hub.sleep(BEAT_MS)
            if self.online_capable:
                self._office.beat_began = (self._world.hub.now, self._session)
                try:
                    self.beat()
                except LiensoError as error:
                    self._world.tell(f"{self._office.name} heartbeat: {error.code}")

    def _do(self, action: Action) -> None:
        elsewhere = self._world.hub.current is not self._loop_task
        if action.kind in ("probe", "hello", "pull") and elsewhere:
            self._later(f"do {action.kind}", 0)
        else:
            super()._do(action)

    def handle(self, event: Event) -> None:
        """Give the link machine an event; the world looks on."""
        self._event = (self.machine.state, event)
        super().handle(event)

    def _at_once(self, actions: Sequence[Action], now: int) -> None:
        super()._at_once(actions, now)
        self._world.line_changed(self._office, *self._event)

    def watch_broke(self) -> None:
        """Find that the cloud is gone, as the watching thread does."""
        if self.online_capable:
            self._watch_broke()

    def poked(self, head: int) -> None:
        """Take a hint that the feed moved, as the watching thread does."""
        if self.online_capable and head > self._read(site_log.cursor):
            self._later("do pull", 0)


class Process:
    """One run of a site's program; its tasks die with it, and stand still while it is paused."""

    paused_until = 0


@dataclass
class Office:
    """A site's machine.

    Attributes:
        name: of the machine; a clone has another one, and the same ``site_id``.
        wanted: whether the user wants to work online. ``gone``: the machine is not used any more.
        lacks: a module is not installed here. ``age``: its version. ``door``: the code with which it is
            not let in.
        look: what its store held after the last commit. ``unanswered``: the last request of each call,
            where no answer came. ``said_hello``: the last Hello of this machine.
        beat_began: when the last heartbeat was due, and the session then.
        kept: copies that were taken of its store.
    """

    world: World
    company: Company
    site_id: str
    name: str
    host: str
    storage: SimStorage = field(init=False)
    kernel: Kernel = field(init=False)
    sync: SimSync = field(init=False)
    process: Process | None = None
    cable: Cable = field(default_factory=Cable)
    clock: SimClock = field(init=False)
    wanted: bool = True
    gone: bool = False
    lacks: bool = False
    age: int = PRESENT
    door: str = ""
    boots: int = 0
    kept: list[Copy] = field(default_factory=list)
    look: SiteLook = field(default_factory=SiteLook)
    heard_at: int | None = None
    session_at: int = 0
    settling: int = 0
    due_pull: int | None = None
    unanswered: dict[str, Any] = field(default_factory=dict)
    said_hello: tuple[Any, ...] = ()
    beat_began: tuple[int, Session | None] = (0, None)

    def __post_init__(self) -> None:
        world = self.world
        self.clock = SimClock(world.hub)
        self.storage = SimStorage(
            self, SITE_TABLES, world.all_modules.registry, lambda _t: world.site_committed(self)
        )
        self.storage.hit = world.hit
        self.storage.real.tenants().create(self.company.id, self.company.code, "C")

    @property
    def by(self) -> Actor:
        """The user at this site."""
        return Actor(self.company.id, "user", self.site_id, "ws")

    def boot(self) -> None:
        """Start the program on the store as it is."""
        world = self.world
        self.boots += 1
        self.process = Process()
        modules = world.modules_of(self)
        link: Any = SimLink(world, self)
        settings = Settings(
            role="site",
            clock=self.clock,
            ids=SimIds(world.tape.seed, f"{self.name}.{self.boots}"),
            link=link,
            tenant_id=self.company.id,
            site_id=self.site_id,
        )
        storage: Any = self.storage
        self.kernel = Kernel(settings, modules, storage)
        self.sync = SimSync(self.kernel, self, link)
        self.kernel.site = self.sync
        self.wanted = self.sync.machine.state != "offline_manual"
        self.heard_at, self.due_pull, self.session_at = None, None, 0
        self.unanswered = {}
        self.sync.on_notice(lambda kind, values: world.noticed(self, kind, values))
        self.sync.run()

    def die(self) -> None:
        """End the program at once."""
        if self.process is not None:
            process, self.process = self.process, None
            self.world.hub.kill(process)

    def crash(self, down_ms: int) -> None:
        """Die, and start again after a while."""
        self.die()
        self.world.hub.at(down_ms, self.start)

    def start(self) -> None:
        """Start the program unless it runs, or the machine is out of use."""
        if self.process is None and not self.gone:
            self.boot()

    def set_back(self, copy: Copy) -> None:
        """Set the store back to a copy; nothing runs meanwhile."""
        self.storage.set_back(self.company.id, copy)
        self.look = self.read(look_at_site)

    def read(self, work: Callable[[View], Any]) -> Any:
        """Look into the store."""
        return self.storage.read(self.company.id, work)

    def of_the_cloud(self) -> list[StoredRecord]:
        """Return the versions of the cloud that this store holds."""
        edited = self.read(lambda view: view.state("record_local").scan())
        dirty = {(row["type"], row["id"]) for row in edited}
        found = [
            record
            for ref, record in self.storage.records(self.company.id).items()
            if ref not in dirty
        ]
        texts = [text for row in edited if (text := row["shadow"] or row["base"])]
        return found + [site_log.record_from_text(text) for text in texts]

    def job(self, kind: str, work: Callable[[], None]) -> None:
        """Have a user's click carried out by a thread of its own; an error is told to the user."""

        def carried_out() -> None:
            try:
                work()
            except LinkError:
                self.world.tell(f"{self.name} {kind}: line broke")
            except LiensoError as error:
                self.world.tell(f"{self.name} {kind}: {error.code}")
                self.world.hit(f"user told {error.code}")

        if self.process is not None:
            self.world.hub.task(self.process, kind, carried_out)
