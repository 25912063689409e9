"""Transport contract: what travels, field for field, and who is kept apart."""

from __future__ import annotations

from typing import Any

import pytest

from ..errors import Refused
from ..sync.inquiry import CompareReply, CompareRequest, Mark, Step, TraceReply, TraceRequest
from ..sync.messages import (
    CallReply,
    CallRequest,
    CancelReply,
    HeartbeatReply,
    HeartbeatRequest,
    HelloReply,
    HelloRequest,
    OperationRequest,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    ReOfferReply,
    ReOfferRequest,
    ReserveReply,
    ReserveRequest,
    Underway,
    Verdict,
)
from ..sync.snapshot_messages import (
    ChunkReply,
    ChunkRequest,
    SnapshotManifest,
    SnapshotPart,
    SnapshotRequest,
)
from ..transport import Credentials, Link, ServeOptions, Server, Services
from .transport_world import (
    ACTORS,
    GROUPS,
    PROGRAM_TOKEN,
    SESSION,
    SITE,
    TOKEN,
    ApiPeer,
    Peer,
    TransportCase,
    authenticate,
    bare_change,
    bare_record,
    change,
    needs,
    push_request,
    record,
    verdict,
)


class MessageTests(TransportCase):
    """Messages of sites arrive as they were said."""

    def test_what_does_not_apply_is_a_group_with_a_reason(self) -> None:
        assert set(self.not_applicable) <= set(GROUPS)
        assert all(self.not_applicable.values())

    def test_a_hello_arrives_as_it_was_said(self, peer: Peer, link: Link) -> None:
        chains = tuple(bytes([number]) * 32 for number in range(5))
        request = HelloRequest(
            2**31, "lịch-sử", 2**40, 2**40 - 4, chains, 2**41, ("c1", "c2"), "máy chủ A", 1, 3,
            {"cash": "lienso-cash 0.1.0"}, "2026-03-02T05:00:00.000000Z", True, {"note": 2},
            f"{2**41}:{'ab' * 32}",
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
        link_there = f"{2**40 + 500}:{'cd' * 32}"
        reply = PullReply(SESSION, records, 2**40 + 500, 2**41, False, chain=link_there)
        peer.answers("pull", reply)

        assert link.pull(request) == reply
        assert peer.received == [(SITE, request)]

    def test_a_body_comes_with_its_own_bytes(self, peer: Peer, link: Link) -> None:
        # Written decomposed, with signs that JSON may escape: no one on the way may tidy it up.
        body = '{"a":"e\u0301\u2028 </script>\\u0000\\ud83d\\ude00","b":"😀"}'
        peer.answers("pull", PullReply(SESSION, (record(1, body),), 1, 1, True))

        assert link.pull(PullRequest(SESSION, 0)).records[0].body.encode() == body.encode()

    @needs("life")
    def test_signs_of_life_go_both_ways(self, peer: Peer, link: Link) -> None:
        request = HeartbeatRequest(SESSION, 12, 3, "2026-03-02T05:00:00.000000Z", 99, "")
        reply = HeartbeatReply(SESSION, 100, "2026-03-02T05:00:00.000000Z")
        peer.answers("heartbeat", reply)

        assert link.heartbeat(request) == reply
        assert peer.received == [(SITE, request)]

    @needs("numbers")
    def test_numbers_are_reserved(self, peer: Peer, link: Link) -> None:
        request = ReserveRequest(SESSION, "cash_receipt", "management", "2026-03-02", 2, "L1", "PT")
        reply = ReserveReply(SESSION, ("PT00001", "PT00002"))
        peer.answers("reserve_numbers", reply)

        assert link.reserve_numbers(request) == reply
        assert peer.received == [(SITE, request)]

    def test_what_a_restored_cloud_lost_is_offered_record_by_record(
        self, peer: Peer, link: Link
    ) -> None:
        request = ReOfferRequest(SESSION, (*(record(number) for number in range(3)), bare_record()))
        reply = ReOfferReply(SESSION, (verdict(), Verdict("record-0", "APPLIED", 5, 2**40)))
        peer.answers("re_offer", reply)

        assert link.re_offer(request) == reply
        assert peer.received == [(SITE, request)]

    def test_a_snapshot_is_described_and_fetched_chunk_by_chunk(
        self, peer: Peer, link: Link
    ) -> None:
        parts = (SnapshotPart(0, "object", "code", 7), SnapshotPart(1, "journal", "date", 2**33))
        manifest = SnapshotManifest(SESSION, 2**40, "2026-01-01", (*parts, SnapshotPart(2)))
        request = ChunkRequest(SESSION, 2**40, "2026-01-01", parts[1], "“nơi”")
        records = (*(record(number) for number in range(200)), bare_record())
        reply = ChunkReply(SESSION, records, "d" * 64, "tiếp")
        peer.answers("snapshot", manifest)
        peer.answers("snapshot_chunk", reply)

        assert link.snapshot(SnapshotRequest(SESSION)) == manifest
        assert link.snapshot_chunk(request) == reply
        assert peer.received == [(SITE, SnapshotRequest(SESSION)), (SITE, request)]

    @needs("calls")
    def test_a_range_of_the_feed_is_compared(self, peer: Peer, link: Link) -> None:
        request = CompareRequest(SESSION, 2**40, 2**41, True, f"7:{'ab' * 32}")
        marks = (Mark("cash_receipt", "r1", 2, 2**40 + 1, "d"), Mark("object", "r2", 3, 2**41, ""))
        digests = {"cash_receipt": "x", "object": "y"}
        reply = CompareReply(SESSION, digests, marks, 2**41, 2**42, f"9:{'cd' * 32}", False)
        peer.answers("compare", reply)

        assert link.compare(request) == reply
        assert peer.received == [(SITE, request)]

    @needs("calls")
    def test_the_way_of_a_record_is_told(self, peer: Peer, link: Link) -> None:
        request = TraceRequest(SESSION, "cash_receipt", "r1", ("c1", "c2"))
        detail = {"field": "số", "values": [1, None, "1.50"]}
        version = Step("cloud", "version", "2026-03-02T05:00:00.000000Z", "c1", 1, 2**40)
        verdict = Step("cloud", "verdict", "", "c2", 0, 0, "INVALID", "bà Hà", "S1", detail)
        peer.answers("trace", TraceReply(SESSION, (version, verdict), 3))

        assert link.trace(request) == TraceReply(SESSION, (version, verdict), 3)
        assert peer.received == [(SITE, request)]

    @needs("serving")
    def test_the_way_to_the_cloud_is_looked_at(self, server: Server, link: Link) -> None:
        there = link.examine()
        server.stop(grace_s=0)
        gone = link.examine()

        assert there
        assert [step.about for step in there if not step.good] == []
        assert not gone[-1].good
        assert gone[-1].next

    @needs("calls")
    @pytest.mark.parametrize(
        "result", [None, {}, [], "", 0, {"số": ["1.50", None, True, {"a": []}]}, 2**53]
    )
    def test_a_call_and_any_answer_come_through(
        self, peer: Peer, link: Link, result: object
    ) -> None:
        params = {"reason": "Kiểm kê", "lines": [{"line": 1, "amount": 10**15}], "blank": None}
        request = CallRequest(
            "invoke", "cash.reconcile_count", params, "call-1", "bà Hà", "máy 2", True
        )
        reply = CallReply(result, 5, ({"severity": "warning", "code": "negative_cash"},))
        peer.answers("call", reply)

        assert link.call(request) == reply
        assert peer.received == [(SITE, request)]

    @needs("calls")
    def test_a_function_under_way_is_asked_after(self, peer: Peer, link: Link) -> None:
        reply = CallReply(None, 0, underway=Underway(3, 10, "tháng 3"))
        peer.answers("get_operation", reply)

        assert link.get_operation(OperationRequest("call-1")) == reply
        assert peer.received[-1][1] == OperationRequest("call-1")

    @needs("calls")
    @pytest.mark.parametrize("cancelled", [True, False])
    def test_a_function_is_cancelled(self, peer: Peer, link: Link, cancelled: bool) -> None:
        peer.answers("cancel_operation", CancelReply(cancelled))

        assert link.cancel_operation(OperationRequest("call-1")) == CancelReply(cancelled)
        assert peer.received[-1][1] == OperationRequest("call-1")

    @needs("calls")
    @pytest.mark.parametrize("kind", ["invoke", "figure", "report"])
    def test_every_kind_of_call_comes_through(self, peer: Peer, link: Link, kind: Any) -> None:
        peer.answers("call", CallReply(1, 0))

        link.call(CallRequest(kind, "a.b", {}, "1"))

        assert peer.received[0][1].kind == kind

    # -- addresses ----------------------------------------------------------------------------------

    @needs("serving")
    def test_the_url_of_a_server_is_where_it_really_listens(
        self, server: Server, link: Link
    ) -> None:
        assert server.url != self.listen
        assert server.url.partition(":")[0] == self.listen.partition(":")[0]
        link.probe()

    @needs("serving")
    def test_another_scheme_is_left_to_others(self, peer: Peer, api: ApiPeer) -> None:
        services = Services(api, authenticate, peer)

        assert self.plugin.lienso_connect("nowhere:1", Credentials(TOKEN)) is None
        assert self.plugin.lienso_connect_api("nowhere:1", Credentials(TOKEN)) is None
        assert self.plugin.lienso_serve("nowhere:1", services, ServeOptions()) is None

    @needs("serving")
    def test_an_address_is_served_once(self, server: Server, peer: Peer, api: ApiPeer) -> None:
        with pytest.raises(Refused) as refused:
            self.serve(peer, api, server.url)

        assert refused.value.code == "address_in_use"

    @needs("serving")
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

    @needs("serving")
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

    @needs("serving")
    def test_a_program_is_no_site(self, server: Server, peer: Peer) -> None:
        link = self.connect(server.url, PROGRAM_TOKEN)

        for ask in (link.probe, lambda: link.hello(HelloRequest(0, "", 0, 0, (), 0))):
            with pytest.raises(Refused) as refused:
                ask()
            assert refused.value.code == "no_permission"
        assert peer.received == []
        link.close()
