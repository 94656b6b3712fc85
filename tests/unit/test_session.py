"""The token: kept by keyrings that keep secrets, in memory otherwise, and never for long waits."""

import threading
import time

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as FailKeyring
from keyring.errors import KeyringLocked

from clinic_tui.client import session
from clinic_tui.client.session import open_token_store

SERVER = "https://direkt.example"


class Memory(KeyringBackend):
    """A keyring that keeps what it is given; tests say what module it comes from."""

    priority = 1  # type: ignore[assignment]

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self.kept.pop((service, username), None)


def backend(module: str, **changes: object) -> Memory:
    return type("Keyring", (Memory,), {"__module__": module, **changes})()


@pytest.fixture(autouse=True)
def own_keyring():
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


@pytest.mark.parametrize("module", ["SecretService", "kwallet", "macOS", "Windows"])
def test_a_known_keyring_keeps_the_token(module: str) -> None:
    kept = backend(f"keyring.backends.{module}")
    keyring.set_keyring(kept)
    store = open_token_store()
    assert store.lasting
    assert store.reason == ""
    assert kept.kept == {}
    store.save(SERVER, "secret")
    assert open_token_store().load(SERVER) == "secret"
    assert store.load("https://other.example") is None
    store.delete(SERVER)
    assert kept.kept == {}


@pytest.mark.parametrize(
    "module", ["keyrings.alt.file", "keyring.backends.null", "keyring.backends.libsecret", "x"]
)
def test_any_other_keyring_is_not_used(module: str) -> None:
    kept = backend(module)
    keyring.set_keyring(kept)
    store = open_token_store()
    store.save(SERVER, "secret")
    assert not store.lasting
    assert "\n" not in store.reason
    assert store.reason
    assert store.load(SERVER) == "secret"
    assert kept.kept == {}
    store.delete(SERVER)
    assert store.load(SERVER) is None


def test_a_known_keyring_inside_a_chain_is_used_directly() -> None:
    plain, known = backend("keyrings.alt.file"), backend("keyring.backends.SecretService")
    keyring.set_keyring(backend("keyring.backends.chainer", backends=[plain, known]))
    store = open_token_store()
    store.save(SERVER, "secret")
    assert known.kept
    assert plain.kept == {}


def test_without_a_keyring_the_token_is_in_memory() -> None:
    keyring.set_keyring(FailKeyring())
    store = open_token_store()
    assert not store.lasting
    store.save(SERVER, "secret")
    assert store.load(SERVER) == "secret"


def locked(*_args: object) -> None:
    raise KeyringLocked("locked")


def test_a_locked_keyring_is_not_used() -> None:
    keyring.set_keyring(backend("keyring.backends.SecretService", set_password=locked))
    assert not open_token_store().lasting


def test_a_keyring_that_forgets_is_not_used() -> None:
    keyring.set_keyring(backend("keyring.backends.SecretService", get_password=lambda *_args: None))
    assert not open_token_store().lasting


def test_a_keyring_that_fails_later_leaves_the_token_in_memory() -> None:
    kept = backend("keyring.backends.SecretService")
    keyring.set_keyring(kept)
    store = open_token_store()
    type(kept).set_password = locked  # type: ignore[method-assign]
    store.save(SERVER, "secret")
    assert not store.lasting
    assert store.reason
    assert store.load(SERVER) == "secret"


def test_a_keyring_that_waits_for_a_prompt_is_left_after_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "_LIMIT", 0.1)
    never = threading.Event()
    keyring.set_keyring(backend("keyring.backends.SecretService", set_password=lambda *_args: never.wait(20)))
    started = time.monotonic()
    assert not open_token_store().lasting
    assert time.monotonic() - started < 2
    never.set()
