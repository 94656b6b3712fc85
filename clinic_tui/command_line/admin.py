"""What an administrator does to a backend's database."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from clinic_tui.command_line.exits import Exit, Stop
from clinic_tui.command_line.places import default_database
from clinic_tui.command_line.texts import Group
from clinic_tui.i18n import N_, _

if TYPE_CHECKING:
    from clinic_tui.backend.store import Store

T = TypeVar("T")

_DATABASE = click.option(
    "--database", metavar="URL", help=N_("sqlite:///file or postgresql://…; a file by default.")
)
_JSON = click.option("--json", "as_json", is_flag=True, help=N_("As JSON lines."))
_PASSWORD = click.option("--password-stdin", is_flag=True, help=N_("Read the password from standard input."))


@click.group(cls=Group, help=N_("Units, staff, phrases, the database and the access log."))
def admin() -> None:
    """The group itself does nothing."""


def with_store(database: str | None, work: "Callable[[Store], Awaitable[T]]") -> T:
    """Run work over the database, brought to the newest schema first. Raises `Stop` with one line."""
    from clinic_tui.backend.admin import AdminError, NotThere, Taken
    from clinic_tui.backend.serve import Unservable, prepare
    from clinic_tui.backend.store import StorageUnavailable, open_store

    url = database or default_database()

    async def run() -> T:
        store = await open_store(url)
        try:
            return await work(store)
        finally:
            await store.close()

    try:
        prepare(url)
        return asyncio.run(run())
    except NotThere as error:
        raise Stop(Exit.NOT_FOUND, str(error)) from None
    except Taken as error:
        raise Stop(Exit.CONFLICT, str(error)) from None
    except AdminError as error:
        raise Stop(Exit.USAGE, str(error)) from None
    except (Unservable, ValueError) as error:
        raise Stop(Exit.USAGE, str(error)) from None
    except StorageUnavailable:
        raise Stop(Exit.UNREACHABLE, _("The database does not answer.")) from None


@admin.group(cls=Group, help=N_("The database itself."))
def database() -> None:
    """The group itself does nothing."""


@database.command("upgrade", help=N_("Bring the database to the newest schema."))
@_DATABASE
def upgrade(database: str | None) -> None:
    """Upgrade, and say so."""
    from clinic_tui.backend.serve import Unservable, prepare

    try:
        prepare(database or default_database())
    except Unservable as error:
        raise Stop(Exit.USAGE, str(error)) from None
    click.echo(_("The database has the newest schema."))


@database.command(
    "backup", help=N_("Copy a SQLite database, in use or not, to a file that only you can read.")
)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@_DATABASE
def backup(file: Path, database: str | None) -> None:
    """Make a backup."""
    from sqlalchemy.exc import SQLAlchemyError

    from clinic_tui.backend.store.backup import NoSuchDatabase, back_up

    try:
        back_up(database or default_database(), file)
    except NoSuchDatabase:
        raise Stop(
            Exit.NOT_FOUND, _("There is no SQLite database there; for PostgreSQL use pg_dump.")
        ) from None
    except FileExistsError:
        raise Stop(Exit.CONFLICT, _("{file} is there already.").format(file=file)) from None
    except (OSError, SQLAlchemyError):
        raise Stop(Exit.ERROR, _("{file} cannot be written.").format(file=file)) from None
    click.echo(_("The copy is in {file}.").format(file=file))


@admin.group(cls=Group, help=N_("Units."))
def unit() -> None:
    """The group itself does nothing."""


@unit.command("add", help=N_("Add a unit."))
@click.argument("unit_id")
@click.option("--name", required=True, help=N_("Its name."))
@click.option(
    "--kind",
    type=click.Choice(["health_centre", "branch", "advice_line", "contact_centre", "youth_clinic"]),
    default="health_centre",
    show_default=True,
    help=N_("What kind of unit it is."),
)
@click.option("--phone", default="", help=N_("Its telephone number."))
@click.option("--hsa-id", default="", help=N_("Its HSA id."))
@click.option("--parent", help=N_("The unit it belongs to."))
@_DATABASE
def unit_add(
    unit_id: str, name: str, kind: str, phone: str, hsa_id: str, parent: str | None, database: str | None
) -> None:
    """Add a unit."""
    from clinic_tui.backend.admin import create_unit
    from clinic_tui.backend.clock import SystemClock
    from clinic_tui.backend.seed import SeedUnit

    made = SeedUnit(id=unit_id, name=name, kind=kind, phone=phone, hsa_id=hsa_id, parent_id=parent)
    with_store(database, lambda store: create_unit(store, SystemClock(), made))
    click.echo(_("Added {name}.").format(name=unit_id))


@unit.command("list", help=N_("Every unit."))
@_JSON
@_DATABASE
def unit_list(as_json: bool, database: str | None) -> None:
    """List units."""
    from clinic_tui.backend.listing import list_units

    _show(with_store(database, lambda store: store.read(list_units)), as_json)


@admin.group(cls=Group, help=N_("Staff members."))
def staff() -> None:
    """The group itself does nothing."""


@staff.command("add", help=N_("Add a staff member, with a password that is asked for."))
@click.argument("username")
@click.option("--name", required=True, help=N_("The name residents see."))
@click.option("--title", default="", help=N_("The title residents see."))
@click.option("--hsa-id", required=True, help=N_("The HSA id."))
@click.option("--unit", "unit_id", help=N_("The unit of a first assignment."))
@click.option("--role", help=N_("The role of a first assignment."))
@_PASSWORD
@_DATABASE
def staff_add(
    *,
    username: str,
    name: str,
    title: str,
    hsa_id: str,
    unit_id: str | None,
    role: str | None,
    password_stdin: bool,
    database: str | None,
) -> None:
    """Add a staff member."""
    from clinic_tui.backend.admin import create_staff
    from clinic_tui.backend.clock import SystemClock
    from clinic_tui.backend.seed import SeedAssignment, SeedStaff

    if (unit_id is None) != (role is None):
        raise click.UsageError(_("--unit and --role belong together."))
    given: tuple[SeedAssignment, ...] = ()
    if unit_id is not None and role is not None:
        given = (SeedAssignment(id=f"{username}.{unit_id}.{role}", unit_id=unit_id, role=role),)
    member = SeedStaff(
        id=username,
        hsa_id=hsa_id,
        username=username,
        display_name=name,
        name=name,
        title=title,
        assignments=given,
    )
    password = _password(from_stdin=password_stdin)
    with_store(database, lambda store: create_staff(store, SystemClock(), member, password))
    click.echo(_("Added {name}.").format(name=username))


@staff.command("list", help=N_("Every staff member with their assignments."))
@_JSON
@_DATABASE
def staff_list(as_json: bool, database: str | None) -> None:
    """List staff."""
    from clinic_tui.backend.listing import list_staff

    _show(with_store(database, lambda store: store.read(list_staff)), as_json)


@staff.command(
    "disable", help=N_("Let a staff member in no more, and hand on what they hold; what they did stays.")
)
@click.argument("username")
@click.option("--to", default="", metavar="USERNAME", help=N_("Who gets it; its queue otherwise."))
@click.option("--list", "only_list", is_flag=True, help=N_("Only list what they hold."))
@click.option(
    "--region", default="vastmanland", show_default=True, help=N_("The region profile: name or file.")
)
@_JSON
@_DATABASE
def staff_disable(
    *, username: str, to: str, only_list: bool, region: str, as_json: bool, database: str | None
) -> None:
    """Disable a staff member."""
    from clinic_tui.backend.closing import close_account, held_by
    from clinic_tui.backend.serve import Unservable, read_region

    try:
        profile = read_region(region)
    except Unservable as error:
        raise Stop(Exit.NOT_FOUND, str(error)) from None
    act = held_by if only_list else close_account
    held = with_store(database, lambda store: act(store, profile, username, to))
    _show([{"kind": one.kind, "id": one.id, "unit": one.unit_id, "to": one.to} for one in held], as_json)
    if not only_list and not as_json:
        click.echo(_("{name} can no longer sign in.").format(name=username))


@staff.command("password", help=N_("Give a staff member a new password; their sessions end."))
@click.argument("username")
@_PASSWORD
@_DATABASE
def staff_password(username: str, password_stdin: bool, database: str | None) -> None:
    """Set a password."""
    from clinic_tui.backend.admin import set_password
    from clinic_tui.backend.clock import SystemClock

    password = _password(from_stdin=password_stdin)
    with_store(database, lambda store: set_password(store, SystemClock(), username, password))
    click.echo(_("The password is changed."))


@staff.command("assign", help=N_("Give a staff member one more assignment."))
@click.argument("username")
@click.option("--unit", "unit_id", required=True, help=N_("At which unit."))
@click.option("--role", required=True, help=N_("In which role."))
@_DATABASE
def staff_assign(username: str, unit_id: str, role: str, database: str | None) -> None:
    """Give an assignment."""
    from clinic_tui.backend.admin import give_assignment
    from clinic_tui.backend.clock import SystemClock
    from clinic_tui.backend.seed import SeedAssignment

    given = SeedAssignment(id=f"{username}.{unit_id}.{role}", unit_id=unit_id, role=role)
    with_store(database, lambda store: give_assignment(store, SystemClock(), username, given))
    click.echo(_("Added {name}.").format(name=given.id))


def _password(*, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt(_("Password"), hide_input=True, confirmation_prompt=_("The password again")))


def _show(rows: list[dict[str, object]], as_json: bool) -> None:
    """Rows as JSON lines, or as text with two spaces between."""
    import json

    from clinic_tui.protocol.text import safe_line

    for row in rows:
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo("  ".join(safe_line(str(value)) for value in row.values() if value not in {"", None}))


@admin.group(cls=Group, help=N_("Phrases."))
def phrase() -> None:
    """The group itself does nothing."""


@phrase.command("import", help=N_("Add or change a unit's phrases from a JSON file."))
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--unit", "unit_id", required=True, help=N_("Whose phrases they are."))
@_DATABASE
def phrase_import(file: Path, unit_id: str, database: str | None) -> None:
    """Import phrases."""
    from clinic_tui.backend.clock import SystemClock
    from clinic_tui.backend.phrase_import import import_phrases, read_phrases

    try:
        found = read_phrases(file.read_bytes())
    except OSError:
        raise Stop(Exit.NOT_FOUND, _("{file} cannot be read.").format(file=file)) from None
    except ValueError as error:
        raise Stop(Exit.USAGE, str(error)) from None
    count = with_store(database, lambda store: import_phrases(store, SystemClock(), unit_id, found))
    click.echo(_("Phrases imported: {count}.").format(count=count))


@admin.group(cls=Group, help=N_("The region profile."))
def profile() -> None:
    """The group itself does nothing."""


@profile.command("show", help=N_("What a region profile says."))
@click.argument("name", default="vastmanland")
def profile_show(name: str) -> None:
    """Show a region profile, after checking it."""
    from clinic_tui.backend.serve import Unservable, profile_text

    try:
        click.echo(profile_text(name), nl=False)
    except Unservable as error:
        raise Stop(Exit.NOT_FOUND, str(error)) from None
