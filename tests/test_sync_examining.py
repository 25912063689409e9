"""lienso sync doctor, verify and trace, asked of a site that is served over gRPC."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import pytest
from lienso.cli.commands import app
from lienso.cli.servers import cloud_services, site_services
from lienso.kernel import Kernel, Settings, start
from lienso.sync.enrolment import add_site
from lienso.testing import kernels
from lienso.testing.kernels import TENANT
from lienso.transport import ServeOptions
from typer.testing import CliRunner


class Served:
    """A cloud and a site, each over gRPC.

    Attributes:
        at: URL of the site.
    """

    def __init__(self, stack: ExitStack) -> None:
        self.head = stack.enter_context(kernels.cloud())
        server = self.head.serve("grpc:127.0.0.1:0", cloud_services(self.head), ServeOptions())
        self.stop_cloud = server.stop
        stack.callback(server.stop, 0)
        token = add_site(self.head, TENANT, "S1")
        settings = Settings(
            role="site",
            cloud=server.url,
            token=token,
            clock=self.head.clock,
            ids=kernels.Ids("S1"),
            tenant_id=TENANT,
            site_id="S1",
        )
        self.site = stack.enter_context(start(settings))
        self.site.join_tenant(TENANT, "TEST", kernels.COMPANY)
        kernels.go_online(self.site)
        answering = self.site.serve("grpc:127.0.0.1:0", site_services(self.site), ServeOptions())
        stack.callback(answering.stop, 0)
        self.at = answering.url

    def save(self, kernel: Kernel, code: str) -> str:
        """Save a customer."""
        body = {"code": code, "name": code, "is_customer": True}
        return kernel.save(kernels.actor(kernel), "object", body).record.id

    def run(self, *arguments: str) -> Any:
        """Run a command at the site."""
        return CliRunner().invoke(app, ["sync", *arguments, "--at", self.at])

    def json(self, *arguments: str) -> tuple[int, Any]:
        """Run a command at the site; exit code and answer."""
        result = self.run(*arguments, "--json")
        return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def served() -> Iterator[Served]:
    """A cloud and a site."""
    with ExitStack() as stack:
        yield Served(stack)


def test_the_doctor_says_that_all_is_well(served: Served) -> None:
    code, lines = served.json("doctor")

    assert (code, {line["state"] for line in lines}) == (0, {"ok"})
    about = [line["about"] for line in lines]
    assert about[:5] == ["line", "gate", "name", "connection", "answer"]


def test_the_doctor_names_what_is_wrong_and_what_to_do(served: Served) -> None:
    served.save(served.head, "KH1")
    served.save(served.site, "KH1")
    kernels.synchronization(served.site).push()
    served.stop_cloud(0)

    result = served.run("doctor")

    assert result.exit_code == 1
    assert "✗ connection 127.0.0.1:" in result.stdout
    assert "next: see whether the cloud runs" in result.stdout
    assert "✗ verdicts   1 CODE_TAKEN" in result.stdout


def test_equal_stores_are_verified_and_the_head_of_the_chain_is_shown(served: Served) -> None:
    for number in range(5):
        served.save(served.site, f"KH{number}")
    kernels.synchronization(served.site).push()

    code, found = served.json("verify")

    assert (code, found["differences"], found["moving"]) == (0, [], False)
    assert found["until"] == served.head.storage.head(TENANT)
    assert found["looked_at"] > 200, "the chart of accounts is compared too"
    assert f"head of the cloud's chain {found['chain']}" in served.run("verify").stdout


def test_a_difference_is_named_and_ends_with_1(served: Served) -> None:
    id = served.save(served.site, "KH1")
    sync = kernels.synchronization(served.site)
    sync.push()
    sync.pull()

    def tamper(writer: Any) -> None:
        stored = writer.get("object", id)
        writer.adopt(replace(stored, version=9))

    served.site.storage.write(TENANT, tamper)
    result = served.run("verify")
    code, found = served.json("verify")

    assert (result.exit_code, code) == (1, 1)
    assert f"✗ object {id}: version 9, version 1" in result.stdout
    assert "next: lienso verify on both machines" in result.stderr
    assert [row["what"] for row in found["differences"]] == ["differs"]


def test_the_way_of_a_record_is_shown(served: Served) -> None:
    id = served.save(served.site, "KH1")
    kernels.synchronization(served.site).push()

    code, found = served.json("trace", "KH1", "--type", "object")
    shown = served.run("trace", id).stdout

    assert (code, found["type"], found["id"], found["cloud"]) == (0, "object", id, "")
    steps = [(step["where"], step["what"], step["code"]) for step in found["steps"]]
    assert steps == [
        ("site", "saved", ""),
        ("cloud", "version", ""),
        ("cloud", "verdict", "APPLIED"),
    ]
    assert found["steps"][2]["detail"]["site_seq"] == 1
    assert f"change {found['steps'][1]['change_id']}" in shown


def test_offline_the_way_is_shown_as_far_as_it_is_known(served: Served) -> None:
    id = served.save(served.site, "KH1")
    kernels.go_offline(served.site)

    result = served.run("trace", id)

    assert result.exit_code == 0
    assert "site  outbox" in result.stdout
    assert "the cloud was not asked: offline_refused" in result.stderr
    assert served.run("verify").stderr.startswith("offline_refused: ")


def test_a_record_that_nobody_knows_is_refused(served: Served) -> None:
    result = served.run("trace", "KH9")

    assert result.exit_code == 1
    assert result.stderr.startswith("not_found: ")
