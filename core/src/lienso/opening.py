"""Opening a kernel's database: its driver, its tables, the keys that a newer module declares; and a site's line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from . import discovery
from .errors import Refused
from .model import Actor
from .plugins import Plugins
from .records import keys_of
from .security.tables import CLOUD_TABLES, SITE_TABLES
from .storage import Storage

if TYPE_CHECKING:
    from .kernel import Kernel, Settings

SWITCH_S = 0.0005
"""How long a thread of a site computes before another one has its turn. A save whose fsync is done waits
so long while the synchronisation computes; the interpreter's own 5 ms are longer than a save."""


def open_storage(plugins: Plugins, settings: Settings) -> Storage:
    """Open the database of the settings' URL and make it ready.

    Raises:
        DriverNotFound, PluginError: the storage is not usable. Refused: ``storage_url_invalid``.
    """
    driver = plugins.driver(discovery.STORAGE, settings.storage)
    storage: Storage | None = driver.open(
        "lienso_open_storage", url=settings.storage, role=settings.role, create=settings.create
    )
    if storage is None:
        raise Refused("storage_url_invalid", {"url": settings.storage})
    tables = CLOUD_TABLES if settings.role == "cloud" else SITE_TABLES
    storage.prepare(plugins.registry.declared(tables))
    _fill_keys(plugins, storage)
    return storage


def _fill_keys(plugins: Plugins, storage: Storage) -> None:
    """Fill the keys that a newer module declares for records that are there already."""
    for tenant in storage.tenants().list():
        for type, key in storage.pending_keys(tenant.id):
            storage.fill_key(
                tenant.id,
                type,
                key,
                lambda stored, key=key: [  # type: ignore[misc]  # a name for each turn of the loop
                    text for name, text in keys_of(plugins.registry, stored) if name == key
                ],
            )


def connect(kernel: Kernel, plugins: Plugins) -> None:
    """Give a site its line, which its URL's scheme names or which is open already.

    Raises:
        DriverNotFound, PluginError: the transport is not usable. Refused: ``transport_url_invalid``.
    """
    from .sync.site_sync import SiteSync
    from .transport import Credentials

    settings, link = kernel.settings, kernel.settings.link
    if link is None and settings.cloud:
        driver = plugins.driver(discovery.TRANSPORT, settings.cloud)
        credentials = Credentials(
            settings.token,
            settings.ca_file,
            settings.identity_file,
            compression=settings.compression,
        )
        link = driver.open("lienso_connect", url=settings.cloud, credentials=credentials)
    if link is None:
        raise Refused("transport_url_invalid", {"url": settings.cloud})
    sys.setswitchinterval(min(sys.getswitchinterval(), SWITCH_S))
    kernel.site = SiteSync(kernel, link, Actor(settings.tenant_id, "system", settings.site_id))
