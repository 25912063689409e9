"""Channels of clients: where they go, what they show, and what their failures mean."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import grpc
from lienso.errors import LinkError
from lienso.transport import Credentials

from . import profile
from .errors import error_of

T = TypeVar("T")
Metadata = tuple[tuple[str, str], ...]


def open_channel(address: profile.Address, credentials: Credentials) -> grpc.Channel:
    """Make a channel; nothing is connected before the first call.

    Raises:
        Refused: ``tls_required``: off this machine a certificate authority must be named.
    """
    options = profile.channel_options(address)
    if credentials.ca_file:
        authority = grpc.ssl_channel_credentials(profile.read_pem(credentials.ca_file))
        return grpc.secure_channel(address.target, authority, options)
    profile.require_cleartext_allowed(address)
    return grpc.insecure_channel(address.target, options)


def metadata_of(credentials: Credentials) -> Metadata:
    """Return the headers that say who is calling."""
    return (("authorization", f"Bearer {credentials.token}"),) if credentials.token else ()


def called(address: profile.Address, call: Callable[[], T]) -> T:
    """Make a call. Raises: LinkError, or the error that the server answered."""
    try:
        return call()
    except grpc.RpcError as error:
        raise error_of(error, address.url) from error
    except ValueError as error:  # gRPC's word for a channel that was closed meanwhile
        raise closed(address) from error


def closed(address: profile.Address) -> LinkError:
    """Return what a call on a closed line raises."""
    return LinkError(detail={"url": address.url, "cause": "closed"})
