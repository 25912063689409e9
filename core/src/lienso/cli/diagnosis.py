"""What ``lienso doctor`` looks at, one thing after another; each says what to do next."""

from __future__ import annotations

import datetime
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from .. import discovery
from ..disk import FREE_BYTES_MIN
from ..errors import LiensoError, LinkError
from ..ids import instant_text
from .shared import Said, configured, no_line

if TYPE_CHECKING:
    from ..configuration import Configuration
    from ..kernel import Kernel

ANSWER_S = 3
"""How long a server on this machine may take to show itself."""

CLOCK_SLACK = datetime.timedelta(minutes=5)
"""A record may come from a machine whose clock goes this much ahead."""


@dataclass(frozen=True, slots=True)
class Line:
    """One finding: ``ok``, ``note`` (worth knowing) or ``wrong``; ``next`` says what to do."""

    about: str
    state: Literal["ok", "note", "wrong"]
    text: str
    next: str = ""

    @property
    def mark(self) -> str:
        """The sign in front of the line."""
        return {"ok": "✓", "note": "·", "wrong": "✗"}[self.state]

    def as_json(self) -> dict[str, Any]:
        """Return the line as JSON values."""
        return asdict(self)


def diagnose(data: Path, config: Path | None, storage: str) -> list[Line]:
    """Look at settings, plugins, disk, port, database, clock and what waits."""
    said = Said()
    try:
        found = configured(said, data, config, storage=storage)
    except LiensoError as error:
        return [Line("settings", "wrong", said.text(error), "correct it and run doctor again")]
    role = found.role or "cloud"
    lines = [Line("settings", "ok", f"role {role}, storage {found.storage or 'none'}")]
    lines += [
        *_plugins(found),
        *_token(found),
        _disk(config.parent if config else data),
        *_port(found),
    ]
    lines += _store(said, found)
    return lines


def _plugins(found: Configuration) -> Iterator[Line]:
    from ..plugins import load_plugins

    plugins = load_plugins(found.modules, {})
    for failure in plugins.failures:
        yield Line("plugins", "wrong", str(failure), "uninstall or repair it, or leave it out")
    if not plugins.failures:
        names = ", ".join(plugins.registry.modules)
        yield Line("plugins", "ok", f"modules {names}")
    drivers = {item.name for item in discovery.installed(discovery.TRANSPORT)}
    for url in filter(None, (found.listen, found.cloud)):
        scheme = url.partition(":")[0]
        if scheme not in drivers:
            there = ", ".join(sorted(drivers))
            yield Line(
                "plugins", "wrong", f"no transport {scheme} for {url}; there are: {there}",
                f"install lienso-transport-{scheme}",
            )  # fmt: skip


def _token(found: Configuration) -> Iterator[Line]:
    from ..configuration import is_private

    if found.role != "site" or not found.cloud:
        return
    if found.identity:
        yield _identity(Path(found.identity))
        return
    try:
        found.token()
    except LiensoError as error:
        yield Line("token", "wrong", Said().text(error), "lienso cloud add-site; --token-file")
        return
    if is_private(Path(found.token_file)):
        yield Line("token", "ok", found.token_file)
    else:
        advice = f"chmod 600 {found.token_file}"
        yield Line("token", "wrong", f"others can read {found.token_file}", advice)


def _identity(folder: Path) -> Line:
    """Look at a site's certificate, which renews itself while the site runs."""
    from ..ids import SystemClock
    from ..security.own_identity import describe

    try:
        known = describe(folder)
    except LiensoError as error:
        return Line("identity", "wrong", Said().text(error), "lienso site enrol")
    text = f"{known['name']} of {known['tenant_name']}, until {known['expires_at'][:10]}"
    if known["expires_at"] <= SystemClock().now().isoformat():
        return Line("identity", "wrong", text, "lienso cloud enrol-code; lienso site enrol")
    return Line("identity", "ok", text)


def _disk(data: Path) -> Line:
    free = shutil.disk_usage(data if data.is_dir() else Path()).free
    text = f"{free // 2**20:,} MiB free"
    if free < FREE_BYTES_MIN:
        return Line("disk", "wrong", text, f"free some: {FREE_BYTES_MIN // 2**20} MiB are needed")
    return Line("disk", "ok", text)


def _port(found: Configuration) -> Iterator[Line]:
    """Look whether the address is free, or taken by lienso itself."""
    if found.role is None and not found.listen:
        return
    url = found.as_role(found.role or "cloud").listen
    host, port = _address(url)
    if not port:
        return
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        if os.name == "posix":  # A port whose last server just ended is free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if _answers(url, found):
                yield Line("port", "note", f"a lienso server is running at {url}")
            else:
                text = f"{url} cannot be used: {error.strerror}"
                yield Line("port", "wrong", text, "stop what uses it, or change listen")
            return
    yield Line("port", "ok", f"{url} is free")


def _answers(url: str, found: Configuration) -> bool:
    """Tell whether a lienso server is there; one that asks who we are is one too."""
    from .. import client

    if found.role != "site" and found.names:
        return _shows(url, lambda shown: _certified_here(found, shown))
    if found.role != "site" and found.certificate_file:
        own = Path(found.certificate_file)
        return _shows(url, lambda shown: shown.strip() in own.read_text(encoding="ascii"))
    try:
        with client.connect(url) as server:
            server.types()
    except LinkError:
        return False
    except LiensoError as error:
        return error.code in ("unauthenticated", "no_permission")
    return True


def _certified_here(found: Configuration, shown: str) -> bool:
    from ..security.cloud import key_folder
    from ..security.server_identity import certified_by

    folder = Path(found.key_folder) if found.key_folder else key_folder(found.storage)
    return folder is not None and certified_by(folder, shown)


def _shows(url: str, ours: Callable[[str], bool]) -> bool:
    """Tell whether who listens shows a certificate of ours."""
    import ssl

    host, port = _address(url)
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    try:
        return ours(ssl.get_server_certificate((host, port), timeout=ANSWER_S))
    except (OSError, ValueError):  # No TLS there, or no file: then it is not ours.
        return False


def _address(url: str) -> tuple[str, int]:
    """Return host and port of a URL; port 0 where it names none."""
    host, _, port = url.partition(":")[2].rpartition(":")
    return host.strip("[]"), int(port) if port.isdigit() else 0


def _store(said: Said, found: Configuration) -> list[Line]:
    from ..kernel import start

    try:
        link = no_line() if found.role == "site" else None
        settings = found.settings(link)
        with start(settings) as kernel:
            said.kernel = kernel
            return [_engine(kernel), *_clock(kernel), *_waiting(kernel)]
    except LiensoError as error:
        advice = "lienso cloud init or lienso site init" if not found.storage else ""
        return [Line("storage", "wrong", said.text(error), advice)]
    except ExceptionGroup:
        return []  # The plugins that failed are told already.


def _engine(kernel: Kernel) -> Line:
    there = kernel.storage.features
    companies = len(kernel.storage.tenants().list())
    text = f"{there.engine} {there.version}, companies {companies}"
    if there.durable and not companies:
        return Line("storage", "note", text, "lienso tenant create, if the path is the right one")
    if there.durable:
        return Line("storage", "ok", text)
    advice = "choose a storage that lasts, e.g. sqlite:PATH"
    return Line("storage", "note", f"{text}; it forgets everything at the end", advice)


def _clock(kernel: Kernel) -> Iterator[Line]:
    """The newest record must not come from the future."""
    latest = instant_text(kernel.clock.now() + CLOCK_SLACK)
    ahead = ""
    for tenant in kernel.storage.tenants().list():
        page = kernel.storage.read(tenant.id, lambda view: view.changes(view.feed_seq - 1))
        ahead = max([ahead, *(record.at for record in page.records if record.at > latest)])
    now = instant_text(kernel.clock.now())
    if ahead:
        text = f"this machine says {now}, but a record was made at {ahead}"
        yield Line("clock", "wrong", text, "set the clock (NTP) and look at that record's date")
    else:
        yield Line("clock", "ok", f"{now}")


def _waiting(kernel: Kernel) -> Iterator[Line]:
    from .. import messages
    from ..sync.pacing import outbox_alarms

    if kernel.role != "site":
        return
    for tenant in kernel.storage.tenants().list():
        waiting, unsent, refused, first = kernel.storage.read(
            tenant.id,
            lambda view: (
                view.state("outbox").count(),
                view.state("outbox").count() + view.state("sealed").count(),
                view.state("failure_push").count(),
                view.state("outbox").scan(order=("saved",), limit=1),
            ),
        )
        oldest = first[0]["at"] if first else ""
        text = f"{unsent} changes wait to be sent, {refused} were refused"
        advice = "lienso sync failures" if refused else "lienso sync push" if unsent else ""
        yield Line("unsent", "note" if advice else "ok", text, advice)
        for code in outbox_alarms(waiting, oldest, kernel.clock.now()):
            said = messages.text(kernel.registry, code, {}, "en")
            yield Line("unsent", "wrong", said, "lienso sync push; lienso sync failures")
