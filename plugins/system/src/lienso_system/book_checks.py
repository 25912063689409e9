"""What is wrong with vouchers as such: states, lines, days, numbers; and what sites still hold.

Vouchers are read as they are stored, a page at a time in the order of days and numbers, and their models
are not asked: a check looks at every voucher of its period.
"""

from __future__ import annotations

import datetime
import heapq
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from lienso import BookCheck, CheckScope, Label, RecordType
from lienso.book_checks import Problem, openable
from lienso.canonical import parse
from lienso.numbers import FIELD_OF
from lienso.records import posting_of
from lienso.storage import StoredRecord

from .book_checks_numbers import number_duplicate, number_gap
from .book_checks_openings import opening_differs, opening_unbalanced


class Voucher(NamedTuple):
    """A voucher as it is stored, with its body read; comparable by day and number."""

    date: str
    number: str
    id: str
    type: str
    body: Mapping[str, Any]
    stored: StoredRecord


def vouchers(
    scope: CheckScope, start: datetime.date | None = None, stop: datetime.date | None = None
) -> Iterator[Voucher]:
    """Yield the vouchers that are posted by word, of the scope's ledger, by day and number.

    Args:
        start, stop: other days than the scope's, bounds included, and then of all branches.
    """
    first, last = start or scope.from_date, stop or scope.to_date
    whole = start is not None or stop is not None
    for voucher in heapq.merge(*(_of_type(scope, t, first, last) for t in posted_by_word(scope))):
        if whole or scope.holds(voucher.body.get("branch")):
            yield voucher


def posted_by_word(scope: CheckScope) -> list[RecordType]:
    """Return the types of vouchers that somebody posts; openings and the like post themselves."""
    return [
        type
        for type in scope.view.record_types("voucher")
        if type.post is not None
        and not type.posts_when_accepted
        and "posting_date" in type.model.model_fields
    ]


def _of_type(
    scope: CheckScope, record_type: RecordType, first: datetime.date, last: datetime.date
) -> Iterator[Voucher]:
    after = last + datetime.timedelta(days=1)
    field = FIELD_OF[scope.ledger]
    for stored in scope.view.bodies(record_type.id, "date", start=(first,), stop=(after,)):
        body = parse(stored.body)
        shown = body.get("display_on_book", "financial")
        if shown in (scope.ledger, "both"):
            number = str(body.get(field) or "")
            yield Voucher(body["posting_date"], number, stored.id, stored.type, body, stored)


class _Fault(NamedTuple):
    """A voucher that a check found; ``day``: the voucher's own, where it is later than that of posting."""

    type: str
    id: str
    number: str
    date: str
    day: str = ""

    def named(self) -> Problem:
        """Return what names it in a problem."""
        own = {"type": self.type, "voucher": self.number or self.id, "date": self.date}
        return {**own, **openable([(self.type, self.id)])}


def _faults(scope: CheckScope) -> Mapping[str, list[_Fault]]:
    """Return the vouchers that each of four checks found: read once a run, by day and number."""
    key = ("system.vouchers", scope.ledger, scope.branches, scope.from_date, scope.to_date)
    found: Mapping[str, list[_Fault]] = scope.view.memo(key, lambda: _looked(scope))
    return found


def _looked(scope: CheckScope) -> Mapping[str, list[_Fault]]:
    lined = {t.id for t in posted_by_word(scope) if "lines" in t.model.model_fields}
    years = [
        (year.data.from_date.isoformat(), year.data.to_date.isoformat())
        for year in scope.view.all("fiscal_year")
    ]
    found: dict[str, list[_Fault]] = {"unposted": [], "no_lines": [], "late": [], "outside": []}
    states: dict[str, bool] = {}
    for voucher in vouchers(scope):
        fault = _Fault(voucher.type, voucher.id, voucher.number, voucher.date)
        text = voucher.stored.posting
        if text not in states:  # nearly all have one of a few
            states[text] = _is_posted(text, scope.ledger)
        if not states[text]:
            found["unposted"].append(fault)
        if voucher.type in lined and not any(map(_is_table, voucher.body.values())):
            found["no_lines"].append(fault)
        day = voucher.body.get("voucher_date") or voucher.date
        if day > voucher.date:
            found["late"].append(fault._replace(day=day))
        if years and not any(start <= voucher.date <= stop for start, stop in years):
            found["outside"].append(fault)
    return found


def _is_posted(text: str, ledger: str) -> bool:
    state = posting_of(text).get(ledger)
    return state is not None and state.status == "posted"


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def unposted(scope: CheckScope) -> Iterator[Problem]:
    """Vouchers that are in no book."""
    for fault in _faults(scope)["unposted"]:
        params = {"voucher": fault.id, "ledger": scope.ledger}
        yield {**fault.named(), "repair": {"id": "system.post_voucher", "params": params}}


def no_lines(scope: CheckScope) -> Iterator[Problem]:
    """Vouchers of a type that has lines, without any, and without other rows in their place."""
    for fault in _faults(scope)["no_lines"]:
        yield fault.named()


def voucher_after_posting(scope: CheckScope) -> Iterator[Problem]:
    """Vouchers whose own day is after the posting day."""
    for fault in _faults(scope)["late"]:
        own = {"voucher_date": fault.day, "expected": fault.date, "found": fault.day}
        yield {**fault.named(), **own}


def date_outside_year(scope: CheckScope) -> Iterator[Problem]:
    """Vouchers of days that no fiscal year of the company has, where it keeps a list of them."""
    for fault in _faults(scope)["outside"]:
        yield fault.named()


def pending(scope: CheckScope) -> Iterator[Problem]:
    """What sites have not sent or taken, and vouchers whose posting failed, whatever their day."""
    for row in scope.view.stored.state("site").scan():
        if row["retired"] or not row["pending"] + row["failed"]:
            continue
        yield {
            "code": "site",
            "site": row["label"] or row["site_id"],
            "pending": row["pending"],
            "failed": row["failed"],
            "repair": {"id": "system.synchronize", "params": {"site": row["site_id"]}},
        }
    for record_type in posted_by_word(scope):
        for stored in scope.view.bodies(record_type.id, "date"):
            if '"failed"' not in stored.posting:
                continue
            state = posting_of(stored.posting).get(scope.ledger)
            body = parse(stored.body)
            if state is None or state.status != "failed" or not scope.holds(body.get("branch")):
                continue
            number = str(body.get(FIELD_OF[scope.ledger]) or "")
            fault = _Fault(stored.type, stored.id, number, body["posting_date"])
            errors = [finding["code"] for finding in state.findings]
            params = {"voucher": stored.id, "ledger": scope.ledger}
            repair = {"id": "system.post_voucher", "params": params}
            yield {**fault.named(), "code": "post_failed", "errors": errors, "repair": repair}


VOUCHERS, OPENINGS, SYSTEM = "Trạng thái ghi sổ chứng từ", "Số dư đầu kỳ", "Hệ thống"
CHECKS: tuple[BookCheck, ...] = (
    BookCheck(
        "posting.unposted",
        VOUCHERS,
        "warning",
        Label(
            "Chứng từ chưa ghi sổ (không kể báo giá, đơn hàng), theo loại; hãy ghi sổ từng chứng từ"
            " hoặc chạy Ghi sổ theo lô, hay xóa chứng từ thừa",
            "vouchers with a posting state that are not posted (quotations and orders excluded), by"
            " kind; post them one by one or with utilities.batch_post, or delete those not needed",
        ),
        unposted,
        "utilities.batch_post",
    ),
    BookCheck(
        "posting.no_lines",
        VOUCHERS,
        "error",
        Label(
            "Chứng từ không có dòng chi tiết; hãy mở chứng từ để nhập dòng, hoặc xóa chứng từ",
            "vouchers without lines; open the voucher and enter its lines, or delete it",
        ),
        no_lines,
        "system.delete_records",
    ),
    BookCheck(
        "posting.number_gap",
        VOUCHERS,
        "warning",
        Label(
            "Theo nhóm chứng từ, sổ và dãy số: số còn thiếu giữa số nhỏ nhất và lớn nhất của kỳ (cùng"
            " tiền tố, hậu tố, độ dài); hãy đồng bộ các máy chủ, rồi Đánh lại số chứng từ nếu vẫn thiếu",
            "per voucher group, ledger and series: numbers missing between the smallest and the largest"
            " of the period (same prefix, suffix, width); let all sites synchronize, and renumber the"
            " group with utilities.renumber_vouchers if they are still missing",
        ),
        lambda scope: number_gap(scope, vouchers),
        "utilities.renumber_vouchers",
    ),
    BookCheck(
        "posting.number_duplicate",
        VOUCHERS,
        "error",
        Label(
            "Một số chứng từ dùng hai lần trong cùng phạm vi; hãy Đánh lại số chứng từ của nhóm",
            "the same number twice in one scope; renumber the group with utilities.renumber_vouchers",
        ),
        lambda scope: number_duplicate(scope, vouchers),
        "utilities.renumber_vouchers",
    ),
    BookCheck(
        "posting.voucher_after_posting",
        VOUCHERS,
        "warning",
        Label(
            "Ngày chứng từ sau ngày hạch toán; hãy bỏ ghi, sửa ngày rồi ghi sổ lại",
            "voucher date after posting date; unpost the voucher, correct the day and post it again",
        ),
        voucher_after_posting,
        "system.unpost_voucher",
    ),
    BookCheck(
        "posting.date_outside_year",
        VOUCHERS,
        "warning",
        Label(
            "Ngày hạch toán ngoài các năm tài chính đang mở; hãy khai báo năm tài chính, hoặc bỏ ghi"
            " và sửa ngày",
            "posting date outside the open fiscal years; add the fiscal year, or unpost the voucher and"
            " correct its day",
        ),
        date_outside_year,
        "system.unpost_voucher",
    ),
    BookCheck(
        "opening.unbalanced",
        OPENINGS,
        "error",
        Label(
            "Số dư Nợ đầu kỳ khác số dư Có đầu kỳ, theo sổ và chi nhánh; hãy sửa Số dư ban đầu",
            "opening debit differs from opening credit per ledger and branch; correct the openings with"
            " system.save_opening_balances",
        ),
        opening_unbalanced,
        "system.save_opening_balances",
    ),
    BookCheck(
        "opening.detail_differs",
        OPENINGS,
        "error",
        Label(
            "Chi tiết số dư đầu kỳ (kho, tài sản, CCDC, chi phí trả trước, dở dang, ngân hàng, đối"
            " tượng) khác số dư tài khoản; hãy sửa chi tiết hoặc Số dư ban đầu của tài khoản",
            "opening detail (stock, assets, tools, prepaid, WIP, bank, objects) differs from its"
            " account; correct the detail, or the account with system.save_opening_balances",
        ),
        opening_differs,
        "system.save_opening_balances",
    ),
    BookCheck(
        "sync.pending",
        SYSTEM,
        "warning",
        Label(
            "Chứng từ của các máy chủ đồng bộ hoặc ghi sổ không thành công; hãy Đồng bộ dữ liệu tại máy"
            " chủ đó, và sửa rồi ghi sổ lại chứng từ ghi sổ không thành công",
            "vouchers of sites in push-failed, post-failed or pull-failed; synchronize at that site with"
            " system.synchronize, and correct and post those whose posting failed",
        ),
        pending,
        "system.synchronize",
    ),
)
