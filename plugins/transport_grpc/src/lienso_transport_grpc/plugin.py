"""gRPC transport, URL ``grpc:HOST:PORT``: the line of sites, and the client API of every server.

Everything heavy is imported by the hooks that need it: listing plugins must not load grpc.
"""

from __future__ import annotations

from lienso.hookspecs import hookimpl
from lienso.model import Manifest
from lienso.transport import ApiConnection, Credentials, Link, ServeOptions, Server, Services

MANIFEST = Manifest(name="grpc", title="gRPC", api="1.0")


@hookimpl
def lienso_connect(url: str, credentials: Credentials) -> Link | None:
    """Give a site its line to the cloud."""
    if not url.startswith("grpc:"):
        return None
    from .client_link import GrpcLink

    return GrpcLink(url, credentials)


@hookimpl
def lienso_connect_api(url: str, credentials: Credentials) -> ApiConnection | None:
    """Give a program its line to a server."""
    if not url.startswith("grpc:"):
        return None
    from .client_api import GrpcApi

    return GrpcApi(url, credentials)


@hookimpl
def lienso_serve(url: str, services: Services, options: ServeOptions) -> Server | None:
    """Listen; port 0 picks a free one, told by `Server.url`."""
    if not url.startswith("grpc:"):
        return None
    from .server import GrpcServer

    return GrpcServer(url, services, options)
