"""Numbers, calls, pages and pokes for sites; tokens."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import limits
from lienso.errors import LiensoError, Refused
from lienso.model import Actor
from lienso.sync import enrolment
from lienso.sync.messages import (
    CallRequest,
    PullRequest,
    ReserveRequest,
)

from .caller import Caller

# -- numbers and calls ------------------------------------------------------------------------------


def test_reserved_numbers_are_given_to_nobody_else(head: Any, caller: Caller) -> None:
    assert caller.session is not None
    ask = ReserveRequest(caller.session, "note", "financial", "2026-03-02", 2)

    given = caller.service.reserve_numbers(caller.by, ask).numbers
    saved = head.kernel.save(head.by, "note", {"posting_date": "2026-03-02"}).record

    assert given == ("PT00001", "PT00002")
    assert saved.data.no == "PT00003"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (("note", "financial", "2026-03-02", 0), "limit_exceeded"),
        (("note", "financial", "2026-03-02", 501), "limit_exceeded"),
        (("note", "financial", "hôm nay", 1), "bad_date"),
        (("note", "tax", "2026-03-02", 1), "bad_choice"),
        (("note", "financial", "2026-03-02", 1, "", "STM"), "bad_choice"),
        (("note", "financial", "2026-03-02", 1, "lease-1", "PT"), "bad_choice"),
        (("partner", "financial", "2026-03-02", 1), "bad_choice"),
        (("nothing", "financial", "2026-03-02", 1), "unknown_record_type"),
    ],
)
def test_numbers_of_nothing_are_refused_by_code(
    caller: Caller, wish: tuple[Any, ...], code: str
) -> None:
    assert caller.session is not None

    with pytest.raises(LiensoError) as refused:
        caller.service.reserve_numbers(caller.by, ReserveRequest(caller.session, *wish))

    assert refused.value.code == code


def test_a_call_that_is_sent_again_has_one_effect(head: Any, caller: Caller) -> None:
    request = CallRequest("invoke", "small.add", {}, "call-1", "u")

    replies = [caller.service.call(caller.by, request) for _ in range(2)]

    assert replies[0] == replies[1]
    assert head.read(lambda view: view.count("partner")) == 1


def test_a_page_is_never_larger_than_a_message(head: Any, caller: Caller) -> None:
    assert caller.session is not None
    for number in range(5):
        head.kernel.save(
            head.by,
            "note",
            {"no": f"N{number}", "posting_date": "2026-03-02", "references": ["x" * 3_900] * 100},
        )

    page = caller.service.pull(caller.by, PullRequest(caller.session, 0, 10**6, 10**9))

    assert sum(len(record.body) for record in page.records) <= limits.BATCH_BYTES_MAX
    assert not page.done


# -- watching ---------------------------------------------------------------------------------------


def test_a_watcher_is_poked_by_its_own_company_only(head: Any, caller: Caller) -> None:
    other = head.kernel.add_tenant("OTHER", "Công ty khác")
    pokes = caller.service.watch(caller.by, lambda: False)
    first = next(pokes)

    head.kernel.save(Actor(other.id), "partner", {"code": "X"})
    head.kernel.save(head.by, "partner", {"code": "X"})

    assert next(pokes).head == first.head + 1


# -- tokens -----------------------------------------------------------------------------------------


def test_a_token_names_its_company_and_site(head: Any) -> None:
    token = enrolment.add_site(head.kernel, head.by.tenant, "S1", "Chi nhánh 1")

    assert enrolment.authenticate(head.kernel, token) == Actor(head.by.tenant, "system", "S1")


def test_a_token_of_a_program_is_no_site(head: Any) -> None:
    token = enrolment.add_client(head.kernel, head.by.tenant, "erp")

    assert enrolment.authenticate(head.kernel, token) == Actor(head.by.tenant, "erp")


def test_only_a_hash_of_the_secret_is_kept(head: Any) -> None:
    token = enrolment.add_site(head.kernel, head.by.tenant, "S1")

    secret = token.rpartition(".")[2]
    assert secret not in repr(head.rows("site"))


def test_a_new_token_ends_the_old_one_and_keeps_the_log(head: Any, caller: Caller) -> None:
    old = enrolment.add_site(head.kernel, head.by.tenant, "S")
    new = enrolment.add_site(head.kernel, head.by.tenant, "S")

    with pytest.raises(Refused):
        enrolment.authenticate(head.kernel, old)
    assert enrolment.authenticate(head.kernel, new).site == "S"
    assert head.rows("site")[0]["incarnation"] == 1


@pytest.mark.parametrize(
    "spoil",
    [
        lambda token: "",
        lambda token: token[:-1],
        lambda token: token + "x",
        lambda token: token.replace(".S1.", ".S2."),
        lambda token: "01890000-0000-7000-8000-00000000dead" + token[36:],
        lambda token: token.rpartition(".")[0] + ".",
    ],
)
def test_every_wrong_token_is_refused_alike(head: Any, spoil: Any) -> None:
    token = enrolment.add_site(head.kernel, head.by.tenant, "S1")

    with pytest.raises(Refused) as refused:
        enrolment.authenticate(head.kernel, spoil(token))

    assert (refused.value.code, refused.value.detail) == ("unauthenticated", {})


@pytest.mark.parametrize("name", ["", "a.b"])
def test_a_name_that_would_spoil_a_token_is_refused(head: Any, name: str) -> None:
    with pytest.raises(Refused):
        enrolment.add_site(head.kernel, head.by.tenant, name)
    with pytest.raises(Refused):
        enrolment.add_client(head.kernel, head.by.tenant, name)

    assert head.rows("site") == head.rows("client") == []
