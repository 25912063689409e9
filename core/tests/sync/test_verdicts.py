"""Every verdict of the cloud, made by the kernel, and what becomes of the record (sync-design §6)."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lienso.errors import LinkError
from lienso.sync import site_log
from lienso.sync.codes import DONE_CODES, USER_CODES, WAITING_CODES

# -- accepted ---------------------------------------------------------------------------------------


def answers(head: Any, a: Any) -> list[str]:
    """Push, and return the codes of all verdicts in the order of the log."""
    codes: list[str] = []
    real = a.link.real.push

    def push(request: Any) -> Any:
        reply = real(request)
        codes.extend(verdict.code for verdict in reply.verdicts)
        return reply

    a.link.real.push = push
    try:
        a.site.push()
    finally:
        a.link.real.push = real
    return codes


def test_applied_the_version_of_the_cloud_is_here(head: Any, a: Any) -> None:
    note = a.note()

    assert answers(head, a) == ["APPLIED"]

    assert (a.state(note), a.get(note).version) == ("synced", 1)
    assert a.get(note).posted()


def test_duplicate_what_was_accepted_under_another_position_has_one_effect(
    head: Any, a: Any
) -> None:
    note = a.note()
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    row = head.rows("site")[0]
    head.write(lambda w: w.state("site").put({**row, "chain": bytes(32)}))
    a.restart()
    a.site.connect()

    assert answers(head, a) == ["DUPLICATE"]

    assert (a.state(note), a.get(note).version, head.debit()) == ("synced", 1, 5)


def test_already_processed_a_change_whose_verdict_is_not_remembered_any_more(
    head: Any, a: Any
) -> None:
    note = a.draft()
    a.link.lose = ["push"]
    with pytest.raises(LinkError):
        a.site.push()
    [logged] = head.rows("change_log")
    head.write(lambda w: w.state("change_log").delete(logged["change_id"]))

    assert answers(head, a) == ["ALREADY_PROCESSED"]

    assert (a.state(note), a.get(note).version) == ("synced", 1)


# -- refused ----------------------------------------------------------------------------------------


def number_taken(head: Any, a: Any) -> Any:
    head.kernel.save(head.by, "note", {"no": "PT00001", "posting_date": "2026-03-02"})
    return a.draft("PT00001")


def code_taken(head: Any, a: Any) -> Any:
    head.kernel.save(head.by, "partner", {"code": "K1"})
    return a.partner("K1")


def conflict_edit(head: Any, a: Any) -> Any:
    note = a.draft()
    a.site.push()
    head.edit(note, description="cloud")
    return a.edit(note, description="đây")


def conflict_deleted(head: Any, a: Any) -> Any:
    note = a.draft()
    a.site.push()
    head.kernel.delete(head.by, "note", note.id)
    return a.edit(note, description="đây")


def invalid(head: Any, a: Any) -> Any:
    return a.draft(description="refuse")


def objected(code: str) -> Any:
    def refused(head: Any, a: Any) -> Any:
        head.small.objects.add(code)
        return a.draft(description=code)

    return refused


def posted_locked(head: Any, a: Any) -> Any:
    note = a.draft()
    a.site.push()
    a.edit(note, description="đây")
    head.kernel.post(head.by, note.id)
    stored = head.stored(note)

    def based_on_it(writer: Any) -> None:
        # Edited by a site that had the posted version and a kernel that let it.
        [change] = site_log.waiting(writer)
        change = dataclasses.replace(change, base_version=stored.version)
        site_log.put_outbox(writer, change, 1, "")

    a.write(based_on_it)
    return note


def crash(head: Any, a: Any) -> Any:
    return a.note(account="crash")


def blocked_ref(head: Any, a: Any) -> Any:
    head.kernel.save(head.by, "partner", {"code": "K1"})
    partner = a.partner("K1")
    return a.note(partner=partner.id)


REFUSALS = {
    "NUMBER_TAKEN": (number_taken, "voucher_no_duplicate", "renumber"),
    "CODE_TAKEN": (code_taken, "code_exists", "edit"),
    "CONFLICT_EDIT": (conflict_edit, "version_conflict", "mine"),
    "CONFLICT_DELETED": (conflict_deleted, "deleted_on_cloud", "mine"),
    "INVALID": (invalid, "refused_here", "edit"),
    "PERIOD_LOCKED": (objected("period_locked"), "period_locked", "retry"),
    "PERMISSION": (objected("no_permission"), "no_permission", "retry"),
    "IN_USE": (objected("in_use"), "in_use", "retry"),
    "TOO_LARGE": (objected("limit_exceeded"), "limit_exceeded", "edit"),
    "POSTED_LOCKED": (posted_locked, "is_posted", "edit"),
    "BLOCKED_REF": (blocked_ref, "waits_for_record", "retry"),
    "INTERNAL": (crash, "plugin_crashed", "retry"),
}


@pytest.mark.parametrize("verdict", REFUSALS)
def test_a_refusal_is_listed_with_code_reason_and_what_can_be_done(
    head: Any, a: Any, verdict: str
) -> None:
    make, code, action = REFUSALS[verdict]
    record = make(head, a)
    before = head.stored(record)
    independent = a.draft()

    codes = answers(head, a)

    assert verdict in codes
    assert codes[-1] == "APPLIED"
    assert a.state(independent) == "synced"
    [row] = [row for row in a.site.failures("push_failed") if row["id"] == record.id]
    assert (row["verdict"], row["code"]) == (verdict, code)
    assert action in row["actions"]
    assert row["reason_vi"]
    assert row["reason_en"]
    assert head.stored(record) == before
    assert record.id in {p["record_id"] for p in map(_content, head.rows("parked_change"))}


def _content(row: Any) -> dict[str, Any]:
    change = site_log.change_from_text(row["content"])
    return {"record_id": change.record_id}


@pytest.mark.parametrize("code", ["period_locked", "no_permission", "in_use"])
def test_what_was_refused_is_accepted_when_the_cause_is_gone_and_the_user_asks(
    head: Any, a: Any, code: str
) -> None:
    note = objected(code)(head, a)
    a.site.push()
    head.small.objects.clear()
    a.site.connect()
    a.site.push()
    assert a.state(note) == "failed"  # Nobody asked yet.

    assert a.site.retry([note.id]).pushed == 1

    assert a.state(note) == "synced"
    assert head.rows("parked_change") == []


def test_every_code_belongs_to_one_class_only() -> None:
    assert DONE_CODES.isdisjoint(USER_CODES)
    assert WAITING_CODES.isdisjoint(DONE_CODES | USER_CODES)
    assert set(REFUSALS) - USER_CODES - WAITING_CODES == {"INTERNAL"}
