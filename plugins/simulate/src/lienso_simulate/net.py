"""The network between sites and the cloud: it loses, repeats, delays, reorders and parts.

A call is a request on its way, the cloud's work as one event, and a reply on its way; whoever called
waits until the reply is here, the line is hung up, or the deadline has passed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lienso.errors import LiensoError, LinkError, Refused, StorageBusy
from lienso.sync.messages import Poke

from .hub import Crash

if TYPE_CHECKING:
    from .office import Office
    from .world import World

DEADLINE_MS = {
    "hello": 10_000,
    "heartbeat": 3_000,
    "probe": 3_000,
    "reserve_numbers": 10_000,
    "push": 15_000,
    "pull": 15_000,
    "re_offer": 15_000,
    "snapshot": 10_000,
    "snapshot_chunk": 15_000,
    "call": 40_000,
    "get_operation": 15_000,
    "cancel_operation": 15_000,
}
"""As in production (sync-design §16)."""

POKE_MS = 1_000

LATE_MS = 12_000
"""A reply is at least so late where a line holds replies back: a site has said Hello meanwhile."""

CALM_MS = 10_000
"""So long after faults have ended no request of before is on its way any more."""


@dataclass
class Weather:
    """How bad the network is, of a thousand messages; all 0 when faults are off.

    Attributes:
        slow: delayed for up to ten deadlines. ``poke``: hints that are lost.
    """

    lose_request: int = 0
    lose_reply: int = 0
    repeat: int = 0
    slow: int = 0
    poke: int = 0
    reset: int = 0


@dataclass
class Cable:
    """The state of one site's cable.

    Attributes:
        up, down: whether requests and replies get through. ``deaf``: sends are accepted, and nothing
            comes back. ``bytes_per_s``: 0 for no limit. ``late``: replies to pushes are held back, and
            a Hello of before arrives once more meanwhile.
    """

    up: bool = True
    down: bool = True
    deaf: bool = False
    bytes_per_s: int = 0
    late: bool = False


class SimLink:
    """A site's line; implements `lienso.transport.Link`."""

    def __init__(self, world: World, office: Office) -> None:
        self._world, self._office = world, office
        self._waiting: dict[object, Callable[[Any, BaseException | None], bool]] = {}
        self._closed = False

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name not in DEADLINE_MS:
            raise AttributeError(name)
        return lambda *request: self._ask(name, request)

    def hang_up(self) -> None:
        """End the calls under way."""
        for wake in list(self._waiting.values()):
            wake(None, LinkError(detail={"cause": "hung up"}))
        self._waiting.clear()

    def close(self) -> None:
        """End everything."""
        self._closed = True
        self.hang_up()

    def watch(self) -> Iterator[Poke]:
        """Nobody watches: the world delivers pokes by itself."""
        return iter(())

    def _ask(self, name: str, request: tuple[Any, ...]) -> Any:
        world, office, hub = self._world, self._office, self._world.hub
        task = hub.current
        assert task is not None, "a call waits, so a task makes it"
        task.stale = False
        world.sent(office, task, name, request)
        if name == "hello":
            office.said_hello = request
        if self._closed:
            raise LinkError(detail={"cause": "the line is closed"})
        key, wake = object(), task.waker()
        self._waiting[key] = wake
        hub.at(DEADLINE_MS[name], lambda: wake(None, LinkError(detail={"cause": "deadline"})))
        Transit(world, office, name, request, wake).leave()
        try:
            reply = task.wait()
            office.unanswered.pop(name, None)
        except LinkError:
            office.unanswered[name] = request[0] if request else None
            raise
        finally:
            self._waiting.pop(key, None)
        now = office.sync.session
        opening = name in ("hello", "re_offer")
        task.stale = not opening and hasattr(reply, "session") and reply.session != now
        if task.stale:
            world.hit("late reply of a dead session")
        return reply


@dataclass
class Transit:
    """One call on its way."""

    world: World
    office: Office
    name: str
    request: tuple[Any, ...]
    wake: Callable[[Any, BaseException | None], bool]
    left_at: int = field(init=False)

    def __post_init__(self) -> None:
        self.left_at = self.world.hub.now

    def leave(self) -> None:
        """Send the request, or lose it."""
        world, cable, stream = self.world, self.office.cable, f"net {self.office.name}"
        weather = world.weather
        if not cable.up:
            self._lost("the network is cut")
            return
        if world.tape.chance(stream, weather.lose_request):
            world.hit("request lost")
            return
        if world.tape.chance(stream, weather.reset):
            world.hit("connection reset")
            self._lost("reset")
            return
        world.hub.at(self._delay(stream, self.request), self.arrive)
        if world.tape.chance(stream, weather.repeat):
            world.hit("request repeated")
            again = Transit(world, self.office, self.name, self.request, lambda _v, _e: False)
            world.hub.at(self._delay(stream, self.request), again.arrive)

    def _lost(self, cause: str) -> None:
        self.world.hub.at(1, lambda: self.wake(None, LinkError(detail={"cause": cause})))

    def _delay(self, stream: str, message: Any) -> int:
        world, cable = self.world, self.office.cable
        if world.tape.chance(stream, world.weather.slow):
            world.hit("message slow")
            return world.tape.draw(stream, 10 * DEADLINE_MS[self.name])
        delay = 5 + world.tape.draw(stream, 60)
        if cable.bytes_per_s:
            delay += 1000 * _size(message) // cable.bytes_per_s
        return delay

    def arrive(self) -> None:
        """Let the cloud work, and send its reply."""
        world, cloud = self.world, self.world.cloud
        ended = world.healed_at
        if ended is not None and self.left_at < ended <= world.hub.now - CALM_MS:
            return
        if cloud.down:
            self._lost("connection refused")
            return
        try:
            reply = cloud.answer(self.office, self.name, self.request)
            error: LiensoError | None = None
        except LiensoError as refused:
            reply, error = None, refused
            world.refused(self.office, self.name, refused)
        except Crash:
            self._lost("connection reset")
            raise
        self._reply(reply, error)

    def _reply(self, reply: Any, error: LiensoError | None) -> None:
        world, cable, stream = self.world, self.office.cable, f"net {self.office.name}"
        if not cable.down or cable.deaf:
            world.hit("half-open line" if cable.deaf else "reply into a cut network")
            return
        if world.tape.chance(stream, world.weather.lose_reply):
            world.hit("reply lost")
            return
        delay = self._delay(stream, reply)
        if cable.late and self.name == "push" and error is None and self.office.said_hello:
            # Its session, or its whole log, is another one when the reply is here.
            delay = LATE_MS + world.tape.draw(stream, DEADLINE_MS["push"] - LATE_MS)
            again = Transit(
                world, self.office, "hello", self.office.said_hello, lambda _v, _e: False
            )
            world.hub.at(1 + world.tape.draw(stream, 1_000), again.arrive)
        world.hub.at(delay, lambda: self.wake(reply, error))


def _size(message: Any) -> int:
    """Return about how many bytes a message has on the wire."""
    parts = message if isinstance(message, tuple) else (message,)
    size = 200
    for part in parts:
        for name in ("changes", "retries", "records"):
            size += sum(len(item.body) + 300 for item in getattr(part, name, ()))
    return size


def busy() -> StorageBusy:
    """Return what an overloaded server answers."""
    return StorageBusy("server_busy", {"what": "requests"})


def not_let_in(code: str, site: str) -> Refused:
    """Return what the door answers to a site that may not come in."""
    return Refused(code, {"site": site})
