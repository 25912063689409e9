"""A cloud in another process, and what somebody needs who means it ill."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import pytest
from lienso.canonical import canonical_text
from lienso.client import Client, connect
from lienso.ids import SystemClock, SystemIds
from lienso.sync.messages import (
    CHAIN_START,
    Change,
    HelloRequest,
    PushReply,
    PushRequest,
    Session,
    chain,
)
from lienso.transport import Credentials
from lienso_transport_grpc.client_link import GrpcLink

MESSAGE_BYTES_MAX = 256 * 1024 * 1024
IDS = SystemIds(SystemClock())


@dataclass
class Speaker:
    """A site that speaks by hand: it may say what no site would.

    Attributes:
        sealed: changes of its log; ``proofs``: one more.
    """

    name: str
    link: GrpcLink
    session: Session = field(default_factory=lambda: Session("", 0, ""))
    sealed: list[Change] = field(default_factory=list)
    proofs: list[bytes] = field(default_factory=lambda: [CHAIN_START])

    def hello(self) -> None:
        """Open a session."""
        chains = tuple(self.proofs[-1:])
        place = len(self.sealed)
        at = self.session
        reply = self.link.hello(
            HelloRequest(at.incarnation, at.history_id, place, place, chains, 0, host=self.name)
        )
        self.session = Session(reply.session_id, reply.incarnation, reply.history_id)

    def seal(self, *changes: Change) -> PushRequest:
        """Put changes into the log; returns the push that carries them."""
        first, before = len(self.sealed) + 1, self.proofs[-1]
        for change in changes:
            self.sealed.append(change)
            self.proofs.append(chain(self.proofs[-1], len(self.sealed), change))
        return PushRequest(self.session, first, before, changes)

    def push(self, *changes: Change) -> PushReply:
        """Push new changes, as a site does."""
        return self.link.push(self.seal(*changes))


def partner(code: str, **more: Any) -> Change:
    """Make a partner that this site has saved."""
    body = canonical_text({"code": code, "name": code})
    values: dict[str, Any] = {
        "change_id": IDS.new(), "type": "partner", "record_id": IDS.new(), "op": "CREATE",
        "base_version": 0, "body": body, "provenance": {"user": "u"}, **more,
    }  # fmt: skip
    return Change(**values)


@dataclass
class Victim:
    """The server under attack."""

    process: subprocess.Popen[str]
    url: str
    tokens: dict[str, str]
    closing: list[Any] = field(default_factory=list)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        host, _, port = self.url.removeprefix("grpc:").rpartition(":")
        return host, int(port)

    def speaker(self, name: str) -> Speaker:
        """Speak as a site."""
        link = GrpcLink(self.url, Credentials(self.tokens[name]))
        self.closing.append(link)
        speaker = Speaker(name, link)
        speaker.hello()
        return speaker

    def program(self, name: str = "program") -> Client:
        """Ask as a program."""
        client = connect(self.url, self.tokens[name])
        self.closing.append(client)
        return client

    def channel(self) -> grpc.Channel:
        """Open a bare channel that sends whatever it is given."""
        options = [
            ("grpc.max_send_message_length", MESSAGE_BYTES_MAX),
            ("grpc.use_local_subchannel_pool", 1),
        ]
        opened = grpc.insecure_channel(self.url.removeprefix("grpc:"), options)
        self.closing.append(opened)
        return opened

    def memory_kb(self) -> int:
        """Return how much memory the process has."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        (line,) = [line for line in status.splitlines() if line.startswith("VmRSS:")]
        return int(line.split()[1])

    def files(self) -> int:
        """Return how many files and connections the process has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


@pytest.fixture(scope="module")
def process() -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A server for the tests of a file, and its URL."""
    script = Path(__file__).with_name("server.py")
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, str(script)], stdin=pipe, stdout=pipe, text=True
    ) as running:
        assert running.stdout is not None
        assert running.stdin is not None
        yield running, json.loads(running.stdout.readline())
        running.stdin.close()


@pytest.fixture
def victim(process: tuple[subprocess.Popen[str], str]) -> Iterator[Victim]:
    """Two fresh companies on the server; after the test it must still serve."""
    running, url = process
    assert running.stdout is not None
    assert running.stdin is not None
    running.stdin.write("\n")
    running.stdin.flush()
    made = Victim(running, url, json.loads(running.stdout.readline()))
    yield made
    serves(made)
    for one in made.closing:
        one.close()


def serves(victim: Victim) -> None:
    """Make sure that another site and a program are served as if nothing had been."""
    bystander = victim.speaker("B")
    code = f"B-{secrets.token_hex(4)}"
    (verdict,) = bystander.push(partner(code)).verdicts
    assert verdict.code == "APPLIED"
    assert victim.program().get("partner", code).version == 1


def raw(
    channel: grpc.Channel, path: str, data: bytes, token: str, timeout: int = 30
) -> grpc.StatusCode:
    """Send bytes to an rpc; returns what came of it."""
    metadata = (("authorization", f"Bearer {token}"),)
    try:
        channel.unary_unary(path)(data, metadata=metadata, timeout=timeout)
    except grpc.RpcError as error:
        code: grpc.StatusCode = error.code()
        return code
    return grpc.StatusCode.OK


def codes(victim: Victim) -> Sequence[str]:
    """Return the codes of all partners of the first company."""
    return sorted(record.data["code"] for record in victim.program().list("partner"))
