"""State tables about which part of a company's records is at a site."""

from __future__ import annotations

from ..storage import StateTable

SNAPSHOT_SEEN = StateTable(
    "snapshot_seen", ("type", "record_id"), {"type": "text", "record_id": "text"}
)
"""Records that came with the snapshot that is being taken, where others were here before."""

LOCAL_TRASH = StateTable(
    "local_trash",
    ("type", "record_id"),
    {"type": "text", "record_id": "text", "version": "int", "raw": "text", "at": "text"},
)
"""Clean records that the cloud has no more, whole as they stood here."""

EVICTED = StateTable(
    "evicted",
    ("type", "record_id"),
    {"type": "text", "record_id": "text", "version": "int"},
)
"""Records outside the scope of this site that stay here while something unsent of them does;
``version``: the last one in the cloud that is known to lie outside."""

SITE_SCOPE = StateTable("site_scope", ("site_id",), {"site_id": "text", "scope": "text"})
"""Sites that hold a part of the company's records only, and which (`lienso.sync.scopes`)."""
