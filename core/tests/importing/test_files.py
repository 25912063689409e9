"""Files that are no workbooks are refused."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from lienso import (
    LiensoError,
)
from lienso.importing import (
    read_file,
)


def refusal(path: Path) -> str:
    with pytest.raises(LiensoError) as caught:
        read_file(path)
    return caught.value.code


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"no workbook")
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\xff")

    assert refusal(tmp_path / "a.xlsx") == "bad_file"
    assert refusal(tmp_path / "b.csv") == "bad_file"
    assert refusal(tmp_path / "none.xlsx") == "bad_file"


def test_a_file_with_a_password_is_refused_as_such(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(encrypted_container())

    assert refusal(tmp_path / "a.xlsx") == "protected_file"


def test_a_file_of_more_than_50_000_rows_is_refused(tmp_path: Path) -> None:
    (tmp_path / "most.csv").write_text("x\n" * 50_000, encoding="utf-8")
    (tmp_path / "more.csv").write_text("x\n" * 50_001, encoding="utf-8")

    assert len(read_file(tmp_path / "most.csv")[0].rows) == 50_000
    assert refusal(tmp_path / "more.csv") == "file_too_big"


def encrypted_container() -> bytes:
    """Build the container in which Office puts an encrypted workbook: an OLE file that has a
    stream EncryptedPackage."""
    end, free, fat_mark, none = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
    header = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16)
    header += struct.pack("<HHHHH6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, end, 0, end, 0)
    header += struct.pack("<I", 0) + struct.pack("<I", free) * 108
    fat = struct.pack("<II", fat_mark, end) + struct.pack("<I", free) * 126

    def entry(name: str, kind: int, child: int) -> bytes:
        text = (name + "\0").encode("utf-16-le")
        made = text.ljust(64, b"\0") + struct.pack("<HBB", len(text) if name else 0, kind, 1)
        made += struct.pack("<III", none, none, child) + bytes(36)
        return made + struct.pack("<IQ", end if kind else 0, 0)

    directory = entry("Root Entry", 5, 1) + entry("EncryptedPackage", 2, none)
    directory += entry("", 0, none) * 2
    return header + fat + directory
