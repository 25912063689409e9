"""Sites that lie: replayed and reordered batches, forged sites, other companies' ids."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from lienso.canonical import canonical_text
from lienso.errors import Fenced, LiensoError, LimitExceeded, Refused, Unknown
from lienso.sync.inquiry import CompareRequest, TraceRequest
from lienso.sync.messages import OperationRequest, PullRequest, PushRequest, Session

from .conftest import IDS, Victim, codes, partner


def refusal(call: Any) -> str:
    """Return the code with which a call is refused."""
    with pytest.raises(LiensoError) as caught:
        call()
    return caught.value.code


# -- replayed and reordered ---------------------------------------------------------------------------


def test_a_batch_that_is_sent_again_gets_the_same_answer_and_does_nothing(victim: Victim) -> None:
    site = victim.speaker("A")
    request = site.seal(partner("P1"), partner("P2"))
    first = site.link.push(request)

    again = [site.link.push(request) for _time in range(5)]

    assert [verdict.code for verdict in first.verdicts] == ["APPLIED", "APPLIED"]
    assert all(reply.verdicts == first.verdicts for reply in again)
    assert codes(victim) == ["P1", "P2"]
    assert victim.program().get("partner", "P1").version == 1


def test_a_batch_before_its_time_is_a_gap_and_in_its_time_it_is_taken(victim: Victim) -> None:
    site = victim.speaker("A")
    one, two = site.seal(partner("P1")), site.seal(partner("P2"))

    assert refusal(lambda: site.link.push(two)) == "gap"
    assert codes(victim) == []

    site.link.push(one)
    site.link.push(two)
    assert codes(victim) == ["P1", "P2"]


def test_a_batch_in_another_order_continues_another_log(victim: Victim) -> None:
    site = victim.speaker("A")
    request = site.seal(partner("P1"), partner("P2"), partner("P3"))
    site.link.push(request)
    turned = replace(request, changes=tuple(reversed(request.changes)))

    assert refusal(lambda: site.link.push(turned)) == "fenced"
    assert codes(victim) == ["P1", "P2", "P3"]


def test_a_change_in_the_place_of_another_is_fenced(victim: Victim) -> None:
    site = victim.speaker("A")
    request = site.seal(partner("P1"), partner("P2"))
    site.link.push(request)
    other = replace(request, changes=(request.changes[0], partner("EVIL")))

    assert refusal(lambda: site.link.push(other)) == "fenced"
    assert codes(victim) == ["P1", "P2"]


def test_a_body_that_was_changed_under_a_known_id_changes_nothing(victim: Victim) -> None:
    site = victim.speaker("A")
    change = partner("P1")
    site.push(change)
    body = canonical_text({"code": "EVIL", "name": "EVIL"})

    (verdict,) = site.push(replace(change, body=body)).verdicts

    assert (verdict.code, verdict.version) == ("DUPLICATE", 1)
    assert codes(victim) == ["P1"]


def test_a_recorded_push_is_worth_nothing_in_a_later_session(victim: Victim) -> None:
    site = victim.speaker("A")
    recorded = site.seal(partner("P1"))
    site.link.push(recorded)
    site.hello()

    assert refusal(lambda: site.link.push(recorded)) == "fenced"


@pytest.mark.parametrize(
    "session", [Session("", 0, ""), Session("guess", 1, "guess"), Session("\0", 2**60, "x" * 9_999)]
)
def test_a_session_that_is_none_opens_nothing(victim: Victim, session: Session) -> None:
    site = victim.speaker("A")

    for call in (
        lambda: site.link.push(PushRequest(session, 1, bytes(32), (partner("P1"),))),
        lambda: site.link.pull(PullRequest(session, 0)),
        lambda: site.link.compare(CompareRequest(session, 0, 0)),
        lambda: site.link.trace(TraceRequest(session, "partner", "x")),
    ):
        with pytest.raises(Fenced):
            call()
    assert codes(victim) == []


@pytest.mark.parametrize("first", [0, -1, -(2**62), 2, 2**62])
def test_positions_that_cannot_be_are_refused(victim: Victim, first: int) -> None:
    site = victim.speaker("A")
    request = PushRequest(site.session, first, bytes(32), (partner("P1"),))

    code = refusal(lambda: site.link.push(request))

    assert code in ("gap", "fenced", "value_out_of_range", "bad_message")
    assert codes(victim) == []


def test_more_changes_than_a_batch_may_have_are_refused_whole(victim: Victim) -> None:
    site = victim.speaker("A")

    with pytest.raises(LimitExceeded):
        site.push(*(partner(f"P{number}") for number in range(501)))

    assert codes(victim) == []


def test_withdrawing_what_others_were_refused_leaves_it_there(victim: Victim) -> None:
    one, other = victim.speaker("A"), victim.speaker("B")
    one.push(partner("P1"))
    refused = partner("P1")
    (verdict,) = one.push(refused).verdicts
    request = replace(other.seal(), withdraws=(refused.change_id,))

    other.link.push(request)
    traced = one.link.trace(
        TraceRequest(one.session, "partner", refused.record_id, (refused.change_id,))
    )

    assert verdict.code == "CODE_TAKEN"
    assert "parked" in {step.what for step in traced.steps}


# -- forged sites and companies -----------------------------------------------------------------------


def test_the_session_of_another_site_is_worth_nothing(victim: Victim) -> None:
    one, other = victim.speaker("A"), victim.speaker("B")
    stolen = PushRequest(one.session, 1, bytes(32), (partner("P1"),))

    assert refusal(lambda: other.link.push(stolen)) == "fenced"
    assert codes(victim) == []


def test_who_made_a_change_is_the_site_that_showed_its_token(victim: Victim) -> None:
    site = victim.speaker("A")
    forged = {"user": "giám đốc", "site": "B", "workstation": "máy khác"}
    change = partner("P1", provenance=forged)

    site.push(change)

    (version,) = victim.program().history("partner", change.record_id)
    assert (version.provenance["site"], version.provenance["user"]) == ("A", "giám đốc")


def test_a_record_of_another_company_is_out_of_reach(victim: Victim) -> None:
    site, stranger = victim.speaker("A"), victim.speaker("X")
    change = partner("P1")
    site.push(change)
    id = change.record_id
    over = partner("EVIL", record_id=id, op="UPDATE", base_version=1)
    gone = partner("", record_id=id, op="DELETE", base_version=1, body="")

    verdicts = stranger.push(over, gone).verdicts
    traced = stranger.link.trace(TraceRequest(stranger.session, "partner", id, (change.change_id,)))
    page = stranger.link.pull(PullRequest(stranger.session, 0))

    assert {verdict.code for verdict in verdicts} <= {
        "CONFLICT_EDIT",
        "CONFLICT_DELETED",
        "INVALID",
    }
    assert all(verdict.record is None for verdict in verdicts)
    assert {step.change_id for step in traced.steps} <= {over.change_id, gone.change_id}
    assert page.records == ()
    assert codes(victim) == ["P1"]
    assert victim.program().get("partner", "P1").version == 1
    with pytest.raises(Unknown):
        victim.program("stranger").get("partner", id)


def test_a_change_id_of_another_company_is_a_new_one(victim: Victim) -> None:
    site, stranger = victim.speaker("A"), victim.speaker("X")
    change = partner("P1")
    site.push(change)

    (verdict,) = stranger.push(replace(change, body=partner("OURS").body)).verdicts

    assert verdict.code == "APPLIED"
    assert codes(victim) == ["P1"]


def test_a_call_of_another_site_cannot_be_asked_after(victim: Victim) -> None:
    site, stranger = victim.speaker("A"), victim.speaker("X")
    for asker in (site, stranger):
        with pytest.raises(Unknown):
            asker.link.get_operation(OperationRequest(IDS.new()))


def test_a_token_of_one_company_with_the_name_of_another_is_none(victim: Victim) -> None:
    tenant, name, _secret = victim.tokens["X"].split(".")
    victim.tokens["forged"] = f"{tenant}.{name}.{victim.tokens['A'].split('.')[2]}"

    with pytest.raises(Refused) as caught:
        victim.speaker("forged")

    assert caught.value.code == "unauthenticated"
