"""Demo data and real people never share a database, and neither is served as the other."""

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from clinic_tui.backend.passwords import hash_password
from clinic_tui.backend.seed import DEMO_PASSWORD, SeedResident, SeedStaff, SeedUnit, insert_seed
from clinic_tui.backend.seed import Seed as Data
from clinic_tui.backend.serve import ServeOptions, Unservable, check, prepare, read_region, running
from clinic_tui.backend.store import open_store, upgrade
from clinic_tui.backend.store.purpose import purpose_of
from clinic_tui.command_line.demo_data import fill
from clinic_tui.command_line.places import default_database, demo_database
from tests.backend.older import step_to

pytestmark = pytest.mark.anyio
MARIE = {"username": "marie", "password": DEMO_PASSWORD}
REAL = Data(
    units=(SeedUnit(id="eken", name="Eken", kind="health_centre"),),
    residents=(
        SeedResident(
            id="r-1", person_number="191212121212", name="Tolvan Tolvansson", birth_date=date(1912, 12, 12)
        ),
    ),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'clinic.db'}"
    postgres: Any = request.getfixturevalue("postgres")
    return postgres.url(postgres.database())


async def _serve(url: str, *, demo: bool) -> None:
    """Open the backend as `serve` does, and close it."""
    await asyncio.to_thread(prepare, url)
    options = ServeOptions(database=url, fill=fill if demo else None)
    async with running(options, read_region("vastmanland")) as backend:
        assert backend.settings.demo_data is demo
        assert await backend.store.read(purpose_of) == ("demo" if demo else "real")


async def _put(url: str, data: Data) -> None:
    await asyncio.to_thread(prepare, url)
    store = await open_store(url)
    await store.write(lambda conn: insert_seed(conn, data, "x"))
    await store.close()


async def test_a_database_with_demo_data_is_never_served_as_real(url: str) -> None:
    await _serve(url, demo=True)
    await _serve(url, demo=True)
    with pytest.raises(Unservable, match="demo data") as refused:
        await _serve(url, demo=False)
    assert refused.value.code == 2
    assert "\n" not in str(refused.value)


async def test_a_database_made_for_real_people_takes_no_demo_data(url: str) -> None:
    await _serve(url, demo=False)
    with pytest.raises(Unservable, match="--demo-data"):
        await _serve(url, demo=True)
    await _serve(url, demo=False)


async def test_a_database_with_somebody_in_it_opens_no_simulated_e_id(url: str) -> None:
    await _put(url, Data(residents=REAL.residents))
    with pytest.raises(Unservable, match="--demo-data"):
        await _serve(url, demo=True)


def _person(name: str) -> SeedStaff:
    return SeedStaff(id=name, hsa_id=f"SE1-{name}", username=name, display_name=name, name=name, title="")


@pytest.mark.parametrize(("demo", "served"), [(True, False), (False, True)])
async def test_an_older_database_is_told_by_the_password_its_accounts_share(
    url: str, *, demo: bool, served: bool
) -> None:
    store = await open_store(url)
    await store.write(lambda conn: step_to(conn, "0002"))
    if demo:
        await fill(store, datetime.now(UTC), DEMO_PASSWORD)
    else:
        await store.write(lambda conn: insert_seed(conn, REAL, "x"))
        for name in ("anna", "ebba"):
            hashed = hash_password(DEMO_PASSWORD)
            await store.write(lambda conn, n=name, h=hashed: insert_seed(conn, Data(staff=(_person(n),)), h))
    await store.close()
    await asyncio.to_thread(upgrade, url)
    await _serve(url, demo=demo)
    with pytest.raises(Unservable):
        await _serve(url, demo=served)


def test_demo_data_has_a_file_of_its_own() -> None:
    real, demo = default_database(), demo_database()
    assert real != demo
    assert Path(real.partition(":///")[2]).parent == Path(demo.partition(":///")[2]).parent


@contextmanager
def _serving(home: Path, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    environment = {**os.environ, "XDG_DATA_HOME": str(home)}
    with subprocess.Popen(
        [sys.executable, "-m", "clinic_tui", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def _where(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().removeprefix("listening on ").strip()


def test_after_a_demo_a_plain_backend_does_not_know_marie(tmp_path: Path) -> None:
    with _serving(tmp_path, "--demo-data") as process:
        assert httpx.post(f"{_where(process)}/api/v1/session", json=MARIE).status_code == 200
        process.send_signal(signal.SIGKILL)
    with _serving(tmp_path) as process:
        assert httpx.post(f"{_where(process)}/api/v1/session", json=MARIE).status_code == 401
        process.send_signal(signal.SIGKILL)
    demo = f"sqlite:///{tmp_path / 'clinic-tui' / 'demo.db'}"
    with _serving(tmp_path, "--database", demo) as process:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out, len(err.splitlines())) == (2, "", 1)
    with sqlite3.connect(tmp_path / "clinic-tui" / "clinic.db") as conn:
        assert conn.execute("SELECT count(*) FROM staff").fetchone() == (0,)


def test_demo_data_is_not_served_behind_a_proxy() -> None:
    with pytest.raises(Unservable, match="--behind-proxy"):
        check(ServeOptions(database="sqlite://", behind_proxy=True, fill=fill))
    check(ServeOptions(database="sqlite://", fill=fill))
