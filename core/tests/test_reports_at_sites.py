"""Where a report runs: the books are the cloud's, a list that has something of them asks it if it can."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from lienso import Column, Label, Manifest, OfflineRefused, Report, Table, hookimpl
from lienso.fields import NoParams
from lienso.testing.kernels import actor, cloud, go_offline, office

TITLE = Label("Ở đâu", "Where")


def _where(_params: Any, view: Any) -> Table:
    return Table((Column("role", TITLE),), ((view.role,),), TITLE)


@hookimpl
def _reports() -> Sequence[Report]:
    return [
        Report("toy.books", TITLE, NoParams, _where),
        Report("toy.list", TITLE, NoParams, _where, reads_books=False),
        Report("toy.both", TITLE, NoParams, _where, reads_books=False, asks_cloud=True),
    ]


TOY = {"toy": SimpleNamespace(MANIFEST=Manifest("toy", "Thử", "1.0"), lienso_reports=_reports)}


@pytest.mark.parametrize(
    ("report", "online", "offline"),
    [("toy.books", "cloud", ""), ("toy.list", "site", "site"), ("toy.both", "cloud", "site")],
)
def test_a_report_runs_where_what_it_reads_is(report: str, online: str, offline: str) -> None:
    def role(kernel: Any) -> Any:
        return kernel.report(actor(kernel), report).rows[0][0]

    with cloud(plugins=TOY) as head, office(head) as site:
        assert role(site) == online

        go_offline(site)

        if offline:
            assert role(site) == offline
        else:
            with pytest.raises(OfflineRefused):
                role(site)
