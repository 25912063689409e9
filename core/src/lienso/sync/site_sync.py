"""A site's synchronisation: what is sent and taken, by word or by itself, and the failure lists."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..canonical import parse
from ..errors import (
    LiensoError,
    Refused,
)
from ..ids import instant_text
from ..model import Actor
from ..storage import View
from . import archive, batches, foreseeing, pacing, pulling, retrying, sealing, site_log
from . import failures as lists
from .choices import Decision
from .deciding import Deciding
from .examining import SiteExaminer
from .link_machine import Action
from .messages import Change
from .renumbering import Renumbering, to_print_again

log = logging.getLogger("lienso.sync")

PUSH_DELAY_MS = 1_000
"""A change made online is sent so long after it was saved."""

PUSH_AGAIN_MS = (1_000, 2_000, 4_000, 8_000, 16_000, 30_000)
"""Waits before an automatic push that failed is tried again, ±20 %."""

OFFLINE_CHANGES_OPTION = "push.offline_changes"
"""``ask`` (default): what was made offline is sent by the user's word; ``auto``: by itself."""


@dataclass(frozen=True, slots=True)
class PushOutcome:
    """What a push did: rows of ``failed`` and ``renumbered`` are JSON objects."""

    pushed: int
    failed: tuple[dict[str, Any], ...]
    renumbered: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class PullOutcome:
    """What a pull did: records applied, rows kept aside with their reason."""

    pulled: int
    failed: tuple[dict[str, Any], ...]


class SiteSync(SiteExaminer):
    """The synchronisation of one site; `lienso.kernel.Kernel.site`."""

    def _begin(self) -> None:
        super()._begin()
        self._failed_pushes = 0
        self._tell_waiting = True
        self._foreseen = 0

    # -- state ------------------------------------------------------------------------------------

    def pending(self, types: Sequence[str] = ()) -> int:
        """Count what the cloud has not accepted yet."""
        return self._read(lambda view: site_log.waiting_count(view, types))

    def status(self) -> dict[str, Any]:
        """Return counts and positions for a screen or a program."""

        def look(view: View) -> dict[str, Any]:
            rows = view.state("outbox").scan(order=("saved",))
            by_type: dict[str, int] = {}
            for row in rows:
                by_type[row["type"]] = by_type.get(row["type"], 0) + 1
            return {
                "pending": len(rows),
                "pending_by_type": by_type,
                "oldest_pending": min((row["at"] for row in rows if row["at"]), default=""),
                "sealed": view.state("sealed").count(),
                "failed": view.state("failure_push").count(),
                "failed_pull": view.state("failure_pull").count(),
                "cursor": site_log.cursor(view),
                "incarnation": site_log.position(view).incarnation,
                "site": self._by.site,
            }

        mode, found = self.mode(), self._read(look)
        return {
            "mode": mode.name,
            "since": instant_text(self._since),
            "gate": self.machine.gate,
            "online": self.online_capable,
            "foreseen": self._foreseen,
            **found,
            "alarms": self._alarms(found["pending"], found["oldest_pending"]),
        }

    def _alarms(self, pending: int, oldest: str) -> list[str]:
        found = pacing.outbox_alarms(pending, oldest, self._kernel.clock.now())
        if pacing.disk_low(self.free_bytes()):
            found.append("disk_low")
        if self.copies_fail():
            found.append("escrow_failed")
        return found

    def connect(self) -> None:
        """Open a session, go online and pull now, without waiting for the line to settle.

        Raises:
            LinkError, Refused: why there is no session.
        """
        super().connect()
        if not pacing.disk_low(self.free_bytes()):
            self.pull()
        self._refresh()

    def _need_line(self) -> None:
        if not self.online_capable:
            from ..invocation import offline_refusal

            raise offline_refusal(self._kernel, "system.synchronize", {})

    # -- by itself --------------------------------------------------------------------------------

    def saved(self, made_offline: bool) -> None:
        """Be told that a record was saved: what is made online is sent soon by itself."""
        if not made_offline and "push" not in self._timers:
            self._later("push", PUSH_DELAY_MS)

    def _keep_in_step(self) -> None:
        try:
            outcome = self.pull()
        except LiensoError as error:
            self._warn("automatic pull failed", error)
            if rest := pacing.rest_ms(error):
                self._later("do pull", rest)
            if error.code == "disk_low":
                self._push_by_itself()  # What is accepted frees room.
            return
        self._refresh()
        self._settle_as_told()  # The option is pulled like everything else.
        waiting = self.pending()
        if outcome.pulled or (waiting and self._tell_waiting):
            told = {"pulled": outcome.pulled, "waiting": waiting}
            more = {"foreseen": self._foreseen} if self._foreseen else {}
            self._notice("pulled", {**told, **more})
        if self._tell_waiting:  # The line is back: the cloud may have been upgraded meanwhile.
            self._write(partial(retrying.retry_cleared, new_session=True))
        self._tell_waiting = False
        self._push_by_itself()

    def _changed(self, action: Action) -> None:
        self._tell_waiting = self._tell_waiting or action.new == "online"
        super()._changed(action)

    def _timer_due(self, name: str) -> None:
        if name == "push":
            self._push_by_itself()
            self._renew_leases()

    def _push_by_itself(self) -> None:
        """Send what was made online, or everything where the company wants that."""
        if not self.online_capable:
            return  # It is done when the line comes back.
        every = self._offline_changes() == "auto"
        if not self._read(lambda view: _may_go(view, every)):
            return
        try:
            with self._working:
                before = self._failed_ids()
                pushed = self._push(lambda change: every or not change.made_offline)
                failed = len(self._failed_ids() - before)
        except LiensoError as error:
            self._warn("automatic push failed", error)
            delay = PUSH_AGAIN_MS[min(self._failed_pushes, len(PUSH_AGAIN_MS) - 1)]
            self._failed_pushes += 1
            delay += delay * self._jitter() // 100
            self._later("push", max(delay, pacing.rest_ms(error)))
            return
        self._failed_pushes = 0
        self._tell("push", pushed, failed)

    def _offline_changes(self) -> str:
        if OFFLINE_CHANGES_OPTION not in self._kernel.registry.options:
            return "ask"
        return str(self._kernel.read(self._by, lambda view: view.option(OFFLINE_CHANGES_OPTION)))

    def _tell(self, direction: str, done: int, failed: int) -> None:
        self._kernel.calls.observe(
            "lienso_sync_finished",
            tenant=self._by.tenant,
            direction=direction,
            done=done,
            failed=failed,
        )
        if direction == "push":
            self._notice("pushed", {"pushed": done, "failed": failed})

    # -- push -------------------------------------------------------------------------------------

    def push(
        self,
        types: Sequence[str] | None = None,
        records: Sequence[str] | None = None,
        renumber: str = "ask",
        resolve: Mapping[str, str] | None = None,
    ) -> PushOutcome:
        """Send what waits (Đồng bộ): of these types, these numbers, codes or ids, or everything.

        Args:
            renumber: ``auto`` gives vouchers whose number is taken the next free ones; not those
                that were printed or whose number is fixed.
            resolve: number, code or id → ``mine`` or ``theirs``, for conflicts in the failure list.
        Raises:
            OfflineRefused: the cloud cannot be asked now. LinkError: the line broke; what was sealed
                is sent again next time. Refused: ``nothing_to_take``, ``other_edit_waits``.
        """
        self._need_line()
        with self._working:
            self._resolve(resolve or {})
            before = self._failed_ids()
            named = bool(types or records)
            pushed = self._push(
                lambda change: (
                    _chosen(change, types, records)
                    and (named or not sealing.is_held(self._kernel.registry, change))
                )
            )
            renumbered: list[dict[str, Any]] = []
            if renumber == "auto":
                renumbered = self._renumbering().run(None, "leave")
                if renumbered:
                    ids = {row["id"] for row in renumbered}
                    pushed += self._push(lambda change: change.record_id in ids)
            failed = [row for row in self.failures("push_failed") if row["change_id"] not in before]
        self._tell("push", pushed, len(failed))
        return PushOutcome(pushed, tuple(failed), tuple(renumbered))

    def _failed_ids(self) -> set[str]:
        rows = self._read(lambda view: view.state("failure_push").scan(equals={"retrying": False}))
        return {row["change_id"] for row in rows}

    # -- pull -------------------------------------------------------------------------------------

    def pull(self) -> PullOutcome:
        """Take everything new from the cloud. Raises: OfflineRefused, LinkError, Refused."""
        self._need_line()
        with self._working:
            pulled, kept = self._pull()
            self._foreseen = len(self.foreseen())
        self._tell("pull", pulled, kept)
        failed = self.failures("pull_failed") if kept else []
        return PullOutcome(pulled, tuple(failed))

    # -- failure lists ----------------------------------------------------------------------------

    def failures(self, tab: str | None = None) -> list[dict[str, Any]]:
        """List the failures: ``push_failed``, ``post_failed``, ``pull_failed``, or all three."""
        return self._kernel.read(self._by, lambda view: lists.rows(self._kernel, view, tab))

    def retry(self, ids: Sequence[str]) -> PushOutcome:
        """Send refused changes again as they are (Đồng bộ lại), by change or record id; what could
        not be applied here is tried again from what came.

        Raises:
            OfflineRefused, LinkError: as `push`.
        """
        at, registry = instant_text(self._kernel.clock.now()), self._kernel.registry
        for id in ids:
            self._write(partial(pulling.retry_pull, registry=registry, record_id=id, at=at))
        chosen = self._changes_of(ids)
        if not chosen:
            return PushOutcome(0, ())
        self._need_line()
        with self._working:
            self._write(lambda writer: retrying.retry(writer, chosen))
            pushed = self._push(lambda _change: False)
            wanted = set(chosen)
            failed = [row for row in self.failures("push_failed") if row["change_id"] in wanted]
        self._tell("push", pushed, len(failed))
        return PushOutcome(pushed, tuple(failed))

    def withdraw(self, ids: Sequence[str], by: Actor | None = None) -> int:
        """Give refused changes up (Bỏ thay đổi); returns how many there were."""
        chosen = [Decision(id, "withdraw") for id in self._changes_of(ids)]
        return sum(row["done"] for row in self.decide(chosen, by))

    def decide(
        self, decisions: Sequence[Decision], by: Actor | None = None
    ) -> list[dict[str, Any]]:
        """Carry out what a user decides about refused changes; what is to be sent waits for a push.

        Args:
            by: who decides; None: the site itself.
        Returns:
            One row a change, see `lienso.sync.deciding.Deciding.run`.
        """
        with self._working:
            return Deciding(self._kernel, by or self._by, self._renumber_one).run(decisions)

    def decided(self, record_id: str = "") -> list[dict[str, Any]]:
        """List the conflicts that were decided here, newest first; see `lienso.sync.archive.rows`."""
        return self._read(lambda view: archive.rows(view, record_id))

    def _renumber_one(self, change_id: str) -> list[dict[str, Any]]:
        return self.renumber([change_id])

    def foreseen(self) -> list[dict[str, Any]]:
        """List unsent edits that the cloud will refuse as far as is known here."""
        registry = self._kernel.registry
        return self._kernel.read(self._by, lambda view: foreseeing.rows(registry, view))

    def renumber(
        self, ids: Sequence[str] | None = None, *, reprint: bool = False
    ) -> list[dict[str, Any]]:
        """Give vouchers whose number is taken the next free ones; they wait to be sent again.

        Args:
            ids: of changes or records; None for all of them.
            reprint: the user confirms that what was printed will be printed again.
        Returns:
            Rows {type, id, old, new, printed}, in the order given: voucher date, then old number.
        Raises:
            Refused: ``printed_before``, ``number_is_fixed``. OfflineRefused, LinkError.
        """
        self._need_line()
        with self._working:
            return self._renumbering().run(
                None if ids is None else set(self._changes_of(ids)), "change" if reprint else "ask"
            )

    def to_print_again(self) -> list[dict[str, Any]]:
        """List the vouchers that stand on paper with a number they no longer have."""
        return self._kernel.read(self._by, to_print_again)

    def _renumbering(self) -> Renumbering:
        return Renumbering(self._kernel, self._by, self._link, self.in_session)

    def _changes_of(self, ids: Sequence[str]) -> list[str]:
        rows = self._read(lambda view: view.state("failure_push").scan())
        wanted = set(ids)
        return [row["change_id"] for row in rows if wanted & {row["change_id"], row["record_id"]}]

    def _resolve(self, resolve: Mapping[str, str]) -> None:
        """Raises: Refused: the first decision that was not possible."""
        chosen = [Decision(id, choice) for id, choice in resolve.items()]
        for row in self.decide(chosen):
            if not row["done"] and row["code"] != "not_in_list":
                raise Refused(row["code"], row["detail"])


def _may_go(view: View, every: bool) -> bool:
    waiting = view.state("outbox").count(equals=None if every else {"made_offline": False})
    return bool(waiting) or batches.something_to_send(view)


def _chosen(change: Change, types: Sequence[str] | None, records: Sequence[str] | None) -> bool:
    if types and change.type not in types:
        return False
    if not records:
        return True
    body = parse(change.body) if change.body else {}
    names = {change.record_id, body.get("no"), body.get("no_management"), body.get("code")}
    return bool(names & set(records))
