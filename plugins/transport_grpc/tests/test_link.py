"""The line of a site: calls, deadlines' meaning, watch, and a whole site that works over it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.errors import Fenced, LinkError, OfflineRefused, Unknown
from lienso.kernel import Kernel, Settings, start
from lienso.model import Actor
from lienso.sync.messages import (
    CHAIN_START,
    CallRequest,
    HeartbeatRequest,
    HelloRequest,
    PullRequest,
    PushRequest,
    ReserveRequest,
    Session,
)
from lienso.testing import kernels
from lienso.transport import Credentials
from lienso_transport_grpc.client_link import GrpcLink

NOBODY = Session("nobody", 1, "h")


@pytest.fixture
def link(cloud: Any) -> Any:
    """The line of site S1."""
    return cloud.link(cloud.site_token())


@pytest.fixture
def site(cloud: Any) -> Iterator[Kernel]:
    """A site that reaches its cloud over a real line, as an installation does: by URL and token."""
    settings = Settings(
        role="site",
        modules=(),
        plugins=cloud.kernel.settings.plugins,
        clock=cloud.kernel.clock,
        ids=kernels.Ids("S1"),
        cloud=cloud.url,
        token=cloud.site_token("S1"),
        tenant_id=kernels.TENANT,
        site_id="S1",
    )
    with start(settings) as kernel:
        kernel.join_tenant(kernels.TENANT, "TEST", kernels.COMPANY)
        kernels.go_online(kernel)
        yield kernel


def hello() -> HelloRequest:
    return HelloRequest(0, "", 0, 0, (CHAIN_START,), 0, host="m1")


def test_a_session_is_opened_and_used(link: GrpcLink, cloud: Any) -> None:
    opened = link.hello(hello())
    session = Session(opened.session_id, opened.incarnation, opened.history_id)

    page = link.pull(PullRequest(session, 0))
    beat = link.heartbeat(HeartbeatRequest(session, 0, 0, "", 0, ""))
    numbers = link.reserve_numbers(ReserveRequest(session, "receipt", "financial", "2026-03-02", 3))

    assert opened.decision == "NEW_INCARNATION"
    assert page.session == beat.session == numbers.session == session
    assert page.done
    assert numbers.numbers == ("PT00001", "PT00002", "PT00003")


def test_a_stranger_to_the_session_is_fenced(link: GrpcLink) -> None:
    with pytest.raises(Fenced):
        link.push(PushRequest(NOBODY, 1, CHAIN_START))
    with pytest.raises(Fenced):
        link.pull(PullRequest(NOBODY, 0))


def test_a_function_runs_in_the_cloud_and_its_error_comes_back(link: GrpcLink) -> None:
    reply = link.call(CallRequest("invoke", "sample.count", {"count": 101}, "call-1", "lan"))
    figure = link.call(CallRequest("figure", "sample.number", {"count": 7}, "call-2"))
    report = link.call(CallRequest("report", "sample.list", {"count": 50_000}, "call-3"))

    with pytest.raises(Unknown) as unknown:
        link.call(CallRequest("invoke", "sample.nothing", {}, "call-4"))

    assert reply.result == {"count": 101}
    assert [found["code"] for found in reply.findings] == ["much_counted"]
    assert figure.result == 7
    assert len(report.result["rows"]) == 50_000  # some 8 MB in one reply
    assert unknown.value.code == "unknown_capability"


def test_nobody_listening_is_a_broken_line() -> None:
    link = GrpcLink("grpc:127.0.0.1:1", Credentials("t.n.s"))

    with pytest.raises(LinkError) as broken:
        link.probe()
    link.close()

    assert broken.value.code == "link_down"
    assert broken.value.detail["url"] == "grpc:127.0.0.1:1"


def test_a_watch_is_poked_when_the_feed_moves(link: GrpcLink, cloud: Any) -> None:
    pokes = link.watch()
    first = next(pokes)

    cloud.kernel.save(kernels.actor(cloud.kernel), "partner", {"code": "KH1"})
    second = next(pokes)

    assert first.why == "start"
    assert second.head == first.head + 1


def test_a_watcher_of_another_company_hears_nothing(link: GrpcLink, cloud: Any) -> None:
    other = cloud.kernel.add_tenant("OTHER", "Công ty khác")
    pokes = link.watch()
    first = next(pokes)

    cloud.kernel.save(Actor(other.id), "partner", {"code": "XX"})
    cloud.kernel.save(kernels.actor(cloud.kernel), "partner", {"code": "KH1"})

    assert next(pokes).head == first.head + 1


def test_a_site_sends_and_takes_over_the_line(site: Kernel, cloud: Any) -> None:
    by = kernels.actor(site)
    head = kernels.actor(cloud.kernel)
    site.save(by, "partner", {"code": "KH1", "name": "Công ty An Phát"})
    site.save(
        by,
        "receipt",
        {"posting_date": "2026-03-02", "lines": [{"line": 1, "partner": "KH1", "amount": 5}]},
    )
    cloud.kernel.save(head, "partner", {"code": "KH2"})

    sent = kernels.synchronization(site).push()
    kernels.synchronization(site).pull()

    assert (sent.pushed, sent.failed) == (2, ())
    assert cloud.kernel.get(head, "receipt", "PT00001").data.lines[0].amount == 5
    assert site.get(by, "partner", "KH2").version == 1


def test_an_online_only_function_of_a_site_runs_in_the_cloud(site: Kernel) -> None:
    by = kernels.actor(site)

    result = site.invoke(by, "sample.count", {"count": 3})
    kernels.go_offline(site)
    with pytest.raises(OfflineRefused) as refused:
        site.invoke(by, "sample.count", {"count": 3})

    assert result == {"count": 3}
    assert refused.value.detail["capability"] == "sample.count"


def test_a_line_that_breaks_loses_nothing(site: Kernel, cloud: Any) -> None:
    by = kernels.actor(site)
    site.save(by, "partner", {"code": "KH1"})
    cloud.server.stop(grace_s=0)

    with pytest.raises(LinkError):
        kernels.synchronization(site).push()

    assert kernels.synchronization(site).pending() == 1
    assert site.get(by, "partner", "KH1").data.code == "KH1"
