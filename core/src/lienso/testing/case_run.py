"""Carrying out one worked case: its actions, and what is compared after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from ..calls import guarded
from ..errors import LiensoError
from ..fields import to_json
from ..ids import is_id
from ..model import Ledger, Record
from ..records import finding_json, merge_body
from ..session import set_option
from ..storage import PostedEntry, RecordRef
from ..view import View
from .case_books import (
    OPENING,
    RawVoucher,
    case_id,
    changed,
    compare_balance,
    compare_entries,
    compare_removed,
    rows_of,
    write_raw,
)
from .case_compare import Difference, differences, matches, same_instant
from .case_form import (
    GivenFailed,
    Outcome,
    described,
    flat,
    ids_in,
    latest_day,
    ledgers_in,
    months,
    numbered,
    regime_of,
    steps_of,
    thens_of,
)
from .case_look import existing_record, shown_record
from .case_saving import save_in_cloud, save_through
from .case_supply import ACCOUNT, Supplier, completed, named_in
from .kernels import TENANT, actor
from .plain import plain_body

if TYPE_CHECKING:
    from ..model import RecordType
    from ..transaction import Transaction
    from .case_world import World

T = TypeVar("T")
USER_SITE = "S1"
"""The site of the user, when an action names none."""


class CaseRun:
    """One case in a fresh company."""

    def __init__(self, world: World, case: Mapping[str, Any]) -> None:
        self._case = case
        self._ids = {case_id(text): text for text in ids_in(case)}
        world.reset(regime_of(case), latest_day(case))
        self._world = world
        self._head = world.head
        self._by = actor(world.head)
        self._figures: list[tuple[str, Mapping[str, Any]]] = [
            (row["figure"], row.get("params", {}))
            for then in thens_of(case)
            for row in then.get("figures", ())
        ]
        named = named_in(case, self._head.registry)
        texts = set(self._ids.values())
        self._cloud(lambda t: Supplier(t, named, lambda code: code in texts).supply())

    def run(self) -> Iterator[tuple[str, Difference]]:
        """Carry the case out; yields (place, difference).

        Raises:
            GivenFailed: something given did not succeed.
        """
        for index, action in enumerate(self._case.get("given", ())):
            then = action.get("then", {})
            before = self._snapshots(then)
            found = list(self._compare(then, self._act(action), before))
            if found:
                raise GivenFailed(f"given[{index}]", found)
        steps = steps_of(self._case)
        for index, step in enumerate(steps):
            place = f"steps[{index}]" if len(steps) > 1 else "then"
            before = self._snapshots(step["then"])
            head = self._head.storage.head(TENANT)
            outcome = self._act(step["when"])
            # A site's voucher is accepted before it is posted: what was refused then is deleted again.
            whole = outcome.error is None or self._world.through_site
            if not whole and self._head.storage.head(TENANT) != head:
                yield place, Difference("error", "nothing has changed", "records were written")
            for difference in self._compare(step["then"], outcome, before):
                yield place, difference

    # -- actions --------------------------------------------------------------------------------

    def _act(self, action: Mapping[str, Any]) -> Outcome:
        doers: Mapping[str, Callable[[Mapping[str, Any]], Outcome | None]] = {
            "option": self._set_option,
            "save": self._save,
            "entries": self._write_entries,
            "capability": self._invoke,
            "simulate": self._world.simulate,
            "mode": self._set_mode,
            "clock": self._set_clock,
            "push": self._push,
            "revision": self._set_revision,
        }
        doer = next(doers[name] for name in doers if name in action)
        self._world.forget_names()
        try:
            # A crash is one case's failure, never the end of the run.
            return guarded("case", str(self._case["name"]), lambda: doer(action)) or Outcome()
        except LiensoError as error:
            return Outcome(error=error, findings=[flat(finding_json(f)) for f in error.findings])

    def _cloud(self, work: Callable[[Transaction], T]) -> T:
        done = self._head.transact(self._by, work)
        self._world.behind()
        return done

    def _set_option(self, action: Mapping[str, Any]) -> None:
        key, value = action["option"], action["value"]
        branch = action.get("branch", "")

        def work(transaction: Transaction) -> None:
            if transaction.view.option(key, branch) != value:
                set_option(transaction, key, value, branch)

        self._cloud(work)
        self._world.catch_up_all()

    def _set_clock(self, action: Mapping[str, Any]) -> None:
        self._world.clock.set(action["clock"])

    def _set_mode(self, action: Mapping[str, Any]) -> None:
        site = action.get("site", USER_SITE)
        if action["mode"] == "online":
            self._world.go_online(site)
            return
        kernel = self._world.site(site)
        for figure, params in self._figures:
            if self._head.registry.figures[figure].offline == "last_online" and kernel.online:
                kernel.figure(actor(kernel), figure, params)
        self._world.go_offline(site)

    def _push(self, action: Mapping[str, Any]) -> None:
        self._world.push(action["push"])

    def _set_revision(self, action: Mapping[str, Any]) -> None:
        number = action["revision"]
        self._world.ready(USER_SITE)
        self._head.storage.write(TENANT, lambda writer: writer.raise_counter("feed_seq", number))
        self._world.behind()
        self._world.catch_up_all()

    def _invoke(self, action: Mapping[str, Any]) -> Outcome:
        params = self._with_ids(action.get("params", {}))
        capability = self._head.registry.capabilities[action["capability"]]
        site = USER_SITE
        if capability.place == "site":
            site = str(action.get("params", {}).get("site", USER_SITE))
        # A function that works at the site itself takes what is new by itself.
        look = self._world.ready if capability.place == "site" else self._world.site
        kernel = look(site)
        outcome = Outcome()
        for month in months(action.get("each_month")):
            result = self._world.invoke(site, kernel, capability, {**params, **month})
            outcome.findings += [flat(finding) for finding in result.pop("_findings", ())]
            outcome.result = result
        return outcome

    def _write_entries(self, action: Mapping[str, Any]) -> None:
        def work(transaction: Transaction) -> None:
            view = transaction.view

            def voucher_of(number: str, row: Mapping[str, Any]) -> RawVoucher:
                record = None
                if number != OPENING:
                    record = view.by_number(number, row.get("ledger", "financial"))
                if record is not None:
                    return RawVoucher(RecordRef(record.type, record.id), number)
                type = row.get("record_type", "")
                return RawVoucher(RecordRef(type, case_id(f"{type}/{number}")), number)

            for book, rows in action["entries"].items():
                declared = self._head.registry.books[book]
                write_raw(
                    transaction,
                    declared,
                    rows,
                    voucher_of,
                    lambda type, code: (view.id_of(type, code) if type else None) or code,
                )

        self._cloud(work)

    # -- saving ---------------------------------------------------------------------------------

    def _save(self, action: Mapping[str, Any]) -> Outcome:
        outcome = Outcome()
        for fields in numbered(action):
            outcome.findings += self._save_one(action, fields)
        return outcome

    def _save_one(
        self, action: Mapping[str, Any], fields: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        record_type = self._head.registry.record_types[action["save"]]
        site = action.get("site")
        unsent = action.get("sync_state") in ("never_synced", "syncing")
        if site is None and (unsent or not self._world.is_online(USER_SITE)):
            site = USER_SITE
        if record_type.id == ACCOUNT and "tracks" not in fields:
            tracks = self._world.chart_tracks.get(fields.get("code", ""), ())
            fields = {**fields, "tracks": list(tracks)} if tracks else fields
        id = case_id(action["id"]) if "id" in action else None
        posted = bool(action.get("posted")) and record_type.post is not None
        if site is None:
            return self._save_in_cloud(record_type, fields, id, posted)
        kernel = self._world.site(site)
        existing = kernel.read(
            actor(kernel), lambda view: existing_record(view, record_type, fields, id)
        )
        body = self._body(record_type, fields, existing)
        saved = kernel.save(
            actor(kernel),
            record_type.id,
            body,
            id=existing.id if existing is not None else id,
            post=ledgers_in(body) if posted else (),
            ignore_warnings=True,
        )
        self._world.force_state(site, saved.record, action.get("sync_state", ""))
        return [flat(finding_json(finding)) for finding in saved.findings]

    def _save_in_cloud(
        self, record_type: RecordType, fields: Mapping[str, Any], id: str | None, posted: bool
    ) -> list[dict[str, Any]]:
        """Save what every site has afterwards: in the cloud, or where the world says so at a site."""

        def made(view: View) -> tuple[dict[str, Any], str | None, tuple[Ledger, ...]]:
            existing = existing_record(view, record_type, fields, id)
            body = self._body(record_type, fields, existing)
            target = existing.id if existing is not None else id
            return body, target, ledgers_in(body) if posted else ()

        if self._world.through_site and not record_type.cloud_only:
            kernel = self._world.site(USER_SITE)
            saved = save_through(self._head, kernel, record_type, *kernel.read(actor(kernel), made))
            self._world.behind()
        else:
            saved = self._cloud(lambda t: save_in_cloud(t, record_type, *made(t.view)))
        return [flat(finding_json(finding)) for finding in saved.findings]

    def _body(
        self, record_type: RecordType, fields: Mapping[str, Any], existing: Record[Any] | None
    ) -> dict[str, Any]:
        fields = self._with_ids(fields)
        if existing is None:
            fields = completed(record_type.id, fields)
            return plain_body(record_type, fields, self._world.clock.today())
        return merge_body(to_json(existing.data), fields)

    def _with_ids(self, value: Any, key: str = "") -> Any:
        """Put record ids where the case has its own: under ``id``, or where no code can be meant."""
        if isinstance(value, Mapping):
            return {name: self._with_ids(item, name) for name, item in value.items()}
        if isinstance(value, list):
            return [self._with_ids(item, key) for item in value]
        meant = key in ("id", "ids") or (isinstance(value, str) and not value.isdigit())
        if meant and isinstance(value, str) and case_id(value) in self._ids:
            return case_id(value)
        return value

    # -- comparing ------------------------------------------------------------------------------

    def _snapshots(self, then: Mapping[str, Any]) -> dict[str, list[PostedEntry]]:
        books = [book for book, rows in then.get("entries", {}).items() if not rows]
        return {book: self._entries(book) for book in (*books, *then.get("removed", {}))}

    def _entries(self, book: str) -> list[PostedEntry]:
        return self._head.read(self._by, lambda view: list(view.book(book).entries()))

    def _same(self, expected: str, got: str) -> bool:
        """Tell whether a text of the case names the record whose id came."""
        type, _slash, id = got.rpartition("/")
        if type and expected.startswith(f"{type}/"):  # a record by type and id
            return self._same(expected.removeprefix(f"{type}/"), id)
        if not is_id(got):
            return False
        return self._ids.get(got) == expected or expected in self._world.names(got)

    def _compare(
        self,
        then: Mapping[str, Any],
        outcome: Outcome,
        before: Mapping[str, Sequence[PostedEntry]],
    ) -> Iterator[Difference]:
        yield from self._compare_answer(then, outcome)
        for book, rows in then.get("entries", {}).items():
            yield from self._compare_entries(book, rows, before)
        for book, rows in then.get("removed", {}).items():
            declared = self._head.registry.books[book]
            _came, went = changed(before[book], self._entries(book))
            gone = rows_of(declared, went)
            yield from compare_removed(rows, gone, self._same, f"removed.{book}")
        for book, rows in then.get("balances", {}).items():
            declared = self._head.registry.books[book]
            entries = self._entries(book)
            for row in rows:
                yield from compare_balance(declared, row, entries, self._same, f"balances.{book}")
        if "jobs" in then and then["jobs"] != (jobs := self._world.waiting(USER_SITE)):
            yield Difference("jobs", then["jobs"], jobs)
        for index, row in enumerate(then.get("records", ())):
            yield from self._compare_record(row, f"records[{index}]")
        for index, row in enumerate(then.get("figures", ())):
            yield from self._compare_figure(row, f"figures[{index}]")

    def _compare_answer(self, then: Mapping[str, Any], outcome: Outcome) -> Iterator[Difference]:
        error = outcome.error
        if error is not None and "error" not in then:
            yield Difference("error", "none", described(error))
            return
        if "error" in then:
            wanted = then["error"]
            if error is None or error.code != wanted["code"]:
                got = "no error" if error is None else described(error)
                yield Difference("error.code", wanted["code"], got)
            elif "detail" in wanted:
                yield from differences(wanted["detail"], error.detail, self._same, "error.detail")
        if "result" in then:
            yield from differences(then["result"], outcome.result, self._same, "result")
        yield from self._compare_findings(then.get("findings", ()), outcome)

    def _compare_findings(
        self, expected: Sequence[Mapping[str, Any]], outcome: Outcome
    ) -> Iterator[Difference]:
        for index, wanted in enumerate(expected):
            if not any(matches(wanted, found, self._same) for found in outcome.findings):
                yield Difference(f"findings[{index}]", wanted, outcome.findings)
        for found in outcome.findings if expected else ():
            named = any(matches(wanted, found, self._same) for wanted in expected)
            if found["severity"] == "error" and not named:
                yield Difference("findings", "no further error", found)

    def _compare_entries(
        self,
        book: str,
        expected: Sequence[Mapping[str, Any]],
        before: Mapping[str, Sequence[PostedEntry]],
    ) -> Iterator[Difference]:
        declared = self._head.registry.books[book]
        entries = self._entries(book)
        path = f"entries.{book}"
        if expected:
            yield from compare_entries(expected, rows_of(declared, entries), self._same, path)
            return
        came, went = changed(before[book], entries)
        for what, some in (("nothing written", came), ("nothing removed", went)):
            if some:
                yield Difference(path, what, [row.values for row in rows_of(declared, some)])

    def _compare_record(self, wanted: Mapping[str, Any], path: str) -> Iterator[Difference]:
        kernel = self._world.site(wanted["site"]) if "site" in wanted else self._head
        record_type = self._head.registry.record_types[wanted["type"]]
        fields = {
            name: value
            for name, value in wanted.items()
            if name not in ("type", "site", "deleted", "id")
        }
        id = case_id(wanted["id"]) if "id" in wanted else None

        def look(view: View) -> dict[str, Any] | None:
            record = existing_record(view, record_type, fields, id)
            return None if record is None else shown_record(view, record_type, record)

        got = kernel.read(actor(kernel), look)
        if wanted.get("deleted"):
            if got is not None:
                yield Difference(path, {**wanted}, got)
        elif got is None:
            yield Difference(path, {**wanted}, "no such record")
        else:
            yield from differences(fields, got, self._same, path)

    def _compare_figure(self, wanted: Mapping[str, Any], path: str) -> Iterator[Difference]:
        kernel = self._world.site(USER_SITE)
        value = kernel.figure(actor(kernel), wanted["figure"], wanted.get("params", {}))
        yield from differences(wanted["value"], value.value, self._same, f"{path}.value")
        if "stale" in wanted and wanted["stale"] != (value.state == "last_online"):
            yield Difference(f"{path}.stale", wanted["stale"], value.state)
        if "as_of" in wanted and not same_instant(wanted["as_of"], value.as_of):
            yield Difference(f"{path}.as_of", wanted["as_of"], value.as_of)
