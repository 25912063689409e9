"""Records that are another one by now: two entries of a catalog that meant the same thing.

In the cloud: which record stands for which, and references of incoming changes that follow it. At a
site: what referred to the given-up record refers to the other. Functions over one transaction, sans I/O.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ..canonical import canonical_text, digest_of, parse
from ..errors import Refused, Unknown
from ..model import RecordType
from ..records import (
    record_keys,
    references,
    replace_codes,
    replace_references,
    summary_of,
)
from ..registry import Registry
from ..storage import Draft, StoredRecord, View, Writer
from .site_log import change_from_text, local_of, put_outbox


def resolved(view: View, type: str, id: str) -> str:
    """Return the id of the record that stands for this one: mostly its own."""
    table = view.state("alias")
    while (row := table.get(type, id)) is not None:
        id = row["new_id"]
    return id


def add(writer: Writer, type: str, old_id: str, new_id: str, **why: str) -> StoredRecord:
    """Let one record stand for another from now on, in the cloud.

    Args:
        why: ``user``, ``site``, ``at``: who decided it, and when.
    Returns:
        The record that stands.
    Raises:
        Unknown: ``not_found``: there is no such record to stand for it. Refused: ``alias_loop``.
    """
    new_id = resolved(writer, type, new_id)
    if new_id == old_id:
        raise Refused("alias_loop", {"type": type, "id": old_id})
    stands = writer.get(type, new_id)
    if stands is None:
        raise Unknown("not_found", {"type": type, "value": new_id})
    writer.state("alias").put({"type": type, "old_id": old_id, "new_id": new_id, **why})
    return stands


def add_code(writer: Writer, type: str, old_code: str, new_code: str, **why: str) -> None:
    """Let one code stand for another, of a catalog whose records are named by code.

    Args:
        why: as for `add`.
    Raises:
        Refused: ``alias_loop``.
    """
    new_code = resolved(writer, type, new_code)
    if new_code == old_code:
        raise Refused("alias_loop", {"type": type, "id": old_code})
    writer.state("alias").put({"type": type, "old_id": old_code, "new_id": new_code, **why})


def release_code(writer: Writer, type: str, code: str) -> bool:
    """Let a code stand for nothing but itself again; False when it stood for nothing else."""
    return writer.state("alias").delete(type, code)


def rewritten(
    view: View, record_type: RecordType, body: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Return a body whose references and codes follow the aliases, and what was replaced."""
    replaced: dict[str, str] = {}

    def follow(value: str, type: str, _path: tuple[str, ...]) -> str:
        now = resolved(view, type, value)
        if now != value:
            replaced[value] = now
        return now

    followed = replace_references(record_type.model, body, follow)
    return replace_codes(record_type.model, followed, follow), replaced


def _replaced(
    record_type: RecordType, body: Mapping[str, Any], ids: Mapping[str, str]
) -> dict[str, Any]:
    return replace_references(record_type.model, body, lambda id, _type, _path: ids.get(id, id))


def rewire(writer: Writer, registry: Registry, type: str, old_id: str, new_id: str) -> list[str]:
    """Let the records of this site that refer to one record refer to another.

    What is sealed or refused keeps its bytes: the cloud follows the alias by itself, and answers with
    the record as it is then.

    Returns:
        Ids of the records that were changed.
    """
    changed = []
    for record_type in registry.record_types.values():
        for id in _referring(writer, record_type.id, old_id):
            stored = writer.get(record_type.id, id)
            if stored is None or local_of(writer, record_type.id, id) is None:
                continue  # As in the cloud, which rewires its own and sends it by the feed.
            if (old_id, type) in references(record_type, parse(stored.body)):
                _put(writer, record_type, stored, {old_id: new_id})
                changed.append(id)
    return changed


def _referring(view: View, type: str, id: str) -> list[str]:
    found: list[str] = []
    after: str | None = None
    while True:
        page = view.find(type, "ref", equals=id, after=after)
        found += [record.id for record in page.records]
        after = page.after
        if after is None:
            return found


def _put(
    writer: Writer, record_type: RecordType, stored: StoredRecord, ids: Mapping[str, str]
) -> None:
    body = _replaced(record_type, parse(stored.body), ids)
    text = canonical_text(body)
    draft = Draft(
        stored.type,
        stored.id,
        text,
        digest_of(text),
        stored.schema_version,
        summary_of(body),
        stored.scope,
        stored.posting,
        stored.provenance,
        record_keys(record_type, body),
        stored.at,
    )
    writer.put(draft, base=stored.version)
    row = writer.state("outbox").get(stored.type, stored.id)
    if row is not None:
        change = change_from_text(row["content"])
        refs = {id: of for id, of in sorted(references(record_type, body))}
        put_outbox(
            writer, dataclasses.replace(change, body=text, refs=refs), row["saved"], row["at"]
        )
