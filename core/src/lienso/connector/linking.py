"""The company's link with the platform, and how far each resource is (spec `connector.md` §2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import Refused
from ..fields import to_json
from ..ids import instant_text
from ..session import Session
from ..view import View
from .port import PlatformAddress, PlatformConnector

LINK = "platform_link"


@dataclass(frozen=True, slots=True)
class Line:
    """An open line for one resource; what it is reached by is with the driver."""

    connector: PlatformConnector
    address: PlatformAddress
    can_push: bool


def line(session: Session, wanted: str) -> Line:
    """Return the line of the company.

    Args:
        wanted: what the driver has to be able to do: ``fetch:customers``.
    Raises:
        Refused: ``platform_not_linked``: no link is kept, or no driver is installed for it;
            ``mapping_missing``: the driver cannot do this.
    """
    found = session.transaction(lambda inner: _link(inner.view))
    if found is None:
        raise Refused("platform_not_linked", {"missing": LINK})
    data = found.data
    address = PlatformAddress(
        session.actor.tenant, data.dataset, data.company_id, data.credentials_ref, data.ledger
    )
    connector = session.platform(address)
    if connector is None:
        raise Refused("platform_not_linked", {"missing": "connector"})
    if wanted not in connector.capabilities():
        raise Refused("mapping_missing", {"resource": wanted})
    return Line(connector, address, data.can_push)


def _link(view: View) -> Any:
    if not any(type.id == LINK for type in view.record_types()):
        return None
    return next(view.all(LINK), None)


@dataclass(frozen=True, slots=True)
class State:
    """How far a resource is.

    Attributes:
        cursor: of the last page taken; None before the first fetch.
        waiting: platform id → why its row could not be taken; they come again at the next fetch.
    """

    cursor: str | None = None
    waiting: Mapping[str, str] = field(default_factory=dict)


def state_of(view: View, resource: str) -> State:
    """Return how far a resource is."""
    link = _link(view)
    its = None if link is None else link.data.states.get(resource)
    return State() if its is None else State(its.cursor, dict(its.waiting))


def keep_state(session: Session, resource: str, state: State, counts: Mapping[str, int]) -> None:
    """Keep how far a resource is, with its link and in the transaction of the rows.

    Raises:
        Refused: ``platform_not_linked``: the link was taken away meanwhile.
    """
    link = _link(session.view)
    if link is None:
        raise Refused("platform_not_linked", {"missing": LINK})
    its: dict[str, Any] = {
        "cursor": state.cursor,
        "waiting": dict(state.waiting),
        "last_at": instant_text(session.view.now),
        "last_by": session.actor.user,
        "counts": dict(counts),
    }
    states = {**to_json(link.data).get("states", {}), resource: its}
    session.save(LINK, {"states": states}, id=link.id)


def platform_ids(
    session: Session, type: str, ids: Sequence[str], codes: Sequence[str]
) -> list[str]:
    """Return the platform ids that a caller means: as they are, and of records by code.

    Raises:
        Refused: ``platform_not_found``: a record that is not here, or not linked.
    """
    found = list(ids)
    missing = []
    for code in codes:
        record = session.view.by_code(type, code)
        if record is None or not record.data.platform_id:
            missing.append(code)
        else:
            found.append(record.data.platform_id)
    if missing:
        raise Refused("platform_not_found", {"codes": ", ".join(missing)})
    return list(dict.fromkeys(found))
