"""Users, roles and permissions that are edited at a site: the cloud does it (sync-design §14)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .. import rights
from ..errors import Refused, Unknown
from ..invocation import offline_refusal
from ..model import Actor, Saved
from ..records import finding_from_json, finding_json

if TYPE_CHECKING:
    from ..kernel import Kernel


def by_the_cloud(kernel: Kernel, type: str) -> bool:
    """Tell whether a site has records of this type saved by the cloud."""
    found = kernel.registry.record_types.get(type)
    return type in rights.TYPES and found is not None and found.cloud_only


def save_in_cloud(
    kernel: Kernel, by: Actor, type: str, body: Mapping[str, Any], **how: Any
) -> Saved:
    """Save, from a site, a record that decides about rights; it is here too when this returns.

    Args:
        how: ``id``, ``base``, ``merge``, ``request_id`` of `lienso.kernel.Kernel.save`.
    Raises:
        OfflineRefused: the cloud cannot be asked. Refused, VersionConflict: what it answers.
        LinkError: it is unknown whether it was saved; with the same ``request_id`` it is saved once.
    """
    assert kernel.site is not None, "the cloud saves it itself"
    if by.read_only:
        raise Refused("grant_expired", {"user": by.user})
    if not kernel.online:
        raise offline_refusal(kernel, type, {"type": type})
    found = kernel.accounts.hand_on(by, "save", {"type": type, "body": dict(body), **how})
    kernel.site.pull()
    record = kernel.read(by, lambda view: view.require(type, found["id"]))
    return Saved(record, tuple(finding_from_json(one) for one in found["findings"]))


def save_for(kernel: Kernel, by: Actor, params: Mapping[str, Any]) -> dict[str, Any]:
    """Do it in the cloud, by the rights of the site's user.

    Raises:
        Unknown: ``not_found``: a site asks for this of no other record.
        Refused: ``only_in_cloud``: the company has no users, and its first one must be an
            administrator (`lienso user add`). Else as `Kernel.save`.
    """
    type, body = str(params.get("type", "")), params.get("body")
    if type not in rights.TYPES or not isinstance(body, dict):
        raise Unknown("not_found", {"type": "account", "value": type})
    if not kernel.read(by, lambda view: rights.stamp_of(view.stored)):
        raise Refused("only_in_cloud", {"type": type})
    id, base = params.get("id"), params.get("base")
    saved = kernel.save(
        by,
        type,
        body,
        id=id if isinstance(id, str) else None,
        base=base if isinstance(base, int) else None,
        merge=params.get("merge") is True,
        request_id=str(params.get("request_id") or ""),
    )
    return {"id": saved.record.id, "findings": [finding_json(one) for one in saved.findings]}
