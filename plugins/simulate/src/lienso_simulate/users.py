"""What people do at the sites and in the cloud: each operation is a click, drawn from its own stream."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from lienso.canonical import parse
from lienso.errors import LiensoError
from lienso.model import Actor
from lienso.session import Session, set_option
from lienso.storage import StoredRecord
from lienso.sync.choices import CHOICES, Decision

from .invariants import UserDid
from .looks import body_of
from .module import BRANCHES, EXTRA, ITEM, NOTE, REFUSALS
from .office import Office
from .world import World

CODES = 8
"""Codes of catalogs are few, so that offices meet."""


class Operation:
    """One operation of one user."""

    def __init__(self, world: World, office: Office, kind: str, stream: str) -> None:
        self.world, self.office, self.kind, self.stream = world, office, kind, stream

    def run(self) -> None:
        """Carry it out, now or by a thread of the site."""
        if self.kind.startswith("cloud_"):
            self._in_cloud()
        elif self.kind == "network_down":
            self._network_down()
        else:
            work = getattr(self, f"_{self.kind}")
            self.office.job(self.kind, work)

    # -- drawing ----------------------------------------------------------------------------------

    def draw(self, below: int) -> int:
        """Draw from this operation's stream."""
        return self.world.tape.draw(self.stream, below)

    def pick(self, choices: Sequence[Any]) -> Any:
        """Draw one of these."""
        return choices[self.draw(len(choices))]

    def chance(self, per_mille: int) -> bool:
        """Draw whether something happens."""
        return self.world.tape.chance(self.stream, per_mille)

    def mark(self) -> str:
        """Return a text nobody has written yet."""
        return self.world.new_mark(self.office.company)

    def record(self, types: Sequence[str], storage: Any = None) -> StoredRecord | None:
        """Draw a live record that is here."""
        store = storage or self.office.storage
        found = [
            record
            for record in store.records(self.office.company.id).values()
            if record.type in types and not record.deleted
        ]
        return self.pick(found[-12:]) if found else None

    # -- saving -----------------------------------------------------------------------------------

    def saved(
        self, type: str, fields: Mapping[str, Any], id: str | None = None, **more: Any
    ) -> str:
        """Save as a user does; returns the id, empty when it was refused."""
        world, office = self.world, self.office
        task, began = world.hub.current, world.hub.now
        assert task is not None, "a click is a task"
        before = task.sends
        stored = office.storage.records(office.company.id).get((type, id))  # type: ignore[call-overload]  # a pair
        saved_id, refused = id or "", ""
        try:
            saved_id = office.kernel.save(
                office.by, type, fields, id=id, merge=id is not None, **more
            ).record.id
        except LiensoError as error:
            refused = error.code
            world.hit(f"save refused {refused}")
        waits = any(change.record_id == saved_id for change in office.look.waits["outbox"].values())
        facts = {
            "id": saved_id,
            "done": not refused,
            "waits": waits,
            "was_posted": stored is not None and '"posted"' in stored.posting,
            "took_ms": world.hub.now - began,
            "sent": task.sends - before,
        }
        world.tell(f"{office.name} {self.kind} {type} {saved_id[-6:]} {refused or 'saved'}")
        world.check(UserDid(world, office, "save", facts))
        return "" if refused else saved_id

    def _item(self) -> None:
        fields = {"code": f"V{self.draw(CODES)}", "name": self.mark()}
        parent = self.record((ITEM,)) if self.chance(300) else None
        more = {} if parent is None else {"parent": parent.id}
        said = {"description": self.pick(REFUSALS)} if self.chance(80) else {}
        self.saved(ITEM, {**fields, **more, **said, **self._branch()})

    def _branch(self) -> dict[str, Any]:
        """Draw whether a record belongs to a branch, and to which."""
        return {"branch": self.pick(BRANCHES)} if self.chance(400) else {}

    def _extra(self) -> None:
        if not self.office.lacks:
            mark = self.mark()
            said = {"tag": mark} if self.office.age == 1 else {"tags": [mark]}
            self.saved(EXTRA, {"code": f"E{self.draw(40)}", "name": mark, **said, **self._branch()})

    def _note_body(self) -> dict[str, Any]:
        mark = self.mark()
        item = self.record((ITEM,)) if self.chance(600) else None
        account = self.pick(("111", "112", "111", "999"))
        line = {"amount": 1 + self.draw(9), "account": account}
        more = {} if item is None else {"item": item.id}
        number = f"PT{1 + self.draw(30):05d}" if self.chance(150) else ""
        said = self.pick(REFUSALS) if self.chance(150) else ""
        return {
            "no": number,
            "posting_date": "2026-03-02",
            "mark": mark,
            "mark_again": mark,
            "description": said,
            "lines": [{**line, **more}],
            **self._branch(),
        }

    def _note(self) -> None:
        self.saved(NOTE, self._note_body(), post=("financial",) if self.chance(500) else ())

    def _edit(self) -> None:
        record = self.record((ITEM, ITEM, NOTE, EXTRA) if not self.office.lacks else (ITEM, NOTE))
        if record is None:
            return
        mark = self.mark()
        if record.type == NOTE:
            number = {"no": f"PT{1 + self.draw(30):05d}"} if self.chance(100) else {}
            heal = {"description": ""} if self.chance(700) else {}
            fields = {"mark": mark, "mark_again": mark, **number, **heal}
        elif record.type == ITEM:
            field = self.pick(("name_en", "phone", "fax", "name_en"))
            fields = {field: mark, **({"description": ""} if self.chance(700) else {})}
            if self.chance(60):
                fields["code"] = f"V{self.draw(CODES)}"
        else:
            fields = {"name": mark}
        if self.chance(150):
            fields["branch"] = self.pick((*BRANCHES, None))
        self.saved(record.type, fields, record.id)

    def _group(self) -> None:
        office, count = self.office, 2 + self.draw(3)

        def work(transaction: Any) -> None:
            session = Session(office.kernel, office.by, transaction)
            with session.together():
                for _ in range(count):
                    session.save(NOTE, self._note_body())
                record = self.record((NOTE,)) if self.chance(300) else None
                if record is not None and '"posted"' not in record.posting:
                    mark = self.mark()
                    session.save(NOTE, {"mark": mark, "mark_again": mark}, id=record.id)

        office.kernel.transact(office.by, work)

    def _double_click(self) -> None:
        office, body = self.office, self._note_body()
        clicks = [
            office.kernel.save(office.by, NOTE, body, request_id=self.stream) for _ in range(2)
        ]
        if len({saved.record.id for saved in clicks}) != 1:
            self.world.fail(10, f"{office.name}: a double click saved twice")

    def _delete(self) -> None:
        world, office = self.world, self.office
        record = self.record((ITEM, NOTE))
        if record is None:
            return
        view = world.cloud_view(office.company)
        known = view.get(record.type, record.id, deleted=True) is not None
        # A copy of a store cannot know what the other one sent.
        known = known and not world.truths[office.company.id].set_back
        done, here = False, False
        try:
            from lienso.sync.site_log import local_refusal

            here = office.read(lambda v: local_refusal(v, record.type, record.id)) is None
            if here:
                office.kernel.delete(office.by, record.type, record.id)
            else:
                params = {"type": record.type, "id": record.id}
                office.kernel.invoke(office.by, "simulated.delete", params)
            done = True
        finally:
            left = [c.change_id for c in office.look.open().values() if c.record_id == record.id]
            facts = {
                "here": here,
                "done": done,
                "id": record.id,
                "known_to_cloud": known,
                "left": left,
            }
            world.check(UserDid(world, office, "delete", facts))

    # -- synchronising ----------------------------------------------------------------------------

    def _push(self) -> None:
        office, world = self.office, self.world
        before = set(office.look.waits["outbox"]) | set(office.look.waits["sealed"])
        done = False
        try:
            office.sync.push(renumber=self.pick(("ask", "auto")))
            done = True
        finally:
            now = set(office.look.waits["outbox"]) | set(office.look.waits["sealed"])
            facts = {"done": done, "undecided": sorted(before & now)}
            world.check(UserDid(world, office, "push", facts))

    def _push_some(self) -> None:
        record = self.record((NOTE, ITEM))
        if record is not None and self.chance(500):
            self.office.sync.push(records=[record.id])
        else:
            self.office.sync.push(types=[self.pick((NOTE, ITEM))])

    def _pull(self) -> None:
        self.office.sync.pull()

    def _file(self) -> None:
        self.world.courier.send(self)

    def _mode(self) -> None:
        office = self.office
        office.wanted = not office.wanted
        self.world.tell(f"{office.name} user wants {'online' if office.wanted else 'offline'}")
        office.sync.set_mode(office.wanted)

    def _network_down(self) -> None:
        office = self.office
        if office.process is not None:
            from lienso.sync.link_machine import Event

            self.world.hub.task(
                office.process, "network_down", lambda: office.sync.handle(Event("network_down"))
            )

    def _rows(self) -> list[dict[str, Any]]:
        rows = self.office.sync.failures()
        self.world.check(UserDid(self.world, self.office, "list", {"failures": rows}))
        return [row for row in rows if row["tab"] == "push_failed"]

    def _retry(self) -> None:
        rows = self._rows()
        if rows:
            self.office.sync.retry([self.pick(rows)["id"]])

    def _withdraw(self) -> None:
        rows = self._rows()
        if rows:
            self.office.sync.withdraw([self.pick(rows)["change_id"]])

    def _renumber(self) -> None:
        if self._rows():
            self.office.sync.renumber(reprint=True)

    def _decide(self) -> None:
        rows = self._rows()
        if not rows:
            return
        row = self.pick(rows)
        choices = [choice for choice in CHOICES if choice in row["actions"]]
        if not choices:
            return
        choice = self.pick(choices)
        fields = {}
        if choice == "fields":
            found = self.office.look.refused.get(row["change_id"])
            paths = sorted(parse(found["detail"]).get("fields", {})) if found else []
            fields = {path: self.pick(("mine", "theirs")) for path in paths}
        code = f"W{self.draw(40)}" if choice == "change_code" else ""
        decision = Decision(row["change_id"], choice, fields, code)
        [told] = self.office.sync.decide([decision], self.office.by)[:1]
        self.world.hit(f"decided {choice}" if told["done"] else f"decision refused {told['code']}")

    # -- functions and figures --------------------------------------------------------------------

    def _invoke(self) -> None:
        world, office = self.world, self.office
        task, truth = world.hub.current, world.truths[office.company.id]
        assert task is not None, "a click is a task"
        again = sorted(truth.calls)
        old = bool(again) and self.chance(300)
        call = self.pick(again) if old else f"{office.company.code}-call-{self.stream}"
        name = self.pick(("add", "add", "close"))
        truth.calls.setdefault(call, False)
        offline, before, done = not office.kernel.online, task.sends, False
        try:
            params = {"call": call}
            office.kernel.invoke(
                office.by, f"simulated.{name}", params, call_id=call, pass_warnings=self.chance(700)
            )
            done = True
        finally:
            ever = world.cloud.storage.versions(office.company.id)
            effects = len(
                {r.id for r in ever if r.type == ITEM and body_of(r.body).get("call") == call}
            )
            counts = effects > 1 or (not old and not truth.cloud_set_back)
            facts = {
                "offline": offline and before == task.sends,
                "call": call,
                "done": done,
                "sent": task.sends - before if offline and not office.kernel.online else 0,
                "effects": effects,
                "counts": counts,
            }
            world.check(UserDid(world, office, "invoke", facts))

    def _figure(self) -> None:
        office, world = self.office, self.world
        values = [office.kernel.figure(office.by, "simulated.kept") for _ in range(2)]
        offline = not office.kernel.online
        blank = office.kernel.figure(office.by, "simulated.blank") if offline else None
        facts = {
            "offline": offline and not office.kernel.online,
            "blank": None if blank is None else blank.value,
            "kept": values[0].value,
            "kept_again": values[1].value,
        }
        world.check(UserDid(world, office, "figure", facts))

    # -- in the cloud -----------------------------------------------------------------------------

    def _in_cloud(self) -> None:
        cloud = self.world.cloud
        if cloud.down:
            return
        by = Actor(self.office.company.id, "clerk")
        work: Callable[[Actor], None] = getattr(self, f"_{self.kind}")
        try:
            work(by)
        except LiensoError as error:
            self.world.tell(f"cloud {self.kind}: {error.code}")

    def _cloud_edit(self, by: Actor) -> None:
        cloud, record = self.world.cloud, self.record((ITEM, NOTE), self.world.cloud.storage)
        mark = self.mark()
        if record is None or self.chance(200):
            cloud.kernel.save(by, ITEM, {"code": f"V{self.draw(CODES)}", "name": mark})
        elif record.type == NOTE:
            fields = {"mark": mark, "mark_again": mark, **self._moved()}
            cloud.kernel.save(by, NOTE, fields, id=record.id, merge=True)
        else:
            field = self.pick(("name_en", "phone", "fax"))
            fields = {field: mark, **self._moved()}
            cloud.kernel.save(by, ITEM, fields, id=record.id, merge=True)

    def _moved(self) -> dict[str, Any]:
        """Draw whether a record goes to another branch."""
        return {"branch": self.pick((*BRANCHES, None))} if self.chance(250) else {}

    def _cloud_delete(self, by: Actor) -> None:
        record = self.record((ITEM, NOTE), self.world.cloud.storage)
        if record is not None:
            self.world.cloud.kernel.delete(by, record.type, record.id)

    def _cloud_book(self, by: Actor) -> None:
        record = self.record((NOTE,), self.world.cloud.storage)
        if record is None:
            return
        if '"posted"' in record.posting:
            self.world.cloud.kernel.unpost(by, record.id)
        else:
            self.world.cloud.kernel.post(by, record.id)

    def _cloud_option(self, by: Actor) -> None:
        key, values = self.pick(
            (
                ("push.offline_changes", ("ask", "auto")),
                ("numbering.sim_note", ("shared", "site_prefix", "lease", "cloud")),
                ("sync.auto_pull_seconds", (10, 5, 20)),
            )
        )
        value = self.pick(values)
        self.world.cloud.kernel.transact(by, lambda t: set_option(t, key, value))
