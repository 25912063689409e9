"""The measured traps of stevedore, pluggy, uv and pytest, and what stands against each.

Traps are numbered as in `docs/partners.md`.
"""

from __future__ import annotations

import json
import logging
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from lienso import Label, Manifest, RecordType, discovery, hookimpl
from lienso.calls import Calls
from lienso.errors import DriverNotFound, ModuleUnavailable, PluginError
from lienso.fields import CatalogEntry
from lienso.kernel import Settings, start
from lienso.model import Actor
from lienso.plugins import load_plugins, open_driver
from lienso.testing import kernels

ROOT = Path(__file__).resolve().parents[1]
MODULES, STORAGE = discovery.MODULES, discovery.STORAGE

WORKS = """
from lienso import Manifest
MANIFEST = Manifest("{name}", "{name}", "1.0")
"""


def works(name: str) -> str:
    """Return the source of a module that declares nothing."""
    return WORKS.format(name=name)


def python(source: str) -> Any:
    """Run a source in an interpreter of its own; returns the JSON value that it prints."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", source], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


# -- stevedore -----------------------------------------------------------------------------------


def test_what_was_installed_a_moment_ago_is_found(shelf: Any) -> None:
    """Trap 1: stevedore's cache on disk misses what was installed within two minutes."""
    shelf.ship("acme", "1.0", {MODULES: {"one_m": "one_m"}}, {"one_m": works("one_m")})
    assert set(discovery.load_modules(["one_m"])[0]) == {"one_m"}

    points = {"one_m": "one_m", "two_m": "two_m"}
    shelf.ship("acme", "1.0", {MODULES: points}, {"two_m": works("two_m")})

    loaded, failures = discovery.load_modules(["one_m", "two_m"])
    assert (set(loaded), failures) == ({"one_m", "two_m"}, [])
    assert {"one_m", "two_m"} <= {found.name for found in discovery.installed(MODULES)}


def test_a_plugin_is_told_with_its_distribution_and_version(shelf: Any) -> None:
    """Trap 2: entry points out of stevedore's cache have lost their distribution."""
    shelf.ship("acme-loans", "2.3.0", {MODULES: {"one_m": "one_m"}}, {"one_m": works("one_m")})

    loaded, _failures = discovery.load_modules(["one_m"])

    assert loaded["one_m"].source == "acme-loans 2.3.0"


def test_a_name_that_two_distributions_ship_is_refused_though_they_are_no_neighbours(
    shelf: Any,
) -> None:
    """Trap 3: stevedore's own check misses duplicates with another name between them."""
    files = {"twin_a": works("twin"), "other": works("other"), "twin_b": works("twin")}
    shelf.ship("acme-a", "1.0", {MODULES: {"twin": "twin_a", "other": "other"}}, files)
    shelf.ship("acme-b", "2.0", {MODULES: {"twin": "twin_b"}})

    loaded, failures = discovery.load_modules(["twin", "other"])

    assert set(loaded) == {"other"}
    assert [(f.plugin, f.phase) for f in failures] == [("twin", "load")]
    assert {"acme-a 1.0", "acme-b 2.0"} == set(failures[0].source.split(" and "))


def test_a_scheme_that_two_distributions_ship_is_refused(shelf: Any) -> None:
    """Trap 3, for drivers."""
    shelf.ship("acme-a", "1.0", {STORAGE: {"twin": "twin_a"}}, {"twin_a": works("twin")})
    shelf.ship("acme-b", "2.0", {STORAGE: {"twin": "twin_b"}}, {"twin_b": works("twin")})

    with pytest.raises(PluginError) as caught:
        discovery.load_driver(STORAGE, "twin:x")

    assert caught.value.phase == "load"
    assert {"acme-a 1.0", "acme-b 2.0"} == set(caught.value.source.split(" and "))


def test_a_driver_that_is_not_there_is_refused_with_what_is_and_without_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Trap 4: stevedore ignores the callback for a missing driver and always logs a warning."""
    with caplog.at_level(logging.DEBUG), pytest.raises(DriverNotFound) as caught:
        discovery.load_driver(STORAGE, "oracle:books")

    assert caught.value.detail["name"] == "oracle"
    assert {"memory", "sqlite"} <= set(caught.value.detail["installed"].split(", "))
    assert [record for record in caplog.records if record.name.startswith("stevedore")] == []


def test_what_an_entry_point_names_is_taken_as_it_is_also_when_it_is_falsy(shelf: Any) -> None:
    """Trap 5: with `invoke_on_load` stevedore gives the class for an instance that is falsy."""
    source = "class Empty:\n    def __len__(self): return 0\nEMPTY = Empty()\n"
    shelf.ship("acme", "1.0", {STORAGE: {"empty": "falsy_m:EMPTY"}}, {"falsy_m": source})

    _name, loaded = discovery.load_driver(STORAGE, "empty:")

    assert type(loaded.plugin).__name__ == "Empty"


# -- pluggy --------------------------------------------------------------------------------------


class Thing(CatalogEntry):
    """A record of the tests."""


def module(name: str, **hooks: Any) -> Any:
    """Make a module object with these hook implementations."""
    return type(name, (), {"MANIFEST": Manifest(name, name, "1.0"), **hooks})()


@hookimpl
def _types(self: Any) -> Sequence[RecordType]:
    return [RecordType("thing", Label("Vật", "Thing"), Thing, "catalog")]


@hookimpl
def _no_types(self: Any) -> None:
    return None


@hookimpl
def _boom(self: Any) -> Sequence[RecordType]:
    raise RuntimeError("boom")


def calls(**plugins: Any) -> Calls:
    """Return the hooks of these modules."""
    return load_plugins((), plugins).calls


def test_each_answer_has_the_name_of_its_plugin_and_none_is_lost() -> None:
    """Trap 7: pluggy's results have no names, and it drops None."""
    both = calls(a=module("a", lienso_record_types=_no_types), b=module("b", lienso_books=_boom))
    asked = calls(
        a=module("a", lienso_reports=_no_types),
        b=module("b", lienso_reports=hookimpl(lambda s: [])),
    )

    assert list(both.declare("lienso_record_types")) == [("a", None)]
    assert list(asked.declare("lienso_reports")) == [("a", None), ("b", [])]


def test_an_exception_does_not_stop_the_plugins_after_it() -> None:
    """Trap 6: pluggy stops at the first exception and names no plugin."""
    heard: list[str] = []

    def hears(name: str) -> Any:
        return hookimpl(lambda self, kernel: heard.append(name))

    @hookimpl
    def fails(self: Any) -> None:
        raise RuntimeError("boom")

    told = calls(
        a=module("a", lienso_started=hears("a")),
        b=module("b", lienso_started=fails),
        c=module("c", lienso_started=hears("c")),
    )

    told.observe("lienso_started", kernel=None)

    assert heard == ["a", "c"]


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ({"lienso_capabilties": hookimpl(lambda self: [])}, "unknown hooks: lienso_capabilties"),
        ({"lienso_check_record": hookimpl(lambda self, recrod: [])}, "recrod"),
    ],
)
def test_a_misspelt_hook_or_argument_switches_the_plugin_off(
    hooks: dict[str, Any], said: str
) -> None:
    """Trap 8: pluggy takes a misspelt hook, and half of a plugin with a misspelt argument."""
    wrong = module("wrong", lienso_record_types=_types, **hooks)

    plugins = load_plugins((), {"wrong": wrong})

    assert [(f.plugin, f.phase) for f in plugins.failures] == [("wrong", "register")]
    assert said in plugins.failures[0].reason
    assert plugins.manager.get_plugin("wrong") is None
    assert "thing" not in plugins.registry.record_types


def test_an_argument_that_the_kernel_forgot_is_no_crash_of_the_plugin() -> None:
    """Trap 9: pluggy only warns of missing arguments."""
    told = calls(a=module("a", lienso_started=hookimpl(lambda self, kernel: None)))

    with pytest.raises(KeyError):
        told.observe("lienso_started")


# -- start-up, uv, sqlite-utils, pytest -----------------------------------------------------------


def test_listing_what_is_installed_imports_neither_pydantic_nor_a_plugin() -> None:
    """Trap 10: pydantic at module level doubled the time of listing the plugins."""
    found = python(
        "import json, sys, lienso; from lienso import discovery;"
        "names = [f.name for f in discovery.installed(discovery.MODULES)];"
        "print(json.dumps([names, sorted(sys.modules)]))"
    )

    names, modules = found
    assert {"system", "catalog", "general_ledger", "cash"} <= set(names)
    heavy = {"pydantic", "pydantic_core", "grpc", "sqlite_utils", "rich", "typer"}
    assert [m for m in modules if m in heavy or m.startswith("lienso_")] == []


def test_a_name_that_is_shipped_twice_says_uv_sync(shelf: Any) -> None:
    """Trap 11: `uv run` leaves the metadata of a member that was removed; `uv sync` does not."""
    shelf.ship("acme-a", "1.0", {MODULES: {"twin": "twin_a"}}, {"twin_a": works("twin")})
    shelf.ship("acme-b", "2.0", {MODULES: {"twin": "twin_a"}})

    (failure,) = discovery.load_modules(["twin"])[1]

    assert "uv sync" in failure.reason


def test_a_write_to_sqlite_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Trap 13: every write of sqlite-utils commits at once, unless it is told not to."""
    url = f"sqlite:{tmp_path / 'books.db'}"
    things = {"good": module("good", lienso_record_types=_types)}
    with start(Settings(storage=url, modules=(), plugins=things)) as kernel:
        by = Actor(kernel.add_tenant("T", "T").id)

        def save_and_fail(transaction: Any) -> None:
            transaction.save("thing", {"code": "A"})
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            kernel.transact(by, save_and_fail)
        kernel.save(by, "thing", {"code": "B"})
    with start(Settings(storage=url, modules=(), plugins=things)) as kernel:
        assert kernel.read(by, lambda view: [r.data.code for r in view.all("thing")]) == ["B"]
        assert kernel.storage.head(by.tenant) == 1


def test_the_storage_asks_for_the_sqlite_utils_whose_transactions_it_relies_on() -> None:
    """Trap 13: `db.atomic()` is of 4.2."""
    file = ROOT / "plugins" / "storage_sqlite" / "pyproject.toml"

    assert "sqlite-utils>=4.2" in tomllib.loads(file.read_text())["project"]["dependencies"]


def test_every_warning_of_a_test_is_an_error() -> None:
    """Trap 14: pytest deprecates class-scoped fixtures written as methods; the kit has none left."""
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]

    assert options["filterwarnings"] == ["error"]


# -- who failed, where, why ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "phase", "said"),
    [
        ("import no_such_package", "load", "ModuleNotFoundError: No module named"),
        ("x = 1 / 0", "load", "ZeroDivisionError"),
        ("assert False, 'not here'", "load", "AssertionError: not here"),
        ("raise SystemExit(4)", "load", "SystemExit: 4"),
        ("MANIFEST = None", "register", "MANIFEST must be a Manifest named 'bad'"),
        (works("other"), "register", "MANIFEST must be a Manifest named 'bad'"),
        (works("bad").replace("1.0", "2.0"), "register", "wants hook API 2.0"),
        (works("bad").replace("1.0", "1.99"), "register", "wants hook API 1.99"),
        (works("bad").replace('"1.0"', "None"), "register", "wants hook API None"),
        (works("bad").replace('"1.0")', '"1.0", ("general_ledger"))'), "register", "a tuple of names"),
        (works("bad").replace('"1.0")', '"1.0", ("absent",))'), "require", "needs absent"),
    ],
    ids=[
        "import", "arithmetic", "assert", "exit", "no_manifest", "other_name",
        "next_major", "later_minor", "no_version", "requires_text", "requires_absent",
    ],
)  # fmt: skip
def test_a_plugin_that_fails_is_named_with_source_phase_and_cause(
    shelf: Any, source: str, phase: str, said: str
) -> None:
    shelf.ship("acme-loans", "2.3.0", {MODULES: {"bad": "bad_m"}}, {"bad_m": source})

    failures = load_plugins(["bad"], {}).failures

    (failure,) = failures
    assert (failure.plugin, failure.source, failure.phase) == ("bad", "acme-loans 2.3.0", phase)
    assert said in failure.reason
    assert str(failure).startswith(f"plugin 'bad' (acme-loans 2.3.0) failed at {phase}: ")


def test_a_module_that_is_named_and_not_installed_is_a_failure() -> None:
    (failure,) = load_plugins(["no_such_module"], {}).failures

    assert (failure.phase, failure.source) == ("load", "not installed")


@pytest.fixture
def broken(shelf: Any) -> None:
    """A distribution with a module that does not import and one that works but needs it."""
    needs = works("needs_it").replace('"1.0")', '"1.0", ("broken",))')
    points = {"broken": "broken_m", "needs_it": "needs_m"}
    files = {"broken_m": "import no_such_package", "needs_m": needs}
    shelf.ship("acme-loans", "2.3.0", {MODULES: points}, files)


@pytest.mark.usefixtures("broken")
def test_a_site_starts_without_what_fails_and_says_the_root_cause() -> None:
    good = {"good": module("good", lienso_record_types=_types)}
    with kernels.cloud(plugins=good) as head:
        settings = Settings(
            role="site",
            modules=("broken", "needs_it"),
            plugins=good,
            link=kernels.line_to(head, "S1"),
            tenant_id=kernels.TENANT,
            site_id="S1",
        )
        with start(settings) as site:
            assert [failure.plugin for failure in site.failures] == ["broken", "needs_it"]
            assert site.registry.modules == ("good",)
            with pytest.raises(ModuleUnavailable) as caught:
                site.invoke(kernels.actor(site), "needs_it.run", {})

    assert "no_such_package" in caught.value.detail["reason"]
    assert "acme-loans 2.3.0" in caught.value.detail["reason"]


@pytest.mark.usefixtures("broken")
def test_a_cloud_refuses_to_start_and_lists_all_failures() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        start(Settings(modules=("broken", "needs_it")))

    assert [failure.plugin for failure in caught.value.exceptions] == ["broken", "needs_it"]


# -- drivers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "phase"),
    [
        ("import no_such_package", "load"),
        (works("other"), "register"),
        (works("acme").replace("1.0", "2.0"), "register"),
        (works("acme") + "from lienso import hookimpl\n@hookimpl\ndef lienso_open(url): pass", "register"),
    ],
    ids=["import", "other_name", "next_major", "unknown_hook"],
)  # fmt: skip
def test_a_driver_that_cannot_be_used_is_named(shelf: Any, source: str, phase: str) -> None:
    shelf.ship("acme-storage", "1.1", {STORAGE: {"acme": "acme_driver"}}, {"acme_driver": source})

    with pytest.raises(PluginError) as caught:
        open_driver(STORAGE, "acme:x")

    assert (caught.value.source, caught.value.phase) == ("acme-storage 1.1", phase)
