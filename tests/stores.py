"""Stores for tests of verify and export-pending: a cloud and an office in SQLite files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from lienso.errors import LinkError
from lienso.kernel import Kernel
from lienso.testing import kernels


def receipt(amount: int, day: str = "2026-03-02", **more: Any) -> dict[str, Any]:
    """A cash receipt of other income."""
    line = {"line": 1, "debit": "1111", "credit": "711", "amount": amount}
    return {"posting_date": day, "reason": "Thu khác", "lines": [line], **more}


def save(kernel: Kernel, body: dict[str, Any], **how: Any) -> Any:
    """Save a cash receipt."""
    return kernel.save(kernels.actor(kernel), "cash_receipt", body, **how).record


def fill_cloud(head: Kernel) -> None:
    """Post vouchers of two months, edit one, delete one, unpost one."""
    by = kernels.actor(head)
    first = save(head, receipt(100_000), post=("financial",))
    save(head, receipt(250_000, "2026-04-10"), post=("financial",))
    edited = save(head, receipt(300_000))
    save(head, receipt(310_000), id=edited.id)
    gone = save(head, receipt(5_000))
    head.delete(by, "cash_receipt", gone.id)
    head.unpost(by, first.id)
    head.post(by, first.id)


def make_cloud(path: Path) -> str:
    """Make a cloud's file with work in it; returns its URL."""
    url = f"sqlite:{path}"
    with kernels.cloud(storage=url) as head:
        fill_cloud(head)
    return url


def make_site(folder: Path) -> str:
    """Make an office's file where a voucher waits, one has no verdict and one was refused."""
    url = f"sqlite:{folder / 'site.db'}"
    with kernels.cloud() as head:
        fill_cloud(head)
        link = kernels.line_to(head, "S1")
        with kernels.office(head, storage=url, link=link) as site:
            fill_site(head, site, link)
    return url


def fill_site(head: Kernel, site: Kernel, link: Any) -> None:
    """Leave one change of every state that waits."""
    engine = kernels.synchronization(site)
    save(site, receipt(1_000, no="PT00077"))
    save(head, receipt(2_000, no="PT00077"))
    engine.push()
    save(site, receipt(3_000))
    link.cut()
    try:
        engine.push()
    except LinkError:
        pass
    else:
        raise AssertionError("a line that is cut carries nothing")
    save(site, receipt(4_000), post=("financial",))


def damage(url: str, *statements: str) -> None:
    """Change a file behind lienso's back; each statement must hit at least one row."""
    with closing(sqlite3.connect(url.removeprefix("sqlite:"))) as connection, connection:
        for statement in statements:
            hit = connection.execute(statement).rowcount
            assert hit or statement.startswith("CREATE"), statement
