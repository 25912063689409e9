"""Synchronisation by files that are carried by hand, URL ``bundle:``; for sites without any line.

`commands` does the work (``lienso bundle``); a site that is served with ``--cloud bundle:`` is offline
until a file brings it news.
"""

from __future__ import annotations

from collections.abc import Mapping

from lienso.hookspecs import hookimpl
from lienso.model import Manifest, Message
from lienso.transport import Credentials, Link

from .messages import MESSAGES

MANIFEST = Manifest(name="bundle", title="Tệp đồng bộ mang tay", api="1.0")


@hookimpl
def lienso_messages() -> Mapping[str, Message]:
    """declare: the texts of what is refused."""
    return MESSAGES


@hookimpl
def lienso_connect(url: str, credentials: Credentials) -> Link | None:
    """Give a site the line that is always down: files are carried instead."""
    if url.partition(":")[0] != "bundle":
        return None
    from .link import ByHandLink

    return ByHandLink()
