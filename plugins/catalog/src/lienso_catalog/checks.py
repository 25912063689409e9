"""What is asked of every catalog entry before it is saved; the rest is by subject (§2.0, §2.1b)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from lienso import Finding, Record
from lienso.keys import fold_code
from lienso.view import View

from . import check_accounts, check_items, check_money, check_objects, trees
from .base import Entry

Check = Callable[[Record[Any], "Record[Any] | None", View], Iterator[Finding]]

CHECKS: Mapping[str, Check] = {
    "account": check_accounts.check_account,
    "object": check_objects.check_object,
    "item": check_items.check_item,
    "spec_code": check_items.check_spec_code,
    "warehouse": check_items.check_warehouse,
    "bank_account": check_money.check_bank_account,
    "exchange_rate": check_money.check_exchange_rate,
    "payment_term": check_money.check_payment_term,
    "number_series": check_money.check_number_series,
    "tool_type": check_accounts.check_named_accounts,
    "asset_type": check_money.check_asset_type,
    "org_unit": check_accounts.check_org_unit,
    "currency": check_accounts.check_named_accounts,
    "auto_entry": check_accounts.check_named_accounts,
    "expense_reason": check_accounts.check_named_accounts,
    "loan_contract": check_accounts.check_named_accounts,
}


def check_record(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    """Say what is wrong with an entry of a catalog of this module."""
    if isinstance(record.data, Entry):
        yield from _check_code(record, before, view)
        yield from _check_platform_id(record, view)
    if record.type in trees.BY_PARENT:
        yield from trees.check_parent(record, before, view)
    if (check := CHECKS.get(record.type)) is not None:
        yield from check(record, before, view)


def _check_code(record: Record[Any], before: Record[Any] | None, view: View) -> Iterator[Finding]:
    code = record.data.code
    if before is not None and fold_code(before.data.code) == fold_code(code):
        return
    alias = alias_of(view, record.type, code)
    if alias is not None and alias.data.new_id != record.id:
        values = {"code": code, "target": alias.data.new_code}
        yield Finding("error", "code_is_alias", "code", None, values)
    # Others may hold the old code in vouchers of their own: only the cloud sees all (§2.0).
    if (
        before is not None
        and not view.online
        and view.sync_state(record.type, record.id)
        in (
            "synced",
            "pending",
        )
    ):
        yield Finding("error", "offline_refused", "code", None, {"code": before.data.code})


def alias_of(view: View, catalog: str, code: str) -> Record[Any] | None:
    """Return the alias that stands for a code which was merged, moved or deleted (§4.0)."""
    return next(view.find("alias", "old", equals=(catalog, fold_code(code)), limit=1), None)


def _check_platform_id(record: Record[Any], view: View) -> Iterator[Finding]:
    platform_id = record.data.platform_id
    if not platform_id:
        return
    for other in view.find(record.type, "platform_id", equals=(platform_id,)):
        if other.id != record.id:
            values = {"platform_id": platform_id, "code": other.data.code}
            yield Finding("error", "external_id_exists", "platform_id", None, values)
            return
