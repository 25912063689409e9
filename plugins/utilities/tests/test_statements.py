"""Setting up statements: own lines, cash-flow rules, terms of accounts, and the way back."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import LiensoError
from lienso_general_ledger.statements.computing import regime_of_company

from .company import Company, line

DIRECT = "B03-DN/direct"
YEAR = {"date": "2026-12-31", "period": "year"}


def set_up(company: Company, template: str = "B01-DN", **params: Any) -> Any:
    return company.call("set_up_statements", template=template, **params)


def refused(company: Company, template: str = "B01-DN", **params: Any) -> LiensoError:
    with pytest.raises(LiensoError) as caught:
        set_up(company, template, **params)
    return caught.value


def create(company: Company, *statements: str) -> Any:
    wanted = {"statements": ["B01-DN", "B02-DN", *statements], **YEAR}
    return company.kernel.invoke(company.by, "general_ledger.create_statements", wanted)


def own(code: str, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": "Trong đó", "parent": "136", "user_line": True, **more}


def order(company: Company, statement: str = "B01-DN") -> list[str]:
    return list(company.read(lambda view: regime_of_company(view, "TT200").form(statement).lines))


def test_an_own_line_is_printed_last_under_its_parent(head: Company) -> None:
    set_up(head, lines=[own("136a", formula="DR_OBJ(141)"), own("136b")])

    codes = order(head)

    assert codes[codes.index("136") :][:4] == ["136", "136a", "136b", "137"]


def test_all_that_is_wrong_with_lines_is_said_at_once(head: Company) -> None:
    lines = [
        own("136a", formula="DR_OBJ(141"),
        own("137"),
        {"code": "998", "formula": "DR(111)"},
        own("136c", parent="997"),
    ]

    error = refused(head, lines=lines)

    found = [(one.code, one.values["in_line"]) for one in error.findings]
    assert found == [
        ("formula_syntax", "136a"),
        ("code_exists", "137"),
        ("unknown_line", "998"),
        ("unknown_line", "136c"),
    ]
    assert "136a" not in order(head)


def test_a_companys_rule_stands_before_the_shipped_ones(head: Company) -> None:
    head.voucher("journal", line("1111", "711", 900), no="N1", post=True)
    before = create(head, DIRECT)["lines"][DIRECT]
    rule = {"direction": "in", "contra": ["711"], "code": "27"}

    done = set_up(head, DIRECT, cash_flow_rules=[rule])
    reloaded = head.kernel.invoke(
        head.by, "general_ledger.reload_data", {"set": done["affected_sets"][0]}
    )

    after = reloaded["lines"][DIRECT]
    assert (before["06"], before["27"]) == (900, 0)
    assert (after["06"], after["27"]) == (0, 900)
    set_up(head, DIRECT, restore_default=True)
    again = head.kernel.invoke(
        head.by, "general_ledger.reload_data", {"set": done["affected_sets"][0]}
    )
    assert again["lines"][DIRECT]["06"] == 900


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"direction": "in", "contra": ["711"], "code": "99"}, "unknown_line"),
        ({"direction": "in", "contra": ["9999"], "code": "06"}, "account_unknown"),
    ],
)
def test_a_rule_without_line_or_account_is_refused(
    head: Company, rule: dict[str, Any], code: str
) -> None:
    assert refused(head, DIRECT, cash_flow_rules=[rule]).code == code


def test_terms_of_accounts_are_kept_with_the_accounts(head: Company) -> None:
    done = set_up(head, term_flags=[{"account": "1381", "term": "long"}])
    unknown = [{"account": "1382", "term": "long"}, {"account": "9998", "term": "long"}]

    error = refused(head, term_flags=[{"account": "1381", "term": "short"}, *unknown])

    assert done["template_version"] == 1
    assert error.detail == {"account": "1382, 9998"}
    assert head.read(lambda view: view.by_code("account", "1381").data.term) == "long"


def test_changes_of_another_regime_are_taken_over(head: Company) -> None:
    set_up(head, regime="TT99", lines=[{"code": "110", "name": "Tiền của chúng tôi"}])

    done = set_up(head, regime="TT200", copy_from="TT99")

    assert done["template_version"] == 2
    lines = head.read(lambda view: regime_of_company(view, "TT200").form("B01-DN").lines)
    assert lines["110"].name.vi == "Tiền của chúng tôi"


def test_nothing_to_set_up_is_refused(head: Company) -> None:
    with pytest.raises(LiensoError):
        set_up(head)
    with pytest.raises(LiensoError):
        set_up(head, restore_default=True, copy_from="TT99")
