"""A TCP cable between an office and the cloud, which can be cut and mended."""

from __future__ import annotations

import contextlib
import socket
import threading


class Cable:
    """Forwards connections on a port of its own to the cloud's."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._lock = threading.Lock()
        self._open: list[socket.socket] = []
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:  # The listener was closed: the cable is cut.
                return
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:  # Nobody listens at the far end now.
                _shut(near)
                continue
            with self._lock:
                self._open += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_pump, args=(source, sink), daemon=True).start()

    def cut(self) -> None:
        """Close every connection and take no new one."""
        _shut(self._listener)
        with self._lock:
            for end in self._open:
                _shut(end)
            self._open.clear()

    def mend(self) -> None:
        """Listen again on the same port."""
        self._listener = self._listen(self.port)


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):  # An end was closed: both are.
        while data := source.recv(65_536):
            sink.sendall(data)
    for end in (source, sink):
        _shut(end)


def _shut(end: socket.socket) -> None:
    with contextlib.suppress(OSError):  # It is closed already.
        end.shutdown(socket.SHUT_RDWR)
    end.close()
