"""Printed forms: their boxes, in 80 columns (spec §2)."""

from __future__ import annotations

from typing import Any

import pytest

UNIT = {
    "code": "CTY",
    "name": "Công ty TNHH Cơ khí và Thương mại Minh Phát",
    "kind": "company",
    "address": "Lô 12 KCN Quang Minh, Mê Linh, Hà Nội",
    "director": "Nguyễn Văn An",
    "chief_accountant": "Trần Thị Bình",
    "cashier": "Lê Thị Cúc",
}


def one_line(text: str) -> str:
    """Return a text without its breaks."""
    return " ".join(text.split())


def test_a_receipt_has_the_boxes_of_01_tt(company: Any) -> None:
    company.save("org_unit", UNIT)
    record = company.receipt(
        45_000_000,
        payer_receiver="Nguyễn Thị Hồng Nhung",
        address="12 phố Huế",
        reason="Thu tiền bán phế liệu",
        attached_count=2,
    )

    text = one_line(company.printed(record))

    for box in (
        "Đơn vị: Công ty TNHH Cơ khí",
        "Mẫu số 01-TT",
        "PHIẾU THU",
        "Ngày 02 tháng 03 năm 2026",
        "Quyển số:",
        f"Số: {record.data.no}",
        "Nợ 1111: 45.000.000",
        "Có 711: 45.000.000",
        "Họ và tên người nộp tiền: Nguyễn Thị Hồng Nhung",
        "Địa chỉ: 12 phố Huế",
        "Lý do nộp: Thu tiền bán phế liệu",
        "Số tiền: 45.000.000 đồng",
        "Viết bằng chữ: Bốn mươi lăm triệu đồng",
        "Kèm theo: 2 chứng từ gốc",
        "Giám đốc Kế toán trưởng Người nộp tiền Người lập phiếu Thủ quỹ",
        "Đã nhận đủ số tiền (viết bằng chữ): Bốn mươi lăm triệu đồng",
        "Tỷ giá ngoại tệ:",
        "Số tiền quy đổi:",
    ):
        assert box in text, box


def test_a_payment_has_the_boxes_of_02_tt_and_its_currency(company: Any) -> None:
    usd = {"currency": "USD", "rate": "25480", "fc_amount": "1500.50"}
    line = {"debit": "331", "credit": "1112"}
    record = company.payment(38_232_740, **line, **usd, payer_receiver="Ông B", kind="supplier")

    text = one_line(company.printed(record))

    for box in (
        "Mẫu số 02-TT",
        "PHIẾU CHI",
        "Họ và tên người nhận tiền: Ông B",
        "Lý do chi: Trả tiền nhà cung cấp",
        "Số tiền: 1.500,50 USD",
        "Một nghìn năm trăm đô la Mỹ và năm mươi xu",
        "Giám đốc Kế toán trưởng Thủ quỹ Người lập phiếu Người nhận tiền",
        "Tỷ giá ngoại tệ: 25.480,00",
        "Số tiền quy đổi: 38.232.740 đồng",
    ):
        assert box in text, box


def test_a_draft_without_anything_is_printed_with_dots(company: Any) -> None:
    record = company.save("cash_receipt", {"posting_date": "2026-03-02"})

    text = company.printed(record)

    assert "Họ và tên người nộp tiền: ....." in text
    assert "Nợ: ....." in text


def test_a_count_in_dong_shows_the_book_less_what_was_counted(company: Any) -> None:
    company.post(company.receipt(1_000_000, "2026-03-31"))
    body = {
        "date": "2026-03-31",
        "time": "10:05",
        "members": [{"name": "Trần Thị Bình", "title": "Kế toán trưởng", "represents": "kế toán"}],
        "denominations": [{"value": 500_000, "sheets": 2}, {"value": 20_000, "sheets": 1}],
        "reason_surplus": "Chưa rõ",
    }
    record = company.save("cash_count", body)

    text = one_line(company.printed(record).replace("|", " "))

    for box in (
        "Mẫu số 08a-TT",
        "vào 10 giờ 05 phút, ngày 31 tháng 03 năm 2026",
        "Trần Thị Bình – Kế toán trưởng, đại diện kế toán",
        "đại diện thủ quỹ",
        "I Số dư theo sổ quỹ x 1.000.000",
        "II Số kiểm kê thực tế x 1.020.000",
        "Loại 500.000 đ 2 1.000.000",
        "III Chênh lệch (III = I - II) x -20.000",
        "+ Thừa: Chưa rõ",
        "Người chịu trách nhiệm",
    ):
        assert box in text, box


def test_a_foreign_count_adds_rate_and_dong(company: Any) -> None:
    usd = {"currency": "USD", "rate": "25480", "fc_amount": "1000"}
    company.post(company.receipt(25_480_000, "2026-03-31", debit="1112", **usd))
    notes = [{"value": 100, "sheets": 9}, {"value": "0.5", "sheets": 3}]
    record = company.save(
        "cash_count", {"date": "2026-03-31", "currency": "USD", "denominations": notes}
    )

    text = one_line(company.printed(record).replace("|", " "))

    for box in (
        "Mẫu số 08b-TT",
        "I Số dư theo sổ quỹ USD 1.000,00 x 25.480,00 25.480.000",
        "II Số kiểm kê thực tế USD 901,50 x 25.480,00 22.970.220",
        "- Loại 0,50 tờ 3 0,50 25.480,00 38.220",
    ):
        assert box in text, box


@pytest.mark.parametrize(
    ("type", "form", "boxes"),
    [
        (
            "advance_request",
            "03-TT",
            ("Kính gửi: Giám đốc", "Tên tôi là: Phạm Thị Dung", "Sáu triệu đồng",
             "Lý do tạm ứng: Công tác", "Thời hạn thanh toán: 20/03/2026"),
        ),
        (
            "payment_request",
            "05-TT",
            ("Họ và tên người đề nghị thanh toán: Phạm Thị Dung",
             "Nội dung thanh toán: Công tác", "(Kèm theo 0 chứng từ gốc)"),
        ),
    ],
)  # fmt: skip
def test_requests_have_their_boxes(
    company: Any, type: str, form: str, boxes: tuple[str, ...]
) -> None:
    body = {
        "date": "2026-03-03",
        "addressed_to": "Giám đốc",
        "name": "Phạm Thị Dung",
        "amount": 6_000_000,
        "reason": "Công tác",
        "due_date": "2026-03-20",
    }
    record = company.save(type, body)

    text = one_line(company.printed(record))

    for box in (f"Mẫu số {form}", "Số tiền", *boxes):
        assert box.lower() in text.lower(), box


def test_a_settlement_shows_what_was_held_spent_and_left(company: Any) -> None:
    lines = [
        {
            "line": 1,
            "description": "Vé máy bay",
            "debit": "6428",
            "credit": "141",
            "amount": 5_184_000,
        },
        {"line": 2, "debit": "1111", "credit": "141", "amount": 816_000},
    ]
    body = {
        "posting_date": "2026-03-18",
        "name": "Phạm Thị Dung",
        "advances": [{"voucher": "PC00009", "date": "2026-03-09", "amount": 6_000_000}],
        "lines": lines,
    }
    record = company.save("advance_settlement", body)

    text = one_line(company.printed(record).replace("|", " "))

    for box in (
        "Mẫu số 04-TT",
        "I. Số tiền tạm ứng 6.000.000",
        "Phiếu chi số PC00009 ngày 09/03/2026 6.000.000",
        "II. Số tiền đã chi 5.184.000",
        "1. Vé máy bay 5.184.000",
        "1. Số tạm ứng chi không hết (I - II) 816.000",
        "2. Chi quá số tạm ứng (II - I) 0",
    ):
        assert box in text, box


@pytest.mark.parametrize("length", [1, 40, 79, 80, 81, 250])
def test_long_texts_stay_within_eighty_columns(company: Any, length: int) -> None:
    company.save("org_unit", {**UNIT, "name": "W" * length})
    record = company.receipt(
        999_999_999_999, payer_receiver="x" * length, reason="y " * length, address="z" * length
    )

    text = company.printed(record)

    assert max(map(len, text.splitlines())) <= 80
