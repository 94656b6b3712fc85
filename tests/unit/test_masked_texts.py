"""What stands on the screen where somebody is not named, or something may not be read."""

from collections.abc import Iterator

import pytest

from clinic_tui.i18n import language, set_language
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.reading import reading
from clinic_tui.widgets.texts import author_text
from tests.desks import detail, message, row


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    before = language()
    set_language("en")
    yield
    set_language(before)


@pytest.mark.parametrize(
    ("author", "name", "shown"),
    [
        ("resident", "Omar Haddad", "Omar Haddad"),
        ("resident", "", "Resident"),
        ("proxy", "", "Guardian"),
        ("system", "Eken", "Automatic"),
    ],
)
def test_a_message_by_somebody_who_is_not_named(author: str, name: str, shown: str) -> None:
    assert author_text(message(1, author=author, author_name=name)) == shown


def test_earlier_cases_that_may_not_be_read_are_counted() -> None:
    told = str(reading(Visit(detail(row(1), earlier_hidden=1))))
    assert "1 earlier case that your role may not read" in told
    assert "None here" not in told
