"""Changes that are accepted together or not at all (sync-design §4): pure functions."""

from __future__ import annotations

from collections.abc import Sequence

from ..accept import Rejected
from .messages import Change, Verdict

GROUP_MAX = 200
"""Members of a group: they go in one batch, and are one savepoint in the cloud."""


def in_groups(changes: Sequence[Change]) -> list[list[int]]:
    """Part changes into what is decided together, by the place of the first of each group.

    Returns:
        Indexes; a change without a group stands alone.
    """
    parts: dict[str, list[int]] = {}
    for index, change in enumerate(changes):
        parts.setdefault(change.group_id or f"alone {index}", []).append(index)
    return list(parts.values())


def whole_groups(changes: Sequence[Change], count: int) -> int:
    """Return how many of these go, about ``count``, so that no group is parted.

    Args:
        changes: the members of a group stand together.
    """
    if not 0 < count < len(changes):
        return min(count, len(changes))
    group = changes[count - 1].group_id
    if not group or changes[count].group_id != group:
        return count
    first = next(i for i, change in enumerate(changes) if change.group_id == group)
    if first:
        return first
    return next((i for i, change in enumerate(changes) if change.group_id != group), len(changes))


def check_group(changes: Sequence[Change]) -> None:
    """Refuse a group that is too large. Raises: Rejected: TOO_LARGE."""
    if len(changes) > GROUP_MAX:
        detail = {"code": "limit_exceeded", "what": "group", "max": GROUP_MAX}
        raise Rejected("TOO_LARGE", detail)


def group_failed(change: Change, member: Verdict) -> Verdict:
    """Return the answer to a change whose group was refused because of another member.

    Args:
        member: the answer to that one.
    """
    first = member.detail if member.code == "GROUP_FAILED" else None
    blamed = first["member"] if first else {"change_id": member.change_id, "verdict": member.code}
    return Verdict(
        change.change_id, "GROUP_FAILED", detail={"code": "group_failed", "member": blamed}
    )
