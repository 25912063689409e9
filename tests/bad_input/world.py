"""What the tests of bad input share: bodies, a company with its door, a site's push."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from lienso.canonical import canonical_text
from lienso.client import Client, connect
from lienso.errors import LiensoError
from lienso.kernel import Kernel
from lienso.sync.enrolment import add_client, add_site
from lienso.sync.messages import CHAIN_START, Change, HelloRequest, PushRequest, Session
from lienso.testing import kernels
from lienso.transport import Credentials, Server
from lienso_transport_grpc.client_link import GrpcLink

MODULES = ("system", "catalog", "general_ledger", "cash")
DAY = "2026-03-02"


def receipt(*lines: Mapping[str, Any], **header: Any) -> dict[str, Any]:
    """Write the body of a cash receipt; one good line when none is given."""
    rows = lines or ({},)
    pair = {"debit": "1111", "credit": "711", "amount": 500_000}
    numbered = [{"line": number, **pair, **row} for number, row in enumerate(rows, 1)]
    return {"posting_date": DAY, "reason": "Thu khác", "lines": numbered, **header}


@dataclass
class Company:
    """A company in the cloud, with the door that programs use."""

    kernel: Kernel
    server: Server
    client: Client
    opened: list[Client] = field(default_factory=list)

    def connect(self, tenant: str, name: str = "program") -> Client:
        """Open another line, for a company of this cloud."""
        line = connect(self.server.url, add_client(self.kernel, tenant, name))
        self.opened.append(line)
        return line

    def site_token(self, site_id: str) -> str:
        """Enrol a site."""
        return add_site(self.kernel, kernels.TENANT, site_id)

    def refused(self, work: Callable[[], Any]) -> LiensoError:
        """Do what must be refused: nothing may have changed; returns the error."""
        before = self.kernel.storage.head(kernels.TENANT)
        with pytest.raises(LiensoError) as caught:
            work()
        assert self.kernel.storage.head(kernels.TENANT) == before
        return caught.value


def change(number: int, body: dict[str, Any] | str, type: str = "cash_receipt") -> Change:
    """Write a change as a site sends it."""
    text = body if isinstance(body, str) else canonical_text(body)
    return Change(
        change_id=f"01890000-0000-7000-8000-0000000001{number:02d}",
        type=type,
        record_id=f"01890000-0000-7000-8000-0000000002{number:02d}",
        op="CREATE",
        base_version=0,
        body=text,
        schema_version=1,
    )


def pushed(company: Company, *changes: Change) -> list[tuple[str, dict[str, Any]]]:
    """Push as site S9 over gRPC; returns (verdict, detail) of each."""
    link = GrpcLink(company.server.url, Credentials(company.site_token("S9")))
    hello = link.hello(HelloRequest(0, "", 0, 0, (CHAIN_START,), 0))
    session = Session(hello.session_id, hello.incarnation, hello.history_id)
    reply = link.push(PushRequest(session, 1, CHAIN_START, changes))
    link.close()
    return [(verdict.code, dict(verdict.detail)) for verdict in reply.verdicts]
