"""What goes wrong: each fault begins at its time, lasts for its length, and is mended."""

from __future__ import annotations

from typing import Any

from lienso.errors import LiensoError
from lienso.model import Actor
from lienso.sync import scopes
from lienso.sync.extent import Scope

from .module import BRANCHES, EXTRA, ITEM, OPTION, PRESENT, UNIT
from .office import Office
from .stores import HARMS, Copy
from .truth import Truth
from .world import World

HARMLESS = {
    "up": True, "down": True, "deaf": False, "bytes_per_s": 0, "door": "", "busy": False,
    "late": False, "locked": False, "broken": False,
}  # fmt: skip
"""What faults set, as it is without them."""

LACKS_MS = 60_000
"""A module is missing for so long at least: others must have time to send what it would read."""

DAY_MS = 86_400_000

GROWTH_MAX = 40
"""Records that a cloud which was set back makes at most to pass where its feed was."""


class Fault:
    """One disaster at one site, or at the cloud."""

    def __init__(self, world: World, office: Office, fault: dict[str, Any]) -> None:
        self.world, self.office = world, office
        self.kind, self.length, self.stream = fault["kind"], fault["length"], fault["stream"]

    def begin(self) -> None:
        """Let it happen."""
        self.world.hit(f"fault {self.kind}")
        self.world.tell(f"{self.office.name} fault {self.kind} for {self.length} ms")
        getattr(self, f"_{self.kind}")()

    def draw(self, below: int) -> int:
        """Draw from this fault's stream."""
        return self.world.tape.draw(self.stream, below)

    def _later(self, work: Any) -> None:
        def mended() -> None:
            if not self.world.healed:  # Else all is mended already.
                work()

        self.world.hub.at(self.length, mended)

    def _set(self, target: Any, **values: Any) -> None:
        """Set attributes now, and to what is harmless when the fault is over."""
        for name, value in values.items():
            setattr(target, name, value)
        self._later(lambda: [setattr(target, name, HARMLESS[name]) for name in values])

    # -- network ----------------------------------------------------------------------------------

    def _cut(self) -> None:
        up, down = ((False, False), (False, True), (True, False))[self.draw(3)]
        self._set(self.office.cable, up=up, down=down)

    def _half_open(self) -> None:
        self._set(self.office.cable, deaf=True, down=False)

    def _slow_line(self) -> None:
        self._set(self.office.cable, bytes_per_s=(2_000, 16_000, 125_000)[self.draw(3)])

    def _late(self) -> None:
        self._set(self.office.cable, late=True)

    # -- sites ------------------------------------------------------------------------------------

    def _site_crash(self) -> None:
        if self.office.process is not None:
            self.office.crash(self.length)

    def _site_pause(self) -> None:
        if self.office.process is not None:
            self.office.process.paused_until = self.world.hub.now + self.length

    def _site_store(self) -> None:
        self.office.storage.harm(HARMS[self.draw(len(HARMS))], self.draw(20))

    def _site_copy(self) -> None:
        self.office.kept.append(self.office.storage.copy(self.office.company.id))

    def _site_back(self) -> None:
        office = self.office
        if not office.kept:
            self._site_copy()
            return
        office.die()
        self._put_back(office, office.kept[self.draw(len(office.kept))])
        self._later(office.start)

    def _put_back(self, office: Office, copy: Copy) -> None:
        world, truth = self.world, self._truth()
        before = office.look
        office.set_back(copy)
        others = [o.look for o in world.offices_of(office.company) if o is not office]
        truth.store_lost(before, office.look, others, world.cloud_view(office.company))
        stores = [o.storage for o in world.offices_of(office.company)] + [world.cloud.storage]
        for ref, version in list(truth.owed.items()):
            held = [store.records(office.company.id).get(ref) for store in stores]  # type: ignore[call-overload]  # a pair
            if all(record is None or record.version < version for record in held):
                del truth.owed[ref]

    def _clone(self) -> None:
        world, office = self.world, self.office
        if any(o.site_id == office.site_id and o is not office for o in world.offices):
            return
        name = f"{office.name}2"
        clone = Office(world, office.company, office.site_id, name, f"host-{name}")
        clone.set_back(office.storage.copy(office.company.id))
        clone.lacks, clone.age = office.lacks, office.age
        world.offices.append(clone)
        self._truth().set_back = True
        clone.boot()

    def _new_host(self) -> None:
        office = self.office
        office.host = f"{office.host}+"
        if office.process is not None:
            office.crash(self.length)

    def _clock(self) -> None:
        clock = (self.office.clock, self.world.cloud.clock)[self.draw(4) // 3]
        clock.wrong_ms += (DAY_MS, -DAY_MS, 400_000, -400_000)[self.draw(4)]

    def _site_lacks(self) -> None:
        self._lack(self.office)

    def _lack(self, office: Office) -> None:
        def again() -> None:
            office.lacks = False
            office.die()
            office.start()

        if not office.lacks and office.age == PRESENT:
            office.lacks = True
            office.die()
            office.start()
            self.length = max(self.length, LACKS_MS)
            self._later(again)

    def _site_old(self) -> None:
        """The site's module is older than the cloud's: it may be too old."""
        office = self.office

        def again() -> None:
            office.age = PRESENT
            office.die()
            office.start()

        if not office.lacks and office.age == PRESENT:
            office.age = (1, 3, 1, 2)[self.draw(4)]
            office.die()
            office.start()
            self.length = max(self.length, LACKS_MS)
            self._later(again)

    def _scope(self) -> None:
        """The cloud gives the site another scope."""
        first, second = BRANCHES
        every = (None, (first,), (second,), tuple(sorted(BRANCHES)))
        types = tuple(sorted((ITEM, EXTRA, OPTION, UNIT))) if self.draw(5) == 4 else None
        scope = Scope(every[self.draw(4)], types)
        self.world.cloud.storage.real.write(
            self.office.company.id, lambda w: scopes.give(w, self.office.site_id, scope)
        )
        self.world.tell(f"{self.office.name} is given {scope}")

    # -- the door ---------------------------------------------------------------------------------

    def _no_credentials(self) -> None:
        self._door("unauthenticated")

    def _old_program(self) -> None:
        self._door("upgrade_required")

    def _door(self, code: str) -> None:
        if not self.office.door:
            self._set(self.office, door=code)

    def _retired(self) -> None:
        self._retire(True)
        self._later(lambda: self._retire(False))

    def _retire(self, retired: bool) -> None:
        def work(writer: Any) -> None:
            row = writer.state("site").get(self.office.site_id)
            writer.state("site").put({**row, "retired": retired})

        self.world.cloud.storage.real.write(self.office.company.id, work)

    # -- the cloud --------------------------------------------------------------------------------

    def _cloud_store(self) -> None:
        self.world.cloud.storage.harm(HARMS[self.draw(len(HARMS))], self.draw(20))

    def _cloud_crash(self) -> None:
        self.world.cloud.crash(self.length)

    def _cloud_busy(self) -> None:
        self._set(self.world.cloud, busy=True)

    def _cloud_lacks(self) -> None:
        cloud = self.world.cloud

        def again() -> None:
            cloud.lacks = False
            cloud.crash(200)

        if not cloud.lacks and cloud.age == PRESENT:
            cloud.lacks = True
            cloud.crash(200)
            self._later(again)

    def _cloud_old(self) -> None:
        """The cloud's module is older than those of sites."""
        cloud = self.world.cloud

        def again() -> None:
            cloud.age = PRESENT
            cloud.crash(200)

        if not cloud.lacks and cloud.age == PRESENT:
            cloud.age = PRESENT - 1
            cloud.crash(200)
            self._later(again)

    def _locked(self) -> None:
        self._set(self.world.module, locked=True)

    def _bug(self) -> None:
        self._set(self.world.module, broken=True)

    def _cloud_copy(self) -> None:
        company = self.office.company
        copies = self.world.cloud.kept.setdefault(company.id, [])
        copies.append(self.world.cloud.storage.copy(company.id))

    def _cloud_back(self) -> None:
        world, company = self.world, self.office.company
        copies = world.cloud.kept.get(company.id)
        if not copies:
            self._cloud_copy()
            return
        self._set_cloud_back(copies[self.draw(len(copies))], told=self.draw(4) < 3)

    def _grown(self) -> None:
        """Clerks work in the cloud; it is set back to before, nobody says so, and they work on: its feed
        grows past the cursors of the sites that took what was lost."""
        world, company = self.world, self.office.company
        copy = world.cloud.storage.copy(company.id)

        def back() -> None:
            before = world.heads[company.id]
            self._set_cloud_back(copy, told=False)
            world.cloud.start()
            for _ in range(GROWTH_MAX):
                if world.heads[company.id] <= before:
                    self._clerk_saves()
            world.cloud.crash(self.length)

        if not world.cloud.down:
            self._clerk_saves()
            self._later(back)

    def _clerk_saves(self) -> None:
        world, company = self.world, self.office.company
        mark = world.new_mark(company)
        body = {"code": f"G{mark[3:]}", "name": mark}
        try:
            world.cloud.kernel.save(Actor(company.id, "clerk"), ITEM, body)
        except LiensoError as error:
            world.tell(f"cloud clerk: {error.code}")

    def _set_cloud_back(self, copy: Copy, *, told: bool) -> None:
        world, company = self.world, self.office.company
        view = world.cloud_view(company)
        old = {row["change_id"]: row["code"] for row in view.state("change_log").scan()}
        old |= {row["change_id"]: "parked" for row in view.state("parked_change").scan()}
        world.cloud.crash(self.length)
        world.cloud.restore(company, copy, told=told)
        self.world.hit(f"cloud set back, {'told' if told else 'untold'}")
        view = world.cloud_view(company)
        point = max(
            (r.feed_seq for r in world.cloud.storage.records(company.id).values()), default=0
        )
        offices = world.offices_of(company)
        held = [record for office in offices for record in office.of_the_cloud()]
        looks = [office.look for office in offices]
        self._truth().cloud_lost(old, view, looks, held, point)
        world.heads[company.id] = view.feed_seq

    def _truth(self) -> Truth:
        return self.world.truths[self.office.company.id]
