"""The runner of worked cases, with everything typed at a site: the same cases come out the same."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.canonical import parse
from lienso.testing.case_world import World
from lienso.testing.kernels import TENANT

from .toy import PASSED, module, pair, receipt, run


@pytest.fixture(scope="module")
def world() -> World:
    return World(plugins={"toy": module()}, through_site=True)


def in_cloud(world: World) -> list[Any]:
    def look(view: Any) -> list[Any]:
        return [(r, parse(r.provenance)) for r in view.find("receipt", "no").records]

    return world.head.storage.read(TENANT, look)


def saved(no: str, *pairs: tuple[str, str, int], posted: bool = True) -> dict[str, Any]:
    fields = receipt(no, *pairs)["fields"]
    return {"save": "receipt", "posted": posted, "fields": fields}


def test_what_is_saved_comes_from_the_site_and_is_posted(world: World) -> None:
    result = run(
        world,
        when=saved("PT00001", ("1111", "131", 5)),
        then={"entries": {"general_ledger": [pair("PT00001", "1111", "131", 5)]}},
    )

    assert result.outcome == PASSED, str(result)
    ((record, made),) = in_cloud(world)
    assert (made["site"], record.version) == ("S1", 1)


def test_what_cannot_be_posted_is_refused_by_the_same_code_and_leaves_nothing(
    world: World,
) -> None:
    gone = {"type": "receipt", "no": "PT00001", "deleted": True}
    result = run(
        world,
        when=saved("PT00001", ("111", "131", 5), ("1111", "131", 5)),
        then={
            "error": {"code": "post_failed"},
            "findings": [{"severity": "error", "code": "account_is_parent", "line": 1}],
            "records": [gone, {**gone, "site": "S1"}],
            "entries": {"general_ledger": []},
        },
    )

    assert result.outcome == PASSED, str(result)


def test_a_number_that_is_taken_is_refused_and_the_site_keeps_nothing_of_it(world: World) -> None:
    fields = receipt("PT00001", ("1111", "131", 6))["fields"]
    result = run(
        world,
        given=[saved("PT00001", ("1111", "131", 5), posted=False)],
        when={"save": "receipt", "id": "b", "fields": fields},
        then={
            "error": {"code": "voucher_no_duplicate"},
            "records": [{"type": "receipt", "id": "b", "site": "S1", "deleted": True}],
        },
    )

    assert result.outcome == PASSED, str(result)
