"""What a site shows: line, what waits, what stands aside, leases, clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lienso.canonical import parse
from lienso.storage import View
from lienso.sync import leases, pulling, site_log
from lienso.sync.site_sync import SiteSync
from prometheus_client.core import CounterMetricFamily, Metric
from prometheus_client.registry import Collector

from .looking import FREE_DISK, Gauges, age_s, free_disk

if TYPE_CHECKING:
    from lienso.kernel import Kernel

LINKS = ("online", "offline_auto", "offline_manual", "reconnecting")

_GAUGES = (
    ("link", "1 for the state that the line is in.", ("state",)),
    ("gate", "1 for the code that keeps the gate shut; absent while it is open.", ("code",)),
    ("outbox_depth", "Changes that wait to be sent.", ()),
    ("oldest_pending_seconds", "Age of the oldest of them.", ()),
    ("sealed_unacked", "Changes that were sealed and have no verdict.", ()),
    ("failed", "Changes that the cloud refused, by verdict.", ("code",)),
    ("failed_pull", "Records that could not be applied here, by reason.", ("code",)),
    ("escrow_failed", "1 while unsent changes are without a copy: the journal's disk fails.", ()),
    ("held", "Records that wait for what they refer to.", ()),
    ("opaque", "Records that no installed module can read.", ()),
    ("cursor", "Place in the feed up to which it was applied.", ()),
    ("pull_lag", "Places of the feed between the cursor and the head last heard of.", ()),
    ("clock_skew_seconds", "How far this clock is ahead of the cloud's, when last heard.", ()),
    ("incarnation", "Incarnation of this site's log.", ()),
    ("lease_left", "Numbers left in the leases of a series.", ("series",)),
    FREE_DISK,
)


INCIDENTS = ("fences", "resends", "halvings", "snapshots")


class SiteFigures(Collector):
    """Read at every look; one instant of the store."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel

    def describe(self) -> list[Metric]:
        """Return the names alone: nothing is read while the kernel starts."""
        return [*Gauges(_GAUGES), _incidents()]

    def collect(self) -> Iterator[Metric]:
        """Return the figures of this moment."""
        kernel, found = self._kernel, Gauges(_GAUGES)
        site = kernel.site
        assert site is not None, "a site kernel has its synchronisation"
        for state in LINKS:
            found.set("link", int(site.machine.state == state), state)
        if site.machine.gate:
            found.set("gate", 1, site.machine.gate)
        if site.escrow is not None:
            found.set("escrow_failed", int(site.copies_fail()))
        if (free := free_disk(kernel)) is not None:
            found.set("free_disk_bytes", free)
        tenant = kernel.settings.tenant_id
        if kernel.storage.tenants().get(tenant) is not None:
            kernel.storage.read(tenant, lambda view: self._store(view, site, found))
        yield from found
        happened = _incidents()
        for kind in INCIDENTS:
            happened.add_metric((kind,), site.incidents[kind])
        yield happened

    def _store(self, view: View, site: SiteSync, found: Gauges) -> None:
        found.set("outbox_depth", view.state("outbox").count())
        oldest = view.state("outbox").scan(order=("saved",), limit=1)
        now = self._kernel.clock.now()
        found.set(
            "oldest_pending_seconds", max((age_s(row["at"], now) for row in oldest), default=0)
        )
        found.set("sealed_unacked", view.state("sealed").count())
        for gauge, table in (("failed", "failure_push"), ("failed_pull", "failure_pull")):
            codes = Counter(row["code"] for row in view.state(table).scan())
            for code, count in sorted(codes.items()):
                found.set(gauge, count, code)
        for name, count in pulling.aside(view).items():
            found.set(name, count)
        cursor = site_log.cursor(view)
        found.set("cursor", cursor)
        heard = site.heard
        if heard is not None:
            found.set("pull_lag", max(0, heard.head - cursor))
            found.set("clock_skew_seconds", heard.skew_ms // 1_000)
        found.set("incarnation", site_log.position(view).incarnation)
        left: Counter[str] = Counter()
        for row in view.state("lease").scan():
            left[row["counter"]] += len(parse(row["numbers"])) - leases.taken(view, row)
        for series, count in sorted(left.items()):
            found.set("lease_left", count, series)


def _incidents() -> CounterMetricFamily:
    text = "What the line met: a log agreed on anew, a push whose answer was lost, a batch halved, a snapshot."
    return CounterMetricFamily("lienso_incidents", text, labels=("kind",))
