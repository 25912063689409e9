"""Typed calls of the hooks, and the four failure policies. Only this file says ``pm.hook``.

pluggy's own call stops at the first exception and does not say who answered what (`docs/hooks.md`,
traps 6 and 7), so answers are taken plugin by plugin.
"""

from __future__ import annotations

import datetime
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

from .errors import LiensoError, PluginCrashed, PluginError
from .model import Capability, Finding, Ledger, NumberSeries, Record, RecordType

if TYPE_CHECKING:
    from .session import Session
    from .storage import Entry
    from .view import View

log = logging.getLogger("lienso.hooks")
TRACE = os.environ.get("LIENSO_TRACE") == "hooks"


class Calls:
    """The hooks of the registered plugins, each with its kind's failure policy."""

    def __init__(self, manager: pluggy.PluginManager) -> None:
        self._manager = manager
        self._implementations: dict[str, tuple[pluggy.HookImpl, ...]] = {}

    def freeze(self) -> None:
        """Remember who implements what; registration is over."""
        for name in vars(self._manager.hook):
            caller = getattr(self._manager.hook, name)
            if isinstance(caller, pluggy.HookCaller):
                self._implementations[name] = tuple(reversed(caller.get_hookimpls()))

    def declare(self, hook: str, **arguments: Any) -> Iterator[tuple[str, Any]]:
        """Ask each plugin once; yields (plugin, its answer or the exception it raised)."""
        yield from self._each(hook, arguments)

    def check(self, hook: str, sources: Mapping[str, str], **arguments: Any) -> list[Finding]:
        """Join all findings; a plugin that crashes counts as an error finding: it fails closed."""
        findings: list[Finding] = []
        for plugin, answer in self._each(hook, arguments):
            if isinstance(answer, LiensoError):
                findings += answer.findings or (
                    Finding("error", answer.code, values=answer.detail),
                )
            elif isinstance(answer, Exception):
                reason = PluginError(plugin, sources.get(plugin, "unknown"), hook, _cause(answer))
                log.error("%s", reason, exc_info=answer)
                findings.append(Finding("error", reason.code, values=reason.detail))
            else:
                findings += answer or ()
        return findings

    def run_capability(self, capability: Capability, params: Any, session: Session) -> Any:
        """Run a function through every wrapper; what is no LiensoError becomes PluginCrashed."""
        try:
            return self._manager.hook.lienso_run_capability(
                capability=capability, params=params, session=session
            )
        except LiensoError:
            raise
        except Exception as error:
            raise _crashed(capability.id.partition(".")[0], capability.id, error) from error

    def number_series(
        self, record_type: RecordType, ledger: Ledger, date: datetime.date, view: View
    ) -> NumberSeries | None:
        """Ask how a series looks; the first answer wins."""
        answer: NumberSeries | None = self._decide(
            "lienso_number_series", record_type=record_type, ledger=ledger, date=date, view=view
        )
        return answer

    def open(self, hook: str, **arguments: Any) -> Any:
        """Ask a driver to open a storage, a link or a server."""
        return self._decide(hook, **arguments)

    def observe(self, hook: str, **arguments: Any) -> None:
        """Tell everybody after the fact; a crash is logged and goes no further."""
        for plugin, answer in self._each(hook, arguments):
            if isinstance(answer, Exception):
                log.error("plugin %r failed in %s", plugin, hook, exc_info=answer)

    def announce(self, hook: str, **arguments: Any) -> None:
        """Tell everybody now and those who register later."""
        try:
            getattr(self._manager.hook, hook).call_historic(kwargs=arguments)
        except Exception as error:
            log.error("a plugin failed in %s", hook, exc_info=error)

    def propose(
        self, record_type: RecordType, record: Record[Any], ledger: Ledger, view: View
    ) -> Mapping[str, Sequence[Entry]]:
        """Ask a record type for the entries of a voucher."""
        post = record_type.post
        assert post is not None, "only what can be posted is proposed"
        entries: Mapping[str, Sequence[Entry]] = _guard(
            record_type.id, "post", lambda: post(record, ledger, view)
        )
        return entries

    def _decide(self, hook: str, **arguments: Any) -> Any:
        for plugin, answer in self._each(hook, arguments):
            if isinstance(answer, LiensoError):
                raise answer
            if isinstance(answer, Exception):
                raise _crashed(plugin, hook, answer) from answer
            if answer is not None:
                return answer
        return None

    def _each(self, hook: str, arguments: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        implementations = self._implementations.get(hook)
        if implementations is None:
            caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
            implementations = tuple(reversed(caller.get_hookimpls()))
        for implementation in implementations:
            try:
                answer = implementation.function(
                    *[arguments[name] for name in implementation.argnames]
                )
            except Exception as error:
                answer = error
            if TRACE:
                log.info("%s of %s → %r", hook, implementation.plugin_name, answer)
            yield implementation.plugin_name, answer


def guarded(owner: str, phase: str, work: Any) -> Any:
    """Run a function that a declared object carries; what is no LiensoError becomes PluginCrashed."""
    return _guard(owner, phase, work)


def _guard(owner: str, phase: str, work: Any) -> Any:
    try:
        return work()
    except LiensoError:
        raise
    except Exception as error:
        raise _crashed(owner, phase, error) from error


def _crashed(plugin: str, phase: str, error: Exception) -> PluginCrashed:
    log.error("plugin %r crashed in %s", plugin, phase, exc_info=error)
    return PluginCrashed(detail={"plugin": plugin, "hook": phase, "reason": _cause(error)})


def _cause(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
