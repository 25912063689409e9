"""The service Records of the client API."""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import chaining, limits, printing, rights
from .api_values import Request, findings_shown, posting_shown, record_shown
from .canonical import canonical_bytes, parse
from .errors import Refused, StorageError, Unknown
from .fields import refs_of
from .keys import fold_code, key_text
from .model import LEDGERS, Actor, RecordType
from .records import posting_of, to_record
from .registry import BUILT_IN_KEYS

if TYPE_CHECKING:
    from .kernel import Kernel
    from .storage import Page, StoredRecord
    from .view import View

Answer = dict[str, Any]


def save(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Save a new record or a further version; once by ``request_id``."""
    post = request.texts("post")
    for ledger in post:
        if ledger not in LEDGERS:
            raise Refused("bad_choice", {"field": "post", "value": ledger, "choices": [*LEDGERS]})
    saved = kernel.save(
        by,
        request.text("type"),
        request.object("body"),
        id=request.id("id") or None,
        base=request.version("base_version"),
        post=post,
        ignore_warnings=request.flag("ignore_warnings"),
        merge=request.flag("merge"),
        request_id=request.text("request_id", longest=100),
    )
    registry = kernel.registry
    shown = kernel.read(by, lambda view: record_shown(view, registry, saved.record))
    return {"record": shown, "findings": findings_shown(registry, saved.findings)}


def get(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Return a record by id, code or number."""
    type, id = request.text("type"), request.text("id")
    kernel.registry.record_type(type)

    def work(view: View) -> Answer:
        record = kernel.seen(by, view, view.require(type, id))
        return record_shown(view, kernel.registry, record)

    return {"record": kernel.read(by, work)}


def list_records(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Return a page of live records by a key; without those of branches and ledgers that the user may
    not see, so that a page may hold fewer than it could."""
    record_type = kernel.registry.record_type(request.text("type"))
    query = _Query(record_type, request)

    def work(view: View) -> Answer:
        kernel.rights.of(kernel, by, view)  # somebody must be signed in, to see nothing too
        page = query.page(view)
        found = [to_record(kernel.registry, stored) for stored in page.records]
        records = [
            record_shown(view, kernel.registry, record)
            for record in found
            if rights.allowed(kernel, by, view, rights.on_record(record_type, "see", record))
        ]
        return {"records": records, "next_page_token": query.token(page.after)}

    return kernel.read(by, work)


class _Query:
    """A list request: what is asked for, and where it goes on."""

    def __init__(self, record_type: RecordType, request: Request) -> None:
        self._type = record_type.id
        self._key = request.text("key") or _usual_key(record_type)
        if self._key not in key_names(record_type):
            raise Refused("unknown_key", {"type": self._type, "key": self._key})
        self._bounds = {name: self._bound(request, name) for name in ("equals", "start", "stop")}
        self._descending = request.flag("descending")
        self._size = request.page_size()
        asked = [self._type, self._key, self._bounds, self._descending]
        self._digest = hashlib.sha256(canonical_bytes(asked)).hexdigest()[:16]
        self._after = self._place(request.text("page_token", longest=4_000))

    def _bound(self, request: Request, name: str) -> str | None:
        values = request.array(name)
        if values is None:
            return None
        if not all(value is None or isinstance(value, (str, int)) for value in values):
            raise Refused("type_wrong", {"field": name})
        if self._key == "code":
            values = [fold_code(value) if isinstance(value, str) else value for value in values]
        return key_text(values)

    def _place(self, token: str) -> str | None:
        """Read a page token. Raises: Refused: ``page_token_invalid``: made for another list."""
        if not token:
            return None
        try:
            digest, _, after = base64.urlsafe_b64decode(token).decode().partition(" ")
        except (binascii.Error, ValueError) as error:
            raise Refused("page_token_invalid") from error
        if digest != self._digest:
            raise Refused("page_token_invalid")
        return after

    def token(self, after: str | None) -> str:
        """Write the token of the next page; empty at the end."""
        if after is None:
            return ""
        return base64.urlsafe_b64encode(f"{self._digest} {after}".encode()).decode()

    def page(self, view: View) -> Page:
        """Read the page; one whose bodies are large is cut short, so that it fits a message."""
        page = self._read(view, self._size)
        fitting = _fitting(page.records)
        return page if fitting == len(page.records) else self._read(view, fitting)

    def _read(self, view: View, size: int) -> Page:
        try:
            return view.stored.find(
                self._type,
                self._key,
                **self._bounds,
                descending=self._descending,
                after=self._after,
                limit=size,
            )
        except StorageError as error:
            if error.code == "cursor_invalid":
                raise Refused("page_token_invalid") from error
            raise


def _fitting(records: tuple[StoredRecord, ...]) -> int:
    """Return how many records fit one answer; at least one."""
    size = 0
    for place, stored in enumerate(records):
        size += len(stored.body)
        if size > limits.BATCH_BYTES_MAX and place:
            return place
    return len(records)


def _usual_key(record_type: RecordType) -> str:
    fields = record_type.model.model_fields
    return "code" if "code" in fields else "no" if "no" in fields else "all"


def key_names(record_type: RecordType) -> tuple[str, ...]:
    """Return the keys that a type can be listed by."""
    return (*BUILT_IN_KEYS, *(key.name for key in record_type.keys))


def print_record(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Return the printed form of a record; marked while the cloud has not confirmed it."""
    found = printing.printed(kernel, by, request.text("type"), request.text("id"))
    return {"text": found.text, "sync_state": found.sync_state}


def delete(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Delete a record; at a site without a line only one that never left it."""
    kernel.delete(
        by, request.text("type"), request.text("id"), base=request.version("base_version")
    )
    return {}


def history(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Return versions of a record, newest first."""
    type, id = request.text("type"), request.text("id")
    before, size = request.number("before_version"), request.page_size()
    kernel.registry.record_type(type)
    versions, links = kernel.read(by, lambda view: _history(kernel, by, view, type, id))
    wanted = [stored for stored in reversed(versions) if not before or stored.version < before]
    page = tuple(wanted[:size])
    page = page[: _fitting(page)]
    more = len(page) < len(wanted)
    return {
        "versions": [_version(kernel, stored, links) for stored in page],
        "next_before_version": page[-1].version if more else 0,
    }


def _history(
    kernel: Kernel, by: Actor, view: View, type: str, id: str
) -> tuple[Sequence[StoredRecord], Mapping[int, str]]:
    """Return all versions and the hashes of their links in the chain, by place in the feed.

    Raises: Unknown, Refused: this user may not see the newest that has a body.
    """
    versions = view.stored.history(type, id)
    if not versions:
        raise Unknown("not_found", {"type": type, "value": id})
    whole = [stored for stored in versions if stored.body]
    if whole:
        kernel.seen(by, view, to_record(kernel.registry, whole[-1]))
    links = chaining.links_of(view.stored, versions) if kernel.role == "cloud" else {}
    return versions, links


def _version(kernel: Kernel, stored: StoredRecord, links: Mapping[int, str]) -> Answer:
    return {
        "version": stored.version,
        "feed_seq": stored.feed_seq,
        "at": stored.at,
        "deleted": stored.deleted,
        "digest": stored.digest,
        "hash": links.get(stored.feed_seq, ""),
        "body": parse(stored.body) if stored.body else {},
        "provenance": parse(stored.provenance),
        "posting": posting_shown(kernel.registry, posting_of(stored.posting)),
    }


def describe_type(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """Describe a type, with the JSON Schema of its bodies."""
    record_type = kernel.registry.record_type(request.text("type"))
    schema = record_type.model.model_json_schema(mode="validation")
    return {"info": _info(kernel, record_type), "schema": schema}


def list_types(kernel: Kernel, by: Actor, request: Request) -> Answer:
    """List the types of the installed modules."""
    kind = request.text("kind")
    types = [t for _, t in sorted(kernel.registry.record_types.items()) if kind in ("", t.kind)]
    return {"types": [_info(kernel, record_type) for record_type in types]}


def _info(kernel: Kernel, record_type: RecordType) -> Answer:
    keys = [{"name": name, "fields": []} for name in BUILT_IN_KEYS]
    keys += [{"name": key.name, "fields": list(key.fields)} for key in record_type.keys]
    return {
        "id": record_type.id,
        "module": kernel.registry.owners[record_type.id],
        "title": {"vi": record_type.title.vi, "en": record_type.title.en},
        "kind": record_type.kind,
        "schema_version": record_type.schema_version,
        "number_prefix": record_type.number_prefix,
        "keys": keys,
        "references": [
            {"path": ".".join(path), "type": type} for path, type in refs_of(record_type.model)
        ],
        "posts": record_type.post is not None,
        "posts_when_accepted": record_type.posts_when_accepted,
        "offline_create": record_type.offline_create,
    }


CALLS: Mapping[str, Callable[[Kernel, Actor, Request], Answer]] = {
    "Records.Save": save,
    "Records.Get": get,
    "Records.Print": print_record,
    "Records.List": list_records,
    "Records.Delete": delete,
    "Records.History": history,
    "Records.DescribeType": describe_type,
    "Records.ListTypes": list_types,
}
