"""On whose behalf the kernel works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """On whose behalf the kernel works; made from credentials, never from a request's body.

    Attributes:
        tenant: the company.
        user: sign-in name; ``system`` for the kernel itself.
        site: id of the site it comes through; empty in the cloud.
        workstation: label of the machine.
        trusted: the administrator at the server's own keyboard: no right is asked (`lienso.rights`).
        read_only: may read and print and nothing else: signed in without the cloud for too long.
    """

    tenant: str
    user: str = "system"
    site: str = ""
    workstation: str = ""
    trusted: bool = False
    read_only: bool = False
