"""The program's entry: answers `--version` at once and leaves the rest to the command line."""

import sys

from clinic_tui import __version__


def main() -> int:
    """Run the program with the process's arguments; the exit code (design.md 7)."""
    if sys.argv[1:] == ["--version"]:
        sys.stdout.write(f"clinic-tui {__version__}\n")
        return 0
    from clinic_tui.command_line.run import run

    return run(sys.argv[1:])
