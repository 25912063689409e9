"""Telemetry: figures of a running server for Prometheus, traces of changes for OpenTelemetry.

It is loaded where the setting ``metrics`` or ``traces`` asks for it, an object a kernel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from lienso import Manifest, hookimpl

if TYPE_CHECKING:
    from lienso.kernel import Kernel
    from lienso.model import Mode, RecordEvent

    from .traces import Traces


def watching(metrics: str = "", traces: str = "") -> Telemetry:
    """Make the plugin for one kernel.

    Args:
        metrics: where to serve figures, ``HOST:PORT`` or ``PORT`` of this machine; port 0 picks one.
        traces: URL of an OpenTelemetry collector that takes OTLP over HTTP.
    Raises:
        Refused: ``metrics_unavailable``, ``telemetry_incomplete``.
    """
    from .traces import exporting

    return Telemetry(metrics, exporting(traces) if traces else None)


class Telemetry:
    """Counts what a kernel tells, and asks it for the rest when somebody looks.

    Attributes:
        endpoint: where figures are served.
    """

    MANIFEST = Manifest(name="telemetry", title="Giám sát", api="1.0")

    def __init__(self, metrics: str, traces: Traces | None = None) -> None:
        from .endpoint import Endpoint
        from .events import Events

        self.endpoint = Endpoint()
        self._events = Events(self.endpoint.registry)
        self._traces = traces
        if metrics:
            self.endpoint.serve(metrics)

    @hookimpl
    def lienso_started(self, kernel: Kernel) -> None:
        """Give what is read at every look."""
        from .cloud import CloudFigures
        from .site import SiteFigures

        figures = CloudFigures if kernel.role == "cloud" else SiteFigures
        self._events.role = kernel.role
        self.endpoint.registry.register(figures(kernel))

    @hookimpl
    def lienso_stopping(self) -> None:
        """Serve no more: the storage is about to close."""
        self.endpoint.stop()
        if self._traces is not None:
            self._traces.stop()

    @hookimpl
    def lienso_changes_judged(
        self, tenant: str, site: str, verdicts: Mapping[str, str], took_ms: int
    ) -> None:
        """Count verdicts, note the time, and trace every change."""
        self._events.judged(tenant, site, verdicts, took_ms)
        if self._traces is not None:
            self._traces.judged(self._events.role, tenant, site, verdicts, took_ms)

    @hookimpl
    def lienso_record_saved(self, event: RecordEvent) -> None:
        """Count what is saved."""
        self._events.saved.labels(event.tenant, event.type).inc()

    @hookimpl
    def lienso_sync_finished(self, tenant: str, direction: str, done: int, failed: int) -> None:
        """Count what was sent and taken."""
        self._events.finished(tenant, direction, done, failed)

    @hookimpl
    def lienso_mode_changed(self, tenant: str, old: Mode, new: Mode) -> None:
        """Count losses of the line."""
        if (old.name, new.name) == ("online", "offline_auto"):
            self._events.flaps.labels(tenant).inc()
