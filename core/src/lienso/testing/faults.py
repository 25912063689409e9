"""Faults that no kernel would let in, put into the storage below it; and what a check of books finds."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..book_checks import CheckScope, Problem
from ..canonical import canonical_text, digest_of, parse
from ..kernel import Kernel
from ..model import Ledger
from ..records import keys_of
from ..storage import Draft, Entry, RecordRef, Writer
from .kernels import TENANT, actor


def problems(
    kernel: Kernel,
    check: str,
    first: str = "2026-01-01",
    last: str = "2026-12-31",
    *,
    ledger: Ledger = "financial",
    branches: Sequence[str] | None = None,
) -> list[Problem]:
    """Return what a declared check finds between two days.

    Args:
        branches: ids; None takes all.
    """
    declared = kernel.registry.book_checks[check]
    days = datetime.date.fromisoformat(first), datetime.date.fromisoformat(last)
    units = None if branches is None else frozenset(branches)
    return kernel.read(
        actor(kernel),
        lambda view: list(declared.run(CheckScope(view, *days, ledger, units))),
    )


def below(kernel: Kernel, work: Callable[[Writer], Any]) -> None:
    """Write into the storage past the kernel and all its rules."""
    kernel.storage.write(TENANT, work)


def change_body(
    kernel: Kernel, type: str, id: str, *, written_by: int | None = None, **fields: Any
) -> None:
    """Store another version of a record past all checks: entries and claims stay as they were.

    Args:
        written_by: version of the record type that the body is of; None: as it was.
    """

    def work(writer: Writer) -> None:
        stored = writer.get(type, id)
        assert stored is not None, "a record that is there"
        text = canonical_text({**parse(stored.body), **fields})
        kept = {name: getattr(stored, name) for name in ("schema_version", "summary", "scope")}
        kept |= {name: getattr(stored, name) for name in ("posting", "provenance", "at")}
        if written_by is not None:
            kept["schema_version"] = written_by
        draft = Draft(type, id, text, digest_of(text), **kept)
        put = writer.put(draft, base=stored.version)
        keys = keys_of(kernel.registry, put)
        writer.put(Draft(type, id, text, digest_of(text), keys=keys, **kept), base=put.version)

    below(kernel, work)


def change_entries(
    kernel: Kernel,
    book: str,
    voucher: RecordRef,
    change: Callable[[Entry], Entry | None],
    ledger: str = "financial",
) -> None:
    """Write a voucher's entries otherwise than it posted them; None leaves one out."""

    def work(writer: Writer) -> None:
        rows = list(writer.book(book).entries(voucher=voucher.id, where={"ledger": ledger}))
        changed = [entry for row in rows if (entry := change(row.entry)) is not None]
        writer.unpost(book, voucher, ledger)
        first = rows[0]
        writer.post(
            book,
            voucher,
            changed,
            number=first.number,
            voucher_date=first.voucher_date,
            description=first.description,
        )

    below(kernel, work)


def add_entry(
    kernel: Kernel,
    book: str,
    voucher: RecordRef,
    day: str,
    dimensions: Mapping[str, str],
    measures: Mapping[str, int],
    *,
    number: str = "",
    side: int = 0,
) -> None:
    """Write one entry of a voucher that need not be there."""
    date = datetime.date.fromisoformat(day)
    entry = Entry(1, side, "financial", date, "", dimensions, measures)
    below(kernel, lambda writer: writer.post(book, voucher, [entry], number=number))
