"""What may stand in a text message, and the numbers it can go to."""

import pytest

from clinic_tui.domain.texts import e164, has_link


@pytest.mark.parametrize(
    "body",
    [
        "See https://1177.se/chat",
        "HTTP://x",
        "gå till www.region.se nu",
        "minvard.se",
        "logga in på 1177.se/chatt",
        "kolla bit.ly/x",
        "Logga in på 1177.se.",
        "sub.1177.se",
    ],
)
def test_a_link_is_found(body: str) -> None:
    assert has_link(body)


@pytest.mark.parametrize(
    "body",
    ["Logga in på 1177.", "Kl. 10.30 idag.Svara inte", "Ring 021-100 00.", ""],
)
def test_plain_words_are_no_link(body: str) -> None:
    assert not has_link(body)


@pytest.mark.parametrize(
    ("given", "number"),
    [
        ("+46701740605", "+46701740605"),
        ("070-174 06 05", "+46701740605"),
        ("0046 70 174 06 05", "+46701740605"),
        ("+47 900 00 000", "+4790000000"),
        ("", None),
        ("no number", None),
        ("112", None),
        ("+4670174060599999999", None),
        ("\u0660\u0661\u0662345678", None),
    ],
)
def test_a_number_is_written_in_one_way(given: str, number: str | None) -> None:
    assert e164(given) == number
