"""What is counted when it happens."""

from __future__ import annotations

import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
"""Bounds of the histogram: from a batch on loopback to the longest deadline of a push."""


class Events:
    """Counters and histograms of one kernel."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.role = ""
        self._results = Counter(
            "lienso_results",
            "Verdicts on changes: given here in the cloud, taken here at a site.",
            ("tenant", "site", "code"),
            registry=registry,
        )
        self._batch = Histogram(
            "lienso_batch_seconds",
            "A batch of changes: deciding it (cloud), or sending it until its answer (site).",
            ("tenant", "site"),
            buckets=SECONDS,
            registry=registry,
        )
        self.saved = Counter(
            "lienso_saved",
            "Record versions committed here by users, functions and accepted changes.",
            ("tenant", "type"),
            registry=registry,
        )
        self._runs = Counter(
            "lienso_runs",
            "Pushes and pulls that ended.",
            ("tenant", "direction"),
            registry=registry,
        )
        self._moved = Counter(
            "lienso_moved",
            "Changes and records of pushes and pulls: done, or failed (refused, kept aside).",
            ("tenant", "direction", "outcome"),
            registry=registry,
        )
        self.flaps = Counter("lienso_flaps", "Losses of the line.", ("tenant",), registry=registry)
        self._last = Gauge(
            "lienso_last_run_timestamp_seconds",
            "When the last push or pull ended, Unix time.",
            ("tenant", "direction"),
            registry=registry,
        )

    def judged(self, tenant: str, site: str, verdicts: Mapping[str, str], took_ms: int) -> None:
        """Count the verdicts of one batch."""
        for code in verdicts.values():
            self._results.labels(tenant, site, code).inc()
        self._batch.labels(tenant, site).observe(took_ms / 1000)

    def finished(self, tenant: str, direction: str, done: int, failed: int) -> None:
        """Count what one push or pull did."""
        self._runs.labels(tenant, direction).inc()
        self._moved.labels(tenant, direction, "done").inc(done)
        self._moved.labels(tenant, direction, "failed").inc(failed)
        self._last.labels(tenant, direction).set(time.time())
