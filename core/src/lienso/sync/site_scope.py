"""A site's scope: what it lets go of when the scope narrows, and fetches when it widens.

What is unsent stays, whatever the scope: it is sent, and the cloud decides. Sans I/O: functions over
one transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from .. import rights
from ..canonical import canonical_text, parse
from ..storage import StoredRecord, View, Writer
from . import bootstrapping, pulling
from .extent import Mark, Scope
from .messages import PullReply, PullRequest, Session
from .scopes import both, holds, scope_from_text, scope_text
from .site_log import CURSOR_NAME, cursor, identity, local_of, record_from_text, set_identity

FEED_PROOF = "feed_proof"
"""Under this name a site keeps the last link that a page brought, behind the history it is of."""

PART = 200
"""Records of the store that one transaction looks at when it is swept."""


def scope_here(view: View) -> Scope:
    """Return the scope that this site was told last."""
    return scope_from_text(identity(view, "scope"))


def turn_here(view: View) -> int:
    """Return how often this site was told another scope."""
    return int(identity(view, "scope_turn", "0"))


def take_scope(writer: Writer, told: Scope) -> bool:
    """Take the scope that a Hello told; what must be let go and fetched for it is done by the next pull.

    Returns:
        Whether it is another one than before.
    """
    now = scope_here(writer)
    if told == now:
        return False
    set_identity(writer, scope=scope_text(told), scope_turn=turn_here(writer) + 1)
    here = cursor(writer)
    whole = told if here == 0 else both(_whole(writer, now), told)
    if bootstrapping.progress(writer) is not None:
        bootstrapping.begin(writer)  # It is taken in the new scope, from its beginning.
    elif whole == told:
        set_identity(writer, backfill="")
    else:
        # What is here is known up to the cursor; news of the wider scope come by the feed from now on.
        row = {"whole": scope_text(whole), "after": 0, "until": here}
        set_identity(writer, backfill=canonical_text(row))
    set_identity(writer, scope_sweep="0")
    return True


def _whole(view: View, now: Scope) -> Scope:
    """Return of which scope everything is here up to the cursor: while a wider one is being fetched it
    is the part that was here before."""
    text = identity(view, "backfill")
    return both(now, scope_from_text(parse(text)["whole"])) if text else now


def feed_proof(view: View) -> str:
    """Return the last link of the cloud's chain that a page brought; empty: none of this history."""
    history, _, link = identity(view, FEED_PROOF).partition(" ")
    return link if history == identity(view, "history_id") else ""


def to_let_go(view: View) -> bool:
    """Tell whether anything outside the scope may be here."""
    return bool(identity(view, "scope_sweep")) or view.state("evicted").count() > 0


# -- what is let go -----------------------------------------------------------------------------------


def sweep(writer: Writer) -> bool:
    """Let go of part of what lies outside the scope; False when all is done."""
    place = identity(writer, "scope_sweep")
    if not place:
        return False
    if identity(writer, "offer_phase"):
        return False  # A cloud that was restored may need it.
    scope = scope_here(writer)
    page = writer.changes(int(place), limit=PART)
    if place == "0" or not page.records:
        for record in list(_aside(writer)):
            if not holds(scope, record):
                evict(writer, record)
    for record in page.records:
        # The version that stands here is not the cloud's where something of it is unsent.
        if not holds(scope, record) and local_of(writer, record.type, record.id) is None:
            evict(writer, record)
    set_identity(writer, scope_sweep=page.next_after if page.records else "")
    return bool(page.records)


def _aside(view: View) -> Iterator[StoredRecord]:
    """Yield versions of the cloud that do not stand in the feed of this store."""
    for row in view.state("record_local").scan():
        if text := row["shadow"] or row["base"]:
            yield record_from_text(text)
    for name in pulling.ASIDE:
        for row in view.state(name).scan():
            if row["raw"]:
                yield record_from_text(row["raw"])


def evict(writer: Writer, record: StoredRecord | Mark) -> None:
    """Let go of a record, of which this version in the cloud lies outside; what is unsent of it stays."""
    id = (record.type, record.id)
    for name in pulling.ASIDE:
        row = writer.state(name).get(*id)
        if row is not None and row["feed_seq"] <= record.feed_seq:
            writer.state(name).delete(*id)
    if local_of(writer, *id) is not None:
        row = {"type": record.type, "record_id": record.id, "version": record.version}
        writer.state("evicted").put(row)
        return
    stored = writer.get(*id, deleted=True)
    if stored is not None and stored.version <= record.version:
        writer.forget(*id)
        rights.note_change(writer, record.type, lambda: f"evicted {record.feed_seq}")


def take_page(writer: Writer, page: PullReply) -> None:
    """Take what a page says beside its records: let go of what has left the scope (what it brings is in
    it), and keep the link of the cloud's chain that proves the feed up to here."""
    if page.chain:
        set_identity(writer, **{FEED_PROOF: f"{page.session.history_id} {page.chain}"})
    evicted = writer.state("evicted")
    for record in page.records if evicted.count() else ():
        evicted.delete(record.type, record.id)
    for gone in page.evicted:
        evict(writer, gone)


def settle_evicted(writer: Writer) -> bool:
    """Let go of records outside the scope of which nothing is unsent any more; tells whether some stay."""
    scope = scope_here(writer)
    for row in writer.state("evicted").scan():
        id = (row["type"], row["record_id"])
        if local_of(writer, *id) is not None:
            continue
        stored = writer.get(*id, deleted=True)
        if stored is not None and (stored.version <= row["version"] or not holds(scope, stored)):
            writer.forget(*id)
        writer.state("evicted").delete(*id)
    return writer.state("evicted").count() > 0


# -- what is fetched ----------------------------------------------------------------------------------


NO_SESSION = Session("", 0, "")


def lacking(view: View) -> PullRequest | None:
    """Return the request for what is still lacking of a wider scope, without its session; None when
    nothing is."""
    text = identity(view, "backfill")
    if not text or bootstrapping.progress(view) is not None:
        return None
    row = parse(text)
    whole = scope_from_text(row["whole"])
    return PullRequest(NO_SESSION, row["after"], had=whole, until=row["until"])


def ask_anew(writer: Writer) -> None:
    """Begin the feed anew in place of fetching what is lacking of a wider scope: a file asks once."""
    if identity(writer, "backfill"):
        row = writer.state("cursor").get(CURSOR_NAME)
        writer.state("cursor").put({**(row or {}), "name": CURSOR_NAME, "position": 0})
        set_identity(writer, backfill="")


def let_go(write: Callable[[Callable[[Writer], bool]], bool]) -> None:
    """Let go of all that lies outside the scope, part by part; ``write`` runs a transaction."""
    while write(sweep):
        pass
    write(settle_evicted)


def backfilled(writer: Writer, page: PullReply) -> None:
    """Keep how far a wider scope has come, in the transaction of its page."""
    row = {**parse(identity(writer, "backfill")), "after": page.next_cursor}
    set_identity(writer, backfill="" if page.done else canonical_text(row))
