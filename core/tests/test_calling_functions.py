"""A function that opens its own transactions may call another one, with its user's rights."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

from lienso import Capability, Label, Manifest, hookimpl
from lienso.fields import NoParams, Params
from lienso.testing.kernels import actor, cloud, office

TITLE = Label("Thử", "Try")


class Said(Params):
    """Where it ran, and for whom."""

    role: str
    user: str


def _inner(_params: Any, session: Any) -> Said:
    return Said(role=session.role, user=session.actor.user)


def _outer(_params: Any, session: Any) -> Said:
    return Said(**session.invoke("toy.inner", {}))


@hookimpl
def _capabilities() -> Sequence[Capability]:
    inner = Capability("toy.inner", TITLE, NoParams, Said, _inner, "online_only")
    outer = Capability(
        "toy.outer", TITLE, NoParams, Said, _outer, "offline_ok", in_transaction=False
    )
    return [inner, outer]


TOY = {
    "toy": SimpleNamespace(
        MANIFEST=Manifest("toy", "Thử", "1.0"), lienso_capabilities=_capabilities
    )
}


def test_it_runs_where_it_belongs() -> None:
    with cloud(plugins=TOY) as head, office(head) as site:
        by = actor(site)

        assert head.invoke(actor(head), "toy.outer", {})["role"] == "cloud"
        assert site.invoke(by, "toy.outer", {}) == {"role": "cloud", "user": by.user}
