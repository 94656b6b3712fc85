"""Looks at everything the workstation needs, and says what is wrong."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from clinic_tui.command_line.exits import Exit
from clinic_tui.command_line.texts import Command
from clinic_tui.i18n import N_, _

Verdict = Literal["ok", "note", "fault"]
_MARKS: dict[Verdict, str] = {"ok": "✓", "note": "•", "fault": "✗"}


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at."""

    name: str
    """A stable id, for scripts."""
    verdict: Verdict
    text: str
    code: int = Exit.OK
    """What the program exits with for a fault."""


@click.command(cls=Command, help=N_("Check terminal, keyring, settings, server and clock."))
@click.option("--server", metavar="URL", help=N_("Another server than the configured one."))
@click.option("--config", type=click.Path(dir_okay=False, path_type=Path), help=N_("Another settings file."))
@click.option("--json", "as_json", is_flag=True, help=N_("As JSON."))
def doctor(server: str | None, config: Path | None, as_json: bool) -> int:
    """Report; the exit code is that of the gravest fault."""
    from clinic_tui.command_line.checks import examine

    findings = examine(server, config)
    if as_json:
        click.echo(json.dumps({"findings": [asdict(one) for one in findings]}, ensure_ascii=False))
    else:
        for one in findings:
            click.echo(f"{_MARKS[one.verdict]} {one.text}")
        if all(one.verdict != "fault" for one in findings):
            click.echo(_("Everything that is needed is there."))
    return max((one.code for one in findings if one.verdict == "fault"), default=Exit.OK)
