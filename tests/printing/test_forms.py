"""Every form of the installed modules: what stands on it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.kernel import Kernel
from lienso.model import Label
from lienso.pdf import ANY, forms_of, print_records, print_report
from lienso.testing import ModuleContract, kernels
from lienso.testing.kernels import actor
from lienso_printing.declared import FORMS

from .books import ADDRESS, DAY, NAME, furnish, line, pages_of, printed, receipt, save, text_of

YEAR = {"from_date": "2026-01-01", "to_date": "2026-12-31"}


@pytest.fixture(scope="module")
def head() -> Iterator[Kernel]:
    """A company with a receipt in its books."""
    with kernels.cloud() as kernel:
        furnish(kernel)
        save(kernel, "cash_receipt", receipt(no="PT00127"), post=True)
        yield kernel


# -- the forms that are filled in --------------------------------------------------------------------

BODIES: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "01-TT": (
        "cash_receipt",
        receipt(),
        (
            f"Đơn vị: {NAME}", f"Địa chỉ: {ADDRESS}", "Mã số thuế: 0100109106", "Mẫu số 01-TT", "Thông tư số 200/2014/TT-BTC",
            "PHIẾU THU", "Ngày 02 tháng 03 năm 2026", "Quyển số:", "Nợ 1111: 15.750.000", "Có 711: 15.750.000",
            "Họ và tên người nộp tiền: Nguyễn Thị Thuỳ Dương", "Địa chỉ: Thôn Đoài, xã Quỳnh Lưu, huyện Nho Quan",
            "Lý do nộp: Thu tiền khách hàng theo hoá đơn 127",
            "Số tiền: 15.750.000 đồng (Viết bằng chữ): Mười lăm triệu bảy trăm năm mươi nghìn đồng",
            "Kèm theo: 2 chứng từ gốc", "Giám đốc Kế toán trưởng Người nộp tiền Người lập phiếu Thủ quỹ",
            "Nguyễn Văn Đức Trần Thị Hoà Nguyễn Thị Thuỳ Dương Lê Thuý Quỳnh",
            "Đã nhận đủ số tiền (viết bằng chữ): Mười lăm triệu bảy trăm năm mươi nghìn đồng",
            "+ Tỷ giá ngoại tệ:", "+ Số tiền quy đổi:", "Liên 1", "Liên 2", "Liên 3",
        ),
    ),
    "02-TT": (
        "cash_payment",
        {
            "posting_date": DAY, "payer_receiver": "Vũ Quốc Khánh", "reason": "Tạm ứng công tác phí", "currency": "USD", "rate": "25430",
            "lines": [line("141", "1112", 31_800_215, fc_amount="1250.50", object="KH001")],
        },
        (
            "Mẫu số 02-TT", "PHIẾU CHI", "Họ và tên người nhận tiền: Vũ Quốc Khánh", "Lý do chi: Tạm ứng công tác phí",
            "Số tiền: 1.250,5 USD", "Một nghìn hai trăm năm mươi đô la Mỹ và năm mươi xu",
            "+ Tỷ giá ngoại tệ: 25.430", "+ Số tiền quy đổi: 31.800.215 đồng",
            "Giám đốc Kế toán trưởng Thủ quỹ Người lập phiếu Người nhận tiền",
        ),
    ),
    "03-TT": (
        "advance_request",
        {"date": DAY, "addressed_to": "Ban Giám đốc", "employee": "NV001", "reason": "Mua vật tư", "amount": "5000000", "due_date": "2026-03-31"},
        (
            "Mẫu số 03-TT", "GIẤY ĐỀ NGHỊ TẠM ỨNG", "Kính gửi: Ban Giám đốc", "Tên tôi là: Vũ Quốc Khánh",
            "Đề nghị cho tạm ứng số tiền: 5.000.000 đồng", "Viết bằng chữ: Năm triệu đồng", "Lý do tạm ứng: Mua vật tư",
            "Thời hạn thanh toán: 31/03/2026", "Người đề nghị tạm ứng",
        ),
    ),
    "04-TT": (
        "advance_settlement",
        {
            "posting_date": DAY, "name": "Vũ Quốc Khánh", "reason": "Công tác Huế", "brought_forward": 500_000,
            "advances": [{"voucher": "PC00009", "date": "2026-02-10", "amount": 5_000_000}],
            "lines": [line("6427", "141", 4_200_000, description="Vé tàu, khách sạn", object="KH001")],
        },
        (
            "Mẫu số 04-TT", "GIẤY THANH TOÁN TIỀN TẠM ỨNG", "Họ và tên người thanh toán: Vũ Quốc Khánh", "I. Số tiền tạm ứng 5.500.000",
            "chưa chi hết 500.000", "Phiếu chi số PC00009 ngày 10/02/2026 5.000.000", "II. Số tiền đã chi 4.200.000",
            "1. Vé tàu, khách sạn 4.200.000", "III. Chênh lệch 1.300.000", "chi không hết (I – II) 1.300.000", "Nợ 6427: 4.200.000",
        ),
    ),
    "05-TT": (
        "payment_request",
        {"date": DAY, "name": "Vũ Quốc Khánh", "reason": "Tiền điện tháng 2", "amount": "1320000", "method": "bank", "beneficiary": "EVN Hà Nội", "bank_account": "102030", "bank_name": "BIDV"},
        (
            "Mẫu số 05-TT", "GIẤY ĐỀ NGHỊ THANH TOÁN", "Nội dung thanh toán: Tiền điện tháng 2", "Số tiền: 1.320.000 đồng",
            "Một triệu ba trăm hai mươi nghìn đồng", "Người thụ hưởng: EVN Hà Nội", "Tài khoản: 102030 – BIDV", "Người duyệt",
        ),
    ),
    "08a-TT": (
        "cash_count",
        {
            "date": DAY, "time": "10:30", "purpose": "Kiểm kê cuối ngày", "members": [{"name": "Trần Thị Hoà", "title": "Kế toán", "represents": "kế toán"}, {"name": "Lê Thuý Quỳnh", "represents": "thủ quỹ"}],
            "denominations": [{"value": 500_000, "sheets": 31}, {"value": 200_000, "sheets": 1}], "conclusion": "Thiếu, chờ xử lý",
        },
        (
            "Mẫu số 08a-TT", "BẢNG KIỂM KÊ QUỸ", "(Dùng cho VND)", "Hôm nay, vào 10 giờ 30 phút, ngày 02 tháng 03 năm 2026",
            "Ông/Bà: Trần Thị Hoà, Kế toán, đại diện kế toán", "Số dư theo sổ quỹ x 15.750.000", "Số kiểm kê thực tế x 15.700.000",
            "Loại 500.000 đồng 31 15.500.000", "Chênh lệch (III = I – II) x 50.000", "Kết luận sau khi kiểm kê quỹ: Thiếu, chờ xử lý",
        ),
    ),
    "08b-TT": (
        "cash_count",
        {"date": DAY, "currency": "USD", "denominations": [{"value": "100", "sheets": 3}, {"value": "0.5", "sheets": 1}]},
        ("Mẫu số 08b-TT", "(Dùng cho ngoại tệ, vàng tiền tệ)", "Số kiểm kê thực tế USD 300,5", "Loại 100 tờ 3 100", "Loại 0,5 tờ 1 0,5"),
    ),
    "phieu-ke-toan": (
        "journal",
        {"posting_date": DAY, "description": "Kết chuyển chi phí", "attached_count": 1, "lines": [line("6427", "331", 1_234_567, object="KH001"), {**line("6427", "331", 1_000, object="KH001"), "line": 2, "description": "Làm tròn"}]},
        (
            "PHIẾU KẾ TOÁN", "Diễn giải: Kết chuyển chi phí", "Kết chuyển chi phí KH001 6427 331 1.234.567", "Làm tròn KH001 6427 331 1.000",
            "Cộng 1.235.567", "Một triệu hai trăm ba mươi lăm nghìn năm trăm sáu mươi bảy đồng", "Kèm theo: 1 chứng từ gốc",
        ),
    ),
    "giay-bao-co": (
        "bank_receipt",
        {"posting_date": DAY, "bank_account": "VCB", "object": "KH001", "reason": "Khách hàng trả nợ", "reference": "FT26061", "lines": [line("1121", "131", 7_000_000, object="KH001", bank_account="VCB")]},
        (
            "GIẤY BÁO CÓ", "Vào tài khoản: 0011004455667 – Vietcombank Hà Nội", "Người trả tiền: Công ty TNHH Hoàng Ngọc Ánh",
            "Số tiền: 7.000.000 đồng", "Bảy triệu đồng", "Số tham chiếu: FT26061",
        ),
    ),
    "uy-nhiem-chi": (
        "bank_payment",
        {
            "posting_date": DAY, "bank_account": "VCB", "method": "transfer_order", "reason": "Trả tiền hàng", "fee_bearer": "shared",
            "object_bank_account": {"number": "19001234", "bank_name": "Techcombank", "name": "Công ty Thép Ví Dụ"},
            "lines": [line("331", "1121", 7_000_000, object="KH001", bank_account="VCB")],
        },
        (
            "ỦY NHIỆM CHI", "Trích từ tài khoản: 0011004455667 – Vietcombank Hà Nội", "Đơn vị thụ hưởng: Công ty Thép Ví Dụ",
            "Số tài khoản, tại ngân hàng: 19001234 – Techcombank", "Nội dung: Trả tiền hàng", "Phí ngân hàng: Mỗi bên tự trả", "Chủ tài khoản Kế toán trưởng Ngân hàng",
        ),
    ),
    "sec-tien-mat": (
        "bank_payment",
        {"posting_date": DAY, "bank_account": "VCB", "method": "cash_cheque", "payer_receiver": "Vũ Quốc Khánh", "lines": [line("1111", "1121", 9_000_000, bank_account="VCB")]},
        ("SÉC TIỀN MẶT", "Người lĩnh tiền: Vũ Quốc Khánh", "Chín triệu đồng"),
    ),
    "sec-chuyen-khoan": (
        "bank_payment",
        {"posting_date": DAY, "bank_account": "VCB", "method": "transfer_cheque", "object": "KH001", "lines": [line("331", "1121", 9_000_000, object="KH001", bank_account="VCB")]},
        ("SÉC CHUYỂN KHOẢN", "Đơn vị thụ hưởng: Công ty TNHH Hoàng Ngọc Ánh", "Số tài khoản, tại ngân hàng:"),
    ),
    "bang-doi-tru": (
        "settlement",
        {"posting_date": DAY, "object": "KH001", "lines": [{"line": 1, "debt": "BH00001", "payment": "PT00002", "amount": 3_000_000}]},
        ("BẢNG ĐỐI TRỪ CHỨNG TỪ", "Đối tượng: KH001 – Công ty TNHH Hoàng Ngọc Ánh", "BH00001 PT00002 3.000.000 3.000.000", "Cộng 3.000.000 3.000.000"),
    ),
    "bien-ban-bu-tru": (
        "netting_voucher",
        {"posting_date": DAY, "minutes_no": "05/BB", "lines": [line("331", "131", 2_000_000, object="KH001", description="Bù trừ")]},
        ("BIÊN BẢN BÙ TRỪ CÔNG NỢ", "Biên bản số: 05/BB", "Giữa công ty và: Công ty TNHH Hoàng Ngọc Ánh", "Bù trừ 331 131 2.000.000", "Hai triệu đồng", "Đại diện bên A Đại diện bên B"),
    ),
    "S02a-DN": (
        "journal_group",
        {"date": DAY, "summary": "Thu tiền mặt tháng 2", "rows": [{"debit": "1111", "credit": "131", "amount": 4_000_000}], "total": 4_000_000, "attached_count": 3},
        ("Mẫu số S02a-DN", "CHỨNG TỪ GHI SỔ", "Thu tiền mặt tháng 2 1111 131 4.000.000", "Cộng x x 4.000.000", "Kèm theo: 3 chứng từ gốc"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("form", BODIES)
def test_what_is_filled_in_stands_on_the_form(head: Kernel, form: str) -> None:
    type, body, said = BODIES[form]
    record = save(head, type, body)

    made = print_records(head, actor(head), type, [record.id])

    text = text_of(made.data)
    assert made.forms == (form,)
    assert [one for one in said if one not in text] == []
    assert record.data.no in text


# -- every form ----------------------------------------------------------------------------------------

RECORD_FORMS = sorted({(type, form.code) for form in FORMS for type in form.record_types})


class _Plain(ModuleContract):
    """Makes a plain record of any type, as the contract of modules does."""

    __test__ = False


@pytest.mark.parametrize("type", sorted({type for type, _form in RECORD_FORMS}))
def test_a_plain_record_of_every_type_is_printed(head: Kernel, type: str) -> None:
    if type == "statement_set":
        record = save(head, type, {"regime": "TT200", **YEAR, "statements": ["B01-DN"]})
    else:
        record = _Plain()._saved(head, head.registry.record_types[type])

    text = printed(head, type, record.id)

    assert NAME in text
    assert "Kế toán trưởng" in text or "Đại diện bên A" in text


def test_every_type_that_names_a_printed_form_has_one_and_every_text_form_too(head: Kernel) -> None:
    with_form = {type for type, _form in RECORD_FORMS}
    named = {t.id for t in head.registry.record_types.values() if t.printed_form or t.print}

    assert with_form == named


REPORTS = sorted(
    {id for form in FORMS for id in form.reports if id != ANY}
    | {"catalog.accounts", "cash.voucher_list", "bank.balances", "financial_analysis.ratios"}
    | {"utilities.report_list", "system.permissions"}
)
PARAMS: dict[str, dict[str, Any]] = {
    "general_ledger.account_ledger": {**YEAR, "account": "1111"},
    "general_ledger.account_detail": {**YEAR, "account": "1111"},
    "general_ledger.group_ledger": {**YEAR, "account": "1111"},
    "general_ledger.group_ledger_detail": {**YEAR, "account": "1111"},
    "general_ledger.document_ledger": {**YEAR, "account": "1111"},
    "catalog.accounts": {},
    "utilities.report_list": {},
    "system.permissions": {},
}


@pytest.mark.parametrize("id", REPORTS)
def test_every_book_is_printed_with_its_columns(head: Kernel, id: str) -> None:
    report = head.registry.report(id)

    made = print_report(head, actor(head), id, PARAMS.get(id, YEAR))

    text = text_of(made.data)
    table = head.report(actor(head), id, PARAMS.get(id, YEAR))
    (form,) = made.forms
    assert NAME in text
    assert table.subtitle.partition(". (?)")[0] in text
    if form != "bang-ke":
        code = {"S04a-DN": "S04a1-DN", "S04b-DN": "S04b1-DN"}.get(form, report.form_code)
        assert f"Mẫu số {code}" in text
    assert "Trang 1/" in text


def test_the_forms_of_reports_are_those_that_their_modules_name(head: Kernel) -> None:
    codes = {id: report.form_code for id, report in head.registry.reports.items()}
    usual = {id: forms_of(head.registry, id)[0].code for id in codes}
    other = {
        "general_ledger.statement": "bao-cao-chi-tieu",
        "general_ledger.statement_notes": "bang-ke",
    }

    assert usual == {id: other.get(id, code or "bang-ke") for id, code in codes.items()}


def test_a_ledger_shows_its_rows_with_grouped_heads(head: Kernel) -> None:
    params = {**YEAR, "account": "711"}
    made = print_report(head, actor(head), "general_ledger.account_ledger", params)

    text = text_of(made.data)
    assert "SỔ CÁI – 711 THU NHẬP KHÁC" in text
    assert "(Dùng cho hình thức kế toán Nhật ký chung)" in text
    assert "02/03/2026 PT00127 02/03/2026 Thu tiền khách hàng theo hoá đơn 127" in text
    assert "15.750.000" in text
    assert "Sổ này có 1 trang, đánh số từ trang 1 đến trang 1. Ngày mở sổ: 01/01/2026" in text


def test_a_statement_set_is_printed_whole_or_one_by_one(head: Kernel) -> None:
    statements = ["B01-DN", "B02-DN", "B03-DN/direct", "B09-DN"]
    values = {"B01-DN": {"110": {"closing": 15_750_000, "opening": 0}, "270": {"closing": 15_750_000, "opening": 0}, "222": {"closing": -5_000, "opening": 0}}}  # fmt: skip
    body = {
        "regime": "TT200", "from_date": "2025-01-01", "to_date": "2025-12-31", "statements": statements, "values": values,
        "notes": {"I": "Công ty sản xuất gạch ốp lát"}, "signers": {"preparer": "Phạm Thị Lý"},
    }  # fmt: skip
    id = save(head, "statement_set", body).id

    whole = pages_of(print_records(head, actor(head), "statement_set", [id]).data)
    one = pages_of(print_records(head, actor(head), "statement_set", [id], "B03-DN").data)

    heads = [next((code for code in ("B01", "B02", "B03", "B09") if f"Mẫu số {code}" in page), "") for page in whole]  # fmt: skip
    assert [head for head in heads if head] == ["B01", "B02", "B03", "B09"]
    text = " ".join(" ".join(whole).split())
    assert "BẢNG CÂN ĐỐI KẾ TOÁN" in text
    assert "(Bản nháp)" in text
    assert "110 VI.1 15.750.000 0" in text
    assert "(5.000)" in text or "-5.000" in text
    assert "Công ty sản xuất gạch ốp lát" in text
    assert "Phạm Thị Lý" in text
    assert "Mẫu số B03-DN" in one[0]
    assert "B01-DN" not in " ".join(one)


@pytest.mark.parametrize(
    ("regime", "law", "codes"),
    [
        ("TT99", "Thông tư số 99/2025/TT-BTC", ("S06-DN", "S08-DN")),
        ("TT133", "Thông tư số 133/2016/TT-BTC", ("F01-DNN", "S05-DNN")),
    ],
)
def test_heads_follow_the_accounting_regime(regime: str, law: str, codes: tuple[str, str]) -> None:
    with kernels.cloud(regime=regime) as kernel:
        furnish(kernel, "112" if regime == "TT99" else "1121")
        books = ("general_ledger.trial_balance", "bank.deposit_book")
        texts = [text_of(print_report(kernel, actor(kernel), id, YEAR).data) for id in books]
        voucher = printed(kernel, "cash_receipt", save(kernel, "cash_receipt", receipt()).id)

    for text, code in zip(texts, codes, strict=True):
        assert f"Mẫu số {code}" in text
        assert law in text
    assert "Mẫu số 01-TT" in voucher
    assert law in voucher
    assert ("SỔ TIỀN GỬI KHÔNG KỲ HẠN" in texts[1]) == (regime == "TT99")


def test_books_bear_the_numbers_of_the_circular_for_small_companies() -> None:
    numbers = {
        "general_ledger.account_detail": "S19-DNN",
        "bank.loan_book": "S15-DNN",
        "general_ledger.journal_book": "S03a-DNN",
        "cash.fund_book": "S04a-DNN",
    }
    with kernels.cloud(regime="TT133") as kernel:
        furnish(kernel)
        texts = {
            id: text_of(print_report(kernel, actor(kernel), id, PARAMS.get(id, YEAR)).data)
            for id in (
                *numbers,
                "general_ledger.document_journal",
                "general_ledger.document_ledger",
            )
        }

    assert [id for id, code in numbers.items() if f"Mẫu số {code} " not in texts.pop(id)] == []
    # Nhật ký – Chứng từ is no form of bookkeeping of Circular 133, where S05-DNN is a book of banks.
    assert [id for id, text in texts.items() if "Mẫu số" in text or "133/2016" in text] == []


def test_a_statement_of_a_part_of_a_year_bears_the_number_of_the_interim_form(head: Kernel) -> None:
    by, id = actor(head), "general_ledger.statement"
    part = {"from_date": "2026-01-01", "to_date": "2026-03-31"}
    texts = [text_of(print_report(head, by, id, days).data) for days in (YEAR, part)]

    assert ["Mẫu số B01-DN " in texts[0], "Mẫu số B01a-DN " in texts[1]] == [True, True]


def test_a_branch_prints_under_its_own_name_and_with_the_companys_signers(head: Kernel) -> None:
    branch = {"code": "CNHUE", "kind": "branch", "name": "Chi nhánh Huế", "address": "Số 5 Lê Lợi"}
    save(head, "org_unit", {**branch, "cashier": "Tôn Nữ Hạnh"})
    record = save(head, "cash_receipt", receipt(branch="CNHUE"))

    text = printed(head, "cash_receipt", record.id, copies=1)

    assert "Đơn vị: Chi nhánh Huế Địa chỉ: Số 5 Lê Lợi" in text
    assert "Trần Thị Hoà" in text
    assert "Tôn Nữ Hạnh" in text


def test_a_company_says_amounts_in_its_own_words_on_its_forms(head: Kernel) -> None:
    options = {"words.thousand": "ngàn", "words.exact": True}
    with kernels.cloud(options=options) as kernel:
        record = save(kernel, "cash_receipt", receipt())

        text = printed(kernel, "cash_receipt", record.id)

    assert "Mười lăm triệu bảy trăm năm mươi ngàn đồng chẵn" in text


def test_titles_of_forms_are_there_in_both_languages() -> None:
    assert [form.code for form in FORMS if not (form.title.vi and form.title.en)] == []
    assert all(isinstance(form.title, Label) for form in FORMS)
