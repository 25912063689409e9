"""Edits of one record at two offices, and decisions about them."""

from __future__ import annotations

from typing import Any

from lienso import Record
from lienso.model import Actor
from lienso.sync.choices import Decision
from lienso.testing import kernels

from .small import Small
from .world import World


def shared(a: Any, b: Any, **fields: Any) -> Record[Any]:
    """Make a partner that both offices have."""
    partner: Record[Any] = a.partner("KH1", name="An", name_en="An", **fields)
    a.site.push()
    b.site.pull()
    return partner


def both_edit(a: Any, b: Any, record: Record[Any], mine: Any, theirs: Any) -> list[dict[str, Any]]:
    """Let A's edit arrive first; returns what B's push failed with."""
    b.edit(record, **mine)
    a.edit(record, **theirs)
    a.site.push()
    failed: tuple[dict[str, Any], ...] = b.site.push().failed
    return list(failed)


def decide(office: Any, id: str, choice: str, **more: Any) -> dict[str, Any]:
    by = Actor(office.by.tenant, "lan", office.by.site)
    [row] = office.site.decide([Decision(id, choice, **more)], by)
    return dict(row)


def names(*sides: Any, record: Record[Any]) -> list[tuple[str, str]]:
    """Return name and English name of a record at each side."""
    return [(side.get(record).data.name, side.get(record).data.name_en) for side in sides]


def world_of(small: Small) -> World:
    """Start a cloud with this module."""
    clock = kernels.Clock()
    kernel = kernels.cloud(plugins={"small": small}, clock=clock)
    return World(kernel, clock, kernels.actor(kernel), small)


def shared_note(a: Any, b: Any) -> Record[Any]:
    note: Record[Any] = a.draft("PT00009", description="old")
    a.site.push()
    b.site.pull()
    return note
