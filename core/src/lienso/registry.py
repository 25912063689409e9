"""What all plugins declared: checked once, then frozen."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from .book_checks import BookCheck
from .errors import ModuleUnavailable, PluginError, Unknown
from .forms import COPIES_MAX, Form
from .messages import CORE
from .model import (
    Book,
    Capability,
    Figure,
    ImportSheet,
    Message,
    Option,
    RecordType,
    Report,
)
from .records import OPTION_TYPE
from .storage import Declared, StateTable

if TYPE_CHECKING:
    from pydantic import BaseModel

T = TypeVar("T")
Problem = Callable[[Any], str | None]

BUILT_IN_KEYS = ("code", "no", "date", "ref", "all")
"""Keys that the kernel makes by itself: see `lienso.records.keys_of`."""


@dataclass(frozen=True, slots=True)
class Registry:
    """Everything declared, by id; ``owners`` says which module an id belongs to."""

    record_types: Mapping[str, RecordType]
    books: Mapping[str, Book]
    capabilities: Mapping[str, Capability]
    figures: Mapping[str, Figure]
    reports: Mapping[str, Report]
    options: Mapping[str, Option]
    messages: Mapping[str, Message]
    import_sheets: Mapping[str, ImportSheet]
    book_checks: Mapping[str, BookCheck]
    forms: Mapping[str, Form]
    groups: Mapping[str, tuple[str, ...]]
    """Number group → the record types that share it."""
    owners: Mapping[str, str]
    modules: tuple[str, ...]
    unavailable: Mapping[str, str]
    """Module that failed → the root cause, for ``module_unavailable``."""

    def models(self) -> Iterator[tuple[str, type[BaseModel]]]:
        """Walk through all that is declared with a model: its id, and each of its models."""
        for record_type in self.record_types.values():
            yield record_type.id, record_type.model
        for capability in self.capabilities.values():
            yield capability.id, capability.params
            yield capability.id, capability.result
        for figure in self.figures.values():
            yield figure.id, figure.params
        for report in self.reports.values():
            yield report.id, report.params

    def record_type(self, id: str) -> RecordType:
        """Return a record type. Raises: Unknown, ModuleUnavailable."""
        return self._find(self.record_types, id, "unknown_record_type", "type")

    def capability(self, id: str) -> Capability:
        """Return a function. Raises: Unknown, ModuleUnavailable."""
        return self._find(self.capabilities, id, "unknown_capability", "id")

    def figure(self, id: str) -> Figure:
        """Return a figure. Raises: Unknown, ModuleUnavailable."""
        return self._find(self.figures, id, "unknown_figure", "id")

    def report(self, id: str) -> Report:
        """Return a report. Raises: Unknown, ModuleUnavailable."""
        return self._find(self.reports, id, "unknown_report", "id")

    def group_types(self, group: str) -> tuple[str, ...]:
        """Return the record types that share a number group."""
        return self.groups.get(group, ())

    def declared(self, state_tables: Iterable[StateTable]) -> Declared:
        """Return what a storage must make room for."""
        keys = {
            t.id: (*BUILT_IN_KEYS, *(key.name for key in t.keys))
            for t in self.record_types.values()
        }
        kept = frozenset(t.id for t in self.record_types.values() if t.kept) | {OPTION_TYPE}
        return Declared(tuple(self.books.values()), tuple(state_tables), keys, kept)

    def _find(self, where: Mapping[str, T], id: str, code: str, name: str) -> T:
        found = where.get(id)
        if found is not None:
            return found
        module = id.partition(".")[0]
        if module in self.unavailable:
            raise ModuleUnavailable(
                detail={name: id, "module": module, "reason": self.unavailable[module]}
            )
        raise Unknown(code, {name: id})


@dataclass(slots=True)
class _Kind:
    hook: str
    declared: type
    id_of: Callable[[Any], str]
    prefixed: bool
    problem: Problem


def _no_problem(_item: Any) -> str | None:
    return None


def _type_problem(item: RecordType) -> str | None:
    if not hasattr(item.model, "model_fields"):
        return f"{item.id}: model must be a pydantic model"
    if item.post is not None and item.kind == "catalog":
        return f"{item.id}: a catalog entry posts nothing"
    wrong = [version for version in item.upcasters if not 0 < version < item.schema_version]
    if wrong or not 0 <= item.oldest_writer <= item.schema_version:
        return f"{item.id}: upcasters and oldest_writer are of versions up to schema_version"
    if item.tree and "parent" not in item.model.model_fields:
        return f"{item.id}: a tree needs the field parent"
    return None


def _capability_problem(item: Capability) -> str | None:
    if (item.availability == "conditional") != (item.offline_refusal is not None):
        return f"{item.id}: conditional and offline_refusal belong together"
    return _models_problem(item.id, item.params, item.result)


def _figure_problem(item: Figure) -> str | None:
    return _models_problem(item.id, item.params)


def _report_problem(item: Report) -> str | None:
    return _models_problem(item.id, item.params)


def _form_problem(item: Form) -> str | None:
    if not item.papers or not 1 <= item.copies <= COPIES_MAX:
        return f"{item.code}: a form needs a paper, and 1 to {COPIES_MAX} copies"
    return None if Path(item.template).is_file() else f"{item.code}: no file {item.template}"


def _models_problem(id: str, *models: Any) -> str | None:
    for model in models:
        if not hasattr(model, "model_validate_json"):
            return f"{id}: params and result must be pydantic models"
    return None


def _book_problem(item: Book) -> str | None:
    names = {d.name for d in item.dimensions} | {"ledger", "branch"}
    for total in item.totals:
        strange = [name for name in total.by if name not in names]
        if strange:
            return f"{item.id}: a total by {', '.join(strange)}, which is no dimension"
    if item.balance is not None:
        measures = {measure.name for measure in item.measures}
        if not {item.balance.left, item.balance.right} <= measures:
            return f"{item.id}: a balance of what is no measure"
        if item.balance.within not in {d.name for d in (*item.dimensions, *item.extras)}:
            return f"{item.id}: a balance within {item.balance.within}, which is no dimension"
    return None


def _message_problem(item: tuple[str, Message]) -> str | None:
    code, message = item
    return None if message.vi and message.en else f"{code}: a text is missing"


_KINDS: Mapping[str, _Kind] = {
    "record_types": _Kind("lienso_record_types", RecordType, lambda i: i.id, False, _type_problem),
    "books": _Kind("lienso_books", Book, lambda i: i.id, False, _book_problem),
    "capabilities": _Kind(
        "lienso_capabilities", Capability, lambda i: i.id, True, _capability_problem
    ),
    "figures": _Kind("lienso_figures", Figure, lambda i: i.id, True, _figure_problem),
    "reports": _Kind("lienso_reports", Report, lambda i: i.id, True, _report_problem),
    "options": _Kind("lienso_options", Option, lambda i: i.key, False, _no_problem),
    "import_sheets": _Kind(
        "lienso_import_sheets", ImportSheet, lambda i: i.name, False, _no_problem
    ),
    "book_checks": _Kind("lienso_book_checks", BookCheck, lambda i: i.id, False, _no_problem),
    "forms": _Kind("lienso_forms", Form, lambda i: i.code, False, _form_problem),
    "messages": _Kind("lienso_messages", Message, lambda i: i[0], False, _message_problem),
}


@dataclass(slots=True)
class Declaration:
    """What one module declared, by kind, or why it is off."""

    module: str
    source: str
    items: dict[str, list[Any]]


def collect(
    declare: Callable[[str], Iterable[tuple[str, Any]]], sources: Mapping[str, str]
) -> tuple[list[Declaration], list[PluginError]]:
    """Ask every module for everything; one that crashes or answers nonsense is off as a whole."""
    declarations = {name: Declaration(name, source, {}) for name, source in sources.items()}
    failures: dict[str, PluginError] = {}
    for kind, spec in _KINDS.items():
        for plugin, answer in declare(spec.hook):
            if plugin not in declarations or plugin in failures:
                continue
            reason = _reason(spec, plugin, answer)
            if reason is not None:
                failures[plugin] = PluginError(plugin, sources[plugin], "declare", reason)
            else:
                declarations[plugin].items[kind] = _items(answer)
    good = [d for name, d in declarations.items() if name not in failures]
    return good, list(failures.values())


def _reason(spec: _Kind, plugin: str, answer: Any) -> str | None:
    if isinstance(answer, Exception):
        return f"{spec.hook}: {type(answer).__name__}: {answer}"
    nonsense = _nonsense(spec, answer)
    if nonsense is not None:
        return f"{spec.hook}: {nonsense}"
    items = _items(answer)
    ids = [spec.id_of(item) for item in items]
    if len(set(ids)) < len(ids):
        return f"{spec.hook}: an id is declared twice"
    foreign = [id for id in ids if spec.prefixed and not id.startswith(f"{plugin}.")]
    if foreign:
        return f"{spec.hook}: {foreign[0]!r} must start with {plugin + '.'!r}"
    return next((problem for item in items if (problem := spec.problem(item))), None)


def _nonsense(spec: _Kind, answer: Any) -> str | None:
    """Say what an answer is when it is not what its hook declares."""
    try:
        items = _items(answer)
    except TypeError as error:
        return f"not a sequence of what it should declare: {error}"
    if spec.declared is Message:
        if answer and not isinstance(answer, Mapping):
            return "must answer a mapping of code to Message"
        items = [message for _code, message in items]
    strange = [item for item in items if not isinstance(item, spec.declared)]
    return f"{strange[0]!r} is no {spec.declared.__name__}" if strange else None


def _items(answer: Any) -> list[Any]:
    return list(answer.items() if isinstance(answer, Mapping) else answer or ())


def build(
    declarations: list[Declaration], unavailable: Mapping[str, str]
) -> tuple[Registry, list[PluginError]]:
    """Join the declarations, in order; who declares an id that is taken is off as a whole."""
    merged: dict[str, dict[str, Any]] = {kind: {} for kind in _KINDS}
    merged["messages"].update(CORE)
    owners: dict[str, str] = {}
    failures: list[PluginError] = []
    for declaration in declarations:
        clash = _clash(declaration, merged)
        if clash is not None:
            failures.append(PluginError(declaration.module, declaration.source, "declare", clash))
            continue
        for kind, items in declaration.items.items():
            for item in items:
                id = _KINDS[kind].id_of(item)
                if kind == "messages":
                    merged[kind].setdefault(id, item[1])
                else:
                    merged[kind][id] = item
                    owners[id] = declaration.module
    off = {failure.plugin for failure in failures}
    registry = Registry(
        **{kind: MappingProxyType(items) for kind, items in merged.items()},
        groups=MappingProxyType(_groups(merged["record_types"].values())),
        owners=MappingProxyType(owners),
        modules=tuple(d.module for d in declarations if d.module not in off),
        unavailable=MappingProxyType(
            {**unavailable, **{failure.plugin: failure.reason for failure in failures}}
        ),
    )
    return registry, failures


def _groups(record_types: Iterable[RecordType]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, tuple[str, ...]] = {}
    for record_type in record_types:
        groups[record_type.group] = (*groups.get(record_type.group, ()), record_type.id)
    return groups


def _clash(declaration: Declaration, merged: Mapping[str, Mapping[str, Any]]) -> str | None:
    for kind, items in declaration.items.items():
        if kind == "messages":
            continue  # Two modules may share a code; the first text stands.
        for item in items:
            id = _KINDS[kind].id_of(item)
            if id in merged[kind]:
                return f"{id!r} is declared by another module already"
    return None
