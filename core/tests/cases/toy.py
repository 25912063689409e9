"""A small module that keeps a ledger of receipts, and worked cases on it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Annotated, Any

from lienso import (
    Book,
    Capability,
    Dimension,
    Entry,
    Figure,
    Finding,
    Label,
    Manifest,
    Measure,
    Option,
    Record,
    RecordType,
    Refused,
    hookimpl,
)
from lienso.fields import Body, CatalogEntry, Money, NoParams, Params, Ref, Voucher
from lienso.testing.case_world import World
from lienso.testing.cases import Case, CaseResult, run_case
from pydantic import Field


class Account(CatalogEntry):
    parent: Annotated[str | None, Ref("account")] = None
    tracks: list[str] = Field(default_factory=list)


class Partner(CatalogEntry):
    kind: str
    is_customer: bool = False
    is_supplier: bool = False
    is_employee: bool = False


class Setting(Body):
    key: str
    value: str
    scope: str = "company"
    branch: str | None = None
    user: str = ""


class Line(Body):
    line: int
    debit: str = ""
    credit: str = ""
    amount: Money = 0
    object: Annotated[str | None, Ref("object")] = None


class Receipt(Voucher):
    lines: list[Line] = Field(default_factory=list)


class Lock(Body):
    branch: str = ""
    day: str


class SumParams(Params):
    account: str
    object: Annotated[str | None, Ref("object")] = None


class Sum(Params):
    amount: int
    object: str | None = None


class ReadParams(Params):
    voucher: str
    ignore_warnings: bool = False


class Read(Params):
    voucher: str
    id: str


def post_receipt(record: Record[Any], ledger: Any, view: Any) -> Mapping[str, Sequence[Entry]]:
    entries = []
    for line in record.data.lines:
        shared = {"object": line.object or ""}
        for side, account, other in ((0, line.debit, line.credit), (1, line.credit, line.debit)):
            dimensions = {**shared, "account": account, "contra_account": other}
            measure = "credit" if side else "debit"
            entries.append(
                Entry(
                    line.line,
                    side,
                    ledger,
                    record.data.posting_date,
                    dimensions=dimensions,
                    measures={measure: line.amount},
                )
            )
    return {"general_ledger": entries}


def sum_account(params: SumParams, session: Any) -> Sum:
    where = {"account": params.account}
    book = session.view.book("general_ledger")
    debit, credit = book.sum(["debit", "credit"], where=where)[()]
    partner = None if params.object is None else session.view.id_of("object", params.object)
    return Sum(amount=debit - credit, object=partner)


def read_receipt(params: ReadParams, session: Any) -> Read:
    record = session.view.by_number(params.voucher)
    if record is None:
        raise Refused("not_found", {"type": "receipt", "value": params.voucher})
    return Read(voucher=record.data.no, id=record.id)


def fund(params: NoParams, view: Any) -> int:
    debit, credit = view.book("general_ledger").sum(["debit", "credit"], where={"account": "1111"})[
        ()
    ]
    return int(debit - credit)


def types() -> list[RecordType]:
    return [
        RecordType("account", Label("Tài khoản", "Account"), Account, "catalog", tree="leaves"),
        RecordType(
            "object",
            Label("Đối tượng", "Object"),
            Partner,
            "catalog",
            defaults={"kind": "organization"},
        ),
        RecordType(
            "option", Label("Tùy chọn", "Option"), Setting, "document", unique=("key", "branch")
        ),
        RecordType(
            "receipt", Label("Phiếu thu", "Receipt"), Receipt, "voucher", "PT", post=post_receipt
        ),
        RecordType("lock", Label("Khóa sổ", "Lock"), Lock, "document", unique=("branch",)),
    ]


LEDGER = Book(
    "general_ledger",
    Label("Sổ cái", "Ledger"),
    (Dimension("account"), Dimension("contra_account"), Dimension("object", "object")),
    (Measure("debit"), Measure("credit"), Measure("fc_debit", 4), Measure("fc_credit", 4)),
)


def module() -> SimpleNamespace:
    def check(record: Record[Any], ledger: Any, entries: Any, view: Any) -> list[Finding]:
        findings = []
        for line in record.data.lines:
            for field in ("debit", "credit"):
                account = view.by_code("account", getattr(line, field))
                if account is None:
                    findings.append(Finding("error", "account_unknown", field, line.line))
                elif next(view.children("account", account.id), None) is not None:
                    findings.append(Finding("error", "account_is_parent", field, line.line))
        return findings

    def seed(regime: str) -> list[tuple[str, Mapping[str, Any]]]:
        chart = [("111", None), ("1111", "111"), ("1112", "111"), ("131", None), ("711", None)]
        return [
            ("account", {"code": code, "name": code, "parent": parent, "tracks": ["object"]})
            for code, parent in chart
        ]

    def figure(name: str, offline: Any) -> Figure:
        return Figure(f"toy.{name}", Label("Tồn quỹ", "Fund"), NoParams, fund, offline)

    capabilities = [
        Capability(
            "toy.sum",
            Label("Cộng", "Sum"),
            SumParams,
            Sum,
            sum_account,
            availability="online_only",
        ),
        Capability("toy.read", Label("Xem", "Read"), ReadParams, Read, read_receipt),
    ]
    return SimpleNamespace(
        MANIFEST=Manifest("toy", "Thử", "1.0"),
        lienso_record_types=hookimpl(types, specname="lienso_record_types"),
        lienso_books=hookimpl(lambda: [LEDGER], specname="lienso_books"),
        lienso_capabilities=hookimpl(lambda: capabilities, specname="lienso_capabilities"),
        lienso_figures=hookimpl(
            lambda: [figure("blank", "blank"), figure("kept", "last_online")],
            specname="lienso_figures",
        ),
        lienso_options=hookimpl(
            lambda: [Option("toy.limit", Label("Hạn", "Limit"), "int", 3)],
            specname="lienso_options",
        ),
        lienso_seed_records=hookimpl(seed, specname="lienso_seed_records"),
        lienso_check_posting=hookimpl(check, specname="lienso_check_posting"),
    )


def run(world: World, **data: Any) -> CaseResult:
    case = {"name": "case", "note": "", **data}
    return run_case(Case(case, "toy"), world=world)


def lines(*pairs: tuple[str, str, int]) -> list[dict[str, Any]]:
    return [
        {"line": number, "debit": debit, "credit": credit, "amount": amount}
        for number, (debit, credit, amount) in enumerate(pairs, 1)
    ]


def receipt(no: str, *pairs: tuple[str, str, int], **more: Any) -> dict[str, Any]:
    fields = {"no": no, "posting_date": "2026-03-05", "lines": lines(*pairs)}
    return {"save": "receipt", "posted": True, "fields": fields, **more}


def pair(voucher: str, debit: str, credit: str, amount: int, **more: Any) -> dict[str, Any]:
    return {"voucher": voucher, "debit": debit, "credit": credit, "amount": amount, **more}


PASSED = "passed"
SUM = {"capability": "toy.sum", "params": {"account": "1111"}}
OPENING = {
    "entries": {
        "general_ledger": [
            {"voucher": "OPN", "posting_date": "2025-12-31", "debit": "1111", "amount": 700}
        ]
    }
}
