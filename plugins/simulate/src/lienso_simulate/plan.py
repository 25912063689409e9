"""What is to happen in a run: the companies, the users' operations and the disasters, drawn at once.

A plan is data, so that a failing one can be made smaller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from .tape import Tape

OPERATIONS: Mapping[str, int] = {
    "item": 6, "note": 8, "edit": 14, "group": 3, "double_click": 1, "delete": 3, "push": 8,
    "push_some": 3, "pull": 3, "mode": 3, "retry": 3, "decide": 8, "renumber": 2, "withdraw": 2,
    "invoke": 4, "figure": 2, "cloud_edit": 4, "cloud_delete": 2, "cloud_book": 3,
    "cloud_option": 1, "extra": 4, "network_down": 1,
}  # fmt: skip
"""What users do, and how often beside one another."""

FAULTS: Mapping[str, int] = {
    "cut": 8, "half_open": 3, "slow_line": 3, "site_crash": 5, "site_pause": 3, "site_store": 10,
    "cloud_store": 8, "cloud_crash": 4, "cloud_busy": 3, "site_copy": 4, "site_back": 3, "clone": 1,
    "new_host": 1, "cloud_copy": 3, "cloud_back": 2, "clock": 3, "cloud_lacks": 2, "site_lacks": 4,
    "cloud_old": 2, "site_old": 4, "scope": 6,
    "locked": 2, "bug": 2, "no_credentials": 1, "old_program": 1, "retired": 1,
}  # fmt: skip
"""What goes wrong, and how often beside one another."""

RARE: Mapping[str, int] = {"late": 250, "grown": 0}
"""What goes wrong in some runs, beside the rest: of a thousand so many have three of them.

``grown`` is on only where the mutant ``no_feed_proof`` is, which needs it: over many seeds it has not run yet."""

WEATHER = ("lose_request", "lose_reply", "repeat", "slow", "poke", "reset")


@dataclass
class Plan:
    """A run's plan.

    Attributes:
        offices: sites of each company. ``options``: of each company. ``operations``: {at, office,
            kind, stream}; ``faults``: the same with ``length``; times in virtual milliseconds.
        small: messages carry little, so that everything takes many.
    """

    offices: list[int]
    options: list[dict[str, Any]]
    weather: dict[str, int]
    operations: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    small: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return asdict(self)


def draw_plan(tape: Tape) -> Plan:
    """Draw a plan: a random part of what users do and of what goes wrong (a swarm)."""

    def some(weights: Mapping[str, int], share: int, always: tuple[str, ...] = ()) -> list[str]:
        on = [kind for kind in weights if kind in always or tape.chance("plan", share)]
        return [kind for kind in on for _ in range(weights[kind])]

    offices = [2 + tape.draw("plan", 3), 2 if tape.chance("plan", 700) else 0]
    modes = ("shared", "shared", "site_prefix", "lease", "cloud")
    options = [
        {
            "numbering.sim_note": tape.pick("plan", modes),
            "push.offline_changes": tape.pick("plan", ("ask", "auto")),
            "sync.auto_pull_seconds": tape.pick("plan", (10, 10, 10, 5)),
        }
        for _ in offices
    ]
    weather = {name: tape.pick("plan", (0, 0, 10, 60)) for name in WEATHER}
    plan = Plan(offices, options, weather)
    kinds = some(OPERATIONS, 750, ("item", "note", "edit", "push", "decide"))
    harms = some(FAULTS, 400)
    pace = tape.pick("plan", (500, 1_500, 4_000))
    now = 12_000
    for number in range(60 + tape.draw("plan", 141)):
        now += tape.draw("plan", pace)
        kind = tape.pick("plan", kinds)
        plan.operations.append(
            {
                "at": now,
                "office": tape.draw("plan", sum(offices)),
                "kind": kind,
                "stream": f"op{number}",
            }
        )
    end = now
    for number in range(tape.draw("plan", 25) if harms else 0):
        length = tape.pick("plan", (500, 5_000, 20_000, 80_000))
        plan.faults.append(
            {
                "at": 5_000 + tape.draw("plan", end - 5_000),
                "office": tape.draw("plan", sum(offices)),
                "kind": tape.pick("plan", harms),
                "length": length,
                "stream": f"fault{number}",
            }
        )
    plan.small = tape.chance("plan", 300)
    for number in range(tape.draw("plan", 9) if tape.chance("plan", 500) else 0):
        at, office = 12_000 + tape.draw("plan", end), tape.draw("plan", sum(offices))
        file = {"at": at, "office": office, "kind": "file", "stream": f"file{number}"}
        plan.operations.append(file)
    plan.operations.sort(key=lambda operation: operation["at"])
    for kind in (kind for kind, often in RARE.items() if tape.chance("plan", often)):
        for number in range(3):
            plan.faults.append(
                {
                    "at": 12_000 + tape.draw("plan", end),
                    "office": tape.draw("plan", sum(offices)),
                    "kind": kind,
                    "length": 5_000 + tape.draw("plan", 40_000),
                    "stream": f"{kind}{number}",
                }
            )
    plan.faults.sort(key=lambda fault: fault["at"])
    return plan
