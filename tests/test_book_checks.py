"""The checks of vouchers against books are those of the list, each with its words and a way to repair."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from importlib import resources

import pytest
from lienso.kernel import Kernel
from lienso.testing.kernels import cloud

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
