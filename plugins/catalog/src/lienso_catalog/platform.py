"""Units, employees and customers of the platform: what is mapped, and who owns it (`connector.md` §4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from lienso import Capability, Label, Refused
from lienso.connector import (
    FetchParams,
    FetchResult,
    MappedField,
    PushParams,
    PushResult,
    Resource,
    fetch,
    push,
)

ACTIVE = {"active": True, "Đang theo dõi": True, "inactive": False, "Ngừng theo dõi": False}
UNIT_KINDS = ("company", "branch", "office", "department", "workshop", "group")
BANK_FIELDS = ("number", "bank_name", "branch_name", "holder")
"""What is told of a bank account; the entry of the catalog of banks is ours."""


def _known(values: Mapping[str, Any]) -> Callable[[Any], Any]:
    def take(value: Any) -> Any:
        if value not in values:
            raise Refused("unknown_status", {"value": value})
        return values[value]

    return take


def _bank_accounts(value: Any) -> list[dict[str, Any]]:
    return [{name: one[name] for name in BANK_FIELDS if one.get(name)} for one in value or ()]


_STATUS = MappedField(
    "active",
    "platform",
    "status",
    take=_known(ACTIVE),
    give=lambda active: "active" if active else "inactive",
)
_CODE = MappedField("code", "fixed")


def _unit(name: str) -> MappedField:
    return MappedField(name, "platform", ref="org_unit", unknown="unknown_org_unit")


ORG_UNITS = Resource(
    "org_units",
    "org_unit",
    (
        MappedField("code", "platform"),
        MappedField("name", "platform"),
        _unit("parent"),
        MappedField("kind", "platform", take=_known({kind: kind for kind in UNIT_KINDS})),
        _STATUS,
    ),
    defaults={"kind": "department"},
)
EMPLOYEES = Resource(
    "employees",
    "object",
    (
        _CODE,
        MappedField("name", "platform"),
        _unit("org_unit"),
        MappedField("title", "platform"),
        MappedField("tax_code", "both"),
        MappedField("id_number", "platform", "id_no"),
        MappedField("bank_accounts", "both", take=_bank_accounts, give=_bank_accounts),
        MappedField("email", "platform"),
        MappedField("phone", "platform"),
        _STATUS,
    ),
    role={"is_employee": True},
    defaults={"kind": "person"},
    match=("id_number", "email", "code"),
)
CUSTOMERS = Resource(
    "customers",
    "object",
    (
        _CODE,
        MappedField("name", "both"),
        MappedField("tax_code", "accounting"),
        MappedField("address", "both"),
        MappedField("phone", "platform"),
        MappedField("email", "platform"),
        MappedField("contact_name", "platform", "contact"),
        MappedField(
            "customer_groups",
            "platform",
            "group",
            ref="customer_group",
            unknown="not_found",
            many=True,
        ),
        MappedField("employee", "platform", "owner", ref="object", unknown="unknown_employee"),
        MappedField(
            "kind",
            "platform",
            "is_individual",
            take=lambda alone: "person" if alone else "organization",
            give=lambda kind: kind == "person",
        ),
        MappedField("credit_limit", "accounting"),
        MappedField("credit_days", "accounting"),
    ),
    role={"is_customer": True},
    gone="unlink",
    match=("tax_code", "code"),
    creates=True,
)


def capabilities() -> list[Capability]:
    """Return the functions that fetch and push; each page and each batch is a transaction of its own."""
    return [
        _fetches("fetch_org_structure", "Lấy Cơ cấu tổ chức", "Fetch the organization structure from the platform", ORG_UNITS),
        _fetches("fetch_customers", "Lấy Khách hàng", "Fetch customers from the platform", CUSTOMERS),
        _fetches("fetch_employees", "Lấy Nhân viên", "Fetch employees from the platform", EMPLOYEES),
        _pushes("push_customers", "Cập nhật thông tin Khách hàng", "Update customers on the platform", CUSTOMERS),
        _pushes("push_employees", "Cập nhật thông tin Nhân viên", "Update employees on the platform", EMPLOYEES),
    ]  # fmt: skip


def _fetches(id: str, vi: str, en: str, resource: Resource) -> Capability:
    run = partial(fetch, resource)
    return _function(id, vi, en, FetchParams, FetchResult, run, "the former values, by hand")


def _pushes(id: str, vi: str, en: str, resource: Resource) -> Capability:
    run = partial(push, resource)
    return _function(id, vi, en, PushParams, PushResult, run, "change here, and push again")


def _function(
    id: str, vi: str, en: str, params: Any, result: Any, run: Any, undo: str
) -> Capability:
    return Capability(
        f"catalog.{id}",
        Label(vi, en),
        params,
        result,
        run,
        "online_only",
        in_transaction=False,
        undo=undo,
    )
