"""Transport contract: errors by code, and the line of programs."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ..errors import Fenced, LiensoError, LinkError, OfflineRefused, Refused, VersionConflict
from ..model import Finding
from ..sync.messages import (
    CallRequest,
    HeartbeatReply,
    HeartbeatRequest,
    HelloRequest,
    PushReply,
    PushRequest,
)
from ..transport import ApiConnection, Link, Server
from .transport_world import (
    ACTORS,
    PROGRAM_TOKEN,
    SESSION,
    WAIT_S,
    ApiPeer,
    Peer,
    TransportCase,
    change,
    needs,
    push_request,
)


class ErrorTests(TransportCase):
    """Errors of the cloud arrive as what they were."""

    @needs("calls")
    @pytest.mark.parametrize(
        "error",
        [
            Refused("gap", {"processed": 3, "first_seq": 9}),
            Refused("voucher_no_duplicate", {"no": "PT00001", "holder": {"id": "x", "n": [1]}}),
            Refused(
                "invalid",
                {"errors": 1},
                [
                    Finding(
                        "error", "field_required", "lines.0.debit", 2, {"field": "lines.0.debit"}
                    )
                ],
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

    @needs("calls")
    def test_a_bug_of_the_cloud_is_an_error_and_no_end(self, peer: Peer, link: Link) -> None:
        peer.answers("call", KeyError("a bug"))
        peer.answers("heartbeat", HeartbeatReply(SESSION, 1, ""))

        with pytest.raises(LiensoError) as caught:
            link.call(CallRequest("invoke", "a.b", {}, "1"))

        assert not isinstance(caught.value, LinkError)
        assert link.heartbeat(HeartbeatRequest(SESSION, 0, 0, "", 0, "")).head == 1

    @needs("serving")
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


class ProgramTests(TransportCase):
    """Programs ask, listen and hang up."""

    @needs("programs")
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

    @needs("programs")
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

    @needs("programs")
    def test_an_error_in_the_middle_of_a_stream_comes_by_code(
        self, program: ApiConnection, api: ApiPeer
    ) -> None:
        first = {"progress": {"done": 1, "total": 2, "text": ""}}
        api.answers("Capabilities.Invoke", [first, Refused("type_wrong", {"field": "body"})])
        answers = program.stream("Capabilities.Invoke", {"id": "a.b"})

        assert next(answers) == first
        with pytest.raises(Refused) as refused:
            next(answers)

        assert (refused.value.code, refused.value.detail) == (
            "type_wrong",
            {"field": "body"},
        )

    @needs("programs")
    def test_a_program_that_hangs_up_ends_its_stream_at_the_server(
        self, program: ApiConnection, api: ApiPeer
    ) -> None:
        progress = {"progress": {"done": 1, "total": 2, "text": ""}}
        api.answers("Capabilities.Invoke", (progress for _ in iter(int, 1)))
        answers = program.stream("Capabilities.Invoke", {"id": "a.b"})
        next(answers)

        # Streams are generators; the protocol says only that they are iterators.
        answers.close()  # type: ignore[attr-defined]

        assert api.ended.wait(WAIT_S)

    @needs("programs")
    def test_an_error_of_the_api_comes_by_code_with_its_detail(
        self, program: ApiConnection, api: ApiPeer
    ) -> None:
        finding = Finding("error", "field_required", "lines.0.debit", 2, {"field": "lines.0.debit"})
        api.answers("Site.Withdraw", Refused("invalid", {"errors": 1}, [finding]))

        with pytest.raises(Refused) as refused:
            program.request("Site.Withdraw", {"ids": []})

        assert (refused.value.code, refused.value.detail) == ("invalid", {"errors": 1})
        assert refused.value.findings == (finding,)

    @needs("programs")
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

    @needs("programs")
    def test_a_program_of_a_server_that_stopped_has_a_broken_line(
        self, server: Server, program: ApiConnection, api: ApiPeer
    ) -> None:
        server.stop(grace_s=0)

        with pytest.raises(LinkError):
            program.request("Site.Withdraw", {"ids": []})
        with pytest.raises(LinkError):
            next(program.stream("Site.Watch", {}))
        assert api.received == []
