"""What a module declares, as frozen objects. Light: pydantic is imported for type checking only.

Words are those of `docs/architecture.md`. A label is Vietnamese first, exactly as accountants know it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as _field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

# Both linters want to know that a name is imported to be imported from here: mypy by an alias that
# changes nothing, which the other takes for a slip.
from .actor import Actor as Actor  # noqa: PLC0414 - see above
from .connection import Mode as Mode  # noqa: PLC0414 - see above
from .drilling import Drill as Drill  # noqa: PLC0414 - see above
from .joining import Join as Join  # noqa: PLC0414 - see above
from .series import NumberSeries as NumberSeries  # noqa: PLC0414 - see above
from .sheets import ImportColumn as ImportColumn  # noqa: PLC0414 - see above
from .sheets import ImportSheet as ImportSheet  # noqa: PLC0414 - see above

if TYPE_CHECKING:
    from pydantic import BaseModel

    from .session import Session
    from .storage import Entry, RecordRef
    from .view import View

Role = Literal["site", "cloud"]
Ledger = Literal["financial", "management"]
LEDGERS: tuple[Ledger, ...] = ("financial", "management")
Availability = Literal["online_only", "offline_ok", "conditional"]
Severity = Literal["error", "warning"]
M = TypeVar("M", bound="BaseModel")


@dataclass(frozen=True, slots=True)
class Label:
    """A title in Vietnamese and English."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """Who a plugin is.

    Attributes:
        name: entry-point name, e.g. ``cash``.
        title: Vietnamese name of the module.
        api: hook API it was written for, ``"1.0"``: same major, minor not above the kernel's.
        requires: modules that must be there, and come first. ``optional``: come first if they are there.
    """

    name: str
    title: str
    api: str
    requires: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """An error or a warning about a record, by code; its text comes from the module's messages.

    Attributes:
        field: the field's path from the record, e.g. ``posting_date`` or ``lines.2.debit``.
        line: the line's number when the finding is about a line; None for the header.
        values: JSON values for the text of the code and for programs.
    """

    severity: Severity
    code: str
    field: str | None = None
    line: int | None = None
    values: Mapping[str, Any] = _field(default_factory=dict)

    def __str__(self) -> str:
        at = f" (line {self.line})" if self.line is not None else ""
        return f"{self.severity} {self.code}{at}"


@dataclass(frozen=True, slots=True)
class PostingState:
    """Where a voucher stands in one ledger.

    Attributes:
        status: ``draft``, ``posted`` or ``failed`` (the last attempt was refused).
        passed_warnings: codes passed knowingly. ``findings``: JSON ones of the failed attempt.
        marks: what was said of its entries afterwards (`lienso.marking`).
    """

    status: Literal["draft", "posted", "failed"] = "draft"
    passed_warnings: tuple[str, ...] = ()
    findings: tuple[Mapping[str, Any], ...] = ()
    marks: Mapping[str, Mapping[str, str]] = _field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Record(Generic[M]):
    """A record as modules see it: its envelope and its data, parsed by the type's model.

    Attributes:
        version: stored version; 0 while it is being created.
        data: the model instance; never changed in place (``data.model_copy(update=…)``).
        posting: by ledger; ledgers without an entry were never touched.
    """

    type: str
    id: str
    version: int
    data: M
    deleted: bool = False
    posting: Mapping[str, PostingState] = _field(default_factory=dict)
    feed_seq: int = 0
    at: str = ""

    def posted(self, ledger: str = "financial") -> bool:
        """Tell whether the record is in the books of this ledger now."""
        state = self.posting.get(ledger)
        return state is not None and state.status == "posted"


Upcast = Callable[[dict[str, Any]], Mapping[str, Any]]
Post = Callable[["Record[Any]", Ledger, "View"], Mapping[str, "Sequence[Entry]"]]
"""(record, ledger, view) → entries by book id. Pure; called in the cloud inside the transaction."""


@dataclass(frozen=True, slots=True)
class Key:
    """A way to list and find records of a type.

    Attributes:
        fields: names in the body (dots for nested ones). A list on the way gives one key an element.
    """

    name: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordType:
    """A kind of record and all that one owner says about it.

    Attributes:
        id: bare, unique in the whole system; partners prefix theirs (``acme_loan``).
        model: pydantic model of the body; its `lienso.fields.Ref` fields name other records by id.
        number_prefix: of a voucher's or document's series; empty for catalogs and unnumbered ones. Several
            (``UNC; STM``) are series of their own; the first is the usual one.
        prefix_of: (data) → which of several prefixes a record's number has.
        number_group: types with one group share a series; default: the type's own id.
        unique: fields that together belong to one live record in the cloud (besides code and number).
        keys: further keys; ``code``, ``no`` and ``date`` exist for models that have these fields.
        post: entries by book; None for what has none.
        posts_when_accepted: a document that writes its books whenever it is accepted, with no word.
        entry_number: fixed number under which entries stand; opening balances use ``OPN``.
        second_of: (record) → the voucher that it confirms: its entries stand in a `Book.second` under that
            voucher. The same for every version of the record.
        renumber: whether a voucher may get another number by itself; None: always. ``offline_create``: may be made offline.
        print: text of the form, for 80 columns; ``print_facts``: what its PDF shows besides body and derived.
        derived: values that follow from other records, shown beside the body, never stored.
        cloud_only: written in the cloud; a site has it by pull and can neither save nor send it.
        tree: catalogs with a ``parent`` of their type; ``"exempt"`` ones keep inner nodes selectable.
        defaults: plain values of required fields for a new record, used by forms and worked cases.
        join: how two records of it become one; None: what would make them equal is refused.
        accepted: what accepting a version in the cloud does besides, in its transaction; what it refuses
            is refused as a whole. ``held``: (body) → whether a version waits at its site until somebody
            names its type or the record in a push.
        kept: few records that nearly every save reads: what was found stays until one changes.
        schema_version: of the body that this module writes. ``upcasters``: version → function from a
            body (JSON values) of it to one of the next; pure; none: what was there did not change.
            ``oldest_writer``: the lowest version that the cloud takes from sites; 0: two before this
            one. Raise it only 180 days after the version before it was succeeded.
    """

    id: str
    title: Label
    model: type[BaseModel]
    kind: Literal["catalog", "voucher", "document"]
    number_prefix: str = ""
    prefix_of: Callable[[Any], str] | None = None
    number_group: str = ""
    unique: tuple[str, ...] = ()
    keys: tuple[Key, ...] = ()
    post: Post | None = None
    posts_when_accepted: bool = False
    entry_number: str = ""
    second_of: Callable[[Record[Any]], RecordRef] | None = None
    renumber: Callable[[Record[Any], View], bool] | None = None
    print: Callable[[Record[Any], View], str] | None = None
    print_facts: Callable[[Record[Any], View], Mapping[str, Any]] | None = None
    derived: Callable[[Record[Any], View], Mapping[str, Any]] | None = None
    offline_create: bool = True
    cloud_only: bool = False
    tree: Literal["", "leaves", "exempt"] = ""
    schema_version: int = 1
    upcasters: Mapping[int, Upcast] = _field(default_factory=dict)
    oldest_writer: int = 0
    permission: str = ""
    printed_form: str = ""
    defaults: Mapping[str, Any] = _field(default_factory=dict)
    kept: bool = False
    join: Join | None = None
    accepted: Callable[[Record[Any], Session], None] | None = None
    held: Callable[[Mapping[str, Any]], bool] | None = None

    @property
    def group(self) -> str:
        """The number group."""
        return self.number_group or self.id

    @property
    def usual_prefix(self) -> str:
        """The prefix, or the first of several."""
        return self.number_prefix.partition(";")[0]


@dataclass(frozen=True, slots=True)
class Dimension:
    """A dimension of a book; ``ref`` names the catalog whose record ids it holds, if any."""

    name: str
    ref: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A measure of a book: stored as an integer of ``value × 10**scale``."""

    name: str
    scale: int = 0

    def fixed(self, value: Decimal | int | str) -> int:
        """Return the stored integer of a value.

        Raises:
            ValueError: the value has more decimals than the scale keeps.
        """
        scaled = Decimal(value).scaleb(self.scale)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{self.name}: {value} has more than {self.scale} decimals")
        return int(scaled)

    def value(self, fixed: int) -> Decimal | int:
        """Return what a stored integer means: an int at scale 0, else a Decimal."""
        return fixed if self.scale == 0 else Decimal(fixed).scaleb(-self.scale)


@dataclass(frozen=True, slots=True)
class Total:
    """Sums that the storage keeps by month, by these dimensions (ledger and branch always too)."""

    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Balance:
    """Two measures that are equal in every voucher and ledger.

    Attributes:
        within: dimension that an entry must have to be weighed; others stand alone by nature.
    """

    left: str
    right: str
    within: str


@dataclass(frozen=True, slots=True)
class Book:
    """A set of additive entries that records produce; only the kernel writes it.

    Every entry also carries voucher id, record type, number, posting date, voucher date,
    description, ledger, branch, line and side.

    Attributes:
        dimensions: real columns; ``extras``: seldom-used ones, as JSON text, not for totals' ``where``.
        ledgers: entries belong to the financial or the management ledger.
        second: entries confirm vouchers (`RecordType.second_of`): they stay when the voucher is unposted
            or deleted, and go with the record that confirmed it.
        indexes: dimension lists that ``where`` often names.
        balance: what must be equal in every voucher; looked at by ``lienso verify``.
        marks: dimensions that may still be set on posted entries (`Session.mark`).
    """

    id: str
    title: Label
    dimensions: tuple[Dimension, ...]
    measures: tuple[Measure, ...]
    extras: tuple[Dimension, ...] = ()
    totals: tuple[Total, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()
    ledgers: bool = True
    second: bool = False
    balance: Balance | None = None
    marks: tuple[str, ...] = ()

    def measure(self, name: str) -> Measure:
        """Return a measure by name. Raises: KeyError."""
        for measure in self.measures:
            if measure.name == name:
                return measure
        raise KeyError(name)

    def dimension(self, name: str) -> Dimension:
        """Return a dimension or an extra by name. Raises: KeyError."""
        for dimension in (*self.dimensions, *self.extras):
            if dimension.name == name:
                return dimension
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Capability:
    """A named function of a module.

    Attributes:
        id: ``<module>.<verb_noun>``, as in the list of functions.
        run: (params, session) → result, all or nothing; undone when a parameter ``dry_run`` is true.
        availability: ``online_only`` is refused offline and runs in the cloud; ``conditional`` runs
            here when ``offline_refusal`` has no objection, else as ``online_only``.
        offline_refusal: for conditional ones: detail of the refusal, None when it may run here.
        place: where an online-only function works; ``site``: one that works on the site's own outbox.
        in_transaction: False for a function that talks to the outside; its session opens its own.
        needs_complete_data: the site's own unsent records of these types must be sent first.
        permission: what the user must hold; default: the id; `rights.ASKED_WITHIN`: it asks itself.
        undo: how to take it back, in words.
    """

    id: str
    title: Label
    params: type[BaseModel]
    result: type[BaseModel]
    run: Callable[[Any, Session], Any]
    availability: Availability = "offline_ok"
    offline_refusal: Callable[[Any, View], Mapping[str, Any] | None] | None = None
    place: Literal["cloud", "site"] = "cloud"
    in_transaction: bool = True
    needs_complete_data: tuple[str, ...] = ()
    permission: str = ""
    undo: str = ""
    origin: Literal["seed", "ours"] = "seed"


@dataclass(frozen=True, slots=True)
class Figure:
    """A value shown beside records; offline it is blank, or the last online value with its time."""

    id: str
    title: Label
    params: type[BaseModel]
    compute: Callable[[Any, View], Any]
    offline: Literal["blank", "last_online"]
    origin: Literal["seed", "ours"] = "seed"


@dataclass(frozen=True, slots=True)
class FigureValue:
    """A figure as it was read.

    Attributes:
        value: JSON value; None when blank.
        state: ``live``, ``offline`` (blank) or ``last_online``.
        as_of: UTC instant of a last online value, ISO text; None otherwise.
    """

    value: Any
    state: Literal["live", "offline", "last_online"]
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a report: ``kind`` decides how it is aligned and printed."""

    name: str
    title: Label
    kind: Literal["text", "date", "money", "quantity", "number"] = "text"


@dataclass(frozen=True, slots=True)
class Table:
    """A report's answer: rows follow the columns; ``totals`` is one more row, or empty.

    ``drills``: of each row, where it comes from; empty where the report tells it of none.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    title: Label
    subtitle: str = ""
    totals: tuple[Any, ...] = ()
    drills: tuple[Drill | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A table; reports read books, so a site needs the cloud; ``asks_cloud``: where there is a line."""

    id: str
    title: Label
    params: type[BaseModel]
    run: Callable[[Any, View], Table]
    form_code: str = ""
    reads_books: bool = True
    asks_cloud: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A setting of the company.

    Attributes:
        kind: ``bool``, ``int``, ``text`` or ``choice``.
        choices: allowed values of a choice.
        locked_by: (view) → reason code when data forbids the change now, else None.
    """

    key: str
    title: Label
    kind: Literal["bool", "int", "text", "choice"]
    default: Any
    choices: tuple[str, ...] = ()
    locked_by: Callable[[View], str | None] | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """The text of a code; ``{name}`` takes the value of that name from a detail or a finding."""

    vi: str
    en: str


@dataclass(frozen=True, slots=True)
class Saved:
    """Answer of a save: the record, what its checks found (warnings only), its number."""

    record: Record[Any]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordEvent:
    """What observers are told after a commit."""

    tenant: str
    type: str
    id: str
    version: int
    deleted: bool = False
    origin_site: str = ""
