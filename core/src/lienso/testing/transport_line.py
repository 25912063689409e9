"""Transport contract: the line itself: watching, hanging up, stopping, unknown outcomes."""

from __future__ import annotations

import threading

import pytest

from ..errors import LinkError
from ..sync.messages import (
    CallReply,
    CallRequest,
    HelloRequest,
    Poke,
    PushReply,
    PushRequest,
)
from ..transport import Link, Server
from .transport_world import (
    SESSION,
    WAIT_S,
    Background,
    Peer,
    TransportCase,
    Watching,
    needs,
)


class LineTests(TransportCase):
    """A line breaks, ends and comes back."""

    @needs("serving")
    def test_a_line_to_nobody_says_so(self, server: Server) -> None:
        url = server.url
        server.stop(grace_s=0)
        link = self.connect(url)

        with pytest.raises(LinkError):
            link.probe()
        with pytest.raises(LinkError):
            link.hello(HelloRequest(0, "", 0, 0, (), 0))
        link.close()

    @needs("serving")
    def test_a_server_that_stopped_is_a_broken_line(
        self, server: Server, peer: Peer, link: Link
    ) -> None:
        link.probe()
        server.stop(grace_s=0)

        with pytest.raises(LinkError):
            link.push(PushRequest(SESSION, 1, bytes(32)))
        assert peer.received == []

    @needs("watch")
    def test_an_answer_that_a_stopping_server_did_not_give_is_unknown(
        self, server: Server, peer: Peer, link: Link
    ) -> None:
        began, go_on = threading.Event(), threading.Event()

        def slowly() -> PushReply:
            began.set()
            assert go_on.wait(WAIT_S)
            return PushReply(SESSION, (), 1, 1)

        peer.answers("push", slowly)
        one_ended = threading.Event()
        push = PushRequest(SESSION, 1, bytes(32))
        pushing = Background(lambda: link.push(push), one_ended)
        assert began.wait(WAIT_S)
        stopping = Background(lambda: server.stop(grace_s=0), one_ended)
        assert one_ended.wait(WAIT_S), "neither was the call cut off nor is the server gone"
        go_on.set()

        assert stopping.error() is None
        assert isinstance(pushing.error(), LinkError)
        assert len(peer.received) == 1

    @needs("watch")
    def test_a_watcher_is_poked(self, peer: Peer, link: Link) -> None:
        pokes = link.watch()

        first = next(pokes)
        peer.poke(Poke(2**40, "feed"))

        assert first == Poke(1, "start")
        assert next(pokes) == Poke(2**40, "feed")
        link.close()

    @needs("calls")
    def test_calls_go_on_while_somebody_watches(self, peer: Peer, link: Link) -> None:
        peer.answers("call", CallReply("ok", 1))
        pokes = link.watch()
        next(pokes)

        assert link.call(CallRequest("figure", "a.b", {}, "1")).result == "ok"
        link.close()

    @needs("watch")
    def test_closing_ends_a_watch_without_an_error(self, link: Link) -> None:
        watching = Watching(link)

        link.close()

        assert watching.error() is None

    @needs("watch")
    def test_a_server_that_stops_ends_a_watch_with_an_error(
        self, server: Server, link: Link
    ) -> None:
        watching = Watching(link)

        server.stop(grace_s=0)

        assert isinstance(watching.error(), LinkError)

    @needs("watch")
    def test_hanging_up_ends_a_watch_and_the_line_can_be_used_again(
        self, peer: Peer, link: Link
    ) -> None:
        peer.answers("call", CallReply("ok", 1))
        watching = Watching(link)

        link.hang_up()

        assert isinstance(watching.error(), LinkError)
        assert link.call(CallRequest("figure", "a.b", {}, "1")).result == "ok"
        assert next(link.watch()) == Poke(1, "start")

    @needs("watch")
    def test_hanging_up_makes_the_outcome_of_a_call_unknown(self, peer: Peer, link: Link) -> None:
        began, go_on = threading.Event(), threading.Event()

        def slowly() -> PushReply:
            began.set()
            assert go_on.wait(WAIT_S)
            return PushReply(SESSION, (), 1, 1)

        peer.answers("push", slowly)
        pushing = Background(lambda: link.push(PushRequest(SESSION, 1, bytes(32))))
        assert began.wait(WAIT_S)

        link.hang_up()
        go_on.set()

        assert isinstance(pushing.error(), LinkError)

    @needs("watch")
    def test_a_closed_line_carries_nothing_more(self, peer: Peer, link: Link) -> None:
        link.close()
        link.close()

        with pytest.raises(LinkError):
            link.probe()
        with pytest.raises(LinkError):
            link.push(PushRequest(SESSION, 1, bytes(32)))
        assert list(link.watch()) == []
        assert peer.received == []

    @needs("serving")
    def test_a_server_may_be_stopped_twice(self, server: Server, link: Link) -> None:
        link.probe()
        server.stop(grace_s=0)
        server.stop(grace_s=0)

        with pytest.raises(LinkError):
            link.probe()
