"""Messages of the client API ↔ the plain dicts of `lienso.api`, by the messages' own description.

A field ``x_json`` is the value ``x`` in the dict; everything else has one name on both sides. What is
absent or empty JSON in the message is absent in the dict.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from lienso.canonical import parse
from lienso.errors import Refused

from .convert import json_text

_JSON = "_json"


def to_message(kind: type[Message], values: Mapping[str, Any]) -> Any:
    """Write a dict as a message.

    Raises:
        Refused: ``unknown_field``, ``type_wrong`` with the field's name, ``not_json``.
    """
    fields = _fields(kind.DESCRIPTOR)
    arguments: dict[str, Any] = {}
    for name, value in values.items():
        field = fields.get(name)
        if field is None:
            raise Refused("unknown_field", {"field": name, "message": kind.DESCRIPTOR.name})
        if value is not None:
            arguments[field.name] = _out(field, value)
    try:
        return kind(**arguments)
    except (TypeError, ValueError) as error:
        raise Refused("type_wrong", {"field": _culprit(kind, arguments)}) from error


def to_dict(message: Message) -> dict[str, Any]:
    """Read a message as a dict. Raises: Refused: ``not_json``: a JSON field holds something else."""
    values: dict[str, Any] = {}
    for name, field in _fields(message.DESCRIPTOR).items():
        if field.has_presence and not message.HasField(field.name):
            continue
        value = getattr(message, field.name)
        if field.name.endswith(_JSON):
            if field.is_repeated:
                values[name] = [parse(item or "{}") for item in value]
            elif value:
                values[name] = parse(value)
        elif _is_map(field):
            values[name] = dict(value)
        elif field.is_repeated:
            values[name] = list(map(to_dict, value)) if field.message_type else list(value)
        else:
            values[name] = to_dict(value) if field.message_type else value
    return values


@cache
def _fields(descriptor: Descriptor) -> dict[str, FieldDescriptor]:
    return {field.name.removesuffix(_JSON): field for field in descriptor.fields}


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and field.message_type.GetOptions().map_entry


def _out(field: FieldDescriptor, value: Any) -> Any:
    if field.name.endswith(_JSON):
        if field.is_repeated:  # each has its place: an empty object is written out
            return [json_text(item) or "{}" for item in value]
        return json_text(value)
    if field.message_type is None or _is_map(field):
        return value
    kind = GetMessageClass(field.message_type)
    if field.is_repeated:
        return [to_message(kind, item) for item in value]
    return to_message(kind, value)


def _culprit(kind: type[Message], arguments: Mapping[str, Any]) -> str:
    for name, value in arguments.items():
        try:
            kind(**{name: value})
        except (TypeError, ValueError):
            return name
    return ""
