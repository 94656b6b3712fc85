"""Takes the pictures in docs/pictures from the real program, running on the demo's backend."""

import argparse
import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
NOW = "2026-03-10T09:12:00+01:00"
FONT = re.compile(r"font-family:\s*[^;]+;")
REMOTE_FONTS = re.compile(r"@font-face\s*{[^}]*}")


def start_backend(staff: str = "anna") -> "subprocess.Popen[str]":
    """The demo's backend as a child; it ends when its standard input closes."""
    command = [sys.executable, "-m", "clinic_tui", "demo-host", "--now", NOW, "--seed", "1", "--as", staff]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603


def as_png(svg: str, path: Path) -> None:
    """Draw an exported screen as a PNG, with a font that machines have."""
    import cairosvg

    local = FONT.sub("font-family: 'DejaVu Sans Mono';", REMOTE_FONTS.sub("", svg))
    path.parent.mkdir(parents=True, exist_ok=True)
    cairosvg.svg2png(bytestring=local.encode(), write_to=str(path), scale=1.0)


async def take(size: tuple[int, int], theme: str, lang: str, script: Callable[..., Awaitable[None]]) -> None:
    """Run the program at this size and let the script press keys and keep pictures."""
    from clinic_tui.app import ClinicApp
    from clinic_tui.i18n import set_language
    from clinic_tui.options import Options
    from clinic_tui.storage.config import Config, UiSettings

    set_language(lang)
    child = start_backend()
    try:
        assert child.stdout is not None
        said = json.loads(child.stdout.readline())
        options = Options(
            server=said["url"], token=said["token"], private=True, config=Config(ui=UiSettings(theme=theme))
        )
        app = ClinicApp(options)
        async with app.run_test(size=size) as pilot:
            while not app.room.desk.loaded:
                await pilot.pause(0.05)
            await pilot.pause(0.2)

            def keep(name: str) -> None:
                columns, rows = size
                as_png(app.export_screenshot(), FOLDER / f"{name}-{columns}x{rows}-{theme}.png")

            await script(app, pilot, keep)
        app.link.close(0.5)
    finally:
        assert child.stdin is not None
        child.stdin.close()
        child.wait(5)


async def tour(_app: object, pilot: object, keep: Callable[[str], None]) -> None:
    """Start page, chats, queue, reading up, visit, phrases, signing, and the staff chat beside the visit."""
    press, pause = pilot.press, pilot.pause  # type: ignore[attr-defined]
    await press("1")
    await pause(6)
    keep("start")
    await press("4")
    await pause(0.5)
    await press("right")
    await pause(0.5)
    keep("chats")
    await press("2")
    await pause(0.5)
    keep("queue")
    await press("enter")
    await pause(0.5)
    keep("reading")
    await press("t")
    await pause(0.5)
    await press("s")
    await pause(0.8)
    await press(*"hej", "enter")
    await pause(0.3)
    await press("ctrl+j")
    await pause(12)
    await press("f4")
    await pause(0.4)
    keep("phrases")
    await press("escape")
    await pause(0.3)
    keep("visit")
    await press("f9")
    await pause(0.6)
    keep("sign")
    await press("escape")
    await pause(0.3)
    await press("f7")
    await pause(0.3)
    await press(*("space" if one == " " else one for one in "Kan du titta på det här med mig?"))
    await press("ctrl+j")
    await pause(0.5)
    await press("enter")
    await pause(8)
    keep("staff-chat")


def main() -> None:
    """Take the pictures asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--theme", default="dark")
    parser.add_argument("--lang", default="sv")
    options = parser.parse_args()
    os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
    columns, rows = options.size.split("x")
    asyncio.run(take((int(columns), int(rows)), options.theme, options.lang, tour))


if __name__ == "__main__":
    main()
