"""The hash chain over everything that a company's cloud accepted (`docs/tampering.md`).

Every version of a record has one link, which commits with it:
``hash = SHA-256(hash before ‖ facts ‖ change id)``, the first over 32 zeros. ``facts`` is the SHA-256
of the canonical JSON array of what `_FACTS` names; of the body it is the digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

if TYPE_CHECKING:
    from .storage import StoredRecord, View
    from .transaction import Transaction

T = TypeVar("T")

START = bytes(32)
"""What stands before the first link."""

TABLE = "chain"

_FACTS = (
    "feed_seq", "type", "id", "version", "deleted", "schema_version", "digest", "summary", "scope",
    "posting", "provenance", "at",
)  # fmt: skip
_values = attrgetter(*_FACTS)


@dataclass(frozen=True, slots=True)
class Head:
    """The last link: what an administrator writes down elsewhere, so that a shorter chain, or one that
    was made anew, shows. ``feed_seq`` 0: nothing was accepted yet."""

    feed_seq: int
    hash: bytes

    def text(self) -> str:
        """Return it as ``FEED_SEQ:HASH``, the hash hexadecimal."""
        return f"{self.feed_seq}:{self.hash.hex()}"


def facts_of(version: Mapping[str, Any]) -> bytes:
    """Return the hash of what a version says; ``version`` has the fields of a `StoredRecord`."""
    return _hashed(itemgetter(*_FACTS)(version))


def _hashed(facts: tuple[Any, ...]) -> bytes:
    # Texts, integers and truth values alone: this is their canonical JSON, and it is on the hot path.
    return hashlib.sha256(orjson.dumps(facts)).digest()


def follow(before: bytes, facts: bytes, change_id: str) -> bytes:
    """Return the hash of the link that follows another."""
    return hashlib.sha256(before + facts + change_id.encode()).digest()


def links_of(view: View, versions: Sequence[StoredRecord]) -> dict[int, str]:
    """Return the hashes of versions' links, hexadecimal, by place in the feed; for the cloud."""
    rows = [view.state(TABLE).get(version.feed_seq) for version in versions]
    return {row["feed_seq"]: row["hash"].hex() for row in rows if row is not None}


def link(view: View, feed_seq: int) -> str:
    """Return the link at a place as ``FEED_SEQ:HASH``; empty where there is none."""
    row = view.state(TABLE).get(feed_seq)
    return "" if row is None else Head(feed_seq, bytes(row["hash"])).text()


def has(view: View, link: str) -> bool:
    """Tell whether a link ``FEED_SEQ:HASH`` that somebody has seen is in the chain; no text is, and
    neither is one that is no link at all."""
    if not link:
        return True
    place, _, hash = link.partition(":")
    if not (place.isascii() and place.isdigit()) or len(place) > len(str(2**63)):
        return False
    row = view.state(TABLE).get(int(place)) if int(place) < 2**63 else None
    return (bytes(row["hash"]) if row else START).hex() == hash


def head(view: View) -> Head:
    """Return the last link of a company's chain."""
    for row in view.state(TABLE).scan(descending=True, limit=1):
        return Head(row["feed_seq"], bytes(row["hash"]))
    return Head(0, START)


def chained(transaction: Transaction, work: Callable[[Transaction], T]) -> T:
    """Run ``work``; what it stored in the cloud is taken into the chain, in the same transaction."""
    result = work(transaction)
    versions = transaction.versions
    if versions and transaction.view.role == "cloud":
        _extend(transaction, versions)
    return result


def _extend(transaction: Transaction, versions: Mapping[int, tuple[str, StoredRecord]]) -> None:
    writer = transaction.writer
    last = writer.feed_seq  # what stands behind it was taken back by a savepoint
    hash, rows = head(writer).hash, []
    for feed_seq in sorted(versions):
        if feed_seq > last:
            break
        change_id, version = versions[feed_seq]
        facts = _hashed(_values(version))
        hash = follow(hash, facts, change_id)
        rows.append({"feed_seq": feed_seq, "change_id": change_id, "facts": facts, "hash": hash})
    writer.state(TABLE).put_many(rows)
