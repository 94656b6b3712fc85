"""The access log: checking its seals and handing it out."""

import csv
import io
import json
from pathlib import Path

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


@audit.command("export", help=N_("Write the access log to standard output, or to a file only you can read."))
@click.option("--format", "kind", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True)
@click.option("--resident", help=N_("Only what concerns this resident, by internal id."))
@click.option("--unit", help=N_("Only this unit."))
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help=N_("A new file instead of standard output."),
)
@_DATABASE
def export(
    kind: str, resident: str | None, unit: str | None, output: Path | None, database: str | None
) -> None:
    """Export rows in their order."""
    from clinic_tui.backend.listing import access_log

    rows = with_store(database, lambda store: store.read(lambda conn: list(access_log(conn, resident, unit))))
    text = _lines(rows) if kind == "jsonl" else _sheet(rows)
    if output is None:
        click.echo(text, nl=False)
        return
    from clinic_tui.backend.private_files import make_private

    try:
        make_private(output)
        output.write_text(text, encoding="utf-8")
    except FileExistsError:
        raise Stop(Exit.CONFLICT, _("{file} is there already.").format(file=output)) from None
    except OSError:
        raise Stop(Exit.ERROR, _("{file} cannot be written.").format(file=output)) from None


def _lines(rows: list[dict[str, object]]) -> str:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def _sheet(rows: list[dict[str, object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for row in rows:
        writer.writerow([_cell(row.get(name)) for name in _COLUMNS])
    return out.getvalue()


def _cell(value: object) -> str:
    """The value as a cell that no spreadsheet takes for a formula (ASVS 1.2.10)."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text
