"""The conformance suite of transports: a transport that passes it is a transport.

A transport's tests subclass it and name the plugin's module and where it may listen:

    class TestAcmeTransport(TransportContract):
        plugin = lienso_transport_acme.plugin
        listen = "acme:127.0.0.1:0"

It needs pytest. What only one transport can show (a hostile peer, certificates) stands in its tests.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest

from ..errors import Fenced, LiensoError, LinkError, OfflineRefused, Refused, VersionConflict
from ..model import Finding
from ..sync.messages import (
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
    Verdict,
)
from ..transport import ApiConnection, Credentials, Link, ServeOptions, Server, Services
from .transport_world import (
    ACTORS,
    PROGRAM_TOKEN,
    SESSION,
    SITE,
    TOKEN,
    WAIT_S,
    ApiPeer,
    Peer,
    authenticate,
    bare_change,
    bare_record,
    change,
    push_request,
    record,
    verdict,
)


class TransportContract:
    """All tests; override ``plugin`` and ``listen``.

    Attributes:
        plugin: the module with `lienso_serve` and `lienso_connect`.
        listen: a URL on this machine where a free port or name is picked.
    """

    plugin: ClassVar[Any]
    listen: ClassVar[str]

    # -- what a test stands on ----------------------------------------------------------------------

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

    # -- addresses ----------------------------------------------------------------------------------

    def test_the_url_of_a_server_is_where_it_really_listens(
        self, server: Server, link: Link
    ) -> None:
        assert server.url != self.listen
        assert server.url.partition(":")[0] == self.listen.partition(":")[0]
        link.probe()

    def test_another_scheme_is_left_to_others(self, peer: Peer, api: ApiPeer) -> None:
        services = Services(api, authenticate, peer)

        assert self.plugin.lienso_connect("nowhere:1", Credentials(TOKEN)) is None
        assert self.plugin.lienso_connect_api("nowhere:1", Credentials(TOKEN)) is None
        assert self.plugin.lienso_serve("nowhere:1", services, ServeOptions()) is None

    def test_an_address_is_served_once(self, server: Server, peer: Peer, api: ApiPeer) -> None:
        with pytest.raises(Refused) as refused:
            self.serve(peer, api, server.url)

        assert refused.value.code == "address_in_use"

    def test_two_servers_do_not_meet(self, peer: Peer, api: ApiPeer, link: Link) -> None:
        other = Peer()
        second = self.serve(other, api)
        line = self.connect(second.url)
        for far_end in (peer, other):
            far_end.answers("call", CallReply(None, 0))

        line.call(CallRequest("invoke", "a.b", {}, "1"))

        assert (len(peer.received), len(other.received)) == (0, 1)
        line.close()
        second.stop(grace_s=0)

    def test_sites_and_companies_are_kept_apart_by_their_credentials(
        self, server: Server, peer: Peer
    ) -> None:
        sites = {token: actor for token, actor in ACTORS.items() if actor.site}
        links = {token: self.connect(server.url, token) for token in sites}
        peer.answers("push", PushReply(SESSION, (), 0, 0))

        for link in links.values():
            link.push(PushRequest(SESSION, 1, bytes(32)))
            next(link.watch())

        said = [(by, what if what == "watch" else "push") for by, what in peer.received]
        assert said == [(by, what) for by in sites.values() for what in ("push", "watch")]
        for link in links.values():
            link.close()

    def test_a_program_is_no_site(self, server: Server, peer: Peer) -> None:
        link = self.connect(server.url, PROGRAM_TOKEN)

        for ask in (link.probe, lambda: link.hello(HelloRequest(0, "", 0, 0, (), 0))):
            with pytest.raises(Refused) as refused:
                ask()
            assert refused.value.code == "no_permission"
        assert peer.received == []
        link.close()

    # -- round trips --------------------------------------------------------------------------------

    def test_a_hello_arrives_as_it_was_said(self, peer: Peer, link: Link) -> None:
        chains = tuple(bytes([number]) * 32 for number in range(5))
        request = HelloRequest(
            2**31, "lịch-sử", 2**40, 2**40 - 4, chains, 2**41, ("c1", "c2"), "máy chủ A", 1, 3,
            {"cash": "lienso-cash 0.1.0"}, "2026-03-02T05:00:00.000000Z",
        )  # fmt: skip
        reply = HelloReply(
            "NEW_INCARNATION", "phiên", 3, "lịch-sử", 2**40, 2**41, "2026-03-02T05:00:00.000000Z",
            (verdict(), Verdict("c", "APPLIED")), (change(), bare_change()), 17,
        )  # fmt: skip
        peer.answers("hello", reply)

        assert link.hello(request) == reply
        assert peer.received == [(SITE, request)]

    def test_the_first_hello_of_a_new_site_says_next_to_nothing(
        self, peer: Peer, link: Link
    ) -> None:
        request = HelloRequest(0, "", 0, 0, (bytes(32),), 0)
        reply = HelloReply("OK", "s", 1, "h", 0, 0, "")
        peer.answers("hello", reply)

        assert link.hello(request) == reply
        assert peer.received == [(SITE, request)]

    @pytest.mark.parametrize("decision", ["OK", "NEW_HISTORY", "CURSOR_INVALID"])
    def test_every_decision_comes_through(self, peer: Peer, link: Link, decision: str) -> None:
        peer.answers("hello", HelloReply(decision, "s", 1, "h", 0, 0, ""))

        assert link.hello(HelloRequest(1, "h", 0, 0, (), 0)).decision == decision

    def test_a_push_arrives_byte_for_byte(self, peer: Peer, link: Link) -> None:
        request = push_request(change(), bare_change(), change(3, op="CREATE"))
        reply = PushReply(SESSION, (verdict(), Verdict("c", "APPLIED", 1, 2)), 3, 2**40)
        peer.answers("push", reply)

        assert link.push(request) == reply
        [(_, received)] = peer.received
        assert received == request
        sent = [one.content() for one in request.changes]
        assert [one.content() for one in received.changes] == sent
        assert [one.digest() for one in received.changes] == [c.digest() for c in request.changes]

    def test_an_empty_push_is_one_too(self, peer: Peer, link: Link) -> None:
        request = PushRequest(SESSION, 1, bytes(32))
        reply = PushReply(SESSION, (), 0, 0)
        peer.answers("push", reply)

        assert link.push(request) == reply
        assert peer.received == [(SITE, request)]

    def test_five_hundred_changes_go_in_one_push(self, peer: Peer, link: Link) -> None:
        changes = tuple(change(number, attempt=1) for number in range(1, 500))
        request = push_request(*changes)
        reply = PushReply(SESSION, tuple(verdict(n) for n in range(500)), 500, 500)
        peer.answers("push", reply)

        assert link.push(request) == reply
        assert peer.received[0][1] == request

    def test_a_page_of_the_feed_comes_as_it_is_stored(self, peer: Peer, link: Link) -> None:
        request = PullRequest(SESSION, 2**40, 500, 512 * 1024)
        records = (*(record(number) for number in range(499)), bare_record())
        reply = PullReply(SESSION, records, 2**40 + 500, 2**41, False)
        peer.answers("pull", reply)

        assert link.pull(request) == reply
        assert peer.received == [(SITE, request)]

    def test_a_body_comes_with_its_own_bytes(self, peer: Peer, link: Link) -> None:
        # Written decomposed, with signs that JSON may escape: no one on the way may tidy it up.
        body = '{"a":"e\u0301\u2028 </script>\\u0000\\ud83d\\ude00","b":"😀"}'
        peer.answers("pull", PullReply(SESSION, (record(1, body),), 1, 1, True))

        assert link.pull(PullRequest(SESSION, 0)).records[0].body.encode() == body.encode()

    def test_signs_of_life_go_both_ways(self, peer: Peer, link: Link) -> None:
        request = HeartbeatRequest(SESSION, 12, 3, "2026-03-02T05:00:00.000000Z", 99, "")
        reply = HeartbeatReply(SESSION, 100, "2026-03-02T05:00:00.000000Z")
        peer.answers("heartbeat", reply)

        assert link.heartbeat(request) == reply
        assert peer.received == [(SITE, request)]

    def test_numbers_are_reserved(self, peer: Peer, link: Link) -> None:
        request = ReserveRequest(SESSION, "cash_receipt", "management", "2026-03-02", 2)
        reply = ReserveReply(SESSION, ("PT00001", "PT00002"))
        peer.answers("reserve_numbers", reply)

        assert link.reserve_numbers(request) == reply
        assert peer.received == [(SITE, request)]

    @pytest.mark.parametrize(
        "result", [None, {}, [], "", 0, {"số": ["1.50", None, True, {"a": []}]}, 2**53]
    )
    def test_a_call_and_any_answer_come_through(
        self, peer: Peer, link: Link, result: object
    ) -> None:
        params = {"reason": "Kiểm kê", "lines": [{"line": 1, "amount": 10**15}], "blank": None}
        request = CallRequest("invoke", "cash.reconcile_count", params, "call-1", "bà Hà", "máy 2")
        reply = CallReply(result, 5, ({"severity": "warning", "code": "negative_cash"},))
        peer.answers("call", reply)

        assert link.call(request) == reply
        assert peer.received == [(SITE, request)]

    @pytest.mark.parametrize("kind", ["invoke", "figure", "report"])
    def test_every_kind_of_call_comes_through(self, peer: Peer, link: Link, kind: Any) -> None:
        peer.answers("call", CallReply(1, 0))

        link.call(CallRequest(kind, "a.b", {}, "1"))

        assert peer.received[0][1].kind == kind

    # -- errors -------------------------------------------------------------------------------------

    @pytest.mark.parametrize(
        "error",
        [
            Refused("gap", {"processed": 3, "first_seq": 9}),
            Refused("voucher_no_duplicate", {"no": "PT00001", "holder": {"id": "x", "n": [1]}}),
            Refused(
                "invalid",
                {"errors": 1},
                [Finding("error", "account_unknown", "lines.0.debit", 2, {"account": "1119"})],
            ),
            OfflineRefused(detail={"what_to_do": "chờ có mạng", "since": None}),
            VersionConflict("item", "record-1", 4),
        ],
        ids=lambda error: error.code,
    )
    def test_an_error_of_the_cloud_comes_by_code_with_its_detail(
        self, peer: Peer, link: Link, error: LiensoError
    ) -> None:
        peer.answers("call", error)

        with pytest.raises(type(error)) as caught:
            link.call(CallRequest("invoke", "a.b", {}, "1"))

        assert caught.value.code == error.code
        assert caught.value.detail == error.detail
        assert caught.value.findings == error.findings

    def test_a_fence_is_told_from_other_errors(self, peer: Peer, link: Link) -> None:
        peer.answers("push", Fenced(detail={"site": "S1"}))

        with pytest.raises(Fenced):
            link.push(PushRequest(SESSION, 1, bytes(32)))

    def test_a_bug_of_the_cloud_is_an_error_and_no_end(self, peer: Peer, link: Link) -> None:
        peer.answers("call", KeyError("a bug"))
        peer.answers("heartbeat", HeartbeatReply(SESSION, 1, ""))

        with pytest.raises(LiensoError) as caught:
            link.call(CallRequest("invoke", "a.b", {}, "1"))

        assert not isinstance(caught.value, LinkError)
        assert link.heartbeat(HeartbeatRequest(SESSION, 0, 0, "", 0, "")).head == 1

    def test_wrong_credentials_are_refused_by_code(self, server: Server, peer: Peer) -> None:
        link = self.connect(server.url, "01890000-0000-7000-8000-000000000001.S1.wrong")

        with pytest.raises(LiensoError) as caught:
            link.hello(HelloRequest(0, "", 0, 0, (), 0))

        assert caught.value.code == "unauthenticated"
        assert peer.received == []
        link.close()

    def test_a_message_that_is_too_big_is_refused_and_the_line_holds(
        self, peer: Peer, link: Link
    ) -> None:
        huge = "x" * (900 * 1024)
        peer.answers("push", PushReply(SESSION, (), 0, 0))

        with pytest.raises(LiensoError) as caught:
            link.push(push_request(*(change(n, body=huge) for n in range(1, 8))))

        assert caught.value.code == "limit_exceeded"
        assert peer.received == []
        link.push(PushRequest(SESSION, 1, bytes(32)))
        assert len(peer.received) == 1

    # -- programs -----------------------------------------------------------------------------------

    def test_a_program_asks_and_is_answered(self, program: ApiConnection, api: ApiPeer) -> None:
        body = {
            "type": "item",
            "body": {"name": "Vật tư “A”", "lines": [{"line": 1, "amount": 10**15}], "none": None},
            "post": ["financial", "management"],
            "merge": True,
        }
        api.answers("Site.Withdraw", {"withdrawn": 2**40})
        api.answers("Records.Save", {"findings": []})

        assert program.request("Site.Withdraw", {"ids": ["a", "b"]}) == {"withdrawn": 2**40}
        program.request("Records.Save", body)

        [first, (by, rpc, sent)] = api.received
        assert first == (ACTORS[PROGRAM_TOKEN], "Site.Withdraw", {"ids": ["a", "b"]})
        assert (by, rpc) == (ACTORS[PROGRAM_TOKEN], "Records.Save")
        assert {name: sent[name] for name in body} == body

    def test_a_program_hears_every_answer_of_a_stream_as_it_comes(
        self, program: ApiConnection, api: ApiPeer
    ) -> None:
        go_on = threading.Event()
        result = {"result": {"result": {"số": ["1.50", None]}, "findings": []}}

        def later() -> dict[str, Any]:
            assert go_on.wait(WAIT_S)
            return result

        first = {"progress": {"done": 1, "total": 2, "text": "đang đếm"}}
        api.answers("Capabilities.Invoke", [first, later])

        answers = program.stream("Capabilities.Invoke", {"id": "a.b", "params": {}})

        assert next(answers) == first
        go_on.set()
        assert list(answers) == [result]

    def test_an_error_in_the_middle_of_a_stream_comes_by_code(
        self, program: ApiConnection, api: ApiPeer
    ) -> None:
        first = {"progress": {"done": 1, "total": 2, "text": ""}}
        api.answers(
            "Capabilities.Invoke", [first, Refused("period_locked", {"date": "2026-01-31"})]
        )
        answers = program.stream("Capabilities.Invoke", {"id": "a.b"})

        assert next(answers) == first
        with pytest.raises(Refused) as refused:
            next(answers)

        assert (refused.value.code, refused.value.detail) == (
            "period_locked",
            {"date": "2026-01-31"},
        )

    def test_a_program_that_hangs_up_ends_its_stream_at_the_server(
        self, program: ApiConnection, api: ApiPeer
    ) -> None:
        progress = {"progress": {"done": 1, "total": 2, "text": ""}}
        api.answers("Capabilities.Invoke", (progress for _ in iter(int, 1)))
        answers = program.stream("Capabilities.Invoke", {"id": "a.b"})
        next(answers)

        answers.close()  # type: ignore[attr-defined]

        assert api.ended.wait(WAIT_S)

    def test_an_error_of_the_api_comes_by_code_with_its_detail(
        self, program: ApiConnection, api: ApiPeer
    ) -> None:
        finding = Finding("error", "account_unknown", "lines.0.debit", 2, {"account": "1119"})
        api.answers("Site.Withdraw", Refused("invalid", {"errors": 1}, [finding]))

        with pytest.raises(Refused) as refused:
            program.request("Site.Withdraw", {"ids": []})

        assert (refused.value.code, refused.value.detail) == ("invalid", {"errors": 1})
        assert refused.value.findings == (finding,)

    def test_a_program_without_good_credentials_reaches_nothing(
        self, server: Server, api: ApiPeer
    ) -> None:
        program = self.connect_api(server.url, "t.n.wrong")

        with pytest.raises(Refused) as asked:
            program.request("Site.Withdraw", {"ids": []})
        with pytest.raises(Refused) as watched:
            next(program.stream("Site.Watch", {}))

        assert {asked.value.code, watched.value.code} == {"unauthenticated"}
        assert api.received == []
        program.close()

    def test_a_program_of_a_server_that_stopped_has_a_broken_line(
        self, server: Server, program: ApiConnection, api: ApiPeer
    ) -> None:
        server.stop(grace_s=0)

        with pytest.raises(LinkError):
            program.request("Site.Withdraw", {"ids": []})
        with pytest.raises(LinkError):
            next(program.stream("Site.Watch", {}))
        assert api.received == []

    # -- the line -----------------------------------------------------------------------------------

    def test_a_line_to_nobody_says_so(self, server: Server) -> None:
        url = server.url
        server.stop(grace_s=0)
        link = self.connect(url)

        with pytest.raises(LinkError):
            link.probe()
        with pytest.raises(LinkError):
            link.hello(HelloRequest(0, "", 0, 0, (), 0))
        link.close()

    def test_a_server_that_stopped_is_a_broken_line(
        self, server: Server, peer: Peer, link: Link
    ) -> None:
        link.probe()
        server.stop(grace_s=0)

        with pytest.raises(LinkError):
            link.push(PushRequest(SESSION, 1, bytes(32)))
        assert peer.received == []

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
        pushing = _Thread(lambda: link.push(push), one_ended)
        assert began.wait(WAIT_S)
        stopping = _Thread(lambda: server.stop(grace_s=0), one_ended)
        assert one_ended.wait(WAIT_S), "neither was the call cut off nor is the server gone"
        go_on.set()

        assert stopping.error() is None
        assert isinstance(pushing.error(), LinkError)
        assert len(peer.received) == 1

    def test_a_watcher_is_poked(self, peer: Peer, link: Link) -> None:
        pokes = link.watch()

        first = next(pokes)
        peer.poke(Poke(2**40, "feed"))

        assert first == Poke(1, "start")
        assert next(pokes) == Poke(2**40, "feed")
        link.close()

    def test_calls_go_on_while_somebody_watches(self, peer: Peer, link: Link) -> None:
        peer.answers("call", CallReply("ok", 1))
        pokes = link.watch()
        next(pokes)

        assert link.call(CallRequest("figure", "a.b", {}, "1")).result == "ok"
        link.close()

    def test_closing_ends_a_watch_without_an_error(self, link: Link) -> None:
        watching = _Watching(link)

        link.close()

        assert watching.error() is None

    def test_a_server_that_stops_ends_a_watch_with_an_error(
        self, server: Server, link: Link
    ) -> None:
        watching = _Watching(link)

        server.stop(grace_s=0)

        assert isinstance(watching.error(), LinkError)

    def test_hanging_up_ends_a_watch_and_the_line_can_be_used_again(
        self, peer: Peer, link: Link
    ) -> None:
        peer.answers("call", CallReply("ok", 1))
        watching = _Watching(link)

        link.hang_up()

        assert isinstance(watching.error(), LinkError)
        assert link.call(CallRequest("figure", "a.b", {}, "1")).result == "ok"
        assert next(link.watch()) == Poke(1, "start")

    def test_hanging_up_makes_the_outcome_of_a_call_unknown(self, peer: Peer, link: Link) -> None:
        began, go_on = threading.Event(), threading.Event()

        def slowly() -> PushReply:
            began.set()
            assert go_on.wait(WAIT_S)
            return PushReply(SESSION, (), 1, 1)

        peer.answers("push", slowly)
        pushing = _Thread(lambda: link.push(PushRequest(SESSION, 1, bytes(32))))
        assert began.wait(WAIT_S)

        link.hang_up()
        go_on.set()

        assert isinstance(pushing.error(), LinkError)

    def test_a_closed_line_carries_nothing_more(self, peer: Peer, link: Link) -> None:
        link.close()
        link.close()

        with pytest.raises(LinkError):
            link.probe()
        with pytest.raises(LinkError):
            link.push(PushRequest(SESSION, 1, bytes(32)))
        assert list(link.watch()) == []
        assert peer.received == []

    def test_a_server_may_be_stopped_twice(self, server: Server) -> None:
        server.stop(grace_s=0)
        server.stop(grace_s=0)


class _Thread:
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


class _Watching(_Thread):
    """A thread that watches until it is ended."""

    def __init__(self, link: Link) -> None:
        self._started = threading.Event()

        def watch() -> None:
            for _poke in link.watch():
                self._started.set()

        super().__init__(watch)
        assert self._started.wait(WAIT_S), "the watch never began"
