"""What every module must do: subclass, name your module, and pytest runs the checks.

class TestCash(ModuleContract):
    name = "cash"
"""

from __future__ import annotations

import ast
import csv
import inspect
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel

from .. import discovery
from ..canonical import canonical_text
from ..errors import LiensoError, Unknown
from ..fields import parse_body
from ..kernel import Kernel
from ..messages import CORE
from ..model import Label, Record, RecordType, Table
from ..records import replace_references
from .case_look import shown_record
from .case_supply import Named, Supplier
from .kernels import TENANT, actor, cloud, go_offline, office
from .plain import plain_body, plain_values

PRINT_COLUMNS = 80
"""Forms are printed as text of this width."""

_SNAKE = re.compile(r"[a-z][a-z0-9_]*")
_REFUSALS = {"Refused": 0, "Unknown": 0, "OfflineRefused": 0, "Finding": 1}
"""Names of what carries a code, and the place of the code among the arguments."""


class ModuleContract:
    """Checks of one module, loaded with only what it requires.

    Attributes:
        name: the module's name.
        examples: fields of a record type that its declared defaults cannot give, e.g. a code of
            digits; by type.
        params: parameters of a function, figure or report that a plain value does not satisfy; by id.
    """

    name: ClassVar[str]
    examples: ClassVar[Mapping[str, Mapping[str, Any]]] = {}
    params: ClassVar[Mapping[str, Mapping[str, Any]]] = {}

    @pytest.fixture(scope="class")
    @classmethod
    def head(cls) -> Iterator[Kernel]:
        """A cloud with this module and what it requires."""
        with cloud(cls._closure()) as kernel:
            cls.prepare(kernel)
            yield kernel

    @classmethod
    def prepare(cls, head: Kernel) -> None:
        """Save what the module's examples and parameters refer to; nothing by default."""

    @pytest.fixture(scope="class")
    @classmethod
    def offline_site(cls, head: Kernel) -> Iterator[Kernel]:
        """A site of that cloud, taken off the line."""
        with office(head, "S1") as kernel:
            go_offline(kernel)
            yield kernel

    @classmethod
    def _closure(cls) -> list[str]:
        needed: list[str] = []
        todo = [cls.name]
        while todo:
            name = todo.pop()
            if name not in needed:
                needed.append(name)
                loaded, failures = discovery.load_modules([name])
                assert not failures, failures
                todo += loaded[name].plugin.MANIFEST.requires  # type: ignore[attr-defined]
        return sorted(needed)

    def _mine(self, head: Kernel, declared: Mapping[str, Any]) -> list[Any]:
        return [item for id, item in declared.items() if head.registry.owners[id] == self.name]

    def _plugin(self, head: Kernel) -> Any:
        return head.plugins.manager.get_plugin(self.name)

    # -- who it is ------------------------------------------------------------------------------

    def test_it_loads_with_only_what_it_requires(self, head: Kernel) -> None:
        assert head.failures == []
        assert self.name in head.registry.modules

    def test_manifest_entry_point_and_folder_have_one_name(self, head: Kernel) -> None:
        manifest = self._plugin(head).MANIFEST
        (point,) = (p for p in discovery.installed(discovery.MODULES) if p.name == self.name)
        distribution = point.source.split(" ")[0]
        package = point.target.split(":")[0].split(".")[0]

        assert manifest.name == self.name
        assert manifest.title
        if distribution.startswith("lienso-"):
            assert distribution == f"lienso-{self.name}".replace("_", "-")
            assert package == f"lienso_{self.name}"

    def test_ids_say_whose_they_are(self, head: Kernel) -> None:
        registry = head.registry
        for declared in (registry.capabilities, registry.figures, registry.reports):
            for item in self._mine(head, declared):
                assert item.id.startswith(f"{self.name}.")
        for item in self._mine(head, registry.record_types):
            assert _SNAKE.fullmatch(item.id), item.id

    # -- texts ----------------------------------------------------------------------------------

    def test_every_title_is_there_in_both_languages(self, head: Kernel) -> None:
        for where, label in self._labels(head):
            assert label.vi, where
            assert label.en, where

    def _labels(self, head: Kernel) -> Iterator[tuple[str, Label]]:
        registry = head.registry
        kinds = (
            registry.record_types,
            registry.books,
            registry.capabilities,
            registry.figures,
            registry.reports,
        )
        for declared in kinds:
            for item in self._mine(head, declared):
                yield item.id, item.title
        for option in self._mine(head, registry.options):
            yield option.key, option.title

    def test_every_code_it_raises_has_a_text_in_both_languages(self, head: Kernel) -> None:
        messages = head.registry.messages
        raised = dict(codes_raised(self._package(head)))

        silent = {code: where for code, where in raised.items() if code not in messages}

        assert silent == {}
        for code in raised:
            assert messages[code].vi, code
            assert messages[code].en, code

    def _package(self, head: Kernel) -> Path:
        return Path(inspect.getfile(self._plugin(head))).parent

    # -- records --------------------------------------------------------------------------------

    def test_a_plain_record_of_every_type_is_saved_read_back_and_shown(self, head: Kernel) -> None:
        for record_type in self._mine(head, head.registry.record_types):
            record = self._saved(head, record_type)

            def look(view: Any, record: Record[Any] = record) -> tuple[Any, str]:
                kind = head.registry.record_types[record.type]
                there = view.require(record.type, record.id)
                return there.data, canonical_text(_plain_json(shown_record(view, kind, there)))

            data, shown = head.read(actor(head), look)
            assert data == record.data, record_type.id
            assert shown, record_type.id

    def _saved(self, head: Kernel, record_type: RecordType) -> Record[Any]:
        body = self._body(head, record_type)
        try:
            return head.save(actor(head), record_type.id, body).record
        except LiensoError as error:
            if error.code == "already_exists":  # there is one of its key, saved by an earlier check
                return head.get(actor(head), record_type.id, error.detail["holder"]["id"])
            raise AssertionError(f"{record_type.id}: {body}: {error}") from error

    def _body(self, head: Kernel, record_type: RecordType) -> dict[str, Any]:
        """Return a plain body under a code of its own, with all that it refers to."""
        fields = dict(self.examples.get(record_type.id, {}))
        if "code" in record_type.model.model_fields and "code" not in record_type.defaults:
            fields.setdefault("code", f"T{head.ids.new()[9:18]}")
        body = plain_body(record_type, fields, head.clock.today())

        def point(transaction: Any) -> dict[str, Any]:
            supplier = Supplier(transaction, Named(), lambda _text: False)
            return replace_references(
                record_type.model, body, lambda value, type, _path: supplier.ensure(type, value)
            )

        return head.transact(actor(head), point)

    def test_posting_a_plain_voucher_posts_or_says_why_not(self, head: Kernel) -> None:
        for record_type in self._mine(head, head.registry.record_types):
            if record_type.post is None or record_type.posts_when_accepted:
                continue
            record = self._saved(head, record_type)
            codes: set[str] = set()
            try:
                head.post(actor(head), record.id, ignore_warnings=True)
            except LiensoError as error:
                codes = {error.code, *(finding.code for finding in error.findings)}
            assert not codes & {"plugin_crashed", "plugin_failed"}, record_type.id

    def test_printed_forms_fit_their_width(self, head: Kernel) -> None:
        for record_type in self._mine(head, head.registry.record_types):
            if record_type.print is None:
                continue
            record = self._saved(head, record_type)
            text = head.read(
                actor(head),
                lambda view, kind=record_type, record=record: kind.print(record, view),  # type: ignore[misc]
            )
            assert text.strip(), record_type.id
            wide = [line for line in text.splitlines() if len(line) > PRINT_COLUMNS]
            assert wide == [], record_type.id

    # -- models ---------------------------------------------------------------------------------

    def test_every_model_has_a_schema_with_a_title(self, head: Kernel) -> None:
        for where, model in self._models(head):
            assert issubclass(model, BaseModel), where
            assert model.model_json_schema().get("title"), where

    def _models(self, head: Kernel) -> Iterator[tuple[str, type[BaseModel]]]:
        registry = head.registry
        return (item for item in registry.models() if registry.owners[item[0]] == self.name)

    def test_import_sheets_fill_fields_that_exist(self, head: Kernel) -> None:
        for sheet in self._mine(head, head.registry.import_sheets):
            model = head.registry.record_types[sheet.record_type].model
            if sheet.prepare is not None:
                continue  # its fields are the sheet's own until it has changed their shape
            for column in sheet.columns:
                name = column.field.split(".")[0]
                assert name in model.model_fields, (sheet.name, column.heading, column.field)

    # -- online and offline -----------------------------------------------------------------------

    def test_offline_every_online_only_function_is_refused(
        self, head: Kernel, offline_site: Kernel
    ) -> None:
        before = offline_site.storage.head(TENANT)
        for capability in self._mine(head, head.registry.capabilities):
            if capability.availability != "online_only":
                continue
            with pytest.raises(LiensoError) as caught:
                offline_site.invoke(
                    actor(offline_site), capability.id, self._params(head, capability)
                )
            assert caught.value.code == "offline_refused", (capability.id, str(caught.value))
        assert offline_site.storage.head(TENANT) == before

    def test_offline_figures_are_blank_or_say_how_old_they_are(
        self, head: Kernel, offline_site: Kernel
    ) -> None:
        for figure in self._mine(head, head.registry.figures):
            params = self._params(head, figure)
            value = offline_site.figure(actor(offline_site), figure.id, params)
            assert value.value is None, figure.id  # nothing was read while online
            assert value.state == ("offline" if figure.offline == "blank" else "last_online")

    def test_every_report_has_a_cell_for_each_column(self, head: Kernel) -> None:
        for report in self._mine(head, head.registry.reports):
            table = _table(head, report.id, self._params(head, report))
            for row in (*table.rows, *([table.totals] if table.totals else [])):
                assert len(row) == len(table.columns), report.id

    def _params(self, head: Kernel, item: Any) -> dict[str, Any]:
        day = head.clock.today().isoformat()
        made = plain_values(item.params, self.params.get(item.id, {}), day)
        _data, findings = parse_body(item.params, made)
        assert findings == [], f"give {item.id} valid parameters in `params`: {made} {findings}"
        return made

    # -- the lists of the specification -------------------------------------------------------------

    def test_record_types_are_those_of_the_list(self, head: Kernel) -> None:
        rows = self._list(head, "spec/record_types.csv", "id")
        for item in self._mine(head, head.registry.record_types):
            row = rows[item.id]
            assert _of(row, "module", "kind", "label_vi", "title_en", "number_prefix") == [
                self.name,
                item.kind,
                item.title.vi,
                item.title.en,
                item.number_prefix,
            ], item.id
            assert row["offline_create"] == ("yes" if item.offline_create else "no"), item.id

    def test_functions_and_figures_are_those_of_the_list(self, head: Kernel) -> None:
        rows = self._list(head, "capabilities.csv", "id")
        registry = head.registry
        kinds = {"blank": "blank_offline", "last_online": "last_online"}
        for item in self._mine(head, registry.capabilities):
            assert self._as_listed(rows, item) == self._as_declared(item, item.availability)
        for item in self._mine(head, registry.figures):
            assert self._as_listed(rows, item) == self._as_declared(item, kinds[item.offline])

    def _as_listed(self, rows: Mapping[str, Mapping[str, str]], item: Any) -> list[str]:
        return _of(rows[item.id], "id", "module", "kind", "label_vi", "title_en", "origin")

    def _as_declared(self, item: Any, kind: str) -> list[str]:
        return [item.id, self.name, kind, item.title.vi, item.title.en, item.origin]

    def test_texts_of_codes_are_those_of_the_list(self, head: Kernel) -> None:
        """A text opens with the words of the list; it may go on with what to do next."""
        rows = self._list(head, "spec/error_codes.csv", "code")
        mine = self._plugin(head)
        texts = mine.lienso_messages() if hasattr(mine, "lienso_messages") else {}
        for code, message in texts.items():
            if code in rows and code not in CORE:
                assert message.vi.startswith(rows[code]["message_vi"]), code
                assert message.en.startswith(rows[code]["message_en"]), code

    def _list(self, head: Kernel, name: str, key: str) -> dict[str, dict[str, str]]:
        for folder in self._package(head).parents:
            file = folder.parent / "shared" / name
            if file.is_file():
                with file.open(encoding="utf-8", newline="") as source:
                    return {row[key]: row for row in csv.DictReader(source)}
        pytest.skip("the specification is not beside this checkout")


def _table(head: Kernel, report: str, params: Mapping[str, Any]) -> Table:
    """Run a report; what it is about may not be there, and then it is empty."""
    try:
        return head.report(actor(head), report, params)
    except Unknown:
        return Table((), (), Label("", ""))


def codes_raised(package: Path) -> Iterator[tuple[str, str]]:
    """Yield (code, file and line) of every code that a package's sources name when they refuse."""
    for file in sorted(package.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            at = _REFUSALS.get(name)
            if at is not None and at < len(node.args):
                code = node.args[at]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield code.value, f"{file.name}:{node.lineno}"


def _of(row: Mapping[str, str], *names: str) -> list[str]:
    return [row[name] for name in names]


def _plain_json(value: Any) -> Any:
    """Return derived values as JSON: days and decimals as text."""
    if isinstance(value, Mapping):
        return {str(name): _plain_json(item) for name, item in value.items()}
    if isinstance(value, Iterable) and not isinstance(value, (str, bytes)):
        return [_plain_json(item) for item in value]
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)
