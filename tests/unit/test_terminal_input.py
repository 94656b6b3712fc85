import pytest
from textual import events

from clinic_tui.widgets.terminal_input import CleanParser, PasteCleaner

START, END = "\x1b[200~", "\x1b[201~"


def cleaned(*pieces: str) -> str:
    cleaner = PasteCleaner()
    return "".join(map(cleaner.clean, pieces))


def test_escapes_within_a_paste_become_visible() -> None:
    assert cleaned(f"{START}a\x1b[2Jb\x1b[20~{END}\x1b[A") == f"{START}a␛[2Jb␛[20~{END}\x1b[A"


def test_keys_outside_a_paste_are_left_alone() -> None:
    keys = "\x1b\x1b[A\x1bOP\x1b[201~x\x1b[200"
    assert cleaned(keys) == keys


@pytest.mark.parametrize("size", range(1, 9))
def test_a_paste_may_come_in_pieces_of_any_size(size: int) -> None:
    whole = f"x{START}ett\x1b\x1b[2två\x1b[20{END}y{START}tre{END}\x1b"
    pieces = [whole[at : at + size] for at in range(0, len(whole), size)]
    assert cleaned(*pieces) == f"x{START}ett␛␛[2två␛[20{END}y{START}tre{END}\x1b"


def test_a_pasted_sequence_is_one_paste_and_no_key() -> None:
    parser = CleanParser()
    tokens = [*parser.feed(f"{START}ett\n\x1b[2J\x1b[20~\n"), *parser.feed(f"två{END}")]
    assert [type(token) for token in tokens] == [events.Paste]
    paste = tokens[0]
    assert isinstance(paste, events.Paste)
    assert paste.text == "ett\n␛[2J␛[20~\ntvå"
