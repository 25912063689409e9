"""Tokens of sites and programs: who may connect, and for which company.

A token is ``<tenant>.<name>.<secret>``; only a hash of the secret is stored. Certificates of sites
are issued by a later release; until then a server listens in the clear on loopback only.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from ..errors import Refused, TenantUnknown, Unknown
from ..model import Actor
from ..storage import Writer
from . import retention
from .cloud_log import NO_SITE

if TYPE_CHECKING:
    from ..kernel import Kernel


def add_site(kernel: Kernel, tenant: str, site_id: str, label: str = "") -> str:
    """Enrol a site and return its token; again for the same site gives a new token, and lets a retired
    one in again."""
    _check_name(site_id)
    secret = kernel.ids.secret()

    def work(writer: Writer) -> None:
        row = writer.state("site").get(site_id) or {**NO_SITE, "site_id": site_id}
        writer.state("site").put(
            {
                **row,
                "label": label or row["label"] or site_id,
                "token_hash": _hash(secret),
                "retired": False,
            }
        )

    kernel.storage.write(tenant, work)
    return f"{tenant}.{site_id}.{secret}"


def retire_site(kernel: Kernel, tenant: str, site_id: str) -> None:
    """Let a site in no more until it is enrolled again. Raises: Unknown: ``not_found``."""

    def work(writer: Writer) -> None:
        row = writer.state("site").get(site_id)
        if row is None:
            raise Unknown("not_found", {"type": "site", "value": site_id})
        retention.retire(writer, row)

    kernel.storage.write(tenant, work)


def add_client(kernel: Kernel, tenant: str, name: str, label: str = "") -> str:
    """Allow a program to call the client API; returns its token."""
    _check_name(name)
    secret = kernel.ids.secret()
    row = {"name": name, "token_hash": _hash(secret), "label": label or name}
    kernel.storage.write(tenant, lambda writer: writer.state("client").put(row))
    return f"{tenant}.{name}.{secret}"


def _check_name(name: str) -> None:
    if not name or "." in name:
        raise Refused("value_out_of_range", {"field": "name", "value": name})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def authenticate(kernel: Kernel, token: str) -> Actor:
    """Return whom a token stands for, in the cloud.

    Raises:
        Refused: ``unauthenticated``; the same for every reason, so that nothing can be tried out.
    """
    tenant, _, rest = token.partition(".")
    name, _, secret = rest.partition(".")
    if not (tenant and name and secret):
        raise Refused("unauthenticated")
    try:
        site, client = kernel.storage.read(
            tenant, lambda view: (view.state("site").get(name), view.state("client").get(name))
        )
    except TenantUnknown as error:
        raise Refused("unauthenticated") from error
    for row, actor in (
        (site, Actor(tenant, "system", name)),
        (client, Actor(tenant, name)),
    ):
        if row is not None and hmac.compare_digest(row["token_hash"], _hash(secret)):
            return actor
    raise Refused("unauthenticated")


def local_actor(kernel: Kernel) -> Actor:
    """Return whom a workstation of a site works for: the site's one company."""
    settings = kernel.settings
    return Actor(settings.tenant_id, "local", settings.site_id)
