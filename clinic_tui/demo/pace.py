"""How time passes for the demo's people."""

import asyncio


class Pace:
    """Turns the demo's seconds into real ones; `speed` of them pass in each.

    At speed 0 time stands: people answer at once when they are spoken to, and do nothing unasked. So a
    test, or somebody who shows the program, has all the time they want.
    """

    def __init__(self, speed: float) -> None:
        self._speed = speed

    @property
    def stands(self) -> bool:
        """Whether nobody does anything unless somebody else does."""
        return self._speed == 0

    async def take(self, seconds: float) -> None:
        """Read, think or type for so long, before what one was asked for."""
        await asyncio.sleep(0 if self.stands else seconds / self._speed)

    async def let_pass(self, seconds: float) -> None:
        """Wait for so long before doing something unasked; for ever where time stands."""
        if self.stands:
            await asyncio.Event().wait()
        await asyncio.sleep(seconds / self._speed)

    def patience(self, seconds: float | None) -> float | None:
        """After how many real seconds one gives up waiting; None for never."""
        return None if seconds is None or self.stands else seconds / self._speed
