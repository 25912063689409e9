"""The kernels that worked cases run on: one cloud and the sites S1, S2, S3, all in memory.

They are started once; every case gets a fresh company, restored from the export of a prepared one.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..canonical import parse
from ..fields import to_json
from ..model import Actor, Capability, Record
from ..sync import sealing, site_log
from ..sync.cloud_service import CloudService
from ..sync.enrolment import add_site
from ..sync.site_sync import SiteSync
from .case_supply import ACCOUNT, put_past_checks
from .kernels import (
    COMPANY,
    TENANT,
    Clock,
    Ids,
    actor,
    catch_up,
    cloud,
    go_offline,
    go_online,
    office,
    synchronization,
)
from .platform import MemoryPlatform

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..loopback import LoopbackLink
    from ..storage import View, Writer
    from ..transaction import Transaction

SITES = ("S1", "S2", "S3")


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A company as every case of a regime finds it, by kernel: the rows of its export."""

    rows: Mapping[str, Sequence[Mapping[str, Any]]]
    tracks: Mapping[str, tuple[str, ...]]


@dataclass(slots=True)
class _Office:
    kernel: Kernel
    link: LoopbackLink
    ready: bool = False
    behind: bool = False


@dataclass
class World:
    """Kernels for cases.

    Attributes:
        modules: names to load; None loads all that are installed.
        plugins: further modules as objects, by name.
        through_site: what a case saves is typed at a site and sent over its line, where it would
            otherwise be saved in the cloud.
    """

    modules: Sequence[str] | None = None
    plugins: Mapping[str, object] | None = None
    clock: Clock = field(default_factory=Clock)
    chart_tracks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tenant: str = TENANT
    through_site: bool = False

    def __post_init__(self) -> None:
        self.platform = MemoryPlatform()
        self.head = cloud(
            self.modules,
            plugins=self.plugins,
            clock=self.clock,
            company=False,
            platform=self.platform,
        )
        self._offices: dict[str, _Office] = {}
        self._prepared: dict[str, _Prepared] = {}
        self._service = CloudService(self.head)
        self._names: dict[str, frozenset[str]] = {}
        self._regime = ""

    # -- companies ------------------------------------------------------------------------------

    def reset(self, regime: str, day: datetime.date) -> None:
        """Begin a case: a fresh company, all sites online and in step, the clock at noon of a day."""
        if regime not in self._prepared:
            self._prepared[regime] = self._prepare(regime)
        prepared = self._prepared[regime]
        self._regime = regime
        self.chart_tracks = prepared.tracks
        self._restore("cloud", self.head, prepared)
        self.platform.clear()
        self._open_cloud()
        self.clock.set(day)
        self.head.ids = Ids("case")
        self._names.clear()
        for its in self._offices.values():
            its.ready = False

    def _open_cloud(self) -> None:
        self.head.after_commit.clear()
        self._service = CloudService(self.head)

    def _restore(self, name: str, kernel: Kernel, prepared: _Prepared) -> None:
        tenants = kernel.storage.tenants()
        if tenants.get(TENANT) is not None:
            tenants.drop(TENANT)
        tenants.import_(iter(prepared.rows[name]))

    def _prepare(self, regime: str) -> _Prepared:
        """Make a company with its chart, `tracks` left out, and sites that have everything."""
        tenants = self.head.storage.tenants()
        if tenants.get(TENANT) is not None:
            tenants.drop(TENANT)
        options = {"accounting.start_date": "2020-01-01", "accounting_regime": regime}
        known = self.head.registry.options
        self.clock.set("2020-01-01")
        self.head.ids = Ids("cloud")
        self.head.add_tenant(
            "TEST",
            COMPANY,
            regime=regime,
            options={key: value for key, value in options.items() if key in known},
            id=TENANT,
        )
        tracks = self.head.transact(actor(self.head), _leave_tracks_out)
        self._open_cloud()
        rows = {}
        for site in SITES:
            add_site(self.head, TENANT, site)
        for site in SITES:
            its = self._office(site)
            if its.kernel.storage.tenants().get(TENANT) is not None:
                its.kernel.storage.tenants().drop(TENANT)
            its.kernel.join_tenant(TENANT, "TEST", COMPANY)
            self._open(its)
            rows[site] = list(its.kernel.storage.tenants().export(TENANT))
        rows["cloud"] = list(tenants.export(TENANT))
        return _Prepared(rows, tracks)

    # -- sites ----------------------------------------------------------------------------------

    def _office(self, site: str) -> _Office:
        if site not in self._offices:
            from ..loopback import LoopbackLink

            by = Actor(TENANT, "system", site)
            link = LoopbackLink(lambda: (self._service, by))
            self._offices[site] = _Office(office(self.head, site, link=link, online=False), link)
        return self._offices[site]

    def _open(self, its: _Office) -> None:
        """Give a restored site a synchronisation that remembers nothing, and connect it."""
        kernel = its.kernel
        site = kernel.settings.site_id
        kernel.ids = Ids(site)
        kernel.site = SiteSync(kernel, its.link, Actor(TENANT, "system", site))
        go_online(kernel)
        kernel.site.beat()
        its.ready, its.behind = True, False

    def site(self, site: str) -> Kernel:
        """Return a site's kernel, in step with the cloud when its line is up."""
        its = self._ready(site)
        if its.behind and its.kernel.online:
            catch_up(its.kernel)
            its.behind = False
        return its.kernel

    def ready(self, site: str) -> Kernel:
        """Return a site's kernel as it stands."""
        return self._ready(site).kernel

    def _ready(self, site: str) -> _Office:
        its = self._office(site)
        if not its.ready:
            self._restore(site, its.kernel, self._prepared[self._regime])
            self._open(its)
        return its

    def behind(self) -> None:
        """Note that the cloud may have something new for every site."""
        self._names.clear()
        for its in self._offices.values():
            its.behind = True

    def catch_up_all(self) -> None:
        """Bring every site that is in use and online in step."""
        for site, its in self._offices.items():
            if its.ready:
                self.site(site)

    def is_online(self, site: str) -> bool:
        """Tell whether a site's line is up."""
        its = self._offices.get(site)
        return its is None or not its.ready or its.kernel.online

    def go_online(self, site: str) -> None:
        """Bring a site's line up; it pulls, and pushes nothing by itself."""
        kernel = self._ready(site).kernel
        if not kernel.online:
            go_online(kernel)

    def go_offline(self, site: str) -> None:
        """Take a site's line down, as it stands."""
        go_offline(self.site(site))

    def push(self, site: str) -> None:
        """Let a site send its whole outbox in order and take the answers."""
        synchronization(self._ready(site).kernel).push()
        self.behind()

    def invoke(
        self, site: str, kernel: Kernel, capability: Capability, params: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Call a function at a site; what it saves there online is sent, as it would be by itself."""
        by = actor(kernel)
        self._unused_are_in_step()
        waiting = _waiting(kernel)
        try:
            result = kernel.invoke(by, capability.id, params)
        finally:
            self.behind()
        if kernel.online and capability.availability == "offline_ok":
            new = [id for id in _waiting(kernel) if id not in waiting]
            if new:
                synchronization(kernel).push(records=new)
        return result

    def _unused_are_in_step(self) -> None:
        """Say in the cloud that the sites no action has used yet have read all: they are opened late."""

        def work(writer: Writer) -> None:
            for site in SITES:
                row = writer.state("site").get(site)
                if row is not None and not self._offices[site].ready:
                    writer.state("site").put({**row, "cursor": writer.feed_seq})

        self.head.storage.write(TENANT, work)

    def simulate(self, action: Mapping[str, Any]) -> None:
        """Let the application outside have rows (`simulate platform`)."""
        rows, cursor = action.get("rows", ()), action.get("next_cursor")
        self.platform.put(action["resource"], rows, cursor)

    def waiting(self, site: str) -> list[str]:
        """Return the types of the records that wait at a site to be sent, in order."""
        kernel = self.ready(site)
        changes = kernel.storage.read(TENANT, site_log.waiting)
        return [change.type for change in changes]

    def force_state(self, site: str, record: Record[Any], state: str) -> None:
        """Bring a record saved at a site into a state of synchronisation (`save … sync_state`)."""
        its = self._ready(site)
        if state == "syncing":
            # Sealed and never answered: the push was begun and the line broke.
            is_catalog = self.head.registry.record_types[record.type].kind == "catalog"
            its.kernel.storage.write(
                TENANT,
                lambda writer: sealing.seal(
                    writer, lambda change: change.record_id == record.id, lambda _type: is_catalog
                ),
            )
        elif state == "synced":
            synchronization(its.kernel).push(records=[record.id])
            self.behind()

    # -- names ----------------------------------------------------------------------------------

    def forget_names(self) -> None:
        """Drop what was remembered of codes and numbers: an action may change them."""
        self._names.clear()

    def names(self, id: str) -> frozenset[str]:
        """Return the codes and numbers by which people know a record, in the cloud or at a site."""
        if id not in self._names:
            kernels = [self.head, *(o.kernel for o in self._offices.values() if o.ready)]
            found: set[str] = set()
            for kernel in kernels:
                found |= kernel.storage.read(TENANT, lambda view: _names_of(view, self.head, id))
            self._names[id] = frozenset(found)
        return self._names[id]


def _waiting(kernel: Kernel) -> list[str]:
    changes = kernel.storage.read(TENANT, site_log.waiting)
    return [change.record_id for change in changes]


def _names_of(view: View, head: Kernel, id: str) -> set[str]:
    for type in head.registry.record_types:
        stored = view.get(type, id, deleted=True)
        if stored is None:
            continue
        body = stored.body
        if stored.deleted:
            body = next((v.body for v in reversed(view.history(type, id)) if v.body), "")
        named = parse(body) if body else {}
        return {named[key] for key in ("code", "no", "no_management") if named.get(key)}
    return set()


def _leave_tracks_out(transaction: Transaction) -> dict[str, tuple[str, ...]]:
    """Take the demands of the chart's accounts away; returns them by account."""
    record_type = transaction.kernel.registry.record_types.get(ACCOUNT)
    found: dict[str, tuple[str, ...]] = {}
    if record_type is None:
        return found
    for record in list(transaction.view.all(ACCOUNT)):
        tracks = tuple(getattr(record.data, "tracks", ()) or ())
        if tracks:
            found[record.data.code] = tracks
            body = {name: value for name, value in to_json(record.data).items() if name != "tracks"}
            put_past_checks(transaction, record_type, body, record.id, record.version)
    return found
