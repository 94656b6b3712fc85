"""The access log: checking its seals and handing it out."""

import csv
import io
import json

import click

from clinic_tui.command_line.admin import with_store
from clinic_tui.command_line.exits import Exit, Stop
from clinic_tui.command_line.texts import Group
from clinic_tui.i18n import N_, _

_DATABASE = click.option(
    "--database", metavar="URL", help=N_("sqlite:///file or postgresql://…; a file by default.")
)
_COLUMNS = (
    "chain",
    "n",
    "at",
    "staff_hsa_id",
    "party",
    "role",
    "unit_id",
    "action",
    "code",
    "object_type",
    "object_id",
    "resident_id",
    "reason",
    "hash",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.group(cls=Group, help=N_("The access log."))
def audit() -> None:
    """The group itself does nothing."""


@audit.command("verify", help=N_("Check every seal of the access log."))
@_DATABASE
def verify(database: str | None) -> int:
    """Check the chains; the first broken row is named."""
    from clinic_tui.backend.audit import verify_chain

    broken = with_store(database, lambda store: store.read(verify_chain))
    if broken is not None:
        text = _("The access log is broken at row {n} of {chain}: {why}.")
        raise Stop(Exit.ERROR, text.format(n=broken.n, chain=broken.chain, why=broken.why))
    click.echo(_("The access log is whole."))
    return Exit.OK


@audit.command("export", help=N_("Write the access log to standard output."))
@click.option("--format", "kind", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--resident", help=N_("Only what concerns this resident, by internal id."))
@click.option("--unit", help=N_("Only this unit."))
@_DATABASE
def export(kind: str, resident: str | None, unit: str | None, database: str | None) -> None:
    """Export rows in their order."""
    from clinic_tui.backend.listing import access_log

    rows = with_store(database, lambda store: store.read(lambda conn: list(access_log(conn, resident, unit))))
    if kind == "jsonl":
        for row in rows:
            click.echo(json.dumps(row, ensure_ascii=False))
        return
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in _COLUMNS])
    click.echo(out.getvalue(), nl=False)


def _cell(value: object) -> str:
    """The value as a cell that no spreadsheet takes for a formula (ASVS 1.2.10)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
