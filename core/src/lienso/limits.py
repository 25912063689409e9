"""Every limit of the kernel, each with its reason. A driver may be stricter, never laxer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import LimitExceeded

BODY_BYTES_MAX = 1024 * 1024
"""One record's canonical JSON: a voucher of 1,000 lines has about 300 kB."""

CHANGE_BYTES_MAX = 900 * 1024
"""One change on the wire, so that a batch with its envelope stays under 1 MiB (sync-design §16)."""

LINES_MAX = 5_000
"""Lines of one voucher: more than any printed form, less than would hold a transaction for long."""

NESTING_MAX = 16
"""Depth of a JSON body: models have four levels; deeper input is an attack on the parser."""

RECORDS_PER_WRITE_MAX = 500
"""Records one transaction may write (storage-design §2)."""

REWRITE_RECORDS_MAX = 50_000
"""Records that one rewriting of history may write: a merge is one whole, and the company waits for it."""

SEEDS_PER_WRITE = 250
"""Records of a new company that one transaction saves."""

PAGE_MAX = 1_000
"""Records of one page."""

PAGE_DEFAULT = 100
"""Records of a page when the caller does not say."""

KEY_BYTES_MAX = 512
"""Text of one key: SQLite and PostgreSQL index entries stay small."""

DIMENSION_CHARS_MAX = 200
"""Text of one dimension of an entry."""

BATCH_CHANGES_MAX = 500
"""Changes of one push."""

BATCH_BYTES_MAX = 1024 * 1024
"""Bytes of one push or one page of a pull."""

FINDINGS_MAX = 100
"""Findings in one answer; the rest is counted, since an error must fit a message."""

MEASURE_MAX = 2**63 - 1
"""Measures are 64-bit integers; sums beyond are refused, never wrapped."""


def check_body(body: Mapping[str, Any], bytes_max: int = BODY_BYTES_MAX) -> None:
    """Refuse a body that is too large, before anything is looked up for it.

    A reference of each of 100,000 lines would be searched otherwise, and all writers would wait.

    Raises:
        LimitExceeded: a list of more than `LINES_MAX` items, with its field, or too many bytes.
    """
    import orjson  # as in `fields`: not at the start of a program

    for field, value in body.items():
        if isinstance(value, list) and len(value) > LINES_MAX:
            detail = {"what": field, "field": field, "size": len(value), "max": LINES_MAX}
            raise LimitExceeded(detail=detail)
    try:
        size = len(orjson.dumps(dict(body)))
    except TypeError:  # no JSON: the model says so, with the field
        return
    if size > bytes_max:
        raise LimitExceeded(detail={"what": "body", "bytes": size, "max": bytes_max})
