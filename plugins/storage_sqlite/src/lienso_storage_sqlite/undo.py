"""What a transaction keeps in Python takes part in its savepoints through this log."""

from __future__ import annotations

from typing import Any

_ABSENT = object()


class Undo:
    """Former values of dicts, the newest last."""

    def __init__(self) -> None:
        self._log: list[tuple[dict[Any, Any], Any, Any]] = []

    def set(self, values: dict[Any, Any], key: Any, value: Any) -> None:
        """Set a value and note the one before."""
        self._log.append((values, key, values.get(key, _ABSENT)))
        values[key] = value

    def mark(self) -> int:
        """Return where the log stands."""
        return len(self._log)

    def back_to(self, mark: int) -> None:
        """Take back all that came after this mark."""
        while len(self._log) > mark:
            values, key, former = self._log.pop()
            if former is _ABSENT:
                del values[key]
            else:
                values[key] = former
