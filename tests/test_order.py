"""Modules run after those they require, and after those they would like to come first."""

from __future__ import annotations

from typing import Any

from lienso import Manifest, hookimpl
from lienso.kernel import Settings, start
from lienso.plugins import load_plugins


def needing(name: str, requires: tuple[str, ...] = (), optional: tuple[str, ...] = ()) -> Any:
    """Make a module that requires, or likes to come after, others."""
    return type(name, (), {"MANIFEST": Manifest(name, name, "1.0", requires, optional)})()


def test_modules_come_after_what_they_require_and_then_by_name() -> None:
    plugins = load_plugins(
        (), {"a": needing("a", ("c",)), "b": needing("b"), "c": needing("c", ("b",))}
    )

    assert plugins.registry.modules == ("b", "c", "a")


def test_a_circle_of_requirements_fails_for_its_members_and_who_needs_them_only() -> None:
    plugins = load_plugins(
        (),
        {
            "a": needing("a", ("b",)),
            "b": needing("b", ("a",)),
            "c": needing("c", ("a",)),
            "d": needing("d"),
        },
    )

    reasons = {failure.plugin: failure.reason for failure in plugins.failures}
    assert set(reasons) == {"a", "b", "c"}
    assert "circle" in reasons["a"]
    assert "circle" in reasons["b"]
    assert reasons["c"] == "needs a"
    assert plugins.registry.modules == ("d",)


def test_a_module_that_requires_itself_is_a_circle() -> None:
    (failure,) = load_plugins((), {"a": needing("a", ("a",))}).failures

    assert failure.reason == "requires itself in a circle: a → a"


def test_an_order_that_is_only_wished_for_makes_no_circle() -> None:
    plugins = load_plugins(
        (),
        {
            "cash": needing("cash", optional=("cashier", "absent")),
            "cashier": needing("cashier", ("cash",)),
        },
    )

    assert plugins.failures == []
    assert plugins.registry.modules == ("cash", "cashier")


def test_a_module_comes_after_an_optional_one_that_is_there() -> None:
    plugins = load_plugins((), {"a": needing("a", optional=("z",)), "z": needing("z")})

    assert plugins.registry.modules == ("z", "a")


def test_a_module_hears_of_the_end_before_those_it_requires() -> None:
    heard: list[str] = []

    def module(name: str, *requires: str) -> Any:
        hears = hookimpl(lambda self: heard.append(name))
        manifest = Manifest(name, name, "1.0", requires)
        return type(name, (), {"MANIFEST": manifest, "lienso_stopping": hears})()

    modules = {"a": module("a", "b"), "b": module("b"), "c": module("c", "a")}
    with start(Settings(modules=(), plugins=modules)):
        assert heard == []

    assert heard == ["c", "a", "b"]
