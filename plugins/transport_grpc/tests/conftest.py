"""A small module of two record types, and a cloud with it behind a real server on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import pytest
from lienso import (
    Capability,
    Column,
    Figure,
    Finding,
    Label,
    Manifest,
    Message,
    Record,
    RecordType,
    Refused,
    Report,
    Table,
    hookimpl,
)
from lienso.api import Api
from lienso.client import Client, connect
from lienso.fields import Body, CatalogEntry, Money, Params, Ref, Voucher
from lienso.kernel import Kernel
from lienso.sync.enrolment import add_client, add_site, authenticate
from lienso.testing import kernels
from lienso.transport import Credentials, Link, ServeOptions, Server, Services
from lienso_transport_grpc.client_link import GrpcLink
from lienso_transport_grpc.server import GrpcServer


class Line(Body):
    line: int
    partner: Annotated[str | None, Ref("partner")] = None
    amount: Money = 0


class Receipt(Voucher):
    lines: list[Line] = []


class Count(Params):
    count: int = 0


class Counted(Params):
    count: int


def _count(params: Count, session: Any) -> Counted:
    for number in range(params.count):
        session.progress(number + 1, params.count, "đang đếm")
    if params.count > 100:
        session.warn(Finding("warning", "much_counted", "count", None, {"count": params.count}))
    return Counted(count=params.count)


def _refuse(params: Count, session: Any) -> Counted:
    found = [
        Finding("error", "line_wrong", f"lines.{line}.amount", line, {"amount": line * 1000})
        for line in range(1, params.count + 1)
    ]
    raise Refused("invalid", {"count": params.count}, found)


def _crash(params: Count, session: Any) -> Counted:
    raise ValueError("a bug")


def _total(record: Record[Any], view: Any) -> dict[str, Any]:
    return {"total": sum(line.amount for line in record.data.lines)}


class Sample:
    """Module ``sample``."""

    MANIFEST = Manifest("sample", "Phân hệ thử", "1.0")

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        return [
            RecordType("partner", Label("Đối tác", "Partner"), CatalogEntry, "catalog"),
            RecordType(
                "receipt",
                Label("Phiếu thu", "Receipt"),
                Receipt,
                "voucher",
                number_prefix="PT",
                derived=_total,
            ),
        ]

    @hookimpl
    def lienso_capabilities(self) -> Sequence[Capability]:
        label = Label("Đếm", "Count")
        return [
            Capability("sample.count", label, Count, Counted, _count, "online_only"),
            Capability("sample.refuse", label, Count, Counted, _refuse),
            Capability("sample.crash", label, Count, Counted, _crash),
        ]

    @hookimpl
    def lienso_figures(self) -> Sequence[Figure]:
        label = Label("Số", "Number")
        return [Figure("sample.number", label, Count, lambda params, view: params.count, "blank")]

    @hookimpl
    def lienso_reports(self) -> Sequence[Report]:
        label = Label("Danh sách", "List")
        return [Report("sample.list", label, Count, _table)]

    @hookimpl
    def lienso_messages(self) -> dict[str, Message]:
        return {
            "line_wrong": Message("Số tiền {amount} không đúng", "Amount {amount} is wrong"),
            "much_counted": Message("Đếm nhiều: {count}", "Much was counted: {count}"),
        }


def _table(params: Count, view: Any) -> Table:
    columns = (
        Column("number", Label("Số", "Number"), "number"),
        Column("text", Label("Chữ", "Text")),
    )
    rows = tuple((number, "ộ" * 50) for number in range(params.count))
    return Table(columns, rows, Label("Danh sách", "List"), "tháng 3", (params.count, None))


@dataclass
class Served:
    """A kernel behind a server. ``connect`` gives clients that are closed at the end."""

    kernel: Kernel
    services: Services
    server: Server
    connect: Callable[[str], Client]
    link: Callable[[str], Link]

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def target(self) -> str:
        return self.server.url.removeprefix("grpc:")

    def client_token(self, name: str = "program", tenant: str = kernels.TENANT) -> str:
        return add_client(self.kernel, tenant, name)

    def site_token(self, site_id: str = "S1") -> str:
        return add_site(self.kernel, kernels.TENANT, site_id)


def services_of(head: Kernel) -> Services:
    """Offer everything that a cloud offers."""
    return Services(Api(head), lambda token: authenticate(head, token), kernels.service_of(head))


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Serve kernels; everything is closed at the end, lines before servers."""
    closing: list[Callable[[], object]] = []

    def start(kernel: Kernel, services: Services, options: ServeOptions | None = None) -> Served:
        server = GrpcServer("grpc:127.0.0.1:0", services, options or ServeOptions())
        closing.append(lambda: server.stop(grace_s=0))

        def connected(token: str) -> Client:
            client = connect(server.url, token)
            closing.append(client.close)
            return client

        def linked(token: str) -> Link:
            link = GrpcLink(server.url, Credentials(token))
            closing.append(link.close)
            return link

        return Served(kernel, services, server, connected, linked)

    yield start
    for close in reversed(closing):
        close()


@pytest.fixture
def head() -> Iterator[Kernel]:
    """A cloud of one company in memory."""
    with kernels.cloud(plugins={"sample": Sample()}) as kernel:
        yield kernel


@pytest.fixture
def cloud(head: Kernel, serve: Callable[..., Served]) -> Served:
    """The cloud behind a server."""
    served: Served = serve(head, services_of(head))
    return served


@pytest.fixture
def client(cloud: Served) -> Client:
    """A program that may call the cloud."""
    return cloud.connect(cloud.client_token())
