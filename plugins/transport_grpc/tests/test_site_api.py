"""The client API of a site: mode, synchronisation, failure lists, notices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from lienso.api import Api
from lienso.client import Client
from lienso.errors import LiensoError, OfflineRefused, Refused
from lienso.kernel import Kernel
from lienso.sync.enrolment import local_actor
from lienso.testing import kernels
from lienso.transport import Services


@pytest.fixture
def site(head: Kernel) -> Iterator[Kernel]:
    """A site of the cloud over an in-process line."""
    with kernels.office(head, "S1") as kernel:
        yield kernel


@pytest.fixture
def client(site: Kernel, serve: Any) -> Client:
    """A workstation of the site; it shows no token on its own machine."""
    served = serve(site, Services(Api(site), lambda _token: local_actor(site)))
    connected: Client = served.connect("")
    return connected


def receipt(no: str = "") -> dict[str, Any]:
    return {"no": no, "posting_date": "2026-03-02"}


def test_what_is_saved_here_waits_and_is_sent_by_word(client: Client, head: Kernel) -> None:
    saved = client.save({"code": "KH1"}, type="partner")
    before = client.site.status()

    outcome = client.site.synchronize()

    assert saved.record.sync_state in ("never_synced", "syncing")
    assert (before["mode"], before["pending"], before["site"]) == ("online", 1, "S1")
    assert before["pending_by_type"] == {"partner": 1}
    assert (outcome.pushed, outcome.failed) == (1, ())
    assert client.get("partner", "KH1").sync_state == "synced"
    assert head.get(kernels.actor(head), "partner", "KH1").data.code == "KH1"


def test_only_what_is_named_is_sent(client: Client) -> None:
    client.save({"code": "KH1"}, type="partner")
    client.save(receipt(), type="receipt")

    outcome = client.site.synchronize(types=["partner"], direction="push")

    assert (outcome.pushed, outcome.pulled) == (1, 0)
    assert client.site.status()["pending_by_type"] == {"receipt": 1}


def test_offline_is_the_users_word_and_refuses_what_needs_the_cloud(client: Client) -> None:
    status = client.site.set_mode(False)
    saved = client.save({"code": "KH1"}, type="partner")

    for ask in (client.site.synchronize, lambda: client.invoke("sample.count", {"count": 1})):
        with pytest.raises(OfflineRefused) as refused:
            ask()
        assert refused.value.detail["mode"] == "offline_manual"
    assert (status["mode"], status["online"]) == ("offline_manual", False)
    assert saved.record.version == 1
    [count] = [f for f in client.capabilities() if f["id"] == "sample.count"]
    assert count["refused_now"] is True
    assert client.figure("sample.number", {"count": 1}).state == "offline"


def test_a_record_that_never_left_is_deleted_offline(client: Client) -> None:
    client.site.set_mode(False)
    saved = client.save({"code": "KH1"}, type="partner").record

    client.delete("partner", saved.id)

    assert client.site.status()["pending"] == 0
    assert list(client.list("partner")) == []


def test_a_taken_number_is_told_and_given_anew(client: Client, head: Kernel) -> None:
    head.save(kernels.actor(head), "receipt", receipt("PT00001"))
    mine = client.save(receipt("PT00001"), type="receipt").record

    failed = client.site.synchronize(direction="push").failed
    rows = client.site.failures("push_failed")
    renumbered = client.site.renumber([mine.id])
    outcome = client.site.synchronize()

    assert [row["code"] for row in failed] == ["voucher_no_duplicate"]
    assert [(row["id"], row["voucher"]) for row in rows] == [(mine.id, "PT00001")]
    assert rows[0]["reason_vi"] == "Số chứng từ <PT00001> đã tồn tại"
    assert "renumber" in rows[0]["actions"]
    assert [(row["id"], row["old"], row["new"]) for row in renumbered] == [
        (mine.id, "PT00001", "PT00002")
    ]
    assert outcome.pushed == 1
    assert client.get("receipt", mine.id).data["no"] == "PT00002"
    assert client.site.failures() == []


def test_a_refused_change_is_sent_again_or_given_up(client: Client, head: Kernel) -> None:
    head.save(kernels.actor(head), "receipt", receipt("PT00001"))
    mine = client.save(receipt("PT00001"), type="receipt").record
    client.site.synchronize(direction="push")

    again = client.site.retry([mine.id])
    withdrawn = client.site.withdraw([mine.id])

    assert [row["attempt"] for row in again.failed] == [2]
    assert withdrawn == 1
    assert client.site.failures() == []
    assert client.site.withdraw([mine.id]) == 0


def test_a_watcher_hears_the_state_and_then_every_notice(client: Client) -> None:
    notices = client.site.watch()
    first = next(notices)

    client.site.set_mode(False)
    second = next(notices)

    assert (first["kind"], first["status"]["mode"]) == ("status", "online")
    assert (second["kind"], second["values"]["mode"]) == ("mode", "offline_manual")
    assert second["status"]["mode"] == "offline_manual"


@pytest.mark.parametrize(
    ("rpc", "body", "code"),
    [
        ("Site.Synchronize", {"direction": "sideways"}, "bad_choice"),
        ("Site.Synchronize", {"renumber": "never"}, "bad_choice"),
        ("Site.Synchronize", {"resolve": {"PT1": "ours"}}, "bad_choice"),
        ("Site.Synchronize", {"types": ["nothing"]}, "unknown_record_type"),
        ("Site.ListFailures", {"tab": "other"}, "bad_choice"),
        ("Site.Retry", {"ids": ["x"] * 1_001}, "limit_exceeded"),
    ],
)
def test_a_wrong_request_is_refused(
    client: Client, rpc: str, body: dict[str, Any], code: str
) -> None:
    with pytest.raises(LiensoError) as refused:
        client._line.request(rpc, body)

    assert refused.value.code == code


def test_a_site_is_no_cloud(site: Kernel, serve: Any) -> None:
    served = serve(site, Services(Api(site), lambda _token: local_actor(site)))
    link = served.link("")

    with pytest.raises(Refused) as refused:
        link.probe()

    assert refused.value.code == "unknown_rpc"
