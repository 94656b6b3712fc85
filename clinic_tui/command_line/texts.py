"""Commands whose help is translated when it is shown."""

from typing import Any

import click

from clinic_tui.i18n import _


def _translate(command: click.Command) -> None:
    """Put the help texts into the language in use, once."""
    if getattr(command, "_translated", False):
        return
    command._translated = True  # type: ignore[attr-defined]
    if command.help:
        command.help = _(command.help)
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = _(parameter.help)


class Command(click.Command):
    """A command with translated help."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The help page."""
        _translate(self)
        super().format_help(ctx, formatter)

    def get_short_help_str(self, limit: int = 80) -> str:
        """The line in the group's list."""
        _translate(self)
        return super().get_short_help_str(limit)


class Group(Command, click.Group):
    """A group of such commands."""

    command_class = Command
    group_class = type

    def __init__(self, *args: Any, **values: Any) -> None:
        values.setdefault(
            "context_settings", {"help_option_names": ["-h", "--help"], "max_content_width": 100}
        )
        super().__init__(*args, **values)
