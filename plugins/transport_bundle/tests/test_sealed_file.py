"""The sealed file itself: its parts, its limits, its memory; and that no touched byte goes unnoticed."""

from __future__ import annotations

import hashlib
import stat
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from lienso.canonical import canonical_bytes
from lienso.errors import LimitExceeded, Refused
from lienso_transport_bundle.keys import SiteKey, make_key, read_key, write_key
from lienso_transport_bundle.sealed_file import (
    HEADER_BYTES_MAX,
    MAGIC,
    MESSAGE_BYTES_MAX,
    PART_BYTES,
    header_of,
    opened,
    write_sealed,
)

KEY = SiteKey("company", "S1", b"k" * 32)
TOUCHED = {
    "bundle_damaged",
    "bundle_unknown",
    "bundle_other_company",
    "bundle_wrong_key",
}
"""What a file is refused with that is not as it was sealed."""


def written(path: Path, messages: list[Any], **header: Any) -> bytes:
    """Write a file; returns its bytes."""
    write_sealed(path, KEY, {"from": "site", **header}, messages)
    return path.read_bytes()


def read(path: Path, key: SiteKey = KEY) -> list[Any]:
    with opened(path, key) as file:
        return list(file.messages())


def refusal(path: Path, key: SiteKey = KEY) -> str:
    with pytest.raises(Refused) as refused:
        read(path, key)
    return refused.value.code


@pytest.mark.parametrize(
    "sizes",
    [
        [],
        [0],
        [1, 2, 3],
        [PART_BYTES * 3],
        # The last part is full, or holds the first bytes of the end alone.
        *([PART_BYTES - less] for less in range(20, 40)),
        *([PART_BYTES - less] for less in range(110, 130)),
        [100_000] * 8,
    ],
    ids=str,
)
def test_messages_come_out_as_they_went_in(tmp_path: Path, sizes: list[int]) -> None:
    messages = [{"kind": "x", "text": "đ" * (size // 2)} for size in sizes]
    written(tmp_path / "file", messages)

    assert read(tmp_path / "file") == messages


def test_only_the_owner_reads_a_file_or_a_key(tmp_path: Path) -> None:
    written(tmp_path / "file", [])
    write_key(KEY, tmp_path / "key")

    for name in ("file", "key"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_nothing_of_a_message_stands_in_the_clear(tmp_path: Path) -> None:
    data = written(tmp_path / "file", [{"kind": "x", "text": "Phải thu Đông Á"}])

    assert "Đông Á".encode() not in data
    assert KEY.secret not in data


def test_the_same_messages_are_sealed_differently_each_time(tmp_path: Path) -> None:
    message = {"kind": "x", "text": "a"}

    first, second = (written(tmp_path / name, [message]) for name in ("one", "two"))

    assert first[-60:] != second[-60:]


def test_no_flipped_bit_goes_unnoticed(tmp_path: Path) -> None:
    data = written(tmp_path / "file", [{"kind": "x", "text": "a"}], number=1)
    codes = set()
    for place in range(8 * len(data)):
        touched = bytearray(data)
        touched[place // 8] ^= 1 << place % 8
        (tmp_path / "touched").write_bytes(touched)
        codes.add(refusal(tmp_path / "touched"))

    assert codes <= TOUCHED


def test_a_file_cut_anywhere_is_refused(tmp_path: Path) -> None:
    data = written(tmp_path / "file", [{"kind": "x", "text": "a" * 50}])
    codes = set()
    for length in range(len(data)):
        (tmp_path / "cut").write_bytes(data[:length])
        codes.add(refusal(tmp_path / "cut"))

    assert codes <= TOUCHED


@pytest.mark.parametrize("more", [b"\0", b"\0\0\0\x20" + b"x" * 32, b"x" * 1000])
def test_bytes_behind_the_end_are_refused(tmp_path: Path, more: bytes) -> None:
    data = written(tmp_path / "file", [{"kind": "x"}])
    (tmp_path / "file").write_bytes(data + more)

    assert refusal(tmp_path / "file") == "bundle_damaged"


@pytest.mark.parametrize(
    ("count", "of"), [(1, b'{"kind":"x"}'), (1, b"else"), (2, b'{"kind":"x"}')]
)
def test_an_end_is_believed_only_with_count_and_digest_and_nothing_behind(
    tmp_path: Path, count: int, of: bytes
) -> None:
    end = {"kind": "end", "count": count, "digest": hashlib.sha256(of).hexdigest()}
    written(tmp_path / "file", [{"kind": "x"}, end])

    assert refusal(tmp_path / "file") == "bundle_damaged"


def _parts(data: bytes) -> tuple[bytes, list[bytes]]:
    head = len(MAGIC) + 4 + struct.unpack(">I", data[len(MAGIC) : len(MAGIC) + 4])[0]
    parts, at = [], head
    while at < len(data):
        size = 4 + struct.unpack(">I", data[at : at + 4])[0]
        parts.append(data[at : at + size])
        at += size
    return data[:head], parts


def test_parts_may_not_be_moved_dropped_doubled_or_mixed(tmp_path: Path) -> None:
    messages = [{"kind": "x", "text": "a" * PART_BYTES}] * 3
    head, parts = _parts(written(tmp_path / "one", messages))
    other_head, other = _parts(written(tmp_path / "two", messages))
    first, second, *rest = parts
    orders = {
        "moved": [second, first, *rest],
        "dropped": [first, *rest],
        "doubled": [first, first, second, *rest],
        "cut at a part": parts[:-1],
        "mixed": [first, other[1], *rest],
    }

    for name, order in orders.items():
        (tmp_path / name).write_bytes(head + b"".join(order))
        assert refusal(tmp_path / name) == "bundle_damaged", name
    (tmp_path / "head").write_bytes(other_head + b"".join(parts))
    assert refusal(tmp_path / "head") == "bundle_damaged"


def test_the_header_cannot_be_replaced_by_a_better_one(tmp_path: Path) -> None:
    head, parts = _parts(written(tmp_path / "file", [{"kind": "x"}], number=1))
    better = canonical_bytes({**header_of(tmp_path / "file"), "number": 9})
    forged = MAGIC + struct.pack(">I", len(better)) + better

    (tmp_path / "forged").write_bytes(forged + b"".join(parts))

    assert len(head) == len(forged)
    assert header_of(tmp_path / "forged")["number"] == 9
    assert refusal(tmp_path / "forged") == "bundle_damaged"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"format": 2}, "bundle_unknown"),
        ({"algorithm": "none"}, "bundle_unknown"),
        ({"tenant": "other"}, "bundle_other_company"),
        ({"site": "S2"}, "bundle_other_company"),
        ({"key": "0" * 16}, "bundle_wrong_key"),
        ({"salt": 7}, "bundle_wrong_key"),
        ({"salt": "0" * 64}, "bundle_damaged"),
    ],
    ids=str,
)
def test_a_changed_header_is_refused_by_code(
    tmp_path: Path, changed: dict[str, Any], code: str
) -> None:
    _head, parts = _parts(written(tmp_path / "file", [{"kind": "x"}]))
    header = canonical_bytes({**header_of(tmp_path / "file"), **changed})

    (tmp_path / "file").write_bytes(
        MAGIC + struct.pack(">I", len(header)) + header + b"".join(parts)
    )

    assert refusal(tmp_path / "file") == code


def test_another_key_is_told_from_a_damaged_file(tmp_path: Path) -> None:
    written(tmp_path / "file", [{"kind": "x"}])

    assert refusal(tmp_path / "file", SiteKey("company", "S1", b"l" * 32)) == "bundle_wrong_key"
    assert refusal(tmp_path / "file", SiteKey("other", "S1", KEY.secret)) == "bundle_other_company"
    assert (
        refusal(tmp_path / "file", SiteKey("company", "S2", KEY.secret)) == "bundle_other_company"
    )


@pytest.mark.parametrize("length", [0, HEADER_BYTES_MAX + 1, 2**32 - 1])
def test_a_length_of_the_header_is_looked_at_before_it_is_read(tmp_path: Path, length: int) -> None:
    (tmp_path / "file").write_bytes(MAGIC + struct.pack(">I", length) + b"{}")

    assert refusal(tmp_path / "file") == "bundle_unknown"


def test_a_length_of_a_part_is_looked_at_before_it_is_read(tmp_path: Path) -> None:
    head, _ = _parts(written(tmp_path / "file", [{"kind": "x"}]))

    for length in (0, 15, PART_BYTES + 17, 2**32 - 1):
        (tmp_path / "file").write_bytes(head + struct.pack(">I", length) + b"x" * 100)
        assert refusal(tmp_path / "file") == "bundle_damaged"


def test_a_message_that_is_too_long_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(LimitExceeded):
        written(tmp_path / "file", [{"kind": "x", "text": "a" * MESSAGE_BYTES_MAX}])

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "text", [b"", b"{}", b"x" * 10_000, b'{"format":"lienso-bundle-key-1"}', b"[]"]
)
def test_what_is_no_key_file_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "key").write_bytes(text)

    with pytest.raises(Refused) as refused:
        read_key(tmp_path / "key")

    assert refused.value.code == "bundle_key_bad"


def test_a_key_comes_back_from_its_file_and_never_shows_itself(tmp_path: Path) -> None:
    key = make_key("company", "S1")
    write_key(key, tmp_path / "key")

    assert read_key(tmp_path / "key") == key
    assert key != make_key("company", "S1")
    assert key.secret.hex() not in repr(key) + key.name
    with pytest.raises(Refused) as refused:
        write_key(key, tmp_path / "key")
    assert refused.value.code == "bundle_file_exists"


def test_a_file_of_100_000_changes_is_written_and_read_in_the_memory_of_a_few_parts(
    tmp_path: Path,
) -> None:
    change = {"body": "x" * 600, "change_id": "c" * 36}
    messages = ({"kind": "push", "message": [change] * 250} for _push in range(400))
    tracemalloc.start()
    try:
        write_sealed(tmp_path / "file", KEY, {"from": "site"}, messages)
        with opened(tmp_path / "file", KEY) as file:
            changes = sum(len(message["message"]) for message in file.messages())
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert changes == 100_000
    assert (tmp_path / "file").stat().st_size > 60_000_000
    assert peak < 20 * PART_BYTES, f"{peak:,}"
