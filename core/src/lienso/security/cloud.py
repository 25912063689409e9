"""Everything a cloud needs to be safe off its machine, opened from its key folder."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ..storage import Tenant
from ..transport import ServeOptions, Services
from .authority import Authority, Kind, identify
from .enrolling import Enrolling, Invitation, make_code
from .rates import CallLimits
from .sealing import open_sealer
from .server_identity import ServerAuthority

if TYPE_CHECKING:
    from ..kernel import Kernel


class CloudSecurity:
    """The authorities of a cloud, and how it serves behind them."""

    def __init__(self, kernel: Kernel, folder: Path, passphrase: str = "") -> None:
        """Open the key folder; made when there is none.

        Args:
            passphrase: seals the keys in place of the folder's key file.
        Raises:
            Refused: ``sealing_key_wrong``, ``key_file_open``, ``file_unreadable``.
        """
        sealer = open_sealer(folder, passphrase)
        self._kernel = kernel
        self.authority = Authority(kernel, sealer)
        self.server = ServerAuthority(folder, sealer, kernel.clock)
        self.enrolling = Enrolling(kernel, self.authority, self.server.certificate)

    def invite(self, tenant: Tenant, kind: Kind, name: str, label: str = "") -> Invitation:
        """Make a one-time code. Raises: as `make_code`."""
        self.authority.certificate(tenant.id)  # from now on the server lets this company in
        return make_code(self._kernel, self.server.fingerprint, tenant, kind, name, label)

    def services(self, services: Services) -> Services:
        """Return a cloud's services for callers that are known by certificate, within limits."""
        return dataclasses.replace(
            services,
            identify=partial(identify, self._kernel),
            certificates=self.enrolling,
            limit=CallLimits(self._kernel.clock),
        )

    def options(self, names: Sequence[str], reflection: bool = False) -> ServeOptions:
        """Return how to serve sites and programs: they must show a certificate.

        Args:
            names: DNS names and IP addresses by which they reach the server.
        """
        tls = self.server.tls(names, self.authority.trusted)
        return ServeOptions(reflection=reflection, tls=tls)

    def enrolment_options(self, names: Sequence[str]) -> ServeOptions:
        """Return how to serve enrolment, on a port of its own.

        gRPC can require client certificates of a port or not ask for them: it cannot do both on one.
        """
        return ServeOptions(tls=self.server.tls(names, None), enrolment=True)


def key_folder(storage: str) -> Path | None:
    """Return where the keys of a database stand when nobody says: beside it, ``PATH.keys``."""
    scheme, _, path = storage.partition(":")
    return Path(f"{path}.keys") if scheme == "sqlite" and path else None
