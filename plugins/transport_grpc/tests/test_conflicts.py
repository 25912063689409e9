"""Conflicts of two offices over a real line: joined, decided, mapped and read by a workstation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from lienso.api import Api
from lienso.cli.commands import app
from lienso.client import Client
from lienso.errors import LiensoError
from lienso.kernel import Kernel, Settings, start
from lienso.sync.enrolment import local_actor
from lienso.testing import kernels
from lienso.transport import Services
from typer.testing import CliRunner


def office(cloud: Any, name: str) -> Kernel:
    """Start an office whose line to the cloud is gRPC."""
    head = cloud.kernel
    settings = Settings(
        role="site",
        plugins=head.settings.plugins,
        modules=head.settings.modules,
        clock=head.clock,
        ids=kernels.Ids(name),
        link=cloud.link(cloud.site_token(name)),
        tenant_id=kernels.TENANT,
        site_id=name,
    )
    kernel = start(settings)
    kernel.join_tenant(kernels.TENANT, "TEST", kernels.COMPANY)
    kernels.go_online(kernel)
    return kernel


@pytest.fixture
def other(cloud: Any) -> Iterator[Kernel]:
    """An office that pushes first."""
    with office(cloud, "S2") as kernel:
        yield kernel


@pytest.fixture
def site(cloud: Any) -> Iterator[Kernel]:
    """The office of the workstation."""
    with office(cloud, "S1") as kernel:
        yield kernel


@pytest.fixture
def served(site: Kernel, serve: Any) -> Any:
    """The office S1 behind a server of its own."""
    return serve(site, Services(Api(site), lambda _token: local_actor(site)))


@pytest.fixture
def client(served: Any) -> Client:
    """A workstation of the office S1."""
    connected: Client = served.connect("")
    return connected


def save(office: Kernel, type: str, body: dict[str, Any], id: str | None = None) -> Any:
    """Save at the other office and push."""
    merge = id is not None
    record = office.save(kernels.actor(office), type, body, id=id, merge=merge).record
    assert office.site is not None
    office.site.push()
    return record


def change(client: Client, id: str, **fields: Any) -> None:
    """Change fields of a partner at the workstation."""
    now = client.get("partner", id)
    client.save({**now.data, **fields}, type="partner", id=id)


def partner(client: Client, other: Kernel) -> str:
    """Make a partner that both offices have."""
    id: str = save(other, "partner", {"code": "KH1", "name": "An", "name_en": "An"}).id
    client.site.synchronize()
    return id


def test_edits_of_different_fields_are_joined(client: Client, other: Kernel, head: Kernel) -> None:
    id = partner(client, other)
    save(other, "partner", {"name": "theirs"}, id)
    change(client, id, name_en="mine")

    outcome = client.site.synchronize()

    assert (outcome.pushed, outcome.failed) == (1, ())
    for data in (client.get("partner", id).data, head.get(kernels.actor(head), "partner", id).data):
        shown = data if isinstance(data, dict) else data.model_dump()
        assert (shown["name"], shown["name_en"]) == ("theirs", "mine")


def test_a_conflict_is_decided_field_by_field_and_kept(
    client: Client, other: Kernel, head: Kernel
) -> None:
    id = partner(client, other)
    save(other, "partner", {"name": "A1", "name_en": "A2"}, id)
    change(client, id, name="B1", name_en="B2")
    [row] = client.site.synchronize(direction="push").failed

    [missing] = client.site.resolve([{"id": id, "choice": "fields", "fields": {"name": "mine"}}])
    fields = {"name": "mine", "name_en": "theirs"}
    [done] = client.site.resolve([{"id": id, "choice": "fields", "fields": fields}])
    client.site.synchronize()

    assert row["detail"]["fields"]["name"] == {"base": "An", "mine": "B1", "theirs": "A1"}
    assert row["actions"] == ["mine", "theirs", "fields", "withdraw"]
    assert (missing["done"], missing["code"], missing["detail"]["missing"]) == (
        False,
        "choice_missing",
        ["name_en"],
    )
    assert (done["done"], done["change_id"]) == (True, row["change_id"])
    stored = head.get(kernels.actor(head), "partner", id).data
    assert (stored.name, stored.name_en) == ("B1", "A2")
    [kept] = client.site.conflicts(id)
    assert (kept["choice"], kept["fields"], kept["mine"]["name"], kept["theirs"]["name"]) == (
        "fields",
        fields,
        "B1",
        "A1",
    )
    assert client.site.conflicts("another") == []


def test_a_taken_code_is_mapped_and_its_voucher_follows(
    client: Client, site: Kernel, other: Kernel, head: Kernel
) -> None:
    client.site.set_mode(False)
    mine = client.save({"code": "KH1"}, type="partner").record
    lines = [{"line": 1, "partner": mine.id, "amount": 5}]
    receipt = client.save({"posting_date": "2026-03-02", "lines": lines}, type="receipt").record
    theirs = save(other, "partner", {"code": "KH1"})
    client.site.set_mode(True)
    kernels.go_online(site)
    failed = client.site.synchronize(direction="push").failed

    client.site.resolve([{"id": mine.id, "choice": "map"}])
    client.site.synchronize()

    assert sorted(row["verdict"] for row in failed) == ["BLOCKED_REF", "CODE_TAKEN"]
    for line in (
        client.get("receipt", receipt.id).data["lines"][0]["partner"],
        head.get(kernels.actor(head), "receipt", receipt.id).data.lines[0].partner,
    ):
        assert line == theirs.id
    assert client.site.failures() == []


def test_what_a_push_would_meet_is_told_before_it(client: Client, other: Kernel) -> None:
    id = partner(client, other)
    change(client, id, name="B")
    save(other, "partner", {"name": "A"}, id)

    client.site.synchronize(direction="pull")

    [row] = client.site.foreseen()
    assert (row["id"], row["verdict"], row["record"]) == (id, "CONFLICT_FIELDS", "KH1")
    assert row["fields"]["name"] == {"base": "An", "mine": "B", "theirs": "A"}
    assert client.site.status()["foreseen"] == 1


@pytest.mark.parametrize(
    ("decision", "code"),
    [
        ({"id": "x", "choice": "ours"}, "bad_choice"),
        ({"id": "x", "choice": "fields", "fields": {"name": "both"}}, "bad_choice"),
    ],
)
def test_a_choice_that_does_not_exist_is_refused(
    client: Client, decision: dict[str, Any], code: str
) -> None:
    with pytest.raises(LiensoError) as refused:
        client.site.resolve([decision])

    assert refused.value.code == code


def test_conflicts_are_decided_and_read_at_a_terminal(
    served: Any, client: Client, other: Kernel, head: Kernel
) -> None:
    def said(*words: str, code: int = 0) -> Any:
        result = CliRunner().invoke(app, ["sync", *words, "--at", served.url, "--json"])
        assert result.exit_code == code, result.output
        return json.loads(result.stdout)

    id = partner(client, other)
    save(other, "partner", {"name": "A"}, id)
    change(client, id, name="B")
    client.site.synchronize(direction="pull")

    [foreseen] = said("foreseen")
    client.site.synchronize(direction="push")
    [refused] = said("resolve", "KH1", "--choice", "fields", "--field", "code=mine", code=1)
    [done] = said("resolve", "KH1", "--choice", "fields", "--field", "name=mine")
    client.site.synchronize()
    [kept] = said("conflicts", "--record", id)

    assert foreseen["verdict"] == "CONFLICT_FIELDS"
    assert (refused["done"], refused["code"]) == (False, "choice_missing")
    assert done["done"] is True
    assert (kept["choice"], kept["fields"]) == ("fields", {"name": "mine"})
    assert head.get(kernels.actor(head), "partner", id).data.name == "B"
