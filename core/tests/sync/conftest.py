"""A cloud, two offices, a site that speaks by hand, and link machines in every state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from lienso.escrow import Escrow
from lienso.sync import enrolment
from lienso.testing import kernels
from lienso.verifying import verify

from .aged import Place
from .caller import Caller
from .line import Line
from .world import Office, World, make_world


@pytest.fixture(scope="session")
def worlds() -> Callable[..., World]:
    """Make worlds; the test closes them."""
    return make_world


@pytest.fixture
def head() -> Iterator[World]:
    """The cloud."""
    world = make_world()
    yield world
    world.close()


@pytest.fixture
def a(head: World) -> Office:
    """An office that is online."""
    return head.office("A")


@pytest.fixture
def b(head: World) -> Office:
    """Another office that is online."""
    return head.office("B")


@pytest.fixture
def set_back(head: World) -> Callable[..., None]:
    """Take a backup of the cloud now; restore it when called, and tell the cloud unless told not to."""
    tenants, tenant = head.kernel.storage.tenants(), head.by.tenant
    enrolment.add_site(head.kernel, tenant, "B")
    copy = list(tenants.export(tenant))

    def back(*, told: bool = True) -> None:
        tenants.drop(tenant)
        tenants.import_(iter(copy))
        if told:
            head.begin_history()

    return back


@pytest.fixture
def caller(head: Any) -> Caller:
    caller = Caller(head)
    caller.hello()
    return caller


@pytest.fixture
def line() -> Line:
    """A site that was just started."""
    line = Line()
    line.tell("started")
    return line


@pytest.fixture
def online(line: Line) -> Line:
    """A site whose line has settled."""
    line.tell("probe_ok")
    line.tell("hello_ok")
    line.wait(10_000, probes="probe_ok")
    assert line.state == "online"
    line.done.clear()
    return line


@pytest.fixture
def offline(line: Line) -> Line:
    """A site that lost its line."""
    line.tell("probe_failed")
    assert line.state == "offline_auto"
    return line


@pytest.fixture
def journal(tmp_path: Path, a: Any) -> Escrow:
    """The journal of office A, which keeps copies from now on."""
    (tmp_path / "disk").mkdir()
    made = Escrow(tmp_path / "disk", tmp_path / "escrow.key", a.by.tenant, "A", lambda: 0)
    assert a.site.keep_copies(made) == 0
    return made


@pytest.fixture
def places(tmp_path: Any) -> Iterator[Callable[..., tuple[Place, ...]]]:
    """Start a cloud and sites with the module in these versions; at the end all is whole."""
    with ExitStack() as stack:
        made: list[Place] = []

        def opened(cloud: int, *sites: int) -> tuple[Place, ...]:
            made.append(Place(stack, f"sqlite:{tmp_path / 'cloud.db'}", cloud, None, "cloud"))
            for number, version in enumerate(sites):
                name = "ABC"[number]
                url = f"sqlite:{tmp_path / name}.db"
                made.append(Place(stack, url, version, made[0], name))
            return tuple(made)

        yield opened
        for place in made:
            for check in verify(place.kernel, kernels.TENANT):
                assert not check.wrong
