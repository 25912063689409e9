"""Customers, suppliers, employees: one record type, three roles; and their groups."""

from __future__ import annotations

from typing import Annotated, Literal

from lienso.fields import Body, Day, Merge, Money, Quantity, Ref, Text
from pydantic import Field

from .base import AccountCode, Entry, Line, LinkedEntry, Short

ROLES = {"customer": "khách hàng", "supplier": "nhà cung cấp", "employee": "nhân viên"}
"""Role → its name in a message."""


class Contact(Body):
    """A person to talk to."""

    name: Line
    title: Short = ""
    phone: Short = ""
    email: Line = ""


class BeneficiaryAccount(Body):
    """A bank account of somebody else, offered when he is paid."""

    number: Short
    bank: Annotated[str | None, Ref("bank")] = None
    bank_name: Line = ""
    branch_name: Line = ""
    holder: Line = ""


class ObjectEntry(LinkedEntry):
    """Somebody the company deals with.

    Attributes:
        credit_limit: đồng, 0 = none. ``credit_days``: days a debt may run, None = not agreed.
        customer_groups, supplier_groups: only with the role.
        org_unit: of an employee.
        merged_into: what it was merged into; then it is inactive, and nobody chooses it.
        agreed_salary: đồng a month; ``salary_coefficient``, ``dependants``: for the payroll.
    """

    is_customer: bool = False
    is_supplier: bool = False
    is_employee: bool = False
    kind: Literal["organization", "person"] = "organization"
    tax_code: Annotated[Short, Merge(never=True)] = ""
    id_number: Annotated[Short, Merge(group="identity")] = ""
    id_issued_on: Annotated[Day | None, Merge(group="identity")] = None
    id_issued_by: Annotated[Line, Merge(group="identity")] = ""
    address: Annotated[Text, Field(max_length=400)] = ""
    phone: Short = ""
    email: Line = ""
    website: Line = ""
    contact_name: Line = ""
    contact_title: Short = ""
    contacts: Annotated[list[Contact], Merge(by="name")] = Field(
        default_factory=list, max_length=50
    )
    customer_groups: Annotated[list[Annotated[str, Ref("customer_group")]], Merge(by=".")] = Field(
        default_factory=list, max_length=20
    )
    supplier_groups: Annotated[list[Annotated[str, Ref("supplier_group")]], Merge(by=".")] = Field(
        default_factory=list, max_length=20
    )
    employee: Annotated[str | None, Ref("object")] = None
    receivable_account: AccountCode = "131"
    payable_account: AccountCode = "331"
    advance_account: AccountCode = "141"
    credit_limit: Annotated[Money, Field(ge=0)] = 0
    payment_term: Annotated[str | None, Ref("payment_term"), Merge(group="credit")] = None
    credit_days: Annotated[int | None, Field(ge=0, le=3650), Merge(group="credit")] = None
    bank_accounts: Annotated[list[BeneficiaryAccount], Merge(by="number")] = Field(
        default_factory=list, max_length=50
    )
    delivery_addresses: list[Line] = Field(default_factory=list, max_length=50)
    e_invoice_email: Line = ""
    org_unit: Annotated[str | None, Ref("org_unit")] = None
    title: Short = ""
    birth: Day | None = None
    gender: Literal["", "male", "female"] = ""
    personal_tax_code: Annotated[Short, Merge(never=True)] = ""
    salary_level: Short = ""
    salary_coefficient: Annotated[Quantity | None, Field(ge=0)] = None
    agreed_salary: Annotated[Money, Field(ge=0)] = 0
    dependants: Annotated[int, Field(ge=0, le=50)] = 0
    bank_account: Short = ""
    merged_into: Annotated[str | None, Ref("object")] = None


class CustomerGroup(Entry):
    """A group of customers."""

    parent: Annotated[str | None, Ref("customer_group")] = None


class SupplierGroup(Entry):
    """A group of suppliers."""

    parent: Annotated[str | None, Ref("supplier_group")] = None
