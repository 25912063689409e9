"""Settings of an installation: ``lienso.toml``, over it the environment, over it command options.

Secrets are never among them: a site's token stands in a file of its own, and only its path is here.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from .errors import Refused
from .model import Role
from .sync.link_machine import LinkTimes

if TYPE_CHECKING:
    from .kernel import Settings
    from .transport import Link

FILE_NAME = "lienso.toml"
ENVIRONMENT = "LIENSO_"
NO_SETTINGS = frozenset(
    {"LIENSO_TRACE", "LIENSO_DATA", "LIENSO_CONFIG", "LIENSO_AT", "LIENSO_USER_TOKEN_FILE"}
)
"""Variables that are no settings: the log of hooks, where the settings are, which site is asked and as
whom."""

LISTEN: Mapping[Role, str] = {"cloud": "grpc:127.0.0.1:7400", "site": "grpc:127.0.0.1:7401"}

_TIMES = LinkTimes()
_PATHS = ("escrow", "escrow_key", "forms",
    "token_file", "ca_file", "certificate_file", "key_file", "identity", "key_folder", "passphrase_file",
)  # fmt: skip


def _names(value: Any) -> Any:
    """Read ``a, b`` of the environment as a list of names."""
    if isinstance(value, str):
        return tuple(name.strip() for name in value.split(",") if name.strip())
    return value


class LogSettings(BaseModel):
    """How the log is written, to standard error."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["console", "json"] = "console"


class TimeSettings(BaseModel):
    """Milliseconds of a site's line (`lienso.sync.link_machine.LinkTimes`)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    settle_ms: int = Field(_TIMES.settle, ge=0)
    settle_start_ms: int = Field(_TIMES.settle_start, ge=0)
    probe_reconnecting_ms: int = Field(_TIMES.probe_reconnecting, ge=1)
    probe_online_ms: int = Field(_TIMES.probe_online, ge=1)
    probe_offline_ms: tuple[int, ...] = Field(_TIMES.probe_offline, min_length=1)
    silent_ms: int = Field(_TIMES.silent, ge=1)
    pull_every_ms: int = Field(_TIMES.pull_every, ge=1)

    def link_times(self) -> LinkTimes:
        """Return them as the line's machine takes them."""
        return LinkTimes(**{name.removesuffix("_ms"): value for name, value in self})


class Configuration(BaseSettings):
    """What an installation has set; made by `load`.

    Attributes:
        role: None when nothing says it: the command decides.
        storage: URL of the database; ``{data}`` stands for the folder of ``lienso.toml``.
        modules: names to load; None loads all that are installed.
        tenant, site: at a site, whose it is: the company's id and the site's name.
        cloud: at a site, URL of the cloud. ``identity``: the folder with its key and certificate,
            that ``site enrol`` made; on the cloud's machine ``token_file``, mode 0600, instead.
        compression: of a site's line: ``auto`` is gzip wherever the cloud is on another machine,
            ``none`` is for a LAN.
        listen: where to serve; empty takes the role's own address.
        names: in the cloud, by which sites reach it; with them it asks everybody for a certificate,
            as it must off this machine. ``enrol``: where it serves enrolment. ``key_folder``: that of
            its keys; empty is beside the database. ``passphrase_file``: seals them.
        certificate_file, key_file: PEM, for an encrypted line on this machine; ``ca_file``: who
            signed them.
        escrow: at a site, a folder on another disk for copies of what is unsent; ``escrow_key``: the
            file of their key, empty for ``escrow.key`` beside the settings.
        forms: folder of printed forms of the company's own (`docs/printing.md`); empty: none.
        reflection: let tools ask the server for its API.
        metrics: where figures for Prometheus are served, ``HOST:PORT`` or ``PORT`` of this machine;
            ``traces``: an OpenTelemetry collector. Empty: nowhere. Both need lienso-telemetry.
        language: of texts for people: ``vi`` or ``en``.
    """

    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT, env_nested_delimiter="__", extra="forbid", frozen=True
    )

    role: Role | None = None
    storage: str = ""
    modules: Annotated[tuple[str, ...] | None, NoDecode, BeforeValidator(_names)] = None
    tenant: str = ""
    site: str = ""
    cloud: str = ""
    token_file: str = ""
    ca_file: str = ""
    identity: str = ""
    compression: Literal["auto", "gzip", "none"] = "auto"
    listen: str = ""
    names: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_names)] = ()
    enrol: str = ""
    key_folder: str = ""
    passphrase_file: str = ""
    certificate_file: str = ""
    key_file: str = ""
    escrow: str = ""
    escrow_key: str = ""
    forms: str = ""
    reflection: bool = False
    metrics: str = ""
    traces: str = ""
    language: Literal["vi", "en"] = "vi"
    log: LogSettings = LogSettings()
    times: TimeSettings = TimeSettings()

    def as_role(self, role: Role) -> Configuration:
        """Return these settings for a command of a role. Raises: Refused: ``wrong_role``."""
        if self.role not in (None, role):
            raise Refused("wrong_role", {"role": self.role, "wanted": role})
        return self.model_copy(update={"role": role, "listen": self.listen or LISTEN[role]})

    def token(self) -> str:
        """Return the site's token.

        Raises:
            Refused: ``setting_missing``, ``file_unreadable``, ``token_invalid``.
        """
        if not self.token_file:
            raise Refused("setting_missing", {"key": "token_file", "option": "--token-file"})
        return read_token(Path(self.token_file))

    def settings(self, link: Link | None = None, *, create: bool = False) -> Settings:
        """Return what a kernel starts with.

        Args:
            create: make the database where there is none; else that is refused.
            link: an open line in place of the one to ``cloud``; no token is read then.
        Raises:
            Refused: ``setting_missing``: the storage; at a site the cloud or the token.
        """
        from .kernel import Settings

        if not self.storage:
            raise Refused("setting_missing", {"key": "storage", "option": "--storage"})
        role = self.role or "cloud"
        if role == "cloud":
            return Settings(role, self.storage, self.modules, create=create, forms=self.forms)
        if link is None and not self.cloud:
            raise Refused("setting_missing", {"key": "cloud", "option": "--cloud"})
        if self.identity and link is None:
            return self._certified(create)
        token = "" if link is not None else self.token()
        tenant, site = (self.tenant, self.site) if not token else named_in(token)
        return Settings(
            role,
            self.storage,
            self.modules,
            create=create,
            cloud=self.cloud,
            token=token,
            ca_file=self.ca_file,
            tenant_id=tenant,
            site_id=site,
            link=link,
            forms=self.forms,
            compression=self.compression,
        )

    def _certified(self, create: bool) -> Settings:
        """Return how a site starts that shows a certificate. Raises: Refused: ``not_enrolled``."""
        from .kernel import Settings
        from .security import own_identity

        folder = Path(self.identity)
        known, shown = own_identity.enrolled(folder), own_identity.credentials(folder)
        return Settings(
            "site",
            self.storage,
            self.modules,
            create=create,
            cloud=self.cloud,
            ca_file=shown.ca_file,
            identity_file=shown.identity_file,
            tenant_id=known.tenant_id,
            site_id=known.name,
            forms=self.forms,
            compression=self.compression,
        )


ESCROW_KEY = "escrow.key"
"""Name of the key of copies, beside the settings."""


def read_token(path: Path) -> str:
    """Read a token from its file. Raises: Refused: ``file_unreadable``, ``token_invalid``."""
    try:
        token = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a text"
        raise Refused("file_unreadable", {"path": str(path), "reason": reason}) from error
    tenant, _, rest = token.partition(".")
    if not (tenant and rest.partition(".")[2]):
        raise Refused("token_invalid", {"path": str(path)})
    return token


def named_in(token: str) -> tuple[str, str]:
    """Return the company's id and the site that a token names."""
    tenant, _, rest = token.partition(".")
    return tenant, rest.partition(".")[0]


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whatever was there; its folder is made.

    Raises:
        Refused: ``file_unwritable``.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        detail = {"path": str(path), "reason": error.strerror}
        raise Refused("file_unwritable", detail) from error


def is_private(path: Path) -> bool:
    """Tell whether nobody but the owner may read a file; always so where files have no modes."""
    return os.name != "posix" or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)


def load(data: Path, file: Path | None = None, **options: Any) -> Configuration:
    """Read the settings of a data folder.

    Args:
        data: the folder; its ``lienso.toml`` is read when it is there.
        file: another file in place of that one, which must be there.
        options: what the command was given; empty and None mean not given.
    Raises:
        Refused: ``file_unreadable``; ``setting_invalid`` with source, key and reason.
    """
    path = file or data / FILE_NAME
    if file is not None and not file.is_file():
        raise Refused("file_unreadable", {"path": str(file), "reason": "no such file"})
    given = {name: value for name, value in options.items() if value not in (None, "", False, [])}
    given |= {name: str(Path(given[name]).absolute()) for name in _PATHS if name in given}
    _refuse_unknown_variables()

    class _Loaded(Configuration):
        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            init_settings: PydanticBaseSettingsSource,
            env_settings: PydanticBaseSettingsSource,
            dotenv_settings: PydanticBaseSettingsSource,
            file_secret_settings: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)

    try:
        found = _Loaded(**given)
    except ValidationError as error:
        raise _refusal(error, path, given) from error
    except OSError as error:
        detail = {"path": str(path), "reason": error.strerror}
        raise Refused("file_unreadable", detail) from error
    except ValueError as error:  # TOML that cannot be read, or a variable that is no JSON
        raise Refused(
            "setting_invalid", {"source": str(path), "key": "", "reason": str(error)}
        ) from error
    folder = str(path.absolute().parent)
    placed = {"storage": found.storage.replace("{data}", folder)}
    placed |= {name: _below(folder, getattr(found, name)) for name in _PATHS}
    if found.escrow and not found.escrow_key:
        placed["escrow_key"] = _below(folder, ESCROW_KEY)
    return Configuration.model_construct(**{**dict(found), **placed})


def _below(folder: str, path: str) -> str:
    return str(Path(folder, path)) if path else ""


def _refuse_unknown_variables() -> None:
    known = {f"{ENVIRONMENT}{name.upper()}" for name in Configuration.model_fields}
    for name in sorted(os.environ):
        if not name.startswith(ENVIRONMENT) or name in NO_SETTINGS:
            continue
        if name.partition("__")[0] not in known:
            detail = {"source": "environment", "key": name, "reason": "no such setting"}
            raise Refused("setting_invalid", detail)


def _refusal(error: ValidationError, path: Path, given: Mapping[str, Any]) -> Refused:
    """Name source, key and reason of what is wrong; values are left out, one may be a secret."""
    problems = [_problem(found, path, given) for found in error.errors(include_input=False)]
    first = problems[0]
    return Refused(
        "setting_invalid", {**first, "problems": problems[1:]} if problems[1:] else first
    )


def _problem(found: Any, path: Path, given: Mapping[str, Any]) -> dict[str, str]:
    names = [str(part) for part in found["loc"] if isinstance(part, str)]
    variable = ENVIRONMENT + "__".join(names).upper()
    if names and names[0] in given:
        source = "command line"
    elif any(name == variable or name.startswith(f"{variable}__") for name in os.environ):
        source = f"environment {variable}"
    else:
        source = str(path)
    unknown = found["type"] == "extra_forbidden"
    reason = "no such setting" if unknown else str(found["msg"])
    return {"source": source, "key": ".".join(names), "reason": reason}
