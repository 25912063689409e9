"""A cloud of two companies in a process of its own: prints where it is, ends when its input does."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from lienso import Label, Manifest, RecordType, hookimpl
from lienso.api import Api
from lienso.fields import CatalogEntry
from lienso.sync.enrolment import add_client, add_site, authenticate
from lienso.testing import kernels
from lienso.transport import ServeOptions, Services
from lienso_transport_grpc.server import GrpcServer

OTHER = "01890000-0000-7000-8000-000000000002"


class Partner(CatalogEntry):
    """Somebody."""


class Small:
    """Module ``small``."""

    MANIFEST = Manifest("small", "Phân hệ nhỏ", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [RecordType("partner", Label("Đối tác", "Partner"), Partner, "catalog")]


def main() -> None:
    """Serve until the input ends."""
    with kernels.cloud(plugins={"small": Small()}) as head:
        head.add_tenant("OTHER", "Công ty khác", id=OTHER)
        service = kernels.service_of(head)
        services = Services(Api(head), lambda token: authenticate(head, token), service)
        server = GrpcServer("grpc:127.0.0.1:0", services, ServeOptions())
        tokens = {
            name: add_site(head, tenant, name)
            for name, tenant in (("A", kernels.TENANT), ("B", kernels.TENANT), ("X", OTHER))
        }
        tokens["program"] = add_client(head, kernels.TENANT, "program")
        tokens["stranger"] = add_client(head, OTHER, "stranger")
        sys.stdout.write(json.dumps({"url": server.url, "tokens": tokens}) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
        server.stop(grace_s=0)


if __name__ == "__main__":
    main()
