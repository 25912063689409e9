"""What both roles show: gauges that are read from the store when somebody looks."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily

if TYPE_CHECKING:
    from lienso.kernel import Kernel


class Gauges:
    """Gauges under construction, each named once."""

    def __init__(self, told: Sequence[tuple[str, str, Sequence[str]]]) -> None:
        self._families = {
            name: GaugeMetricFamily(f"lienso_{name}", text, labels=labels)
            for name, text, labels in told
        }

    def set(self, name: str, value: int, *labels: str) -> None:
        """Say what a gauge stands at."""
        self._families[name].add_metric(labels, value)

    def __iter__(self) -> Iterator[GaugeMetricFamily]:
        return iter(self._families.values())


FREE_DISK = ("free_disk_bytes", "Free space where the database is.", ())


def free_disk(kernel: Kernel) -> int | None:
    """Return the free bytes beside a database that is a file; None for others."""
    _scheme, _, path = kernel.settings.storage.partition(":")
    folder = Path(path).absolute().parent
    return shutil.disk_usage(folder).free if path and folder.is_dir() else None


def age_s(at: str, now: datetime.datetime) -> int:
    """Return how many seconds ago an instant was; 0 for none."""
    return max(0, int((now - datetime.datetime.fromisoformat(at)).total_seconds())) if at else 0
