"""The driver: settling and pulling by itself, sessions, gates, manual mode, and real threads."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from lienso.errors import Fenced, LiensoError, LinkError, OfflineRefused, Refused
from lienso.loopback import LoopbackLink
from lienso.sync import site_log
from lienso.sync.link_machine import Event, LinkTimes
from lienso.sync.messages import CHAIN_START
from lienso.testing import kernels


@pytest.fixture
def started(head: Any) -> Any:
    """An office whose driver was started and is stepped by the test."""
    office = head.office("A", online=False)
    office.site.handle(Event("started"))
    return office


# -- settling and pulling ---------------------------------------------------------------------------


def test_ten_seconds_after_the_network_is_there_a_site_pulls_by_itself(
    head: Any, started: Any
) -> None:
    head.kernel.save(head.by, "partner", {"code": "KH1"})

    started.pass_time(9_900)
    assert started.read(lambda view: view.count("partner")) == 0
    assert started.site.mode().name == "reconnecting"

    started.pass_time(200)
    assert started.read(lambda view: view.count("partner")) == 1
    assert started.site.mode().name == "online"


def test_a_company_says_how_long_its_lines_settle(head: Any, a: Any) -> None:
    head.choose("sync.auto_pull_seconds", 25)
    a.pass_time(61_000)  # The option comes with a pull, like everything else.

    a.site.set_mode(False)
    a.site.set_mode(True)

    a.pass_time(24_900)
    assert a.site.mode().name == "reconnecting"
    a.pass_time(200)
    assert a.site.mode().name == "online"


def test_times_that_the_driver_was_given_win_over_the_option(head: Any, a: Any) -> None:
    head.choose("sync.auto_pull_seconds", 25)
    a.restart(times=LinkTimes(settle=1_000))
    a.site.connect()
    a.pass_time(61_000)

    a.site.set_mode(False)
    a.site.set_mode(True)
    a.pass_time(1_200)

    assert a.site.mode().name == "online"


def test_a_line_that_breaks_while_settling_starts_over(started: Any) -> None:
    started.pass_time(8_000)
    started.link.real.cut()
    started.pass_time(2_500)
    assert started.site.mode().name == "offline_auto"

    started.link.real.restore()
    started.pass_time(6_500)  # A probe after five seconds, give or take a fifth.
    assert started.site.mode().name == "reconnecting"
    started.pass_time(10_000)
    assert started.site.mode().name == "online"


def test_a_dead_line_is_noticed_by_its_probes(started: Any) -> None:
    started.pass_time(11_000)
    started.link.real.cut()

    started.pass_time(25_000)

    assert started.site.mode().name == "offline_auto"
    assert not started.site.online_capable


def test_a_site_pulls_every_minute(head: Any, started: Any) -> None:
    started.pass_time(11_000)
    head.kernel.save(head.by, "partner", {"code": "KH1"})

    started.pass_time(60_000)

    assert started.read(lambda view: view.count("partner")) == 1


def test_what_was_done_is_told(head: Any, started: Any) -> None:
    told: list[tuple[str, Any]] = []
    started.site.on_notice(lambda kind, values: told.append((kind, values)))
    started.partner("KH1")

    started.pass_time(11_000)

    assert ("mode", {"mode": "online", "reason": "settled"}) in told
    assert ("pulled", {"pulled": 0, "waiting": 1}) in told
    started.pass_time(60_000)
    assert [kind for kind, _ in told].count("pulled") == 1  # Nobody is nagged every minute.


# -- pushing by itself ------------------------------------------------------------------------------


def test_a_change_made_online_is_sent_a_second_after_it_was_saved(head: Any, a: Any) -> None:
    note = a.note()
    a.pass_time(900)
    assert head.stored(note) is None

    a.pass_time(200)

    assert head.get(note).posted()


def test_saving_on_and_on_does_not_put_the_push_off(head: Any, a: Any) -> None:
    first = a.note()
    for _ in range(3):
        a.pass_time(400)
        a.note()

    assert head.stored(first) is not None


def test_a_change_made_offline_waits_for_the_users_word(head: Any, a: Any) -> None:
    a.site.set_mode(False)
    offline = a.note()
    a.site.set_mode(True)
    a.pass_time(12_000)
    online = a.note()
    a.pass_time(2_000)

    assert head.stored(offline) is None
    assert head.get(online).posted()
    assert a.site.push().pushed == 1


def test_a_company_may_want_offline_changes_to_go_by_themselves(a: Any, head: Any) -> None:
    head.choose("push.offline_changes", "auto")
    a.site.pull()
    a.site.set_mode(False)
    note = a.note()
    a.site.set_mode(True)

    a.pass_time(12_000)

    assert head.get(note).posted()


def test_what_was_sealed_when_the_line_broke_goes_by_itself_afterwards(head: Any, a: Any) -> None:
    a.site.set_mode(False)
    note = a.note()
    a.seal()
    a.site.set_mode(True)

    a.pass_time(12_000)

    assert head.get(note).posted()


def test_an_automatic_push_that_failed_is_tried_again_ever_later(head: Any, a: Any) -> None:
    note = a.note()
    a.link.lose = ["push", "push", "push"]

    a.pass_time(12_000)

    assert head.debit() == 5
    assert a.state(note) == "synced"
    assert a.link.sent.count("push") == 4


# -- manual mode ------------------------------------------------------------------------------------


def test_manual_mode_sends_nothing_at_all_whatever_is_asked(a: Any) -> None:
    a.note()
    a.site.set_mode(False)
    a.link.sent.clear()

    a.pass_time(120_000)
    for ask in (a.site.push, a.site.pull, a.site.beat, a.site.connect):
        with pytest.raises(LiensoError):
            ask()
    with pytest.raises(OfflineRefused):
        a.kernel.invoke(a.by, "small.add", {})

    assert a.link.sent == []


def test_manual_mode_survives_a_restart(a: Any) -> None:
    a.site.set_mode(False)

    a.restart()
    a.site.handle(Event("started"))
    a.pass_time(30_000)

    assert a.site.mode().name == "offline_manual"


def test_back_from_manual_mode_the_line_settles_first(a: Any) -> None:
    a.site.set_mode(False)

    a.site.set_mode(True)
    assert a.site.mode().name == "reconnecting"
    a.pass_time(10_200)

    assert a.site.online_capable


def test_a_restart_after_an_online_run_settles_shortly(a: Any) -> None:
    a.restart()
    a.site.handle(Event("started", a.read(lambda view: site_log.identity(view, "link"))))

    a.pass_time(2_200)

    assert a.site.online_capable


# -- sessions ---------------------------------------------------------------------------------------


def test_a_fenced_site_opens_a_new_session_and_goes_on(head: Any, a: Any) -> None:
    note = a.note()
    row = head.rows("site")[0]
    head.write(lambda w: w.state("site").put({**row, "session_id": "somebody-elses"}))

    assert a.site.push().pushed == 1
    assert head.get(note).posted()


def test_a_site_that_is_fenced_again_and_again_gives_up(a: Any) -> None:
    a.note()

    def push(_request: Any) -> Any:
        raise Fenced

    a.link.real.push = push
    with pytest.raises(Fenced):
        a.site.push()

    assert a.site.status()["sealed"] == 1


def test_a_reply_of_a_session_that_ended_meanwhile_changes_nothing(head: Any, a: Any) -> None:
    a.note()
    real = a.link.real.push

    def push(request: Any) -> Any:
        reply = real(request)
        a.site.set_mode(False)  # While the answer was on its way.
        return reply

    a.link.real.push = push
    with pytest.raises(LinkError):
        a.site.push()
    assert a.site.status()["sealed"] == 1

    a.link.real.push = real
    a.site.set_mode(True)
    a.site.connect()
    a.site.push()
    assert (a.site.pending(), head.debit()) == (0, 5)


def test_a_site_restored_from_a_copy_gets_back_what_only_the_cloud_had(head: Any, a: Any) -> None:
    a.note("PT00001")
    a.site.push()
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    refused, sent = a.note(description="refuse"), a.note()
    a.site.push()

    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()
    new = a.note()
    a.site.connect()

    assert a.site.status()["incarnation"] == 2
    assert a.get(sent).posted()
    assert a.get(refused).data.description == "refuse"
    [row] = a.site.failures("push_failed")
    assert (row["id"], row["verdict"], row["code"]) == (refused.id, "RETURNED", "returned_by_cloud")
    outcome = a.site.push(renumber="auto")
    assert head.get(new).posted()
    assert outcome.pushed >= 1
    a.edit(refused, description="đã sửa", no="PT00099")
    assert a.site.push().pushed == 1


@pytest.fixture
def set_back(head: Any, a: Any) -> Any:
    """A note that was edited twice and refused twice, at an office set back to before the second."""
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    note = a.draft("PT00001", description="refuse", attached_count=1)
    copies = {"pending": list(tenants.export(tenant))}
    a.site.push()
    copies["refused"] = list(tenants.export(tenant))
    a.edit(note, attached_count=2)
    a.site.push()

    def back(state: str) -> Any:
        tenants.drop(tenant)
        tenants.import_(iter(copies[state]))
        a.restart()
        return note

    return back


@pytest.mark.parametrize("state", ["pending", "refused"])
def test_an_older_change_of_a_restored_copy_and_the_returned_one_stand_beside_each_other(
    head: Any, a: Any, set_back: Any, state: str
) -> None:
    note = set_back(state)

    a.site.connect()
    a.site.push()

    assert a.verdicts() == ["INVALID", "RETURNED"]
    assert a.get(note).data.attached_count == 1


def test_a_returned_change_is_the_record_again_when_the_older_one_is_given_up(
    head: Any, a: Any, set_back: Any
) -> None:
    note = set_back("refused")
    a.site.connect()
    [older] = [row for row in a.site.failures("push_failed") if row["verdict"] == "INVALID"]

    a.site.withdraw([older["change_id"]])

    assert a.get(note).data.attached_count == 2
    a.edit(note, description="đã sửa")
    assert a.site.push().pushed == 1
    assert head.get(note).data.attached_count == 2
    assert (head.rows("parked_change"), a.site.pending()) == ([], 0)


def test_an_edit_made_on_a_restored_copy_stays_beside_what_is_returned(
    head: Any, a: Any, set_back: Any
) -> None:
    note = set_back("refused")
    a.edit(note, description="sửa trên bản cũ")

    a.site.connect()

    assert a.get(note).data.description == "sửa trên bản cũ"
    [row] = a.site.failures("push_failed")
    with pytest.raises(Refused) as refused:
        a.site.push(types=["partner"], resolve={row["change_id"]: "mine"})
    assert refused.value.code == "other_edit_waits"
    assert a.site.push().pushed == 1
    assert a.site.withdraw([row["change_id"]]) == 1
    a.site.push()
    assert (a.state(note), a.site.pending()) == ("synced", 0)
    assert head.get(note).data.description == a.get(note).data.description == "sửa trên bản cũ"


def test_a_returned_change_is_sent_over_what_was_accepted_meanwhile_when_the_user_says_so(
    head: Any, a: Any, set_back: Any
) -> None:
    note = set_back("refused")
    a.edit(note, description="sửa trên bản cũ")
    a.site.connect()
    a.site.push()
    [row] = a.site.failures("push_failed")
    a.site.retry([row["change_id"]])
    assert a.verdicts() == ["CONFLICT_EDIT"]

    a.site.push(resolve={row["change_id"]: "mine"})

    assert a.verdicts() == ["INVALID"]  # Its description is still one that the cloud refuses.
    a.edit(note, description="đã sửa")
    assert a.site.push().pushed == 1
    data = head.get(note).data
    assert (data.attached_count, data.description) == (2, "đã sửa")
    assert a.site.pending() == 0


@pytest.mark.parametrize("pulled_first", [True, False])
def test_a_returned_edit_of_a_record_that_the_copy_never_had_can_be_given_up(
    head: Any, a: Any, pulled_first: bool
) -> None:
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    note = a.draft(description="tốt")
    a.site.push()
    a.edit(note, description="refuse")
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()
    a.link.lose = [] if pulled_first else ["pull"]
    if pulled_first:
        a.site.connect()
    else:
        with pytest.raises(LinkError):
            a.site.connect()
    assert a.get(note).data.description == "refuse"

    a.site.withdraw([note.id])
    a.site.pull()

    assert a.get(note).data.description == "tốt"
    assert a.site.failures() == []


def test_what_was_returned_can_be_given_up(head: Any, a: Any) -> None:
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    refused = a.note(description="refuse")
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()
    a.site.connect()

    a.site.withdraw([refused.id])
    a.site.push()

    assert not a.has(refused)
    assert head.rows("parked_change") == []


def test_what_was_given_up_or_replaced_meanwhile_is_not_returned(head: Any, a: Any) -> None:
    given_up, replaced = a.note(description="refuse"), a.note(description="refuse")
    a.site.push()
    assert len(head.rows("parked_change")) == 2
    a.site.withdraw([given_up.id])
    a.edit(replaced, description="đã sửa")
    a.seal()
    row = head.rows("site")[0]
    head.write(lambda w: w.state("site").put({**row, "incarnation": 5}))

    a.site.connect()

    assert a.site.failures("push_failed") == []
    assert not a.has(given_up)
    assert a.site.push().pushed == 1
    assert head.rows("parked_change") == []


def test_a_draft_that_the_cloud_had_refused_before_the_restore_is_sent_and_not_returned(
    head: Any, a: Any
) -> None:
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    note = a.draft(description="refuse")
    copy = list(tenants.export(tenant))
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()

    a.site.connect()

    assert a.site.failures("push_failed") == []
    a.site.push()
    assert (a.verdicts(), a.state(note)) == (["INVALID"], "failed")


def test_everything_that_was_lost_is_returned_however_many_messages_it_takes(
    head: Any, a: Any
) -> None:
    tenants, tenant = a.kernel.storage.tenants(), a.by.tenant
    copy = list(tenants.export(tenant))
    for number in range(4):
        a.draft(f"N{number}", description="refuse", references=["y" * 3_500] * 100)
    a.site.push()
    tenants.drop(tenant)
    tenants.import_(iter(copy))
    a.restart()
    a.link.sent.clear()

    a.site.connect()

    assert a.verdicts() == ["RETURNED"] * 4
    assert a.link.sent.count("hello") == 3


def test_unanswered_changes_are_sealed_anew_in_order_after_a_fence(head: Any, a: Any) -> None:
    notes = [a.draft() for _ in range(3)]
    a.seal()
    a.edit(notes[0], description="mới")
    before = [change.change_id for _seq, change, _proof in a.read(site_log.unacked)]
    row = head.rows("site")[0]
    head.write(lambda w: w.state("site").put({**row, "incarnation": 5}))

    a.site.connect()

    after = a.read(site_log.unacked)
    assert [change.change_id for _seq, change, _proof in after] == before
    assert [seq for seq, _change, _proof in after] == [1, 2, 3]
    assert a.site.push().failed == ()
    assert head.get(notes[0]).data.description == "mới"


# -- gates ------------------------------------------------------------------------------------------


def test_a_second_copy_of_a_site_is_kept_out_until_the_first_is_gone(head: Any, a: Any) -> None:
    a.note()
    a.restart(host="copy")

    with pytest.raises(Refused) as refused:
        a.site.connect()
    assert (refused.value.code, a.site.status()["gate"]) == ("site_in_use", "site_in_use")

    head.clock.advance(61)
    a.site.connect()
    assert a.site.push().pushed == 1


def test_a_gate_opens_by_itself_when_its_cause_is_gone(head: Any, a: Any) -> None:
    a.restart(host="copy")
    a.site.handle(Event("started"))
    a.pass_time(12_000)
    assert (a.site.mode().name, a.site.online_capable) == ("online", False)

    head.clock.advance(61)
    a.pass_time(61_000)

    assert a.site.online_capable


@pytest.mark.parametrize("what", ["history", "cursor"])
def test_a_restored_cloud_stops_the_site_and_touches_nothing(head: Any, a: Any, what: str) -> None:
    a.note()
    if what == "history":
        history = {"name": "history_id", "value": "another"}
        head.write(lambda w: w.state("identity").put(history))
    else:
        far = {"name": "feed", "history_id": "", "position": 10**6}
        a.write(lambda w: w.state("cursor").put(far))

    with pytest.raises(Refused) as refused:
        a.site.connect()

    assert refused.value.code == "recovery"
    assert (a.site.status()["gate"], a.site.online_capable) == ("recovery", False)
    assert a.site.pending() == 1
    with pytest.raises(OfflineRefused):
        a.site.push()


def test_credentials_that_are_taken_away_close_the_gate(a: Any) -> None:
    a.note()

    def refuse(_request: Any) -> Any:
        raise Refused("unauthenticated")

    a.link.real.push = refuse
    with pytest.raises(Refused):
        a.site.push()

    assert a.link.sent.count("push") == 1  # It is no poison that halving would find.
    assert a.site.status()["gate"] == "unauthenticated"


# -- functions over the line ------------------------------------------------------------------------


def test_what_a_function_changed_is_here_before_its_answer(a: Any) -> None:
    a.kernel.invoke(a.by, "small.add", {})

    assert a.read(lambda view: view.count("partner")) == 1


def test_a_function_that_ran_answers_even_when_the_pull_after_it_fails(head: Any, a: Any) -> None:
    a.link.lose = ["pull"]

    assert a.kernel.invoke(a.by, "small.add", {}) == {}
    assert head.read(lambda view: view.count("partner")) == 1


def test_a_heartbeat_shows_the_cloud_what_waits(head: Any, a: Any) -> None:
    a.note(description="refuse")
    a.site.push()
    a.note()

    a.site.beat()

    [row] = head.rows("site")
    assert (row["pending"], row["failed"]) == (1, 1)


# -- threads ----------------------------------------------------------------------------------------

QUICK = LinkTimes(settle=20, settle_start=20, probe_reconnecting=20, probe_online=50)


class Told:
    """Waits for notices."""

    def __init__(self, site: Any) -> None:
        self._changed = threading.Condition()
        self.kinds: list[tuple[str, Any]] = []
        site.on_notice(self._take)

    def _take(self, kind: str, values: Any) -> None:
        with self._changed:
            self.kinds.append((kind, values))
            self._changed.notify_all()

    def until(self, kind: str, **wanted: Any) -> None:
        def there() -> bool:
            return any(k == kind and wanted.items() <= values.items() for k, values in self.kinds)

        with self._changed:
            assert self._changed.wait_for(there, timeout=20), (kind, wanted, self.kinds)


def test_in_the_background_everything_happens_by_itself(head: Any) -> None:
    office = head.office("A", online=False)
    office.restart(times=QUICK, steady_ms=None)
    told = Told(office.site)
    office.site.run()
    told.until("mode", mode="online")

    note = office.note()
    told.until("pushed", pushed=1)
    assert head.get(note).posted()

    head.kernel.save(head.by, "partner", {"code": "KH1"})
    told.until("pulled", pulled=1)
    assert office.read(lambda view: view.count("partner")) == 1

    office.site.stop()
    assert not [t for t in threading.enumerate() if t.name.startswith("sync-")]


def test_working_offline_in_the_background_ends_the_watch_and_begins_it_anew(head: Any) -> None:
    office = head.office("A", online=False)
    office.restart(times=QUICK, steady_ms=None)
    told = Told(office.site)
    office.site.run()
    told.until("mode", mode="online")

    office.site.set_mode(False)
    told.until("mode", mode="offline_manual")
    office.link.sent.clear()
    office.note()
    head.kernel.save(head.by, "partner", {"code": "KH1"})
    assert office.link.sent == []

    told.kinds.clear()
    office.site.set_mode(True)
    told.until("pulled", pulled=1)
    office.site.stop()


def test_a_user_who_goes_offline_does_not_wait_for_a_push_on_a_slow_line(head: Any) -> None:
    office = head.office("A")
    office.note()
    sending, answer = threading.Event(), threading.Event()
    real = office.link.real.push

    def push(request: Any) -> Any:
        sending.set()
        assert answer.wait(20)
        return real(request)

    office.link.real.push = push
    failed: list[LiensoError] = []

    def work() -> None:
        try:
            office.site.push()
        except LiensoError as error:
            failed.append(error)

    pusher = threading.Thread(target=work)
    pusher.start()
    assert sending.wait(20)

    saved = office.note()
    office.site.set_mode(False)
    assert office.site.mode().name == "offline_manual"
    assert office.has(saved)
    answer.set()
    pusher.join(20)

    assert [type(error) for error in failed] == [LinkError]


def test_a_line_to_a_cloud_that_is_not_there_is_no_hindrance(head: Any) -> None:
    def reach() -> Any:
        raise LinkError(detail={"cause": "nobody"})

    with kernels.office(head.kernel, "Z", online=False, link=LoopbackLink(reach)) as kernel:
        assert kernel.site is not None
        with pytest.raises(LinkError):
            kernel.site.connect()
        record = kernel.save(kernels.actor(kernel), "partner", {"code": "KH1"}).record

        assert kernel.site.pending() == 1
        assert kernel.get(kernels.actor(kernel), "partner", record.id).data.code == "KH1"


def test_a_line_that_was_never_used_has_the_proof_of_an_empty_log(head: Any) -> None:
    office = head.office("A", online=False)

    request = office.read(lambda view: site_log.hello_request(view, "h", {}, "now"))

    assert (request.chains, request.sealed, request.cursor) == ((CHAIN_START,), 0, 0)
