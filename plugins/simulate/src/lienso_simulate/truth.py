"""What really happened to every saved change: a plain model beside the real stores.

It learns from commits: what appears in a site's store was saved there, and what leaves it must have
gone somewhere.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lienso.sync.codes import DONE_CODES
from lienso.sync.messages import Change

from .looks import SiteLook, change_of

if TYPE_CHECKING:
    from lienso.storage import StoredRecord, View

    from .office import Office

BY_WORD = frozenset({"decide", "withdraw", "delete", "push_resolve"})
"""What users do that may end a change: its loss is their will."""


@dataclass
class Saved:
    """One saved change.

    Attributes:
        after: the change that took its place before anything was sent. ``fate``: how it ended where
            that is no verdict: by a user's word, with a lost store, with a lost history.
    """

    change: Change
    office: str
    after: str = ""
    fate: str = ""


@dataclass
class Era:
    """What a company's cloud has done since its data was last set back.

    Attributes:
        done: change id → version that it made. ``versions``: of each record. ``held``: who has which
            number or code. ``places``: site → (incarnation, W). ``hosts``: site → (machine,
            when the cloud heard of it last).
    """

    done: dict[str, int] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    held: dict[tuple[str, str], str] = field(default_factory=dict)
    held_by: dict[str, tuple[str, str]] = field(default_factory=dict)
    places: dict[str, tuple[int, int]] = field(default_factory=dict)
    superseded: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    settled: set[str] = field(default_factory=set)
    hosts: dict[str, tuple[str, datetime.datetime]] = field(default_factory=dict)


class Truth:
    """The shadow model of one company.

    Attributes:
        owed: records that sites held when the cloud was set back: (type, id) → version.
        calls: call id → whether its answer was seen.
        refused_again: changes of a lost history that the backup knows only as refused → the version
            that each had made.
    """

    def __init__(self) -> None:
        self.saved: dict[str, Saved] = {}
        self.era = Era()
        self.owed: dict[tuple[str, str], int] = {}
        self.calls: dict[str, bool] = {}
        self.refused_again: dict[str, int] = {}
        self.set_back = self.cloud_set_back = False

    def committed(
        self, office: Office, before: SiteLook, now: SiteLook, kind: str, cloud: View
    ) -> list[str]:
        """Learn from a commit of a site.

        Returns:
            What left the site's store without having gone anywhere.
        """
        was, here = before.open(), now.open()
        for id, change in here.items():
            if id in was and was[id] is not change:
                self.saved[id].change = change  # What waits may yet take the place of others.
        if was.keys() == here.keys():
            return []
        new = {id: change for id, change in here.items() if id not in was}
        for id, change in new.items():
            self.saved.setdefault(id, Saved(change, office.name))
        named = now.named()
        lost = []
        for id in sorted(was.keys() - here.keys()):
            change = was[id]
            saved = self.saved[id]
            heirs = [c.change_id for c in new.values() if c.record_id == change.record_id]
            if id in named:
                continue
            if heirs and id in before.waits["outbox"]:
                saved.after = heirs[0]
            elif self.accepted(cloud, id):
                continue
            elif kind == "file" and self.cloud_set_back:
                self._answered_in_lost_history(office, saved)
            elif id in now.withdrawn or kind in BY_WORD or self.stands(cloud, change):
                saved.fate = "by a user's word"
            else:
                lost.append(f"{office.name} {kind}: change {id} of {change.record_id} vanished")
        return lost

    def _answered_in_lost_history(self, office: Office, saved: Saved) -> None:
        """Learn that a file brought an answer that the cloud has forgotten: the site's record is what
        remains, and must come back with it."""
        saved.fate = "with a lost history"
        key = (saved.change.type, saved.change.record_id)
        for record in office.of_the_cloud():
            if (record.type, record.id) == key and record.feed_seq:
                self.owed[key] = max(record.version, self.owed.get(key, 0))

    def accepted(self, cloud: View, id: str) -> bool:
        """Tell whether the cloud accepted a change."""
        row = cloud.state("change_log").get(id)
        return row is not None and row["code"] in DONE_CODES

    def stands(self, cloud: View, change: Change) -> bool:
        """Tell whether another record stands for a change's record."""
        return cloud.state("alias").get(change.type, change.record_id) is not None

    # -- disasters --------------------------------------------------------------------------------

    def store_lost(
        self, before: SiteLook, now: SiteLook, others: Iterable[SiteLook], cloud: View
    ) -> None:
        """Learn that a site's store was set back: what only it had is gone."""
        self.set_back = True
        alive = set(now.open()) | {id for look in others for id in look.open()}
        parked = {row["change_id"] for row in cloud.state("parked_change").scan()}
        for id in before.open().keys() - alive - parked:
            if not self.accepted(cloud, id):
                self.saved[id].fate = "with a lost store"

    def cloud_lost(
        self,
        old: Mapping[str, str],
        cloud: View,
        sites: Iterable[SiteLook],
        held: Iterable[StoredRecord],
        point: int,
    ) -> None:
        """Learn that the cloud was set back.

        Args:
            old: change id → verdict in the lost history. ``held``: what the sites hold of the cloud.
            point: the feed of the backup ends here.
        """
        self.cloud_set_back = True
        alive = {id for look in sites for id in look.open()}
        parked = {row["change_id"] for row in cloud.state("parked_change").scan()}
        for id in old.keys() - alive - parked:
            if id in self.saved and not self.accepted(cloud, id) and not self.saved[id].fate:
                self.saved[id].fate = "with a lost history"
        done = self.era.done
        self.refused_again |= {id: done[id] for id in parked & done.keys() & self.saved.keys()}
        for record in held:
            if record.feed_seq > point:
                key = (record.type, record.id)
                self.owed[key] = max(record.version, self.owed.get(key, 0))
        self.begin_era(cloud)

    def taken_back(self, cloud: View) -> None:
        """Learn that the cloud took records back, and with them what it knew only as refused."""
        for id, version in self.refused_again.items():
            saved = self.saved[id]
            record = cloud.get(saved.change.type, saved.change.record_id, deleted=True)
            came = record is not None and record.version >= version
            if came and cloud.state("parked_change").get(id) is None:
                saved.fate = "with its record"

    def begin_era(self, cloud: View) -> None:
        """Learn what the cloud has, from its store."""
        era = self.era = Era()
        rows = cloud.state("change_log").scan()
        era.done = {r["change_id"]: r["version"] for r in rows if r["code"] in DONE_CODES}
        for row in cloud.state("site").scan():
            era.places[row["site_id"]] = (row["incarnation"], row["processed"])

    def relearn(self, cloud: View) -> None:
        """Learn what a cloud that died had committed before it could answer."""
        for row in cloud.state("change_log").scan():
            if row["code"] in DONE_CODES:
                self.era.done.setdefault(row["change_id"], row["version"])
        for row in cloud.state("parked_change").scan():
            self.era.superseded |= set(change_of(row["content"]).supersedes)

    # -- the end ----------------------------------------------------------------------------------

    def missing(self, cloud: View, sites: Iterable[SiteLook]) -> list[str]:
        """Return the saved changes that are nowhere."""
        alive: set[str] = set()
        named: dict[str, str] = {}
        for look in sites:
            alive |= set(look.open())
        alive |= {row["change_id"] for row in cloud.state("parked_change").scan()}
        done = {
            row["change_id"]
            for row in cloud.state("change_log").scan()
            if row["code"] in DONE_CODES
        }
        for id, saved in self.saved.items():
            for former in saved.change.supersedes:
                named[former] = id

        def placed(id: str, seen: frozenset[str] = frozenset()) -> bool:
            saved = self.saved.get(id)
            if id in alive or id in done or saved is None or saved.fate or id in seen:
                return True
            heir = saved.after or named.get(id, "")
            return bool(heir) and placed(heir, seen | {id})

        return sorted(id for id in self.saved if not placed(id))
