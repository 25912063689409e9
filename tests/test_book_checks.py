"""The checks of vouchers against books are those of the list, each with its words and a way to repair."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Any

import pytest
from lienso.importing import import_workbook
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud

LIST: Mapping[str, Mapping[str, str]] = {
    row["id"]: row
    for row in csv.DictReader(
        resources.files("lienso_utilities")
        .joinpath("data/checks.csv")
        .read_text("utf-8")
        .splitlines()
    )
}


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    """A cloud with all installed modules."""
    with cloud() as head:
        yield head


def test_the_installed_modules_declare_exactly_their_checks_of_the_list(kernel: Kernel) -> None:
    registry = kernel.registry
    wanted = {id: row["module"] for id, row in LIST.items() if row["module"] in registry.modules}

    assert {id: registry.owners[id] for id in registry.book_checks} == wanted
    assert len(wanted) >= 29


@pytest.mark.parametrize("id", LIST)
def test_a_check_has_the_lists_words_and_says_what_to_do_next(kernel: Kernel, id: str) -> None:
    check = kernel.registry.book_checks.get(id)
    if check is None:
        assert LIST[id]["module"] not in kernel.registry.modules
        return

    assert (check.group, check.severity) == (LIST[id]["group_vi"], LIST[id]["severity"])
    assert check.text.en.startswith(LIST[id]["finds"])
    assert "; " in check.text.en.removeprefix(LIST[id]["finds"])
    assert "; hãy " in check.text.vi


def test_what_repairs_is_a_function_a_report_or_a_record_to_be_made(kernel: Kernel) -> None:
    registry = kernel.registry
    known = {*registry.capabilities, *registry.reports, *registry.record_types}

    assert {check.repair for check in registry.book_checks.values()} <= known


SOUND = (
    *("posting.no_lines", "posting.number_gap", "posting.number_duplicate"),
    *("posting.voucher_after_posting", "cash.negative_day", "cash.ledger_vs_detail"),
    *("cash.double_transfer", "debt.ledger_vs_detail", "debt.object_missing"),
    *("debt.currency_zero_vnd_left", "fx.rate_far", "accounts.inner_node_rows"),
    *("opening.detail_differs", "ledger.integrity", "sync.pending"),
)
"""What must be well in the books of a month of a company, whatever is left to do at its end."""


@pytest.fixture(scope="module")
def month() -> Iterator[dict[str, Any]]:
    """What is found in the month of the workbook that the demo imports."""
    with cloud(regime="TT133", options={"accounting.start_date": "2026-03-01"}) as head:
        source = resources.files("lienso_demo.data").joinpath("company-2026-03.xlsx")
        with resources.as_file(source) as path:
            import_workbook(head, actor(head), path, post=True)
        days = {"from_date": "2026-03-01", "to_date": "2026-03-31"}
        yield head.invoke(actor(head), "utilities.check_books", days)


@pytest.mark.parametrize("check", SOUND)
def test_a_month_of_a_company_is_sound(month: dict[str, Any], check: str) -> None:
    assert month["counts"][check] == 0


def test_each_problem_has_a_name_of_its_own_and_leads_on(
    month: dict[str, Any], kernel: Kernel
) -> None:
    problems = month["problems"]
    registry = kernel.registry
    known = {*registry.capabilities, *registry.reports, *registry.record_types}

    assert len({problem["id"] for problem in problems}) == len(problems) > 100
    assert {problem["repair"]["id"] for problem in problems} <= known
    order = [[*LIST].index(problem["check"]) for problem in problems]
    assert order == sorted(order)


def test_what_leads_on_takes_the_parameters_that_it_is_given(
    month: dict[str, Any], kernel: Kernel
) -> None:
    registry = kernel.registry
    for problem in month["problems"]:
        repair = problem["repair"]
        declared = registry.capabilities.get(repair["id"]) or registry.reports.get(repair["id"])
        fields = set() if declared is None else set(declared.params.model_fields)

        assert set(repair["params"]) <= fields, problem["check"]
