"""What every test of a screen needs: one event loop, and English where a test reads texts."""

from collections.abc import Iterator

import pytest

from clinic_tui.i18n import language, set_language


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def english() -> Iterator[None]:
    before = language()
    set_language("en")
    yield
    set_language(before)
