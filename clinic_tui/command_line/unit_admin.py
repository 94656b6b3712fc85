"""What an administrator changes at a unit: settings, hours, meetings, headings and roles."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clinic_tui.command_line.admin import unit, with_store
from clinic_tui.command_line.exits import Exit, Stop
from clinic_tui.command_line.texts import Command, Group
from clinic_tui.i18n import N_, _
from clinic_tui.protocol.text import safe_line, safe_text

if TYPE_CHECKING:
    from clinic_tui.domain.region import RegionProfile
    from clinic_tui.protocol.unit import UnitSettings

_DATABASE = click.option(
    "--database", metavar="URL", help=N_("sqlite:///file or postgresql://…; a file by default.")
)
_REGION = click.option(
    "--region", default="vastmanland", show_default=True, help=N_("The region profile: name or file.")
)
_JSON = click.option("--json", "as_json", is_flag=True, help=N_("As JSON lines."))
_UNIT = click.argument("unit_id")


@click.command(cls=Command, name="show", help=N_("A unit's settings, hours, phrases and roles."))
@_UNIT
@_JSON
@_REGION
@_DATABASE
def unit_show(unit_id: str, as_json: bool, region: str, database: str | None) -> None:
    """Show a unit."""
    found = _open(unit_id, region, database)
    if as_json:
        from clinic_tui.protocol.codec import encode

        click.echo(encode(found).decode())
        return
    for line in _lines(found):
        click.echo(safe_line(line))


@click.command(cls=Command, name="set", help=N_("Change a unit's settings."))
@_UNIT
@click.option("--phone", help=N_("Its telephone number."))
@click.option("--no-answer-minutes", type=int, help=N_("Minutes until a visit may be ended unanswered."))
@click.option("--no-answer-text", help=N_("What the resident then reads."))
@click.option("--hand-over-minutes", type=int, help=N_("Minutes until a hand-over goes back."))
@click.option("--async-days", type=int, help=N_("Days of a chat that staff start."))
@_REGION
@_DATABASE
def unit_set(unit_id: str, region: str, database: str | None, **given: str | int | None) -> None:
    """Change settings."""
    values = {name: value for name, value in given.items() if value is not None}
    if not values:
        raise click.UsageError(_("Say what to change."))
    _set(unit_id, region, database, values)


@click.command(
    cls=Command,
    name="meeting",
    help=N_("The unit's address for meetings, https with {room}; empty for none."),
)
@_UNIT
@click.argument("url")
@_REGION
@_DATABASE
def meeting(unit_id: str, url: str, region: str, database: str | None) -> None:
    """Set the address of meetings."""
    _set(unit_id, region, database, {"meeting_url": url})


@click.command(
    cls=Command, name="template", help=N_("The headings of a note for the record: shown, or set from a file.")
)
@_UNIT
@click.option(
    "--file",
    type=click.Path(dir_okay=False, path_type=Path),
    help=N_("A text with {note}; empty for the region's."),
)
@_REGION
@_DATABASE
def template(unit_id: str, file: Path | None, region: str, database: str | None) -> None:
    """Show or set the headings."""
    if file is None:
        click.echo(safe_text(_open(unit_id, region, database).keyword_template), nl=False)
        return
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Stop(Exit.NOT_FOUND, _("{file} cannot be read.").format(file=file)) from None
    _set(unit_id, region, database, {"keyword_template": text})


@click.group(name="hours", cls=Group, help=N_("Opening hours."))
def hours() -> None:
    """The group itself does nothing."""


@hours.command("set", help=N_("Weekly hours from a date on, such as mon-fri=08:00-17:00 sat=closed."))
@_UNIT
@click.argument("week", nargs=-1, required=True, metavar="DAYS=HOURS…")
@click.option("--from", "valid_from", type=click.DateTime(["%Y-%m-%d"]), help=N_("From which date; today."))
@click.option("--closed-dates", default="closed", show_default=True, help=N_("closed, as_usual, or hours."))
@_REGION
@_DATABASE
def hours_set(
    unit_id: str,
    week: tuple[str, ...],
    valid_from: datetime | None,
    closed_dates: str,
    region: str,
    database: str | None,
) -> None:
    """Set weekly hours."""
    from clinic_tui.backend.unit_tool import set_hours
    from clinic_tui.protocol.unit import HoursRow

    days: dict[str, str] = {}
    for part in week:
        name, sign, text = part.partition("=")
        if not sign or name in days:
            raise click.UsageError(_("Hours are given as mon-fri=08:00-17:00."))
        days[name] = text
    start = valid_from.date() if valid_from else date.today()  # noqa: DTZ011 - the administrator's own day
    row = HoursRow(valid_from=start, week=days, closed_dates=closed_dates)
    profile = _profile(region)
    with_store(database, lambda store: set_hours(store, profile, unit_id, row))
    click.echo(_("The hours are changed."))


@hours.command("exception", help=N_("Other hours on one date, such as 2026-12-23 08:00-12:00."))
@_UNIT
@click.argument("day", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("text", required=False, metavar="HOURS")
@click.option("--reason", default="", help=N_("Why, for those who work there."))
@click.option("--remove", is_flag=True, help=N_("Let the date be as usual again."))
@_REGION
@_DATABASE
def hours_exception(
    *,
    unit_id: str,
    day: datetime,
    text: str | None,
    reason: str,
    remove: bool,
    region: str,
    database: str | None,
) -> None:
    """Set or remove a date that differs."""
    from clinic_tui.backend.unit_tool import set_exception
    from clinic_tui.protocol.unit import HoursException

    if (text is None) is not remove:
        raise click.UsageError(_("Give hours, or --remove."))
    row = None if text is None else HoursException(on=day.date(), hours=text, reason=reason)
    profile = _profile(region)
    with_store(database, lambda store: set_exception(store, profile, unit_id, day.date(), row))
    click.echo(_("The hours are changed."))


@click.group(name="roles", cls=Group, help=N_("Who has which role at a unit."))
def roles() -> None:
    """The group itself does nothing."""


@roles.command("list", help=N_("Everybody who has or had a role at a unit."))
@_UNIT
@_JSON
@_REGION
@_DATABASE
def roles_list(unit_id: str, as_json: bool, region: str, database: str | None) -> None:
    """List roles."""
    for one in _open(unit_id, region, database).staff:
        ended = one.ended_at.date().isoformat() if one.ended_at else ""
        row = {"username": one.username, "name": one.staff.name, "role": one.role, "ended": ended}
        row["also"] = "signs_for_colleagues" if one.signs_for_colleagues else ""
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo("  ".join(safe_line(value) for value in row.values() if value))


@roles.command("give", help=N_("Give a user a role at a unit."))
@_UNIT
@click.argument("username")
@click.argument("role")
@_REGION
@_DATABASE
def roles_give(unit_id: str, username: str, role: str, region: str, database: str | None) -> None:
    """Give a role."""
    _role(unit_id, username, role, region, database, ended=False)


@roles.command("end", help=N_("End a user's role at a unit, and the sessions under it."))
@_UNIT
@click.argument("username")
@click.argument("role")
@_REGION
@_DATABASE
def roles_end(unit_id: str, username: str, role: str, region: str, database: str | None) -> None:
    """End a role."""
    _role(unit_id, username, role, region, database, ended=True)


@roles.command("signer", help=N_("Let a user sign, take over or let go of colleagues' ended visits."))
@_UNIT
@click.argument("username")
@click.argument("role")
@click.option("--end", is_flag=True, help=N_("No longer."))
@_REGION
@_DATABASE
def roles_signer(
    *, unit_id: str, username: str, role: str, end: bool, region: str, database: str | None
) -> None:
    """Name a signer, or no longer."""
    from clinic_tui.backend.unit_tool import name_signer

    profile = _profile(region)
    with_store(database, lambda store: name_signer(store, profile, unit_id, username, role, ended=end))
    click.echo(_("The roles are changed."))


def _role(unit_id: str, username: str, role: str, region: str, database: str | None, *, ended: bool) -> None:
    from clinic_tui.backend.unit_tool import set_role

    profile = _profile(region)
    with_store(database, lambda store: set_role(store, profile, unit_id, username, role, ended=ended))
    click.echo(_("The roles are changed."))


def _set(unit_id: str, region: str, database: str | None, values: dict[str, str | int]) -> None:
    from clinic_tui.backend.unit_tool import set_unit

    profile = _profile(region)
    with_store(database, lambda store: set_unit(store, profile, unit_id, values))
    click.echo(_("Changed {name}.").format(name=unit_id))


def _open(unit_id: str, region: str, database: str | None) -> "UnitSettings":
    from clinic_tui.backend.unit_tool import show_unit

    profile = _profile(region)
    return with_store(database, lambda store: show_unit(store, profile, unit_id))


def _profile(region: str) -> "RegionProfile":
    from clinic_tui.backend.serve import Unservable, read_region

    try:
        return read_region(region)
    except Unservable as error:
        raise Stop(Exit.NOT_FOUND, str(error)) from None


def _lines(found: "UnitSettings") -> list[str]:
    """The settings as lines of name and value."""
    lines = [
        f"unit  {found.unit_id}",
        f"name  {found.name}",
        f"phone  {found.phone}",
        f"no_answer_minutes  {found.no_answer_minutes}",
        f"no_answer_text  {found.no_answer_text}",
        f"hand_over_minutes  {found.hand_over_minutes}",
        f"async_days  {found.async_days}",
        f"meeting_url  {found.meeting_url}",
    ]
    for row in found.hours:
        week = " ".join(f"{days}={text}" for days, text in row.week.items())
        lines.append(f"hours  {row.valid_from}  {week}  closed_dates={row.closed_dates}")
    lines += [f"exception  {one.on}  {one.hours}  {one.reason}".rstrip() for one in found.exceptions]
    lines += [f"phrase  {one.id}  {one.title}" for one in found.phrases if one.active]
    lines += [f"role  {one.username}  {one.role}" for one in found.staff if one.ended_at is None]
    return lines


def join_to(admin: click.Group) -> None:
    """Put the commands into the administrators' group."""
    unit.add_command(unit_show)
    unit.add_command(unit_set)
    for command in (meeting, template, hours, roles):
        admin.add_command(command)
