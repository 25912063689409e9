"""Reading requests of the client API, and writing records and findings for its answers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from . import limits, messages
from .errors import LimitExceeded, Refused
from .fields import refs_of, to_json
from .model import PostingState, Record
from .records import finding_from_json, finding_json

if TYPE_CHECKING:
    from .model import Finding
    from .registry import Registry
    from .view import View

T = TypeVar("T")

TEXT_MAX = 255
"""Characters of an id, code, key name or token in a request."""


class Request:
    """A request's fields, read with their types; what is missing is empty."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self._values = values

    def _typed(self, name: str, kind: type[T], default: T) -> T:
        value = self._values.get(name)
        if value is None:
            return default
        # A bool is an int to Python, never to us.
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise Refused("type_wrong", {"field": name})
        return value

    def text(self, name: str, *, longest: int = TEXT_MAX) -> str:
        """Return a text, empty when missing. Raises: Refused: ``type_wrong``, ``too_long``."""
        value = self._typed(name, str, "")
        if len(value) > longest:
            raise Refused("too_long", {"field": name, "max": longest})
        return value

    def flag(self, name: str) -> bool:
        """Return a truth value, False when missing."""
        return self._typed(name, bool, False)

    def number(self, name: str) -> int:
        """Return an integer, 0 when missing."""
        return self._typed(name, int, 0)

    def version(self, name: str) -> int | None:
        """Return an integer that may be absent."""
        return None if self._values.get(name) is None else self.number(name)

    def object(self, name: str) -> Mapping[str, Any]:
        """Return a JSON object, empty when missing."""
        return self._typed(name, Mapping, {})  # type: ignore[type-abstract]

    def array(self, name: str) -> Sequence[Any] | None:
        """Return a JSON array; None when missing."""
        return None if self._values.get(name) is None else self._typed(name, list, [])

    def texts(self, name: str) -> list[str]:
        """Return a list of texts, empty when missing. Raises: Refused, LimitExceeded."""
        found = list(self.array(name) or ())
        if len(found) > limits.PAGE_MAX:
            raise LimitExceeded(detail={"what": name, "max": limits.PAGE_MAX})
        if not all(isinstance(item, str) for item in found):
            raise Refused("type_wrong", {"field": name})
        return found

    def choice(self, name: str, *choices: str) -> str:
        """Return one of these texts, the first when missing. Raises: Refused: ``bad_choice``."""
        value = self.text(name) or choices[0]
        if value not in choices:
            raise Refused("bad_choice", {"field": name, "value": value, "choices": list(choices)})
        return value

    def id(self, name: str) -> str:
        """Return the id of a record, empty when missing. Raises: Refused: ``type_wrong``."""
        value = self.text(name)
        if value and not _is_uuid(value):
            raise Refused("type_wrong", {"field": name})
        return value

    def page_size(self) -> int:
        """Return how many a page may hold. Raises: LimitExceeded."""
        size = self.number("page_size") or limits.PAGE_DEFAULT
        if not 0 < size <= limits.PAGE_MAX:
            raise LimitExceeded(detail={"what": "page_size", "size": size, "max": limits.PAGE_MAX})
        return size


def _is_uuid(text: str) -> bool:
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


def json_value(value: Any) -> Any:
    """Return a value as JSON has it: decimals and days as text, the rest as it is."""
    if value is None or isinstance(value, (str, int, bool)):
        return value
    if isinstance(value, Mapping):
        return {str(name): json_value(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_value(item) for item in value]
    return str(value)


def with_texts(registry: Registry, found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a finding in JSON values together with its texts."""
    finding = finding_from_json(found)
    return {
        **found,
        "text_vi": messages.finding_text(registry, finding, "vi"),
        "text_en": messages.finding_text(registry, finding, "en"),
    }


def findings_shown(registry: Registry, findings: Sequence[Finding]) -> list[dict[str, Any]]:
    """Return findings with their texts."""
    return [with_texts(registry, finding_json(finding)) for finding in findings]


def posting_shown(registry: Registry, posting: Mapping[str, PostingState]) -> list[dict[str, Any]]:
    """Return where a record stands in the ledgers."""
    return [
        {
            "ledger": ledger,
            "status": state.status,
            "passed_warnings": list(state.passed_warnings),
            "findings": [with_texts(registry, found) for found in state.findings],
        }
        for ledger, state in sorted(posting.items())
    ]


def record_shown(view: View, registry: Registry, record: Record[Any]) -> dict[str, Any]:
    """Return a record as programs see it: its body, the codes behind its references, its states."""
    record_type = registry.record_types[record.type]
    body = to_json(record.data)
    shown: dict[str, Any] = {
        "type": record.type,
        "id": record.id,
        "version": record.version,
        "body": body,
        "posting": posting_shown(registry, record.posting),
        "sync_state": view.sync_state(record.type, record.id),
        "codes": _codes(view, record, body),
        "at": record.at,
        "feed_seq": record.feed_seq,
        "earlier_numbers": view.earlier_numbers(record.id),
    }
    if record_type.derived is not None:
        shown["derived"] = json_value(record_type.derived(record, view))
    return shown


def _codes(view: View, record: Record[Any], body: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for path, type in refs_of(record.data.__class__):
        for place, id in _at(body, path, ""):
            code = view.code(type, id)
            if code:
                found[place] = code
    return found


def _at(value: Any, path: Sequence[str], place: str) -> Iterator[tuple[str, str]]:
    """Yield (path, id) of the references that a path with ``*`` leads to."""
    if not path:
        if isinstance(value, str):
            yield place.removeprefix("."), value
    elif path[0] == "*":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _at(item, path[1:], f"{place}.{index}")
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _at(value[path[0]], path[1:], f"{place}.{path[0]}")
