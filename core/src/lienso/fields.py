"""Field types and base models of records. Import it only where models are defined: it loads pydantic.

Bodies are read from JSON, strictly: an integer is an integer, a decimal is text, a day is ISO text.
What reads a model is built when it first reads something (``defer_build``): a third of a start.
`lienso plugins --check` builds all, so that a model that cannot be built is found before.
"""

from __future__ import annotations

import datetime
import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from itertools import islice
from typing import Annotated, Any, Literal, TypeVar, get_args

import orjson
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    ValidationError,
    WithJsonSchema,
)

from . import limits
from .errors import LimitExceeded
from .model import Finding
from .sync.merging import MergeRules

B = TypeVar("B", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a text field that holds the id of a record of another type."""

    type: str


@dataclass(frozen=True, slots=True)
class CodeOf:
    """Marks a text field that holds the code of a record of a catalog that is named by code: an account.

    It is no reference: nothing has to exist. When the code is given up for another, it follows.
    """

    type: str


@dataclass(frozen=True, slots=True)
class Merge:
    """Says how a field of a catalog's entry takes part when two edits of the entry are joined.

    Attributes:
        group: fields of one group move together: a change of one stands against a change of another.
        never: a change of it is never joined with somebody else's edit: a person chooses. For what
            says who or what the entry is.
        by: of a list: the field that tells its lines apart, so that the list is joined line by line;
            ``.`` for a list whose elements are themselves the key. Without it a list is one value.
    """

    group: str = ""
    never: bool = False
    by: str = ""


def _decimal(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, str, Decimal)):
        raise ValueError("float_refused" if isinstance(value, float) else "decimal_wrong")
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise ValueError("decimal_wrong") from error
    if not number.is_finite() or abs(number.adjusted()) > 20:
        raise ValueError("decimal_wrong")
    return number


Text = Annotated[str, StringConstraints(strip_whitespace=True)]
"""Text, trimmed; `parse_body` makes it Unicode NFC."""

Money = Annotated[int, Field(ge=-limits.MEASURE_MAX, le=limits.MEASURE_MAX)]
"""Đồng: a whole number."""

Quantity = Annotated[
    Decimal,
    BeforeValidator(_decimal),
    PlainSerializer(lambda value: format(value, "f"), return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "decimal"}),
]
"""A decimal: quantity, rate, percentage or foreign amount; text in JSON."""

Day = datetime.date
"""A business day; ISO text in JSON (strict models refuse numbers)."""

DisplayOnBook = Literal["financial", "management", "both"]


class Body(BaseModel):
    """Base of every record's model: frozen, strict, no unknown fields."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, str_max_length=4_000, defer_build=True
    )


class Params(BaseModel):
    """Base of parameters and results of functions, figures and reports."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=4_000, defer_build=True)


class NoParams(Params):
    """No parameters."""


class CatalogEntry(Body):
    """A code list's entry.

    Attributes:
        code: unique in its catalog, whatever its case; records refer to the id, not to it.
        active: False hides it in pickers and refuses it on new postings (Ngừng theo dõi).
        branch: blank = shared by all branches.
    """

    code: Annotated[Text, Merge(never=True)] = Field(min_length=1, max_length=25)
    name: Text = Field(default="", max_length=255)
    name_en: Text = Field(default="", max_length=255)
    active: bool = True
    branch: Annotated[str | None, Ref("org_unit")] = None


class Voucher(Body):
    """A numbered, dated, posted document.

    Attributes:
        no: number in the financial series; empty text takes the next one.
        no_management: number in the management series, for vouchers shown there.
        posting_date: Ngày hạch toán. ``voucher_date``: Ngày chứng từ, the same when left out.
        display_on_book: Hiển thị trên sổ.
        seq: place among the vouchers of a day, where somebody arranged them; else that of their making.
    """

    no: Text = Field(default="", max_length=20)
    no_management: Text = Field(default="", max_length=20)
    posting_date: Day
    voucher_date: Day | None = None
    seq: int | None = Field(default=None, ge=0)
    description: Text = ""
    display_on_book: DisplayOnBook = "financial"
    branch: Annotated[str | None, Ref("org_unit")] = None
    attached_count: int = Field(default=0, ge=0)
    references: list[Text] = Field(default_factory=list, max_length=100)


class Document(Body):
    """A numbered, dated document that is no voucher."""

    no: Text = Field(default="", max_length=20)
    date: Day
    branch: Annotated[str | None, Ref("org_unit")] = None


def to_json(model: BaseModel) -> dict[str, Any]:
    """Return a body as JSON values: empty fields left out, decimals as text, days as ISO text."""
    return model.model_dump(mode="json", exclude_none=True)


def parse_body(
    model: type[B], body: Mapping[str, Any] | str | bytes
) -> tuple[B | None, list[Finding]]:
    """Read a body by its model.

    Returns:
        The instance, or None with an error finding for every field that is wrong: codes
        ``field_required``, ``unknown_field``, ``float_refused``, ``too_long``, ``too_many_lines``,
        ``value_out_of_range``, ``bad_choice``, ``bad_date``, ``type_wrong``.
    Raises:
        LimitExceeded: the body is larger than `limits.BODY_BYTES_MAX`.
    """
    try:
        text = body if isinstance(body, (str, bytes)) else orjson.dumps(dict(body))
    except TypeError as error:  # an integer beyond 64 bits, or a value that is no JSON
        return None, [Finding("error", "type_wrong", None, None, {"reason": str(error)})]
    if len(text) > limits.BODY_BYTES_MAX:
        raise LimitExceeded(
            detail={"what": "body", "bytes": len(text), "max": limits.BODY_BYTES_MAX}
        )
    if (
        not isinstance(body, (str, bytes)) and b"null" in text
    ):  # so orjson writes what is not finite
        wrong = list(islice(_not_finite(body, ()), limits.FINDINGS_MAX))
        if wrong:
            return None, wrong
    try:
        return model.model_validate_json(_composed(text)), []
    except ValidationError as error:
        found = [_finding(item) for item in error.errors(include_url=False)[: limits.FINDINGS_MAX]]
        return None, found


def _composed(text: str | bytes) -> str | bytes:
    """Return a JSON text whose texts are Unicode NFC: its own signs compose with nothing."""
    if text.isascii():
        return text
    read = text if isinstance(text, str) else text.decode(errors="replace")
    return read if unicodedata.is_normalized("NFC", read) else unicodedata.normalize("NFC", read)


def _not_finite(value: Any, path: tuple[str | int, ...]) -> Iterator[Finding]:
    """Find the floats that JSON has no word for: they would be read as if nothing was given."""
    if isinstance(value, float) and not math.isfinite(value):
        yield _finding({"loc": path, "type": "int_from_float", "input": value})
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from _not_finite(item, (*path, str(name)))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(value):
            yield from _not_finite(item, (*path, index))


_CODES = {
    "missing": "field_required",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_too_short": "field_required",
    "too_long": "too_many_lines",
    "literal_error": "bad_choice",
    "date_from_datetime_parsing": "bad_date",
    "date_parsing": "bad_date",
    "date_type": "bad_date",
    "int_from_float": "float_refused",
    "greater_than": "value_out_of_range",
    "greater_than_equal": "value_out_of_range",
    "less_than": "value_out_of_range",
    "less_than_equal": "value_out_of_range",
    "json_invalid": "not_json",
}


def _finding(item: Mapping[str, Any]) -> Finding:
    path = tuple(item["loc"])
    code = _CODES.get(item["type"], "type_wrong")
    if item["type"] == "int_type" and isinstance(item.get("input"), float):
        code = "float_refused"
    if item["type"] == "value_error":
        code = str(item.get("ctx", {}).get("error", "type_wrong"))
        code = code if code in ("float_refused", "decimal_wrong") else "type_wrong"
    shown = repr(item.get("input"))
    line = path[1] + 1 if len(path) > 1 and isinstance(path[1], int) else None
    field = ".".join(str(part) for part in path) or None
    return Finding("error", code, field, line, {"field": field or "", "value": shown[:80]})


@cache
def merge_rules(model: type[BaseModel]) -> MergeRules:
    """Return what a model's fields say of joining two edits.

    A field that a model declares anew keeps what the models above said of it.
    """
    above = [base for base in reversed(model.__mro__) if issubclass(base, BaseModel)]
    marks = {
        name: mark
        for base in above
        for name, info in base.model_fields.items()
        for mark in info.metadata
        if isinstance(mark, Merge)
    }
    return MergeRules(
        {name: mark.group for name, mark in marks.items() if mark.group},
        frozenset(name for name, mark in marks.items() if mark.never),
        {name: mark.by for name, mark in marks.items() if mark.by},
    )


@cache
def refs_of(model: type[BaseModel]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """List the reference fields of a model: (path, catalog); ``*`` stands for each list element."""
    return tuple(_marked(model, (), Ref))


@cache
def codes_of(model: type[BaseModel]) -> tuple[tuple[tuple[str, ...], str], ...]:
    """List the fields of a model that hold codes of records, as `refs_of` lists references."""
    return tuple(_marked(model, (), CodeOf))


RefTree = Mapping[str, "str | RefTree"]


@cache
def ref_tree(model: type[BaseModel]) -> RefTree:
    """Return the reference fields of a model as a tree: field → catalog, or the fields below it.

    Lists do not show in it. It is walked along a body, which names few of the fields that a model has.
    """
    return _tree(refs_of(model))


@cache
def code_tree(model: type[BaseModel]) -> RefTree:
    """Return the fields of a model that hold codes of records as a tree, as `ref_tree` does."""
    return _tree(codes_of(model))


def _tree(places: tuple[tuple[tuple[str, ...], str], ...]) -> RefTree:
    tree: dict[str, Any] = {}
    for path, type in places:
        *above, last = (part for part in path if part != "*")
        node = tree
        for part in above:
            node = node.setdefault(part, {})
        node[last] = type
    return tree


Mark = type[Ref] | type[CodeOf]
Places = Iterator[tuple[tuple[str, ...], str]]


def _marked(model: type[BaseModel], at: tuple[str, ...], kind: Mark) -> Places:
    for name, info in model.model_fields.items():
        for mark in info.metadata:
            if isinstance(mark, kind):
                yield (*at, name), mark.type
        yield from _marked_in(info.annotation, (*at, name), kind)


def _marked_in(annotation: Any, at: tuple[str, ...], kind: Mark) -> Places:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from _marked(annotation, at, kind)
        return
    many = getattr(annotation, "__origin__", None) in (list, tuple)
    for argument in get_args(annotation):
        if isinstance(argument, kind):
            yield at, argument.type
        else:
            yield from _marked_in(argument, (*at, "*") if many else at, kind)
