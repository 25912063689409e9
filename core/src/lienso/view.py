"""What modules may look at: records, codes, options, numbers, and in the cloud the books."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from . import limits, storage
from .canonical import parse
from .errors import Refused, Unknown
from .ids import is_id
from .keys import fold_code, key_text
from .model import Book, Ledger, Record, RecordType, Report, Role
from .records import OPTION_TYPE, to_record

if TYPE_CHECKING:
    from .book_checks import BookCheck
    from .kernel import Kernel

T = TypeVar("T")


class _EmptyBook:
    """A book whose owner is not installed (spec README §2)."""

    def sum(
        self, measures: Sequence[str], *, by: Sequence[str] = (), **_: Any
    ) -> dict[tuple[str, ...], tuple[int, ...]]:
        return {} if by else {(): (0,) * len(measures)}

    def entries(self, **_: Any) -> Iterator[storage.PostedEntry]:
        return iter(())


class View:
    """Records and books of one tenant at one instant.

    Attributes:
        stored: the storage's own view, for the kernel.
        now: the instant, UTC. ``today``: the company's business day.
        online: whether the cloud can be asked now; always True in the cloud.
        given: counter → value of the numbers that this transaction gave.
    """

    def __init__(self, kernel: Kernel, stored: storage.View) -> None:
        self._kernel = kernel
        self.stored = stored
        self.given: dict[str, int] = {}
        self._memo: dict[Any, Any] = {}
        self._now: datetime.datetime | None = None
        self._today: datetime.date | None = None

    @property
    def tenant(self) -> str:
        """The company's id."""
        return self.stored.tenant

    @property
    def role(self) -> Role:
        """Where this kernel works."""
        return self._kernel.role

    @property
    def now(self) -> datetime.datetime:
        """The instant, UTC."""
        if self._now is None:
            self._now = self._kernel.clock.now()
        return self._now

    @property
    def today(self) -> datetime.date:
        """The company's business day."""
        if self._today is None:
            self._today = self._kernel.clock.today()
        return self._today

    @property
    def online(self) -> bool:
        """Whether the cloud can be asked now."""
        return self._kernel.online

    def has_module(self, name: str) -> bool:
        """Tell whether a module is installed and running here."""
        return name in self._kernel.registry.modules

    @property
    def owners(self) -> Mapping[str, str]:
        """Which module owns what is declared: id of a record type, function … → module."""
        return self._kernel.registry.owners

    def record_types(self, kind: str = "") -> list[RecordType]:
        """List the record types of the installed modules: all, or those of a kind."""
        types = self._kernel.registry.record_types.values()
        return [record_type for record_type in types if kind in ("", record_type.kind)]

    def get(self, type: str, id: str) -> Record[Any] | None:
        """Return a live record."""
        stored = self.stored.get(type, id)
        return None if stored is None else to_record(self._kernel.registry, stored)

    def record_of(self, stored: storage.StoredRecord) -> Record[Any]:
        """Parse a record as `bodies` and `stored` give them. Raises: ModuleUnavailable, Refused."""
        return to_record(self._kernel.registry, stored)

    def require(self, type: str, id: str) -> Record[Any]:
        """Return a live record by id, code or number.

        Raises:
            Unknown: ``not_found``.
        """
        if is_id(id):
            found = self.get(type, id)
        else:
            found = self.by_code(type, id) or self._first(type, "no", (id,))
        if found is None:
            raise Unknown("not_found", {"type": type, "value": id})
        return found

    def by_code(self, type: str, code: str) -> Record[Any] | None:
        """Return a catalog's entry by its code, whatever the case."""
        return self._first(type, "code", (fold_code(code),))

    def id_of(self, type: str, code: str) -> str | None:
        """Return the id that a code or number stands for."""

        def look() -> str | None:
            found = self.by_code(type, code) or self._first(type, "no", (code,))
            return None if found is None else found.id

        id: str | None = self.memo(("id_of", type, code), look)
        return id

    def code(self, type: str, id: str | None) -> str:
        """Return the code or number to show for an id; empty for none or unknown."""
        if not id:
            return ""

        def look() -> str:
            stored = self.stored.get(type, id, deleted=True)
            if stored is None:
                return ""
            body = parse(stored.body) if stored.body else {}
            return str(body.get("code") or body.get("no") or "")

        code: str = self.memo(("code", type, id), look)
        return code

    def by_number(self, no: str, ledger: Ledger = "financial") -> Record[Any] | None:
        """Return a voucher or document by its number on a ledger, or by its id."""
        for record_type in self._kernel.registry.record_types.values():
            if record_type.kind == "catalog":
                continue
            if is_id(no):
                found = self.get(record_type.id, no)
            else:
                field = "no" if ledger == "financial" else "no_management"
                found = next(
                    (
                        record
                        for record in self.find(record_type.id, "no", equals=(no,))
                        if getattr(record.data, field, "") == no
                    ),
                    None,
                )
            if found is not None:
                return found
        return None

    def find(
        self,
        type: str,
        key: str,
        *,
        equals: Sequence[Any] | None = None,
        start: Sequence[Any] | None = None,
        stop: Sequence[Any] | None = None,
        descending: bool = False,
        limit: int | None = None,
    ) -> Iterator[Record[Any]]:
        """List live records by a key, from ``start`` (inclusive) to ``stop`` (exclusive)."""
        record_type = self._kernel.registry.record_types.get(type)
        if record_type is None:
            return iter(())
        texts = tuple(None if it is None else key_text(it) for it in (equals, start, stop))
        if not record_type.kept:
            return self._found(type, key, texts, descending, limit)
        asked = (type, key, texts, descending, limit)
        return iter(self._kernel.kept.get(self.stored, asked, lambda: tuple(self._found(*asked))))

    def _found(
        self,
        type: str,
        key: str,
        texts: tuple[str | None, ...],
        descending: bool,
        limit: int | None,
    ) -> Iterator[Record[Any]]:
        equals, start, stop = texts
        given = 0
        after: str | None = None
        while limit is None or given < limit:
            size = limits.PAGE_DEFAULT if limit is None else min(limit - given, limits.PAGE_MAX)
            page = self.stored.find(
                type,
                key,
                equals=equals,
                start=start,
                stop=stop,
                descending=descending,
                after=after,
                limit=size,
            )
            for stored in page.records:
                yield to_record(self._kernel.registry, stored)
            given += len(page.records)
            after = page.after
            if after is None:
                return

    def all(self, type: str) -> Iterator[Record[Any]]:
        """List all live records of a type, by code or number where it has one."""
        record_type = self._kernel.registry.record_types.get(type)
        if record_type is None:
            return
        fields = record_type.model.model_fields
        key = "code" if "code" in fields else "no" if "no" in fields else "all"
        yield from self.find(type, key)

    def bodies(
        self,
        type: str,
        key: str = "",
        *,
        start: Sequence[Any] | None = None,
        stop: Sequence[Any] | None = None,
    ) -> Iterator[storage.StoredRecord]:
        """List live records of a type as they are stored: to look at texts before parsing them.

        Args:
            key: by which they are listed, from ``start`` (inclusive) to ``stop`` (exclusive); empty: all
                of them, by code or number where the type has one.
        """
        record_type = self._kernel.registry.record_types[type]
        fields = record_type.model.model_fields
        key = key or ("code" if "code" in fields else "no" if "no" in fields else "all")
        texts = tuple(None if bound is None else key_text(bound) for bound in (start, stop))
        after: str | None = None
        while True:
            page = self.stored.find(
                type, key, start=texts[0], stop=texts[1], after=after, limit=limits.PAGE_MAX
            )
            yield from page.records
            after = page.after
            if after is None:
                return

    def referenced(self, type: str, id: str) -> Iterator[Record[Any]]:
        """List live records that refer to a record."""
        for record_type in self._kernel.registry.record_types:
            yield from self.find(record_type, "ref", equals=(id,))

    def children(self, type: str, id: str) -> Iterator[Record[Any]]:
        """List the children of a tree's node."""
        for record in self.find(type, "ref", equals=(id,)):
            if getattr(record.data, "parent", None) == id:
                yield record

    def option(self, key: str, branch: str = "") -> Any:
        """Return an option's value: the branch's own, else the company's, else the default.

        Raises:
            Unknown: ``option_unknown``.
        """
        option = self._kernel.registry.options.get(key)
        if option is None:
            raise Unknown("option_unknown", {"key": key})
        values = self._kernel.kept.get(self.stored, "options", self._options)
        if branch and (key, branch) in values:
            return values[key, branch]
        return values.get((key, ""), option.default)

    def _options(self) -> Mapping[tuple[str, str], Any]:
        values: dict[tuple[str, str], Any] = {}
        if OPTION_TYPE not in self._kernel.registry.record_types:
            return values
        after: str | None = None
        while True:
            # Every save reads them: their bodies were checked when they were saved, so not again here.
            page = self.stored.find(OPTION_TYPE, "all", after=after, limit=limits.PAGE_MAX)
            for stored in page.records:
                body = parse(stored.body)
                if not body.get("user"):
                    values[body["key"], body.get("branch") or ""] = parse(body["value"])
            after = page.after
            if after is None:
                return values

    def unsent_sites(self, but: str = "") -> list[Mapping[str, Any]]:
        """List the sites that said they have records the cloud has not accepted; empty at a site.

        Args:
            but: id of a site that is left out.
        Returns:
            ``label``, ``unsent`` (how many), ``seen_at`` (last contact) and ``oldest`` (instants, ISO text).
        """
        if self.role != "cloud":
            return []
        return [
            {
                "label": row["label"],
                "unsent": row["pending"] + row["failed"],
                "seen_at": row["seen_at"],
                "oldest": row["oldest_pending"],
            }
            for row in self.stored.state("site").scan()
            if row["pending"] + row["failed"] and row["site_id"] != but and not row["retired"]
        ]

    def fiscal_year(self, date: datetime.date) -> int:
        """Return the fiscal year a day falls in, named by the year it begins in."""
        begins: tuple[int, int] = self.memo("fiscal year", self._year_begins)
        return date.year if (date.month, date.day) >= begins else date.year - 1

    def _year_begins(self) -> tuple[int, int]:
        if "fiscal_year_start" not in self._kernel.registry.options:
            return 1, 1
        month, _, day = str(self.option("fiscal_year_start")).partition("-")
        return int(month), int(day)

    @property
    def reports(self) -> list[Report]:
        """The reports of the installed modules."""
        return list(self._kernel.registry.reports.values())

    @property
    def book_checks(self) -> Mapping[str, BookCheck]:
        """What the installed modules look for when vouchers are checked against books, by id."""
        return self._kernel.registry.book_checks

    @property
    def books(self) -> Mapping[str, Book]:
        """The books of the installed modules, as declared."""
        return self._kernel.registry.books

    def book(self, id: str) -> storage.BookView:
        """Return a book. One whose owner is not installed is empty.

        Raises:
            Refused: ``only_in_cloud``: a site has no books.
        """
        if self.role != "cloud":
            raise Refused("only_in_cloud", {"book": id})
        if id not in self._kernel.registry.books:
            return _EmptyBook()
        return self.stored.book(id)

    def sync_state(self, type: str, id: str) -> str:
        """Return ``never_synced``, ``syncing``, ``synced`` or ``failed``; the cloud's are synced."""
        if self.role == "cloud":
            return "synced"
        from .sync.site_log import state_of

        return state_of(self.stored, type, id)

    def earlier_numbers(self, id: str) -> list[str]:
        """List the numbers that a record had before, oldest first, as far as this site knows."""
        if self.role == "cloud":
            return []
        rows = self.stored.state("number_history").scan(equals={"record_id": id})
        return [row["old"] for row in sorted(rows, key=lambda row: str(row["at"]))]

    def memo(self, key: Any, make: Callable[[], T]) -> T:
        """Return what was made under this key in this transaction; made now if it was not.

        Forgotten when a catalog's entry is saved in the same transaction.
        """
        if key not in self._memo:
            self._memo[key] = make()
        found: T = self._memo[key]
        return found

    def kept(self, key: Any, make: Callable[[], T]) -> T:
        """Return what was made under this key, in whatever transaction, of records as they are now.

        Args:
            key: begins with the module's name.
            make: looks at nothing but records of types that are declared as ``kept``.
        """
        return self._kernel.kept.get(self.stored, key, make)

    def forget_memos(self) -> None:
        """Drop what was remembered: a catalog changed."""
        self._memo.clear()

    def _first(self, type: str, key: str, values: Sequence[Any]) -> Record[Any] | None:
        return next(self.find(type, key, equals=values, limit=1), None)
