"""State tables of certificates and enrolment (in the cloud), and of signing in, by tenant."""

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

PASSWORD = StateTable("password", ("user",), {"user": "text", "verifier": "text", "set_at": "text"})
"""Passwords of users, in the cloud: argon2id, never the password."""

SITE_USER = StateTable(
    "site_user",
    ("user", "site_id"),
    {"user": "text", "site_id": "text", "granted_at": "text", "until": "text"},
)
"""Who signed in at which site, in the cloud: a site can speak for nobody else."""

GRANT = StateTable(
    "sign_in_grant",
    ("user", "token_name"),
    {
        "user": "text",
        "token_name": "text",
        "verifier": "text",
        "since": "text",
        "granted_at": "text",
        "until": "text",
        "seal": "text",
    },
)
"""Who may sign in at this site without the cloud, and until when. ``verifier``: of the password
(argon2id), or of the token that ``token_name`` names. ``since``: when the password was set, by
the cloud's clock, or that verifier again. ``seal``: of the whole row, by the site's key, which is not in
the database."""

SIGN_IN_SESSION = StateTable(
    "sign_in_session",
    ("token_hash",),
    {
        "token_hash": "text",
        "user": "text",
        "workstation": "text",
        "made_at": "text",
        "until": "text",
        "full_until": "text",
        "token_name": "text",
        "since": "text",
        "seal": "text",
    },
    (("user",),),
)
"""Who is signed in: a hash of what the workstation shows. After ``full_until`` it may only read and
print. ``token_name``, ``since``, ``seal``: as of a grant."""

SIGN_IN_TRY = StateTable(
    "sign_in_try",
    ("user", "workstation"),
    {"user": "text", "workstation": "text", "tries": "int", "at": "text", "locked_until": "text"},
)
"""Wrong tries since the last right one, and until when further ones are not looked at."""

SIGN_IN_LOG = StateTable(
    "sign_in_log",
    ("id",),
    {
        "id": "text",
        "at": "text",
        "user": "text",
        "workstation": "text",
        "site": "text",
        "event": "text",
        "detail": "text",
        "sent": "bool",
    },
    (("at",), ("sent",)),
)
"""Sign-ins, wrong tries, lock-outs; only added to. ``sent``: at a site, the cloud has the row too."""

WARNING_HIDDEN = StateTable(
    "warning_hidden", ("user", "workstation"), {"user": "text", "workstation": "text", "at": "text"}
)
"""At a site: who does not want to be warned there, when he signs in, that it works offline."""

REWRITTEN = StateTable(
    "rewritten",
    ("run", "place"),
    {
        "run": "text",
        "place": "int",
        "kind": "text",
        "type": "text",
        "record_id": "text",
        "version": "int",
        "note": "text",
        "at": "text",
    },
    indexes=(("kind", "at"),),
)
"""What functions that rewrite history changed, so that they can be taken back. ``note``: their own JSON."""

_BOTH = (SIGN_IN_SESSION, SIGN_IN_TRY, SIGN_IN_LOG)
CLOUD_TABLES = (
    *tables.CLOUD_TABLES, REWRITTEN, AUTHORITY, CERTIFICATE, ENROLMENT_CODE, PASSWORD, SITE_USER, *_BOTH,
)  # fmt: skip
SITE_TABLES = (*tables.SITE_TABLES, GRANT, WARNING_HIDDEN, *_BOTH)
"""All state tables of a kernel, by role."""
