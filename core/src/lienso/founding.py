"""A new company's first records and options: what its modules say it starts with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from . import limits
from .model import Actor
from .session import set_option

if TYPE_CHECKING:
    from .kernel import Kernel
    from .storage import Tenant
    from .transaction import Transaction


def found(
    kernel: Kernel, code: str, name: str, regime: str, options: Mapping[str, Any], id: str
) -> Tenant:
    """Make a company in the cloud and save the records it starts with; see `Kernel.add_tenant`."""
    seeds = kernel.plugins.seed_records(regime)  # before there is anything to leave by halves
    tenant = kernel.storage.tenants().create(id or kernel.ids.new(), code, name)
    by = Actor(tenant.id, trusted=True)
    for start in range(0, len(seeds), limits.SEEDS_PER_WRITE):
        kernel.transact(by, partial(_seed, seeds[start : start + limits.SEEDS_PER_WRITE]))
    chosen = dict(options)
    if "accounting_regime" in kernel.registry.options:
        chosen.setdefault("accounting_regime", regime)
    if chosen:
        kernel.transact(by, partial(_set_all, chosen))
    return tenant


def _seed(records: Sequence[tuple[str, Mapping[str, Any]]], transaction: Transaction) -> None:
    for type, body in records:
        transaction.save(type, body)


def _set_all(options: Mapping[str, Any], transaction: Transaction) -> None:
    for key, value in options.items():
        set_option(transaction, key, value)
