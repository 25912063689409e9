"""Where Prometheus reads: HTTP on this machine, unless another address is named."""

from __future__ import annotations

from typing import Any

from lienso.errors import Refused
from prometheus_client import CollectorRegistry, start_http_server

THIS_MACHINE = "127.0.0.1"


class Endpoint:
    """The figures of one kernel.

    Attributes:
        registry: what is shown.
        address: (host, port) where it serves; None before and after.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.address: tuple[str, int] | None = None
        self._running: tuple[Any, Any] | None = None

    def serve(self, where: str) -> None:
        """Serve the figures. Raises: Refused: ``metrics_unavailable``."""
        host, _, port = where.rpartition(":")
        try:
            server, thread = start_http_server(
                int(port), host.strip("[]") or THIS_MACHINE, self.registry
            )
        except (OSError, OverflowError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise Refused("metrics_unavailable", {"address": where, "reason": reason}) from error
        self._running = server, thread
        self.address = server.server_address[:2]

    def stop(self) -> None:
        """Serve no more; a look that is under way ends first."""
        if self._running is not None:
            server, thread = self._running
            self._running = self.address = None
            server.shutdown()
            server.server_close()
            thread.join()
