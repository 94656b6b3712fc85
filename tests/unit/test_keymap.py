"""The registry and the keymap: no two actions want one key, and the page of keys is fresh."""

import pytest

from clinic_tui.actions.action import Scope
from clinic_tui.actions.keymap import NO_KEY, Keymap, as_meant, as_sent, shown_key
from clinic_tui.actions.keys_doc import FILE, keys_page, main
from clinic_tui.actions.registry import ACTIONS, in_scopes


def test_no_two_actions_want_the_same_key_in_one_place() -> None:
    assert Keymap().problems == []


def test_an_action_is_found_by_its_own_id() -> None:
    assert all(action.id == action_id for action_id, action in ACTIONS.items())
    assert len({action.id for action in ACTIONS.values()}) == len(ACTIONS)


def test_every_scope_has_actions_and_every_action_says_what_it_does() -> None:
    assert all(in_scopes(scope) for scope in Scope)
    assert all(action.title and action.help.endswith(".") for action in ACTIONS.values())


def test_no_action_needs_alt_and_a_letter_or_a_letter_where_one_types() -> None:
    for action in ACTIONS.values():
        keys = [key.strip() for key in action.keys.split(",") if key.strip()]
        assert not [key for key in keys if key.startswith("alt+")]
        if action.scope is Scope.VISIT:
            assert not [key for key in keys if len(key) == 1]


def test_a_key_map_changes_keys_by_action() -> None:
    keymap = Keymap({"case.take": "f11,ctrl+y"})
    assert keymap.keys("case.take") == "f11,ctrl+y"
    assert keymap.shown("case.take") == "F11"
    assert keymap.as_textual()["case.take"] == "f11,ctrl+y"
    assert keymap.problems == []


def test_a_function_key_with_shift_is_known_by_both_of_its_names() -> None:
    assert as_sent("p,shift+f8") == "p,shift+f8,f20"
    assert as_sent("f8") == "f8"
    assert as_sent("") == NO_KEY
    assert (as_meant("f20"), as_meant("f8"), as_meant("å")) == ("shift+f8", "f8", "å")
    assert Keymap({"case.take": "shift+f4"}).as_textual()["case.take"] == "shift+f4,f16"


def test_the_send_key_is_a_setting_of_its_own() -> None:
    assert Keymap(send_key="enter").keys("message.send") == "enter"


def test_an_unknown_action_is_reported_and_the_rest_holds() -> None:
    keymap = Keymap({"case.tak": "x", "case.take": "f11"})
    assert len(keymap.problems) == 1
    assert "case.tak" in keymap.problems[0]
    assert keymap.keys("case.take") == "f11"


@pytest.mark.parametrize(("first", "second"), [("case.take", "case.start"), ("case.take", "go.mine")])
def test_a_key_given_to_two_actions_that_meet_is_reported_once(first: str, second: str) -> None:
    problems = Keymap({first: "f11", second: "f11"}).problems
    assert len(problems) == 1
    assert "F11" in problems[0]


def test_one_key_may_mean_two_things_in_places_that_never_meet() -> None:
    assert Keymap({"case.take": "f11", "visit.sign": "f11"}).problems == []


def test_the_holder_of_a_key_is_found_where_it_would_clash() -> None:
    keymap = Keymap()
    assert keymap.holder("case.take", "s") == "case.start"
    assert keymap.holder("case.take", "f2") == "filter.edit"
    assert keymap.holder("filter.edit", "t") == "case.take"
    assert keymap.holder("case.take", "t") is None
    assert keymap.holder("case.take", "f9") is None


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("ctrl+j", "Ctrl+J"),
        ("f10", "F10"),
        ("shift+f3", "Shift+F3"),
        ("question_mark", "?"),
        ("t", "t"),
        ("å", "å"),
        ("enter", "↵"),
        ("ctrl+down", "Ctrl+↓"),
        ("", ""),
    ],
)
def test_keys_are_shown_as_people_write_them(key: str, shown: str) -> None:
    assert shown_key(key) == shown


def test_the_page_of_keys_names_every_action_in_both_languages() -> None:
    page = keys_page()
    assert all(f"`{action_id}`" in page for action_id in ACTIONS)
    assert "| `t` | Ta emot | Take |" in page


def test_the_page_of_keys_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert FILE.exists()
    assert main(["--check"]) == 0, capsys.readouterr().err
