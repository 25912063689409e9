"""What is decided once, and how a log goes on (sync-design §5, Push)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lienso import limits
from lienso.errors import Fenced, LimitExceeded, Refused, StorageDown
from lienso.sync.messages import (
    CHAIN_START,
    Change,
    HeartbeatRequest,
    PullRequest,
    PushRequest,
    ReserveRequest,
)

from .caller import Caller, change


def test_another_session_is_fenced_everywhere(caller: Caller) -> None:
    old = caller.session
    assert old is not None
    caller.hello()

    for ask in (
        lambda: caller.service.push(caller.by, PushRequest(old, 1, CHAIN_START)),
        lambda: caller.service.pull(caller.by, PullRequest(old, 0)),
        lambda: caller.service.heartbeat(caller.by, HeartbeatRequest(old, 0, 0, "", 0, "")),
        lambda: caller.service.reserve_numbers(
            caller.by, ReserveRequest(old, "note", "financial", "2026-03-02")
        ),
    ):
        with pytest.raises(Fenced):
            ask()


def test_a_hole_in_the_log_is_refused(caller: Caller) -> None:
    for number in (1, 2, 3):
        caller.seal(change(number))

    with pytest.raises(Refused) as refused:
        caller.push(3, change(3))

    assert (refused.value.code, refused.value.detail["processed"]) == ("gap", 0)


def test_a_push_that_does_not_continue_the_log_is_fenced(head: Any, caller: Caller) -> None:
    caller.push(1, caller.seal(change(1)))

    with pytest.raises(Fenced):
        caller.push(2, change(2), previous_chain=b"z" * 32)
    assert head.kernel.storage.read(head.by.tenant, lambda v: v.count("partner")) == 1


def test_the_same_batch_again_has_the_same_answer_and_no_effect(head: Any, caller: Caller) -> None:
    changes = [caller.seal(change(1)), caller.seal(change(2, body="{}"))]
    first = caller.push(1, *changes)

    again = caller.push(1, *changes)

    assert again.verdicts == first.verdicts
    assert (again.processed, again.head) == (first.processed, first.head)


def test_a_batch_that_overlaps_what_was_decided_goes_on_behind_it(caller: Caller) -> None:
    changes = [caller.seal(change(n)) for n in (1, 2, 3)]
    caller.push(1, *changes[:2])

    reply = caller.push(2, *changes[1:])

    assert [v.code for v in reply.verdicts] == ["APPLIED", "APPLIED"]
    assert reply.processed == 3


@pytest.mark.parametrize("length", [1, 2, 3])
def test_an_overlap_with_other_content_is_fenced(caller: Caller, length: int) -> None:
    for number in (1, 2):
        caller.seal(change(number))
    caller.push(1, change(1), change(2))
    other = [change(11), change(12), change(13)][:length]

    with pytest.raises(Fenced):
        caller.push(1, *other)


def test_an_overlap_with_the_same_ids_and_another_body_is_fenced(caller: Caller) -> None:
    caller.push(1, caller.seal(change(1)))

    with pytest.raises(Fenced):
        caller.push(1, change(1, body=change(9).body))


def test_a_change_that_is_known_from_an_earlier_incarnation_takes_effect_once(
    head: Any, caller: Caller
) -> None:
    one, two = change(1), change(2)
    caller.push(1, caller.seal(one))
    caller.chains = [CHAIN_START]
    caller.hello()

    reply = caller.push(1, caller.seal(two), caller.seal(one))
    again = caller.hello()

    assert [v.code for v in reply.verdicts] == ["APPLIED", "DUPLICATE"]
    assert [v.change_id for v in again.verdicts] == ["c2", "c1"]
    assert head.stored(_record(one)).version == 1


def _record(change: Change) -> Any:
    return dataclasses.make_dataclass("Named", ["type", "id"])(change.type, change.record_id)


def test_a_change_twice_in_one_batch_takes_effect_once(head: Any, caller: Caller) -> None:
    one = change(1)

    reply = caller.push(1, caller.seal(one), retries=(one,))

    assert [v.code for v in reply.verdicts] == ["APPLIED", "APPLIED"]
    assert head.stored(_record(one)).version == 1


def test_a_refused_change_is_judged_again_only_at_a_higher_attempt(
    head: Any, caller: Caller
) -> None:
    head.kernel.save(head.by, "partner", {"code": "K1"})
    one = change(1)
    assert caller.push(1, caller.seal(one)).verdicts[0].code == "CODE_TAKEN"
    head.edit(head.kernel.get(head.by, "partner", "K1"), code="OTHER")

    same = caller.push(2, retries=(one,))
    higher = caller.push(2, retries=(dataclasses.replace(one, attempt=2),))

    assert [r.verdicts[0].code for r in (same, higher)] == ["CODE_TAKEN", "APPLIED"]
    assert head.rows("parked_change") == []
    assert [v.code for v in caller.hello().verdicts] == ["APPLIED"]


def test_effects_and_answers_are_written_together_or_not_at_all(
    head: Any, caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lienso.sync import judging

    real = judging.apply_change

    def failing(kernel: Any, transaction: Any, change: Change) -> Any:
        if change.change_id == "c2":
            raise StorageDown
        return real(kernel, transaction, change)

    monkeypatch.setattr(judging, "apply_change", failing)
    changes = [caller.seal(change(n)) for n in (1, 2)]

    with pytest.raises(StorageDown):
        caller.push(1, *changes)

    assert (head.rows("change_log"), head.rows("site")[0]["processed"]) == ([], 0)
    assert head.stored(_record(changes[0])) is None


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ([change(n) for n in range(limits.BATCH_CHANGES_MAX + 1)], "changes"),
        ([change(n, body="x" * 600_000) for n in (1, 2)], "bytes"),
    ],
    ids=["changes", "bytes"],
)
def test_a_batch_over_its_limit_is_refused_before_it_is_looked_at(
    caller: Caller, changes: list[Change], what: str
) -> None:
    with pytest.raises(LimitExceeded) as refused:
        caller.push(1, *changes)

    assert refused.value.detail["what"] == what


def test_one_change_over_the_limit_has_a_verdict_of_its_own(caller: Caller) -> None:
    body = change(1).body.replace('"name":""', f'"name":"{"x" * limits.BODY_BYTES_MAX}"')

    reply = caller.push(1, caller.seal(change(1, body=body)))

    assert not reply.verdicts[0].done


@pytest.mark.parametrize("body", ["", "[]", "null", '{"code":1.5}', '{"code": "K1"}', "{"])
def test_a_body_that_is_none_is_refused_and_goes_no_further(caller: Caller, body: str) -> None:
    reply = caller.push(1, caller.seal(change(1, body=body)), caller.seal(change(2)))

    assert not reply.verdicts[0].done
    assert reply.verdicts[1].done


def test_an_unknown_type_waits_for_its_module(caller: Caller) -> None:
    reply = caller.push(1, caller.seal(change(1, type="acme_loan")))

    assert reply.verdicts[0].code == "PLUGIN_MISSING"


def _deletion(number: int, of: Change, base: int, seen: int) -> Change:
    """A deletion over a base, which the user decided over the version that he saw."""
    override = {"choice": "mine", "seen_version": seen}
    return dataclasses.replace(
        of, change_id=f"c{number}", op="DELETE", body="", base_version=base, override=override
    )


def test_a_deletion_that_was_decided_over_a_later_version_says_which_it_made(
    head: Any, caller: Caller
) -> None:
    made = caller.seal(change(1))
    caller.push(1, made)
    head.edit(_record(made), name="Bàn")
    before = head.get(_record(made)).version

    [verdict] = caller.push(2, caller.seal(_deletion(2, made, base=0, seen=before))).verdicts

    stored = head.kernel.storage.read(
        head.by.tenant, lambda view: view.get(made.type, made.record_id, deleted=True)
    )
    assert (verdict.code, verdict.version) == ("APPLIED", before + 1)
    assert (stored.deleted, stored.version) == (True, verdict.version)


def test_a_deletion_of_what_others_deleted_changes_nothing_when_the_user_has_seen_it(
    caller: Caller,
) -> None:
    made = caller.seal(change(1))
    caller.push(1, made, caller.seal(_deletion(2, made, base=1, seen=1)))

    [verdict] = caller.push(3, caller.seal(_deletion(3, made, base=1, seen=2))).verdicts

    assert (verdict.code, verdict.version) == ("MERGED", 2)
    assert verdict.record is not None
    assert verdict.record.deleted
