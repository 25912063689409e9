"""``lienso cloud tidy``, and the same once a day while a cloud serves."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import LiensoError
from .shared import HERE, Config, Data, Json, Storage, company, emit, opened

if TYPE_CHECKING:
    from ..kernel import Kernel

log = logging.getLogger("lienso.cli")

EVERY_S = 24 * 60 * 60
"""What is forgotten is months old: a day more or less is nothing."""


def tidy(
    data: Data = HERE,
    config: Config = None,
    storage: Storage = "",
    tenant: Annotated[
        str, typer.Option("--tenant", help="Code of a company; without it, all are tidied.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Retire sites silent for half a year, clear old tombstones and ids of calls away."""
    from ..sync import tidying

    with opened(data, config, storage, "cloud") as kernel:
        there = (not tenant and kernel.storage.tenants().list()) or [company(kernel, tenant)]
        done = {one.code: tidying.tidy(kernel, one.id) for one in there}
    if as_json:
        emit({code: found.as_json() for code, found in done.items()})
        return
    for code, found in done.items():
        typer.echo(
            f"{code}: {found.tombstones} tombstones and {found.calls} ids of calls cleared, "
            f"retired: {', '.join(found.retired) or 'none'}"
        )


@contextmanager
def daily(kernel: Kernel, every_s: float = EVERY_S) -> Iterator[None]:
    """Tidy all companies of a cloud at once and then every day, beside its work."""
    stopped = threading.Event()

    def run() -> None:
        _tidy_all(kernel)
        while not stopped.wait(every_s):
            _tidy_all(kernel)

    thread = threading.Thread(target=run, name="tidy", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join(timeout=30)


def _tidy_all(kernel: Kernel) -> None:
    from ..sync import tidying

    for tenant in kernel.storage.tenants().list():
        try:
            found = tidying.tidy(kernel, tenant.id)
        except LiensoError as error:  # A frozen company, a busy disk: tomorrow again.
            log.warning("%s is not tidied today: %s", tenant.code, error)
            continue
        for site in found.retired:
            log.warning(
                "site %s of %s was silent for half a year and is retired", site, tenant.code
            )
