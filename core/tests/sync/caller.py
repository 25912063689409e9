"""A site that speaks the protocol by hand."""

from __future__ import annotations

from typing import Any

from lienso.model import Actor
from lienso.sync import enrolment
from lienso.sync.messages import (
    CHAIN_START,
    Change,
    HelloReply,
    HelloRequest,
    PushReply,
    PushRequest,
    Session,
    chain,
)
from lienso.testing import kernels


class Caller:
    """A site that speaks the protocol by hand."""

    def __init__(self, head: Any, name: str = "S") -> None:
        enrolment.add_site(head.kernel, head.by.tenant, name)
        self.service = kernels.service_of(head.kernel)
        self.by = Actor(head.by.tenant, "system", name)
        self.chains = [CHAIN_START]
        self.session: Session | None = None
        self.incarnation, self.history = 0, ""

    def hello(self, acked: int = 0, host: str = "h", **more: Any) -> HelloReply:
        values: dict[str, Any] = {
            "incarnation": self.incarnation,
            "history_id": self.history,
            "sealed": len(self.chains) - 1,
            "acked": acked,
            "chains": tuple(self.chains[acked:]),
            "cursor": 0,
            "host": host,
            **more,
        }
        reply = self.service.hello(self.by, HelloRequest(**values))
        if reply.decision == "NEW_INCARNATION":
            self.chains = [CHAIN_START]
        self.incarnation, self.history = reply.incarnation, reply.history_id
        self.session = Session(reply.session_id, reply.incarnation, reply.history_id)
        return reply

    def seal(self, change: Change) -> Change:
        """Put a change into this site's log."""
        self.chains.append(chain(self.chains[-1], len(self.chains), change))
        return change

    def push(self, first: int, *changes: Change, **more: Any) -> PushReply:
        assert self.session is not None
        values = {"previous_chain": self.chains[first - 1] if first else b"", **more}
        return self.service.push(
            self.by, PushRequest(self.session, first, changes=changes, **values)
        )


def change(number: int, **more: Any) -> Change:
    """Return the creation of a partner."""
    id = f"01890000-0000-7000-8000-{number:012d}"
    values = {"type": "partner", "record_id": id, "op": "CREATE", "base_version": 0}
    body = f'{{"active":true,"branch":null,"code":"K{number}","name":"","name_en":""}}'
    return Change(**{"change_id": f"c{number}", "body": body, **values, **more})
