"""A module in several versions, and places whose module may be exchanged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from lienso import Label, Manifest, RecordType, hookimpl
from lienso.fields import CatalogEntry, Voucher
from lienso.kernel import Kernel, Settings, start
from lienso.model import Actor
from lienso.sync import reoffering
from lienso.testing import kernels


class First(CatalogEntry):
    """Version 1."""

    phone: str = ""


class Second(CatalogEntry):
    """Version 2: several phones."""

    phones: list[str] = []


class Third(Second):
    """Versions 3 and later."""

    tax: str = ""


class Paper(Voucher):
    """A voucher, version 1."""

    mark: str = ""


class NewPaper(Voucher):
    """A voucher, later: its mark has another name."""

    sign: str = ""


def phones(body: dict[str, Any]) -> dict[str, Any]:
    one = body.pop("phone", "")
    return {**body, "phones": [one] if one else []}


def sign(body: dict[str, Any]) -> dict[str, Any]:
    return {**{k: v for k, v in body.items() if k != "mark"}, "sign": body.get("mark", "")}


class Aged:
    """The module in one of its versions, 1 to 5; ``broken``: its converter has a bug."""

    MANIFEST = Manifest("aged", "Nhiều đời", "1.0")

    def __init__(self, version: int, broken: bool = False) -> None:
        self.version, self.broken = version, broken

    @hookimpl
    def lienso_record_types(self) -> Sequence[RecordType]:
        number = self.version
        model = {1: First, 2: Second}.get(number, Third)

        def convert(body: dict[str, Any]) -> dict[str, Any]:
            if self.broken:
                raise ValueError("a bug in the converter")
            return phones(body)

        steps = {1: convert} if number > 1 else {}
        return [
            RecordType(
                "thing", Label("Vật", "Thing"), model, "catalog", schema_version=number,
                upcasters=steps,
            ),
            RecordType(
                "paper", Label("Phiếu", "Paper"), Paper if number == 1 else NewPaper, "voucher",
                number_prefix="P", schema_version=number,
                upcasters={1: sign} if number > 1 else {},
            ),
        ]  # fmt: skip


class Place:
    """A cloud or a site whose module may be exchanged: it is started anew on the same database.

    A module of version 0 is missing.
    """

    def __init__(self, stack: ExitStack, url: str, version: int, head: Place | None, name: str):
        self._stack, self._url, self._head, self._name = stack, url, head, name
        self.clock = kernels.Clock() if head is None else head.clock
        self.kernel: Kernel = self._started(version)

    def upgrade(self, version: int, **more: bool) -> None:
        self.kernel.close()
        self.kernel = self._started(version, **more)

    def _started(self, version: int, **more: bool) -> Kernel:
        plugins: dict[str, Any] = {"aged": Aged(version, **more)} if version else {}
        if self._head is None:
            first = not hasattr(self, "kernel")
            kernel = kernels.cloud(
                plugins=plugins, storage=self._url, company=first, clock=self.clock
            )
        else:
            head, link = self._head, kernels.line_to(self._head.kernel, self._name)
            if not hasattr(self, "kernel"):
                from lienso.sync.enrolment import add_site

                add_site(head.kernel, kernels.TENANT, self._name)
            kernel = start(
                Settings(
                    role="site", storage=self._url, modules=(), plugins=plugins, clock=self.clock,
                    ids=kernels.Ids(f"{self._name}{version}"), link=link,
                    tenant_id=kernels.TENANT, site_id=self._name,
                )
            )  # fmt: skip
            kernel.join_tenant(kernels.TENANT, "TEST", kernels.COMPANY)
        self._stack.callback(kernel.close)
        if self._head is not None:
            kernels.go_online(kernel)
        return kernel

    def backup(self) -> Callable[[], None]:
        """Take a backup; what is returned restores it, and tells the cloud."""
        copy = list(self.kernel.storage.tenants().export(kernels.TENANT))

        def restore() -> None:
            storage, history = self.kernel.storage, self.kernel.ids.new()
            storage.tenants().drop(kernels.TENANT)
            storage.tenants().import_(iter(copy))
            storage.write(kernels.TENANT, lambda w: reoffering.begin_history(w, history))

        return restore

    @property
    def by(self) -> Actor:
        return kernels.actor(self.kernel)

    @property
    def site(self) -> Any:
        return kernels.synchronization(self.kernel)

    def save(self, type: str, id: str | None = None, **fields: Any) -> Any:
        more = {"posting_date": "2026-03-02"} if type == "paper" else {}
        body = fields if id else {**more, **fields}
        return self.kernel.save(self.by, type, body, id=id, merge=id is not None).record

    def data(self, record: Any) -> Any:
        return self.kernel.get(self.by, record.type, record.id).data

    def stored(self, record: Any) -> Any:
        return self.kernel.storage.read(
            kernels.TENANT, lambda view: view.get(record.type, record.id)
        )

    def rows(self, table: str) -> list[dict[str, Any]]:
        return self.kernel.storage.read(kernels.TENANT, lambda view: view.state(table).scan())

    def verdicts(self) -> list[str]:
        return [row["verdict"] for row in self.site.failures("push_failed")]
