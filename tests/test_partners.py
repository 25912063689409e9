"""docs/partners.md: the module it shows is the one that is installed, loaded, tested and used here."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from lienso import discovery

ROOT = Path(__file__).resolve().parents[1]
DOC = ROOT / "docs" / "partners.md"
EXAMPLE = ROOT / "docs" / "examples" / "acme_loans"
_BLOCK = re.compile(r"^(?:<!-- (\S+) -->\n)?```(\w*)\n(.*?)^```$", re.M | re.S)

USE_IT = """
import json
from lienso import discovery
from lienso.testing.kernels import actor, cloud

loaded, failures = discovery.load_modules(["acme_loans"])
with cloud() as head:
    by = actor(head)
    lender = head.save(by, "object", {"code": "NH01", "name": "Ngân hàng", "is_supplier": True})
    fields = {"posting_date": "2026-03-02", "lender": "NH01", "amount": 120_000_000}
    loan = head.save(by, "acme_loan", fields, post=["financial"]).record
    print(json.dumps({
        "source": loaded["acme_loans"].source,
        "file": loaded["acme_loans"].plugin.__file__,
        "failures": [str(failure) for failure in failures],
        "no": loan.data.no,
        "posted": loan.posted(),
        "rows": head.report(by, "acme_loans.lenders").rows,
    }))
"""


@dataclass(frozen=True, slots=True)
class Partner:
    """A copy of the example's folder and an environment where it is installed.

    Attributes:
        output: what its script `try.sh` printed.
    """

    folder: Path
    environment: Mapping[str, str]
    output: str

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command as the partner would at his terminal."""
        return subprocess.run(
            command,
            cwd=self.folder,
            env=dict(self.environment),
            check=False,
            capture_output=True,
            text=True,
        )


@pytest.fixture(scope="module")
def partner(tmp_path_factory: pytest.TempPathFactory) -> Partner:
    """Copy the folder out of the workspace, and run its script in a fresh environment.

    The environment sees what is installed here, so that nothing but the example is built: by uv
    itself where it is the version that the example asks for, else with the registry's `uv_build`.
    """
    place = tmp_path_factory.mktemp("partner")
    folder = shutil.copytree(EXAMPLE, place / "acme_loans")
    environment = _environment(place)
    tried = subprocess.run(
        ["sh", "try.sh"], cwd=folder, env=environment, check=False, capture_output=True, text=True
    )
    assert tried.returncode == 0, tried.stdout + tried.stderr
    return Partner(folder, environment, tried.stdout)


def _environment(place: Path) -> dict[str, str]:
    made = place / "venv"
    venv.create(made, symlinks=True)
    (packages,) = made.glob("lib/python*/site-packages")
    here = sysconfig.get_path("purelib")
    (packages / "here.pth").write_text(f"import site; site.addsitedir({here!r})\n")
    command = made / "bin" / "lienso"
    command.write_text(f"#!{made / 'bin' / 'python'}\nfrom lienso.cli import main\nmain()\n")
    command.chmod(0o755)
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "PYTEST"))}
    return {
        **inherited,
        "VIRTUAL_ENV": str(made),
        "PATH": os.pathsep.join([str(made / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]),
        # stevedore keeps a cache of entry points there; one that is kept would hide a mistake.
        "XDG_CACHE_HOME": str(place / "cache"),
        "UV_CACHE_DIR": str(place / "uv"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }  # fmt: skip


def test_every_block_of_the_text_is_a_file_of_the_example() -> None:
    blocks = _BLOCK.findall(DOC.read_text(encoding="utf-8"))

    shown = {path: body for path, _language, body in blocks}

    assert "" not in shown, "a block does not say which file it is"
    for path, body in shown.items():
        assert body == (ROOT / path).read_text(encoding="utf-8"), path
    assert len(blocks) == len(shown) == DOC.read_text(encoding="utf-8").count("\n```") // 2


def test_every_file_of_the_example_is_shown() -> None:
    files = {
        str(path.relative_to(ROOT))
        for path in EXAMPLE.rglob("*")
        if path.suffix in (".py", ".toml", ".json", ".sh") and path.name != "__init__.py"
    }

    assert files == {path for path, _language, _body in _BLOCK.findall(DOC.read_text())}


def test_its_own_script_installs_checks_tests_and_runs_the_worked_cases(partner: Partner) -> None:
    assert "lienso.modules     acme_loans         acme-loans 1.0.0" in partner.output
    assert re.search(r"\d+ passed", partner.output)
    assert "2 passed, 0 failed" in partner.output


def test_it_is_found_by_its_entry_point_and_a_loan_is_saved_and_posted(partner: Partner) -> None:
    done = partner.run("python", "-W", "error", "-c", USE_IT)

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["source"] == "acme-loans 1.0.0"
    assert Path(told["file"]).is_relative_to(partner.folder)
    assert (told["failures"], told["no"], told["posted"]) == ([], "ACV00001", True)
    assert told["rows"] == [["NH01", 120_000_000]]


def test_it_is_not_installed_where_the_workspace_is_tested() -> None:
    assert "acme_loans" not in {found.name for found in discovery.installed(discovery.MODULES)}


def test_a_mistake_in_it_fails_its_worked_case(partner: Partner, tmp_path: Path) -> None:
    case = partner.folder / "tests" / "cases" / "acme_loans.json"
    wrong = tmp_path / "acme_loans.json"
    wrong.write_text(
        case.read_text(encoding="utf-8").replace('"credit": "3411"', '"credit": "3412"')
    )

    done = partner.run("lienso", "cases", "run", str(wrong))

    assert done.returncode == 1
    assert "1 passed, 1 failed" in done.stdout
