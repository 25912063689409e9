"""Module ``small``: one catalog, one voucher, and the options of synchronisation."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any

from lienso import (
    Book,
    Capability,
    Dimension,
    Entry,
    Figure,
    Finding,
    Key,
    Label,
    Manifest,
    Measure,
    Option,
    Record,
    RecordType,
    Total,
    hookimpl,
)
from lienso.fields import Body, CatalogEntry, Money, NoParams, Ref, Voucher


class Partner(CatalogEntry):
    """Somebody."""


class Unit(CatalogEntry):
    """A branch."""


class Line(Body):
    """An amount on an account."""

    line: int = 1
    account: str = "111"
    amount: Money = 0
    partner: Annotated[str | None, Ref("partner")] = None


class Note(Voucher):
    """A voucher."""

    lines: list[Line] = []


class Setting(Body):
    """The value of an option, as the module of the system keeps it."""

    key: str
    value: str
    scope: str = "company"
    branch: str | None = None
    user: str | None = None


def _post(record: Record[Any], ledger: Any, _view: Any) -> Mapping[str, Sequence[Entry]]:
    if any(line.account == "crash" for line in record.data.lines):
        raise ValueError("a bug in posting")
    return {
        "small": [
            Entry(
                line.line,
                0,
                ledger,
                record.data.posting_date,
                dimensions={"account": line.account},
                measures={"debit": line.amount},
            )
            for line in record.data.lines
        ]
    }


def _add(_params: NoParams, session: Any) -> NoParams:
    session.save("partner", {"code": f"C{session.view.stored.count('partner')}"})
    return NoParams()


class Small:
    """Module ``small``. A note with the description ``refuse`` is refused in the cloud, one with
    ``crash`` meets a bug there, an account ``999`` cannot be posted to, an account ``crash`` meets a bug in posting.

    Attributes:
        objects: codes with which a note is refused whose description they are.
        broken: whether the description ``crash`` does what it says.
        long: what the function ``small.long`` does after it has added a partner.
    """

    def __init__(self) -> None:
        self.objects: set[str] = set()
        self.broken = True
        self.long: Callable[[Any], None] = lambda _session: None

    MANIFEST = Manifest("small", "Nhỏ", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [
            RecordType(
                "partner",
                Label("Đối tác", "Partner"),
                Partner,
                "catalog",
                keys=(Key("english", ("name_en",)),),
            ),
            RecordType(
                "note",
                Label("Phiếu", "Note"),
                Note,
                "voucher",
                number_prefix="PT",
                post=_post,
                renumber=lambda record, _view: record.data.description != "issued",
                print=lambda record, _view: f"PHIẾU {record.data.no}\n",
            ),
            RecordType("org_unit", Label("Chi nhánh", "Branch"), Unit, "catalog"),
            RecordType("option", Label("Tùy chọn", "Option"), Setting, "document"),
        ]

    @hookimpl
    def lienso_books(self) -> Sequence[Book]:
        totals = (Total(("account",)),)
        dimensions, measures = (Dimension("account"),), (Measure("debit"),)
        return [Book("small", Label("Sổ", "Book"), dimensions, measures, totals=totals)]

    @hookimpl
    def lienso_capabilities(self) -> Sequence[Capability]:
        label = Label("Thêm", "Add")

        def long(params: NoParams, session: Any) -> NoParams:
            _add(params, session)
            self.long(session)
            return params

        return [
            Capability("small.add", label, NoParams, NoParams, _add, "online_only"),
            Capability("small.long", label, NoParams, NoParams, long, "online_only"),
            Capability(
                "small.close",
                label,
                NoParams,
                NoParams,
                _add,
                "online_only",
                needs_complete_data=("note",),
            ),
        ]

    @hookimpl
    def lienso_figures(self) -> Sequence[Figure]:
        def count(_params: Any, view: Any) -> int:
            counted: int = view.stored.count("note")
            return counted

        return [
            Figure("small.notes", Label("Số phiếu", "Notes"), NoParams, count, "last_online"),
            Figure("small.blank", Label("Số phiếu", "Notes"), NoParams, count, "blank"),
        ]

    @hookimpl
    def lienso_options(self) -> Sequence[Option]:
        label = Label("Dữ liệu lập offline", "Changes made offline")
        modes = ("shared", "site_prefix", "lease", "cloud")
        return [
            Option("push.offline_changes", label, "choice", "ask", ("ask", "auto")),
            Option("sync.auto_pull_seconds", label, "int", 10),
            Option("numbering.note", Label("Đánh số", "Numbering"), "choice", "shared", modes),
        ]

    @hookimpl
    def lienso_check_record(self, record: Record[Any], view: Any) -> Sequence[Finding]:
        said = getattr(record.data, "description", "")
        if view.role == "cloud" and said == "refuse":
            return [Finding("error", "refused_here", "description")]
        if view.role == "cloud" and said == "crash" and self.broken:
            raise ValueError("a bug")
        if view.role == "cloud" and said in self.objects:
            return [Finding("error", said, "description")]
        return []

    @hookimpl
    def lienso_check_posting(self, record: Record[Any]) -> Sequence[Finding]:
        wrong = [line.line for line in record.data.lines if line.account == "999"]
        return [Finding("error", "account_unknown", "lines", line) for line in wrong]
