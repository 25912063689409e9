"""The cloud's side: who is let in, which log is continued, and what is decided once."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lienso import limits
from lienso.errors import Fenced, LiensoError, LimitExceeded, Refused, StorageDown
from lienso.model import Actor
from lienso.sync import enrolment
from lienso.sync.messages import (
    CHAIN_START,
    CallRequest,
    Change,
    HeartbeatRequest,
    HelloReply,
    HelloRequest,
    PullRequest,
    PushReply,
    PushRequest,
    ReserveRequest,
    Session,
    chain,
)
from lienso.testing import kernels


class Caller:
    """A site that speaks the protocol by hand."""

    def __init__(self, head: Any, name: str = "S") -> None:
        enrolment.add_site(head.kernel, head.by.tenant, name)
        self.service = kernels.service_of(head.kernel)
        self.by = Actor(head.by.tenant, "system", name)
        self.chains = [CHAIN_START]
        self.session: Session | None = None
        self.incarnation, self.history = 0, ""

    def hello(self, acked: int = 0, host: str = "h", **more: Any) -> HelloReply:
        values: dict[str, Any] = {
            "incarnation": self.incarnation,
            "history_id": self.history,
            "sealed": len(self.chains) - 1,
            "acked": acked,
            "chains": tuple(self.chains[acked:]),
            "cursor": 0,
            "host": host,
            **more,
        }
        reply = self.service.hello(self.by, HelloRequest(**values))
        if reply.decision == "NEW_INCARNATION":
            self.chains = [CHAIN_START]
        self.incarnation, self.history = reply.incarnation, reply.history_id
        self.session = Session(reply.session_id, reply.incarnation, reply.history_id)
        return reply

    def seal(self, change: Change) -> Change:
        """Put a change into this site's log."""
        self.chains.append(chain(self.chains[-1], len(self.chains), change))
        return change

    def push(self, first: int, *changes: Change, **more: Any) -> PushReply:
        assert self.session is not None
        values = {"previous_chain": self.chains[first - 1] if first else b"", **more}
        return self.service.push(
            self.by, PushRequest(self.session, first, changes=changes, **values)
        )


def change(number: int, **more: Any) -> Change:
    """Return the creation of a partner."""
    id = f"01890000-0000-7000-8000-{number:012d}"
    values = {"type": "partner", "record_id": id, "op": "CREATE", "base_version": 0}
    body = f'{{"active":true,"branch":null,"code":"K{number}","name":"","name_en":""}}'
    return Change(**{"change_id": f"c{number}", "body": body, **values, **more})


@pytest.fixture
def caller(head: Any) -> Caller:
    caller = Caller(head)
    caller.hello()
    return caller


# -- hello ------------------------------------------------------------------------------------------


def test_the_first_hello_begins_an_incarnation(head: Any) -> None:
    caller = Caller(head)

    reply = caller.hello()

    assert (reply.decision, reply.incarnation, reply.processed) == ("NEW_INCARNATION", 1, 0)
    assert caller.hello().decision == "OK"


@pytest.mark.parametrize(("lowest", "highest"), [(2, 3), (0, 0)])
def test_no_common_protocol_means_an_upgrade(caller: Caller, lowest: int, highest: int) -> None:
    with pytest.raises(Refused) as refused:
        caller.hello(protocol_min=lowest, protocol_max=highest)

    assert refused.value.code == "upgrade_required"


def test_who_is_not_enrolled_is_not_heard(caller: Caller) -> None:
    caller.by = dataclasses.replace(caller.by, site="nobody")

    with pytest.raises(Refused) as refused:
        caller.hello()

    assert refused.value.code == "unauthenticated"


def test_a_retired_site_is_let_in_nowhere(head: Any, caller: Caller) -> None:
    session = caller.session
    assert session is not None
    enrolment.retire_site(head.kernel, head.by.tenant, "S")

    for ask in (
        caller.hello,
        lambda: caller.push(1),
        lambda: caller.service.pull(caller.by, PullRequest(session, 0)),
        lambda: caller.service.call(caller.by, CallRequest("invoke", "small.add", {}, "1")),
    ):
        with pytest.raises(Refused) as refused:
            ask()
        assert refused.value.code == "site_retired"


def test_another_host_is_kept_out_while_the_first_lives(head: Any, caller: Caller) -> None:
    head.clock.advance(59)
    with pytest.raises(Refused) as refused:
        caller.hello(host="copy")
    assert refused.value.code == "site_in_use"

    head.clock.advance(2)
    assert caller.hello(host="copy").decision == "OK"


def test_a_heartbeat_keeps_the_first_host_alive(head: Any, caller: Caller) -> None:
    assert caller.session is not None
    head.clock.advance(50)
    beat = HeartbeatRequest(caller.session, 4, 2, "2026-03-02T00:00:00.000000Z", 7, "")
    caller.service.heartbeat(caller.by, beat)
    head.clock.advance(50)

    with pytest.raises(Refused):
        caller.hello(host="copy")
    [row] = head.rows("site")
    assert (row["pending"], row["failed"], row["cursor"]) == (4, 2, 7)


def test_another_history_is_told(caller: Caller) -> None:
    assert caller.hello(history_id="another").decision == "NEW_HISTORY"


def test_acknowledged_work_that_the_cloud_lost_is_another_history(caller: Caller) -> None:
    reply = caller.hello(acked=3, sealed=3, chains=(b"x" * 32,))

    assert reply.decision == "NEW_HISTORY"


def test_a_cursor_beyond_the_feed_is_invalid(caller: Caller) -> None:
    assert caller.hello(cursor=10**6).decision == "CURSOR_INVALID"


def test_a_hello_brings_the_verdicts_whose_answer_was_lost(caller: Caller) -> None:
    changes = [caller.seal(change(n)) for n in (1, 2)]
    bad = caller.seal(change(3, body="{}"))
    caller.push(1, *changes, bad)

    reply = caller.hello(acked=1)

    assert (reply.decision, reply.processed) == ("OK", 3)
    assert [(v.change_id, v.code) for v in reply.verdicts] == [("c2", "APPLIED"), ("c3", "INVALID")]


def test_a_log_that_went_back_is_fenced_with_what_was_parked(caller: Caller) -> None:
    caller.push(1, caller.seal(change(1, body="{}")), caller.seal(change(2)))
    caller.chains = [CHAIN_START]

    reply = caller.hello()

    assert (reply.decision, reply.incarnation, reply.processed) == ("NEW_INCARNATION", 2, 0)
    assert [parked.change_id for parked in reply.parked] == ["c1"]


def test_a_log_with_another_proof_is_fenced(caller: Caller) -> None:
    caller.push(1, caller.seal(change(1)))
    caller.chains[1] = b"y" * 32

    assert caller.hello().decision == "NEW_INCARNATION"


def test_what_is_returned_to_a_fenced_site_fits_one_message(head: Any, caller: Caller) -> None:
    huge = [caller.seal(change(n, body=f'{{"code":"{"x" * 400_000}"}}')) for n in (1, 2, 3)]
    for seq, one in enumerate(huge, 1):
        caller.push(seq, one)
    caller.chains = [CHAIN_START]

    assert len(caller.hello().parked) == 2
    assert len(head.rows("parked_change")) == 3


# -- push -------------------------------------------------------------------------------------------


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
    from lienso.sync import cloud_log

    real = cloud_log.apply_change

    def failing(kernel: Any, transaction: Any, change: Change) -> Any:
        if change.change_id == "c2":
            raise StorageDown
        return real(kernel, transaction, change)

    monkeypatch.setattr(cloud_log, "apply_change", failing)
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


# -- numbers and calls ------------------------------------------------------------------------------


def test_reserved_numbers_are_given_to_nobody_else(head: Any, caller: Caller) -> None:
    assert caller.session is not None
    ask = ReserveRequest(caller.session, "note", "financial", "2026-03-02", 2)

    given = caller.service.reserve_numbers(caller.by, ask).numbers
    saved = head.kernel.save(head.by, "note", {"posting_date": "2026-03-02"}).record

    assert given == ("PT00001", "PT00002")
    assert saved.data.no == "PT00003"


@pytest.mark.parametrize(
    ("type", "ledger", "date", "count", "code"),
    [
        ("note", "financial", "2026-03-02", 0, "limit_exceeded"),
        ("note", "financial", "2026-03-02", 501, "limit_exceeded"),
        ("note", "financial", "hôm nay", 1, "bad_date"),
        ("note", "tax", "2026-03-02", 1, "bad_choice"),
        ("partner", "financial", "2026-03-02", 1, "bad_choice"),
        ("nothing", "financial", "2026-03-02", 1, "unknown_record_type"),
    ],
)
def test_numbers_of_nothing_are_refused_by_code(
    caller: Caller, type: str, ledger: str, date: str, count: int, code: str
) -> None:
    assert caller.session is not None

    with pytest.raises(LiensoError) as refused:
        caller.service.reserve_numbers(
            caller.by, ReserveRequest(caller.session, type, ledger, date, count)
        )

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
