"""What a cloud shows: each company's feed, and each site as the cloud knows it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lienso.storage import Tenant, View
from lienso.sync import cloud_log
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from .looking import FREE_DISK, Gauges, age_s, free_disk

if TYPE_CHECKING:
    from lienso.kernel import Kernel

_SITE = ("tenant", "site")
_GAUGES = (
    ("company", "1 for every company; its code and name.", ("tenant", "code", "name")),
    ("feed_head", "Last place of a company's feed.", ("tenant",)),
    ("parked", "Refused changes that the cloud keeps.", ("tenant",)),
    ("site_pending", "Changes that wait at a site, as it last said.", _SITE),
    ("site_failed", "Refused changes in a site's list, as it last said.", _SITE),
    ("site_oldest_pending_seconds", "Age of the oldest change that waits there.", _SITE),
    ("site_silent_seconds", "How long a site has not been heard.", _SITE),
    ("site_pull_lag", "Places of the feed that a site has not applied, as it last said.", _SITE),
    ("site_incarnation", "Incarnation of a site's log.", _SITE),
    ("site_retired", "1 for a site that may not come back.", _SITE),
    FREE_DISK,
)


class CloudFigures(Collector):
    """Read at every look; one instant a company."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def describe(self) -> list[GaugeMetricFamily]:
        """Return the names alone: nothing is read while the kernel starts."""
        return list(Gauges(_GAUGES))

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Return the figures of this moment."""
        kernel, found = self._kernel, Gauges(_GAUGES)
        if (free := free_disk(kernel)) is not None:
            found.set("free_disk_bytes", free)
        for tenant in kernel.storage.tenants().list():
            found.set("company", 1, tenant.id, tenant.code, tenant.name)
            kernel.storage.read(tenant.id, lambda view, it=tenant: self._company(view, it, found))
        return iter(found)

    def _company(self, view: View, tenant: Tenant, found: Gauges) -> None:
        now, head = self._kernel.clock.now(), view.feed_seq
        found.set("feed_head", head, tenant.id)
        found.set("parked", view.state("parked_change").count(), tenant.id)
        for row in cloud_log.sites(view):
            labels = (tenant.id, row["site_id"])
            found.set("site_pending", row["pending"], *labels)
            found.set("site_failed", row["failed"], *labels)
            found.set("site_oldest_pending_seconds", age_s(row["oldest_pending"], now), *labels)
            found.set("site_silent_seconds", age_s(row["seen_at"], now), *labels)
            found.set("site_pull_lag", max(0, head - row["cursor"]), *labels)
            found.set("site_incarnation", row["incarnation"], *labels)
            found.set("site_retired", int(row["retired"]), *labels)
