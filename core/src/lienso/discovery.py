"""stevedore's half of the framework: what is installed, and the code behind the chosen names.

Nothing here knows what a plugin does; nothing outside here touches entry points.
"""

from __future__ import annotations

import importlib.metadata
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any, cast

from stevedore.driver import DriverManager
from stevedore.named import NamedExtensionManager

from .errors import DriverNotFound, PluginError

MODULES = "lienso.modules"
STORAGE = "lienso.storage"
TRANSPORT = "lienso.transport"
COMMANDS = "lienso.commands"

Point = importlib.metadata.EntryPoint


@dataclass(frozen=True, slots=True)
class Installed:
    """An entry point that is there, loaded or not. ``source``: distribution and version."""

    namespace: str
    name: str
    target: str
    source: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """A plugin's code, where it comes from, and how long its import took."""

    plugin: object
    source: str
    load_ms: int = 0


def installed(namespace: str) -> list[Installed]:
    """List what is installed, by name, importing nothing."""
    return [
        Installed(namespace, point.name, point.value, _source(point))
        for point in _entry_points(namespace)
    ]


def _entry_points(namespace: str) -> list[Point]:
    return sorted(importlib.metadata.entry_points(group=namespace), key=lambda point: point.name)


def _source(point: Point) -> str:
    distribution = point.dist
    return f"{distribution.name} {distribution.version}" if distribution else "unknown"


class _Fresh:
    """Entry points read anew by the caller, with the distribution they came from.

    stevedore's own list comes from a cache on disk that drops the distribution and misses what was
    installed within the last two minutes (`docs/partners.md`, traps 1 and 2). Reading them takes longer
    than all the rest, so one list serves every manager of a call.
    """

    def __init__(self, points: Sequence[Point], *arguments: Any, **options: Any) -> None:
        self._points = list(points)
        super().__init__(*arguments, **options)

    def list_entry_points(self) -> list[Point]:
        return self._points

    def _load_one_plugin(self, point: Any, *more: Any) -> Any:
        try:
            return super()._load_one_plugin(point, *more)  # type: ignore[misc]  # of the sibling
        except (AssertionError, SystemExit) as error:  # stevedore lets these two through
            raise ImportError(f"{type(error).__name__}: {error}") from error


# stevedore's managers are generic in the plugin's type, and a plugin may be anything.
class _Modules(_Fresh, NamedExtensionManager):  # type: ignore[type-arg]
    pass


# The same.
class _Driver(_Fresh, DriverManager):  # type: ignore[type-arg]
    pass


def load_modules(names: Sequence[str]) -> tuple[dict[str, Loaded], list[PluginError]]:
    """Import the named modules; one that does not import becomes an error, not an exception."""
    failures: list[PluginError] = []
    points = _entry_points(MODULES)
    sources = defaultdict(list)
    for point in points:
        sources[point.name].append(_source(point))
    twice = {name for name in names if len(sources[name]) > 1}
    failures += [_shipped_twice(name, sources[name]) for name in sorted(twice)]
    missing = {name for name in names if name not in sources or not sources[name]}
    failures += [
        PluginError(name, "not installed", "load", f"no {MODULES} entry point of this name")
        for name in sorted(missing)
    ]
    loaded: dict[str, Loaded] = {}
    for name in names:
        if name in twice or name in missing:
            continue
        # One manager a name, so that the time of each import is known.
        began = time.perf_counter_ns()
        failed = _collect_into(failures)
        manager = _Modules(points, MODULES, names=[name], on_load_failure_callback=failed)
        took_ms = (time.perf_counter_ns() - began) // 1_000_000
        for extension in manager:
            loaded[name] = Loaded(extension.plugin, _source(extension.entry_point), took_ms)
    return loaded, failures


def _collect_into(failures: list[PluginError]) -> Callable[[Any, Any, BaseException], None]:
    def collect(_manager: Any, point: Any, error: BaseException) -> None:
        reason = f"{type(error).__name__}: {error}"
        failures.append(PluginError(point.name, _source(point), "load", reason))

    return collect


def _shipped_twice(name: str, sources: Sequence[str]) -> PluginError:
    reason = (
        "two distributions ship this name; uninstall one "
        "(after a plugin's folder was removed from a workspace: uv sync)"
    )
    return PluginError(name, " and ".join(sources), "load", reason)


def load_driver(namespace: str, url: str) -> tuple[str, Loaded]:
    """Import exactly one driver, chosen by the scheme of its URL; returns its name and code.

    Raises:
        DriverNotFound: nothing of that name is installed.
        PluginError: it is installed but does not import.
    """
    name = url.partition(":")[0]
    there = _entry_points(namespace)
    found = [point for point in there if point.name == name]
    if not found:
        names = ", ".join(sorted({item.name for item in there})) or "none"
        raise DriverNotFound(detail={"namespace": namespace, "name": name, "installed": names})
    if len(found) > 1:
        raise _shipped_twice(name, [_source(point) for point in found])
    failures: list[PluginError] = []
    failed = _collect_into(failures)
    try:
        driver = _Driver(there, namespace, name, on_load_failure_callback=failed).driver
    except RuntimeError as error:  # stevedore's word for "none was loaded"
        raise (failures[0] if failures else error) from error
    return name, Loaded(cast(ModuleType, driver), _source(found[0]))


def load_command(name: str) -> Callable[..., Any]:
    """Import a command that a distribution adds to the command line.

    Raises:
        DriverNotFound: no installed distribution has it. PluginError: it does not import.
    """
    return cast("Callable[..., Any]", load_driver(COMMANDS, name)[1].plugin)
