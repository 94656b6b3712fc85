"""The live stream's protocol under uvicorn, hardened: no ping flood, no connection that lingers."""

from collections import deque
from typing import Any, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_PINGS = 60
_PING_SECONDS = 10.0
_LINGER_SECONDS = 5.0
_POLICY = 1008


class LiveProtocol(WebSocketsSansIOProtocol):
    """uvicorn's `websockets-sansio` with two limits it leaves to others."""

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self._pinged: deque[float] = deque(maxlen=_PINGS)

    def handle_ping(self) -> None:
        """Answer a ping; close with 1008 after sixty in ten seconds, for answers cost memory."""
        now = self.loop.time()
        if len(self._pinged) == _PINGS and now - self._pinged[0] < _PING_SECONDS:
            self.conn.fail(_POLICY, "too many pings")
            self.handle_parser_exception()
            return
        self._pinged.append(now)
        super().handle_ping()

    def on_task_complete(self, task: Any) -> None:
        """Cut a closed connection whose peer does not read, so that nothing is kept for it."""
        super().on_task_complete(task)
        transport = cast("Any", self.transport)
        self.loop.call_later(_LINGER_SECONDS, transport.abort)
