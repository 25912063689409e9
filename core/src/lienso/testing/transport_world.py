"""What a transport is tried with: a far end that keeps what came, and messages with something in
every field."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, ClassVar, TypeVar

import pytest

from ..errors import LiensoError, Refused
from ..model import Actor
from ..storage import StoredRecord
from ..sync.cloud_log import check_size
from ..sync.inquiry import CompareReply, CompareRequest, TraceReply, TraceRequest
from ..sync.messages import (
    CallReply,
    CallRequest,
    CancelReply,
    Change,
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
    Session,
    Verdict,
)
from ..sync.snapshot_messages import ChunkReply, ChunkRequest, SnapshotManifest, SnapshotRequest
from ..transport import ApiConnection, Credentials, Link, ServeOptions, Server, Services

TENANT = "01890000-0000-7000-8000-000000000001"
OTHER_TENANT = "01890000-0000-7000-8000-000000000002"
TOKEN = f"{TENANT}.S1.secret"
ACTORS: Mapping[str, Actor] = {
    TOKEN: Actor(TENANT, "system", "S1"),
    f"{TENANT}.S2.secret": Actor(TENANT, "system", "S2"),
    f"{OTHER_TENANT}.S1.secret": Actor(OTHER_TENANT, "system", "S1"),
    f"{TENANT}.program.secret": Actor(TENANT, "program"),
}
"""Who stands behind which token: two sites of a company, a site of another one, and a program."""

SITE = ACTORS[TOKEN]
PROGRAM_TOKEN = f"{TENANT}.program.secret"
SESSION = Session("phiên-1", 7, "lịch-sử")
WAIT_S = 10
"""A thread that has not ended by then hangs."""


def authenticate(token: str) -> Actor:
    """Say who stands behind a token. Raises: Refused: ``unauthenticated``."""
    if token not in ACTORS:
        raise Refused("unauthenticated")
    return ACTORS[token]


class ApiPeer:
    """A client API that keeps what came (who, rpc, body), in order, and answers what it was told."""

    def __init__(self) -> None:
        self.received: list[tuple[Actor, str, dict[str, object]]] = []
        self.ended = threading.Event()
        self._answers: dict[str, Any] = {}

    def answers(self, rpc: str, answer: Any) -> None:
        """Give this answer to an rpc, the answers of this list to a stream, or raise an error."""
        self._answers[rpc] = answer

    def request(self, by: Actor, rpc: str, body: Mapping[str, object]) -> dict[str, object]:
        self.received.append((by, rpc, dict(body)))
        answer: dict[str, object] = _given(self._answers[rpc])
        return answer

    def stream(
        self, by: Actor, rpc: str, body: Mapping[str, object]
    ) -> Iterator[dict[str, object]]:
        self.received.append((by, rpc, dict(body)))
        try:
            for answer in self._answers[rpc]:
                yield _given(answer)
        finally:
            self.ended.set()


def _given(answer: Any) -> Any:
    if isinstance(answer, Exception):
        raise answer
    return answer() if callable(answer) else answer


class Peer:
    """What stands at the far end: keeps what came and answers what it was told.

    Attributes:
        received: (who, message) of every call, in order.
    """

    def __init__(self) -> None:
        self.received: list[tuple[Actor, Any]] = []
        self._answers: dict[str, Any] = {}
        self._told = threading.Condition()
        self._pokes: list[Poke] = [Poke(1, "start")]
        self._listeners: list[Callable[[str, int], None]] = []

    def answers(self, call: str, answer: Any) -> None:
        """Give this reply to a call, raise it where it is an error, or ask for it where it is called."""
        self._answers[call] = answer

    def poke(self, poke: Poke) -> None:
        """Tell the watchers."""
        with self._told:
            self._pokes.append(poke)
            self._told.notify_all()
        for told in tuple(self._listeners):
            told(TENANT, poke.head)

    def head(self, site: Actor) -> int:
        self.received.append((site, "watch"))
        return self._pokes[-1].head

    def listen(self, told: Callable[[str, int], None]) -> Callable[[], None]:
        self._listeners.append(told)
        return partial(self._listeners.remove, told)

    def _take(self, call: str, site: Actor, request: Any) -> Any:
        self.received.append((site, request))
        return _given(self._answers[call])

    def hello(self, site: Actor, request: HelloRequest) -> HelloReply:
        reply: HelloReply = self._take("hello", site, request)
        return reply

    def push(self, site: Actor, request: PushRequest) -> PushReply:
        check_size(request)
        reply: PushReply = self._take("push", site, request)
        return reply

    def pull(self, site: Actor, request: PullRequest) -> PullReply:
        reply: PullReply = self._take("pull", site, request)
        return reply

    def heartbeat(self, site: Actor, request: HeartbeatRequest) -> HeartbeatReply:
        reply: HeartbeatReply = self._take("heartbeat", site, request)
        return reply

    def reserve_numbers(self, site: Actor, request: ReserveRequest) -> ReserveReply:
        reply: ReserveReply = self._take("reserve_numbers", site, request)
        return reply

    def re_offer(self, site: Actor, request: ReOfferRequest) -> ReOfferReply:
        reply: ReOfferReply = self._take("re_offer", site, request)
        return reply

    def compare(self, site: Actor, request: CompareRequest) -> CompareReply:
        reply: CompareReply = self._take("compare", site, request)
        return reply

    def trace(self, site: Actor, request: TraceRequest) -> TraceReply:
        reply: TraceReply = self._take("trace", site, request)
        return reply

    def snapshot(self, site: Actor, request: SnapshotRequest) -> SnapshotManifest:
        reply: SnapshotManifest = self._take("snapshot", site, request)
        return reply

    def snapshot_chunk(self, site: Actor, request: ChunkRequest) -> ChunkReply:
        reply: ChunkReply = self._take("snapshot_chunk", site, request)
        return reply

    def call(self, site: Actor, request: CallRequest) -> CallReply:
        reply: CallReply = self._take("call", site, request)
        return reply

    def get_operation(self, site: Actor, request: OperationRequest) -> CallReply:
        reply: CallReply = self._take("get_operation", site, request)
        return reply

    def cancel_operation(self, site: Actor, request: OperationRequest) -> CancelReply:
        reply: CancelReply = self._take("cancel_operation", site, request)
        return reply

    def watch(self, site: Actor, stopped: Callable[[], bool]) -> Iterator[Poke]:
        self.received.append((site, "watch"))
        given = 0
        while not stopped():
            with self._told:
                if given == len(self._pokes):
                    self._told.wait(timeout=0.1)
                new = self._pokes[given:]
            given += len(new)
            yield from new


def change(number: int = 1, **more: Any) -> Change:
    """Return a change with something in every field."""
    values: dict[str, Any] = {
        "change_id": f"change-{number:05d}",
        "type": "cash_receipt",
        "record_id": f"record-{number:05d}",
        "op": "UPDATE",
        "base_version": 3,
        "body": '{"description":"Thu tiền của Công ty Đông Á — “nợ cũ”","no":"PT00001"}',
        "schema_version": 2,
        "base_body": '{"description":"Thu tiền"}',
        "refs": {"object-1": "object"},
        "post_on_apply": ("financial", "management"),
        "pass_warnings": True,
        "supersedes": ("change-0",),
        "override": {"seen_version": 4, "choice": "mine"},
        "group_id": "nhóm-1",
        "made_offline": True,
        "provenance": {"user": "kế toán", "site": "S1"},
        "attempt": 2,
    }
    return Change(**{**values, **more})


def bare_change() -> Change:
    """Return a change with nothing but what it must have."""
    return Change("c", "t", "r", "DELETE", 0, "")


def record(number: int = 1, body: str = '{"name":"Vật tư hàng hóa"}') -> StoredRecord:
    """Return a stored record with something in every field."""
    return StoredRecord(
        "item",
        f"record-{number:05d}",
        5,
        2**40 + number,
        False,
        2,
        body,
        "ab" * 32,
        '{"number":"VT01"}',
        "CN1",
        '{"financial":{"status":"posted"}}',
        '{"user":"kế toán"}',
        "2026-03-02T05:00:00.000000Z",
    )


def bare_record() -> StoredRecord:
    """Return a tombstone: every text that may be empty is."""
    return StoredRecord("item", "record-0", 1, 1, True, 1, "", "", "", "", "", "", "")


def verdict(number: int = 1) -> Verdict:
    """Return a refusal with its reason and the record that stands in its way."""
    detail = {"code": "version_conflict", "stored": 5, "holder": {"id": "x"}, "errors": []}
    return Verdict(f"change-{number:05d}", "CONFLICT_EDIT", 5, 12, record(), detail, '{"a":1}')


def push_request(*changes: Change) -> PushRequest:
    """Return a push of these changes."""
    return PushRequest(SESSION, 1, bytes(range(32)), changes, (change(0),), ("change-9",))


GROUPS: Mapping[str, str] = {
    "serving": "it listens at an address and lets in by token",
    "life": "signs of life go at once",
    "numbers": "numbers are reserved",
    "calls": "functions, figures and reports run in the cloud, and any error comes back",
    "watch": "watchers are poked, and a line is cut, hung up and closed under them",
    "programs": "programs use the client API",
}
"""What a transport may leave out; Hello, push and pull are what makes it one."""

T = TypeVar("T", bound=Callable[..., Any])


def needs(*groups: str) -> Callable[[T], T]:
    """Mark a test of things that a transport may leave out."""
    assert set(groups) <= set(GROUPS)

    def mark(test: T) -> T:
        # Functions take attributes, though their type does not say so.
        test.needs = groups  # type: ignore[attr-defined]
        return test

    return mark


class TransportCase:
    """What every test of the contract stands on.

    Attributes:
        plugin: the module with `lienso_serve`, `lienso_connect` and `lienso_connect_api`.
        listen: a URL on this machine where a free port or name is picked.
        not_applicable: group → why this transport leaves it out.
    """

    plugin: ClassVar[Any]
    listen: ClassVar[str]
    not_applicable: ClassVar[Mapping[str, str]] = {}

    @pytest.fixture(autouse=True)
    def _applies(self, request: pytest.FixtureRequest) -> None:
        for group in getattr(request.function, "needs", ()):
            if group in self.not_applicable:
                pytest.skip(f"{group} does not apply: {self.not_applicable[group]}")

    @pytest.fixture
    def peer(self) -> Peer:
        """The far end."""
        return Peer()

    @pytest.fixture
    def api(self) -> ApiPeer:
        """The client API at the far end."""
        return ApiPeer()

    @pytest.fixture
    def server(self, peer: Peer, api: ApiPeer) -> Iterator[Server]:
        """A listening server with the far end behind it."""
        server = self.serve(peer, api)
        yield server
        server.stop(grace_s=0)

    @pytest.fixture
    def link(self, server: Server) -> Iterator[Link]:
        """The line of site S1."""
        link = self.connect(server.url)
        yield link
        link.close()

    @pytest.fixture
    def program(self, server: Server) -> Iterator[ApiConnection]:
        """The line of a program."""
        connection = self.connect_api(server.url)
        yield connection
        connection.close()

    def serve(self, peer: Peer, api: ApiPeer, listen: str = "") -> Server:
        """Listen for sites and programs."""
        services = Services(api, authenticate, peer)
        url = listen or self.listen
        server: Server | None = self.plugin.lienso_serve(url, services, ServeOptions())
        assert server is not None, f"the plugin does not listen at {url}"
        return server

    def connect_api(self, url: str, token: str = PROGRAM_TOKEN) -> ApiConnection:
        """Open a program's line."""
        line: ApiConnection | None = self.plugin.lienso_connect_api(url, Credentials(token))
        assert line is not None, f"the plugin does not connect to {url}"
        return line

    def connect(self, url: str, token: str = TOKEN) -> Link:
        """Open a line."""
        link: Link | None = self.plugin.lienso_connect(url, Credentials(token))
        assert link is not None, f"the plugin does not connect to {url}"
        return link


class Background:
    """A thread, and the error it ended with."""

    def __init__(self, work: Callable[[], object], ended: threading.Event | None = None) -> None:
        self._work, self._ended = work, ended or threading.Event()
        self._error: LiensoError | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._work()
        except LiensoError as error:
            self._error = error
        finally:
            self._ended.set()

    def error(self) -> LiensoError | None:
        """Wait for the end; returns the error, None for none."""
        self._thread.join(WAIT_S)
        assert not self._thread.is_alive(), "it did not end"
        return self._error


class Watching(Background):
    """A thread that watches until it is ended."""

    def __init__(self, link: Link) -> None:
        self._started = threading.Event()

        def watch() -> None:
            for _poke in link.watch():
                self._started.set()

        super().__init__(watch)
        assert self._started.wait(WAIT_S), "the watch never began"
