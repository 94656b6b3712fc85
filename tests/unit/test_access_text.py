"""Lines of the access log in words."""

import pytest

from clinic_tui.widgets.access_text import deed_text

pytestmark = pytest.mark.usefixtures("english")


def test_what_was_refused_is_not_told_as_done() -> None:
    assert deed_text("DENIED", "read_case") == "was refused"
    assert deed_text("READ", "read_case") == "read the case"
