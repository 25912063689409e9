"""What ``lienso bundle`` does; `lienso.cli.bundles` gives it its options and opens the database."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lienso.errors import Refused
from lienso.sync.cloud_log import site_row

from . import cloud_import, messages, site_export, site_import
from .keys import SiteKey, make_key, read_key, write_key
from .sealed_file import header_of

if TYPE_CHECKING:
    from lienso.kernel import Kernel
    from lienso.model import Role

MESSAGES = messages.MESSAGES
"""For what goes wrong before there is a kernel, which has them too."""


def key(kernel: Kernel, tenant: str, site: str, path: Path) -> dict[str, Any]:
    """Make the key of an enrolled site, in the cloud, and write its file.

    Raises:
        Refused: ``unauthenticated``: not enrolled; ``site_retired``, ``bundle_file_exists``.
    """
    kernel.storage.read(tenant, lambda view: site_row(view, site))
    made = make_key(tenant, site)
    write_key(made, path)
    return {"key_file": str(path), "site": site, "key": made.name}


def export(kernel: Kernel, file: Path, key_file: Path, after: int = 0) -> dict[str, Any]:
    """Write what waits at a site into a file. Raises: Refused."""
    own = _own_key(kernel, key_file)
    return dataclasses.asdict(site_export.export(kernel, own, file, after))


def side_of(file: Path) -> Role:
    """Say where a file is to be imported, by what it says of itself. Raises: Refused."""
    return "site" if header_of(file).get("from") == "cloud" else "cloud"


def import_(
    kernel: Kernel, file: Path, key_file: Path, reply: Path | None = None, new_log: bool = False
) -> dict[str, Any]:
    """Take a file: a site's in the cloud, or an answer at the site. Raises: Refused."""
    if kernel.role == "site":
        if reply is not None or new_log:
            raise Refused("bundle_wrong_side", {"file": str(file)})
        own = _own_key(kernel, key_file)
        return dataclasses.asdict(site_import.settle(kernel, own, file))
    if reply is None:
        raise Refused("bundle_needs_reply", {"file": str(file)})
    from lienso.sync.cloud_service import CloudService

    own, service = read_key(key_file), CloudService(kernel)
    return dataclasses.asdict(cloud_import.take(kernel, service, own, file, reply, new_log))


def _own_key(kernel: Kernel, key_file: Path) -> SiteKey:
    """Return the key of this site, and make room for its company where it is new."""
    own = read_key(key_file)
    here = (kernel.settings.tenant_id or own.tenant, kernel.settings.site_id or own.site)
    if here != (own.tenant, own.site):
        found = f"{own.tenant}, {own.site}"
        detail = {"file": str(key_file), "found": found, "expected": ", ".join(here)}
        raise Refused("bundle_other_company", detail)
    kernel.join_tenant(own.tenant, own.tenant, own.site)
    return own
