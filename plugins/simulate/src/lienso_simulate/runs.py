"""A run: the plan is carried out, then faults end, and all must come together."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from lienso.errors import LiensoError
from lienso.sync import scopes
from lienso.sync.extent import EVERYTHING

from .faults import Fault
from .invariants import Quiet
from .module import PRESENT
from .net import Cable, Weather
from .office import Office
from .plan import Plan, draw_plan
from .settling import settle_lists
from .tape import Tape
from .users import Operation
from .world import World

MISTAKES = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError,
    ValueError, LiensoError,
)  # fmt: skip
"""What escapes from the program where nothing may: a defect, with number 0."""

ONLINE_MS = 240_000
"""So long after faults have ended every site is online: probes are 36 s apart, a closed gate is tried
each minute, and a flapping line settles for a minute."""

DECIDED_MS = 60_000
"""The design's bound (35)."""

SESSION_MS = 70_000
"""A session that was not seen for a minute keeps nobody out."""


@dataclass
class Outcome:
    """How a run ended.

    Attributes:
        checker: None when all was well, else the number of the invariant; 0: an exception.
    """

    seed: int
    checker: int | None
    text: str
    hits: Mapping[str, int]
    trace: list[str]
    digest: str
    plan: Plan
    tape: Mapping[str, list[int]]
    virtual_ms: int = 0
    facts: dict[str, Any] = field(default_factory=dict)


@contextmanager
def quiet_logs() -> Iterator[None]:
    """Have the drivers' warnings left out: faults are what this is about."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def run(
    seed: int, plan: Plan | None = None, tape: Mapping[str, list[int]] | None = None
) -> Outcome:
    """Run a seed, or a recorded plan and tape."""
    drawn = Tape(seed, tape)
    plan = plan or draw_plan(drawn)
    world = World(drawn, plan)
    checker, text = None, ""
    with quiet_logs():
        try:
            _play(world)
        except MISTAKES as error:
            frames = traceback.extract_tb(error.__traceback__)[-4:]
            where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
            checker, text = 0, f"{type(error).__name__}: {error} at {where}"
        finally:
            world.hub.close()
            world.courier.close()
    if world.failed is not None:
        checker, text = world.failed.checker, world.failed.text
    return Outcome(
        seed,
        checker,
        text,
        world.hits,
        world.trace,
        world.digest(),
        plan,
        drawn.drawn,
        world.hub.now,
    )


def _play(world: World) -> None:
    world.build()
    originals = list(world.offices)
    for operation in world.plan.operations:
        place = operation["office"] % len(originals)
        world.hub.at(operation["at"], lambda o=operation, p=place: _operate(world, originals[p], o))
    for fault in world.plan.faults:
        office = originals[fault["office"] % len(originals)]
        world.hub.at(fault["at"], lambda f=fault, o=office: _fault(world, o, f))
    last = max((o["at"] for o in world.plan.operations), default=0)
    world.hub.run(last + 1_000, world.stopped)
    _heal(world)


def _operate(world: World, office: Office, operation: dict[str, Any]) -> None:
    """Carry out an operation, at times at the clone of a machine."""
    machines = [o for o in world.offices if o.site_id == office.site_id]
    office = machines[world.tape.draw(operation["stream"], len(machines))]
    world.hit(f"user {operation['kind']}")
    Operation(world, office, operation["kind"], operation["stream"]).run()


def _fault(world: World, office: Office, fault: dict[str, Any]) -> None:
    if not world.healed:
        Fault(world, office, fault).begin()


# -- the end ----------------------------------------------------------------------------------------


def _heal(world: World) -> None:
    """End all faults, and let every machine synchronise, one after another where two are one site."""
    if world.stopped():
        return
    world.tell("faults end")
    world.healed_at = world.hub.now
    world.weather = Weather()
    world.module.locked = world.module.broken = False
    cloud = world.cloud
    cloud.busy, cloud.storage.harms = False, []
    if cloud.lacks or cloud.age < PRESENT:
        cloud.lacks, cloud.age = False, PRESENT
        cloud.crash(0)
    cloud.start()
    for company in world.companies:
        cloud.storage.real.write(company.id, _unretire)
    _widen(world)
    sites = list(dict.fromkeys(office.site_id for office in world.offices))
    turns = max(sum(o.site_id == site for o in world.offices) for site in sites)
    for turn in range(turns):
        for site in sites:
            machines = [o for o in world.offices if o.site_id == site][::-1]
            _mend(world, machines, machines[min(turn, len(machines) - 1)])
        if turn + 1 < turns:
            _synchronise(world)
    _synchronise(world)
    _look_at_all(world)
    if not world.stopped() and world.tape.chance("settling", 500):
        settle_lists(world)
        _look_at_all(world)


def _look_at_all(world: World) -> None:
    for company in world.companies:
        if not world.stopped():
            view = world.cloud_view(company)
            world.check(Quiet(world, company, world.truths[company.id], view))


def _unretire(writer: Any) -> None:
    for row in writer.state("site").scan():
        writer.state("site").put({**row, "retired": False})


def _widen(world: World) -> None:
    """Give some of the sites that hold a part of the records all of them: what lacks must come."""
    for site, company in {office.site_id: office.company for office in world.offices}.items():
        view = world.cloud_view(company)
        if scopes.scope_of(view, site) and world.tape.chance("widened", 500):
            world.tell(f"{site} is given everything")
            world.cloud.storage.real.write(
                company.id, lambda writer, site=site: scopes.give(writer, site, EVERYTHING)
            )


def _mend(world: World, machines: list[Office], now: Office) -> None:
    """Have one of the machines of a site run, with all it needs, and the others stand still."""
    for office in machines:
        office.cable, office.door = Cable(), ""
        office.storage.harms = []
        if office is not now:
            office.gone = True
            office.die()
            continue
        office.gone = False
        old = office.lacks or office.age < PRESENT
        if old or (office.process is not None and office.process.paused_until):
            office.lacks, office.age = False, PRESENT
            office.die()
        office.start()


def _synchronise(world: World) -> None:
    """Wait until all are online, then have everybody push and pull as users do."""
    hub = world.hub
    for office in _running(world):
        if not office.wanted:
            office.wanted = True
            office.job("mode", lambda o=office: o.sync.set_mode(True))  # type: ignore[misc]  # as of now
    if len(_running(world)) < len(world.offices):
        hub.run(hub.now + SESSION_MS, world.stopped)
    until = hub.now + ONLINE_MS
    while hub.now < until and not all(o.sync.online_capable for o in _running(world)):
        hub.run(hub.now + 2_000, world.stopped)
        if world.stopped():
            return
    for _ in range(3):
        for office in _running(world):
            office.job("heal", lambda o=office: _push_and_pull(o))  # type: ignore[misc]  # as of now
        hub.run(hub.now + DECIDED_MS // 3, world.stopped)


def _running(world: World) -> list[Office]:
    return [office for office in world.offices if not office.gone]


def _push_and_pull(office: Office) -> None:
    office.sync.push(renumber="auto")
    office.sync.pull()
