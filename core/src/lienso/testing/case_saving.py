"""Saving as worked cases do: in the cloud at once, or typed at a site and sent over its line.

Both ways end alike: the record is in the cloud, posted where that was asked; or it is refused, with the
same code, and nothing of it stays anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import LiensoError, Refused
from ..model import Finding, Ledger, Record
from ..records import finding_from_json
from .kernels import actor, synchronization

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..model import RecordType, Saved
    from ..transaction import Transaction


def save_in_cloud(
    transaction: Transaction,
    record_type: RecordType,
    body: Mapping[str, Any],
    id: str | None,
    ledgers: Sequence[Ledger],
) -> Saved:
    """Save a record, then post it in these ledgers, warnings passed; all or nothing."""
    saved = transaction.save(record_type.id, body, id=id, ignore_warnings=True)
    record = saved.record
    for ledger in ledgers if not record_type.posts_when_accepted else ():
        record = transaction.post(record, ledger, True)
    return saved


def save_through(
    head: Kernel,
    kernel: Kernel,
    record_type: RecordType,
    body: Mapping[str, Any],
    id: str | None,
    ledgers: Sequence[Ledger],
) -> Saved:
    """Save a record at a site, and send it at once with the wish to post it.

    Raises:
        LiensoError: what the site or the cloud refused, under the code that a user reads there.
    """
    by, site = actor(kernel), synchronization(kernel)
    saved = kernel.save(by, record_type.id, body, id=id, post=ledgers, ignore_warnings=True)
    record = saved.record
    failed = [row for row in site.push(records=[record.id]).failed if row["id"] == record.id]
    refused = next((row for row in failed if row["tab"] == "push_failed"), None)
    if refused is not None:
        _take_back(kernel, record)
        raise _as_error(refused["code"], refused["detail"])
    posting = kernel.get(by, record_type.id, record.id).posting
    for state in posting.values():
        if state.status == "failed":
            findings = [finding_from_json(dict(one)) for one in state.findings]
            if record.version == 1:  # as in the cloud, nothing of it stays
                head.delete(actor(head), record.type, record.id)
                site.pull()
            raise _posting_error(findings)
    return saved


def _take_back(kernel: Kernel, record: Record[Any]) -> None:
    """Give up what was refused: a new record is forgotten, an edit makes way for the cloud's version."""
    site = synchronization(kernel)
    site.withdraw([record.id])
    site.push()
    site.pull()


def _as_error(code: str, detail: Mapping[str, Any]) -> LiensoError:
    findings = [finding_from_json(dict(one)) for one in detail.get("findings", ())]
    rest = {name: value for name, value in detail.items() if name != "findings"}
    return Refused(code, rest, findings)


def _posting_error(findings: Sequence[Finding]) -> LiensoError:
    """Return the error that posting by word gives for these findings."""
    errors = [finding for finding in findings if finding.severity == "error"]
    if len(errors) == 1 and errors[0].line is None:
        return Refused(errors[0].code, errors[0].values, findings)
    return Refused("post_failed", {"errors": len(errors)}, findings)
