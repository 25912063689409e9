"""Telling observers what becomes of changes: the same hook on both sides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..model import Actor
from .messages import Verdict

if TYPE_CHECKING:
    from ..kernel import Kernel


def tell_judged(kernel: Kernel, site: Actor, verdicts: Sequence[Verdict], took_ms: int) -> None:
    """Tell what was decided about a batch of a site's changes."""
    if verdicts:
        kernel.calls.observe(
            "lienso_changes_judged",
            tenant=site.tenant,
            site=site.site,
            verdicts={verdict.change_id: verdict.code for verdict in verdicts},
            took_ms=took_ms,
        )
