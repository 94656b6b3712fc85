"""What every test of a screen needs: one event loop, pauses that last, and English to read texts in."""

from collections.abc import Iterator

import pytest

from clinic_tui.i18n import language, set_language
from tests.steady import steady_pauses


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    steady_pauses(monkeypatch)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def english() -> Iterator[None]:
    before = language()
    set_language("en")
    yield
    set_language(before)
