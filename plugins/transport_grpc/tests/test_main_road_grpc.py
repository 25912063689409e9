"""A site, a cloud and a program over real sockets on loopback."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from lienso import Label, LiensoError, Manifest, RecordType, client, hookimpl
from lienso.api import Api
from lienso.errors import LinkError, Refused
from lienso.fields import CatalogEntry
from lienso.kernel import Kernel, Settings, start
from lienso.model import Actor
from lienso.sync import enrolment
from lienso.sync.cloud_service import CloudService
from lienso.transport import ServeOptions, Services


class Thing(CatalogEntry):
    """A record of the tests."""


class Module:
    """A module of the tests."""

    MANIFEST = Manifest("things", "Vật", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [RecordType("thing", Label("Vật", "Thing"), Thing, "catalog")]


@dataclass
class World:
    """A serving cloud, its company, and tokens."""

    cloud: Kernel
    server: Any
    tenant: str
    site_token: str
    client_token: str


@pytest.fixture
def world() -> Iterator[World]:
    cloud = start(Settings(modules=(), plugins={"things": Module()}))
    tenant = cloud.add_tenant("T", "T").id
    services = Services(
        Api(cloud), lambda token: enrolment.authenticate(cloud, token), CloudService(cloud)
    )
    server = cloud.serve("grpc:127.0.0.1:0", services, ServeOptions())
    tokens = (enrolment.add_site(cloud, tenant, "S1"), enrolment.add_client(cloud, tenant, "p"))
    yield World(cloud, server, tenant, *tokens)
    server.stop(0)
    cloud.close()


def office(world: World, token: str) -> Kernel:
    """Start a site on this cloud."""
    kernel = start(
        Settings(
            role="site",
            modules=(),
            plugins={"things": Module()},
            cloud=world.server.url,
            token=token,
            tenant_id=world.tenant,
            site_id="S1",
        )
    )
    kernel.join_tenant(world.tenant, "T", "T")
    return kernel


def test_what_a_site_saves_is_read_by_a_program(world: World) -> None:
    with office(world, world.site_token) as site:
        assert site.site is not None
        site.site.connect()
        site.save(Actor(world.tenant, "u", "S1"), "thing", {"code": "A", "name": "Đà Nẵng"})
        assert site.site.push().pushed == 1

    program = client.connect(world.server.url, world.client_token)
    names = [record.data["name"] for record in program.list("thing")]
    program.close()
    assert names == ["Đà Nẵng"]


def test_a_wrong_token_is_refused(world: World) -> None:
    with office(world, world.site_token + "x") as site:
        assert site.site is not None
        with pytest.raises(Refused) as caught:
            site.site.connect()
    assert caught.value.code == "unauthenticated"


def test_a_dead_server_is_a_broken_line(world: World) -> None:
    with office(world, world.site_token) as site:
        assert site.site is not None
        world.server.stop(0)
        with pytest.raises(LinkError):
            site.site.connect()


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"code": "A", "colour": "red"}, "unknown_field"),
        ({"code": "A", "name": "x" * 2_000_000}, "limit_exceeded"),
    ],
)
def test_bad_input_comes_back_with_its_code(world: World, body: dict[str, Any], code: str) -> None:
    program = client.connect(world.server.url, world.client_token)
    with pytest.raises(LiensoError) as caught:
        program.save(body, type="thing")
    program.close()
    assert caught.value.code == code


def test_cleartext_off_loopback_is_refused(world: World) -> None:
    services = Services(Api(world.cloud), lambda token: Actor(world.tenant))
    with pytest.raises(LiensoError) as caught:
        world.cloud.serve("grpc:0.0.0.0:0", services, ServeOptions())
    assert caught.value.code == "tls_required"
