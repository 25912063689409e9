"""A site's file, read whole and proven before anything is done with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from lienso.sync.messages import HelloRequest, PullRequest, PushRequest, chain

from .sealed_file import SealedFile
from .wire import unpacked


@dataclass(frozen=True, slots=True)
class Checked:
    """What a site's file says, without its changes: these are read again, part by part.

    Attributes:
        hello: as written; its ids also name all changes of the file and what they supersede.
        proof: the chain at the position that was asked for; None when the log does not reach it.
        digest: of everything in the file.
    """

    hello: HelloRequest
    pull: PullRequest
    proof: bytes | None
    changes: int
    digest: str


def check(file: SealedFile, position: int) -> Checked:
    """Read all of a site's file and prove its log; returns it with the proof at a position.

    Raises:
        Refused: ``bundle_damaged``.
    """
    try:
        return _Check(file, position).run()
    except ValueError as error:
        raise file.damaged(_short(error)) from error


def pushes(file: SealedFile) -> Iterator[PushRequest]:
    """Yield the pushes of a file that was checked. Raises: Refused: ``bundle_damaged``."""
    for frame in file.messages():
        if frame.get("kind") == "push":
            try:
                yield unpacked(PushRequest, frame)
            except ValueError as error:
                raise file.damaged(_short(error)) from error


def _short(error: ValueError) -> str:
    return str(error).splitlines()[0]


class _Check:
    def __init__(self, file: SealedFile, position: int) -> None:
        self._file, self._position = file, position
        self._seq = self._changes = 0
        self._chain = b""
        self._proof: bytes | None = None
        self._ids: set[str] = set()

    def run(self) -> Checked:
        frames = self._file.messages()
        hello = unpacked(HelloRequest, next(frames, {}))
        if len(hello.chains) != 2 or not 0 <= hello.acked <= hello.sealed:
            raise ValueError("a Hello without its proofs")
        self._ids = set(hello.unacked_change_ids)
        self._stand(hello.acked, hello.chains[0])
        last: Any = None
        for frame in frames:
            if last is not None:
                raise ValueError("something stands after the pull")
            if frame.get("kind") == "pull":
                last = unpacked(PullRequest, frame)
            else:
                self._take(unpacked(PushRequest, frame))
        if last is None:
            raise ValueError("the pull is missing")
        if (self._seq, self._chain) != (hello.sealed, hello.chains[1]):
            raise ValueError("the log does not end where Hello says")
        self._compare_header(hello, last)
        hello = replace(hello, unacked_change_ids=tuple(sorted(self._ids)))
        return Checked(hello, last, self._proof, self._changes, self._file.digest)

    def _stand(self, seq: int, proof: bytes) -> None:
        self._seq, self._chain = seq, proof
        if seq == self._position:
            self._proof = proof

    def _take(self, push: PushRequest) -> None:
        if (push.first_seq, push.previous_chain) != (self._seq + 1, self._chain):
            raise ValueError("a push does not go on from the one before")
        for change in push.changes:
            self._stand(self._seq + 1, chain(self._chain, self._seq + 1, change))
        for change in (*push.changes, *push.retries):
            self._changes += 1
            self._ids |= {change.change_id, *change.supersedes}

    def _compare_header(self, hello: HelloRequest, pull: PullRequest) -> None:
        header = self._file.header
        said = (header.get("incarnation"), header.get("history"), header.get("ranges"))
        ranges = {
            "first_seq": hello.acked + 1,
            "last_seq": hello.sealed,
            "cursor": hello.cursor,
        }
        if said != (hello.incarnation, hello.history_id, ranges) or pull.cursor != hello.cursor:
            raise ValueError("the header does not say what the messages say")
