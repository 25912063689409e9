"""``wire``: bytes that a voucher is on the line, plain as on a LAN and with gzip as on a WAN.

Counted between office and cloud by a relay on loopback: everything, headers and the other direction's
answers too, from the first connection on.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from .company import copy_file, synchronization
from .measuring import BenchmarkFailed, Fact, Outcome, Run
from .push import office

BUFFER = 64 * 1024
WAYS = (("plain", "none"), ("gzip", "gzip"))


def run(run: Run) -> Outcome:
    """Measure a push of receipts by one office, and a pull of the same ones by another."""
    company, works = run.company, run.of_size(2_000, 300)
    waiting = office(run, works)
    facts, carried = [], {}
    for way, compression in WAYS:
        cloud = company.copy("cloud", run.folder / "cloud.db")
        with company.cloud(cloud) as (_kernel, url), relayed(url) as (target, counted):
            here = copy_file(waiting, run.folder / "A.db")
            with company.site(here, "A", target, compression) as a:
                synchronization(a).connect()
                before = counted()
                pushed = synchronization(a).push().pushed
            sent = counted() - before
            there = company.copy("B", run.folder / "B.db")
            with company.site(there, "B", target, compression) as b:
                synchronization(b).connect()
                pulled = b.storage.read(company.tenant, lambda view: view.count("cash_receipt"))
            taken = counted() - before - sent
        if (pushed, pulled) != (works, works):
            raise BenchmarkFailed(f"{pushed} of {works} receipts went, {pulled} came")
        carried[f"receipts, {way}"] = pulled
        facts += [
            Fact(f"a voucher pushed, {way}", sent / works, "bytes"),
            Fact(f"a voucher pulled, {way}", taken / works, "bytes"),
        ]
    return Outcome([], carried, facts)


@contextmanager
def relayed(url: str) -> Iterator[tuple[str, Callable[[], int]]]:
    """Carry connections to a server; yields the URL to go to, and what tells the bytes carried so far."""
    host, _, port = url.removeprefix("grpc:").rpartition(":")
    counts: list[int] = []
    pairs: list[socket.socket] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def carry(source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):  # either side may hang up with a reset
            while data := source.recv(BUFFER):
                counts.append(len(data))
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)

    def accept() -> None:
        with suppress(OSError):  # closed: it is over
            while True:
                near, _ = listening.accept()
                far = socket.create_connection((host, int(port)))
                pairs.extend((near, far))
                for way in ((near, far), (far, near)):
                    threading.Thread(target=carry, args=way, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"grpc:127.0.0.1:{listening.getsockname()[1]}", lambda: sum(counts)
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for end in pairs:
            end.close()
