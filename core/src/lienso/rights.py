"""The kernel's one question before it opens a door: may this user do this?

The kernel knows no roles. A module that does answers `lienso_rights_of` with what a user may do; the
answer is kept until a record of users, roles or permissions changes. A company that never had a user
is open to whoever reaches its server, as one machine with one accountant needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, Protocol

from .errors import Refused
from .ids import is_id
from .model import LEDGERS, Actor, Record, RecordType
from .records import ledgers_of

if TYPE_CHECKING:
    from . import storage
    from .kernel import Kernel
    from .transaction import Transaction
    from .view import View

Action = Literal["see", "add", "edit", "delete", "post", "unpost", "print", "export"]

USER_TYPE = "user"
TYPES = (USER_TYPE, "role", "permission")
"""Record types that decide about rights; module ``system`` owns them."""

ASKED_WITHIN = "-"
"""`Capability.permission` of a function that asks for the rights on the records it is given."""

STAMP = "users"
"""Row of the state table ``identity``: changes with every record of `TYPES`. No row: no user yet."""

KEPT_MAX = 10_000
"""Answers that a kernel keeps; beyond it begins anew."""


@dataclass(frozen=True, slots=True)
class Right:
    """What somebody is about to do.

    Attributes:
        function: id of a record type, function, figure or report.
        action: to run a function, or to read a figure or report, is ``see``.
        branch: id of an org unit; empty: what belongs to all of them; None: branches do not matter.
        ledgers: whose records or books are meant; empty: ledgers do not matter.
        runs: it is a function, which may write whatever its action is called.
    """

    function: str
    action: Action = "see"
    branch: str | None = None
    ledgers: tuple[str, ...] = ()
    runs: bool = False


class Rights(Protocol):
    """What a user may do; made by the module that knows users, and kept: it must not change."""

    def allows(self, right: Right) -> bool:
        """Tell whether this may be done."""
        ...


class Everything:
    """The rights of who is not asked."""

    def allows(self, right: Right) -> bool:
        """Tell that this may be done."""
        return True


EVERYTHING = Everything()


class KeptRights:
    """The answers about users that a kernel has had, each with the stamp that it is good for."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], tuple[str, Rights]] = {}

    def of(self, kernel: Kernel, by: Actor, view: View) -> Rights:
        """Return what somebody may do.

        Raises:
            Refused: ``sign_in_required``: nobody is signed in, or not at this site.
        """
        if by.trusted:
            return EVERYTHING
        # Forgotten, as all that is remembered, when a catalog's entry is saved: users are some.
        asked: Rights = view.memo(("rights", by.user, by.site), lambda: self._of(kernel, by, view))
        return asked

    def _of(self, kernel: Kernel, by: Actor, view: View) -> Rights:
        stamp = stamp_of(view.stored)
        if not stamp:
            return EVERYTHING
        through_site = kernel.role == "cloud" and by.site
        if through_site and view.stored.state("site_user").get(by.user, by.site) is None:
            raise Refused("sign_in_required", {"user": by.user, "site": by.site})
        known = self._kept.get((by.tenant, by.user))
        if known is not None and known[0] == stamp:
            return known[1]
        rights = kernel.calls.rights_of(by.user, view)
        if rights is None:
            raise Refused("sign_in_required", {"user": by.user})
        if len(self._kept) >= KEPT_MAX:
            self._kept = {}
        self._kept[by.tenant, by.user] = (stamp, rights)
        return rights


def stamp_of(stored: storage.View) -> str:
    """Return what changes whenever rights do; empty while the company has had no user."""
    row = stored.state("identity").get(STAMP)
    return "" if row is None else str(row["value"])


def note_change(writer: storage.Writer, type: str, stamp: Callable[[], str]) -> None:
    """Remember, in the same transaction, that a record is written, where it may decide about rights.

    Args:
        stamp: makes a text that no other state of the rights had.
    """
    if type == USER_TYPE or (type in TYPES and stamp_of(writer)):
        writer.state("identity").put({"name": STAMP, "value": stamp()})


def allowed(kernel: Kernel, by: Actor, view: View, right: Right) -> bool:
    """Tell whether somebody may do this. Raises: Refused: ``sign_in_required``."""
    if by.read_only and (right.runs or right.action not in ("see", "print")):
        return False
    return kernel.rights.of(kernel, by, view).allows(right)


def require(kernel: Kernel, by: Actor, view: View, right: Right) -> None:
    """Refuse what somebody may not do.

    Raises:
        Refused: ``no_permission``; ``sign_in_required``; ``grant_expired``: reading and printing only.
    """
    if allowed(kernel, by, view, right):
        return
    detail = {"function": right.function, "action": right.action, "user": by.user}
    raise Refused("grant_expired" if by.read_only else "no_permission", detail)


# -- records ----------------------------------------------------------------------------------------


def on_record(record_type: RecordType, action: Action, record: Record[Any]) -> Right:
    """Return the right to do something with a record: in its branch, in its ledgers."""
    branch = getattr(record.data, "branch", None) or ""
    ledgers = ledgers_of(record.data) if hasattr(record.data, "display_on_book") else ()
    function = record_type.permission or record_type.id
    return Right(function, action, branch, ledgers)


def require_on(
    kernel: Kernel,
    by: Actor,
    view: View,
    action: Action,
    record: Record[Any],
    ledgers: tuple[str, ...] = (),
) -> None:
    """Refuse what somebody may not do with a record.

    Args:
        ledgers: those that it is done in; empty: all that the record shows on.
    Raises:
        Refused: as `require`.
    """
    right = on_record(kernel.registry.record_type(record.type), action, record)
    require(kernel, by, view, replace(right, ledgers=ledgers or right.ledgers))


def require_to_store(
    transaction: Transaction,
    record_type: RecordType,
    record: Record[Any],
    old: Record[Any] | None,
    ledgers: Sequence[str],
) -> None:
    """Refuse a version of a record that its author may not write, or not post. Raises: Refused.

    Args:
        ledgers: those it is to be posted in by word.
    """
    kernel, by, view = transaction.kernel, transaction.by, transaction.view
    action: Action = "add" if old is None else "edit"
    for one in (record,) if old is None else (record, old):  # out of a branch, and into one
        require(kernel, by, view, on_record(record_type, action, one))
    if ledgers and not record_type.posts_when_accepted:
        require_on(kernel, by, view, "post", record, tuple(ledgers))


# -- functions, figures, reports --------------------------------------------------------------------


def to_run(view: View, function: str, params: Any, *, whole: bool) -> Right:
    """Return the right to run something: in the branch and ledgers that its parameters name.

    Args:
        whole: with no branch among its parameters it is about the whole company (figures, reports).
    """
    named = type(params).model_fields if params is not None else ()
    branch: str | None = "" if whole else None
    if "branch" in named:
        branch = params.branch or ""
        if branch and not is_id(branch):
            branch = view.id_of("org_unit", branch) or branch
    ledgers: tuple[str, ...] = ()
    if "ledger" in named:
        ledgers = (params.ledger,) if params.ledger in LEDGERS else LEDGERS
    return Right(function, "see", branch, ledgers, runs=not whole)


OF_RPC: Mapping[str, Right] = {
    "Site.Synchronize": Right("system.synchronize", runs=True),
    "Site.Retry": Right("system.synchronize", runs=True),
    "Site.Renumber": Right("system.synchronize", runs=True),
    "Site.CancelOperation": Right("system.synchronize", runs=True),
    "Site.Withdraw": Right("system.synchronize", runs=True),
    "Site.Resolve": Right("system.synchronize", runs=True),
    "Site.ListFailures": Right("system.sync_failures", "see"),
    "Site.ListConflicts": Right("system.sync_failures", "see"),
    "Site.ListForeseen": Right("system.sync_failures", "see"),
    "Site.Compare": Right("system.synchronize", runs=True),
    "Site.Trace": Right("system.sync_failures", "see"),
    "Site.ExportPending": Right("system.synchronize", "export"),
}
"""Rights of the calls of the client API that are no door of the kernel. The others ask themselves, or
show how a server stands and what is declared, which is no secret."""
