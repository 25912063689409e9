"""Functions that sites have started in the cloud: waited for, asked after, cancelled (sync-design §11).

They live in the memory of one process. After a restart an unfinished one has had no effect, and the
site sends the call again: by its call id it has one effect.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from ..errors import Refused, Unknown
from ..session import Progress
from .messages import CallReply, Underway

CALL_WAIT_S = 30.0
"""A call that takes longer is answered with how far it is, and asked after."""

POLL_WAIT_S = 10.0
"""A question after it is answered when it ended, at the latest after so long."""

RUNNING_MAX = 64
"""Functions that run at once for all sites; each has a thread."""

ENDED_MAX = 1_000
"""Answers that are kept for a call or question whose reply was lost; the oldest go first."""

Owner = tuple[str, str]
"""(tenant, site)."""


class _Operation:
    """A function in a thread of its own."""

    def __init__(
        self, threads: ThreadPoolExecutor, name: str, work: Callable[[Progress], CallReply]
    ) -> None:
        self.underway = Underway()
        self.cancelled = False
        self._name = name
        self.ended: Future[CallReply] = threads.submit(work, self._tell)

    def _tell(self, done: int, total: int, text: str) -> None:
        self.underway = Underway(done, total, text)
        if self.cancelled:
            raise Refused("operation_cancelled", {"capability": self._name})

    def answer(self, wait_s: float) -> CallReply:
        """Return its answer, or how far it is after so long. Raises: what it raised."""
        try:
            return self.ended.result(wait_s)
        except TimeoutError:
            return CallReply(None, 0, underway=self.underway)


class Operations:
    """The functions of all sites by the id of their call.

    Args:
        call_wait_s, poll_wait_s: given by tests, that need not wait.
    """

    def __init__(self, call_wait_s: float = CALL_WAIT_S, poll_wait_s: float = POLL_WAIT_S) -> None:
        self._lock = threading.Lock()
        self._call_wait_s, self._poll_wait_s = call_wait_s, poll_wait_s
        self._threads = ThreadPoolExecutor(RUNNING_MAX, thread_name_prefix="operation")
        self._known: dict[tuple[Owner, str], _Operation] = {}

    def run(
        self, owner: Owner, call_id: str, name: str, work: Callable[[Progress], CallReply]
    ) -> CallReply:
        """Start a function, or find the one of this call, and wait for it.

        Returns:
            Its answer, or how far it is.
        Raises:
            Refused: ``server_busy``: too many run. LiensoError: what it raised.
        """
        with self._lock:
            found = self._known.get((owner, call_id))
            if found is None or _failed(found):
                self._make_room()
                found = self._known[owner, call_id] = _Operation(self._threads, name, work)
        return found.answer(self._call_wait_s)

    def state(self, owner: Owner, call_id: str) -> CallReply:
        """Wait a little for a function; return its answer, or how far it is.

        Raises:
            Unknown: ``operation_unknown``: not in this process; the call is sent again. LiensoError:
                what it raised.
        """
        return self._find(owner, call_id).answer(self._poll_wait_s)

    def cancel(self, owner: Owner, call_id: str) -> bool:
        """Have a function end without effect; False when it ended already.

        It ends the next time it tells how far it is; one that never does runs to its end.

        Raises:
            Unknown: ``operation_unknown``.
        """
        found = self._find(owner, call_id)
        found.cancelled = True
        return not found.ended.done()

    def _find(self, owner: Owner, call_id: str) -> _Operation:
        with self._lock:
            found = self._known.get((owner, call_id))
        if found is None:
            raise Unknown("operation_unknown", {"call_id": call_id})
        return found

    def _make_room(self) -> None:
        ended = [key for key, operation in self._known.items() if operation.ended.done()]
        if len(self._known) - len(ended) >= RUNNING_MAX:
            raise Refused("server_busy", {"what": "operations", "max": RUNNING_MAX})
        for key in ended[: max(0, len(ended) - ENDED_MAX + 1)]:
            del self._known[key]


def _failed(operation: _Operation) -> bool:
    """It had no effect: the same call may try again."""
    return operation.ended.done() and operation.ended.exception() is not None
