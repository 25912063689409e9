"""The in-process transport: cloud and site in one process, or a test. URL ``loopback:NAME``."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from .errors import LinkError
from .hookspecs import hookimpl
from .model import Actor, Manifest
from .sync.messages import (
    CallReply,
    CallRequest,
    HeartbeatReply,
    HeartbeatRequest,
    HelloReply,
    HelloRequest,
    Poke,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReserveReply,
    ReserveRequest,
)
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


class _Served:
    """What listens under which name in this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._services: dict[str, Services] = {}
        self._next = 0

    def add(self, name: str, services: Services) -> str:
        with self._lock:
            if name in ("", "0"):
                self._next += 1
                name = str(self._next)
            self._services[name] = services
            return name

    def get(self, name: str) -> Services:
        with self._lock:
            found = self._services.get(name)
        if found is None:
            raise LinkError(detail={"url": f"loopback:{name}", "cause": "nobody listens"})
        return found

    def remove(self, name: str) -> None:
        with self._lock:
            self._services.pop(name, None)


_SERVED = _Served()


class LoopbackLink:
    """A line to a cloud in the same process; it can be cut like a cable."""

    def __init__(self, service: Callable[[], tuple[CloudService, Actor]]) -> None:
        self._service = service
        self._cut = False
        self._closed = threading.Event()

    def cut(self) -> None:
        """Break the line: every call raises LinkError until `restore`."""
        self._cut = True

    def restore(self) -> None:
        """Mend the line."""
        self._cut = False

    def _ask(self, call: Callable[[CloudService, Actor], T]) -> T:
        if self._cut or self._closed.is_set():
            raise LinkError(detail={"url": "loopback:", "cause": "the line is cut"})
        service, site = self._service()
        answer = call(service, site)
        if self._cut:
            raise LinkError(detail={"url": "loopback:", "cause": "the answer was lost"})
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

    def call(self, request: CallRequest) -> CallReply:
        """Pass on."""
        return self._ask(lambda service, site: service.call(site, request))

    def probe(self) -> None:
        """Look whether somebody listens. Raises: LinkError."""
        self._ask(lambda _service, _site: None)

    def watch(self) -> Iterator[Poke]:
        """Yield pokes until the line is cut or closed."""
        service, site = self._ask(lambda service, site: (service, site))
        for poke in service.watch(site, lambda: self._cut or self._closed.is_set()):
            if self._cut:
                break
            yield poke
        if self._cut:
            raise LinkError(detail={"url": "loopback:", "cause": "the line is cut"})

    def close(self) -> None:
        """End the watch and refuse further calls."""
        self._closed.set()


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
        self._name, self._token = name, token

    def _actor(self) -> tuple[Services, Actor]:
        services = _SERVED.get(self._name)
        return services, services.authenticate(self._token)

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

    def service() -> tuple[CloudService, Actor]:
        services = _SERVED.get(name)
        if services.sync is None:
            raise LinkError(detail={"url": url, "cause": "this server is no cloud"})
        return services.sync, services.authenticate(credentials.token)

    return LoopbackLink(service)


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
