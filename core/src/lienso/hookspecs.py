"""The hook API. A plugin implements any subset, taking any subset of the arguments by name.

Four kinds, told apart by what a failure does: *declare* (asked once at start; that plugin is off),
*check* (all answers are joined; a crash is an error finding), *decide* (first answer that is not
None; a crash reaches the caller), *observe* (after the fact; a crash is logged).
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

from .book_checks import BookCheck
from .forms import Form, Sheets
from .model import (
    Book,
    Capability,
    Figure,
    Finding,
    ImportSheet,
    Ledger,
    Message,
    Mode,
    NumberSeries,
    Option,
    Record,
    RecordEvent,
    RecordType,
    Report,
)

if TYPE_CHECKING:
    from .connector.port import PlatformAddress, PlatformConnector
    from .kernel import Kernel
    from .rights import Rights
    from .session import Session
    from .storage import Entry, Storage
    from .transport import ApiConnection, Credentials, Link, ServeOptions, Server, Services
    from .view import View

HOOK_API = (1, 0)
hookspec = pluggy.HookspecMarker("lienso")
hookimpl = pluggy.HookimplMarker("lienso")


@hookspec
def lienso_record_types() -> Sequence[RecordType]:
    """declare: name the record types that this module owns.

    Since: 1.0
    """


@hookspec
def lienso_books() -> Sequence[Book]:
    """declare: name the books that this module owns.

    Since: 1.0
    """


@hookspec
def lienso_capabilities() -> Sequence[Capability]:
    """declare: name the functions that this module offers; ids start with the module's name.

    Since: 1.0
    """


@hookspec
def lienso_figures() -> Sequence[Figure]:
    """declare: name the figures; ids start with the module's name.

    Since: 1.0
    """


@hookspec
def lienso_reports() -> Sequence[Report]:
    """declare: name the reports; ids start with the module's name.

    Since: 1.0
    """


@hookspec
def lienso_options() -> Sequence[Option]:
    """declare: name the options of the company that this module reads.

    Since: 1.0
    """


@hookspec
def lienso_messages() -> Mapping[str, Message]:
    """declare: give the texts of this module's codes.

    Since: 1.0
    """


@hookspec
def lienso_import_sheets() -> Sequence[ImportSheet]:
    """declare: name the workbook sheets that become records of this module.

    Since: 1.0
    """


@hookspec
def lienso_book_checks() -> Sequence[BookCheck]:
    """declare: name what this module looks for when vouchers are checked against books.

    Module ``utilities`` runs the checks of all modules (`utilities.check_books`), each on one instant
    of the cloud's records and books.

    Since: 1.0
    """


@hookspec
def lienso_forms() -> Sequence[Form]:
    """declare: name the printed forms that this module brings, of its own records or of others'.

    A form whose record types and reports are not installed is left out of lists.

    Since: 1.0
    """


@hookspec
def lienso_seed_records(regime: str) -> Sequence[tuple[str, Mapping[str, Any]]]:
    """declare: give the records a new company starts with, as (record type, body).

    Called once a tenant, when it is made; in the order of ``requires``.

    Args:
        regime: accounting regime chosen for the company: ``TT99``, ``TT200`` or ``TT133``.
    Since: 1.0
    """


@hookspec
def lienso_check_record(
    record: Record[Any], before: Record[Any] | None, view: View
) -> Sequence[Finding]:
    """check: say what is wrong with a record about to be saved, at a site or in the cloud.

    Args:
        record: as it would be stored; its id is known, its version is that of ``before``.
        before: the stored version; None when it is being created.
        view: records as of this transaction; at a site only what the site knows, and no books.
    Returns:
        Findings; an error stops the save.
    Since: 1.0
    """


@hookspec
def lienso_check_delete(record: Record[Any], view: View) -> Sequence[Finding]:
    """check: say why a record may not be deleted.

    Since: 1.0
    """


@hookspec
def lienso_check_posting(
    record: Record[Any], ledger: Ledger, entries: Mapping[str, Sequence[Entry]], view: View
) -> Sequence[Finding]:
    """check: say what is wrong with entries about to be posted.

    Called in the cloud once a voucher and ledger, inside the posting transaction; must not write.

    Args:
        record: as saved, never changed here.
        entries: by book, as the record type proposes them.
        view: records and books as of this transaction, without these entries.
    Returns:
        An error stops posting, a warning may be passed by the user's word.
    Since: 1.0
    """


@hookspec
def lienso_check_unposting(record: Record[Any], ledger: Ledger, view: View) -> Sequence[Finding]:
    """check: say why a voucher may not be taken out of the books of a ledger.

    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_run_capability(capability: Capability, params: Any, session: Session) -> Any:
    """decide: run a function. The kernel's own answer is the last; wrap it to audit or authorise.

    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_number_series(
    record_type: RecordType, ledger: Ledger, date: datetime.date, view: View
) -> NumberSeries | None:
    """decide: say how the numbers of a series look; None leaves it to the type's prefix.

    The kernel keeps the counter and the uniqueness, so that an answer cannot make two numbers equal.

    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_rights_of(user: str, view: View) -> Rights | None:
    """decide: say what a user of the company may do; None: this module knows no such user.

    Asked when a user does something for the first time, and again when a record of users, roles or
    permissions has changed. A crash refuses what was asked for.

    Args:
        user: sign-in name.
        view: records as of this instant; at a site what the site knows.
    Returns:
        An object whose ``allows(right)`` the kernel asks from then on: it reads nothing any more.
    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_letterhead(branch: str, view: View) -> Mapping[str, str] | None:
    """decide: say who prints: what stands at the head and foot of every form.

    Args:
        branch: id of the branch that the record or report is about; empty: the company.
    Returns:
        ``name``, ``address``, ``tax_code``; who signs: ``director``, ``chief_accountant``, ``cashier``;
        ``regime``: the accounting regime, ``TT99``. What is not known is left out.
    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_typeset(sheets: Sheets) -> bytes | None:
    """decide: set documents in type, as one PDF; None: this module sets no type.

    Called outside of any transaction, at a site and in the cloud, with or without a line.

    Args:
        sheets: what to print, and on which paper; the user's rights are judged already.
    Since: 1.0
    """


@hookspec
def lienso_record_saved(event: RecordEvent) -> None:
    """observe: a record version was committed here.

    Since: 1.0
    """


@hookspec
def lienso_record_posted(event: RecordEvent, ledger: Ledger) -> None:
    """observe: a record's entries were committed.

    Since: 1.0
    """


@hookspec
def lienso_record_unposted(event: RecordEvent, ledger: Ledger) -> None:
    """observe: a record's entries were taken out.

    Since: 1.0
    """


@hookspec
def lienso_mode_changed(tenant: str, old: Mode, new: Mode, reason: str) -> None:
    """observe: a site went online, offline, or is reconnecting.

    Since: 1.0
    """


@hookspec
def lienso_changes_judged(
    tenant: str, site: str, verdicts: Mapping[str, str], took_ms: int
) -> None:
    """observe: a batch of a site's changes has its verdicts: given (cloud), or taken (site).

    Called on both sides, so that what becomes of a change can be followed by its id.

    Args:
        site: whose changes they are.
        verdicts: code of the verdict by change id, in the order of the batch.
        took_ms: deciding the batch, or sending it until the answer was here.
    Since: 1.0
    """


@hookspec
def lienso_sync_finished(tenant: str, direction: str, done: int, failed: int) -> None:
    """observe: a push or a pull ended.

    Args:
        direction: ``push`` or ``pull``.
        done: changes accepted, or records applied.
        failed: changes refused, or records kept aside.
    Since: 1.0
    """


@hookspec
def lienso_started(kernel: Kernel) -> None:
    """observe: the kernel is up.

    Since: 1.0
    """


@hookspec
def lienso_stopping(kernel: Kernel) -> None:
    """observe: the kernel is about to close; modules hear it before those they require.

    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_open_storage(url: str, role: str, create: bool) -> Storage | None:
    """decide: open the database at ``url``; called once, on the one chosen storage plugin.

    Where there is none it is made if ``create`` says so, else refused: a mistyped path is no new store.

    Raises:
        StorageError: ``storage_missing``, with its ``path``.
    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_connect(url: str, credentials: Credentials) -> Link | None:
    """decide: give a site its line to the cloud; must not wait for the cloud to be there.

    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_connect_api(url: str, credentials: Credentials) -> ApiConnection | None:
    """decide: give a program its line to a server's client API.

    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_connect_platform(link: PlatformAddress) -> PlatformConnector | None:
    """decide: give the line to the application outside that the company's data are linked with.

    Asked in the cloud before something is fetched or pushed; must not wait for the application.

    Args:
        link: names the credentials; the plugin looks them up in the installer's secret store.
    Since: 1.0
    """


@hookspec(firstresult=True)
def lienso_serve(url: str, services: Services, options: ServeOptions) -> Server | None:
    """decide: listen at ``url``.

    Since: 1.0
    """
