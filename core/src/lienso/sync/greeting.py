"""What a site says of itself when it opens a session. Sans I/O: a function over one transaction."""

from __future__ import annotations

from collections.abc import Mapping

from ..registry import Registry
from ..storage import View
from .messages import PROOFS_MAX, HelloRequest
from .site_log import cursor, identity, known_ids, position
from .site_scope import feed_proof
from .upgrading import schemas


def hello_request(
    view: View, host: str, manifest: Mapping[str, str], clock: str, registry: Registry
) -> HelloRequest:
    """Return what a site says of itself when it opens a session."""
    at = position(view)
    # Files may carry more at once: the cloud takes a longer log as one it cannot prove.
    rows = view.state("sealed").scan(limit=PROOFS_MAX - 1)
    proofs = [bytes(row["chain"]) for row in rows]
    return HelloRequest(
        at.incarnation,
        at.history_id,
        at.sealed,
        at.acked,
        (at.chain_acked, *proofs),
        max(cursor(view), int(identity(view, "last_place", "0"))),
        known_ids(view),
        host,
        manifest=manifest,
        clock=clock,
        takes_over=identity(view, "takes_over") == "yes",
        types=schemas(registry),
        feed_proof=feed_proof(view),
    )
