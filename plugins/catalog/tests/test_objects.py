"""Customers, suppliers and employees."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError


def test_only_branches_keep_books_or_have_them_kept(company: Any) -> None:
    unit = {"name": "A", "accounting": "dependent"}

    assert company.refused("org_unit", code="P", kind="department", **unit) == "value_out_of_range"
    company.save("org_unit", code="CN", kind="branch", **unit)


def test_an_object_has_a_role(company: Any) -> None:
    assert company.refused("object", code="X1") == "role_required"
    company.save("object", code="X1", is_supplier=True)


def test_an_employee_belongs_to_a_unit(company: Any) -> None:
    assert company.refused("object", code="NV1", is_employee=True) == "org_unit_required"
    company.save("org_unit", code="KT", kind="department")
    company.save("object", code="NV1", is_employee=True, org_unit="KT")


def test_groups_of_a_role_need_the_role(company: Any) -> None:
    company.save("customer_group", code="G1")

    fields = {"code": "NCC1", "is_supplier": True, "customer_groups": ["G1"]}
    assert company.refused("object", **fields) == "object_role"


@pytest.mark.parametrize("tax_code", ["0101243150", "0101243150-001", "001099012345"])
def test_a_tax_code_of_a_known_form_passes(company: Any, tax_code: str) -> None:
    assert company.warnings("object", code="KH1", is_customer=True, tax_code=tax_code) == []


@pytest.mark.parametrize("tax_code", ["0101", "0101243150-1", "01012431500", "01O1243150"])
def test_a_tax_code_of_another_form_warns(company: Any, tax_code: str) -> None:
    found = company.warnings("object", code="KH1", is_customer=True, tax_code=tax_code)

    assert found == ["tax_code_format"]


def test_a_tax_code_of_another_active_object_warns(company: Any) -> None:
    first = company.save("object", code="KH1", is_customer=True, tax_code="0101243150")

    fields = {"is_customer": True, "tax_code": "0101243150"}
    assert company.warnings("object", code="KH2", **fields) == ["tax_code_duplicate"]

    second = company.read(lambda view: view.by_code("object", "KH2"))
    company.kernel.delete(company.by, "object", second.id)
    company.save("object", first.id, active=False)
    assert company.warnings("object", code="KH3", **fields) == []


def test_a_role_with_postings_stays(company: Any, rows: Any) -> None:
    both = company.save("object", code="KH1", is_customer=True, is_supplier=True)
    company.post(rows("131", object=both.id))

    assert company.refused("object", both.id, is_customer=False) == "role_in_use"
    company.save("object", both.id, is_supplier=False)


def test_the_receivable_account_is_followed_by_customer(company: Any) -> None:
    fields = {"code": "KH1", "is_customer": True}

    assert company.refused("object", **fields, receivable_account="999") == "account_unknown"
    assert company.refused("object", **fields, receivable_account="338") == "account_is_parent"
    assert company.refused("object", **fields, receivable_account="6427") == "account_not_allowed"
    company.save("object", **fields, receivable_account="1388")


def test_an_object_that_is_named_somewhere_stays(company: Any) -> None:
    employee = company.save("object", code="KH1", is_customer=True)
    company.save("warehouse", code="K1", storekeeper="KH1")

    assert company.kept("object", employee.id) == "in_use"


def test_a_credit_limit_is_not_negative(company: Any) -> None:
    with pytest.raises(LiensoError) as caught:
        company.save("object", code="KH1", is_customer=True, credit_limit=-1)

    assert caught.value.code == "value_out_of_range"
    company.save("object", code="KH1", is_customer=True, credit_limit=0)
