"""The conformance suite of transports: a transport that passes it is a transport.

A transport's tests subclass it and name the plugin's module and where it may listen:

    class TestAcmeTransport(TransportContract):
        plugin = lienso_transport_acme.plugin
        listen = "acme:127.0.0.1:0"

A transport that cannot do everything a line does names the `GROUPS` that do not apply to it, each
with the reason, in ``not_applicable``; their tests are skipped with it.

It needs pytest. What only one transport can show (a hostile peer, certificates) stands in its tests.
"""

from __future__ import annotations

from .transport_line import LineTests
from .transport_messages import MessageTests
from .transport_programs import ErrorTests, ProgramTests


class TransportContract(MessageTests, ErrorTests, LineTests, ProgramTests):
    """All tests; override ``plugin`` and ``listen``."""
