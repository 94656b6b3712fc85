import asyncio
import signal
import threading

from clinic_tui.ending import NO_TERMINAL, Ending

PATIENCE = 30.0


class Process:
    """Stands for the process: what was done to it, in order."""

    def __init__(self) -> None:
        self.done: list[str | int] = []
        self.over = threading.Event()

    def rescue(self) -> None:
        self.done.append("rescue")

    def exit_now(self, code: int) -> None:
        self.done.append(code)
        self.over.set()


def test_an_application_that_obeys_nobody_is_ended_once_what_is_unsent_is_handed_on() -> None:
    process = Process()
    Ending(process.rescue, process.exit_now).begin(143, seconds=0.0)
    assert process.over.wait(PATIENCE)
    assert process.done == ["rescue", 143]


def test_only_the_first_reason_counts() -> None:
    process = Process()
    ending = Ending(process.rescue, process.exit_now)
    ending.begin(143, seconds=0.0)
    ending.without_terminal()
    assert process.over.wait(PATIENCE)
    assert process.done == ["rescue", 143]


def test_an_application_that_ends_in_order_is_left_to_it() -> None:
    process = Process()
    ending = Ending(process.rescue, process.exit_now)
    codes: list[int] = []

    async def application() -> None:
        over = asyncio.Event()

        def leave(code: int) -> None:
            codes.append(code)
            over.set()

        ending.watch(asyncio.get_running_loop(), leave)
        signal.raise_signal(signal.SIGTERM)
        await over.wait()
        ending.watch_no_more()
        ending.left()

    asyncio.run(application())
    assert codes == [143]
    assert process.done == []


def test_signals_do_again_what_they_did_before() -> None:
    before = signal.getsignal(signal.SIGTERM)

    async def application() -> None:
        ending = Ending(lambda: None)
        ending.watch(asyncio.get_running_loop(), lambda _code: None)
        assert signal.getsignal(signal.SIGTERM) != before
        ending.watch_no_more()

    asyncio.run(application())
    assert signal.getsignal(signal.SIGTERM) == before


def test_the_end_of_the_terminal_has_the_code_of_a_hang_up() -> None:
    process = Process()
    ending = Ending(process.rescue, process.exit_now)
    ending.without_terminal()
    assert process.over.wait(PATIENCE)
    assert process.done == ["rescue", NO_TERMINAL]
