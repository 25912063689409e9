"""Record types of the system: options, users and their rights, the access log, fiscal years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from lienso import Key, Label, Record, RecordType
from lienso.canonical import parse
from lienso.fields import Body, CatalogEntry, Day, Ref, Text
from lienso.view import View
from pydantic import Field

from .options import OPTIONS

Action = Literal["see", "add", "edit", "delete", "post", "unpost", "print", "export"]


class OptionValue(Body):
    """A setting of the company, a branch or a user; modules read it as ``view.option(key)``.

    Attributes:
        value: canonical JSON text of the value.
        user: sign-in name, for the habits of one user.
    """

    key: Text = Field(min_length=1, max_length=100)
    value: str = "null"
    scope: Literal["company", "branch", "user"] = "company"
    branch: Annotated[str | None, Ref("org_unit")] = None
    user: Text = Field(default="", max_length=100)


class Permission(CatalogEntry):
    """A right: which function or record type, what may be done, in which branch and ledger.

    Attributes:
        function: id of a record type, function, figure or report; ``<module>.*``: all of a module;
            ``*``: all there is. A function is run, a figure or report read, by the right to ``see``.
        branch: blank = every branch; else that one and those below it. ``ledger``: empty = both.
    """

    function: Text = Field(min_length=1, max_length=100)
    actions: list[Action] = Field(default_factory=list, max_length=8)
    ledger: Literal["", "financial", "management"] = ""


class Role(CatalogEntry):
    """A named set of rights."""

    permissions: list[Annotated[str, Ref("permission")]] = Field(
        default_factory=list, max_length=1_000
    )


class ApiToken(Body):
    """What a program shows in place of a password.

    Attributes:
        secret_hash: SHA-256 of the token, which is random and was shown once.
        until: UTC instant when it ends, ISO text.
    """

    name: Text = Field(min_length=1, max_length=100)
    secret_hash: Text = Field(min_length=64, max_length=64)
    made_at: Text = Field(min_length=1, max_length=40)
    until: Text = Field(min_length=1, max_length=40)


class User(CatalogEntry):
    """A person or program that signs in; the code is the sign-in name. No secret is part of it.

    Attributes:
        password_at: UTC instant since when the password holds; who signed in before signs in anew.
        tokens: of a program.
    """

    email: Text = Field(default="", max_length=255)
    employee: Annotated[str | None, Ref("object")] = None
    roles: list[Annotated[str, Ref("role")]] = Field(default_factory=list, max_length=100)
    password_at: Text = Field(default="", max_length=40)
    tokens: list[ApiToken] = Field(default_factory=list, max_length=50)


class AuditEntry(Body):
    """One call of a function that changed something: a line of the access log, never changed.

    Attributes:
        at: UTC instant, ISO text. ``machine``: workstation; ``site``: empty in the cloud.
        record: what the call was about: number, code or id.
        before: JSON text of what was asked; ``after``: JSON text of the answer. Long ones are cut.
    """

    at: Text = Field(min_length=1, max_length=40)
    user: Text = Field(default="", max_length=100)
    machine: Text = Field(default="", max_length=255)
    site: Text = Field(default="", max_length=100)
    function: Text = Field(default="", max_length=100)
    record_type: Text = Field(default="", max_length=100)
    record: Text = Field(default="", max_length=1_000)
    before: str = ""
    after: str = ""


class FiscalYear(Body):
    """A fiscal year by its first and last day, named by the year it begins in."""

    year: int = Field(ge=1900, le=9999)
    from_date: Day
    to_date: Day
    regime: Literal["", "TT99", "TT200", "TT133"] = ""


class PlatformState(Body):
    """How far a resource of the platform is (spec `connector.md` §2).

    Attributes:
        cursor: where the next fetch begins; None: nothing was fetched yet.
        waiting: platform id → why its row could not be taken; they come again at the next fetch.
        last_at, last_by: of the last fetch, an instant in UTC. ``counts``: of its rows, by outcome.
    """

    cursor: Annotated[Text, Field(max_length=1_000)] | None = None
    waiting: dict[str, str] = Field(default_factory=dict)
    last_at: Text = ""
    last_by: Text = ""
    counts: dict[str, int] = Field(default_factory=dict, max_length=50)


class PlatformLink(Body):
    """The company's link with the platform (spec `connector.md` §2); there is at most one.

    Attributes:
        states: resource → how far it is; fetching keeps it with the rows.
        credentials_ref: name under which the installer keeps the credentials; never the secret.
        auto_fetch: resource → whether it is fetched by itself.
    """

    dataset: Text = Field(default="", max_length=100)
    company_id: Text = Field(default="", max_length=100)
    credentials_ref: Text = Field(default="", max_length=255)
    can_push: bool = False
    ledger: Literal["financial", "management"] = "financial"
    auto_fetch: dict[str, bool] = Field(default_factory=dict, max_length=50)
    since: Day | None = None
    states: dict[str, PlatformState] = Field(default_factory=dict, max_length=50)


def described_option(record: Record[OptionValue], view: View) -> Mapping[str, Any]:
    """Return what belongs to an option beside its value: kind, choices, who set it and when (UTC)."""
    stored = view.stored.get(record.type, record.id)
    made: Mapping[str, Any] = {} if stored is None else parse(stored.provenance or "{}")
    option = next((option for option in OPTIONS if option.key == record.data.key), None)
    about: dict[str, Any] = {}
    if option is not None:
        # Whoever needs an option reads it when he needs it: none waits for a restart.
        about = {"kind": option.kind, "choices": list(option.choices), "needs_restart": False}
    return {**about, "changed_by": str(made.get("user", "")), "changed_at": record.at}


def _document(
    id: str, vi: str, en: str, model: type[Body], defaults: dict[str, Any], **more: Any
) -> RecordType:
    return RecordType(
        id, Label(vi, en), model, "document", offline_create=False, defaults=defaults, **more
    )


def _catalog(id: str, vi: str, en: str, model: type[Body], defaults: dict[str, Any]) -> RecordType:
    return RecordType(
        id,
        Label(vi, en),
        model,
        "catalog",
        offline_create=False,
        cloud_only=True,
        defaults=defaults,
    )


RECORD_TYPES: Sequence[RecordType] = (
    _document(
        "option",
        "Tùy chọn",
        "Option",
        OptionValue,
        {"key": "system.two_books", "value": "false"},
        unique=("key", "branch", "user"),
        cloud_only=True,
        derived=described_option,
        keys=(Key("key", ("key", "branch", "user")),),
        kept=True,
    ),
    _catalog("user", "Người dùng", "User", User, {}),
    _catalog("role", "Vai trò", "Role", Role, {}),
    _catalog("permission", "Quyền", "Permission", Permission, {"function": "system.set_options"}),
    _document(
        "audit_entry",
        "Nhật ký truy cập",
        "Audit entry",
        AuditEntry,
        {"at": "2026-01-01T00:00:00.000000Z"},
        keys=(Key("at", ("at",)),),
        cloud_only=True,
    ),
    _document(
        "fiscal_year",
        "Năm tài chính",
        "Fiscal year",
        FiscalYear,
        {"year": 2026, "from_date": "2026-01-01", "to_date": "2026-12-31"},
        unique=("year",),
    ),
    _document(
        "platform_link",
        "Liên kết với hệ thống AMIS.VN",
        "Platform link",
        PlatformLink,
        {},
        cloud_only=True,
    ),
)
"""``sync_item`` is no record: the kernel's failure lists are its rows (report ``sync_failures``)."""
