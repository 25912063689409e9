"""The access log, and the other reports and records of the system."""

from __future__ import annotations

from typing import Any

import pytest
from lienso.errors import LiensoError


def actions(rows: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(row["action"], row["record"]) for row in rows}


def test_the_log_shows_what_became_of_a_voucher_and_who_did_it(head: Any) -> None:
    record = head.receipt(no="PT00001")
    head.save("receipt", {"description": "sửa"}, id=record.id, merge=True)
    head.run("post_voucher", voucher="PT00001")
    head.run("unpost_voucher", voucher="PT00001")
    head.run("delete_records", records=[{"type": "receipt", "id": record.id}])
    head.run("restore_records", records=[{"type": "receipt", "id": record.id}])

    rows = head.rows("audit_log", record=record.id, record_type="receipt")

    assert {row["action"] for row in rows} == {
        "Thêm",
        "Sửa",
        "Ghi sổ",
        "Bỏ ghi",
        "Xóa",
        "Khôi phục",
    }
    assert {(row["record"], row["user"]) for row in rows} == {("PT00001", "lan")}
    edit = next(row for row in rows if row["action"] == "Sửa")
    assert (edit["before"], edit["after"]) == ('{"description":""}', '{"description":"sửa"}')


def test_the_log_shows_the_call_of_a_function_with_question_and_answer(head: Any) -> None:
    head.run("set_options", values={"bank.match_days": 5})

    row = next(row for row in head.rows("audit_log") if row["action"] == "system.set_options")

    assert row["user"] == "lan"
    assert '"bank.match_days":5' in row["before"]
    assert '"old":3' in row["after"]


def test_a_call_that_is_refused_leaves_nothing(head: Any) -> None:
    head.refused("set_options", values={"bank.matchdays": 5})

    assert all(row["action"] != "system.set_options" for row in head.rows("audit_log"))


def test_what_a_site_sends_is_logged_with_its_user_and_site(head: Any, site: Any) -> None:
    site.receipt(no="PT00001")
    site.run("synchronize")

    row = next(row for row in head.rows("audit_log") if row["record"] == "PT00001")

    assert (row["action"], row["user"], row["machine"]) == ("Thêm", "lan", "S1")


def test_the_log_ends_at_the_days_asked_for(head: Any) -> None:
    head.kernel.clock.set("2026-03-02")
    head.receipt(no="PT00001")
    head.kernel.clock.set("2026-03-03T00:00:00")
    head.receipt(no="PT00002")
    head.kernel.clock.set("2026-03-09")
    head.save(
        "receipt",
        {"description": "sửa"},
        id=head.kernel.get(head.by, "receipt", "PT00001").id,
        merge=True,
    )

    second = head.rows("audit_log", from_date="2026-03-02", to_date="2026-03-02", user="lan")
    third = head.rows("audit_log", from_date="2026-03-03", to_date="2026-03-03", user="lan")

    assert actions(second) == {("Thêm", "PT00001")}
    assert actions(third) == {("Thêm", "PT00002")}
    assert third[0]["at"] == "2026-03-03 00:00:00"


def test_long_values_of_a_call_are_cut(head: Any) -> None:
    names = [{"type": "receipt", "id": head.receipt().id} for _ in range(120)]

    head.run("delete_records", records=names)

    row = next(row for row in head.rows("audit_log") if row["action"] == "system.delete_records")
    assert row["before"].endswith("…")


def test_vouchers_are_listed_by_the_ledger_they_show_on(head: Any) -> None:
    head.posted(no="PT00001", day="2026-03-01")
    head.receipt(no="PT00002", day="2026-03-31", display_on_book="both", no_management="QT00001")
    head.receipt(no="PT00003", day="2026-04-01")

    march = head.rows("vouchers_by_ledger", from_date="2026-03-01", to_date="2026-03-31")
    both = head.rows("vouchers_by_ledger", shown="both")

    assert [(row["no"], row["financial"], row["management"]) for row in march] == [
        ("PT00001", "Đã ghi sổ", ""),
        ("PT00002", "Chưa ghi sổ", "Chưa ghi sổ"),
    ]
    assert [(row["no"], row["no_management"]) for row in both] == [("PT00002", "QT00001")]


def test_rights_are_listed_by_user_and_role(head: Any) -> None:
    head.save(
        "permission",
        {"code": "Q1", "function": "receipt", "actions": ["see", "add"], "ledger": "financial"},
    )
    head.save("role", {"code": "KT", "permissions": ["Q1"]})
    head.save("user", {"code": "lan", "name": "Lan", "roles": ["KT"]})
    head.save("user", {"code": "moi", "name": "Mới"})

    rows = head.rows("permissions")

    assert [(row["user"], row["role"], row["function"], row["actions"]) for row in rows] == [
        ("lan", "KT", "receipt", "see, add"),
        ("moi", "", "", ""),
    ]
    assert rows[0]["ledger"] == "Sổ tài chính"


def test_a_role_that_a_user_has_is_not_deleted(head: Any) -> None:
    role = head.save("role", {"code": "KT"})
    head.save("user", {"code": "lan", "roles": ["KT"]})

    error = head.refused("delete_records", records=[{"type": "role", "id": role.id}])

    assert (error.code, error.detail) == ("in_use", {"used_in": {"user": 1}})


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"year": 2026, "from_date": "2026-04-01", "to_date": "2026-03-31"}, "value_out_of_range"),
        ({"year": 2027, "from_date": "2026-01-01", "to_date": "2026-12-31"}, "value_out_of_range"),
        ({"year": 2024, "from_date": "2024-06-01", "to_date": "2025-01-01"}, "already_exists"),
        ({"year": 2025, "from_date": "2025-01-01", "to_date": "2025-12-31"}, "already_exists"),
    ],
)
def test_a_fiscal_year_that_cannot_be_is_refused(head: Any, body: Any, code: str) -> None:
    head.save("fiscal_year", {"year": 2025, "from_date": "2025-01-01", "to_date": "2025-12-31"})

    with pytest.raises(LiensoError) as error:
        head.save("fiscal_year", body)

    assert error.value.code == code


def test_fiscal_years_follow_each_other(head: Any) -> None:
    head.save("fiscal_year", {"year": 2025, "from_date": "2025-01-01", "to_date": "2025-12-31"})
    head.save("fiscal_year", {"year": 2026, "from_date": "2026-01-01", "to_date": "2026-12-31"})

    years = head.kernel.read(head.by, lambda v: [r.data.year for r in v.all("fiscal_year")])
    assert sorted(years) == [2025, 2026]


def test_there_is_one_link_with_the_platform(head: Any) -> None:
    link = head.save("platform_link", {"dataset": "D1"})
    head.save("platform_link", {"can_push": True}, id=link.id, merge=True)

    with pytest.raises(LiensoError) as error:
        head.save("platform_link", {"dataset": "D2"})

    assert error.value.code == "already_exists"


def test_the_newest_rows_are_shown_and_of_how_many(head: Any) -> None:
    for number in range(1, 4):
        head.receipt(no=f"PT0000{number}")
        head.kernel.clock.advance(1)

    table = head.kernel.report(head.by, "system.audit_log", {"record_type": "receipt", "limit": 2})

    assert [row[5] for row in table.rows] == ["PT00003", "PT00002"]
    assert table.subtitle.endswith("(2/3)")
