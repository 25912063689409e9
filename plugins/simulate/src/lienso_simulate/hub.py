"""One thread, virtual time: events in order, and tasks that wait for them.

A task is a greenlet: code that blocks on a line or a lock is the production code itself, and while it
waits the others go on. Nothing runs at the same time, so a tape decides every order.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Hashable
from types import TracebackType
from typing import Any

import greenlet

from .tape import Tape

TIES = 1 << 12
"""Events of one millisecond come in an order that is drawn."""


class Crash(BaseException):
    """A process, the first argument, dies here; nothing of it goes on."""


class Task:
    """Something that runs and may wait; it belongs to a process that may die.

    Attributes:
        kind: what it does, as the checkers name it. ``stale``: the last reply it got belongs to a
            session that was over by then.
    """

    def __init__(self, hub: Hub, owner: Any, kind: str, work: Callable[[], None]) -> None:
        self.hub, self.owner, self.kind, self.stale = hub, owner, kind, False
        self.dead = False
        self.sends = 0
        self._work = work
        self._waits: object | None = None
        self._greenlet = greenlet.greenlet(self._run, hub.greenlet)

    def _run(self) -> None:
        try:
            self._work()
        except Crash as crash:
            if not self.dead:
                self.hub.crashed.append(crash.args[0])
        finally:
            self.dead = True
            self.hub.tasks.pop(self, None)

    def wait(self) -> Any:
        """Wait until somebody calls what `waker` returned; return or raise what that was given."""
        assert self.hub.current is self, "only a running task waits"
        value, error = self.hub.greenlet.switch()
        if error is not None:
            raise error
        return value

    def waker(self) -> Callable[[Any, BaseException | None], bool]:
        """Return what ends the next `wait`; it answers whether it was in time."""
        mark = self._waits = object()

        def wake(value: Any = None, error: BaseException | None = None) -> bool:
            if self._waits is not mark or self.dead:
                return False
            self._waits = None
            self.hub.at(0, lambda: self.enter(value, error))
            return True

        return wake

    def enter(self, value: Any = None, error: BaseException | None = None) -> None:
        """Go on with a task, from an event."""
        if self.dead:
            return
        pause = getattr(self.owner, "paused_until", 0) - self.hub.now
        if pause > 0:
            self.hub.at(pause, lambda: self.enter(value, error))
            return
        before, self.hub.current = self.hub.current, self
        try:
            self._greenlet.switch((value, error)) if self._greenlet else self._greenlet.switch()
        finally:
            self.hub.current = before

    def kill(self) -> None:
        """End a task with its process."""
        assert self.hub.current is None, "processes are ended between two events"
        if self.dead:
            return
        self.dead = True
        self._waits = None
        if self._greenlet:
            before, self.hub.current = self.hub.current, self
            try:
                self._greenlet.throw(Crash(self.owner))
            finally:
                self.hub.current = before
        self.hub.tasks.pop(self, None)


class Hub:
    """The clock and the events that are to come.

    Attributes:
        now: virtual milliseconds since the start. ``current``: the task that runs, None for an event.
        crashed: processes that died in the present event; ``died`` is told of each after it.
    """

    def __init__(self, tape: Tape) -> None:
        self.tape, self.now = tape, 0
        self.current: Task | None = None
        self.tasks: dict[Task, None] = {}
        self.greenlet = greenlet.getcurrent()
        self.crashed: list[Any] = []
        self.died: Callable[[Any], None] = lambda _owner: None
        self._events: list[tuple[int, int, int, Callable[[], Any]]] = []
        self._count = 0

    def at(self, delay: int, work: Callable[[], Any]) -> None:
        """Have something done so many milliseconds from now."""
        self._count += 1
        tie = self.tape.draw("ties", TIES)
        heapq.heappush(self._events, (self.now + delay, tie, self._count, work))

    def task(self, owner: Any, kind: str, work: Callable[[], None], delay: int = 0) -> Task:
        """Start a task."""
        made = Task(self, owner, kind, work)
        self.tasks[made] = None
        self.at(delay, made.enter)
        return made

    def sleep(self, delay: int) -> None:
        """Let the running task wait for so long."""
        task = self.current
        assert task is not None, "an event does not sleep"
        wake = task.waker()
        self.at(delay, lambda: wake(None, None))
        task.wait()

    def run(self, until: int, stop: Callable[[], bool]) -> None:
        """Let everything happen up to an instant, or until ``stop`` says so."""
        while self._events and self._events[0][0] <= until and not stop():
            self.now, _tie, _count, work = heapq.heappop(self._events)
            try:
                work()
            except Crash as crash:
                self.crashed.append(crash.args[0])
            while self.crashed:
                self.died(self.crashed.pop(0))
        if not stop():
            self.now = max(self.now, until)

    def close(self) -> None:
        """End everything; a task that waits for ever would keep its whole world in memory."""
        self.current = None
        for task in list(self.tasks):
            task.kill()
        self._events.clear()

    def kill(self, owner: Hashable) -> None:
        """End all tasks of a process."""
        for task in [task for task in self.tasks if task.owner is owner]:
            task.kill()


class Lock:
    """A re-entrant lock between tasks, as `threading.RLock` is between threads."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._owner: Task | None = None
        self._depth = 0
        self._waiting: deque[Callable[[Any, BaseException | None], bool]] = deque()

    def __enter__(self) -> Lock:
        task = self._hub.current
        assert task is not None, "an event takes no lock of the drivers"
        while self._owner is not None and self._owner is not task and not self._owner.dead:
            self._waiting.append(task.waker())
            task.wait()
        self._depth = self._depth + 1 if self._owner is task else 1
        self._owner = task
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: object, _trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            self._owner = None
            while self._waiting and not self._waiting.popleft()(None, None):
                pass


class Wake:
    """What the drivers notify when a timer was set; their loop waits for it."""

    def __init__(self, notified: Callable[[], None]) -> None:
        self._notified = notified

    def __enter__(self) -> Wake:
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def notify_all(self) -> None:
        """Have the loop look at its timers."""
        self._notified()
