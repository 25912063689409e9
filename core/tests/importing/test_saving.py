"""What an import saves, what it leaves alone, and what it says in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from lienso.importing import (
    MESSAGES,
    import_plan,
    import_workbook,
    lines_of,
)
from lienso.kernel import Kernel
from lienso.testing.kernels import actor, cloud, go_offline, office, synchronization

from .sheets import (
    DAY,
    HEAD,
    NOTES,
    check,
    found,
    module,
    notes,
    partners,
    saved,
)


def test_one_error_anywhere_saves_nothing(kernel: Kernel) -> None:
    plan = check(
        kernel,
        partners(["K1", "Một", "", ""]),
        notes([DAY, "NV1", "", "", "1111", 5.0], [DAY, "NV2", "", "K9", "1111", 5.0]),
    )

    result = import_plan(kernel, actor(kernel), plan)

    assert (result.imported, result.rejected) == (0, 3)
    assert saved(kernel, "partner") == []
    assert saved(kernel, "note") == []


def test_with_valid_rows_only_the_good_records_are_saved(kernel: Kernel) -> None:
    plan = check(
        kernel,
        notes(
            [DAY, "NV1", "", "", "1111", 5.0],
            [DAY, "NV1", "", "", "111", 5.0],
            [DAY, "NV2", "", "", "1111", 5.0],
        ),
    )

    result = import_plan(kernel, actor(kernel), plan, valid_rows_only=True)

    assert (result.rows, result.imported, result.rejected) == (3, 1, 1)
    assert [note.no for note in saved(kernel, "note")] == ["NV2"]
    assert [finding.row for finding in result.errors] == [5]


def test_codes_of_the_same_file_are_known_whatever_the_order_of_sheets(kernel: Kernel) -> None:
    plan = check(
        kernel,
        notes([DAY, "NV1", "", "K1", "1111", 5.0]),
        partners(["G", "Nhóm", "", "Lớn"], ["K1", "Một", "G", ""]),
    )

    result = import_plan(kernel, actor(kernel), plan)

    assert result.findings == ()
    note = saved(kernel, "note")[0]
    partner = kernel.get(actor(kernel), "partner", note.partner)
    assert partner.data.code == "K1"
    assert kernel.get(actor(kernel), "partner", partner.data.parent).data.size == "large"


def test_a_parent_must_come_earlier(kernel: Kernel) -> None:
    plan = check(kernel, partners(["K1", "Một", "G", ""], ["G", "Nhóm", "", ""]))

    assert found(plan) == [(2, "Thuộc", "not_found", "G")]


def test_a_code_is_made_with_the_record_that_names_it_where_the_sheet_allows_that() -> None:
    columns = [
        replace(column, create_missing=column.field == "lines.partner") for column in NOTES.columns
    ]
    sheet = replace(NOTES, columns=tuple(columns))
    head = [*HEAD, "Đối tượng"]
    with cloud(plugins={"toy": module(sheet)}) as kernel:
        raw = notes(
            [DAY, "NV1", "", "", "111", 5.0, "K1"],
            [DAY, "NV2", "", "", "1111", 5.0, "K1"],
            [DAY, "NV3", "", "", "111", 5.0, "K2"],
            head=head,
        )

        plan = check(kernel, raw)
        result = import_plan(kernel, actor(kernel), plan, valid_rows_only=True)

        assert [code for _row, _column, code, _value in found(plan)] == ["account_is_parent"] * 2
        assert result.imported == 1
        assert [(p.code, p.name) for p in saved(kernel, "partner")] == [("K1", "K1")]


def test_a_sheet_may_change_the_shape_of_its_fields_before_they_are_saved() -> None:
    def prepare(fields: dict[str, Any]) -> dict[str, Any]:
        for line in fields["lines"]:
            line["amount"] = line.pop("amount") * 2
        return fields

    with cloud(plugins={"toy": module(replace(NOTES, prepare=prepare))}) as kernel:
        plan = check(kernel, notes([DAY, "NV1", "", "", "1111", 5.0]))
        import_plan(kernel, actor(kernel), plan)

        assert saved(kernel, "note")[0].lines[0].amount == 10


def test_a_crash_in_a_sheet_stops_its_rows_and_no_others() -> None:
    def prepare(fields: dict[str, Any]) -> dict[str, Any]:
        return fields if fields["no"] == "NV2" else fields["nothing"]  # type: ignore[no-any-return]  # crashes before

    with cloud(plugins={"toy": module(replace(NOTES, prepare=prepare))}) as kernel:
        raw = notes([DAY, "NV1", "", "", "1111", 5.0], [DAY, "NV2", "", "", "1111", 5.0])
        plan = check(kernel, raw)
        result = import_plan(kernel, actor(kernel), plan, valid_rows_only=True)

        assert [(f.row, f.code) for f in plan.findings] == [(4, "plugin_crashed")]
        assert result.vouchers == ("NV2",)


def test_a_check_leaves_no_trace_in_the_database(kernel: Kernel) -> None:
    before = kernel.storage.head(actor(kernel).tenant)

    check(kernel, partners(["K1", "Một", "", ""]), notes([DAY, "NV1", "", "K1", "1111", 5.0]))

    assert kernel.storage.head(actor(kernel).tenant) == before
    assert saved(kernel, "partner") == []


def test_a_warning_does_not_stop_the_import(kernel: Kernel) -> None:
    plan = check(kernel, notes([DAY, "NV1", "", "", "1111", 7.0]))

    result = import_plan(kernel, actor(kernel), plan)

    assert [(f.code, f.severity) for f in plan.findings] == [("vat_differs", "warning")]
    assert result.imported == 1


def test_an_import_works_offline_like_typing(kernel: Kernel) -> None:
    with office(kernel, "S1") as site:
        go_offline(site)

        plan = check(site, partners(["K1", "", "", ""]), notes([DAY, "NV1", "", "K1", "1111", 5.0]))
        result = import_plan(site, actor(site), plan)

        assert result.imported == 2
        assert synchronization(site).pending() == 2
        again = check(site, notes([DAY, "NV1", "", "", "1111", 5.0]))
        assert found(again) == [(4, "Số chứng từ (*)", "voucher_no_duplicate", "NV1")]


def test_progress_is_told_for_the_check_and_for_the_saving(kernel: Kernel, tmp_path: Path) -> None:
    file = tmp_path / "Đối tượng.csv"
    file.write_text("Mã (*),Tên\nK1,Một\nK2,Hai\n", encoding="utf-8-sig")
    told: list[tuple[int, int, str]] = []

    result = import_workbook(kernel, actor(kernel), file, progress=lambda *step: told.append(step))

    assert result.imported == 2
    assert told == [(1, 2, "Đối tượng"), (2, 2, "Đối tượng")] * 2


def test_what_somebody_else_saved_since_the_check_is_rejected_by_name(kernel: Kernel) -> None:
    plan = check(kernel, partners(["K1", "Một", "", ""], ["K2", "Hai", "", ""]))
    kernel.save(actor(kernel), "partner", {"code": "K1"})

    result = import_plan(kernel, actor(kernel), plan)

    assert (result.imported, result.rejected) == (1, 1)
    assert [(f.row, f.column, f.code) for f in result.errors] == [(2, "Mã (*)", "code_exists")]


# -- texts --------------------------------------------------------------------------------------------


def test_every_text_says_row_and_column_in_both_languages(kernel: Kernel) -> None:
    plan = check(kernel, notes(["x", "NV1", "", "", "1111", 5.0], [DAY, "NV2", "", "", "", 5.0]))

    vi = lines_of(kernel.registry, plan.findings)
    en = lines_of(kernel.registry, plan.findings, "en")

    assert vi[0] == "Phiếu"
    assert (
        vi[1]
        == "  Dòng 4: Cột <Ngày hạch toán> chứa ngày không hợp lệ (x); hãy nhập dạng 31/03/2026 [bad_date]"
    )
    assert vi[2].startswith("  Dòng 5: ")
    assert "TK" in vi[2]
    assert en[1] == "  Row 4: Ngày hạch toán: invalid date x; write it as 31/03/2026 [bad_date]"
    assert all(message.vi and message.en for message in MESSAGES.values())
