"""Every rpc of the protos, by the name that the kernel uses (``Records.Save``), with its deadline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from lienso_api.v1 import (
    capabilities_pb2,
    enrolment_pb2,
    figures_pb2,
    records_pb2,
    reports_pb2,
    site_pb2,
    sync_pb2,
    users_pb2,
)

DEADLINE_S = 30
"""For calls that work on one record or one page."""

LONG_DEADLINE_S = 600
"""For calls that may work on everything: functions, reports, a whole synchronisation."""

_DEADLINES_S = {
    "Sync.Hello": 10,
    "Sync.Push": 15,
    "Sync.Pull": 15,
    "Sync.ReOffer": 15,
    "Sync.Heartbeat": 3,
    "Sync.Probe": 3,
    "Sync.ReserveNumbers": 10,
    "Sync.Call": LONG_DEADLINE_S,
    "Capabilities.Invoke": LONG_DEADLINE_S,
    "Figures.Get": 60,
    "Records.PrintPdf": LONG_DEADLINE_S,
    "Reports.Run": LONG_DEADLINE_S,
    "Reports.PrintPdf": LONG_DEADLINE_S,
    "Site.Synchronize": LONG_DEADLINE_S,
    "Site.Retry": LONG_DEADLINE_S,
    "Site.Compare": LONG_DEADLINE_S,
    "Site.Renumber": LONG_DEADLINE_S,
    "Site.ExportPending": LONG_DEADLINE_S,
}


@dataclass(frozen=True, slots=True)
class Rpc:
    """One rpc.

    Attributes:
        name: ``Service.Method``; ``path``: as HTTP/2 asks for it.
        deadline_s: None for a watch, which lasts until one side hangs up.
        streams: it answers many times.
    """

    name: str
    path: str
    request: type[Message]
    reply: type[Message]
    deadline_s: int | None
    streams: bool

    @property
    def watches(self) -> bool:
        """Whether it waits for things to happen."""
        return self.name.endswith(".Watch")


def _rpcs(*modules: ModuleType) -> dict[str, Rpc]:
    found = {}
    for module in modules:
        for service in module.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                name = f"{service.name}.{method.name}"
                watches = method.name == "Watch"
                found[name] = Rpc(
                    name,
                    f"/{service.full_name}/{method.name}",
                    GetMessageClass(method.input_type),
                    GetMessageClass(method.output_type),
                    None if watches else _DEADLINES_S.get(name, DEADLINE_S),
                    method.server_streaming,
                )
    return found


SYNC: Mapping[str, Rpc] = _rpcs(sync_pb2)
"""What a cloud offers to sites."""

API: Mapping[str, Rpc] = _rpcs(
    records_pb2, capabilities_pb2, figures_pb2, reports_pb2, site_pb2, users_pb2
)
"""What every server offers to programs."""

CERTIFICATES: Mapping[str, Rpc] = _rpcs(enrolment_pb2)
"""Enrolment, on its own port, and renewal, which a cloud offers beside the rest."""

ENROLMENT = ("Enrolment.Describe", "Enrolment.Enrol")
"""What callers without a certificate may ask."""
