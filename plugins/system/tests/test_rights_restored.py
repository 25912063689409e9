"""After the cloud was restored from a backup, sites bring records back, and no rights."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lienso import Actor
from lienso.kernel import Kernel
from lienso.loopback import LoopbackLink
from lienso.sync.enrolment import add_site
from lienso.sync.reoffering import begin_history
from lienso.testing.kernels import (
    TENANT,
    Ids,
    actor,
    catch_up,
    cloud,
    go_online,
    office,
    service_of,
)

from .conftest import SHOP
from .people import ALL, grant, receipt

pytest.importorskip("lienso_storage_sqlite", reason="the storage sqlite: is not installed")


def opened(path: Path, ids: str, company: bool = False) -> Kernel:
    """Open a cloud's database as another run of the server, with ids of its own."""
    kernel = cloud(("system",), plugins={"shop": SHOP}, storage=f"sqlite:{path}", company=company)
    kernel.ids = Ids(ids)
    return kernel


def test_rights_that_a_site_offers_after_a_restore_are_not_taken_back(tmp_path: Path) -> None:
    path, backup = tmp_path / "cloud.db", tmp_path / "backup.db"
    with opened(path, "one", company=True) as head:
        add_site(head, TENANT, "S1")
        head.save(actor(head), "user", {"code": "hoa"})
    shutil.copy(path, backup)
    running: list[Kernel] = []
    line = LoopbackLink(lambda: (service_of(running[-1]), Actor(TENANT, "system", "S1")))
    with opened(path, "two") as lost:
        running.append(lost)
        site = office(lost, "S1", link=line)
        grant(lost, "ngan", "*", ALL)
        paper = lost.save(actor(lost), "receipt", receipt()).record
        catch_up(site)

    with opened(backup, "three") as restored, site:
        restored.storage.write(TENANT, lambda writer: begin_history(writer, "another"))
        running.append(restored)
        go_online(site)

        assert restored.get(actor(restored), "receipt", paper.id).id == paper.id
        codes = restored.read(
            actor(restored), lambda view: [user.data.code for user in view.all("user")]
        )
        assert codes == ["hoa"]
        refused = site.storage.read(TENANT, lambda view: view.state("failure_push").scan())
        assert {(row["type"], row["code"]) for row in refused} == {
            (type, "PERMISSION") for type in ("user", "role", "permission")
        }
