"""A terminal at the far end of a slow link: what is typed arrives in batches, several keys in one read."""

import threading

from tests.e2e.terminal import Terminal

DELIVERY_SECONDS = 0.3
"""Between two deliveries, as over a bad mobile connection or a stalled multiplexer."""
HAND_SECONDS = 0.04
"""Between two keys of a quick typist."""


class SlowLink:
    """Types into a terminal; the keys reach the program every 300 ms, several in one write."""

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal
        self._waiting: list[str] = []
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._deliver, daemon=True)
        self._thread.start()

    def _deliver(self) -> None:
        while not self._over.wait(DELIVERY_SECONDS):
            self.flush()

    def flush(self) -> None:
        """Deliver what waits."""
        with self._lock:
            batch, self._waiting = self._waiting, []
            if batch:
                self.terminal.press(*batch)

    def type(self, *keys: str) -> None:
        """Press keys by name one after the other; a text of several words is typed letter by letter."""
        for key in keys:
            for one in key if " " in key else (key,):
                with self._lock:
                    self._waiting.append(one)
                self._over.wait(HAND_SECONDS)

    def close(self) -> None:
        """Deliver the rest and stop."""
        self._over.set()
        self._thread.join()
        self.flush()
