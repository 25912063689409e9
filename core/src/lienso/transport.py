"""The transport contract: how a site and the cloud, and programs and a server, reach each other.

A transport translates and carries; no rule lives in it. `lienso.testing.TransportContract` decides
who is a transport.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

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

if TYPE_CHECKING:
    from .model import Actor


Compression = Literal["auto", "gzip", "none"]
"""``auto``: gzip for whatever leaves this machine. On a LAN ``none`` spares the time that gzip takes
(sync-design §15: an eighth of the bytes)."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client shows: a certificate, or on loopback a token given by the administrator.

    Attributes:
        token: ``<tenant>.<name>.<secret>``; never logged.
        ca_file: certificate authority of the server, PEM; empty on loopback.
        identity_file: the client's key and certificate, PEM; read again when it was replaced.
        pin: fingerprint of the server's authority, for the first call of all, which has no
            ``ca_file`` yet; the server is asked for it, and checked, before anything else is said.
        compression: of a site's messages and their answers; see `Compression`.
    """

    token: str
    ca_file: str = ""
    identity_file: str = ""
    pin: str = ""
    compression: Compression = "auto"

    def __repr__(self) -> str:
        return "Credentials(token='…')"


@dataclass(frozen=True, slots=True)
class Tls:
    """What a server shows in a handshake, and whom it lets in; PEM.

    Attributes:
        client_authorities: who may certify clients; None lets in callers without a certificate.
    """

    certificate: bytes
    key: bytes = field(repr=False)
    client_authorities: bytes | None = None


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """How to listen.

    Attributes:
        certificate_file, key_file: PEM files: an encrypted line for tokens, on loopback only.
        reflection: describe the API to tools that ask.
        tls: asked at every handshake; needed on any address but loopback.
        enrolment: offer enrolment, and nothing else, to callers without a certificate.
    """

    certificate_file: str = ""
    key_file: str = ""
    reflection: bool = False
    tls: Callable[[], Tls] | None = None
    enrolment: bool = False


class Link(Protocol):
    """A site's line to the cloud. Every call blocks, has a deadline, and raises LinkError when its
    outcome is unknown; other errors are those that the cloud raised, by code."""

    def hello(self, request: HelloRequest) -> HelloReply: ...
    def push(self, request: PushRequest) -> PushReply: ...
    def pull(self, request: PullRequest) -> PullReply: ...
    def heartbeat(self, request: HeartbeatRequest) -> HeartbeatReply: ...
    def reserve_numbers(self, request: ReserveRequest) -> ReserveReply: ...
    def re_offer(self, request: ReOfferRequest) -> ReOfferReply: ...
    def compare(self, request: CompareRequest) -> CompareReply: ...
    def trace(self, request: TraceRequest) -> TraceReply: ...
    def snapshot(self, request: SnapshotRequest) -> SnapshotManifest: ...
    def snapshot_chunk(self, request: ChunkRequest) -> ChunkReply: ...
    def call(self, request: CallRequest) -> CallReply: ...
    def get_operation(self, request: OperationRequest) -> CallReply: ...
    def cancel_operation(self, request: OperationRequest) -> CancelReply: ...

    def probe(self) -> None:
        """Ask for a sign of life. Raises: LinkError."""
        ...

    def examine(self) -> Sequence[WayStep]:
        """Look at the way to the cloud, step by step up to the first that is not good; for people.
        Empty where there is no way to look at."""
        ...

    def watch(self) -> Iterator[Poke]:
        """Yield pokes until the line breaks (LinkError) or `close` ends it."""
        ...

    def hang_up(self) -> None:
        """End the calls under way and the watch with LinkError, and send nothing more, not even a
        sign of life, until the next call."""
        ...

    def close(self) -> None: ...


class CloudService(Protocol):
    """What the cloud answers to a site; ``site`` is made from its credentials."""

    def hello(self, site: Actor, request: HelloRequest) -> HelloReply: ...
    def push(self, site: Actor, request: PushRequest) -> PushReply: ...
    def pull(self, site: Actor, request: PullRequest) -> PullReply: ...
    def heartbeat(self, site: Actor, request: HeartbeatRequest) -> HeartbeatReply: ...
    def reserve_numbers(self, site: Actor, request: ReserveRequest) -> ReserveReply: ...
    def re_offer(self, site: Actor, request: ReOfferRequest) -> ReOfferReply: ...
    def compare(self, site: Actor, request: CompareRequest) -> CompareReply: ...
    def trace(self, site: Actor, request: TraceRequest) -> TraceReply: ...
    def snapshot(self, site: Actor, request: SnapshotRequest) -> SnapshotManifest: ...
    def snapshot_chunk(self, site: Actor, request: ChunkRequest) -> ChunkReply: ...
    def call(self, site: Actor, request: CallRequest) -> CallReply: ...
    def get_operation(self, site: Actor, request: OperationRequest) -> CallReply: ...
    def cancel_operation(self, site: Actor, request: OperationRequest) -> CancelReply: ...
    def watch(self, site: Actor, stopped: Callable[[], bool]) -> Iterator[Poke]: ...

    def head(self, site: Actor) -> int:
        """Return how far the feed of a site's company has come."""
        ...

    def listen(self, told: Callable[[str, int], None]) -> Callable[[], None]:
        """Have tenant and head told after each commit that moved a feed, in its thread: it must return
        at once. Returns the function that ends it. For servers that wait without a thread a watch."""
        ...


class Api(Protocol):
    """The client API of a server: rpc name and JSON object → JSON object."""

    def request(self, by: Actor, rpc: str, body: Mapping[str, object]) -> dict[str, object]: ...
    def stream(
        self, by: Actor, rpc: str, body: Mapping[str, object]
    ) -> Iterator[dict[str, object]]: ...


class CertificateService(Protocol):
    """What a cloud does about certificates: enrolment and renewal."""

    def request(
        self, rpc: str, body: Mapping[str, object], certificate: bytes
    ) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class Services:
    """What a server offers. ``sync`` and what stands below it are None at a site.

    Attributes:
        authenticate: token (empty for none) → actor. Raises: Refused ``unauthenticated``.
        identify: certificate (PEM) that a caller proved to hold, token → actor. Raises: Refused.
        certificates: enrolment (where `ServeOptions.enrolment` says so) and renewal.
        limit: counts a call of an actor. Raises: StorageBusy ``rate_limited``.
        session: the caller's line, session token (empty: none) → the user signed in. Raises: Refused
            ``session_ended``.
    """

    api: Api
    authenticate: Callable[[str], Actor]
    sync: CloudService | None = None
    identify: Callable[[bytes, str], Actor] | None = None
    certificates: CertificateService | None = None
    limit: Callable[[Actor], None] | None = None
    session: Callable[[Actor, str], Actor] | None = None


class Server(Protocol):
    """A listening server."""

    @property
    def url(self) -> str:
        """Where it really listens: with the port that was given for port 0."""
        ...

    def stop(self, grace_s: int = 5) -> None:
        """Refuse new calls, let running ones finish for so long, then close."""
        ...


class ApiConnection(Protocol):
    """A program's line to a server's client API: rpc name and JSON object → JSON object.

    `lienso.client.Client` gives it types.
    """

    def use_session(self, token: str) -> None:
        """Show a session's token with every further call; none when it is empty."""
        ...

    def request(self, rpc: str, body: Mapping[str, object]) -> dict[str, object]: ...
    def stream(self, rpc: str, body: Mapping[str, object]) -> Iterator[dict[str, object]]: ...
    def close(self) -> None: ...
