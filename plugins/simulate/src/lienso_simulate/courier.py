"""Files carried by hand beside the line: late, twice, lost on the way, and with a byte altered."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from lienso.errors import LiensoError, Refused
from lienso_transport_bundle.cloud_import import take
from lienso_transport_bundle.keys import SiteKey
from lienso_transport_bundle.site_export import export
from lienso_transport_bundle.site_import import settle

from .invariants import UserDid

if TYPE_CHECKING:
    from .office import Office
    from .stores import Copy, SimStorage
    from .users import Operation
    from .world import World

SALT_CHARS = 80
"""The salt in a file's header, with its name."""

WAY_MS = 40_000
"""The longest way from one side to the other."""


class Desk:
    """The cloud's service as who imports a file uses it; the world looks on as with a line."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda _by, *request: self._office.world.cloud.handle(self._office, name, request)


class Courier:
    """Who carries the files of all sites; on foot, so that a newer one may be there before."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._folder: TemporaryDirectory[str] | None = None
        self._files: dict[str, list[Path]] = {}
        self._count = 0

    def close(self) -> None:
        """Throw all files away."""
        if self._folder is not None:
            self._folder.cleanup()

    def send(self, click: Operation) -> None:
        """Write a file at a site and be off with it, or with an older one that lay about."""
        office = click.office
        path = self._place()
        made = export(office.kernel, _key(office), path)
        self._world.tell(f"{office.name} file {made.number} with {made.changes} changes")
        files = self._files.setdefault(office.name, [])
        files.append(path)
        carried = click.pick(files) if click.chance(200) else path
        self._later(click, partial(self._to_cloud, click, carried))

    def _to_cloud(self, click: Operation, path: Path) -> None:
        world, office = self._world, click.office
        cloud = world.cloud
        if cloud.down:
            return
        whole = cloud.storage
        if click.chance(250):
            altered = self._altered(click, path)
            self._carried(office, whole, partial(self._take, office, altered), altered=True)
        reply = self._carried(office, whole, partial(self._take, office, path))
        if reply is None:
            return
        if click.chance(250):
            world.hit("file taken twice")
            self._carried(office, whole, partial(self._take, office, path), again=True)
        self._later(click, partial(self._to_site, click, reply))

    def _to_site(self, click: Operation, path: Path) -> None:
        office = click.office

        def work() -> None:
            store = office.storage
            if click.chance(250):
                altered = self._altered(click, path)
                self._carried(office, store, partial(self._settle, office, altered), altered=True)
            if self._carried(office, store, partial(self._settle, office, path)) is None:
                return
            self._world.hit("answer settled")
            if click.chance(250):
                self._world.hit("answer settled twice")
                self._carried(office, store, partial(self._settle, office, path), again=True)

        office.job("file", work)

    def _carried(
        self,
        office: Office,
        store: SimStorage,
        work: Callable[[], Path],
        *,
        altered: bool = False,
        again: bool = False,
    ) -> Path | None:
        """Import a file, and look whether it changed what it must not; None when it was refused."""
        company, code, broke = office.company.id, "", ""
        before = store.copy(company)
        try:
            found = work()
        except Refused as refused:
            found, code = None, refused.code
            self._world.hit(f"file refused {code}")
        except LiensoError as error:  # A store that fails: the file is imported again, or not.
            found, broke = None, error.code
        self._world.tell(
            f"{office.name} file {'altered ' if altered else ''}{code or broke or 'ok'}"
        )
        after = store.copy(company)
        facts = {
            "altered": altered,
            "again": again,
            "refused": code,
            "broke": broke,
            "changed": before != after if altered else _essence(before) != _essence(after),
        }
        self._world.check(UserDid(self._world, office, "file", facts))
        return found

    def _take(self, office: Office, path: Path) -> Path:
        desk: Any = Desk(office)
        reply = self._place()
        take(self._world.cloud.kernel, desk, _key(office), path, reply)
        return reply

    def _settle(self, office: Office, path: Path) -> Path:
        settle(office.kernel, _key(office), path)
        return path

    def _altered(self, click: Operation, path: Path) -> Path:
        """Return a copy of a file with one bit turned."""
        whole = bytearray(path.read_bytes())
        place, salt = click.draw(len(whole)), whole.find(b'"salt":"')
        if salt <= place < salt + SALT_CHARS:
            place = len(whole) - 1  # The salt is random: what becomes of it would be, too.
        whole[place] ^= 1 << click.draw(8)
        copy = self._place()
        copy.write_bytes(whole)
        return copy

    def _later(self, click: Operation, work: Callable[[], None]) -> None:
        def there() -> None:
            if not self._world.healed and not click.chance(100):
                work()

        self._world.hub.at(1_000 + click.draw(WAY_MS), there)

    def _place(self) -> Path:
        if self._folder is None:
            self._folder = TemporaryDirectory(prefix="lienso-simulate-")
        self._count += 1
        return Path(self._folder.name) / f"{self._count}.bundle"


def _key(office: Office) -> SiteKey:
    secret = hashlib.sha256(f"{office.company.code} {office.site_id}".encode()).digest()
    return SiteKey(office.company.id, office.site_id, secret)


def _essence(copy: Copy) -> list[Any]:
    """Return what a file that was refused, or taken before, may not change: all but sessions."""
    return [row for row in copy if row.get("name") not in ("site", "bundle")]
