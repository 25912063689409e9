"""The in-process transport keeps the contract, and its line can be cut like a cable."""

from __future__ import annotations

from typing import Any

import pytest
from lienso import loopback
from lienso.errors import LinkError
from lienso.sync.messages import CallReply, CallRequest
from lienso.testing import TransportContract
from lienso.testing.transport_world import SITE, Peer

CALL = CallRequest("figure", "a.b", {}, "1")


class TestLoopback(TransportContract):
    plugin = loopback
    listen = "loopback:0"


@pytest.fixture
def peer() -> Peer:
    peer = Peer()
    peer.answers("call", CallReply("ok", 1))
    return peer


def test_a_cut_line_carries_nothing_until_it_is_mended(peer: Peer) -> None:
    link = loopback.LoopbackLink(lambda: (peer, SITE))
    link.cut()

    with pytest.raises(LinkError):
        link.call(CALL)
    link.restore()

    assert link.call(CALL).result == "ok"
    assert len(peer.received) == 1


def test_an_answer_over_a_line_that_was_cut_meanwhile_is_lost(peer: Peer) -> None:
    class Cutter(Peer):
        def call(self, site: Any, request: CallRequest) -> CallReply:
            link.cut()
            return peer.call(SITE, request)

    link = loopback.LoopbackLink(lambda: (Cutter(), SITE))

    with pytest.raises(LinkError):
        link.call(CALL)

    assert len(peer.received) == 1
