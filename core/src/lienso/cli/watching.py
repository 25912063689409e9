"""Loading what watches a server, where its settings ask for it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .. import discovery
from ..errors import DriverNotFound

if TYPE_CHECKING:
    from ..configuration import Configuration
    from ..kernel import Settings

TELEMETRY = "telemetry"


def watched(found: Configuration, settings: Settings) -> Settings:
    """Add the plugin that serves figures and writes traces, if it is wanted.

    Raises:
        DriverNotFound: ``command_not_installed``. Refused: what the plugin says.
    """
    if not (found.metrics or found.traces):
        return settings
    try:
        watching = discovery.load_command(TELEMETRY)
    except DriverNotFound as error:
        raise DriverNotFound("command_not_installed", {"name": TELEMETRY}) from error
    plugin = watching(found.metrics, found.traces)
    return replace(settings, plugins={**settings.plugins, TELEMETRY: plugin})
