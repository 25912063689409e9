"""What must hold in a store, looked at through the storage contract alone: ``lienso verify``.

Nothing is changed. A running server may go on meanwhile: what depends on several rows is read at one
instant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..model import Actor
from .books import check_books
from .chain import Anchor, anchor_of
from .decisions import check_decisions
from .records import check_claims, check_stream
from .report import Check
from .sites import check_site

if TYPE_CHECKING:
    from ..chaining import Head
    from ..kernel import Kernel
    from ..session import Progress
    from ..view import View

__all__ = ["Anchor", "Check", "anchor_of", "verify", "verify_chained"]


def verify(kernel: Kernel, tenant: str, progress: Progress | None = None) -> list[Check]:
    """Check everything that must hold for a company in this store; see `verify_chained`."""
    return verify_chained(kernel, tenant, progress)[0]


def verify_chained(
    kernel: Kernel,
    tenant: str,
    progress: Progress | None = None,
    anchors: Sequence[Head] = (),
) -> tuple[list[Check], Head | None]:
    """Check everything that must hold for a company in this store.

    Args:
        progress: told (checks done, checks in all, name of the next one).
        anchors: heads of the chain that were written down earlier.
    Returns:
        One report a check, in a fixed order; all of them have no ``wrong`` when all is well. And the
        head of the chain, to be written down elsewhere; None at a site.
    Raises:
        StorageError: ``export_incomplete``: a module whose data are here is not installed.
    """
    told = progress or (lambda _done, _total, _text: None)
    told(0, 3, "records")
    found = check_stream(kernel, tenant, anchors)

    def at_one_instant(view: View) -> list[Check]:
        if kernel.role == "site":
            told(1, 3, "outbox")
            return check_site(view.stored, found.newest, kernel.registry)
        told(1, 3, "claims")
        checks = [check_claims(kernel, view, found.claims), *check_decisions(view.stored)]
        told(2, 3, "books")
        return [*checks, *check_books(kernel, view)]

    checks = [*found.checks, *kernel.read(Actor(tenant), at_one_instant)]
    told(3, 3, "")
    return checks, found.head
