"""Nobody keeps anybody out by wrong passwords, and nobody guesses quickly either."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from clinic_tui.backend.app import create_app
from clinic_tui.backend.auth import Client, has_signed_in_from, sign_in
from clinic_tui.backend.context import Backend
from clinic_tui.backend.limits import SignInLimits
from clinic_tui.backend.listening import Transport, listening, tcp_socket, unix_socket
from clinic_tui.backend.origin import network_of
from clinic_tui.backend.settings import Settings
from clinic_tui.protocol.commands import SignIn
from tests.backend.town import PASSWORD

pytestmark = pytest.mark.anyio
WRONG = {"username": "nora", "password": "wrong"}
RIGHT = {"username": "nora", "password": PASSWORD}


@asynccontextmanager
async def _behind_proxy(backend: Backend) -> AsyncIterator[httpx.AsyncClient]:
    bound = tcp_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/api/v1"
    async with (
        listening(create_app(backend), bound, Transport(behind_proxy=True)),
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        yield http


async def _try(http: httpx.AsyncClient, body: dict[str, str], *forwarded: str) -> int:
    headers = [("x-forwarded-for", value) for value in forwarded]
    return (await http.post("session", json=body, headers=headers)).status_code


def _limits() -> tuple[SignInLimits, list[float]]:
    moment = [0.0]
    return SignInLimits(Settings(), clock=lambda: moment[0]), moment


def test_a_hundred_failures_from_one_address_never_delay_the_owner_elsewhere() -> None:
    limits, moment = _limits()
    for _ in range(100):
        limits.take("nora", "192.0.2.1")
        moment[0] += 0.6
        assert limits.take("nora", "192.0.2.2") == 0
        limits.succeeded("nora", "192.0.2.2")


def test_one_address_cannot_use_up_many_accounts() -> None:
    limits, _moment = _limits()
    tried = [limits.take(f"user{number}", "192.0.2.1") for number in range(100)]
    assert tried.count(0) == 20
    assert limits.take("user99", "192.0.2.2") == 0


def test_many_addresses_together_are_slowed_but_for_those_known_there() -> None:
    limits, _moment = _limits()
    tried = [limits.take("nora", f"192.0.2.{number % 200}") for number in range(1_000)]
    assert tried.count(0) == 60
    assert limits.take("nora", "198.51.100.9") > 0
    assert limits.take("nora", "198.51.100.8", known=True) == 0


def test_a_neighbour_behind_the_same_address_keeps_nobody_out_who_is_known_there() -> None:
    limits, _moment = _limits()
    for number in range(100):
        limits.take(f"user{number}", "192.0.2.1")
    assert limits.take("nora", "192.0.2.1") > 0
    tried = [limits.take("nora", "192.0.2.1", known=True) for _ in range(20)]
    assert tried.count(0) == 5


def test_what_is_refused_counts_nowhere() -> None:
    limits, moment = _limits()
    for number in range(20):
        assert limits.take(f"user{number}", "192.0.2.1") == 0
    for _ in range(50):
        assert limits.take("nora", "192.0.2.1") > 0
    moment[0] = 60.0
    assert [limits.take("nora", "192.0.2.1") for _ in range(6)].count(0) == 5


async def test_the_right_password_gets_in_while_another_address_fails(memory_backend: Backend) -> None:
    async with _behind_proxy(memory_backend) as http:
        failed = [await _try(http, WRONG, "192.0.2.1") for _ in range(100)]
        assert failed[:6] == [401] * 5 + [429]
        assert await _try(http, RIGHT, "192.0.2.2") == 200


async def test_who_signed_in_there_before_gets_in_during_a_distributed_attack(
    memory_backend: Backend,
) -> None:
    memory_backend.settings = Settings(sign_ins_per_account=4)
    async with _behind_proxy(memory_backend) as http:
        assert await _try(http, RIGHT, "198.51.100.8") == 200
        failed = [await _try(http, WRONG, f"192.0.2.{number}") for number in range(6)]
        assert failed == [401] * 4 + [429] * 2
        assert await _try(http, RIGHT, "198.51.100.9") == 429
        assert await _try(http, RIGHT, "198.51.100.8") == 200
        wrong = [await _try(http, WRONG, "198.51.100.8") for _ in range(6)]
        assert wrong == [401] * 5 + [429]


async def test_where_somebody_signed_in_is_known_after_a_restart(backend: Backend) -> None:
    await sign_in(backend, SignIn(**RIGHT), Client("x", "192.0.2.1"))

    async def known(name: str, address: str) -> bool:
        now = backend.clock.now()
        return await backend.store.read(lambda conn: has_signed_in_from(conn, name, address, now))

    assert await known("nora", "192.0.2.1")
    assert not await known("nora", "192.0.2.2")
    assert not await known("nils", "192.0.2.1")


async def test_what_a_client_writes_into_the_header_is_not_believed(memory_backend: Backend) -> None:
    async with _behind_proxy(memory_backend) as http:
        made_up = [await _try(http, WRONG, f"10.0.0.{n}, 192.0.2.1") for n in range(3)]
        made_up += [await _try(http, WRONG, f"10.0.0.{n}", "192.0.2.1:4711") for n in range(3)]
        assert made_up == [401] * 5 + [429]


async def test_without_a_proxy_the_header_means_nothing(memory_backend: Backend) -> None:
    bound = tcp_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{bound.getsockname()[1]}/api/v1"
    async with (
        listening(create_app(memory_backend), bound),
        httpx.AsyncClient(base_url=url, trust_env=False) as http,
    ):
        assert [await _try(http, WRONG, f"192.0.2.{n}") for n in range(6)] == [401] * 5 + [429]


async def test_a_proxy_on_a_unix_socket_tells_addresses_apart(
    memory_backend: Backend, tmp_path: Path
) -> None:
    path = tmp_path / "s"
    transport = httpx.AsyncHTTPTransport(uds=str(path))
    async with (
        listening(create_app(memory_backend), unix_socket(path), Transport(behind_proxy=True)),
        httpx.AsyncClient(base_url="http://x/api/v1", transport=transport) as http,
    ):
        assert [await _try(http, WRONG, "192.0.2.1") for _ in range(6)] == [401] * 5 + [429]
        assert await _try(http, RIGHT, "192.0.2.2") == 200
        forwarded = {"x-forwarded-for": "192.0.2.1"}
        assert (await http.get("http://x/metrics", headers=forwarded)).status_code == 404
        assert (await http.get("http://x/metrics")).status_code == 200


@pytest.mark.parametrize(
    ("host", "place"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:a::1", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:b::9", "2001:db8:1:2::/64"),
        ("", "local"),
        ("nonsense", "local"),
    ],
)
def test_one_place_is_an_address_or_an_ipv6_network(host: str, place: str) -> None:
    assert network_of(host) == place
