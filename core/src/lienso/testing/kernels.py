"""Kernels for tests: in memory, with a clock that is set and ids that are the same in every run.

with cloud() as head, office(head, "S1") as site:
    head.save(actor(head), "journal", {...})
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast
from weakref import WeakKeyDictionary

from ..errors import LiensoError
from ..ids import VIETNAM, uuid7_text
from ..kernel import Kernel, Settings, start
from ..model import Actor

if TYPE_CHECKING:
    from ..connector.port import PlatformConnector
    from ..loopback import LoopbackLink
    from ..sync.cloud_service import CloudService
    from ..sync.site_sync import SiteSync

TENANT = "01890000-0000-7000-8000-000000000001"
"""Id of the one company of a test."""

COMPANY = "Công ty Thử nghiệm"

COMPANY_OPTIONS: Mapping[str, Any] = {"accounting.start_date": "2020-01-01"}
"""What a company of a test has set beyond the defaults, where a module declares it."""

_FOUNDED: dict[Hashable, tuple[list[Mapping[str, Any]], int]] = {}
"""How a company was founded → what its storage held then, and how many ids were given."""

_SERVICES: WeakKeyDictionary[Kernel, CloudService] = WeakKeyDictionary()


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self, at: str | datetime.date = "2026-03-02") -> None:
        self._now = instant(at)

    def now(self) -> datetime.datetime:
        """Return the instant, UTC."""
        return self._now

    def today(self) -> datetime.date:
        """Return the business day in Vietnam."""
        return self._now.astimezone(VIETNAM).date()

    def set(self, at: str | datetime.date) -> None:
        """Set it to an instant, or to 12:00 Vietnam time of a day."""
        self._now = instant(at)

    def advance(self, seconds: int) -> None:
        """Let time pass."""
        self._now += datetime.timedelta(seconds=seconds)


def instant(at: str | datetime.date) -> datetime.datetime:
    """Return a UTC instant: of an instant (local when it names no zone), or 12:00 of a day."""
    if isinstance(at, str):
        at = datetime.date.fromisoformat(at) if len(at) == 10 else _parsed(at)
    if not isinstance(at, datetime.datetime):
        at = datetime.datetime.combine(at, datetime.time(12), VIETNAM)
    if at.tzinfo is None:
        at = at.replace(tzinfo=VIETNAM)
    return at.astimezone(datetime.UTC)


def _parsed(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


class Ids:
    """Ids that rise by one from a start; kernels that meet have different starts."""

    def __init__(self, start: str = "cloud") -> None:
        self._start = start
        self._base = sum(byte << (8 * place) for place, byte in enumerate(start.encode()[:7]))
        self._given = 0

    def new(self) -> str:
        """Return a text of the form of a UUIDv7."""
        self._given += 1
        return uuid7_text(self._given, self._base)

    def secret(self) -> str:
        """Return a text that stands for a secret."""
        self._given += 1
        return f"secret-{self._start}-{self._given:032d}"

    @property
    def given(self) -> int:
        """How many were given."""
        return self._given

    def go_on_after(self, given: int) -> None:
        """Give next what a twin gives that has given so many."""
        self._given = given


def cloud(
    modules: Sequence[str] | None = None,
    *,
    plugins: Mapping[str, object] | None = None,
    regime: str = "TT200",
    options: Mapping[str, Any] | None = None,
    clock: Clock | None = None,
    storage: str = "memory:",
    company: bool = True,
    platform: PlatformConnector | None = None,
) -> Kernel:
    """Start a cloud with one company.

    Args:
        modules: names to load; None loads all that are installed.
        plugins: further modules as objects, by name; with these and no ``modules`` only these run.
        company: False leaves the directory empty.
        platform: an application outside, such as `lienso.testing.platform.MemoryPlatform`.
    """
    names = None if modules is None else tuple(modules)
    if names is None and plugins is not None:
        names = ()
    kernel = start(
        Settings(
            role="cloud",
            storage=storage,
            modules=names,
            plugins=plugins or {},
            clock=clock or Clock(),
            ids=Ids("cloud"),
            platform=platform,
        )
    )
    if company:
        known = kernel.registry.options
        chosen = {key: value for key, value in COMPANY_OPTIONS.items() if key in known}
        _found(kernel, regime, {**chosen, **(options or {})})
    return kernel


def _found(kernel: Kernel, regime: str, options: Mapping[str, Any]) -> None:
    """Make the company, or copy the one that the same modules made in the same way before.

    A company is a few hundred records, each checked by every module: four fifths of the time of a small
    test. Modules of a test's own may change under one name, and other storages are what is tested there;
    both found their company each time.
    """
    ids, plugins, storage = kernel.ids, kernel.plugins, kernel.settings.storage
    ours = all(source.startswith("lienso-") for source in plugins.sources.values())
    way = (tuple(sorted(plugins.sources.items())), regime, repr(options), kernel.clock.now())
    if ours and storage == "memory:" and way in _FOUNDED:
        rows, given = _FOUNDED[way]
        kernel.storage.tenants().import_(iter(rows))
    else:
        kernel.add_tenant("TEST", COMPANY, regime=regime, options=options, id=TENANT)
        given = cast(Ids, ids).given
        if ours and storage == "memory:":
            _FOUNDED[way] = list(kernel.storage.tenants().export(TENANT)), given
    cast(Ids, ids).go_on_after(given)


def actor(kernel: Kernel, user: str = "tester") -> Actor:
    """Return a user with every right at this kernel, in the company of the test."""
    return Actor(TENANT, user, kernel.settings.site_id, trusted=True)


def office(
    head: Kernel,
    site_id: str = "S1",
    *,
    online: bool = True,
    storage: str = "memory:",
    link: LoopbackLink | None = None,
) -> Kernel:
    """Start a site of the test's company over an in-process line, with the modules of its cloud.

    Args:
        online: False leaves it as a new machine that has not reached the cloud yet.
        link: a line of the test's own, which it may cut.
    """
    from ..sync.enrolment import add_site

    if head.storage.tenants().get(TENANT) is not None:
        add_site(head, TENANT, site_id)
    settings = head.settings
    kernel = start(
        Settings(
            role="site",
            storage=storage,
            modules=settings.modules,
            plugins=settings.plugins,
            clock=head.clock,
            ids=Ids(site_id),
            link=link or line_to(head, site_id),
            tenant_id=TENANT,
            site_id=site_id,
        )
    )
    kernel.join_tenant(TENANT, "TEST", COMPANY)
    if online:
        go_online(kernel)
    return kernel


def line_to(head: Kernel, site_id: str) -> LoopbackLink:
    """Return an in-process line to a cloud for a site, to be cut and restored by a test."""
    from ..loopback import LoopbackLink

    by = Actor(TENANT, "system", site_id)
    return LoopbackLink(lambda: (service_of(head), by))


def service_of(head: Kernel) -> CloudService:
    """Return the one service that answers the sites of a cloud."""
    from ..sync.cloud_service import CloudService

    if head not in _SERVICES:
        _SERVICES[head] = CloudService(head)
    return _SERVICES[head]


def synchronization(kernel: Kernel) -> SiteSync:
    """Return the synchronisation of a site kernel."""
    assert kernel.site is not None, "a site kernel has its synchronisation"
    return kernel.site


def go_online(kernel: Kernel) -> None:
    """Bring a site's line up at once, without the time it takes to settle, and pull."""
    site = synchronization(kernel)
    if kernel.mode().name == "offline_manual":
        site.set_mode(True)
    site.connect()


def go_offline(kernel: Kernel) -> None:
    """Take a site off the line, as its user does (Làm việc Offline)."""
    synchronization(kernel).set_mode(False)


def catch_up(*offices: Kernel) -> None:
    """Let sites that are online take what is new in the cloud, and tell it how far they are."""
    for kernel in offices:
        if kernel.online:
            synchronization(kernel).pull()
            synchronization(kernel).beat()


def refused(work: Callable[[], Any]) -> LiensoError:
    """Do what must be refused; returns the error."""
    try:
        work()
    except LiensoError as error:
        return error
    raise AssertionError("nothing was refused")
