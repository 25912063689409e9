"""A plugin that fails is named, and takes down only what needs it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pytest
from lienso import Capability, Finding, Label, Manifest, Message, RecordType, hookimpl
from lienso.errors import ModuleUnavailable, PluginCrashed, Refused
from lienso.fields import CatalogEntry, NoParams
from lienso.kernel import Kernel, Settings, start
from lienso.model import Actor


class Thing(CatalogEntry):
    """A record of the tests."""


class Good:
    """A module that works."""

    MANIFEST = Manifest("good", "Tốt", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [RecordType("thing", Label("Vật", "Thing"), Thing, "catalog")]

    @hookimpl
    def lienso_capabilities(self) -> Sequence[Capability]:
        return [
            Capability("good.fail", Label("Hỏng", "Fail"), NoParams, NoParams, self._fail),
        ]

    @staticmethod
    def _fail(_params: NoParams, _session: Any) -> NoParams:
        raise ZeroDivisionError("inside a function")


def plugin(name: str, *, api: str = "1.0", requires: tuple[str, ...] = (), **hooks: Any) -> Any:
    """Make a module object with these hook implementations."""
    manifest = Manifest(name, name, api, requires)
    return type(name, (), {"MANIFEST": manifest, **hooks})()


def kernel(**plugins: Any) -> Kernel:
    """Start a lenient cloud kernel with these modules only."""
    return start(Settings(modules=(), plugins={"good": Good(), **plugins}, strict=False))


@pytest.fixture
def by() -> Iterator[tuple[Kernel, Actor]]:
    with kernel() as running:
        yield running, Actor(running.add_tenant("T", "T").id)


@hookimpl
def _declares_and_raises(self: Any) -> Sequence[RecordType]:
    raise ValueError("no types today")


@hookimpl
def _declares_twice(self: Any) -> Sequence[RecordType]:
    return [RecordType("thing", Label("Vật", "Thing"), Thing, "catalog")]


@hookimpl
def _declares_foreign(self: Any) -> Sequence[Capability]:
    return [Capability("other.run", Label("a", "b"), NoParams, NoParams, lambda p, s: p)]


@hookimpl
def _check_raises(self: Any, record: Any) -> Sequence[Finding]:
    raise RuntimeError("check broke")


@hookimpl
def _observe_raises(self: Any, event: Any) -> None:
    raise RuntimeError("observer broke")


@pytest.mark.parametrize(
    ("hooks", "phase"),
    [
        ({"lienso_record_types": _declares_and_raises}, "declare"),
        ({"lienso_record_types": _declares_twice}, "declare"),
        ({"lienso_capabilities": _declares_foreign}, "declare"),
        ({"lienso_capabilties": hookimpl(lambda self: [])}, "register"),
    ],
)
def test_a_bad_declaration_switches_that_plugin_off(hooks: Mapping[str, Any], phase: str) -> None:
    with kernel(zbad=plugin("zbad", **hooks)) as running:
        assert [(f.plugin, f.phase) for f in running.failures] == [("zbad", phase)]
        assert "thing" in running.registry.record_types


@pytest.mark.parametrize(
    ("hook", "answer", "said"),
    [
        ("lienso_record_types", 7, "not a sequence"),
        ("lienso_record_types", ["thing"], "'thing' is no RecordType"),
        ("lienso_record_types", {"thing": Thing}, "is no RecordType"),
        (
            "lienso_record_types",
            [RecordType("odd", Label("a", "b"), dict, "catalog", tree="leaves")],  # type: ignore[arg-type]  # on purpose
            "odd: model must be a pydantic model",
        ),
        ("lienso_messages", {"odd": ("vi", "en")}, "is no Message"),
        ("lienso_messages", [("odd", "vi")], "a mapping of code to Message"),
        ("lienso_messages", {"odd": Message("vi", "")}, "odd: a text is missing"),
        ("lienso_books", [Label("a", "b")], "is no Book"),
        ("lienso_capabilities", (item for item in ["x"]), "'x' is no Capability"),
    ],
)
def test_a_declaration_that_is_nonsense_is_told_in_words(hook: str, answer: Any, said: str) -> None:
    with kernel(bad=plugin("bad", **{hook: hookimpl(lambda self: answer)})) as running:
        (failure,) = running.failures
        assert (failure.plugin, failure.phase) == ("bad", "declare")
        assert said in failure.reason


def test_a_declaration_may_be_written_with_yield() -> None:
    @hookimpl
    def yields(self: Any) -> Iterator[RecordType]:
        yield RecordType("yielded", Label("a", "b"), Thing, "catalog")

    with kernel(more=plugin("more", lienso_record_types=yields)) as running:
        assert running.failures == []
        assert running.registry.owners["yielded"] == "more"


def test_an_unknown_api_version_is_refused() -> None:
    with kernel(old=plugin("old", api="2.0")) as running:
        assert [(f.plugin, f.phase) for f in running.failures] == [("old", "register")]


def test_a_missing_requirement_takes_its_dependants_with_it() -> None:
    with kernel(a=plugin("a", requires=("b",)), b=plugin("b", requires=("absent",))) as running:
        assert {f.plugin for f in running.failures} == {"a", "b"}


def test_a_circle_of_requirements_is_named() -> None:
    with kernel(a=plugin("a", requires=("b",)), b=plugin("b", requires=("a",))) as running:
        assert {f.plugin for f in running.failures} == {"a", "b"}
        assert all("circle" in f.reason for f in running.failures)


def test_a_strict_kernel_refuses_to_start() -> None:
    with pytest.raises(ExceptionGroup):
        start(Settings(modules=(), plugins={"old": plugin("old", api="2.0")}, strict=True))


def test_a_function_of_a_failed_module_is_unavailable_not_unknown() -> None:
    with kernel(bad=plugin("bad", lienso_record_types=_declares_and_raises)) as running:
        tenant = running.add_tenant("T", "T")
        with pytest.raises(ModuleUnavailable) as caught:
            running.invoke(Actor(tenant.id), "bad.run", {})
        assert "no types today" in caught.value.detail["reason"]


def test_a_check_that_crashes_fails_closed() -> None:
    with kernel(bad=plugin("bad", lienso_check_record=_check_raises)) as running:
        tenant = running.add_tenant("T", "T")
        with pytest.raises(Refused) as caught:
            running.save(Actor(tenant.id), "thing", {"code": "A"})
        assert caught.value.code == "plugin_failed"
        assert caught.value.detail["plugin"] == "bad"


def test_an_observer_that_crashes_changes_nothing() -> None:
    with kernel(bad=plugin("bad", lienso_record_saved=_observe_raises)) as running:
        actor = Actor(running.add_tenant("T", "T").id)
        saved = running.save(actor, "thing", {"code": "A"})
        assert running.get(actor, "thing", "A").id == saved.record.id


def test_a_function_that_crashes_is_named(by: tuple[Kernel, Actor]) -> None:
    running, actor = by
    with pytest.raises(PluginCrashed) as caught:
        running.invoke(actor, "good.fail", {})
    assert caught.value.detail["plugin"] == "good"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "A", "colour": "red"}, "unknown_field"),
        ({}, "field_required"),
        ({"code": "A", "active": "yes"}, "type_wrong"),
        ({"code": "A" * 26}, "too_long"),
        ({"code": "A", "branch": "nowhere"}, "not_found"),
    ],
)
def test_bad_input_is_refused_by_code(
    by: tuple[Kernel, Actor], body: Mapping[str, Any], code: str
) -> None:
    running, actor = by
    with pytest.raises(Refused) as caught:
        running.save(actor, "thing", body)
    assert caught.value.code == code


def test_a_body_of_ten_megabytes_is_refused(by: tuple[Kernel, Actor]) -> None:
    running, actor = by
    with pytest.raises(Exception) as caught:
        running.save(actor, "thing", {"code": "A", "name": "x" * 10_000_000})
    assert getattr(caught.value, "code", "") == "limit_exceeded"


def test_the_same_request_saves_once(by: tuple[Kernel, Actor]) -> None:
    running, actor = by
    first = running.save(actor, "thing", {"code": "A"}, request_id="r1")
    again = running.save(actor, "thing", {"code": "A"}, request_id="r1")
    assert first.record.id == again.record.id
