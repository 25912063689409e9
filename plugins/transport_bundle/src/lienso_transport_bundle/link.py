"""Lines of sites that have none: one that is always down, and one whose every call is a file.

What cannot wait for a courier (signs of life, reserved numbers, functions in the cloud) no file carries.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from lienso.errors import LinkError
from lienso.model import Actor
from lienso.sync.inquiry import CompareReply, CompareRequest, TraceReply, TraceRequest, WayStep
from lienso.sync.messages import (
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
from lienso.sync.snapshot_messages import (
    ChunkReply,
    ChunkRequest,
    SnapshotManifest,
    SnapshotRequest,
)
from lienso.transport import CloudService

from .keys import SiteKey
from .sealed_file import opened, write_sealed
from .wire import packed, unpacked

M = TypeVar("M")
Carry = Callable[[Path, Path], None]
"""Brings a file to the cloud, and its answer to the other path. Raises: LinkError."""


class ByHandLink:
    """The line of a site whose files are carried by hand: every call says how."""

    def hello(self, request: HelloRequest) -> HelloReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def push(self, request: PushRequest) -> PushReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def pull(self, request: PullRequest) -> PullReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def heartbeat(self, request: HeartbeatRequest) -> HeartbeatReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def reserve_numbers(self, request: ReserveRequest) -> ReserveReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def re_offer(self, request: ReOfferRequest) -> ReOfferReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def compare(self, request: CompareRequest) -> CompareReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def trace(self, request: TraceRequest) -> TraceReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def snapshot(self, request: SnapshotRequest) -> SnapshotManifest:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def snapshot_chunk(self, request: ChunkRequest) -> ChunkReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def call(self, request: CallRequest) -> CallReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def get_operation(self, request: OperationRequest) -> CallReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def cancel_operation(self, request: OperationRequest) -> CancelReply:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def probe(self) -> None:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def examine(self) -> Sequence[WayStep]:
        """There is no way to look at."""
        return []

    def watch(self) -> Iterator[Poke]:
        """Refuse. Raises: LinkError."""
        _by_hand()

    def hang_up(self) -> None:
        """Nothing is under way."""

    def close(self) -> None:
        """Nothing is held open."""


class CarriedLink(ByHandLink):
    """A line whose Hello, pushes and pulls are sealed files that a program carries.

    For a courier that is quick: a drop folder, a data diode with a way back. Each call waits for its
    answer; `lienso_transport_bundle.site_export` puts a whole session into one file instead.

    Args:
        folder: where the files of a call stand while it lasts.
    """

    def __init__(self, key: SiteKey, folder: Path, carry: Carry) -> None:
        self._key, self._folder, self._carry = key, folder, carry
        self._calls = 0

    def hello(self, request: HelloRequest) -> HelloReply:
        """Carry a Hello. Raises: LinkError, Refused."""
        return self._ask(request, HelloReply)

    def push(self, request: PushRequest) -> PushReply:
        """Carry a push. Raises: LinkError, Refused."""
        return self._ask(request, PushReply)

    def pull(self, request: PullRequest) -> PullReply:
        """Carry a pull. Raises: LinkError, Refused."""
        return self._ask(request, PullReply)

    def re_offer(self, request: ReOfferRequest) -> ReOfferReply:
        """Carry what a restored cloud lost. Raises: LinkError, Refused."""
        return self._ask(request, ReOfferReply)

    def snapshot(self, request: SnapshotRequest) -> SnapshotManifest:
        """Carry the wish for a snapshot. Raises: LinkError, Refused."""
        return self._ask(request, SnapshotManifest)

    def snapshot_chunk(self, request: ChunkRequest) -> ChunkReply:
        """Carry a chunk of a snapshot. Raises: LinkError, Refused."""
        return self._ask(request, ChunkReply)

    def _ask(self, request: Any, wanted: type[M]) -> M:
        self._calls += 1
        sent = self._folder / f"call-{self._calls}.bundle"
        answer = self._folder / f"answer-{self._calls}.bundle"
        try:
            write_sealed(sent, self._key, {"from": "site", "call": self._calls}, [packed(request)])
            self._carry(sent, answer)
            with opened(answer, self._key) as file:
                (frame,) = file.messages()
                answers = (file.header.get("from"), file.header.get("call"))
                if answers != ("cloud", self._calls):
                    raise file.damaged("it answers another call")
                try:
                    return unpacked(wanted, frame)
                except ValueError as error:
                    raise file.damaged(str(error).splitlines()[0]) from error
        finally:
            sent.unlink(missing_ok=True)
            answer.unlink(missing_ok=True)


def answer_call(service: CloudService, key: SiteKey, sent: Path, answer: Path) -> None:
    """In the cloud: do what a call's file asks for and write the answer.

    Raises:
        Refused: the file is not good. LiensoError: what the cloud says, which no file carries back.
    """
    by = Actor(key.tenant, "system", key.site)
    calls: Mapping[str, tuple[type[Any], Callable[[Actor, Any], Any]]] = {
        "hello": (HelloRequest, service.hello),
        "push": (PushRequest, service.push),
        "pull": (PullRequest, service.pull),
        "re_offer": (ReOfferRequest, service.re_offer),
        "snapshot": (SnapshotRequest, service.snapshot),
        "snapshot_chunk": (ChunkRequest, service.snapshot_chunk),
    }
    with opened(sent, key) as file:
        (frame,) = file.messages()
        if file.header.get("from") != "site" or frame.get("kind") not in calls:
            raise file.damaged("it is no call of a site")
        wanted, do = calls[frame["kind"]]
        try:
            request = unpacked(wanted, frame)
        except ValueError as error:
            raise file.damaged(str(error).splitlines()[0]) from error
        header = {"from": "cloud", "call": file.header.get("call")}
    write_sealed(answer, key, header, [packed(do(by, request))])


def _by_hand() -> NoReturn:
    raise LinkError("bundle_by_hand")
