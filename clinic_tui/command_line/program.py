"""The commands of the program; what each needs is imported when it runs."""

import sys
from datetime import datetime
from pathlib import Path

import click

from clinic_tui import __version__
from clinic_tui.command_line.admin import admin
from clinic_tui.command_line.audit import audit
from clinic_tui.command_line.doctor import doctor
from clinic_tui.command_line.exits import Exit, Stop
from clinic_tui.command_line.places import default_database, demo_database
from clinic_tui.command_line.texts import Group
from clinic_tui.command_line.unit_admin import join_to
from clinic_tui.i18n import N_, _

_LANGUAGE = click.option(
    "--lang", type=click.Choice(["sv", "en"]), help=N_("Language; otherwise LANG decides.")
)
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(cls=Group, invoke_without_command=True, help=N_("Answer residents by chat, in the terminal."))
@click.option("--server", metavar="URL", help=N_("The backend's address; otherwise config.toml decides."))
@_LANGUAGE
@click.option("--config", type=_FILE, help=N_("Another settings file."))
@click.version_option(__version__, message="clinic-tui %(version)s")
@click.pass_context
def program(context: click.Context, server: str | None, lang: str | None, config: Path | None) -> int:
    """Open the workstation where no command is named."""
    if context.invoked_subcommand is not None:
        return Exit.OK
    address = _server(server, config)
    if address is None:
        return _without_server(lang)
    _need_terminal()
    from clinic_tui.workstation import run_workstation

    return run_workstation(address, lang=lang, config=config)


def _server(given: str | None, config: Path | None) -> str | None:
    """The checked address of the backend: the one given, else the configured one, else None."""
    from clinic_tui.protocol.address import BadAddressError, check_server

    if given:
        try:
            return check_server(given)
        except BadAddressError as error:
            raise Stop(Exit.USAGE, str(error)) from None
    from clinic_tui.storage.config import load_config
    from clinic_tui.storage.paths import find_paths

    paths = find_paths()
    file = config or (paths.config if paths else None)
    if file is None:
        return None
    loaded = load_config(file)
    if loaded.config.server.url is None:
        for problem in loaded.problems:
            click.echo(problem, err=True)
    return loaded.config.server.url


def _without_server(lang: str | None) -> int:
    """Say how to start, and offer the demo to a person."""
    click.echo(_("No server is set."), err=True)
    click.echo(_("Start with: clinic-tui --server https://…"), err=True)
    click.echo(_("Try it with made-up patients: clinic-tui demo"), err=True)
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return Exit.USAGE
    if not click.confirm(_("Open the demo now?"), default=True):
        return Exit.USAGE
    from clinic_tui.demo_run import DemoOptions, run_demo

    return run_demo(DemoOptions(lang=lang))


def _need_terminal() -> None:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise Stop(Exit.USAGE, _("The workstation needs a terminal."))


@program.command(help=N_("A private backend with made-up patients, and the workstation on it."))
@click.option("--seed", type=click.IntRange(0, 2**31), default=1, help=N_("Another number, another day."))
@click.option("--now", metavar="TIME", help=N_("The demo's time at its start, such as 2026-03-10T09:00."))
@click.option(
    "--speed",
    type=click.FloatRange(0.0, 1000.0),
    default=1.0,
    help=N_("How fast time goes; at 0 it stands, and people only answer."),
)
@click.option("--as", "staff", metavar="STAFF", default="anna", help=N_("Who to be, by user name."))
@_LANGUAGE
@click.option("--empty", is_flag=True, help=N_("No cases to begin with, and nobody who comes."))
def demo(seed: int, now: str | None, speed: float, staff: str, lang: str | None, empty: bool) -> int:
    """The demo; nothing of it stays on disk."""
    if now is not None:
        try:
            datetime.fromisoformat(now)
        except ValueError:
            raise click.BadParameter(
                _("must be a time such as 2026-03-10T09:00"), param_hint="--now"
            ) from None
    _need_terminal()
    from clinic_tui.demo_run import DemoOptions, run_demo

    return run_demo(DemoOptions(seed=seed, now=now, speed=speed, staff=staff, lang=lang, empty=empty))


@program.command(
    "demo-host",
    hidden=True,
    add_help_option=False,
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def demo_host(arguments: tuple[str, ...]) -> int:
    """The demo's backend, as the demo starts it."""
    from clinic_tui.demo_parent import end_with_parent

    end_with_parent()
    from clinic_tui.demo_server import main

    return main(list(arguments))


@program.command(help=N_("The backend: stores cases and serves workstations."))
@click.option("--database", metavar="URL", help=N_("sqlite:///file or postgresql://…; a file by default."))
@click.option("--host", default="127.0.0.1", show_default=True, help=N_("The address to listen on."))
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8010, show_default=True, help=N_("0: any free.")
)
@click.option("--uds", type=_FILE, help=N_("A Unix socket instead of a port."))
@click.option(
    "--region", default="vastmanland", show_default=True, help=N_("The region profile: name or file.")
)
@click.option("--demo-data", is_flag=True, help=N_("Made-up people, in a database of their own."))
@click.option("--tls-cert", type=_FILE, help=N_("The certificate, in a PEM file."))
@click.option("--tls-key", type=_FILE, help=N_("Its key, in a PEM file."))
@click.option("--behind-proxy", is_flag=True, help=N_("A proxy on this machine ends TLS."))
@click.option("--log", type=_FILE, help=N_("Log to this file instead of standard error."))
@click.option(
    "--sms",
    type=click.Choice(["log", "46elks"]),
    default="log",
    show_default=True,
    help=N_("How SMS go out."),
)
@click.option("--sms-sender", metavar="NAME", help=N_("What receivers of SMS see as sender."))
@click.option("--sms-url", metavar="URL", help=N_("The gateway's address, where it is another."))
@click.option("--public-url", metavar="URL", help=N_("Where the gateway reaches this backend with reports."))
def serve(
    *,
    database: str | None,
    host: str,
    port: int,
    uds: Path | None,
    region: str,
    demo_data: bool,
    tls_cert: Path | None,
    tls_key: Path | None,
    behind_proxy: bool,
    log: Path | None,
    sms: str,
    sms_sender: str | None,
    sms_url: str | None,
    public_url: str | None,
) -> int:
    """Run the backend until it is told to stop."""
    from clinic_tui.backend.serve import ServeOptions
    from clinic_tui.backend.serve import serve as run

    fill = None
    if demo_data:
        from clinic_tui.command_line.demo_data import fill
    texts = None
    if sms == "46elks":
        from clinic_tui.command_line.sms import elks_account

        texts = elks_account(sms_sender, public_url, sms_url)
    options = ServeOptions(
        database=database or (demo_database() if demo_data else default_database()),
        host=host,
        port=port,
        uds=uds,
        region=region,
        fill=fill,
        tls_cert=tls_cert,
        tls_key=tls_key,
        behind_proxy=behind_proxy,
        log=log,
        texts=texts,
    )
    return run(options)


admin.add_command(audit)
join_to(admin)
program.add_command(admin)
program.add_command(doctor)
