"""What stays in memory of records that nearly every save reads, until one of them changes.

Options, number series and rights are few and hardly change. A storage gives the counter
`storage_rules.KEPT` a new value with every write of a type that is declared as ``kept``, and never the
same twice; so what was found under a value is right wherever the counter has that value: in this
transaction or in another one, before a commit or after it, whichever process wrote.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from . import storage_rules
from .storage import View

T = TypeVar("T")

ENTRIES_MAX = 10_000
"""Answers kept of one company: an option by branch, a series by type. Beyond, all are found anew."""


class Kept:
    """Answers by company, each with the value of the counter under which it was found."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, dict[Any, Any]]] = {}

    def get(self, view: View, key: Any, find: Callable[[], T]) -> T:
        """Return what is known under a key, or find it now.

        Args:
            find: looks at nothing but records of kept types.
        """
        value = view.counter(storage_rules.KEPT)
        at, found = self._found.get(view.tenant, (-1, {}))
        if at != value or len(found) >= ENTRIES_MAX:
            found = {}
            self._found[view.tenant] = (value, found)
        if key not in found:
            found[key] = find()
        answer: T = found[key]
        return answer
