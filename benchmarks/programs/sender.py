"""A resident who writes on a schedule: reads `rate seconds` lines, answers with what was sent and when."""

import asyncio
import json
import sys
import time

from benchmarks.marks import marks
from clinic_tui.client.http import Http
from clinic_tui.protocol.commands import ResidentSays
from clinic_tui.protocol.ids import new_id

URL, SECRET, RESIDENT, CASE = sys.argv[1:]
WARM = 4


class Sender:
    """Sends through the open API; late answers hold nothing up."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._words = marks()
        self._sent: list[tuple[str, float, float]] = []

    async def send(self) -> None:
        """One message, marked so that it is found on a terminal."""
        marker = next(self._words)
        body = f"{marker} It hurts when I swallow, and I have had a fever since Sunday."
        begun = time.perf_counter()
        await self._http.send(ResidentSays(command_id=new_id(), case_id=CASE, body=body))
        self._sent.append((marker, begun, time.perf_counter()))

    async def burst(self, rate: float, seconds: float) -> list[tuple[str, float, float]]:
        """So many a second for so long: each marker with when it was sent and when it was accepted."""
        self._sent = []
        start = time.perf_counter()
        tasks: list[asyncio.Task[None]] = []
        for place in range(int(rate * seconds)):
            await asyncio.sleep(max(0.0, start + place / rate - time.perf_counter()))
            tasks.append(asyncio.create_task(self.send()))
        await asyncio.gather(*tasks)
        return self._sent


async def main() -> None:
    """Sign in, warm the connection up, and do as told until standard input closes."""
    http = Http(URL)
    await http.resident_sign_in(RESIDENT, SECRET)
    sender = Sender(http)
    for _ in range(WARM):
        await sender.send()
    print(json.dumps("ready"), flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        rate, seconds = map(float, line.split())
        print(json.dumps(await sender.burst(rate, seconds)), flush=True)
    await http.close()


asyncio.run(main())
