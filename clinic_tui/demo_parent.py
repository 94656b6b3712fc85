"""The tie between the demo's backend and the workstation that started it."""

import os
import sys
import threading


def end_with_parent() -> None:
    """End this process at once when its standard input closes, also while it still starts.

    The workstation then wants it to end, or is gone, be it killed; all that is lost was in memory.
    """

    def watch() -> None:
        while os.read(sys.stdin.fileno(), 1024):
            pass
        os._exit(0)

    threading.Thread(target=watch, name="parent", daemon=True).start()
