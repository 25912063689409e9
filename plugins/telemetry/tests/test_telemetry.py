"""Figures and traces of a cloud and a site over an in-process line."""

from __future__ import annotations

import shutil
import socket
import urllib.request
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from lienso import Label, Manifest, RecordType, hookimpl
from lienso.errors import Fenced, LinkError, Refused
from lienso.escrow import Escrow
from lienso.fields import CatalogEntry
from lienso.kernel import Kernel, Settings, start
from lienso.sync import bootstrapping
from lienso.sync.enrolment import add_site
from lienso.sync.link_machine import Event
from lienso.sync.messages import PushReply, PushRequest
from lienso.testing import kernels
from lienso.testing.kernels import TENANT, actor
from lienso_telemetry.plugin import Telemetry, watching


class Thing(CatalogEntry):
    """A catalog entry of the tests."""


class Shop:
    """A module with one record type."""

    MANIFEST = Manifest("shop", "Cửa hàng", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [RecordType("thing", Label("Vật", "Thing"), Thing, "catalog")]


class Spans:
    """Traces that are kept here."""

    def __init__(self) -> None:
        otel = pytest.importorskip("opentelemetry.sdk.trace")  # an extra
        from lienso_telemetry.traces import Traces
        from opentelemetry.sdk.trace.export import SimpleSpanProcessor
        from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

        self._kept = InMemorySpanExporter()
        provider = otel.TracerProvider()
        provider.add_span_processor(SimpleSpanProcessor(self._kept))
        self.traces = Traces(provider)

    def all(self) -> list[tuple[str, int, str]]:
        """Return (name, trace id, verdict)."""
        return [
            (span.name, span.context.trace_id, span.attributes["lienso.code"])
            for span in self._kept.get_finished_spans()
        ]


class Pair:
    """A cloud and a site, each watched."""

    def __init__(self, traced: bool = False) -> None:
        self.spans = Spans() if traced else None
        traces = None if self.spans is None else self.spans.traces
        self.of_cloud, self.of_site = Telemetry("0", traces), Telemetry("127.0.0.1:0", traces)
        shop = {"shop": Shop()}
        self.clock = kernels.Clock()
        self.head = kernels.cloud(plugins={**shop, "telemetry": self.of_cloud}, clock=self.clock)
        add_site(self.head, TENANT, "S1")
        self.link = kernels.line_to(self.head, "S1")
        self.site = self._site({**shop, "telemetry": self.of_site})
        kernels.go_online(self.site)

    def _site(self, plugins: dict[str, object]) -> Kernel:
        kernel = start(
            Settings(
                role="site",
                modules=(),
                plugins=plugins,
                clock=self.clock,
                ids=kernels.Ids("S1"),
                link=self.link,
                tenant_id=TENANT,
                site_id="S1",
            )
        )
        kernel.join_tenant(TENANT, "TEST", kernels.COMPANY)
        return kernel

    def save(self, *codes: str, where: Kernel | None = None) -> None:
        """Save entries at the site."""
        kernel = where or self.site
        for code in codes:
            kernel.save(actor(kernel), "thing", {"code": code})


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A watched pair."""
    made = Pair()
    yield made
    made.site.close()
    made.head.close()


def look(telemetry: Telemetry) -> str:
    """Read the figures as Prometheus does."""
    assert telemetry.endpoint.address is not None
    host, port = telemetry.endpoint.address
    with urllib.request.urlopen(f"http://{host}:{port}/metrics", timeout=10) as answer:
        return str(answer.read().decode())


def value(telemetry: Telemetry, name: str, /, **labels: str) -> float | None:
    """Return one figure; None where there is none."""
    return telemetry.endpoint.registry.get_sample_value(f"lienso_{name}", labels)


def test_figures_are_served_on_this_machine_unless_another_address_is_named(pair: Pair) -> None:
    assert pair.of_cloud.endpoint.address is not None
    assert pair.of_cloud.endpoint.address[0] == "127.0.0.1"

    text = look(pair.of_site)

    assert 'lienso_link{state="online"} 1.0' in text
    assert "lienso_outbox_depth 0.0" in text


def test_what_waits_at_a_site_is_shown_with_its_age(pair: Pair) -> None:
    kernels.go_offline(pair.site)
    pair.save("A", "B")
    pair.clock.advance(90)

    assert value(pair.of_site, "outbox_depth") == 2
    assert value(pair.of_site, "oldest_pending_seconds") == 90
    assert value(pair.of_site, "link", state="offline_manual") == 1
    assert value(pair.of_site, "link", state="online") == 0


def test_what_the_line_met_is_counted(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    site = kernels.synchronization(pair.site)
    kinds = ("fences", "resends", "halvings", "snapshots")
    assert [value(pair.of_site, "incidents_total", kind=kind) for kind in kinds] == [0] * 4
    pair.save("A", "B")
    real, errors = pair.link.push, [LinkError(), Refused("server_failed"), Fenced()]

    def push(request: PushRequest) -> PushReply:
        if errors:
            raise errors.pop(0)
        return real(request)

    monkeypatch.setattr(pair.link, "push", push)
    with pytest.raises(LinkError):
        site.push()
    kernels.go_online(pair.site)
    pair.site.storage.write(TENANT, bootstrapping.begin)

    assert site.push().pushed == 2
    site.pull()

    found = {kind: value(pair.of_site, "incidents_total", kind=kind) for kind in kinds}
    assert found == {"fences": 1, "resends": 1, "halvings": 1, "snapshots": 1}


def test_a_journal_whose_disk_fails_is_shown(pair: Pair, tmp_path: Path) -> None:
    assert value(pair.of_site, "escrow_failed") is None
    disk = tmp_path / "disk"
    disk.mkdir()
    journal = Escrow(disk, tmp_path / "escrow.key", TENANT, "S1")
    kernels.synchronization(pair.site).keep_copies(journal)
    assert value(pair.of_site, "escrow_failed") == 0
    shutil.rmtree(disk)

    pair.save("A")

    assert value(pair.of_site, "escrow_failed") == 1
    disk.mkdir()
    pair.save("B")
    assert value(pair.of_site, "escrow_failed") == 0


def test_verdicts_are_counted_on_both_sides_and_refusals_stand_by_code(pair: Pair) -> None:
    pair.save("A", where=pair.head)
    kernels.go_offline(pair.site)
    pair.save("A", "B")
    kernels.synchronization(pair.site).set_mode(True)
    kernels.synchronization(pair.site).connect()
    kernels.synchronization(pair.site).push()

    for telemetry in (pair.of_cloud, pair.of_site):
        by = {"tenant": TENANT, "site": "S1"}
        assert value(telemetry, "results_total", **by, code="APPLIED") == 1
        assert value(telemetry, "results_total", **by, code="CODE_TAKEN") == 1
        assert value(telemetry, "batch_seconds_count", **by) == 1
    assert value(pair.of_site, "failed", code="CODE_TAKEN") == 1
    assert value(pair.of_cloud, "parked", tenant=TENANT) == 1
    moved = {"tenant": TENANT, "direction": "push"}
    assert value(pair.of_site, "moved_total", **moved, outcome="done") == 1
    assert value(pair.of_site, "moved_total", **moved, outcome="failed") == 1


def test_the_cloud_shows_its_sites_as_they_last_said(pair: Pair) -> None:
    kernels.go_offline(pair.site)
    pair.save("A", "B", "C")
    sync = kernels.synchronization(pair.site)
    sync.set_mode(True)
    sync.connect()
    sync.beat()
    pair.save("X", "Y", where=pair.head)
    pair.clock.advance(120)

    by = {"tenant": TENANT, "site": "S1"}
    assert value(pair.of_cloud, "site_pending", **by) == 3
    assert value(pair.of_cloud, "site_silent_seconds", **by) == 120
    assert value(pair.of_cloud, "site_pull_lag", **by) == 2
    assert value(pair.of_cloud, "feed_head", tenant=TENANT) == pair.head.storage.head(TENANT)
    company = {"tenant": TENANT, "code": "TEST", "name": kernels.COMPANY}
    assert value(pair.of_cloud, "company", **company) == 1


def test_a_site_shows_how_far_it_is_behind_and_how_its_clock_goes(pair: Pair) -> None:
    pair.save("X", "Y", where=pair.head)
    assert value(pair.of_site, "pull_lag") is None

    kernels.synchronization(pair.site).beat()

    assert value(pair.of_site, "pull_lag") == 2
    assert value(pair.of_site, "clock_skew_seconds") == 0


def test_a_lost_line_is_counted(pair: Pair) -> None:
    sync = kernels.synchronization(pair.site)
    pair.link.cut()
    sync.machine.times = replace(sync.machine.times, silent=0)
    for _probe in range(3):
        sync.handle(Event("probe_failed"))

    assert pair.site.mode().name == "offline_auto"
    assert value(pair.of_site, "flaps_total", tenant=TENANT) == 1


def test_a_change_is_one_trace_on_both_sides_and_its_id_is_the_traces() -> None:
    pair = Pair(traced=True)
    with pair.head, pair.site:
        pair.save("A")
        (row,) = pair.site.storage.read(TENANT, lambda view: view.state("outbox").scan())
        kernels.synchronization(pair.site).push()

    assert pair.spans is not None
    trace = uuid.UUID(row["change_id"]).int
    assert sorted(pair.spans.all()) == [
        ("lienso.decide", trace, "APPLIED"),
        ("lienso.send", trace, "APPLIED"),
    ]


def test_nothing_is_served_after_the_kernel_was_closed() -> None:
    telemetry = watching("0")
    with kernels.cloud(plugins={"telemetry": telemetry}):
        address = telemetry.endpoint.address
    assert address is not None

    with closing(socket.socket()) as probe:
        assert probe.connect_ex(address) != 0
    assert telemetry.endpoint.address is None


@pytest.mark.parametrize("where", ["x", "127.0.0.1:", "127.0.0.1:99999", "no.such.host.invalid:1"])
def test_an_address_that_cannot_be_served_is_refused(where: str) -> None:
    with pytest.raises(Refused) as caught:
        watching(where)

    assert caught.value.code == "metrics_unavailable"
    assert caught.value.detail["address"] == where


def test_a_port_that_is_taken_is_refused(pair: Pair) -> None:
    assert pair.of_cloud.endpoint.address is not None

    with pytest.raises(Refused) as caught:
        watching(str(pair.of_cloud.endpoint.address[1]))

    assert caught.value.code == "metrics_unavailable"
