"""How a site is connected."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Mode:
    """How a site is connected: ``offline_manual`` is the user's word and never ends by itself."""

    name: Literal["online", "offline_auto", "offline_manual", "reconnecting"]
    since: datetime.datetime | None = None
