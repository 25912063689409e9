"""Modules of the simulated companies: a catalog, a voucher, functions and figures, and one that comes
and goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    Total,
    hookimpl,
)
from lienso.fields import Body, CatalogEntry, Merge, Money, NoParams, Ref, Voucher

ITEM, NOTE, EXTRA, OPTION = "sim_item", "sim_note", "sim_extra", "option"
UNIT = "org_unit"
TYPES = (ITEM, NOTE, EXTRA)

BRANCHES = tuple(f"0189000{n}-0000-7000-8000-0000000000b{n}" for n in (1, 2))
"""Ids of the branches of every company."""

PRESENT = 4
"""Version of the module that comes and goes, as it is everywhere without faults."""

REFUSALS = ("invalid_here", "in_use", "no_permission", "limit_exceeded", "period_locked")
"""What a description asks for: the cloud refuses such a record with this code."""


class Item(CatalogEntry):
    """An entry of a catalog. ``phone`` and ``fax`` move together."""

    phone: Annotated[str, Merge(group="contact")] = ""
    fax: Annotated[str, Merge(group="contact")] = ""
    description: str = ""
    call: str = ""
    parent: Annotated[str | None, Ref(ITEM)] = None


class Line(Body):
    """An amount on an account."""

    line: int = 1
    account: str = "111"
    amount: Money = 0
    item: Annotated[str | None, Ref(ITEM)] = None


class Note(Voucher):
    """A voucher; every save writes the same mark twice, so that a mixture shows."""

    mark: str = ""
    mark_again: str = ""
    lines: list[Line] = []


class Unit(CatalogEntry):
    """A branch."""


class FirstExtra(CatalogEntry):
    """An entry of a module that is not installed everywhere at all times, in its first version."""

    tag: str = ""


class SecondExtra(CatalogEntry):
    """Versions 2 and 3 of it."""

    tags: list[str] = []


class Extra(SecondExtra):
    """The present version of it."""

    grade: str = ""


class Setting(Body):
    """The value of an option."""

    key: str
    value: str
    scope: str = "company"
    branch: str | None = None
    user: str | None = None


class Named(Body):
    """A record, and what is to be done with it."""

    type: str = NOTE
    id: str = ""
    call: str = ""


class Told(Body):
    """How many records a function changed."""

    done: int = 0


def _post(record: Record[Any], ledger: Any, _view: Any) -> Mapping[str, Sequence[Entry]]:
    return {
        "sim_book": [
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


def _add(params: Named, session: Any) -> Told:
    code = f"F{session.view.stored.counter('feed_seq')}"
    session.save(ITEM, {"code": code, "call": params.call})
    return Told(done=1)


def _delete(params: Named, session: Any) -> Told:
    session.delete(params.type, params.id)
    return Told(done=1)


def _book(params: Named, session: Any) -> Told:
    record = session.view.require(NOTE, params.id)
    if record.posted():
        session.unpost(record)
    else:
        session.post(record)
    return Told(done=1)


class Simulated:
    """The module of the simulated companies.

    Attributes:
        locked: whether the period is locked. ``broken``: whether posting has a bug.
    """

    MANIFEST = Manifest("simulated", "Mô phỏng", "1.0")

    def __init__(self) -> None:
        self.locked = self.broken = False

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        def post(record: Record[Any], ledger: Any, view: Any) -> Mapping[str, Sequence[Entry]]:
            if self.broken:
                raise ValueError("a bug in posting")
            return _post(record, ledger, view)

        return [
            RecordType(ITEM, Label("Vật tư", "Item"), Item, "catalog"),
            RecordType(
                NOTE, Label("Phiếu", "Note"), Note, "voucher", number_prefix="PT", post=post
            ),
            RecordType(UNIT, Label("Chi nhánh", "Branch"), Unit, "catalog"),
            RecordType(OPTION, Label("Tùy chọn", "Option"), Setting, "document"),
        ]

    @hookimpl
    def lienso_books(self) -> Sequence[Book]:
        totals = (Total(("account",)),)
        dimensions, measures = (Dimension("account"),), (Measure("debit"),)
        return [Book("sim_book", Label("Sổ", "Book"), dimensions, measures, totals=totals)]

    @hookimpl
    def lienso_capabilities(self) -> Sequence[Capability]:
        label = Label("Hàm", "Function")
        made = {"add": _add, "delete": _delete, "book": _book}
        plain = [
            Capability(f"simulated.{name}", label, Named, Told, run, "online_only")
            for name, run in made.items()
        ]
        close = Capability(
            "simulated.close",
            label,
            Named,
            Told,
            _add,
            "online_only",
            needs_complete_data=(NOTE,),
        )
        return [*plain, close]

    @hookimpl
    def lienso_figures(self) -> Sequence[Figure]:
        def count(_params: Any, view: Any) -> int:
            counted: int = view.stored.count(NOTE)
            return counted

        label = Label("Số phiếu", "Notes")
        return [
            Figure("simulated.kept", label, NoParams, count, "last_online"),
            Figure("simulated.blank", label, NoParams, count, "blank"),
        ]

    @hookimpl
    def lienso_options(self) -> Sequence[Option]:
        label = Label("Tùy chọn", "Option")
        modes = ("shared", "site_prefix", "lease", "cloud")
        return [
            Option("push.offline_changes", label, "choice", "ask", ("ask", "auto")),
            Option("sync.auto_pull_seconds", label, "int", 10),
            Option(f"numbering.{NOTE}", label, "choice", "shared", modes),
        ]

    @hookimpl
    def lienso_check_record(self, record: Record[Any], view: Any) -> Sequence[Finding]:
        said = getattr(record.data, "description", "")
        if view.role != "cloud":
            return []
        if said in REFUSALS and (said != "period_locked" or self.locked):
            return [Finding("error", said, "description")]
        return []

    @hookimpl
    def lienso_check_posting(self, record: Record[Any]) -> Sequence[Finding]:
        wrong = [line.line for line in record.data.lines if line.account == "999"]
        return [
            Finding("error", "account_unknown", "lines", line, {"account": "999"}) for line in wrong
        ]


class SimulatedExtra:
    """A module that the cloud or a site may lack for a while, or have in an older version."""

    MANIFEST = Manifest("simulated_extra", "Mô phỏng thêm", "1.0")

    def __init__(self, version: int = PRESENT) -> None:
        self._version = version

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        number = self._version
        model = FirstExtra if number == 1 else Extra if number == PRESENT else SecondExtra
        label = Label("Thêm", "Extra")
        steps = {1: _tags} if number > 1 else {}
        return [RecordType(EXTRA, label, model, "catalog", schema_version=number, upcasters=steps)]


def _tags(body: dict[str, Any]) -> Mapping[str, Any]:
    tag = body.pop("tag", "")
    return {**body, "tags": [tag] if tag else []}
