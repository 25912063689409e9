"""The gRPC transport keeps the contract of transports."""

from __future__ import annotations

from lienso.testing import TransportContract
from lienso_transport_grpc import plugin


class TestGrpc(TransportContract):
    plugin = plugin
    listen = "grpc:127.0.0.1:0"
