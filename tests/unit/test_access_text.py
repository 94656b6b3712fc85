"""Lines of the access log in words."""

from clinic_tui.i18n import set_language
from clinic_tui.widgets.access_text import deed_text


def test_what_was_refused_is_not_told_as_done() -> None:
    set_language("en")
    assert deed_text("DENIED", "read_case") == "was refused"
    assert deed_text("READ", "read_case") == "read the case"
