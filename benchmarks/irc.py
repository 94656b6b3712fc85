"""Just enough of an IRC server for one client in one channel."""

import select
import socket
import time
from collections.abc import Callable

PATIENCE = 15.0


class IrcServer:
    """Welcomes one client and then says what it is told, in the same thread."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._client: socket.socket | None = None
        self._nick = "nobody"

    def welcome(self, meanwhile: Callable[[], object]) -> None:
        """Take the client in and into its channel; `meanwhile` is called again and again."""
        deadline = time.perf_counter() + PATIENCE
        while not select.select([self._listening], [], [], 0)[0]:
            _in_time(deadline)
            meanwhile()
        self._client = self._listening.accept()[0]
        self._client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        heard = b""
        joined = False
        while not joined:
            _in_time(deadline)
            meanwhile()
            if select.select([self._client], [], [], 0)[0]:
                heard += self._client.recv(4096)
            *lines, heard = heard.split(b"\r\n")
            for line in lines:
                joined = self._answer(line.decode()) or joined

    def _answer(self, line: str) -> bool:
        """Answer a line of the client; whether it is in the channel now."""
        word, _, rest = line.partition(" ")
        match word:
            case "CAP" if rest.startswith("LS"):
                self._send("CAP * LS :")
            case "USER":
                self._send(f"001 {self._nick} :Welcome")
                self._send(f"376 {self._nick} :End of /MOTD")
            case "NICK":
                self._nick = rest.strip()
            case "PING":
                self._send(f"PONG {rest}")
            case "JOIN":
                channel = rest.split()[0]
                self._write(f":{self._nick}!u@h JOIN {channel}")
                self._send(f"353 {self._nick} = {channel} :{self._nick}")
                self._send(f"366 {self._nick} {channel} :End")
                return True
            case _:
                pass
        return False

    def say(self, text: str) -> None:
        """A line in the channel."""
        self._write(f":resident!u@h PRIVMSG #bench :{text}")

    def _send(self, text: str) -> None:
        self._write(f":server {text}")

    def _write(self, text: str) -> None:
        assert self._client is not None
        self._client.sendall(text.encode() + b"\r\n")

    def close(self) -> None:
        """Let go."""
        if self._client is not None:
            self._client.close()
        self._listening.close()


def _in_time(deadline: float) -> None:
    if time.perf_counter() > deadline:
        raise TimeoutError("no client came")
