"""The hash chain: every accepted version has its link, and every link follows from the one before."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..chaining import START, Head, follow
from ..errors import Refused
from .report import Check


@dataclass(frozen=True, slots=True)
class Anchor:
    """A head that somebody wrote down: ``COMPANY:FEED_SEQ:HASH``."""

    company: str
    head: Head


def anchor_of(text: str) -> Anchor:
    """Read an anchor as `lienso verify` prints it. Raises: Refused: ``anchor_invalid``."""
    company, *place = text.strip().rsplit(":", 2)
    try:
        feed_seq, hash = place
        found = Anchor(company, Head(int(feed_seq), bytes.fromhex(hash)))
    except ValueError as error:
        raise Refused("anchor_invalid", {"value": text.strip()}) from error
    if len(found.head.hash) != len(START):
        raise Refused("anchor_invalid", {"value": text.strip()})
    return found


@dataclass(slots=True)
class Links:
    """Goes along the chain of a company, link by link, in the order of the feed.

    Attributes:
        facts: what each version that is stored says, by its place in the feed.
        head: the last link so far.
        known: the hash of every link so far, by its place.
    """

    anchors: Iterable[Head] = ()
    check: Check = field(default_factory=lambda: Check("chain"))
    facts: dict[int, bytes] = field(default_factory=dict)
    head: Head = field(default_factory=lambda: Head(0, START))
    known: dict[int, bytes] = field(default_factory=lambda: {0: START})
    _first: int = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Check the next link: a row of the table, its bytes as base64."""
        self.check.looked_at += 1
        feed_seq = row["feed_seq"]
        facts, hash = base64.b64decode(row["facts"]), base64.b64decode(row["hash"])
        where = {"feed_seq": feed_seq, "change_id": row["change_id"]}
        self._first = self._first or feed_seq
        stored = self.facts.pop(feed_seq, None)
        if stored is None:
            self.check.add("an accepted version was removed", **where)
        elif stored != facts:
            self.check.add("a version is not the one that was accepted", **where)
        if follow(self.head.hash, facts, row["change_id"]) != hash:
            what = "a link does not follow: links were changed, removed or put in another order"
            self.check.add(what, **where)
        self.head = Head(feed_seq, hash)
        self.known[feed_seq] = hash

    def end(self) -> Check:
        """Look for versions without a link, and for the anchors."""
        for feed_seq in sorted(self.facts):
            if feed_seq >= self._first:  # Those before were accepted by a lienso without a chain.
                self.check.add("a version was not accepted through lienso", feed_seq=feed_seq)
        for anchor in self.anchors:
            self.check.looked_at += 1
            if self.known.get(anchor.feed_seq) != anchor.hash:
                what = "the chain was cut or made anew: it lacks a head that was written down"
                self.check.add(what, anchor=anchor.text(), head=self.head.text())
        return self.check
