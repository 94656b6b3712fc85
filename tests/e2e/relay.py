"""A relay between workstations and a backend that can hold requests back, so that they meet there."""

import socket
import threading
from contextlib import suppress
from urllib.parse import urlsplit

from tests.e2e.terminal import PATIENCE


class Relay:
    """Passes on every byte; requests with a certain text in them wait until there are so many of them."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._backend = (where.hostname, where.port)
        self._door = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._door.getsockname()[1]}"
        self._held = b""
        self._meeting: threading.Barrier | None = None
        self._sockets: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def let_meet(self, text: str, count: int) -> None:
        """Hold requests with this text until `count` of them are here, then let all go on at once."""
        self._held, self._meeting = text.encode(), threading.Barrier(count)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _address = self._door.accept()
                far = socket.create_connection(self._backend)
                self._sockets += [near, far]
                threading.Thread(target=self._pass_on, args=(near, far, True), daemon=True).start()
                threading.Thread(target=self._pass_on, args=(far, near, False), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, asks: bool) -> None:
        with suppress(OSError, threading.BrokenBarrierError):
            while data := source.recv(65_536):
                if asks and self._meeting is not None and self._held in data:
                    self._meeting.wait(PATIENCE)
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Cut every connection."""
        if self._meeting is not None:
            self._meeting.abort()
        for one in (self._door, *self._sockets):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
