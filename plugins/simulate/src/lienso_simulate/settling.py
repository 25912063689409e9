"""Users who work their failure lists off: whatever happened, there is a way on."""

from __future__ import annotations

from typing import Any

from lienso.errors import LiensoError
from lienso.sync import scopes, site_scope
from lienso.sync.choices import Decision

from .module import ITEM, NOTE
from .office import Office
from .world import World

ROUNDS = 6
"""What is decided in one round may let another change in the next: a chain of references, a group."""

ROUND_MS = 10_000


def settle_lists(world: World) -> None:
    """Have every site's users settle all that was refused; at the end nothing may be left."""
    offices = [office for office in world.offices if not office.gone]
    for number in range(ROUNDS):
        for office in offices:
            office.job("settle", lambda o=office, n=number: _settle(world, o, n))  # type: ignore[misc]  # as of now
        world.hub.run(world.hub.now + ROUND_MS, world.stopped)
        if world.stopped():
            return
    world.hit("all lists settled by users")
    for office in offices:
        for row in office.look.refused.values():
            text = (
                f"{office.name}: {row['record_id']} stays refused ({row['code']}): {row['detail']}"
            )
            world.fail(36, text)


def _settle(world: World, office: Office, number: int) -> None:
    for row in office.sync.failures("push_failed"):
        try:
            _decide(world, office, row, number)
        except LiensoError as error:
            world.tell(f"{office.name} settle {row['id'][-6:]} {row['verdict']}: {error.code}")
    office.sync.push(renumber="auto")
    office.sync.pull()


def _decide(world: World, office: Office, row: dict[str, Any], number: int) -> None:
    choice, code = "", ""
    if row["verdict"] in ("POSTED_LOCKED", "SCOPE_DENIED"):
        choice = "withdraw"
    elif row["verdict"] == "CODE_TAKEN":
        choice, code = "change_code", f"Z{world.new_mark(office.company)[3:]}"
    elif row["verdict"].startswith("CONFLICT") or row["verdict"] == "RETURNED":
        wanted = ("mine", "theirs", "new", "withdraw")
        possible = [name for name in wanted if name in row["actions"]]
        choice = possible[world.tape.draw("settling", len(possible))]
    elif row["verdict"] == "NUMBER_TAKEN":
        office.sync.renumber([row["change_id"]], reprint=True)
        return
    elif row["verdict"] == "INTERNAL":
        choice = "retry"
    elif "edit" in row["actions"] and row["type"] in (ITEM, NOTE):
        mark = world.new_mark(office.company)[3:]
        fresh = {"code": f"Y{mark}"} if row["type"] == ITEM else {"no": f"N{mark}"}
        fields = {"description": "", **fresh}
        office.kernel.save(office.by, row["type"], fields, id=row["id"], merge=True)
        return
    elif number + 2 >= ROUNDS and _hopeless(world, office, row):
        choice = "withdraw"
    elif row["verdict"] == "BLOCKED_REF" and _unseen(world, office, row):
        choice = "retry"
    if choice:
        [told] = office.sync.decide([Decision(row["change_id"], choice, code=code)], office.by)[:1]
        if not told["done"]:
            world.tell(f"{office.name} settle {row['id'][-6:]} {choice}: {told['code']}")


def _unseen(world: World, office: Office, row: dict[str, Any]) -> bool:
    """Tell whether what a change waits for lies where its site cannot see whether it has come."""
    there = world.cloud.storage.records(office.company.id)
    scope = office.read(site_scope.scope_here)
    refs = [(ref["type"], ref["id"]) for ref in row["detail"].get("missing", ())]
    come = [found for ref in refs if (found := there.get(ref)) is not None]  # type: ignore[call-overload]  # a pair
    return any(not scopes.holds(scope, found) for found in come)


def _hopeless(world: World, office: Office, row: dict[str, Any]) -> bool:
    """Tell whether what a change waits for will not come: it was given up, or is refused itself."""
    there = world.cloud.storage.records(office.company.id)
    refs = [(ref["type"], ref["id"]) for ref in row["detail"].get("missing", ())]
    come = [ref for ref in refs if (found := there.get(ref)) is not None and not found.deleted]  # type: ignore[call-overload]  # a pair
    if row["verdict"] == "BLOCKED_REF":
        return len(come) < len(refs)
    member = row["detail"].get("member", {}).get("change_id", "")
    return member in office.look.refused
