"""The plainest body of a record type: its declared defaults, and rules for what every model has.

Worked cases name only what matters (`docs/cases.md` §3); contract tests need a valid record.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from ..model import RecordType

PLAIN_CODE = "MD"
"""Code of the record that a required reference points at when nothing names one (mặc định)."""


def plain_body(
    record_type: RecordType, fields: Mapping[str, Any], today: datetime.date
) -> dict[str, Any]:
    """Return the fields with what is required and not named: name = code, days, first choices.

    Args:
        today: the day of a date that nothing gives; a second date follows the first.
    """
    body = {**record_type.defaults, **fields}
    model = record_type.model
    if "code" in body and "name" in model.model_fields and not body.get("name"):
        body["name"] = body["code"]
    day = body.get("posting_date") or body.get("date") or today.isoformat()
    return _completed(model, body, day)


def plain_values(model: type[BaseModel], values: Mapping[str, Any], day: str) -> dict[str, Any]:
    """Return values with what a model requires and they lack, e.g. for parameters."""
    return _completed(model, values, day)


def _completed(model: type[BaseModel], body: Mapping[str, Any], day: str) -> dict[str, Any]:
    made = dict(body)
    for name, info in model.model_fields.items():
        if name in made:
            made[name] = _nested(info.annotation, made[name], day)
        elif info.is_required():
            made[name] = _plain(info.annotation, day, _least(info))
    return made


def _nested(annotation: Any, value: Any, day: str) -> Any:
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, BaseModel) and isinstance(value, Mapping):
            return _completed(part, value, day)
        if get_origin(part) in (list, tuple) and isinstance(value, list):
            return [_nested(get_args(part)[0], item, day) for item in value]
    return value


def _least(info: FieldInfo) -> int:
    return max((getattr(mark, "min_length", 0) or 0 for mark in info.metadata), default=0)


def _plain(annotation: Any, day: str, least: int = 0) -> Any:
    """Return a plain value of a type: the first choice, zero, today, as few lines as may be."""
    origin = get_origin(annotation)
    if origin is Literal:
        return get_args(annotation)[0]
    if origin in (Union, UnionType):
        parts = [part for part in get_args(annotation) if part is not type(None)]
        return _plain(parts[0], day, least)
    if origin is not None and not isinstance(origin, type):  # Annotated
        return _plain(get_args(annotation)[0], day, least)
    kind = origin or annotation
    if kind in (list, tuple):
        return [_plain(get_args(annotation)[0], day) for _ in range(least)]
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return _completed(kind, {}, day)
    plain = {bool: False, int: 0, Decimal: "0", datetime.date: day, dict: {}}
    return plain.get(kind, PLAIN_CODE)
