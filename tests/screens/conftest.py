"""What every test of a screen needs: one event loop, pauses that last, and English to read texts in."""

from collections.abc import Iterator

import pytest

from clinic_tui.i18n import language, set_language
from clinic_tui.widgets.modal import ClinicDialog
from tests.steady import parse_styles_once, steady_pauses


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses that last, and dialogs that listen at once; a test of their first moments sets its own."""
    steady_pauses(monkeypatch)
    parse_styles_once(monkeypatch)
    monkeypatch.setattr(ClinicDialog, "QUIET", 0.0)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def english() -> Iterator[None]:
    before = language()
    set_language("en")
    yield
    set_language(before)
