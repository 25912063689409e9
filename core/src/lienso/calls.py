"""Typed calls of the hooks, and the four failure policies. Only this file says ``pm.hook``.

pluggy's own call stops at the first exception and does not say who answered what (`docs/partners.md`,
traps 6 and 7), so answers are taken plugin by plugin.
"""

from __future__ import annotations

import datetime
import logging
import os
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pluggy

from .errors import LiensoError, PluginCrashed, PluginError
from .model import Capability, Finding, Ledger, NumberSeries, Record, RecordType

if TYPE_CHECKING:
    from .forms import Sheets
    from .rights import Rights
    from .session import Session
    from .storage import Entry
    from .view import View

log = logging.getLogger("lienso.hooks")
KERNEL = "lienso"
"""Under this name the kernel answers hooks itself."""

TRACE = os.environ.get("LIENSO_TRACE") == "hooks"


class Calls:
    """The hooks of the registered plugins, each with its kind's failure policy.

    Attributes:
        sources: plugin → distribution and version, to name one that fails.
        owners: declared id → module, to name the one whose declared object fails.
    """

    def __init__(
        self,
        manager: pluggy.PluginManager,
        sources: Mapping[str, str],
        owners: Mapping[str, str] | None = None,
    ) -> None:
        self._manager = manager
        self._sources = sources
        self._owners = owners or {}
        self._implementations: dict[str, tuple[pluggy.HookImpl, ...]] = {}

    def freeze(self) -> None:
        """Remember who implements what; registration is over."""
        for name in vars(self._manager.hook):
            if isinstance(getattr(self._manager.hook, name), pluggy.HookCaller):
                self._implementations[name] = self._asked(name)

    def declare(self, hook: str, **arguments: Any) -> Iterator[tuple[str, Any]]:
        """Ask each plugin once; yields (plugin, its answer or the exception it raised)."""
        yield from self._each(hook, arguments, _listed)

    def check(self, hook: str, **arguments: Any) -> list[Finding]:
        """Join all findings; a plugin that crashes counts as an error finding: it fails closed."""
        findings: list[Finding] = []
        for plugin, answer in self._each(hook, arguments, _findings):
            if isinstance(answer, LiensoError):
                findings += answer.findings
                if not any(finding.severity == "error" for finding in answer.findings):
                    findings.append(Finding("error", answer.code, values=answer.detail))
            elif isinstance(answer, Exception):
                failure = self._failure(plugin, hook, answer)
                findings.append(Finding("error", failure.code, values=failure.detail))
            else:
                findings += answer
        return findings

    def run_capability(self, capability: Capability, params: Any, session: Session) -> Any:
        """Run a function through every wrapper; what is no LiensoError becomes PluginCrashed."""
        run: pluggy.HookCaller = self._manager.hook.lienso_run_capability
        try:
            result = run(capability=capability, params=params, session=session)
            if not isinstance(result, capability.result):
                expected = capability.result.__name__
                raise TypeError(f"answered {type(result).__name__} instead of {expected}")
        except LiensoError:
            raise
        except Exception as error:
            around = _around(error.__traceback__, run)
            module = around or _module_of(capability.id)
            hook = "lienso_run_capability" if around else capability.id
            raise self._crash(module, hook, error) from error
        return result

    def number_series(
        self, record_type: RecordType, ledger: Ledger, date: datetime.date, view: View
    ) -> NumberSeries | None:
        """Ask how a series looks; the first answer wins."""
        answer: NumberSeries | None = self._decide(
            "lienso_number_series", record_type=record_type, ledger=ledger, date=date, view=view
        )
        return answer

    def rights_of(self, user: str, view: View) -> Rights | None:
        """Ask what a user may do; the first answer wins."""
        answer: Rights | None = self._decide("lienso_rights_of", user=user, view=view)
        return answer

    def letterhead(self, branch: str, view: View) -> Mapping[str, str]:
        """Ask who prints; the first answer wins."""
        return self._decide("lienso_letterhead", branch=branch, view=view) or {}

    def typeset(self, sheets: Sheets) -> bytes | None:
        """Ask for a PDF; the first answer wins."""
        answer: bytes | None = self._decide("lienso_typeset", sheets=sheets)
        return answer

    def open(self, hook: str, **arguments: Any) -> Any:
        """Ask a driver to open a storage, a link or a server."""
        return self._decide(hook, **arguments)

    def observe(self, hook: str, **arguments: Any) -> None:
        """Tell everybody after the fact; a crash is logged and goes no further."""
        for plugin, answer in self._each(hook, arguments):
            if isinstance(answer, Exception):
                self._failure(plugin, hook, answer)

    def dismiss(self, hook: str, **arguments: Any) -> None:
        """Tell everybody in reverse order: who needs others hears of the end before they do."""
        for plugin, answer in self._each(hook, arguments, backwards=True):
            if isinstance(answer, Exception):
                self._failure(plugin, hook, answer)

    def propose(
        self,
        record_type: RecordType,
        record: Record[Any],
        ledger: Ledger,
        view: View,
        books: Container[str],
    ) -> Mapping[str, Sequence[Entry]]:
        """Ask a record type for the entries of a voucher.

        Args:
            books: ids of those that are declared.
        Raises:
            PluginCrashed: names the module and its ``post``, also where that posts to another book.
        """
        post = record_type.post
        assert post is not None, "only what can be posted is proposed"
        try:
            entries = {book: list(rows) for book, rows in post(record, ledger, view).items()}
            for book in entries:
                if book not in books:
                    raise LookupError(f"no module declares the book {book!r}")
        except LiensoError:
            raise
        except Exception as error:
            owner = self._owners.get(record_type.id, record_type.id)
            raise self._crash(owner, f"{record_type.id}.post", error) from error
        return entries

    def _decide(self, hook: str, **arguments: Any) -> Any:
        for plugin, answer in self._each(hook, arguments):
            if isinstance(answer, LiensoError):
                raise answer
            if isinstance(answer, Exception):
                raise self._crash(plugin, hook, answer) from answer
            if answer is not None:
                return answer
        return None

    def _each(
        self,
        hook: str,
        arguments: Mapping[str, Any],
        read: Callable[[Any], Any] | None = None,
        *,
        backwards: bool = False,
    ) -> Iterator[tuple[str, Any]]:
        """Yield (plugin, its answer or the exception it raised), in the order of ``requires``.

        Args:
            read: makes an answer what the caller can use; what it raises is the plugin's fault.
        """
        implementations = self._implementations.get(hook)
        if implementations is None:
            implementations = self._asked(hook)
        for implementation in reversed(implementations) if backwards else implementations:
            # By its place, so that an argument the kernel forgot is no crash of the plugin.
            given = [arguments[name] for name in implementation.argnames]
            try:
                answer = implementation.function(*given)
                if read is not None:
                    answer = read(answer)
            except Exception as error:
                answer = error
            if TRACE:
                log.info("%s of %s → %r", hook, implementation.plugin_name, answer)
            yield implementation.plugin_name, answer

    def _asked(self, hook: str) -> tuple[pluggy.HookImpl, ...]:
        caller: pluggy.HookCaller = getattr(self._manager.hook, hook)
        return tuple(reversed(caller.get_hookimpls()))

    def _failure(self, plugin: str, hook: str, error: Exception) -> PluginError:
        failure = PluginError(plugin, self._sources.get(plugin, "unknown"), hook, _cause(error))
        log.error("%s", failure, exc_info=error)
        return failure

    def _crash(self, plugin: str, hook: str, error: Exception) -> PluginCrashed:
        failure = self._failure(plugin, hook, error)
        return PluginCrashed(detail={"plugin": plugin, "hook": hook, "reason": failure.reason})


def guarded(owner: str, phase: str, work: Any) -> Any:
    """Run a function that a declared object carries; what is no LiensoError becomes PluginCrashed.

    Args:
        owner: id of the object: ``<module>.<name>``, or a record type's.
        phase: which of its functions it is, e.g. ``figure`` or ``derived``.
    """
    try:
        return work()
    except LiensoError:
        raise
    except Exception as error:
        module = _module_of(owner)
        log.error("%s of %s failed: %s", phase, owner, _cause(error), exc_info=error)
        reason = _cause(error)
        raise PluginCrashed(
            detail={"plugin": module, "hook": f"{owner} {phase}", "reason": reason}
        ) from error


def _module_of(id: str) -> str:
    return id.partition(".")[0]


def _listed(answer: Any) -> Any:
    """Take the answer of a hook that is written with ``yield`` to its end."""
    return list(answer) if isinstance(answer, Iterator) else answer


def _findings(answer: Any) -> list[Finding]:
    found = list(answer or ())
    for item in found:
        if not isinstance(item, Finding):
            raise TypeError(f"answered {item!r}, which is no Finding")
    return found


def _around(trace: TracebackType | None, hook: pluggy.HookCaller) -> str | None:
    """Return the plugin that raised around a function; None when it was the function itself."""
    by_code = {
        getattr(implementation.function, "__code__", None): implementation
        for implementation in hook.get_hookimpls()
    }
    innermost = None
    while trace is not None:
        innermost = by_code.get(trace.tb_frame.f_code, innermost)
        trace = trace.tb_next
    return None if innermost is None or innermost.plugin_name == KERNEL else innermost.plugin_name


def _cause(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"
