"""The gRPC server: takes bytes, calls one plain function in a worker thread, gives bytes back.

No rule lives here. Messages are read and written in the worker, so that a large one holds up nobody.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any, NoReturn, TypeVar

import grpc
import grpc.aio
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_status import rpc_status
from lienso.calls import guarded
from lienso.errors import LiensoError, LimitExceeded, Refused
from lienso.messages import CORE, finding_text, text
from lienso.model import Actor
from lienso.sync.messages import Poke
from lienso.transport import CloudService, ServeOptions, Services

from . import convert, loop, profile, rpcs
from .callers import Caller, credentials_of, prepared
from .errors import status_of
from .pokes import Pokes
from .rpcs import Rpc
from .sync_calls import site_of, sync_calls
from .values import to_dict, to_message

T = TypeVar("T")

CALLS, WATCHERS, OFFICES = "calls", "watchers", "offices"
"""What is counted while it is under way."""


class GrpcServer:
    """A listening server; implements `lienso.transport.Server`."""

    def __init__(self, url: str, services: Services, options: ServeOptions) -> None:
        address = profile.parse_url(url)
        credentials = credentials_of(address, options)
        self._services, self._options = services, options
        # An API without modules behind it (a relay) has the kernel's own texts.
        self._registry: Any = getattr(services.api, "registry", SimpleNamespace(messages=CORE))
        self._stopping = threading.Event()
        self._workers = ThreadPoolExecutor(profile.WORKERS, thread_name_prefix="grpc-worker")
        self._watchers = ThreadPoolExecutor(profile.WATCHERS_MAX, thread_name_prefix="grpc-watch")
        self._at_once: Counter[str] = Counter()
        self._pokes = Pokes()
        self._forget_pokes = services.sync.listen(self._pokes.moved) if services.sync else None
        try:
            port = loop.run(self._start(address, credentials))
        except BaseException:
            self._end_pokes()
            self._workers.shutdown()
            self._watchers.shutdown()
            raise
        self._url = profile.Address(address.host, port, address.loopback).url

    @property
    def url(self) -> str:
        """Where it really listens."""
        return self._url

    def stop(self, grace_s: int = 5) -> None:
        """Refuse new calls, end the watches, let running calls finish, then close."""
        if self._stopping.is_set():
            return
        self._stopping.set()
        self._end_pokes()
        loop.run(self._close(grace_s))
        # A kernel call that has begun is not cut off: the storage is closed after this returns.
        self._workers.shutdown()
        self._watchers.shutdown()

    async def _start(
        self, address: profile.Address, credentials: grpc.ServerCredentials | None
    ) -> int:
        server = grpc.aio.server(
            options=profile.SERVER_OPTIONS, maximum_concurrent_rpcs=profile.RPCS_MAX
        )
        names = self._add_handlers(server)
        self._health = health.aio.HealthServicer()
        health_pb2_grpc.add_HealthServicer_to_server(self._health, server)
        for name in ("", *names):
            await self._health.set(name, health_pb2.HealthCheckResponse.SERVING)
        if self._options.reflection:
            # Loaded only where asked for: it pulls in every description.
            from grpc_reflection.v1alpha.reflection import SERVICE_NAME, enable_server_reflection

            enable_server_reflection((*names, health.SERVICE_NAME, SERVICE_NAME), server)
        try:
            if credentials is None:
                port = server.add_insecure_port(address.target)
            else:
                port = server.add_secure_port(address.target, credentials)
        except RuntimeError as error:
            raise Refused("address_in_use", {"url": address.url}) from error
        await server.start()
        self._server = server
        return int(port)

    def _end_pokes(self) -> None:
        if self._forget_pokes is not None:
            self._forget_pokes()

    async def _close(self, grace_s: int) -> None:
        self._pokes.end()
        await self._health.enter_graceful_shutdown()
        await self._server.stop(grace_s)

    # -- handlers -------------------------------------------------------------------------------

    def _add_handlers(self, server: grpc.aio.Server) -> list[str]:
        # Without (de)serializers a handler gets and gives bytes: what is no message is answered
        # INVALID_ARGUMENT by us, not INTERNAL by gRPC.
        work: dict[Rpc, Any] = {
            rpc: self._unary(rpc, lambda caller: caller, answer)
            for rpc, answer in self._certificate_calls().items()
        }
        if not self._options.enrolment:
            work |= {rpc: self._known(rpc, call) for rpc, call in self._calls().items()}
            if self._services.sync is not None:
                watch = rpcs.SYNC["Sync.Watch"]
                work[watch] = self._site_watch(watch, self._services.sync)
        services: dict[str, dict[str, grpc.RpcMethodHandler]] = {}
        for rpc, handle in work.items():
            service, method = rpc.path.lstrip("/").split("/")
            kind = (
                grpc.unary_stream_rpc_method_handler
                if rpc.streams
                else grpc.unary_unary_rpc_method_handler
            )
            services.setdefault(service, {})[method] = kind(handle)
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler(*item) for item in services.items()]
        )
        return list(services)

    def _calls(self) -> dict[Rpc, Callable[..., Any]]:
        """Return what is offered to callers that are known."""
        calls: dict[Rpc, Callable[..., Any]] = {
            rpc: self._api_stream(rpc) if rpc.streams else self._api_call(rpc)
            for rpc in rpcs.API.values()
        }
        if self._services.sync is not None:
            calls |= sync_calls(self._services.sync)
        return calls

    def _certificate_calls(self) -> dict[Rpc, Callable[[Caller, Any], Message]]:
        """Return enrolment, or renewal: the one on a port of its own, the other beside the rest."""
        certificates = self._services.certificates
        if certificates is None:
            return {}

        def asking(rpc: Rpc) -> Callable[[Caller, Any], Message]:
            def call(caller: Caller, request: Message) -> Message:
                body = certificates.request(rpc.name, to_dict(request), caller.certificate)
                reply: Message = to_message(rpc.reply, body)
                return reply

            return call

        return {
            rpc: asking(rpc)
            for name, rpc in rpcs.CERTIFICATES.items()
            if (name in rpcs.ENROLMENT) == self._options.enrolment
        }

    def _known(self, rpc: Rpc, call: Callable[..., Any]) -> Any:
        """Return the handler of a call that needs to know who calls."""
        if rpc.streams:
            return self._streaming(rpc, call)
        return self._unary(rpc, self._actor, call)

    def _actor(self, caller: Caller) -> Actor:
        """Say who calls, and count the call. Raises: Refused, StorageBusy."""
        actor = self._identified(caller)
        if self._services.limit is not None:
            self._services.limit(actor)
        return actor

    def _identified(self, caller: Caller) -> Actor:
        actor = self._on_the_line(caller)
        session = self._services.session
        return actor if session is None else session(actor, caller.session)

    def _on_the_line(self, caller: Caller) -> Actor:
        services = self._services
        if not caller.certificate:
            return services.authenticate(caller.token)
        if services.identify is None:
            raise Refused("unauthenticated")
        return services.identify(caller.certificate, caller.token)

    def _api_call(self, rpc: Rpc) -> Callable[[Actor, Any], Message]:
        api = self._services.api

        def call(actor: Actor, request: Message) -> Message:
            reply: Message = to_message(rpc.reply, api.request(actor, rpc.name, to_dict(request)))
            return reply

        return call

    def _api_stream(self, rpc: Rpc) -> Callable[..., Iterator[Message]]:
        api = self._services.api

        def call(actor: Actor, request: Message, stopped: Callable[[], bool]) -> Iterator[Message]:
            for item in api.stream(actor, rpc.name, to_dict(request)):
                if stopped():
                    return
                yield to_message(rpc.reply, item)

        return call

    def _unary(
        self, rpc: Rpc, who: Callable[[Caller], T], call: Callable[[T, Any], Message]
    ) -> Any:
        async def handle(data: bytes, context: Any) -> bytes:
            caller = await prepared(context)

            def work() -> bytes:
                caller.require_good_line()
                by = who(caller)  # before anything that was sent is read
                return _encoded(call(by, _decoded(rpc, data)))

            async with self._counted(context, CALLS, profile.CALLS_MAX):
                return await self._answer(context, self._in(self._workers, rpc, work))

        return handle

    def _streaming(self, rpc: Rpc, call: Callable[..., Iterator[Message]]) -> Any:
        pool = self._watchers if rpc.watches else self._workers

        async def handle(data: bytes, context: Any) -> AsyncIterator[bytes]:
            caller = await prepared(context)
            gone = threading.Event()

            def begin() -> Iterator[Message]:
                caller.require_good_line()
                actor = self._actor(caller)
                request = _decoded(rpc, data)
                return call(actor, request, lambda: gone.is_set() or self._stopping.is_set())

            def step() -> bytes | None:
                item = _next(items)
                if rpc.watches and item is not None:
                    # Who was shut out while waiting is told nothing more.
                    self._identified(caller)
                return item

            what, most = (
                (WATCHERS, profile.WATCHERS_MAX) if rpc.watches else (CALLS, profile.CALLS_MAX)
            )
            async with self._counted(context, what, most):
                try:
                    items = await self._answer(context, self._in(self._workers, rpc, begin))
                    while True:
                        item = await self._answer(context, self._in(pool, rpc, step))
                        if item is None:
                            return
                        yield item
                finally:
                    # A step under way ends soon and drops the last reference, which closes `items`.
                    gone.set()

        return handle

    def _site_watch(self, rpc: Rpc, sync: CloudService) -> Any:
        """Return the handler of an office's watch: it waits on the loop, in no thread."""

        async def handle(data: bytes, context: Any) -> AsyncIterator[bytes]:
            caller = await prepared(context)

            def begin() -> tuple[str, int]:
                caller.require_good_line()
                site = site_of(self._actor(caller))
                _decoded(rpc, data)
                return site.tenant, sync.head(site)

            async with self._counted(context, OFFICES, profile.SITES_MAX):
                tenant, seen = await self._answer(context, self._in(self._workers, rpc, begin))
                yield _encoded(convert.poke_out(Poke(seen, "start")))
                while (head := await self._pokes.after(tenant, seen)) > seen:
                    seen = head
                    # Who was shut out while waiting is told nothing more.
                    look = partial(self._identified, caller)
                    await self._answer(context, self._in(self._workers, rpc, look))
                    yield _encoded(convert.poke_out(Poke(seen)))
                    watching = self._at_once[OFFICES]
                    pause = max(profile.POKE_PAUSE_S, watching / profile.POKES_PER_S)
                    await asyncio.sleep(pause)

        return handle

    @asynccontextmanager
    async def _counted(self, context: Any, what: str, most: int) -> AsyncIterator[None]:
        """Count what is under way. Aborts with ``server_busy`` when there are too many."""
        if self._at_once[what] >= most:
            await self._abort(context, Refused("server_busy", {"what": what, "max": most}))
        self._at_once[what] += 1
        try:
            yield
        finally:
            self._at_once[what] -= 1

    async def _in(self, pool: ThreadPoolExecutor, rpc: Rpc, work: Callable[[], T]) -> T:
        running = asyncio.get_running_loop()
        result: T = await running.run_in_executor(pool, guarded, "grpc", rpc.name, work)
        return result

    async def _answer(self, context: Any, work: Awaitable[T]) -> T:
        """Wait for work; an error of ours becomes the answer."""
        try:
            return await work
        except LiensoError as error:
            failed = error
        return await self._abort(context, failed)

    async def _abort(self, context: Any, error: LiensoError) -> NoReturn:
        """Answer with a status, its details and a text in the caller's language."""
        language, registry = _language(context), self._registry
        status = status_of(
            error,
            language,
            lambda said: text(registry, said.code, said.detail, language),
            lambda finding: finding_text(registry, finding, language),
        )
        await context.abort_with_status(rpc_status.to_status(status))
        raise AssertionError("unreachable: abort raises")


def _next(items: Iterator[Message]) -> bytes | None:
    """Return the next message as bytes; None at the end."""
    item = next(items, None)
    return None if item is None else _encoded(item)


def _language(context: Any) -> str:
    for name, value in context.invocation_metadata() or ():
        if name == "accept-language" and isinstance(value, str):
            return "en" if value.lower().startswith("en") else "vi"
    return "vi"


def _decoded(rpc: Rpc, data: bytes) -> Any:
    if len(data) > profile.REQUEST_BYTES_MAX:
        detail = {"what": "message", "bytes": len(data), "max": profile.REQUEST_BYTES_MAX}
        raise LimitExceeded(detail=detail)
    return convert.decoded(rpc.request, data)


def _encoded(message: Message) -> bytes:
    data: bytes = message.SerializeToString()
    if len(data) > profile.REPLY_BYTES_MAX:
        raise LimitExceeded(
            detail={"what": "reply", "bytes": len(data), "max": profile.REPLY_BYTES_MAX}
        )
    return data
