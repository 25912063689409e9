"""The demo's servers as processes, and the lines of a workstation to them."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from lienso import client
from lienso.errors import LiensoError

from .cable import Cable
from .report import fail

RUN = [sys.executable, "-c", "from lienso.cli import main; main()"]
LISTEN = "grpc:127.0.0.1:0"

START_LIMIT_S = 60
"""For a server to say where it listens; a slow machine needs five."""

STOP_LIMIT_S = 30
"""For a server to end when it is asked to; then it is killed."""

NOTICE_LIMIT_S = 120
"""For a notice to come: losing the line takes up to 20 seconds, coming back up to 45."""

Notice = Mapping[str, Any]


def install_partner(folder: Path) -> dict[str, str]:
    """Install the module `turnover` for processes with the environment that is returned.

    A module is what has an entry point on the path, so a folder with one is a place where a partner's
    distribution is installed; no other process on this machine sees it.
    """
    place = folder / "partner"
    described = place / "lienso_demo_turnover-0.1.0.dist-info"
    described.mkdir(parents=True)
    (described / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lienso-demo-turnover\nVersion: 0.1.0\n", encoding="utf-8"
    )
    (described / "entry_points.txt").write_text(
        "[lienso.modules]\ndemo = lienso_demo.turnover\n", encoding="utf-8"
    )
    path = [str(place), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path)}


class Served:
    """A ``lienso`` process that serves.

    Attributes:
        url: where it listens. ``pid``: of the process.
    """

    def __init__(self, log: Path, environment: Mapping[str, str], *arguments: str) -> None:
        """Start it and wait until it listens. Raises: Unheld: it ended, or was too slow."""
        with log.open("a", encoding="utf-8") as errors:
            self._process = subprocess.Popen(
                [*RUN, *arguments],
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                env=dict(environment),
            )
        self.pid = self._process.pid
        assert self._process.stdout is not None
        too_slow = threading.Timer(START_LIMIT_S, self._process.kill)
        too_slow.start()
        self.url = self._process.stdout.readline().strip()
        too_slow.cancel()
        if not self.url:
            self.stop()
            fail(f"{' '.join(arguments[:2])} did not start")

    def stop(self) -> None:
        """End the process."""
        self._process.terminate()
        try:
            self._process.wait(STOP_LIMIT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()


class Notices:
    """What a site tells (`Site.Watch`), read in a thread so that waiting for it has a limit."""

    def __init__(self, line: client.Client) -> None:
        self._told: queue.SimpleQueue[Notice | LiensoError] = queue.SimpleQueue()
        threading.Thread(target=self._read, args=(line,), daemon=True).start()
        self.next(lambda notice: notice["kind"] == "status")  # from now on none is missed

    def _read(self, line: client.Client) -> None:
        try:
            for notice in line.site.watch():
                self._told.put(notice)
        except LiensoError as error:  # also when the line is hung up at the end
            self._told.put(error)

    def next(self, holds: Callable[[Notice], bool]) -> Notice:
        """Return the next notice that holds. Raises: Unheld: none came in time. LinkError."""
        until = time.monotonic() + NOTICE_LIMIT_S
        last: object = "none"
        while True:
            try:
                told = self._told.get(timeout=max(until - time.monotonic(), 0))
            except queue.Empty:
                fail(f"no such notice within {NOTICE_LIMIT_S} seconds; the last one: {last}")
            if isinstance(told, LiensoError):
                raise told
            if holds(told):
                return told
            last = told


class Office:
    """A site process at the end of a cable, and a workstation's line to it.

    Attributes:
        line: the client API. ``notices``: what the site tells. ``cable``: its way to the cloud.
    """

    def __init__(
        self,
        folder: Path,
        name: str,
        environment: Mapping[str, str],
        cloud: str,
        token: str,
        fast: bool,
        ending: ExitStack,
    ) -> None:
        """Start it; what is to be ended is left with ``ending``, also when the start fails."""
        self.cable = Cable(int(cloud.rpartition(":")[2]))
        ending.callback(self.cable.cut)
        file = folder / f"{name}.token"
        file.touch(mode=0o600)
        file.write_text(token, encoding="utf-8")
        self.served = Served(
            folder / f"{name}.log", environment,
            "site", "serve", "--storage", f"sqlite:{folder / name}.db",
            "--cloud", f"grpc:127.0.0.1:{self.cable.port}", "--token-file", str(file),
            "--listen", LISTEN, *(["--fast"] if fast else []),
        )  # fmt: skip
        ending.callback(self.served.stop)
        self.line = client.connect(self.served.url)
        ending.callback(self.line.close)
        self.notices = Notices(self.line)

    def wait(self, holds: Callable[[Mapping[str, Any]], bool]) -> Mapping[str, Any]:
        """Return the site's status as soon as it holds: now, or with a notice."""
        status = self.line.site.status()
        if holds(status):
            return status
        found: Mapping[str, Any] = self.notices.next(lambda n: holds(n["status"]))["status"]
        return found

    def save(self, type: str, body: Mapping[str, Any], **more: Any) -> client.RemoteRecord[Any]:
        """Save a record."""
        return self.line.save(body, type=type, **more).record

    def synchronize(self, **params: Any) -> dict[str, Any]:
        """Send and take, by the user's word."""
        return self.line.invoke("system.synchronize", params)
