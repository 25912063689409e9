"""The kernel: loads the plugins, owns the registries, and is the one door to records and functions.

The same kernel works in both roles. The role decides who accepts a change, where an online-only
function runs, and whether books exist (`docs/architecture.md`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from . import discovery, founding, invocation, opening, rights
from .calls import Calls
from .chaining import chained
from .errors import PluginError, Refused, Unknown
from .ids import Clock, Ids, SystemClock, SystemIds
from .kept import Kept
from .model import Actor, FigureValue, Finding, Ledger, Mode, Record, Role, Saved, Table
from .plugins import Plugins, load_plugins
from .records import to_record
from .security import editing
from .security.accounts import Accounts
from .session import Progress
from .storage import Storage, Tenant, Writer
from .transaction import Transaction
from .view import View

if TYPE_CHECKING:
    from .connector.port import PlatformConnector
    from .registry import Registry
    from .sync.site_sync import SiteSync
    from .transport import Compression, Link, ServeOptions, Server, Services

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """How a kernel starts.

    Attributes:
        storage: ``memory:``, ``sqlite:PATH`` …; ``create``: made where there is none, else refused.
        modules: names to load; None loads all that are installed.
        plugins: further modules given as objects, by name: tests and notebooks.
        strict: any plugin failure stops the start; default: in the cloud.
        cloud: a site's line, e.g. ``grpc:host:port``; ``link`` gives one that is open already.
        platform: the line to an application outside; None asks the plugins.
        token: a site's on one machine, else ``identity_file``. ``tenant_id``, ``site_id``: whose.
        forms: folder of printed forms of the companies' own. ``compression``: of a site's line.
    """

    role: Role = "cloud"
    storage: str = "memory:"
    modules: tuple[str, ...] | None = None
    plugins: Mapping[str, object] = field(default_factory=dict)
    strict: bool | None = None
    cloud: str = ""
    token: str = ""
    ca_file: str = ""
    identity_file: str = ""
    tenant_id: str = ""
    site_id: str = ""
    link: Link | None = None
    platform: PlatformConnector | None = None
    clock: Clock | None = None
    ids: Ids | None = None
    create: bool = True
    forms: str = ""
    compression: Compression = "auto"


class Kernel:
    """A running kernel; made by `start`.

    Attributes:
        registry: everything declared. ``kept``: answers that hold until a setting changes.
        failures: plugins that could not be used, with the reason.
        after_commit: called with (tenant, feed head) after every write in the cloud.
        site: the synchronisation of a site kernel; None in the cloud.
        rights: what users may do, as far as it was asked. ``accounts``: who may come in.
    """

    def __init__(self, settings: Settings, plugins: Plugins, storage: Storage) -> None:
        self.settings, self.plugins, self.storage = settings, plugins, storage
        self.clock: Clock = settings.clock or SystemClock()
        self.ids: Ids = settings.ids or SystemIds(self.clock)
        self.kept = Kept()
        self.after_commit: list[Callable[[str, int], None]] = []
        self.site: SiteSync | None = None
        self.type_modes: Mapping[str, str] = {}
        self.rights = rights.KeptRights()
        self.accounts = Accounts(self)

    @property
    def role(self) -> Role:
        """``site`` or ``cloud``."""
        return self.settings.role

    @property
    def registry(self) -> Registry:
        """Everything declared."""
        return self.plugins.registry

    @property
    def calls(self) -> Calls:
        """The hooks."""
        return self.plugins.calls

    @property
    def failures(self) -> Sequence[PluginError]:
        """Plugins that could not be used."""
        return self.plugins.failures

    @property
    def online(self) -> bool:
        """Whether the cloud can be asked now; the cloud can always ask itself."""
        return self.site is None or self.site.online_capable

    def mode(self) -> Mode:
        """Return how this kernel is connected; the cloud is always online."""
        return Mode("online") if self.site is None else self.site.mode()

    def check(self, hook: str, **arguments: Any) -> list[Finding]:
        """Join the findings of a check hook."""
        return self.calls.check(hook, **arguments)

    # -- transactions ---------------------------------------------------------------------------

    def read(self, by: Actor, work: Callable[[View], T]) -> T:
        """Run ``work`` on one instant of the actor's company."""
        return self.storage.read(by.tenant, lambda stored: work(View(self, stored)))

    def transact(
        self,
        by: Actor,
        work: Callable[[Transaction], T],
        undo: Callable[[T], bool] | None = None,
        *,
        asks: bool = False,
    ) -> T:
        """Run ``work`` in a transaction, then tell observers; ``undo`` tells a dry run by its result,
        ``asks`` whether rights are asked for."""
        done: list[Transaction] = []

        def run(writer: Writer) -> T:
            transaction = Transaction(self, writer, by, asks)
            done[:] = [transaction]
            result = chained(transaction, work)
            if undo is not None and undo(result):
                raise _Undone(result)
            return result

        try:
            result = self.storage.write(by.tenant, run)
        except _Undone as undone:
            return undone.result  # type: ignore[no-any-return]
        if self.site is not None:
            self.site.note(by.tenant, done[0])
        self.tell(by.tenant, done[0])
        return result

    def tell(self, tenant: str, transaction: Transaction) -> None:
        """Tell observers and watchers what a committed transaction did."""
        for event in transaction.events:
            self.calls.observe(event.hook, **event.arguments)
        if transaction.events and self.after_commit:
            head = self.storage.head(tenant)
            for callback in self.after_commit:
                callback(tenant, head)

    # -- records --------------------------------------------------------------------------------

    def save(
        self,
        by: Actor,
        type: str,
        body: Mapping[str, Any],
        *,
        id: str | None = None,
        base: int | None = None,
        post: Sequence[str] = (),
        ignore_warnings: bool = False,
        merge: bool = False,
        request_id: str = "",
    ) -> Saved:
        """Save a record: durable when this returns; at a site it also waits in the outbox.

        Args:
            body: JSON values; references may be given as codes.
            base: the version the user looked at; None takes whatever is stored.
            post: ledgers to post it in; at a site it is posted when it arrives in the cloud.
            merge: ``body`` holds only the fields to change; lists of lines are merged by ``line``.
            request_id: the same id again answers what the first call saved (a double click).
        Raises:
            Refused: the one error's own code, or ``invalid`` with findings; as `rights.require`.
            VersionConflict: somebody else changed the record since ``base``.
        """
        if self.site is not None and editing.by_the_cloud(self, type):
            how = {"id": id, "base": base, "merge": merge, "request_id": request_id}
            return editing.save_in_cloud(self, by, type, body, **how)
        if request_id and id is None:
            id = invocation.id_of_request(by, type, request_id)
        made = invocation.id_to_save(id, post) or self.ids.new()

        def work(transaction: Transaction) -> Saved:
            if request_id:
                there = transaction.writer.get(type, made)
                if there is not None and invocation.made_by_request(transaction, request_id):
                    return Saved(to_record(self.registry, there))
                invocation.note_request(transaction, request_id, made)
            return transaction.save(
                type,
                body,
                id=made,
                base=base,
                post=post,
                ignore_warnings=ignore_warnings,
                merge=merge,
            )

        saved = self.transact(by, work, asks=True)
        if self.site is not None:
            self.site.saved(made_offline=not self.online)
        return saved

    def get(self, by: Actor, type: str, id: str) -> Record[Any]:
        """Return a record by id, code or number. Raises: Unknown: ``not_found``. Refused."""
        self.registry.record_type(type)
        return self.read(by, lambda view: self.seen(by, view, view.require(type, id)))

    def seen(self, by: Actor, view: View, record: Record[Any]) -> Record[Any]:
        """Return a record if this user may see it. Raises: Refused: as `rights.require`."""
        rights.require_on(self, by, view, "see", record)
        return record

    def delete(self, by: Actor, type: str, id: str, *, base: int | None = None) -> None:
        """Delete a record: at a site only one that never left it, everything else in the cloud.

        Raises:
            OfflineRefused: the cloud knows the record and this site is offline.
            Unknown, Refused: why it may not go.
        """
        self.registry.record_type(type)
        if self.role == "cloud":
            self.transact(by, lambda t: t.delete(type, id, base=base), asks=True)
            return
        from .sync.site_log import local_refusal

        reason = self.read(by, lambda view: local_refusal(view.stored, type, id))
        if reason is None:
            self.transact(by, lambda t: t.forget(type, id), asks=True)
            return
        records = [{"type": type, "id": id}]
        self.invoke(by, invocation.DELETE_FUNCTION, {"records": records})

    def post(
        self,
        by: Actor,
        voucher: str,
        ledger: Ledger = "financial",
        *,
        ignore_warnings: bool = False,
    ) -> Record[Any]:
        """Post a voucher, named by id or number, in the cloud.

        Raises: Refused: ``only_in_cloud``, the header error's own code, or ``post_failed``.
        """
        self._only_in_cloud()

        def work(transaction: Transaction) -> Record[Any]:
            record = _voucher(transaction.view, voucher, ledger)
            rights.require_on(self, by, transaction.view, "post", record, (ledger,))
            return transaction.post(record, ledger, ignore_warnings)

        return self.transact(by, work)

    def unpost(self, by: Actor, voucher: str, ledger: Ledger = "financial") -> Record[Any]:
        """Take a voucher out of the books, in the cloud. Raises: Refused."""
        self._only_in_cloud()

        def work(transaction: Transaction) -> Record[Any]:
            record = _voucher(transaction.view, voucher, ledger)
            rights.require_on(self, by, transaction.view, "unpost", record, (ledger,))
            return transaction.unpost(record, ledger)

        return self.transact(by, work)

    def _only_in_cloud(self) -> None:
        if self.role != "cloud":
            raise Refused("only_in_cloud")

    # -- functions, figures, reports --------------------------------------------------------------

    def invoke(
        self,
        by: Actor,
        capability: str,
        params: Mapping[str, Any],
        *,
        call_id: str = "",
        progress: Progress | None = None,
        pass_warnings: bool = False,
    ) -> dict[str, Any]:
        """Run a function: the only door. Online-only is enforced here and nowhere else.

        Args:
            call_id: the same id again has one effect and the same answer.
            pass_warnings: run although other sites have unsent records.
        Returns:
            The result as JSON values; warnings stand under ``_findings`` when there are any.
        Raises: OfflineRefused, Unknown, ModuleUnavailable, Refused, PluginCrashed.
        """
        return invocation.invoke(self, by, capability, params, call_id, progress, pass_warnings)

    def figure(
        self, by: Actor, figure: str, params: Mapping[str, Any] | None = None
    ) -> FigureValue:
        """Read a figure; offline it is blank or the last online value with its time."""
        return invocation.read_figure(self, by, figure, params or {})

    def report(self, by: Actor, report: str, params: Mapping[str, Any] | None = None) -> Table:
        """Run a report. Raises: OfflineRefused: it reads books and this site is offline."""
        return invocation.run_report(self, by, report, params or {})

    # -- companies --------------------------------------------------------------------------------

    def add_tenant(
        self,
        code: str,
        name: str,
        *,
        regime: str = "TT99",
        options: Mapping[str, Any] | None = None,
        id: str = "",
    ) -> Tenant:
        """Make a company in the cloud and save the records it starts with.

        Args:
            regime: which chart of accounts and statements: ``TT99``, ``TT200`` or ``TT133``.
        Raises:
            Taken: the code is there.
        """
        return founding.found(self, code, name, regime, options or {}, id)

    def join_tenant(self, id: str, code: str, name: str) -> Tenant:
        """Make room at a site for the company it belongs to; its records come by pull."""
        tenant = self.storage.tenants().get(id) or self.storage.tenants().create(id, code, name)
        if self.site is not None:
            self.site.start_above()
        return tenant

    # -- serving ----------------------------------------------------------------------------------

    def serve(self, url: str, services: Services, options: ServeOptions) -> Server:
        """Listen with the transport that the URL's scheme names. Raises: DriverNotFound."""
        driver = self.plugins.driver(discovery.TRANSPORT, url)
        server: Server | None = driver.open(
            "lienso_serve", url=url, services=services, options=options
        )
        if server is None:
            raise Refused("transport_url_invalid", {"url": url})
        return server

    def close(self) -> None:
        """Say goodbye to the plugins, in reverse order, and close line and storage."""
        self.calls.dismiss("lienso_stopping", kernel=self)
        if self.site is not None:
            self.site.stop()
            if self.site.high_water is not None:
                self.site.high_water.close()
        self.storage.close()

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Undone(Exception):
    def __init__(self, result: Any) -> None:
        self.result = result


def _voucher(view: View, voucher: str, ledger: Ledger) -> Record[Any]:
    found = view.by_number(voucher, ledger)
    if found is None:
        raise Unknown("not_found", {"type": "voucher", "value": voucher})
    return found


def start(settings: Settings) -> Kernel:
    """Load, register, declare, open, connect, announce: in that order.

    Raises:
        ExceptionGroup: a plugin failed where that is not allowed (the cloud, ``strict``).
        DriverNotFound, PluginError: the storage or transport is not usable.
    """
    plugins = load_plugins(settings.modules, settings.plugins)
    strict = settings.role == "cloud" if settings.strict is None else settings.strict
    if strict and plugins.failures:
        raise ExceptionGroup("plugins failed", list(plugins.failures))
    storage = opening.open_storage(plugins, settings)
    kernel = Kernel(settings, plugins, storage)
    if settings.role == "site":
        opening.connect(kernel, plugins)
    kernel.calls.observe("lienso_started", kernel=kernel)
    return kernel
