"""The part of the Python client that speaks of a site: mode, synchronisation, failure lists."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from .canonical import parse

Json = dict[str, Any]
Rows = list[Json]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a synchronisation did; rows are JSON objects (`protos/site.proto`)."""

    pushed: int
    pulled: int
    failed: tuple[Json, ...]
    renumbered: tuple[Json, ...]


class Line(Protocol):
    """The connection, with answers typed once."""

    def request(self, rpc: str, body: Json) -> Json:
        """Return the answer to one question."""
        ...

    def stream(self, rpc: str, body: Json) -> Iterator[Json]:
        """Yield answers until it is closed."""
        ...


class SiteClient:
    """Mode, synchronisation and failure lists of a site; the cloud refuses: ``only_at_a_site``."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def status(self) -> Json:
        """Return mode, counts and positions."""
        return self._line.request("Site.Status", {})

    def set_mode(self, online: bool) -> Json:
        """Work offline until told otherwise, or online again; returns the status."""
        return self._line.request("Site.SetMode", {"online": online})

    def synchronize(
        self,
        types: Sequence[str] = (),
        records: Sequence[str] = (),
        direction: Literal["push", "pull", "both"] = "both",
        renumber: Literal["ask", "auto"] = "ask",
        resolve: Mapping[str, Literal["mine", "theirs"]] | None = None,
    ) -> Outcome:
        """Send what waits, then take what is new (Đồng bộ).

        Raises:
            OfflineRefused. LinkError: the line broke; what was sealed goes again next time.
        """
        body = {
            "types": list(types),
            "records": list(records),
            "direction": direction,
            "renumber": renumber,
            "resolve": dict(resolve or {}),
        }
        return _outcome(self._line.request("Site.Synchronize", body))

    def failures(self, tab: str = "") -> Rows:
        """List ``push_failed``, ``post_failed``, ``pull_failed``, or all three."""
        return _rows(self._line.request("Site.ListFailures", {"tab": tab}), "failures")

    def retry(self, ids: Sequence[str]) -> Outcome:
        """Send refused changes again as they are, by change or record id."""
        return _outcome(self._line.request("Site.Retry", {"ids": list(ids)}))

    def renumber(self, ids: Sequence[str] = (), *, reprint: bool = False) -> Rows:
        """Give vouchers whose number is taken the next free ones: {type, id, old, new, printed}.

        Args:
            reprint: the user confirms that what was printed will be printed again.
        """
        return _rows(
            self._line.request("Site.Renumber", {"ids": list(ids), "reprint": reprint}),
            "renumbered",
        )

    def cancel(self, call_id: str) -> bool:
        """Cancel a function that this site has under way in the cloud; False when it ended already."""
        answer = self._line.request("Site.CancelOperation", {"call_id": call_id})
        return bool(answer["cancelled"])

    def withdraw(self, ids: Sequence[str]) -> int:
        """Give refused changes up; returns how many there were."""
        return int(self._line.request("Site.Withdraw", {"ids": list(ids)})["withdrawn"])

    def export_pending(self) -> Json:
        """Return everything the cloud has not accepted (`lienso.pending`)."""
        parts = [part["text"] for part in self._line.stream("Site.ExportPending", {})]
        return dict(parse("".join(parts)))

    def resolve(self, decisions: Sequence[Json]) -> Rows:
        """Decide refused changes: {id, choice, fields, code}; one result a change that was found."""
        return _rows(self._line.request("Site.Resolve", {"decisions": list(decisions)}), "results")

    def conflicts(self, id: str = "") -> Rows:
        """List decided conflicts of a record or of all: both bodies, the choice and who chose."""
        return _rows(self._line.request("Site.ListConflicts", {"id": id}), "conflicts")

    def foreseen(self) -> Rows:
        """List unsent edits that the cloud will refuse, as far as the site knows."""
        return _rows(self._line.request("Site.ListForeseen", {}), "foreseen")

    def examine(self) -> Rows:
        """Look at line, gate, way, clock, what waits and failed: {about, state, text, next}."""
        return _rows(self._line.request("Site.Examine", {}), "lines")

    def compare(self) -> Json:
        """Pull, and compare with the cloud: {looked_at, until, chain, differences, moving}."""
        return self._line.request("Site.Compare", {})

    def trace(self, name: str, type: str = "") -> Json:
        """Tell the way of a record by id, number or code: {type, id, steps, earlier, cloud}."""
        return self._line.request("Site.Trace", {"name": name, "type": type})

    def watch(self) -> Iterator[Json]:
        """Yield the state and then every notice: {kind, values, status}; ends when it is closed."""
        for notice in self._line.stream("Site.Watch", {}):
            if notice["kind"] != "idle":
                yield notice


def _outcome(answer: Mapping[str, Any]) -> Outcome:
    failed, renumbered = tuple(answer["failed"]), tuple(answer["renumbered"])
    return Outcome(answer["pushed"], answer["pulled"], failed, renumbered)


def _rows(answer: Mapping[str, Any], name: str) -> Rows:
    return list(answer[name])
