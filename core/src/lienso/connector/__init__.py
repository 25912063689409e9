"""The port to an application outside, such as AMIS.VN, and what modules exchange over it.

Rules: spec `connector.md`. A driver implements `PlatformConnector`; a module declares a `Resource` and
calls `fetch` and `push` from functions that open their own transactions.
"""

from .fetching import FetchParams, FetchResult, fetch
from .port import (
    LinkStatus,
    Page,
    PlatformAddress,
    PlatformConnector,
    PlatformError,
    PushAnswer,
    PushRow,
)
from .pushing import PushParams, PushResult, push
from .resources import MappedField, Resource

__all__ = [
    "FetchParams",
    "FetchResult",
    "LinkStatus",
    "MappedField",
    "Page",
    "PlatformAddress",
    "PlatformConnector",
    "PlatformError",
    "PushAnswer",
    "PushParams",
    "PushResult",
    "PushRow",
    "Resource",
    "fetch",
    "push",
]
