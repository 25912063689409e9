"""What the runner of worked cases supplies: accounts, catalog entries, and what a case needs.

See `docs/cases.md` §3: a case names only what matters; what it points at exists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..canonical import canonical_text, digest_of, parse
from ..claims import claims_of
from ..errors import Refused
from ..fields import parse_body, refs_of, to_json
from ..ids import instant_text, is_id
from ..keys import fold_code
from ..model import Record
from ..records import record_keys, replace_references, summary_of
from ..storage import Draft, RecordRef
from .case_books import PAIRED
from .case_form import Action, actions_of, thens_of
from .plain import plain_body

if TYPE_CHECKING:
    from pydantic import BaseModel

    from ..model import RecordType
    from ..registry import Registry
    from ..transaction import Transaction

ACCOUNT = "account"
"""The catalog that holds the chart of accounts; its parents follow from the codes."""

PLAIN: Mapping[str, Mapping[str, Any]] = {
    "object": {"is_customer": True, "is_supplier": True, "is_employee": True},
    "item": {"kind": "goods", "unit": "cái"},
}
"""What the plainest record of a catalog is, beyond the defaults its type declares (§3)."""

ENTAILED: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "object": {"is_employee": {"org_unit": "DON-VI"}},
}
"""Record type → field that is set → what a record then has to name, and a case need not (§3)."""

_ACCOUNT_NAME = re.compile(
    r"(debit|credit|account|accounts|sources|debit_account|credit_account|contra_account"
    r"|.*_account|.*_accounts)"
)
_ACCOUNT_CODE = re.compile(r"\d{3,20}")
_FOREIGN_ROWS = ("rows",)
"""Rows of an import or of the platform name nothing that exists by itself."""


def completed(type: str, fields: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the fields of a new record with what they entail."""
    entailed = ENTAILED.get(type, {})
    more = {k: v for name, its in entailed.items() if fields.get(name) for k, v in its.items()}
    return {**more, **fields}


# -- what is named --------------------------------------------------------------------------------


@dataclass(slots=True)
class Named:
    """What a case points at.

    Attributes:
        accounts: accounts it posts to.
        mentioned: every text of the case that looks like an account, wherever it stands.
        entries: (catalog, code) → first row that names it.
        saved: (type, folded code) of the records it saves itself.
    """

    accounts: dict[str, None] = field(default_factory=dict)
    mentioned: set[str] = field(default_factory=set)
    entries: dict[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)
    saved: set[tuple[str, str]] = field(default_factory=set)

    def add(self, type: str, value: Any, row: Mapping[str, Any]) -> None:
        """Note a code under the name of a dimension, with the row it stands in."""
        for code in value if isinstance(value, list) else (value,):
            if isinstance(code, str) and code:
                self.entries.setdefault((type, code), row)


def named_in(case: Mapping[str, Any], registry: Registry) -> Named:
    """Return what a case points at in saved fields, raw entries and parameters."""
    named = Named()
    dimensions = _dimensions(registry)
    for value, _row in _walk(case):
        if isinstance(value, str) and _ACCOUNT_CODE.fullmatch(value):
            named.mentioned.add(value)
    for action in actions_of(case):
        if "save" in action:
            _name_saved(named, action, registry, dimensions)
        for book, rows in action.get("entries", {}).items():
            _name_rows(named, rows, _book_dimensions(registry, book))
        if "capability" in action:
            _name_params(named, action, registry, dimensions)
    for then in thens_of(case):
        for rows in then.get("entries", {}).values():
            _name_accounts(named, rows)
    return named


def _dimensions(registry: Registry) -> dict[str, str]:
    found: dict[str, str] = {}
    for book in registry.books.values():
        found |= _book_dimensions(registry, book.id)
    return found


def _book_dimensions(registry: Registry, book: str) -> dict[str, str]:
    declared = registry.books[book]
    found: dict[str, str] = {}
    for dimension in (*declared.dimensions, *declared.extras):
        if dimension.ref and dimension.ref in registry.record_types:
            found[dimension.name] = dimension.ref
            if book == PAIRED:
                found[f"debit_{dimension.name}"] = found[f"credit_{dimension.name}"] = dimension.ref
    return found


def _name_saved(
    named: Named, action: Action, registry: Registry, dimensions: Mapping[str, str]
) -> None:
    record_type = registry.record_types[action["save"]]
    fields = completed(record_type.id, action["fields"])
    for key in ("code", "no"):
        if isinstance(fields.get(key), str):
            named.saved.add((record_type.id, fold_code(fields[key])))
    _name_accounts(named, fields)
    _name_references(named, record_type.model, fields, registry, dimensions)
    _name_rows(named, fields, dimensions)


def _name_params(
    named: Named, action: Action, registry: Registry, dimensions: Mapping[str, str]
) -> None:
    params = {
        name: value for name, value in action.get("params", {}).items() if name not in _FOREIGN_ROWS
    }
    _name_accounts(named, params)
    _name_rows(named, params, dimensions)
    model = registry.capabilities[action["capability"]].params
    _name_references(named, model, params, registry, dimensions)


def _name_references(
    named: Named,
    model: type[BaseModel],
    fields: Mapping[str, Any],
    registry: Registry,
    dimensions: Mapping[str, str],
) -> None:
    """Note what reference fields name: entries of catalogs, and what a dimension may hold."""
    for path, type in refs_of(model):
        record_type = registry.record_types.get(type)
        if record_type is not None and (path[-1] in dimensions or record_type.kind == "catalog"):
            for value, row in _at(fields, path, fields):
                named.add(type, value, row)


def _name_rows(named: Named, rows: Any, dimensions: Mapping[str, str]) -> None:
    _name_accounts(named, rows)
    for row in _objects(rows):
        for name, value in row.items():
            if name in dimensions and isinstance(value, (str, list)):
                named.add(dimensions[name], value, row)


def _name_accounts(named: Named, rows: Any) -> None:
    for row in _objects(rows):
        for name, value in row.items():
            if _ACCOUNT_NAME.fullmatch(name):
                for code in value if isinstance(value, list) else (value,):
                    if isinstance(code, str) and _ACCOUNT_CODE.fullmatch(code):
                        named.accounts.setdefault(code)


def _objects(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping):
        yield value
        for name, item in value.items():
            if name not in _FOREIGN_ROWS:
                yield from _objects(item)
    elif isinstance(value, list):
        for item in value:
            yield from _objects(item)


def _walk(value: Any) -> Iterator[tuple[Any, None]]:
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield name, None
            yield from _walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from _walk(item)
    else:
        yield value, None


def _at(
    value: Any, path: Sequence[str], row: Mapping[str, Any]
) -> Iterator[tuple[Any, Mapping[str, Any]]]:
    if isinstance(value, list):
        for item in value:
            yield from _at(item, path, item if isinstance(item, Mapping) else row)
    elif not path:
        yield value, row
    elif path[0] == "*":
        yield from _at(value, path[1:], row)
    elif isinstance(value, Mapping) and path[0] in value:
        inner = value[path[0]]
        yield from _at(inner, path[1:], inner if isinstance(inner, Mapping) else value)


# -- what is put there ----------------------------------------------------------------------------


class Supplier:
    """Puts records where a case expects them, past all checks, in one transaction of the cloud."""

    def __init__(
        self, transaction: Transaction, named: Named, taken: Callable[[str], bool]
    ) -> None:
        self._transaction = transaction
        self._registry = transaction.kernel.registry
        self._view = transaction.view
        self._named = named
        self._taken = taken
        """Whether a text is an id of the case, and no code."""

    def supply(self) -> None:
        """Shape the chart for the case, and make the catalog entries it points at."""
        if ACCOUNT in self._registry.record_types:
            self._drop_children()
            for code in sorted(self._named.accounts, key=lambda code: (len(code), code)):
                if (ACCOUNT, code) not in self._named.saved:
                    self._account(code)
        for (type, code), row in self._named.entries.items():
            if (type, fold_code(code)) not in self._named.saved and not self._taken(code):
                self.ensure(type, code, row)

    def _drop_children(self) -> None:
        """Take out statutory children that the case does not name, so that what it posts to is a leaf."""
        named = self._named
        keep = named.mentioned | {code for type, code in named.saved if type == ACCOUNT}
        for record in list(self._view.all(ACCOUNT)):
            code = record.data.code
            posted = any(code != top and code.startswith(top) for top in named.accounts)
            if posted and not any(kept.startswith(code) for kept in keep):
                self._transaction.writer.delete(ACCOUNT, record.id, base=record.version)
        self._view.forget_memos()

    def _account(self, code: str) -> None:
        if self._view.by_code(ACCOUNT, code) is not None:
            return
        parent = next(
            (
                found
                for length in range(len(code) - 1, 2, -1)
                if (found := self._view.by_code(ACCOUNT, code[:length])) is not None
            ),
            None,
        )
        record_type = self._registry.record_types[ACCOUNT]
        fields: dict[str, Any] = {"code": code, "name": code}
        if parent is not None:
            fields = {**to_json(parent.data), **fields}
            fields |= {"parent": parent.id} if "parent" in record_type.model.model_fields else {}
            fields |= {"is_statutory": False} if "is_statutory" in fields else {}
        self._put(record_type, plain_body(record_type, fields, self._view.today))

    def ensure(self, type: str, code: str, row: Mapping[str, Any] | None = None) -> str:
        """Return the id of a catalog's entry, made as the plainest one when it is not there."""
        found = code if is_id(code) else self._view.id_of(type, code)
        if found is not None:
            return found
        record_type = self._registry.record_types[type]
        model = record_type.model.model_fields
        key = "code" if "code" in model else "no"
        fields = {key: code, **PLAIN.get(type, {}), **_of_bank(type, code, row or {})}
        fields = {name: value for name, value in fields.items() if name in model}
        body = plain_body(record_type, fields, self._view.today)
        made = replace_references(
            record_type.model, body, lambda value, ref, _path: self.ensure(ref, value)
        )
        return self._put(record_type, made)

    def _put(self, record_type: RecordType, body: Mapping[str, Any]) -> str:
        id = self._transaction.kernel.ids.new()
        put_past_checks(self._transaction, record_type, body, id)
        return id


def _of_bank(type: str, code: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """A bank account takes currency and account 112x of the first row that names it."""
    if type != "bank_account":
        return {}
    account = next(
        (row[s] for s in ("debit", "credit") if str(row.get(s, "")).startswith("112")), ""
    )
    fields = {"number": code, "currency": row.get("currency", "VND")}
    return {**fields, "ledger_account": account or "1121"}


def put_past_checks(
    transaction: Transaction,
    record_type: RecordType,
    body: Mapping[str, Any],
    id: str,
    base: int | None = None,
) -> None:
    """Store a record that its model accepts, asking no check; references must be ids.

    Raises:
        Refused: ``invalid``: the model does not accept it.
    """
    data, findings = parse_body(record_type.model, body)
    if data is None:
        raise Refused("invalid", {"type": record_type.id, "body": dict(body)}, findings)
    text = canonical_text(to_json(data))
    stored = parse(text)
    record: Record[Any] = Record(record_type.id, id, 0, data)
    ref = RecordRef(record_type.id, id)
    for space, value in claims_of(transaction.view, record_type, record, stored).items():
        transaction.writer.claim(space, value, ref)
    transaction.writer.put(
        Draft(
            record_type.id,
            id,
            text,
            digest_of(text),
            record_type.schema_version,
            summary_of(stored),
            stored.get("branch") or "",
            provenance=transaction.provenance(),
            keys=record_keys(record_type, stored),
            at=instant_text(transaction.view.now),
        ),
        base=base,
    )
    if record_type.kind == "catalog":
        transaction.view.forget_memos()
