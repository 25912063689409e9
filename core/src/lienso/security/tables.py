"""State tables of certificates and enrolment; all of them in the cloud, by tenant."""

from __future__ import annotations

from ..storage import StateTable
from ..sync import tables

AUTHORITY = StateTable(
    "authority",
    ("name",),
    {"name": "text", "certificate": "text", "sealed_key": "bytes", "made_at": "text"},
)
"""The company's certificate authority; its key is sealed (`lienso.security.sealing`)."""

CERTIFICATE = StateTable(
    "certificate",
    ("serial",),
    {
        "serial": "text",
        "kind": "text",
        "name": "text",
        "issued_at": "text",
        "expires_at": "text",
        "revoked_at": "text",
        "reason": "text",
    },
    (("kind", "name"),),
)
"""Every certificate that was issued. One that is not here, or has ``revoked_at``, opens nothing."""

ENROLMENT_CODE = StateTable(
    "enrolment_code",
    ("code_id",),
    {
        "code_id": "text",
        "secret_hash": "text",
        "kind": "text",
        "name": "text",
        "label": "text",
        "expires_at": "text",
        "wrong_tries": "int",
        "public_key": "text",
        "certificate": "text",
    },
    (("kind", "name"),),
)
"""One-time codes; ``public_key`` (its hash) and ``certificate`` tell what a code was used for."""

CLOUD_TABLES = (*tables.CLOUD_TABLES, AUTHORITY, CERTIFICATE, ENROLMENT_CODE)
SITE_TABLES = tables.SITE_TABLES
"""All state tables of a kernel, by role."""
