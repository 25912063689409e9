"""The log: one line an event on standard error, in colours for people or as JSON for programs.

Everything that ``lienso.*`` writes through the standard library goes this way; no token gets out.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

from ..errors import LiensoError

BOUND = ("tenant", "site", "change_id")
"""What a line says of its context wherever it is known."""

_TOKEN = re.compile(r"\b([0-9a-fA-F-]{36}\.[^.\s'\"]+)\.[\w-]{16,}")
"""``<tenant>.<name>.<secret>``: the secret is cut off."""


class _Handler(logging.StreamHandler[Any]):
    """Writes to the standard error of the moment."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> Any:
        """Standard error as it is now."""
        return sys.stderr


def configure(level: str, format: str, bound: Mapping[str, str] | None = None) -> None:
    """Send the log of this process to standard error.

    Args:
        level: ``debug``, ``info``, ``warning`` or ``error``.
        format: ``console`` or ``json``.
        bound: what every line says, e.g. the site's name.
    """
    import structlog

    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _binder(bound or {}),
    ]
    if format == "json":
        last: list[Any] = [
            structlog.processors.format_exc_info,
            _without_secrets,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ]
    else:
        last = [_without_secrets, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_context_of_record, *shared],
        pass_foreign_args=True,
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = _Handler()
    handler.setFormatter(formatter)
    root = logging.getLogger("lienso")
    for old in [found for found in root.handlers if isinstance(found, _Handler)]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())


def _binder(bound: Mapping[str, str]) -> Any:
    def bind(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
        for name, value in bound.items():
            if value:
                event.setdefault(name, value)
        return event

    return bind


def _context_of_record(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    """Take code and context out of the error that a line of the standard library is about."""
    record: logging.LogRecord = event["_record"]
    for name in BOUND:
        if hasattr(record, name):
            event[name] = getattr(record, name)
    for error in event.pop("positional_args", ()):
        if isinstance(error, LiensoError):
            event["code"] = error.code
            event.update({name: error.detail[name] for name in BOUND if name in error.detail})
    return event


def _without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> Any:
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = _TOKEN.sub(r"\1.…", value)
    return event
