"""Runs one command and turns whatever ends it into an exit code."""

import os
import sys
from collections.abc import Sequence

import click

from clinic_tui.command_line.exits import Exit, Stop
from clinic_tui.i18n import _, language_from_environment, set_language


def run(arguments: Sequence[str]) -> int:
    """Run the command in these arguments; never raises, so nothing of a crash reaches the terminal.

    Whatever file it makes is its owner's alone.
    """
    before = os.umask(0o077)
    try:
        return _run(arguments)
    finally:
        os.umask(before)


def _run(arguments: Sequence[str]) -> int:
    set_language(language_from_environment(_asked_language(arguments)))
    from clinic_tui.command_line.program import program

    try:
        outcome = program.main(
            list(arguments), prog_name="clinic-tui", standalone_mode=False, auto_envvar_prefix="CLINIC_TUI"
        )
    except Stop as stop:
        click.echo(stop.text, err=True)
        return stop.code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return Exit.INTERRUPTED
    except BrokenPipeError:
        return _pipe_closed()
    except Exception as error:  # noqa: BLE001 - the crash reporter
        return _crashed(error)
    return outcome if isinstance(outcome, int) else Exit.OK


def _asked_language(arguments: Sequence[str]) -> str | None:
    """The language given with `--lang`, looked for before the texts of the options are made."""
    for place, argument in enumerate(arguments):
        if argument.startswith("--lang="):
            return argument.removeprefix("--lang=")
        if argument == "--lang" and place + 1 < len(arguments):
            return arguments[place + 1]
    return None


def _pipe_closed() -> int:
    """Whoever read our output has gone; close it so that Python does not complain on the way out."""
    sys.stdout = None
    return Exit.ERROR


def _crashed(error: Exception) -> int:
    from clinic_tui.command_line.places import incident_file
    from clinic_tui.storage.incidents import record_incident

    path = incident_file()
    incident, kept = record_incident(error, path)
    click.echo(_("Something went wrong. Incident {incident}.").format(incident=incident), err=True)
    if kept:
        click.echo(_("What happened is noted in {path}.").format(path=path), err=True)
    return Exit.ERROR
