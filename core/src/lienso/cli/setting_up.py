"""Making a data folder: ``lienso.toml`` with its comments, the database, a site's token."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import discovery
from ..configuration import FILE_NAME, LISTEN, named_in, read_token, write_private
from ..errors import Refused

if TYPE_CHECKING:
    from ..model import Role

TOKEN_FILE = "site.token"

_TEMPLATE = """\
# Settings of this {role}. Over them stand the environment (LIENSO_STORAGE, LIENSO_LOG__LEVEL …) and
# the options of a command. All settings: docs/commands.md.

role = "{role}"

# {{data}} stands for the folder of this file.
storage = {storage}

# Modules to load; what was installed when this file was written.
modules = {modules}

# Where it listens.{note}
listen = {listen}

# Where figures for Prometheus are served, HOST:PORT, or PORT of this machine; empty: nowhere. It needs
# the plugin lienso-telemetry.
metrics = ""

# Texts for people: "vi" or "en".
language = "vi"
{own}
[log]
level = "info"        # debug, info, warning, error
format = "console"    # console, or json: one object a line
"""

_CLOUD = """
# Names and IP addresses by which sites reach this cloud: with them it asks everybody for a certificate,
# as it must off this machine. enrol is where sites get theirs; key_folder holds the cloud's own,
# empty for beside the database: back it up, apart from the database.
names = [{names}]
enrol = {enrol}
key_folder = {keys}

# For an encrypted line on this machine, by token: a certificate and its key, PEM.
certificate_file = {certificate}
key_file = {key}
"""

_SITE = """
# Whose site this is, and the cloud it keeps in step with. identity is the folder that site enrol made.
# On the cloud's machine a token takes its place, in a file that only the owner of this process may
# read; ca_file is then who signed the cloud's certificate, PEM.
tenant = {tenant}
site = {site}
cloud = {cloud}
identity = {identity}
token_file = {token}
ca_file = {ca}

# A folder on another disk, for a copy of every change that is not sent yet: what a restored database
# lacks is in it. Its key, escrow.key beside this file, belongs in a safe place too.
escrow = ""
"""

_TIMES = """
[times]
settle_ms = 10000     # a line must hold so long before it counts as back
"""


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # A JSON text is a TOML basic string.


def installed_modules() -> list[str]:
    """Return the names of the modules that are installed."""
    return sorted({found.name for found in discovery.installed(discovery.MODULES)})


def settings_text(role: Role, storage: str, own: str, listen: str = "") -> str:
    """Return the text of a ``lienso.toml``, with its comments.

    Args:
        own: the part that only this role has: `cloud_text` or `site_text`.
    """
    text = _TEMPLATE.format(
        role=role,
        storage=_quoted(storage),
        modules=f"[{', '.join(map(_quoted, installed_modules()))}]",
        note="" if role == "cloud" else " A site serves its own machine only.",
        listen=_quoted(listen or LISTEN[role]),
        own=own,
    )
    return text + _TIMES if role == "site" else text


def cloud_text(
    certificate: str = "", key: str = "", names: Sequence[str] = (), enrol: str = "", keys: str = ""
) -> str:
    """Return the part of a ``lienso.toml`` that only a cloud has."""
    return _CLOUD.format(
        certificate=_quoted(certificate),
        key=_quoted(key),
        names=", ".join(map(_quoted, names)),
        enrol=_quoted(enrol),
        keys=_quoted(keys),
    )


def site_text(
    tenant: str,
    site: str,
    cloud: str = "",
    token_file: str = "",
    ca_file: str = "",
    identity: str = "",
) -> str:
    """Return the part of a ``lienso.toml`` that only a site has."""
    return _SITE.format(
        tenant=_quoted(tenant),
        site=_quoted(site),
        cloud=_quoted(cloud),
        token=_quoted(token_file),
        ca=_quoted(ca_file),
        identity=_quoted(identity),
    )


def absolute(path: str) -> str:
    """Return a path as it may stand in the settings, whose relative ones start at their folder."""
    return str(Path(path).absolute()) if path else ""


def write_settings(folder: Path, text: str, name: str = FILE_NAME) -> Path:
    """Make the folder and write its settings. Raises: Refused: ``file_exists``, ``file_unwritable``."""
    path = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise Refused("file_exists", {"path": str(path)}) from error
    except OSError as error:
        raise Refused("file_unwritable", {"path": str(path), "reason": error.strerror}) from error
    return path


def keep_token(folder: Path, source: Path) -> tuple[str, str]:
    """Copy a site's token into its folder, readable by the owner alone; returns company and site.

    Raises:
        Refused: ``file_unreadable``, ``token_invalid``, ``file_unwritable``.
    """
    token = read_token(source)
    write_private(folder / TOKEN_FILE, token + "\n")
    return named_in(token)
