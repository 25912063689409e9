"""The in-process transport: cloud and site in one process, or a test. URL ``loopback:NAME``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from .calls import guarded
from .errors import LiensoError, LinkError, Refused
from .hookspecs import hookimpl
from .model import Actor, Manifest
from .sync.inquiry import CompareReply, CompareRequest, TraceReply, TraceRequest, WayStep
from .sync.messages import (
    CallReply,
    CallRequest,
    CancelReply,
    HeartbeatReply,
    HeartbeatRequest,
    HelloReply,
    HelloRequest,
    OperationRequest,
    Poke,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReOfferReply,
    ReOfferRequest,
    ReserveReply,
    ReserveRequest,
)
from .sync.snapshot_messages import ChunkReply, ChunkRequest, SnapshotManifest, SnapshotRequest
from .transport import (
    ApiConnection,
    CloudService,
    Credentials,
    Link,
    ServeOptions,
    Server,
    Services,
)

MANIFEST = Manifest(name="loopback", title="Trong cùng tiến trình", api="1.0")
T = TypeVar("T")


class _Listening:
    """Services under a name, until they are stopped."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self.stopped = threading.Event()


class _Served:
    """What listens under which name in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listening: dict[str, _Listening] = {}
        self._next = 0

    def add(self, name: str, services: Services) -> str:
        with self._lock:
            if name in ("", "0"):
                self._next += 1
                name = f"free-{self._next}"
            if name in self._listening:
                raise Refused("address_in_use", {"url": f"loopback:{name}"})
            self._listening[name] = _Listening(services)
            return name

    def get(self, name: str) -> _Listening:
        with self._lock:
            found = self._listening.get(name)
        if found is None:
            raise LinkError(detail={"url": f"loopback:{name}", "cause": "nobody listens"})
        return found

    def remove(self, name: str) -> None:
        with self._lock:
            found = self._listening.pop(name, None)
        if found is not None:
            found.stopped.set()


_SERVED = _Served()

Reach = Callable[[], tuple[CloudService, Actor]]
"""Finds the cloud and says who asks. Raises: LinkError: nobody is there; Refused: let nobody in."""


class LoopbackLink:
    """A line to a cloud in the same process; it can be cut like a cable.

    Args:
        reach: asked before every call.
        ended: whether the server that was reached is gone; ends a watch.
    """

    def __init__(self, reach: Reach, ended: Callable[[], bool] = lambda: False) -> None:
        self._reach, self._ended = reach, ended
        self._cut = False
        self._hung_up = 0
        self._closed = threading.Event()

    def cut(self) -> None:
        """Break the line: every call raises LinkError until `restore`."""
        self._cut = True

    def restore(self) -> None:
        """Mend the line."""
        self._cut = False

    def hang_up(self) -> None:
        """End the calls under way and the watch; the line can be used again."""
        self._hung_up += 1

    def _broken(self, since: int) -> str:
        """Say why a call that began at this count of hang-ups cannot go on; empty when it can."""
        if self._closed.is_set():
            return "the line is closed"
        if self._hung_up != since:
            return "hung up"
        return "the line is cut" if self._cut else ""

    def _ask(self, call: Callable[[CloudService, Actor], T]) -> T:
        since = self._hung_up
        if cause := self._broken(since):
            raise _down(cause)
        service, site = self._reach()
        # As from a server elsewhere, what escapes the cloud is an answer with a code.
        answer: T = guarded("loopback", "call", lambda: call(service, site))
        cause = self._broken(since) or ("the server was stopped" if self._ended() else "")
        if cause:
            raise _down(f"the answer was lost: {cause}")
        return answer

    def hello(self, request: HelloRequest) -> HelloReply:
        """Pass on."""
        return self._ask(lambda service, site: service.hello(site, request))

    def push(self, request: PushRequest) -> PushReply:
        """Pass on."""
        return self._ask(lambda service, site: service.push(site, request))

    def pull(self, request: PullRequest) -> PullReply:
        """Pass on."""
        return self._ask(lambda service, site: service.pull(site, request))

    def heartbeat(self, request: HeartbeatRequest) -> HeartbeatReply:
        """Pass on."""
        return self._ask(lambda service, site: service.heartbeat(site, request))

    def reserve_numbers(self, request: ReserveRequest) -> ReserveReply:
        """Pass on."""
        return self._ask(lambda service, site: service.reserve_numbers(site, request))

    def re_offer(self, request: ReOfferRequest) -> ReOfferReply:
        """Pass on."""
        return self._ask(lambda service, site: service.re_offer(site, request))

    def compare(self, request: CompareRequest) -> CompareReply:
        """Pass on."""
        return self._ask(lambda service, site: service.compare(site, request))

    def trace(self, request: TraceRequest) -> TraceReply:
        """Pass on."""
        return self._ask(lambda service, site: service.trace(site, request))

    def snapshot(self, request: SnapshotRequest) -> SnapshotManifest:
        """Pass on."""
        return self._ask(lambda service, site: service.snapshot(site, request))

    def snapshot_chunk(self, request: ChunkRequest) -> ChunkReply:
        """Pass on."""
        return self._ask(lambda service, site: service.snapshot_chunk(site, request))

    def call(self, request: CallRequest) -> CallReply:
        """Pass on."""
        return self._ask(lambda service, site: service.call(site, request))

    def get_operation(self, request: OperationRequest) -> CallReply:
        """Pass on."""
        return self._ask(lambda service, site: service.get_operation(site, request))

    def cancel_operation(self, request: OperationRequest) -> CancelReply:
        """Pass on."""
        return self._ask(lambda service, site: service.cancel_operation(site, request))

    def probe(self) -> None:
        """Look whether somebody listens. Raises: LinkError."""
        self._ask(lambda _service, _site: None)

    def examine(self) -> Sequence[WayStep]:
        """Look whether the cloud is in this process."""
        try:
            self.probe()
        except LiensoError as error:
            return [WayStep("process", False, str(error), "start the cloud in this process")]
        return [WayStep("process", True, "the cloud is in this process")]

    def watch(self) -> Iterator[Poke]:
        """Yield pokes until the line breaks (LinkError) or `close` ends it."""
        if self._closed.is_set():
            return
        since = self._hung_up
        service, site = self._ask(lambda service, site: (service, site))
        for poke in service.watch(site, lambda: bool(self._broken(since)) or self._ended()):
            if self._broken(since) or self._ended():
                break
            yield poke
        if not self._closed.is_set():
            raise _down(self._broken(since) or "the server ended the watch")

    def close(self) -> None:
        """End the watch and refuse further calls."""
        self._closed.set()


def _down(cause: str) -> LinkError:
    return LinkError(detail={"url": "loopback:", "cause": cause})


class LoopbackServer:
    """Services under a name of this process."""

    def __init__(self, name: str, services: Services) -> None:
        self._name = _SERVED.add(name, services)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"loopback:{self._name}"

    def stop(self, grace_s: int = 5) -> None:
        """Listen no more; calls in this process end by themselves."""
        _SERVED.remove(self._name)


class LoopbackApi:
    """A program's line to a server in the same process."""

    def __init__(self, name: str, token: str) -> None:
        self._name, self._token, self._session = name, token, ""

    def use_session(self, token: str) -> None:
        """Show a session's token with every further call."""
        self._session = token

    def _actor(self) -> tuple[Services, Actor]:
        services = _SERVED.get(self._name).services
        actor = services.authenticate(self._token)
        if services.session is not None:
            actor = services.session(actor, self._session)
        return services, actor

    def request(self, rpc: str, body: Mapping[str, object]) -> dict[str, Any]:
        """Call an rpc of the client API by name, e.g. ``Records.Save``."""
        services, actor = self._actor()
        answer: dict[str, Any] = services.api.request(actor, rpc, body)
        return answer

    def stream(self, rpc: str, body: Mapping[str, object]) -> Iterator[dict[str, Any]]:
        """Call an rpc that answers many times."""
        services, actor = self._actor()
        yield from services.api.stream(actor, rpc, body)

    def close(self) -> None:
        """Nothing is held open."""


@hookimpl
def lienso_connect(url: str, credentials: Credentials) -> Link | None:
    """Give a site its line to the cloud of ``loopback:NAME``."""
    scheme, _, name = url.partition(":")
    if scheme != "loopback":
        return None

    reached: list[_Listening] = []

    def reach() -> tuple[CloudService, Actor]:
        reached[:] = [_SERVED.get(name)]
        services = reached[0].services
        if services.sync is None:
            raise LinkError(detail={"url": url, "cause": "this server is no cloud"})
        site = services.authenticate(credentials.token)
        if not site.site:
            raise Refused("no_permission", {"service": "Sync"})
        return services.sync, site

    return LoopbackLink(reach, lambda: bool(reached) and reached[0].stopped.is_set())


@hookimpl
def lienso_connect_api(url: str, credentials: Credentials) -> ApiConnection | None:
    """Give a program its line to the server of ``loopback:NAME``."""
    scheme, _, name = url.partition(":")
    return LoopbackApi(name, credentials.token) if scheme == "loopback" else None


@hookimpl
def lienso_serve(url: str, services: Services, options: ServeOptions) -> Server | None:
    """Listen under ``loopback:NAME``; ``loopback:0`` picks a free name."""
    scheme, _, name = url.partition(":")
    return LoopbackServer(name, services) if scheme == "loopback" else None
