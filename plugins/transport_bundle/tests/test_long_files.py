"""Long files, imports that break off, changes that nobody can judge, and places to write to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lienso import limits
from lienso.errors import LiensoError, LimitExceeded, Refused
from lienso.testing import kernels
from lienso_transport_bundle.site_export import CHANGES_PER_PUSH, export


def refusal(work: Any) -> str:
    """Return the code that something is refused with."""
    with pytest.raises(Refused) as refused:
        work()
    return refused.value.code


def test_a_file_takes_more_than_a_line_may_have_under_way(head: Any, a: Any) -> None:
    a.round()
    count = limits.BATCH_CHANGES_MAX + 103
    for number in range(count):
        a.note(f"PT{number:05d}")

    sent = a.export()
    kernels.go_online(a.kernel)  # Its Hello proves the first 501 of them.
    kernels.go_offline(a.kernel)
    taken = head.take(a, sent)
    settled = a.settle()

    assert a.exported.changes == count
    assert (taken.accepted, taken.refused) == (count, 0)
    assert settled.accepted == count
    assert a.read(lambda view: view.state("sealed").count()) == 0


def test_a_long_file_whose_answer_is_lost_is_settled_by_the_line(head: Any, a: Any) -> None:
    a.round()
    notes = [a.note(f"PT{number:05d}") for number in range(limits.BATCH_CHANGES_MAX + 50)]
    head.take(a, a.export())

    kernels.go_online(a.kernel)  # The cloud is further than a Hello proves: a new incarnation.
    outcome = kernels.synchronization(a.kernel).push(records=["PT00000"])

    assert outcome.failed == ()
    assert {a.state(note) for note in notes} == {"synced"}
    assert {head.get(note).version for note in notes} == {1}
    before = a.everything()
    with pytest.raises(Refused) as refused:
        a.settle()
    assert refused.value.code == "bundle_reply_overtaken"
    assert a.everything() == before


def test_what_is_too_much_for_one_file_waits_for_the_next(head: Any, a: Any) -> None:
    notes = [a.note(f"PT0000{number}") for number in range(5)]
    sent = a.folder / "sent"

    exported = export(a.kernel, a.key, sent, open_max=3)
    head.take(a, sent)
    a.settle()

    assert (exported.changes, exported.left) == (3, 2)
    assert a.round()[0].accepted == 2
    assert {head.get(note).version for note in notes} == {1}


class _Choking:
    """The cloud's service, which fails as a whole on any push that holds a certain change."""

    def __init__(self, real: Any, description: str, error: LiensoError | None = None) -> None:
        self._real, self._description = real, description
        self._error = error or LimitExceeded(detail={"what": "bytes", "max": 1})

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def push(self, site: Any, request: Any) -> Any:
        if any(self._description in change.body for change in (*request.changes, *request.retries)):
            raise self._error
        return self._real.push(site, request)


def test_a_change_that_cannot_be_judged_is_listed_and_the_rest_comes_with_the_next_file(
    head: Any, a: Any
) -> None:
    notes = [a.note(f"PT0000{number}", text) for number, text in enumerate(("một", "độc", "ba"))]
    service = _Choking(kernels.service_of(head.kernel), "độc")

    taken = head.take(a, a.export(), service=service)
    settled = a.settle()
    assert (taken.accepted, taken.refused, taken.stopped) == (1, 1, "limit_exceeded")
    assert (settled.accepted, settled.failed, a.verdicts()) == (1, 1, ["TOO_LARGE"])
    taken = head.take(a, a.export(), service=service)
    a.settle()

    assert (taken.accepted, taken.refused, taken.stopped) == (1, 0, "")
    assert [head.has(note) for note in notes] == [True, False, True]


def test_what_met_a_fault_of_the_cloud_goes_again_by_itself(head: Any, a: Any) -> None:
    note = a.note("PT00001", "độc")
    choking = _Choking(kernels.service_of(head.kernel), "độc", LiensoError("plugin_crashed"))
    for _time in range(2):  # first in the log, then as one that is judged again
        assert head.take(a, a.export(), service=choking).refused == 1
        a.settle()
        assert a.verdicts() == ["INTERNAL"]
        assert a.read(lambda view: view.state("failure_push").count(equals={"retrying": True})) == 0

    taken, _ = a.round()

    assert (taken.accepted, a.verdicts(), a.state(note)) == (1, [], "synced")
    assert head.get(note).version == 1


def test_a_group_that_cannot_be_judged_is_listed_whole(head: Any, a: Any) -> None:
    first = a.note("PT00001")
    group = a.together(("PT00002", "hai"), ("PT00003", "độc"))
    last = a.note("PT00004")
    choking = _Choking(kernels.service_of(head.kernel), "độc", LiensoError("plugin_crashed"))

    taken = head.take(a, a.export(), service=choking)
    a.settle()
    assert (taken.accepted, taken.refused, a.verdicts()) == (1, 2, ["INTERNAL", "INTERNAL"])
    taken, _ = a.round()

    assert (taken.accepted, a.verdicts()) == (3, [])
    assert {head.get(note).version for note in (first, *group, last)} == {1}


def test_a_group_is_never_parted_by_the_end_of_a_message(head: Any, a: Any) -> None:
    for number in range(CHANGES_PER_PUSH - 1):
        a.note(f"PT{number:05d}")
    group = a.together(*[(f"PT1000{number}", "nhóm") for number in range(4)])

    sent = a.export()
    sizes = [len(m["message"]["changes"]) for m in a.messages(sent) if m["kind"] == "push"]

    assert sizes == [CHANGES_PER_PUSH - 1, 4]
    assert head.take(a, sent).accepted == CHANGES_PER_PUSH + 3
    a.settle()
    assert {a.state(note) for note in group} == {"synced"}


def test_a_group_of_which_something_waits_stays_behind(head: Any, a: Any) -> None:
    _good, bad = a.together(("PT00001", "tốt"), ("PT00002", "refuse"))
    a.round()
    a.decide("retry")
    a.edit(bad, description="đã sửa")
    sent = a.folder / "sent"

    exported = export(a.kernel, a.key, sent, open_max=0)  # the edit finds no room

    assert exported.left == 1
    assert [message["kind"] for message in a.messages(sent)] == ["hello", "pull"]
    assert a.round()[0].accepted == 2


class _Breaking(_Choking):
    """The cloud's service, which breaks down at its n-th push."""

    def __init__(self, real: Any, at: int) -> None:
        super().__init__(real, "")
        self._left = at

    def push(self, site: Any, request: Any) -> Any:
        self._left -= 1
        if not self._left:
            raise KeyboardInterrupt
        return self._real.push(site, request)


@pytest.mark.parametrize("at", [1, 2, 3])
def test_an_import_that_broke_off_goes_on_when_it_is_repeated(head: Any, a: Any, at: int) -> None:
    for number in range(600):
        a.note(f"PT{number:05d}")
    sent = a.export()
    with pytest.raises(KeyboardInterrupt):
        head.take(a, sent, service=_Breaking(kernels.service_of(head.kernel), at))
    assert list(a.folder.glob("*.answer*")) == list(a.folder.glob(".*.answer*")) == []

    taken = head.take(a, sent)
    settled = a.settle()

    assert (taken.accepted, settled.accepted) == (600, 600)
    assert {row.version for row in head.everything()["records"]} == {1}


def test_no_file_is_ever_overwritten(head: Any, a: Any, tmp_path: Path) -> None:
    sent = a.export()
    before = head.everything(), a.everything(), sent.read_bytes()

    assert refusal(lambda: export(a.kernel, a.key, sent)) == "bundle_file_exists"
    (tmp_path / "S1-1.answer").write_bytes(b"")
    assert refusal(lambda: head.take(a, sent)) == "bundle_file_exists"
    assert (head.everything(), a.everything(), sent.read_bytes()) == before


def test_a_folder_that_is_not_there_is_named(a: Any) -> None:
    with pytest.raises(LiensoError) as refused:
        export(a.kernel, a.key, a.folder / "nowhere" / "file")

    assert refused.value.code == "bundle_unwritable"
