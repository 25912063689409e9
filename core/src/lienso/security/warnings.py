"""The warning that a site works offline, which its user may not want to see again at his workstation
(sync-design §18). How the site is connected is told nevertheless."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import Refused
from ..ids import instant_text
from ..model import Actor
from ..storage import Writer

if TYPE_CHECKING:
    from ..kernel import Kernel

TABLE = "warning_hidden"


def warns(kernel: Kernel, by: Actor) -> bool:
    """Tell whether somebody who comes in now at his workstation is to be warned."""
    if kernel.site is None or kernel.online:
        return False
    hidden = kernel.storage.read(
        by.tenant, lambda view: view.state(TABLE).get(by.user, by.workstation)
    )
    return hidden is None


def show(kernel: Kernel, by: Actor, shown: bool) -> None:
    """Keep whether he wants to be warned there. Raises: Refused: ``only_at_a_site``."""
    if kernel.site is None:
        raise Refused("only_at_a_site")
    at = instant_text(kernel.clock.now())

    def work(writer: Writer) -> None:
        if shown:
            writer.state(TABLE).delete(by.user, by.workstation)
        else:
            row = {"user": by.user, "workstation": by.workstation, "at": at}
            writer.state(TABLE).put(row)

    kernel.storage.write(by.tenant, work)
