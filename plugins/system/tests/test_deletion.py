"""Deleting, at a site and in the cloud, and bringing back."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import LiensoError
from lienso.testing.kernels import go_offline, go_online


def name(record: Any) -> dict[str, str]:
    return {"type": record.type, "id": record.id}


def test_a_draft_is_deleted_in_the_cloud_and_its_number_is_free(head: Any) -> None:
    record = head.receipt()

    result = head.run("delete_records", records=[name(record)])

    assert result["deleted"] == [record.id]
    assert head.live("receipt", record.id) is None
    assert head.receipt(no=record.data.no).data.no == record.data.no


def test_a_posted_voucher_is_not_deleted(head: Any) -> None:
    record = head.posted()

    assert head.refused("delete_records", records=[name(record)]).code == "is_posted"


def test_a_document_that_posts_by_itself_is_deleted_with_its_entries(head: Any) -> None:
    record = head.save("opening", {"date": "2026-01-01", "amount": 5})

    head.run("delete_records", records=[name(record)])

    assert head.entries() == []


def test_what_others_refer_to_stays_and_they_are_counted(head: Any) -> None:
    customer = head.save("object", {"code": "KH1"})
    head.receipt(object="KH1")
    head.receipt(object="KH1")

    error = head.refused("delete_records", records=[name(customer)])

    assert (error.code, error.detail) == ("in_use", {"used_in": {"receipt": 2}})


def test_a_node_with_children_stays(head: Any) -> None:
    parent = head.save("group", {"code": "MB"})
    head.save("group", {"code": "HN", "parent": "MB"})

    error = head.refused("delete_records", records=[name(parent)])

    assert (error.code, error.detail) == ("has_children", {"children": ["HN"]})


def test_records_that_hold_each_other_go_together_in_any_order(head: Any) -> None:
    customer = head.save("object", {"code": "KH1"})
    record = head.receipt(object="KH1")

    result = head.run("delete_records", records=[name(customer), name(record)])

    assert result["deleted"] == [customer.id, record.id]


def test_one_that_must_stay_keeps_all_of_them(head: Any) -> None:
    draft, posted = head.receipt(), head.posted()

    error = head.refused("delete_records", records=[name(draft), name(posted)])

    assert error.code == "is_posted"
    assert [row["id"] for row in error.detail["failed"]] == [posted.id]
    assert head.live("receipt", draft.id) is not None


def test_without_atomic_the_others_go(head: Any) -> None:
    customer = head.save("object", {"code": "KH1"})
    draft, posted = head.receipt(), head.posted(object="KH1")

    result = head.run(
        "delete_records", records=[name(draft), name(posted), name(customer)], atomic=False
    )

    assert result["deleted"] == [draft.id]
    assert [(row["id"], row["code"], row.get("used_in")) for row in result["failed"]] == [
        (posted.id, "is_posted", None),
        (customer.id, "in_use", {"receipt": 1}),
    ]


def test_a_record_may_be_named_by_code_or_number_and_twice(head: Any) -> None:
    record = head.receipt()
    by_number = {"type": "receipt", "id": record.data.no}

    result = head.run("delete_records", records=[by_number, by_number])

    assert result["deleted"] == [record.data.no]


def test_what_is_not_there_is_not_found(head: Any) -> None:
    error = head.refused("delete_records", records=[{"type": "receipt", "id": "PT99999"}])

    assert error.code == "not_found"


def test_an_entry_of_the_access_log_is_neither_changed_nor_deleted(head: Any) -> None:
    entry = head.save("audit_entry", {"at": "2026-03-02T00:00:00.000000Z"})

    error = head.refused("delete_records", records=[name(entry)])
    with pytest.raises(LiensoError) as changed:
        head.save("audit_entry", {"at": "2026-03-03T00:00:00.000000Z"}, id=entry.id)

    assert (error.code, changed.value.code) == ("no_permission", "no_permission")


def test_offline_a_record_that_never_left_the_site_goes_with_its_number(site: Any) -> None:
    go_offline(site.kernel)
    record = site.receipt(no="PT00900")

    result = site.run("delete_records", records=[name(record)])

    assert result["deleted"] == [record.id]
    assert (result["outbox_removed"], result["number_free"]) == (1, "PT00900")
    assert site.receipt(no="PT00900").data.no == "PT00900"


def test_numbers_of_several_are_a_list(site: Any) -> None:
    go_offline(site.kernel)
    records = [site.receipt(no="PT00900"), site.receipt(no="PT00901")]

    result = site.run("delete_records", records=[name(record) for record in records])

    assert result["number_free"] == ["PT00900", "PT00901"]


def test_offline_what_the_cloud_knows_refuses_the_whole_call(head: Any, site: Any) -> None:
    known = site.save("object", {"code": "KH9"})
    site.run("synchronize")
    go_offline(site.kernel)
    own = site.save("object", {"code": "KH10"})

    error = site.refused("delete_records", records=[name(known), name(own)])

    assert error.code == "offline_refused"
    assert error.detail["records"] == [{"id": known.id, "type": "object", "reason": "was_synced"}]
    assert site.live("object", own.id) is not None


def test_offline_what_another_local_record_uses_stays(site: Any) -> None:
    go_offline(site.kernel)
    customer = site.save("object", {"code": "KH1"})
    record = site.receipt(object="KH1")

    error = site.refused("delete_records", records=[name(customer)])
    together = site.run("delete_records", records=[name(customer), name(record)])

    assert (error.code, error.detail["used_in"]) == ("in_use_local", {"receipt": 1})
    assert together["outbox_removed"] == 2


def test_online_a_site_deletes_in_the_cloud_what_the_cloud_knows(head: Any, site: Any) -> None:
    record = site.receipt()
    site.run("synchronize")

    result = site.run("delete_records", records=[name(record)])

    assert result["deleted"] == [record.id]
    assert head.live("receipt", record.id) is None
    assert site.live("receipt", record.id) is None


def test_a_deleted_draft_comes_back_as_a_draft_with_its_number(head: Any) -> None:
    record = head.receipt(no="PT00861")
    head.run("delete_records", records=[name(record)])

    result = head.run("restore_records", records=[name(record)])

    back = head.live("receipt", record.id)
    assert result["restored"] == [record.id]
    assert (back.data, back.posted()) == (record.data, False)


def test_a_number_that_was_given_again_keeps_it_in_the_bin(head: Any) -> None:
    record = head.receipt(no="PT00861")
    head.run("delete_records", records=[name(record)])
    head.receipt(no="PT00861")

    assert head.refused("restore_records", records=[name(record)]).code == "voucher_no_duplicate"


def test_a_code_that_was_given_again_keeps_it_in_the_bin(head: Any) -> None:
    customer = head.save("object", {"code": "KH1"})
    head.run("delete_records", records=[name(customer)])
    head.save("object", {"code": "kh1"})

    assert head.refused("restore_records", records=[name(customer)]).code == "code_exists"


@pytest.mark.parametrize(("days", "found"), [(30, True), (31, False)])
def test_the_bin_keeps_thirty_days(head: Any, days: int, found: bool) -> None:
    record = head.receipt()
    head.run("delete_records", records=[name(record)])
    head.kernel.clock.advance(days * 86_400)

    if found:
        head.run("restore_records", records=[name(record)])
    else:
        assert head.refused("restore_records", records=[name(record)]).code == "not_found"

    assert (head.live("receipt", record.id) is not None) == found


def test_a_live_record_and_an_unknown_id_are_not_in_the_bin(head: Any) -> None:
    record = head.receipt()
    unknown = {"type": "receipt", "id": "01890000-0000-7000-8000-00000000ffff"}

    for one in (name(record), unknown):
        assert head.refused("restore_records", records=[one]).code == "not_found"


def test_a_voucher_does_not_come_back_without_its_customer(head: Any) -> None:
    customer = head.save("object", {"code": "KH1"})
    record = head.receipt(object="KH1")
    head.run("delete_records", records=[name(record), name(customer)])

    alone = head.refused("restore_records", records=[name(record)])
    both = head.run("restore_records", records=[name(record), name(customer)])

    assert [(one.code, one.values["value"]) for one in alone.findings] == [
        ("not_found", customer.id)
    ]
    assert both["restored"] == [record.id, customer.id]
    assert head.live("receipt", record.id).data.lines[0].object == customer.id


def test_offline_nothing_is_brought_back(site: Any) -> None:
    record = site.receipt()
    site.run("synchronize")
    site.run("delete_records", records=[name(record)])
    go_offline(site.kernel)

    assert site.refused("restore_records", records=[name(record)]).code == "offline_refused"

    go_online(site.kernel)
    assert site.run("restore_records", records=[name(record)])["restored"] == [record.id]
