"""What a worked case names and nobody declares: then it is skipped, with the reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from .case_form import actions_of, thens_of

if TYPE_CHECKING:
    from ..registry import Registry


def missing(case: Mapping[str, Any], registry: Registry, module: str) -> str | None:
    """Return what a case names and nobody declares, in words; None when all is there.

    Args:
        module: the module whose case it is, named when it is not installed.
    """
    for kind, id in _needs(case):
        if id not in _declared(registry, kind):
            owner = id.partition(".")[0]
            if kind not in ("capability", "figure"):
                owner = module
            if owner in registry.modules or not owner:
                return f"needs {kind} {id}, which no installed module declares"
            return f"needs module {owner}: {kind} {id}"
    return None


def _declared(registry: Registry, kind: str) -> Mapping[str, Any]:
    known: Mapping[str, Mapping[str, Any]] = {
        "record type": registry.record_types,
        "book": registry.books,
        "option": registry.options,
        "capability": registry.capabilities,
        "figure": registry.figures,
        "simulated port": {"platform": None},
        "kernel part": {"jobs": None},
    }
    return known.get(kind, {})


def _needs(case: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for action in actions_of(case):
        if "save" in action:
            yield "record type", action["save"]
        if "option" in action:
            yield "option", action["option"]
        if "capability" in action:
            yield "capability", action["capability"]
        if "simulate" in action:
            yield "simulated port", action["simulate"]
        for book in action.get("entries", ()):
            yield "book", book
    for then in thens_of(case):
        for kind in ("entries", "removed", "balances"):
            for book in then.get(kind, ()):
                yield "book", book
        for row in then.get("records", ()):
            yield "record type", row["type"]
        for row in then.get("figures", ()):
            yield "figure", row["figure"]
        if "jobs" in then:
            yield "kernel part", "jobs"
