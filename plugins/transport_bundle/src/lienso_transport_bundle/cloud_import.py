"""In the cloud: take a site's file, once, and write the file that answers it (sync-design §15)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lienso import chaining
from lienso.canonical import canonical_text, parse
from lienso.errors import PASSING, Fenced, LiensoError, Refused
from lienso.ids import instant_text
from lienso.model import Actor
from lienso.storage import View, Writer
from lienso.sync.cloud_log import history_id, site_row
from lienso.sync.grouping import in_groups
from lienso.sync.messages import (
    CHAIN_START,
    Change,
    HelloReply,
    HelloRequest,
    PullRequest,
    PushReply,
    PushRequest,
    Session,
    chain,
)

from .checked import check, pushes
from .keys import SiteKey
from .sealed_file import SealedFile, opened, write_sealed
from .wire import packed, unpacked

if TYPE_CHECKING:
    from lienso.kernel import Kernel
    from lienso.transport import CloudService

GO_ON = ("OK", "NEW_INCARNATION")

ID_CHARS_MAX = 64


@dataclass(frozen=True, slots=True)
class Taken:
    """What the cloud did with a site's file.

    Attributes:
        again: it had been taken before; only the answer was written again.
        refused: changes that go to the site's failure list.
        stopped: code of what stopped the log at a change that cannot be judged; the rest of the log
            comes with the site's next file. Empty when nothing did.
    """

    reply: str
    number: int
    again: bool
    changes: int
    accepted: int
    refused: int
    records: int
    stopped: str


def take(
    kernel: Kernel,
    service: CloudService,
    key: SiteKey,
    path: Path,
    reply: Path,
    new_log: bool = False,
) -> Taken:
    """Prove the whole file, then do what it says as over a line, and write the answer.

    Args:
        new_log: the administrator vouches that this is the site's newest state, though its log does
            not go on from what the cloud has.
    Raises:
        Refused: why nothing was done.
    """
    if reply.exists():
        raise Refused("bundle_file_exists", {"file": str(reply)})
    with opened(path, key) as file:
        if file.header.get("from") != "site":
            raise Refused("bundle_wrong_side", {"file": str(path)})
        work = _Import(kernel, service, key, file, new_log)
        work.prepare()
        header = work.header()
        write_sealed(reply, key, header, work.answers())
        return work.taken(reply)


class _Import:
    """One file of one site."""

    def __init__(
        self,
        kernel: Kernel,
        service: CloudService,
        key: SiteKey,
        file: SealedFile,
        new_log: bool,
    ) -> None:
        self._kernel, self._service, self._file, self._new_log = kernel, service, file, new_log
        self._by = Actor(key.tenant, "system", key.site)
        self._again = False
        self._accepted = self._refused = self._records = 0
        self._stopped = ""

    # -- before any effect --------------------------------------------------------------------------

    def prepare(self) -> None:
        """Prove the file, see that its turn has come, and open the session. Raises: Refused."""
        row = self._read(lambda view: site_row(view, self._by.site))
        self._checked = check(self._file, row["processed"])
        header, hello = self._file.header, self._checked.hello
        number, self._id = header.get("number"), str(header.get("bundle_id"))
        if type(number) is not int or len(self._id) > ID_CHARS_MAX:
            raise self._file.damaged("its number")
        self._number = number
        known = self._read(self._turn)
        self._again = known is not None
        if known is None:
            replies = self._opened(self._read(self._proven), hello)
        else:
            replies = tuple(unpacked(HelloReply, one) for one in parse(known["replies"]))
        self._replies = replies
        self._seq, self._chain = hello.acked, hello.chains[0]
        if replies[0].decision == "NEW_INCARNATION":
            self._seq, self._chain = 0, CHAIN_START

    def _turn(self, view: View) -> dict[str, Any] | None:
        """Return what is remembered of this very file; None when it is new. Raises: Refused."""
        table = view.state("bundle")
        known = table.get(self._by.site, self._id)
        last = _last_of(view, self._by.site)
        latest = 0 if last is None else last["number"]
        older = Refused("bundle_older", {"number": self._number, "latest": latest})
        if known is None:
            if self._number <= latest:
                raise older
            return None
        if known["number"] != latest or known["digest"] != self._checked.digest:
            raise older
        return known

    def _proven(self, view: View) -> bool:
        """Tell whether the log goes on from what the cloud has; what must not be is refused.

        A Hello would fence the site's log for a file that only came late, so all is looked at first.
        """
        hello, row = self._checked.hello, site_row(view, self._by.site)
        detail = {"file": str(self._file.path), "site": self._by.site}
        history = history_id(view)
        lost = hello.incarnation == row["incarnation"] and row["processed"] < hello.acked
        lost = lost or hello.incarnation > row["incarnation"]
        if hello.history_id not in ("", history) or lost or hello.cursor > view.feed_seq:
            raise Refused("bundle_other_history", detail)
        if not chaining.has(view, hello.feed_proof):
            raise Refused("bundle_other_history", detail)
        current = hello.incarnation == row["incarnation"] != 0
        if current and row["processed"] > hello.sealed and not self._new_log:
            raise Refused("bundle_overtaken", detail)
        if current and self._checked.proof == bytes(row["chain"]):
            return True
        last = _last_of(view, self._by.site)
        # Only files since: the newest one is the newest state, though an answer was lost on the way.
        unanswered = last is not None and last["session_id"] == row["session_id"]
        if row["processed"] and not unanswered and not self._new_log:
            raise Refused("bundle_log_differs", detail)
        return False

    def _opened(self, proven: bool, hello: HelloRequest) -> tuple[HelloReply, ...]:
        """Say the site's Hello until nothing comes back, and remember the file."""
        if proven:  # The pushes ask for the verdicts of what was decided already.
            row = self._read(lambda view: site_row(view, self._by.site))
            hello = replace(hello, acked=row["processed"], chains=(bytes(row["chain"]),))
        replies = [self._service.hello(self._by, hello)]
        if replies[0].decision == "NEW_INCARNATION":
            log = hello.sealed - hello.acked
            hello = replace(hello, acked=0, sealed=log, chains=(CHAIN_START,))
            hello = replace(
                hello, incarnation=replies[0].incarnation, history_id=replies[0].history_id
            )
        while replies[-1].parked:
            returned = [change.change_id for change in replies[-1].parked]
            ids = (*hello.unacked_change_ids, *returned)
            hello = replace(hello, unacked_change_ids=ids)
            replies.append(self._service.hello(self._by, hello))
        if any(reply.decision not in GO_ON for reply in replies):
            raise Refused("recovery", {"decision": replies[-1].decision})
        self._kernel.storage.write(self._by.tenant, lambda w: self._remember(w, replies))
        return tuple(replies)

    def _remember(self, writer: Writer, replies: Sequence[HelloReply]) -> None:
        writer.state("bundle").put(
            {
                "site_id": self._by.site,
                "bundle_id": self._id,
                "number": self._number,
                "digest": self._checked.digest,
                "session_id": replies[-1].session_id,
                "replies": canonical_text([packed(reply) for reply in replies]),
                "at": instant_text(self._kernel.clock.now()),
            }
        )

    # -- the answer -----------------------------------------------------------------------------------

    def header(self) -> Mapping[str, Any]:
        """Return the header of the reply: what it answers, and where the site's log then stood."""
        hello, reply = self._checked.hello, self._replies[-1]
        return {
            "from": "cloud",
            "bundle_id": self._kernel.ids.new(),
            "number": self._number,
            "incarnation": reply.incarnation,
            "history": reply.history_id,
            "ranges": {
                "first_seq": hello.acked + 1,
                "last_seq": hello.sealed,
                "cursor": hello.cursor,
            },
            "answers": {
                "bundle_id": self._id,
                "incarnation": hello.incarnation,
                "acked": hello.acked,
                "chain": hello.chains[0].hex(),
            },
        }

    def answers(self) -> Iterator[dict[str, Any]]:
        """Push what the file holds and pull for it; yields the answers."""
        for reply in self._replies:
            yield packed(reply)
        last = self._replies[-1]
        session = Session(last.session_id, last.incarnation, last.history_id)
        try:
            for push in pushes(self._file):
                yield from self._pushed(session, push)
            yield from self._pages(session)
        except Fenced as fenced:  # The line took the site over, before or just now.
            raise Refused("bundle_overtaken", {"file": str(self._file.path)}) from fenced

    def _pushed(self, session: Session, push: PushRequest) -> Iterator[dict[str, Any]]:
        """Send a push in parts that the cloud takes; yields the answers with what they answer."""
        if self._stopped and push.changes:
            return  # A log has no hole: what follows is sent anew.
        request = replace(
            push, session=session, first_seq=self._seq + 1, previous_chain=self._chain
        )
        try:
            reply = self._service.push(self._by, request)
        except (*PASSING, Fenced):  # No fault of a change: the file is imported again.
            raise
        except LiensoError as error:
            halves = _halves(push)
            if halves:
                for half in halves:
                    yield from self._pushed(session, half)
            else:
                yield self._poison(push, error)
            return
        yield self._counted(request, reply)

    def _counted(self, request: PushRequest, reply: PushReply) -> dict[str, Any]:
        for change in request.changes:
            self._seq += 1
            self._chain = chain(self._chain, self._seq, change)
        done = sum(verdict.done for verdict in reply.verdicts)
        self._accepted += done
        self._refused += len(reply.verdicts) - done
        return packed(
            reply,
            first_seq=request.first_seq,
            logged=len(request.changes),
            withdraws=list(request.withdraws),
        )

    def _poison(self, push: PushRequest, error: LiensoError) -> dict[str, Any]:
        """Say which change or group cannot even be judged; after one of the log the log stops."""
        if not (push.changes or push.retries):
            raise error
        self._stopped = error.code if push.changes else self._stopped
        self._refused += len(push.changes) + len(push.retries)
        return {
            "kind": "unjudged",
            "first_seq": self._seq + 1,
            "changes": [change.change_id for change in push.changes],
            "retries": [change.change_id for change in push.retries],
            "code": error.code,
            "detail": dict(error.detail),
        }

    def _pages(self, session: Session) -> Iterator[dict[str, Any]]:
        asked: PullRequest = replace(self._checked.pull, session=session)
        while True:
            page = self._service.pull(self._by, asked)
            self._records += len(page.records)
            yield packed(page)
            if page.done:
                return
            asked = replace(asked, cursor=page.next_cursor)

    def taken(self, reply: Path) -> Taken:
        """Return what was done."""
        return Taken(
            str(reply),
            self._number,
            self._again,
            self._checked.changes,
            self._accepted,
            self._refused,
            self._records,
            self._stopped,
        )

    def _read(self, work: Any) -> Any:
        return self._kernel.storage.read(self._by.tenant, work)


def _last_of(view: View, site_id: str) -> dict[str, Any] | None:
    rows = view.state("bundle").scan(
        equals={"site_id": site_id}, order=("site_id", "number"), descending=True, limit=1
    )
    return rows[0] if rows else None


def _halves(push: PushRequest) -> list[PushRequest]:
    """Cut a push in two; nothing when it holds one change, one group, or none."""
    sent = (*push.changes, *push.retries)
    parts = in_groups(sent)
    if len(parts) <= 1:
        return []
    log = len(push.changes)
    # The members of a group stand together, so what goes first is the beginning of the log.
    first = {index for part in parts[: len(parts) // 2] for index in part}
    second = set(range(len(sent))) - first
    return [
        replace(
            push,
            changes=_some(sent, first, 0, log),
            retries=_some(sent, first, log, len(sent)),
            withdraws=(),
            decisions={},
        ),
        replace(
            push, changes=_some(sent, second, 0, log), retries=_some(sent, second, log, len(sent))
        ),
    ]


def _some(
    changes: Sequence[Change], chosen: Collection[int], start: int, stop: int
) -> tuple[Change, ...]:
    return tuple(changes[index] for index in range(start, stop) if index in chosen)
