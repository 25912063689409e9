"""What applies of the contract of transports is kept: Hello, push and pull, each call a file."""

from __future__ import annotations

import hashlib
import itertools
import tempfile
from pathlib import Path

import pytest
from lienso.errors import LinkError
from lienso.testing import TransportContract
from lienso.transport import Credentials, ServeOptions, Services
from lienso_transport_bundle import plugin
from lienso_transport_bundle.keys import SiteKey
from lienso_transport_bundle.link import CarriedLink, answer_call

BY_HAND = "a courier carries it, and nobody waits for an answer"


def key_of(token: str) -> SiteKey:
    """Give every token of the contract a key of its own."""
    tenant, site, _secret = token.split(".")
    return SiteKey(tenant, site, hashlib.sha256(token.encode()).digest())


class Cloud:
    """A place that files are carried to."""

    def __init__(self, url: str, services: Services) -> None:
        self.url, self.services = url, services

    def stop(self, grace_s: int = 5) -> None:
        """Nothing listens."""


class Courier:
    """Carries the files of calls between sites and clouds of this process."""

    def __init__(self) -> None:
        self._clouds: dict[str, Cloud] = {}
        self._numbers = itertools.count(1)
        self._bag = tempfile.TemporaryDirectory()

    def lienso_serve(self, url: str, services: Services, options: ServeOptions) -> Cloud:
        """Be a place that files are carried to."""
        cloud = Cloud(f"{url}{next(self._numbers)}", services)
        self._clouds[cloud.url] = cloud
        return cloud

    def lienso_connect(self, url: str, credentials: Credentials) -> CarriedLink:
        """Give a site its courier."""
        key = key_of(credentials.token)

        def carry(sent: Path, answer: Path) -> None:
            service = self._clouds[url].services.sync
            assert service is not None
            answer_call(service, key, sent, answer)

        return CarriedLink(key, Path(self._bag.name), carry)


class TestCarried(TransportContract):
    plugin = Courier()
    listen = "bundle:"
    not_applicable = {
        "serving": "nothing listens; the key of a site takes the place of its token",
        "life": BY_HAND,
        "numbers": BY_HAND,
        "calls": BY_HAND,
        "watch": BY_HAND,
        "programs": "programs talk to the server of their own side",
    }


def test_a_site_that_is_served_without_a_line_is_told_to_use_files() -> None:
    link = plugin.lienso_connect("bundle:", Credentials("t.S1.s"))
    assert link is not None

    with pytest.raises(LinkError) as refused:
        link.probe()

    assert refused.value.code == "bundle_by_hand"


def test_another_scheme_is_left_to_others() -> None:
    assert plugin.lienso_connect("grpc:127.0.0.1:1", Credentials("t.S1.s")) is None
