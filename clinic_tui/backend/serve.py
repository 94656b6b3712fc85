"""Runs the backend as a process of its own, until it is told to stop."""

import asyncio
import ipaddress
import signal
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from importlib import resources
from pathlib import Path
from socket import AF_UNIX, socket
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

from clinic_tui.backend.app import create_app
from clinic_tui.backend.bus import running_bus
from clinic_tui.backend.clock import Clock, SystemClock
from clinic_tui.backend.context import Backend
from clinic_tui.backend.hub import Hub
from clinic_tui.backend.jobs import run_forever
from clinic_tui.backend.listening import Listener, Transport, address_of, listening, tcp_socket, unix_socket
from clinic_tui.backend.logs import configure
from clinic_tui.backend.private_files import close_to_others
from clinic_tui.backend.seed import DEMO_PASSWORD
from clinic_tui.backend.settings import Settings
from clinic_tui.backend.sms.gateway import Gateway, LogGateway
from clinic_tui.backend.store import StorageUnavailable, Store, create_schema, open_store, upgrade
from clinic_tui.backend.store.purpose import claim, is_empty
from clinic_tui.backend.streams import heads
from clinic_tui.domain.region import RegionProfile, load_profile
from clinic_tui.domain.tables import BadTable
from clinic_tui.i18n import set_language

if TYPE_CHECKING:
    from clinic_tui.backend.sms.elks import ElksAccount

DEMO_SECRET = "demo"  # noqa: S105 - opens fictive data on this machine only
"""What the simulated e-ID of `--demo-data` asks for."""
IN_MEMORY = "sqlite://"
_SCHEMES = frozenset({"sqlite", "postgresql", "postgres"})

Fill = Callable[[Store, datetime, str], Awaitable[None]]
"""Puts demo data with this password into an empty store."""


class Unservable(Exception):  # noqa: N818 - shown as it is
    """The backend does not start; the text is one line that says why and what to do."""

    def __init__(self, text: str, code: int = 2) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, kw_only=True)
class ServeOptions:
    """What `clinic-tui serve` was asked for (design.md 7)."""

    database: str
    host: str = "127.0.0.1"
    port: int = 8010
    uds: Path | None = None
    fill: Fill | None = None
    """Given for `--demo-data`: fills a store that is still empty."""
    tls_cert: Path | None = None
    tls_key: Path | None = None
    behind_proxy: bool = False
    region: str = "vastmanland"
    """A bundled profile's name, or the path of a TOML file."""
    log: Path | None = None
    texts: "ElksAccount | None" = None
    """Where SMS go out; without one they are kept in the outbox and nothing is sent."""
    settings: Settings = field(default_factory=Settings)


def serve(options: ServeOptions) -> int:
    """Serve until SIGTERM or Ctrl+C; the exit code. One line on standard output says where, once ready."""
    import uvloop

    try:
        check(options)
        region = read_region(options.region)
        set_language(region.language)
        configure(options.log)
        if options.log is not None:
            close_to_others([options.log])
        prepare(options.database)
        bound = _bind(options)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(_serve(options, region, bound))
    except Unservable as no:
        sys.stderr.write(f"{no}\n")
        return no.code


def check(options: ServeOptions) -> None:
    """Refuse what would be unsafe: other machines without encryption, or demo data for them.

    A proxy brings other machines to a loopback address, so demo data is not served behind one either.
    """
    if (options.tls_cert is None) != (options.tls_key is None):
        raise Unservable("--tls-cert and --tls-key belong together.")
    near = options.uds is not None or _is_loopback(options.host)
    if not near and options.tls_cert is None and not options.behind_proxy:
        raise Unservable(
            f"{options.host} is reachable by others: give --tls-cert and --tls-key, or --behind-proxy."
        )
    if options.fill is not None and (not near or options.behind_proxy):
        raise Unservable(
            "--demo-data is for this machine only: use a loopback address or --uds, and no --behind-proxy."
        )
    if options.fill is not None and options.texts is not None:
        raise Unservable("--demo-data sends no SMS: leave out --sms 46elks.")


def read_region(source: str) -> RegionProfile:
    """The region's profile by name or from a file. Raises `Unservable`."""
    try:
        return load_profile(Path(source).read_text(encoding="utf-8") if _is_file(source) else source)
    except (OSError, UnicodeDecodeError):
        raise Unservable(f"The region profile {source} cannot be read.") from None
    except BadTable as error:
        raise Unservable(f"The region profile is not right: {error}") from None


def profile_text(source: str) -> str:
    """The checked profile as it is written, in TOML. Raises `Unservable`."""
    read_region(source)
    if _is_file(source):
        return Path(source).read_text(encoding="utf-8")
    return resources.files("clinic_tui.domain").joinpath("profiles", f"{source}.toml").read_text("utf-8")


def _is_file(source: str) -> bool:
    return source.endswith(".toml")


def prepare(database: str) -> None:
    """Bring a real database to the newest schema. Raises `Unservable` with one line."""
    if database.partition("://")[0] not in _SCHEMES:
        raise Unservable("The address of the database begins with sqlite:// or postgresql://.")
    scheme, separator, path = database.partition(":///")
    if scheme.startswith("sqlite") and separator:
        try:
            Path(path).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError:
            raise Unservable("The folder of the database cannot be made.") from None
    if database == IN_MEMORY:
        return
    from clinic_tui.backend.store.migrating import NewerSchema

    try:
        upgrade(database)
    except NewerSchema:
        raise Unservable("The database was made by a newer version: install that one to use it.") from None
    except (SQLAlchemyError, OSError):
        raise Unservable("The database cannot be used: it is not there, or not a database of ours.") from None
    except ValueError:
        raise Unservable("The address of the database cannot be read.") from None


def _bind(options: ServeOptions) -> socket:
    try:
        if options.uds is not None:
            return unix_socket(options.uds)
        return tcp_socket(options.host, options.port)
    except OSError as error:
        place = options.uds or f"{options.host}:{options.port}"
        raise Unservable(f"{place} cannot be listened on: {error.strerror}.", 1) from None


async def _serve(options: ServeOptions, region: RegionProfile, bound: socket) -> int:
    transport = Transport(
        certificate=options.tls_cert, key=options.tls_key, behind_proxy=options.behind_proxy
    )
    async with (
        running(options, region) as backend,
        listening(create_app(backend), bound, transport) as server,
        _jobs(backend, _gateway(options)),
        _bus(options.database, backend),
    ):
        signals = _stop_on_signals(server)
        sys.stdout.write(f"listening on {address_of(bound, tls=options.tls_cert is not None)}\n")
        sys.stdout.flush()
        if options.fill is not None:
            sys.stderr.write(f"demo data: sign in as anna, ebba …; every password is {DEMO_PASSWORD}\n")
        await server.stopping.wait()
    if options.uds is not None and bound.family == AF_UNIX:
        options.uds.unlink(missing_ok=True)
    return 130 if signal.SIGINT in signals else 0


def _stop_on_signals(server: Listener) -> list[signal.Signals]:
    """Stop in order on the first signal, at once on the second; the signals that came."""
    came: list[signal.Signals] = []

    def stop(number: signal.Signals) -> None:
        server.force_exit = bool(came)
        server.should_exit = True
        came.append(number)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop, number)
    return came


@asynccontextmanager
async def running(options: ServeOptions, region: RegionProfile) -> AsyncGenerator[Backend]:
    """An opened backend over the prepared database, filled with demo data where asked for."""
    clock: Clock = SystemClock()
    try:
        store = await open_store(options.database)
    except ValueError as error:
        raise Unservable(str(error)) from None
    try:
        if options.database == IN_MEMORY:
            await create_schema(store)
        demo = options.fill is not None
        await _claim(store, demo=demo)
        if options.fill is not None and await store.read(is_empty):
            await options.fill(store, clock.now(), DEMO_PASSWORD)
        yield Backend(
            store=store,
            clock=clock,
            region=region,
            settings=_settings(options),
            resident_secret=DEMO_SECRET if demo else "",
        )
    except StorageUnavailable:
        raise Unservable("The database does not answer.", 69) from None
    finally:
        await store.close()


async def _claim(store: Store, *, demo: bool) -> None:
    """Mark a new database as one for demo data or for real people. Raises `Unservable` where it is the other.

    It is marked before it is filled, so that there is no moment at which known passwords stand in a real one.
    """
    purpose = await store.write(lambda conn: claim(conn, "demo" if demo else "real"))
    if demo and purpose != "demo":
        raise Unservable("The database is not one of demo data: --demo-data takes a new one, or its own.")
    if not demo and purpose == "demo":
        raise Unservable(
            "The database holds demo data, with passwords that everybody knows: "
            "serve it with --demo-data, or give --database a new one."
        )


def _settings(options: ServeOptions) -> Settings:
    settings = replace(options.settings, demo_data=options.fill is not None)
    if options.texts is None:
        return settings
    return replace(settings, sms="46elks", sms_secret=options.texts.report_secret)


def _gateway(options: ServeOptions) -> Gateway:
    """The way out for SMS. Its HTTP client is loaded only where it is used."""
    if options.texts is None:
        return LogGateway()
    from clinic_tui.backend.sms.elks import ElksGateway

    return ElksGateway(options.texts)


@asynccontextmanager
async def _jobs(backend: Backend, gateway: Gateway) -> AsyncGenerator[None]:
    task = asyncio.create_task(run_forever(backend, gateway))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


@asynccontextmanager
async def _bus(url: str, backend: Backend) -> AsyncGenerator[None]:
    hub = backend.hub
    if backend.store.dialect != "postgresql" or not isinstance(hub, Hub):
        yield
        return

    async def read_heads(names: list[str]) -> dict[str, int]:
        return await backend.store.read(lambda conn: heads(conn, names))

    async with running_bus(url, hub, read_heads):
        yield


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
