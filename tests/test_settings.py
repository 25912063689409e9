"""Settings: where they come from, in which order, what is refused, and what is never shown."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import stat
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from lienso import discovery
from lienso.cli import logs
from lienso.cli.commands import app
from lienso.configuration import Configuration, load
from lienso.errors import LiensoError, Refused
from typer.testing import CliRunner

RUN = [sys.executable, "-c", "from lienso.cli import main; main()"]
COMPANY = "01890000-0000-7000-8000-000000000001"


def run(*arguments: str) -> Any:
    """Run a command."""
    return CliRunner().invoke(app, list(arguments))


def write(folder: Path, text: str) -> Path:
    """Write a folder's settings."""
    path = folder / "lienso.toml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(folder: Path, **options: Any) -> Refused:
    """Load settings that must be refused."""
    with pytest.raises(Refused) as caught:
        load(folder, **options)
    assert caught.value.code == "setting_invalid"
    return caught.value


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """Run a command as a process; ended at the end, and killed when a test waits for ever."""
    pipe = subprocess.PIPE
    env = {**os.environ, **environment}
    started = subprocess.Popen([*RUN, *arguments], stdout=pipe, stderr=pipe, text=True, env=env)
    guard = threading.Timer(60, started.kill)
    guard.start()
    try:
        yield started
    finally:
        guard.cancel()
        started.terminate()
        started.communicate(timeout=30)


# -- sources ----------------------------------------------------------------------------------------


def test_the_environment_stands_over_the_file_and_options_over_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, 'storage = "sqlite:file.db"\nlisten = "grpc:127.0.0.1:1"\nlanguage = "en"\n')
    monkeypatch.setenv("LIENSO_STORAGE", "sqlite:environment.db")
    monkeypatch.setenv("LIENSO_LISTEN", "grpc:127.0.0.1:2")

    found = load(tmp_path, storage="sqlite:option.db")

    assert found.storage == "sqlite:option.db"
    assert found.listen == "grpc:127.0.0.1:2"
    assert found.language == "en"


def test_nested_settings_and_lists_come_from_the_environment_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, '[log]\nlevel = "error"\nformat = "json"\n')
    monkeypatch.setenv("LIENSO_LOG__LEVEL", "debug")
    monkeypatch.setenv("LIENSO_MODULES", "system, cash")

    found = load(tmp_path)

    assert (found.log.level, found.log.format) == ("debug", "json")
    assert found.modules == ("system", "cash")


def test_an_empty_folder_has_the_defaults(tmp_path: Path) -> None:
    found = load(tmp_path)

    assert found.model_dump() == Configuration.model_construct().model_dump()
    assert found.times.link_times().settle == 10_000


def test_paths_of_the_file_start_at_its_folder_and_those_of_options_here(tmp_path: Path) -> None:
    write(tmp_path, 'storage = "sqlite:{data}/books.db"\ntoken_file = "site.token"\n')

    found = load(tmp_path, ca_file="ca.pem")

    assert found.storage == f"sqlite:{tmp_path}/books.db"
    assert found.token_file == str(tmp_path / "site.token")
    assert found.ca_file == str(Path.cwd() / "ca.pem")


# -- what is refused ----------------------------------------------------------------------------------


def test_an_unknown_key_is_refused_with_file_key_and_reason(tmp_path: Path) -> None:
    path = write(tmp_path, 'storage = "memory:"\nstorrage = "x"\n')

    detail = refused(tmp_path).detail

    assert detail == {"source": str(path), "key": "storrage", "reason": "no such setting"}


def test_a_wrong_value_of_a_table_is_refused_under_its_whole_name(tmp_path: Path) -> None:
    path = write(tmp_path, '[log]\nlevel = "loud"\n')

    detail = refused(tmp_path).detail

    assert (detail["source"], detail["key"]) == (str(path), "log.level")
    assert "'debug'" in detail["reason"]


def test_a_wrong_value_of_the_environment_names_the_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIENSO_TIMES__SETTLE_MS", "soon")

    detail = refused(tmp_path).detail

    assert detail["source"] == "environment LIENSO_TIMES__SETTLE_MS"
    assert detail["key"] == "times.settle_ms"


def test_an_unknown_variable_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENSO_STORRAGE", "memory:")

    assert refused(tmp_path).detail["key"] == "LIENSO_STORRAGE"


def test_a_file_that_is_no_toml_is_refused_with_the_place(tmp_path: Path) -> None:
    path = write(tmp_path, "storage = \n")

    detail = refused(tmp_path).detail

    assert detail["source"] == str(path)
    assert "line 1" in detail["reason"]


def test_a_token_among_the_settings_is_refused_without_showing_it(tmp_path: Path) -> None:
    write(tmp_path, f'token = "{COMPANY}.S1.top-secret-text-of-32-characters"\nrole = "office"\n')

    result = run("doctor", "--data", str(tmp_path))

    assert result.exit_code == 1
    assert "token" in result.output
    assert "role" in result.output
    assert "top-secret" not in result.output


def test_a_settings_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    result = run("tenant", "list", "--config", str(tmp_path / "none.toml"))

    assert result.exit_code == 1
    assert result.stderr.startswith("file_unreadable: ")


def test_a_command_without_any_storage_says_how_to_give_one(tmp_path: Path) -> None:
    result = run("tenant", "list", "--data", str(tmp_path))

    assert result.exit_code == 1
    assert result.stderr.startswith("setting_missing: ")
    assert "--storage" in result.stderr


# -- making a folder ------------------------------------------------------------------------------------


def made_site(tmp_path: Path) -> tuple[Path, str]:
    """Make a site's folder by command; returns it and the site's token."""
    token = f"{COMPANY}.S1.a-secret-of-a-site-0123456789"
    given = tmp_path / "given.token"
    given.write_text(token)
    folder = tmp_path / "site"
    result = run(
        "site", "init", "--data", str(folder), "--cloud", "grpc:127.0.0.1:7400",
        "--token-file", str(given),
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert token not in result.output
    return folder, token


def test_cloud_init_writes_what_is_installed_and_makes_the_store(tmp_path: Path) -> None:
    result = run("cloud", "init", "--data", str(tmp_path))

    assert result.exit_code == 0, result.output
    written = tomllib.loads((tmp_path / "lienso.toml").read_text(encoding="utf-8"))
    assert written["modules"] == sorted(i.name for i in discovery.installed(discovery.MODULES))
    assert (tmp_path / "cloud.db").exists()
    assert json.loads(run("tenant", "list", "--data", str(tmp_path), "--json").stdout) == []


def test_what_init_writes_is_read_back_by_load(tmp_path: Path) -> None:
    folder, _token = made_site(tmp_path)

    found = load(folder)

    assert (found.role, found.tenant, found.site) == ("site", COMPANY, "S1")
    assert found.cloud == "grpc:127.0.0.1:7400"
    assert found.storage == f"sqlite:{folder}/site.db"


def test_the_token_is_kept_in_a_file_that_only_the_owner_may_read(tmp_path: Path) -> None:
    folder, token = made_site(tmp_path)

    kept = folder / "site.token"
    assert kept.read_text().strip() == token
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert token not in (folder / "lienso.toml").read_text()


def test_init_does_not_overwrite_settings(tmp_path: Path) -> None:
    write(tmp_path, "# mine\n")

    result = run("cloud", "init", "--data", str(tmp_path))

    assert result.exit_code == 1
    assert result.stderr.startswith("file_exists: ")
    assert (tmp_path / "lienso.toml").read_text() == "# mine\n"


def test_a_file_that_is_no_token_is_refused(tmp_path: Path) -> None:
    (tmp_path / "given").write_text("hello")

    result = run(
        "site", "init", "--data", str(tmp_path / "site"), "--cloud", "grpc:127.0.0.1:1",
        "--token-file", str(tmp_path / "given"),
    )  # fmt: skip

    assert result.exit_code == 1
    assert result.stderr.startswith("token_invalid: ")
    assert not (tmp_path / "site" / "lienso.toml").exists()


# -- doctor -----------------------------------------------------------------------------------------


def diagnosed(folder: Path) -> tuple[int, dict[str, dict[str, str]]]:
    """Run doctor; exit code and {what it looked at: line}."""
    result = run("doctor", "--data", str(folder), "--json")
    return result.exit_code, {line["about"]: line for line in json.loads(result.stdout)}


def test_doctor_finds_nothing_wrong_with_a_new_site(tmp_path: Path) -> None:
    folder, _token = made_site(tmp_path)
    write(folder, (folder / "lienso.toml").read_text().replace(":7401", ":0"))

    code, lines = diagnosed(folder)

    assert code == 0
    assert {name: line["state"] for name, line in lines.items()} == dict.fromkeys(
        ("settings", "plugins", "token", "disk", "storage", "clock", "unsent"), "ok"
    )


def test_doctor_tells_of_a_token_that_others_can_read(tmp_path: Path) -> None:
    folder, _token = made_site(tmp_path)
    (folder / "site.token").chmod(0o644)

    code, lines = diagnosed(folder)

    assert code == 1
    assert lines["token"]["next"] == f"chmod 600 {folder / 'site.token'}"


def test_doctor_tells_of_a_port_that_another_program_uses(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        answering = threading.Thread(target=_hang_up, args=(other,), daemon=True)
        answering.start()
        write(tmp_path, f'role = "cloud"\nstorage = "memory:"\nlisten = "grpc:127.0.0.1:{port}"\n')

        code, lines = diagnosed(tmp_path)

    assert (code, lines["port"]["state"]) == (1, "wrong")
    assert str(port) in lines["port"]["text"]


def _hang_up(listener: socket.socket) -> None:
    """Speak no word that lienso understands."""
    with contextlib.suppress(OSError):  # The listener was closed.
        while True:
            listener.accept()[0].close()


def test_doctor_knows_a_lienso_server_on_its_port(tmp_path: Path) -> None:
    run("cloud", "init", "--data", str(tmp_path))
    with process("cloud", "serve", "--data", str(tmp_path), "--listen", "grpc:127.0.0.1:0") as up:
        assert up.stdout is not None
        url = up.stdout.readline().strip()
        write(tmp_path, f'role = "cloud"\nstorage = "sqlite:{tmp_path}/cloud.db"\nlisten = "{url}"')

        code, lines = diagnosed(tmp_path)

    assert (code, lines["port"]["state"]) == (0, "note")
    assert "a lienso server is running" in lines["port"]["text"]


def test_doctor_names_a_module_and_a_transport_that_are_not_installed(tmp_path: Path) -> None:
    write(
        tmp_path,
        'role = "cloud"\nstorage = "memory:"\nmodules = ["nothing"]\nlisten = "pigeon:roof:1"\n',
    )

    result = run("doctor", "--data", str(tmp_path))

    assert result.exit_code == 1
    assert "plugin 'nothing' (not installed)" in result.output
    assert "no transport pigeon" in result.output


# -- the log ----------------------------------------------------------------------------------------


def test_a_token_that_slips_into_the_log_loses_its_secret(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("info", "json", {"site": "S1"})
    token = f"{COMPANY}.S1.a-secret-of-a-site-0123456789"

    logging.getLogger("lienso.test").warning("refused: %s", token)

    line = json.loads(capsys.readouterr().err)
    assert line["event"] == f"refused: {COMPANY}.S1.…"
    assert (line["site"], line["logger"], line["level"]) == ("S1", "lienso.test", "warning")


def test_a_line_about_an_error_carries_its_code_and_change(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logs.configure("info", "json")
    error = LiensoError("version_conflict", {"change_id": "c1", "tenant": COMPANY})

    logging.getLogger("lienso.test").warning("push failed: %s", error)

    line = json.loads(capsys.readouterr().err)
    assert (line["code"], line["change_id"], line["tenant"]) == ("version_conflict", "c1", COMPANY)


def test_lines_below_the_level_are_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure("warning", "console")

    logging.getLogger("lienso.test").info("quiet")
    logging.getLogger("lienso.test").warning("loud")

    said = capsys.readouterr().err
    assert "loud" in said
    assert "quiet" not in said


def test_a_sign_in_that_fails_is_logged_without_the_token(tmp_path: Path) -> None:
    storage = f"sqlite:{tmp_path / 'cloud.db'}"
    created = run("tenant", "create", "MP", "Minh Phát", "--storage", storage)
    tenant = created.stdout.split()[1]
    secret = "not-the-secret-of-this-site-00000"
    (tmp_path / "token").write_text(f"{tenant}.S1.{secret}")
    json_log = {"LIENSO_LOG__FORMAT": "json", "LIENSO_LOG__LEVEL": "debug"}
    place = ("--token-file", str(tmp_path / "token"), "--storage", f"sqlite:{tmp_path / 'site.db'}")
    run("site", "init", "--data", str(tmp_path / "office"), "--cloud", "grpc:127.0.0.1:1", *place)

    with process("cloud", "serve", "--storage", storage, "--listen", "grpc:127.0.0.1:0") as cloud:
        assert cloud.stdout is not None
        url = cloud.stdout.readline().strip()
        with process(
            "site", "serve", "--cloud", url, *place, "--listen", "grpc:127.0.0.1:0", "--fast",
            **json_log,
        ) as site:  # fmt: skip
            assert site.stderr is not None
            lines = []
            for text in site.stderr:
                lines.append(text)
                if "unauthenticated" in text:
                    break

    failed = json.loads(lines[-1])
    assert (failed["code"], failed["site"], failed["tenant"]) == ("unauthenticated", "S1", tenant)
    assert secret not in "".join(lines)
