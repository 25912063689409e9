"""Keys at rest: sealed, bound to their purpose, and in files of mode 0600."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from lienso.errors import Refused
from lienso.security.sealing import KEY_FILE, open_sealer, read_secret, write_secret


def test_what_was_sealed_is_opened_by_the_same_key_file(tmp_path: Path) -> None:
    sealed = open_sealer(tmp_path).seal(b"secret", "authority of a")

    assert b"secret" not in sealed
    assert open_sealer(tmp_path).open(sealed, "authority of a") == b"secret"


def test_a_passphrase_seals_without_a_key_file(tmp_path: Path) -> None:
    sealed = open_sealer(tmp_path, "ngựa pin đúng").seal(b"secret", "a")

    assert open_sealer(tmp_path, "ngựa pin đúng").open(sealed, "a") == b"secret"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(Refused) as refused:
        open_sealer(tmp_path, "sai").open(sealed, "a")
    assert refused.value.code == "sealing_key_wrong"


@pytest.mark.parametrize("damage", ["purpose", "byte", "short", "key"])
def test_what_was_tampered_with_does_not_open(tmp_path: Path, damage: str) -> None:
    sealer = open_sealer(tmp_path / "mine")
    sealed = sealer.seal(b"secret", "authority of a")
    purpose = "authority of b" if damage == "purpose" else "authority of a"
    if damage == "byte":
        sealed = sealed[:-1] + bytes([sealed[-1] ^ 1])
    elif damage == "short":
        sealed = sealed[:20]
    elif damage == "key":
        sealer = open_sealer(tmp_path / "another")

    with pytest.raises(Refused) as refused:
        sealer.open(sealed, purpose)

    assert refused.value.code == "sealing_key_wrong"


def test_key_files_are_for_their_owner_only(tmp_path: Path) -> None:
    open_sealer(tmp_path)
    path = tmp_path / KEY_FILE
    mode = stat.S_IMODE(path.stat().st_mode)
    path.chmod(0o640)

    with pytest.raises(Refused) as refused:
        open_sealer(tmp_path)

    assert mode == 0o600
    assert refused.value.code == "key_file_open"


def test_of_two_writers_the_first_one_wins_unless_asked_to_replace(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "file"
    write_secret(path, b"first", replace=False)
    write_secret(path, b"second", replace=False)
    kept = read_secret(path)
    write_secret(path, b"third", replace=True)

    assert kept == b"first"
    assert read_secret(path) == b"third"
    assert [item.name for item in path.parent.iterdir()] == ["file"]


def test_a_sealer_shows_nothing_of_its_secret(tmp_path: Path) -> None:
    assert repr(open_sealer(tmp_path, "geheim")) == "Sealer(…)"


def test_a_folder_that_cannot_be_made_is_told_by_code(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")

    with pytest.raises(Refused) as refused:
        open_sealer(tmp_path / "file" / "keys")

    assert refused.value.code == "file_unwritable"
