"""From installed distributions to a frozen registry: load, check, order, register, declare.

Only this file and `lienso.calls` touch pluggy.
"""

from __future__ import annotations

import graphlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pluggy

from . import discovery, hookspecs
from .calls import KERNEL, Calls
from .discovery import Loaded
from .errors import PluginError
from .hookspecs import HOOK_API, hookimpl
from .model import Capability, Manifest
from .registry import Registry, build, collect

PROJECT = "lienso"


@dataclass
class Plugins:
    """The modules that run, and why others do not.

    Attributes:
        sources: module → distribution and version.
        load_ms: module → milliseconds of its import.
    """

    manager: pluggy.PluginManager
    calls: Calls
    registry: Registry
    failures: list[PluginError]
    sources: Mapping[str, str]
    load_ms: Mapping[str, int]
    _drivers: dict[tuple[str, str], Calls] = field(default_factory=dict)

    def driver(self, namespace: str, url: str) -> Calls:
        """Load and register the one driver that a URL's scheme names.

        Raises:
            DriverNotFound, PluginError.
        """
        name = url.partition(":")[0]
        if (namespace, name) not in self._drivers:
            self._drivers[namespace, name] = open_driver(namespace, url)
        return self._drivers[namespace, name]

    def built(self) -> list[PluginError]:
        """Build what reads each declared model, which is else built when it first reads something.

        Returns:
            An error for each model that cannot be built, with the module that declared it.
        """
        # With the rest of pydantic: only who checks plugins needs it here.
        from pydantic.errors import PydanticUndefinedAnnotation, PydanticUserError

        errors = []
        for id, model in self.registry.models():
            try:
                model.model_rebuild()
            except (PydanticUserError, PydanticUndefinedAnnotation) as error:
                owner = self.registry.owners[id]
                reason = f"the model {model.__name__} of {id}: {error}"
                errors.append(
                    PluginError(owner, self.sources.get(owner, "unknown"), "declare", reason)
                )
        return errors

    def seed_records(self, regime: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Return what a new company starts with, from every module in order.

        Raises:
            PluginError: a module could not say; a company is never made by halves.
        """
        records: list[tuple[str, Mapping[str, Any]]] = []
        for plugin, answer in self.calls.declare("lienso_seed_records", regime=regime):
            if isinstance(answer, Exception):
                source = self.sources.get(plugin, "unknown")
                reason = f"{type(answer).__name__}: {answer}"
                raise PluginError(plugin, source, "lienso_seed_records", reason) from answer
            records += answer or ()
        return records


def open_driver(namespace: str, url: str) -> Calls:
    """Load the one driver that a URL's scheme names, checked as a module is.

    Raises:
        DriverNotFound, PluginError.
    """
    name, loaded = discovery.load_driver(namespace, url)
    problem = _manifest_problem(name, loaded.plugin)
    if problem is not None:
        raise PluginError(name, loaded.source, "register", problem)
    manager = _manager()
    _register(manager, name, loaded)
    return Calls(manager, {name: loaded.source})


class _Runner:
    """The kernel's own answer to ``lienso_run_capability``: run it."""

    @hookimpl(trylast=True)
    def lienso_run_capability(self, capability: Capability, params: Any, session: Any) -> Any:
        return capability.run(params, session)


def load_plugins(names: Sequence[str] | None, given: Mapping[str, object]) -> Plugins:
    """Load the named modules (None: all installed) and those given as objects."""
    loaded, failures = discovery.load_modules(names, given)
    loaded |= {name: Loaded(plugin, "given") for name, plugin in given.items()}
    sources = {name: item.source for name, item in loaded.items()}
    manager = _manager()
    manager.register(_Runner(), name=KERNEL)
    for name in reversed(_in_order(loaded, failures)):  # pluggy calls the last registered first
        try:
            _register(manager, name, loaded[name])
        except PluginError as error:
            failures.append(error)
    registry = _declare(manager, sources, failures)
    calls = Calls(manager, sources, registry.owners)
    calls.freeze()
    load_ms = {name: item.load_ms for name, item in loaded.items()}
    return Plugins(manager, calls, registry, failures, sources, load_ms)


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager(PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def _in_order(loaded: Mapping[str, Loaded], failures: list[PluginError]) -> list[str]:
    """Sort so that a module comes after those it requires; drop those that cannot run."""
    manifests: dict[str, Manifest] = {}
    for name, item in loaded.items():
        problem = _manifest_problem(name, item.plugin)
        if problem is None:
            manifests[name] = _manifest(item.plugin)
        else:
            failures.append(PluginError(name, item.source, "register", problem))
    _drop_unmet(manifests, loaded, failures)
    while True:
        after = {name: set(manifest.requires) for name, manifest in sorted(manifests.items())}
        try:
            graphlib.TopologicalSorter(after).prepare()
        except graphlib.CycleError as error:
            circle = sorted(set(error.args[1]))
            for name in circle:
                reason = f"requires itself in a circle: {' → '.join(error.args[1])}"
                failures.append(PluginError(name, loaded[name].source, "require", reason))
                del manifests[name]
            _drop_unmet(manifests, loaded, failures)
        else:
            _prefer(after, manifests)
            return list(graphlib.TopologicalSorter(after).static_order())


def _prefer(after: dict[str, set[str]], manifests: Mapping[str, Manifest]) -> None:
    """Add the order that ``optional`` asks for, where it does not contradict what is required.

    Quỹ names the cashier as optional, and the cashier requires Quỹ: that is no circle.
    """
    for name, manifest in sorted(manifests.items()):
        for other in manifest.optional:
            if other in manifests and name not in _needed_by(after, other):
                after[name].add(other)


def _needed_by(after: Mapping[str, set[str]], name: str) -> set[str]:
    found: set[str] = set()
    todo = [name]
    while todo:
        one = todo.pop()
        if one not in found:
            found.add(one)
            todo += after[one]
    return found


def _manifest(plugin: object) -> Manifest:
    manifest = getattr(plugin, "MANIFEST", None)
    assert isinstance(manifest, Manifest), "a plugin in use was checked when it was loaded"
    return manifest


def _manifest_problem(name: str, plugin: object) -> str | None:
    manifest = getattr(plugin, "MANIFEST", None)
    if not isinstance(manifest, Manifest) or manifest.name != name:
        return f"MANIFEST must be a Manifest named {name!r}"
    for listed in ("requires", "optional"):
        if not isinstance(getattr(manifest, listed), tuple):
            return f'{listed} must be a tuple of names, e.g. ("general_ledger",)'
    major, _, minor = str(manifest.api).partition(".")
    spoken = major.isdigit() and minor.isdigit()
    if not spoken or int(major) != HOOK_API[0] or int(minor) > HOOK_API[1]:
        return f"wants hook API {manifest.api}, this kernel has {HOOK_API[0]}.{HOOK_API[1]}"
    return None


def _drop_unmet(
    manifests: dict[str, Manifest], loaded: Mapping[str, Loaded], failures: list[PluginError]
) -> None:
    while True:
        unmet = {
            name: [other for other in manifest.requires if other not in manifests]
            for name, manifest in manifests.items()
        }
        gone = {name: missing for name, missing in unmet.items() if missing}
        if not gone:
            return
        for name, missing in gone.items():
            failures.append(_unmet(name, loaded[name].source, missing))
            del manifests[name]


_NEEDS = "needs "


def _unmet(name: str, source: str, missing: Sequence[str]) -> PluginError:
    return PluginError(name, source, "require", _NEEDS + ", ".join(missing))


def _register(manager: pluggy.PluginManager, name: str, item: Loaded) -> None:
    """Register a plugin, or leave no trace of it. Raises: PluginError."""
    problem: str | None = None
    try:
        manager.register(item.plugin, name=name)
        problem = _hook_problem(manager, item.plugin)
    except (pluggy.PluginValidationError, ValueError) as error:
        problem = str(error)
    if problem is not None:
        # A misspelt argument leaves the plugin half registered (`docs/partners.md`, trap 8).
        if manager.has_plugin(name):
            manager.unregister(name=name)
        raise PluginError(name, item.source, "register", problem)


def _hook_problem(manager: pluggy.PluginManager, plugin: object) -> str | None:
    callers = manager.get_hookcallers(plugin) or []
    unknown = [caller.name for caller in callers if not caller.has_spec()]
    if unknown:
        return f"unknown hooks: {', '.join(unknown)}"
    for caller in callers:
        for implementation in caller.get_hookimpls():
            wraps = implementation.wrapper or implementation.hookwrapper
            if implementation.plugin is plugin and wraps and caller.name != "lienso_run_capability":
                return f"{caller.name} cannot be wrapped, only lienso_run_capability"
    return None


def _declare(
    manager: pluggy.PluginManager, sources: Mapping[str, str], failures: list[PluginError]
) -> Registry:
    """Ask for the declarations; a plugin that fails is taken out with all it declared."""
    while True:
        running = {
            name: sources[name]
            for name, _plugin in reversed(manager.list_name_plugin())
            if name in sources
        }
        declarations, crashed = collect(Calls(manager, sources).declare, running)
        unavailable = {failure.plugin: _root_cause(failure, failures) for failure in failures}
        registry, clashing = build(declarations, unavailable)
        new = crashed or clashing
        if not new:
            return registry
        failures += new
        for failure in new:
            manager.unregister(name=failure.plugin)
        _unregister_dependants(manager, sources, failures)


def _unregister_dependants(
    manager: pluggy.PluginManager, sources: Mapping[str, str], failures: list[PluginError]
) -> None:
    running = {name: plugin for name, plugin in manager.list_name_plugin() if name in sources}
    while True:
        gone = {
            name: missing
            for name, plugin in running.items()
            if (missing := [r for r in _manifest(plugin).requires if r not in running])
        }
        if not gone:
            return
        for name, missing in gone.items():
            failures.append(_unmet(name, sources[name], missing))
            manager.unregister(name=name)
            del running[name]


def _root_cause(failure: PluginError, failures: Sequence[PluginError]) -> str:
    """Return why a module is off: the failure of what it needs, not that it needs it."""
    by_name = {other.plugin: other for other in reversed(failures)}
    while failure.phase == "require" and failure.reason.startswith(_NEEDS):
        missing = failure.reason.removeprefix(_NEEDS).split(", ")
        cause = next((by_name[name] for name in missing if name in by_name), None)
        if cause is None:
            return f"{failure}, which is not installed"
        failure = cause
    return str(failure)
