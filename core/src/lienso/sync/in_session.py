"""What every reply of a session has in common."""

from __future__ import annotations

from typing import Protocol, TypeVar

from .messages import Session


class InSession(Protocol):
    """A reply, which echoes the session it belongs to."""

    @property
    def session(self) -> Session: ...


R = TypeVar("R", bound=InSession)
