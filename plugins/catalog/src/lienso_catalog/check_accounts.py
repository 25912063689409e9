"""Rules of the chart of accounts, and of accounts that other catalogs name (§2.1b, §2.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from lienso import Finding, Record
from lienso.fields import to_json
from lienso.ids import is_id
from lienso.model import Severity
from lienso.view import View

from . import chart, regimes, trees
from .accounts import Account

NEVER_ASKED = frozenset({"term"})
"""Tokens that no row lacks (`reference/README.md` §1)."""

DIMENSION_OF = {"customer": "object", "supplier": "object", "employee": "object", "fc": "currency"}
"""Token of an account → the dimension that has it, where they are called otherwise."""

VOUCHERS_MAX = 100
"""Vouchers that a finding names; ``count`` is of all."""


def regime_of(view: View) -> str:
    """Return the company's accounting regime: ``TT99``, ``TT200`` or ``TT133``."""
    return str(view.option("accounting_regime"))


def check_account(
    record: Record[Account], before: Record[Account] | None, view: View
) -> Iterator[Finding]:
    """Say what is wrong with an account."""
    above = chart.parent_of(view, record.data.code)
    if above is not None and above.id == record.id:  # it stands there under its former code
        above = chart.parent_of(view, above.code)
    renamed = before is not None and before.data.code != record.data.code
    if before is not None and renamed:
        objections = list(_check_renaming(before, view))
        if objections:
            yield from objections
            return
    if before is None or renamed:
        yield from _check_level(record.data, view)
        yield from _check_place(record, above, view)
    yield from _check_summary(record, before, view)
    yield from _check_nature(record.data, above)
    if before is not None and view.role == "cloud":
        yield from _check_tracks(record, before, view)
        yield from _check_foreign(record, before, view)
        yield from _check_activity(record, before, view)


def _check_tracks(
    record: Record[Account], before: Record[Account], view: View
) -> Iterator[Finding]:
    """Name the rows that lack what an account is to be followed by from now on; only the cloud has them."""
    code = before.data.code
    state = chart.account(view, code)  # as it is stored: what it takes over counts as its own
    had = {token.rstrip("?") for token in (() if state is None else state.tracks)}
    for token in record.data.tracks:
        name = token.rstrip("?")
        dimension = DIMENSION_OF.get(name, name)
        if name in had or name in NEVER_ASKED:
            continue
        where = {"account": code, dimension: ""}
        rows = view.book(trees.LEDGER_BOOK).entries(where=where)
        numbers = list(dict.fromkeys(posted.number for posted in rows))
        if numbers:
            values = {"account": code, "vouchers": numbers[:VOUCHERS_MAX], "count": len(numbers)}
            wanted = "object_required" if dimension == "object" else f"{name}_required"
            wanted = "currency_required" if name == "fc" else wanted
            severity: Severity = "warning" if record.data.accept_missing else "error"
            yield Finding(severity, wanted, "tracks", None, values)


def _check_activity(
    record: Record[Account], before: Record[Account], view: View
) -> Iterator[Finding]:
    """Warn of an account that is put away while it has a balance."""
    if record.data.active or not before.data.active:
        return
    code = before.data.code
    sums = view.book(trees.LEDGER_BOOK).sum(
        ("debit", "credit"), by=("ledger",), where={"account": code}
    )
    balances = {ledger: debit - credit for (ledger,), (debit, credit) in sums.items()}
    left = {ledger: balance for ledger, balance in balances.items() if balance}
    if left:
        values = {"account": code, "balance": left}
        yield Finding("warning", "account_inactive", "active", None, values)


def _check_renaming(before: Record[Account], view: View) -> Iterator[Finding]:
    """Vouchers name accounts by code: the code of a used one stays (`catalog.change_code`)."""
    code = before.data.code
    values = {"account": code}
    if before.data.is_statutory:
        yield Finding("error", "statutory", "code", None, values)
    elif next(chart.below(view, code), None) is not None:
        yield Finding("error", "has_children", "code", None, values)
    elif trees.in_ledger(view, "account", before.id, code):
        yield Finding("error", "in_use", "code", None, values)


def _check_level(data: Account, view: View) -> Iterator[Finding]:
    """Accounts beside statutory ones are statutory too, unless the regime lets the company add.

    The circular names all accounts of a level below one that it divides; deeper ones are free.
    """
    values = {"account": data.code}
    if data.is_statutory:
        if not regimes.is_statutory(data.code):
            yield Finding("error", "statutory_level", "is_statutory", None, values)
        return
    regime = regime_of(view)
    if regime in regimes.OPEN_REGIMES or data.code in regimes.chart(regime):
        return
    if _statutory_above(data.code, regime) in regimes.parents(regime):
        yield Finding("error", "statutory_level", "code", None, values)


def _statutory_above(code: str, regime: str) -> str:
    """Return the account of the circular's chart that a code would stand directly below."""
    known = regimes.chart(regime)
    lengths = range(len(code) - 1, chart.LEVEL_1_DIGITS - 1, -1)
    return next((code[:length] for length in lengths if code[:length] in known), "")


def _check_place(
    record: Record[Account], above: chart.AccountState | None, view: View
) -> Iterator[Finding]:
    if above is None:
        return
    values = {"parent": above.code, "account": record.data.code}
    if not above.active:
        yield Finding("error", "parent_inactive", "code", None, values)
    # A statutory child was there when the summary account was made: the chart comes as a whole.
    if above.leaf and not record.data.is_statutory:
        yield from trees.first_child(view, "account", above.id, above.code)


def _check_summary(
    record: Record[Account], before: Record[Account] | None, view: View
) -> Iterator[Finding]:
    """Compare the summary account that the user named with the code."""
    named = record.data.parent
    if not named or (before is not None and before.data.parent == named):
        return
    code = view.code("account", named) if is_id(named) else named
    values = {"parent": code or named, "account": record.data.code, "type": "account"}
    if chart.account(view, code) is None:
        yield Finding("error", "not_found", "parent", None, {**values, "value": named})
    elif code == record.data.code or not record.data.code.startswith(code):
        yield Finding("error", "account_prefix", "parent", None, values)


def _check_nature(data: Account, above: chart.AccountState | None) -> Iterator[Finding]:
    if data.is_statutory:  # the circulars have a few of their own, e.g. 3431 / 34312
        return
    if above is None:
        if data.nature is None:
            yield Finding("error", "field_required", "nature", None, {"field": "nature"})
    elif data.nature not in (None, above.nature) and above.nature not in (None, "both"):
        values = {"account": data.code, "nature": data.nature, "parent": above.code}
        yield Finding("error", "nature_differs", "nature", None, values)


def _check_foreign(
    record: Record[Account], before: Record[Account], view: View
) -> Iterator[Finding]:
    """Refuse to stop keeping foreign amounts while there is a balance; only the cloud knows it."""
    if not before.data.fc or record.data.fc:
        return
    sums = view.book(trees.LEDGER_BOOK).sum(
        ["fc_debit", "fc_credit"],
        by=["currency", "ledger"],
        where={"account": record.data.code},
    )
    for (currency, _ledger), (debit, credit) in sums.items():
        if debit != credit and not is_vnd(currency):
            values = {"account": record.data.code}
            yield Finding("error", "fc_balance_exists", "fc", None, values)
            return


def is_vnd(currency: str) -> bool:
    """Tell whether a currency is the đồng; an entry without one is in đồng too."""
    return currency in ("", "VND")


# -- accounts that other catalogs name --------------------------------------------------------------


def check_named_accounts(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Say what is wrong with the accounts that an entry of a catalog starts with."""
    model = type(record.data)
    names = [n for n in model.model_fields if n.endswith("_account") or n in ("debit", "credit")]
    names += ["account"] if "account" in model.model_fields else []
    for name in names:
        yield from check_default_account(record, before, view, name)


def check_org_unit(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Iterator[Finding]:
    """Say what is wrong with the accounts of a unit; only branches keep books or have them kept."""
    if record.data.accounting and record.data.kind != "branch":
        values = {"field": "accounting", "kind": record.data.kind}
        yield Finding("error", "value_out_of_range", "accounting", None, values)
    yield from check_named_accounts(record, before, view)


def check_default_account(
    record: Record[Any],
    before: Record[Any] | None,
    view: View,
    field: str,
    tracks: Sequence[str] = (),
) -> Iterator[Finding]:
    """Say what is wrong with one account field that was changed.

    Accounts that come with the model (131, 632 …) are not looked up: every regime has them.

    Args:
        tracks: tokens of which the account must have one; none asks nothing.
    """
    code = getattr(record.data, field)
    default = type(record.data).model_fields[field].default
    if not code or code == default or (before is not None and getattr(before.data, field) == code):
        return
    state = chart.account(view, code)
    values = {"account": code}
    if state is None:
        yield Finding("error", "account_unknown", field, None, values)
    elif not state.active:
        yield Finding("error", "account_inactive", field, None, values)
    elif not state.leaf:
        yield Finding("error", "account_is_parent", field, None, values)
    elif tracks and not any(token.rstrip("?") in tracks for token in state.tracks):
        yield Finding("error", "account_not_allowed", field, None, values)


def changed(record: Record[Any], before: Record[Any] | None, field: str) -> bool:
    """Tell whether a field of a stored record is being changed; False for a new record."""
    if before is None:
        return False
    return bool(to_json(before.data).get(field) != to_json(record.data).get(field))
