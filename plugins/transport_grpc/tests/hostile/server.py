"""A cloud in a process of its own, with two companies for each test."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from lienso import Label, Manifest, RecordType, hookimpl
from lienso.api import Api
from lienso.fields import CatalogEntry
from lienso.kernel import Kernel, Settings, start
from lienso.sync.cloud_service import CloudService
from lienso.sync.enrolment import add_client, add_site, authenticate
from lienso.transport import ServeOptions, Services
from lienso_transport_grpc.server import GrpcServer


class Partner(CatalogEntry):
    """Somebody."""


class Small:
    """Module ``small``."""

    MANIFEST = Manifest("small", "Phân hệ nhỏ", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [RecordType("partner", Label("Đối tác", "Partner"), Partner, "catalog")]


def companies(head: Kernel, number: int) -> dict[str, str]:
    """Make two companies; returns tokens by name: sites A and B of one, X of the other."""
    one = head.add_tenant(f"ONE{number}", "Công ty").id
    other = head.add_tenant(f"OTHER{number}", "Công ty khác").id
    sites = {"A": one, "B": one, "X": other}
    programs = {"program": one, "stranger": other}
    return {
        **{name: add_site(head, tenant, name) for name, tenant in sites.items()},
        **{name: add_client(head, tenant, name) for name, tenant in programs.items()},
    }


def tell(what: object) -> None:
    """Write a line for the test."""
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Serve until the input ends; each line of it makes two more companies."""
    with start(Settings(modules=(), plugins={"small": Small()})) as head:
        services = Services(Api(head), lambda token: authenticate(head, token), CloudService(head))
        server = GrpcServer("grpc:127.0.0.1:0", services, ServeOptions())
        tell(server.url)
        for number, _line in enumerate(sys.stdin):
            tell(companies(head, number))
        server.stop(grace_s=0)


if __name__ == "__main__":
    main()
