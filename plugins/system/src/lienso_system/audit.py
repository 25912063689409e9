"""The access log (spec `system.md` §2, §6): calls of functions, and every version of every record.

What is saved, deleted, posted or set leaves a version of its record in the history of the cloud, with
who and where from; the log reads it there. A call of a function stands for many such changes, so it
leaves one `audit_entry` of its own, in its own transaction: no call, no entry, and the reverse.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from lienso import Capability, Column, Label, Refused, Table
from lienso.canonical import canonical_text, parse
from lienso.fields import Params
from lienso.ids import VIETNAM, instant_text
from lienso.security import sign_in_log
from lienso.session import Session
from lienso.storage import StoredRecord
from lienso.view import View
from pydantic import Field

TEXT_MAX = 3_900
"""Characters of a logged value: a body's texts end at 4,000."""

ROWS_MAX = 100_000
"""Rows that one reading of the log may show: a year of a small company, some 60 MB."""

Row = tuple[str, ...]


def keeps_log(capability: Capability, session: Session) -> bool:
    """Tell whether a call is logged by `note_call`: in the cloud, inside its transaction.

    At a site nothing is logged by call: what it changes travels as records, each with its author.
    """
    return session.role == "cloud" and capability.in_transaction


def note_call(
    capability: Capability, params: Any, result: Any, session: Session, position: int
) -> None:
    """Add the entry of a call that changed something.

    Args:
        position: the feed's position before the call; a look-up does not move it.
    """
    if session.view.stored.feed_seq == position:
        return
    by = session.actor
    session.save(
        "audit_entry",
        {
            "at": instant_text(session.view.now),
            "user": by.user[:100],
            "machine": by.workstation[:255],
            "site": by.site[:100],
            "function": capability.id,
            "record": _subject(params),
            "before": _cut(canonical_text(params.model_dump(mode="json", exclude_none=True))),
            "after": _cut(canonical_text(result.model_dump(mode="json", exclude_none=True))),
        },
    )


def _subject(params: Any) -> str:
    """Name what a call was about, by the parameters that name records everywhere."""
    for name in ("voucher", "no", "code", "account"):
        value = getattr(params, name, None)
        if isinstance(value, str) and value:
            return value[:1_000]
    many = getattr(params, "vouchers", None) or getattr(params, "records", None) or ()
    names = [item if isinstance(item, str) else getattr(item, "id", "") for item in many]
    return ", ".join(name for name in names if isinstance(name, str))[:1_000]


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_MAX else f"{text[:TEXT_MAX]}…"


class AuditParams(Params):
    """A range of days, first of this month until today when left out; and whose, of what.

    Attributes:
        user: sign-in name. ``record_type``: id of a type. ``record``: number, code or id.
        limit: newest rows that are shown; when there are more, the subtitle says of how many.
    """

    from_date: datetime.date | None = None
    to_date: datetime.date | None = None
    user: str = ""
    record_type: str = ""
    record: str = ""
    limit: int = Field(default=1_000, ge=1, le=ROWS_MAX)


COLUMNS = (
    Column("at", Label("Thời gian", "Time")),
    Column("user", Label("Người dùng", "User")),
    Column("machine", Label("Máy/máy chủ", "Machine/site")),
    Column("action", Label("Hành động", "Action")),
    Column("record_type", Label("Loại dữ liệu", "Type")),
    Column("record", Label("Bản ghi", "Record")),
    Column("before", Label("Trước", "Before")),
    Column("after", Label("Sau", "After")),
)


def audit_log(params: AuditParams, view: View) -> Table:
    """List the access log of some days, newest first; times are Vietnam's.

    Raises:
        Refused: ``only_in_cloud``: former versions are there.
    """
    if view.role != "cloud":
        raise Refused("only_in_cloud")
    first = params.from_date or view.today.replace(day=1)
    last = params.to_date or view.today
    start, stop = _midnight(first), _midnight(last + datetime.timedelta(days=1))
    found = [
        row
        for row in (
            *_calls(view, start, stop),
            *_versions(view, start, stop),
            *_sign_ins(view, start, stop),
        )
        if (not params.user or row[1] == params.user)
        and (not params.record_type or row[4] == params.record_type)
        and (not params.record or params.record in (row[5], row[8]))
    ]
    found.sort(key=lambda row: row[0], reverse=True)
    subtitle = f"{first:%d/%m/%Y} – {last:%d/%m/%Y}"
    if len(found) > params.limit:
        subtitle += f" ({params.limit}/{len(found)})"
    rows = tuple((_local(row[0]), *row[1:8]) for row in found[: params.limit])
    return Table(COLUMNS, rows, Label("Nhật ký truy cập", "Access log"), subtitle)


def _midnight(day: datetime.date) -> str:
    return instant_text(datetime.datetime.combine(day, datetime.time(), VIETNAM))


def _local(at: str) -> str:
    instant = datetime.datetime.fromisoformat(at)
    return instant.astimezone(VIETNAM).isoformat(sep=" ", timespec="seconds")[:19]


def _calls(view: View, start: str, stop: str) -> Iterator[Row]:
    for entry in view.find("audit_entry", "at", start=(start,), stop=(stop,)):
        data = entry.data
        where = " / ".join(part for part in (data.machine, data.site) if part)
        yield (
            data.at,
            data.user,
            where,
            data.function,
            data.record_type,
            data.record,
            data.before,
            data.after,
            entry.id,
        )


SIGN_INS: Mapping[str, str] = {
    "signed_in": "Đăng nhập",
    "signed_in_offline": "Đăng nhập khi không có mạng",
    "signed_out": "Đăng xuất",
    "wrong": "Nhập sai mật khẩu",
    "locked": "Bị khóa do nhập sai",
    "overridden": "Được cho làm việc tiếp khi quá hạn không có mạng",
}
"""What the log calls a sign-in, by the kernel's word for it."""


def _sign_ins(view: View, start: str, stop: str) -> Iterator[Row]:
    for row in sign_in_log.rows_between(view.stored, start, stop):
        where = " / ".join(part for part in (row["workstation"], row["site"]) if part)
        action = SIGN_INS[row["event"]]
        yield (row["at"], row["user"], where, action, "", "", "", row["detail"], row["id"])


def _versions(view: View, start: str, stop: str) -> Iterator[Row]:
    """List versions made in the range, from every record that changed since its start."""
    after = _position_at(view, start)
    while True:
        page = view.stored.changes(after)
        for newest in page.records:
            if newest.type == "audit_entry":
                continue
            before: StoredRecord | None = None
            for version in view.stored.history(newest.type, newest.id):
                if start <= version.at < stop:
                    yield _version_row(before, version)
                before = version
        if page.next_after >= page.head or page.next_after == after:
            return
        after = page.next_after


def _position_at(view: View, at: str) -> int:
    """Return the feed's position just before an instant: positions and times rise together."""
    low, high = 0, view.stored.feed_seq
    while low < high:
        middle = (low + high) // 2
        page = view.stored.changes(middle, limit=1)
        if page.records and page.records[0].at < at:
            low = page.records[0].feed_seq
        else:
            high = middle
    return low


def _version_row(before: StoredRecord | None, version: StoredRecord) -> Row:
    by = parse(version.provenance or "{}")
    where = " / ".join(part for part in (by.get("workstation"), by.get("site")) if part)
    old, new = _body(before), _body(version)
    was, now = _difference(old, new)
    name = new.get("no") or new.get("code") or old.get("no") or old.get("code") or ""
    return (
        version.at,
        str(by.get("user", "")),
        where,
        _action(before, version),
        version.type,
        str(name or new.get("key") or version.id),
        was,
        now,
        version.id,
    )


def _body(version: StoredRecord | None) -> Mapping[str, Any]:
    if version is None or version.deleted or not version.body:
        return {}
    body: Mapping[str, Any] = parse(version.body)
    return body


def _difference(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[str, str]:
    """Return the fields that differ, before and after, as JSON; nothing for equal bodies."""
    names = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    was = {name: old[name] for name in names if name in old}
    now = {name: new[name] for name in names if name in new}
    return tuple(_cut(canonical_text(part)) if part else "" for part in (was, now))  # type: ignore[return-value]


def _action(before: StoredRecord | None, version: StoredRecord) -> str:
    if version.deleted:
        return "Xóa"
    if before is None:
        return "Thêm"
    if before.deleted:
        return "Khôi phục"
    if before.body == version.body and before.posting != version.posting:
        return "Ghi sổ" if _posted(version) > _posted(before) else "Bỏ ghi"
    return "Sửa"


def _posted(version: StoredRecord) -> int:
    states = parse(version.posting) if version.posting else {}
    return sum(state["status"] == "posted" for state in states.values())
