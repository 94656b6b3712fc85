"""Writes docs/keys.md from the registry: `python -m clinic_tui.actions.keys_doc [--check]`."""

import sys
from collections.abc import Sequence
from pathlib import Path

from clinic_tui.actions.action import Action, Scope
from clinic_tui.actions.keymap import shown_key
from clinic_tui.actions.registry import ACTIONS, in_scopes
from clinic_tui.i18n import _, language, set_language

FILE = Path(__file__).parents[2] / "docs" / "keys.md"

_SCOPES = {
    Scope.ANYWHERE: "Anywhere",
    Scope.LIST: "In the lists, where single letters act",
    Scope.CASE: "On a case, in a list or open",
    Scope.VISIT: "In a visit, where one types",
    Scope.CHAT: "In the chat log, when it has the focus",
    Scope.CHATS: "Among the messages",
    Scope.BOOKED: "Among the scheduled visits",
    Scope.PATIENTS: "In a resident's profile",
    Scope.VERIFY: "Under verification",
    Scope.TEAM: "Among colleagues",
    Scope.START: "On the start page",
    Scope.UNIT: "In the unit's administration",
    Scope.SETTINGS: "In the settings",
}
_HEAD = """\
# Keys

Every action with its key as it is from the start. This page is generated from the program:
`python -m clinic_tui.actions.keys_doc`.

A key is changed in the settings, or in `config.toml` by the action's id:

```toml
[keys]
"case.take" = "f7"
```

Keys act in the order they were typed, however many a slow link delivers at once. Where single letters act,
three or more letters, digits or signs at once are taken for pasted text and do nothing; so are letters right
after Esc has left a field.

Several keys are separated by commas. The key bar, the help and the palette always show the keys in force.
The key that sends a message is its own setting, `send_key` in the table `[ui]`.

A key that writes a character acts in lists alone. Where one types, and in an open case, the leading key
(`app.leader`) comes before it: `Ctrl+G` and then `4`, or `h`.
"""


def keys_page() -> str:
    """The page as it should be; Swedish and English titles side by side."""
    swedish = _titles("sv")
    parts = [_HEAD]
    for scope in Scope:
        actions = in_scopes(scope)
        if not actions:
            continue
        parts.append(f"\n## {_SCOPES[scope]}\n")
        parts.append("| key | Swedish | English | what it does | id |\n|---|---|---|---|---|")
        parts += [_row(action, swedish[action.id]) for action in actions]
    return "\n".join(parts) + "\n"


def _row(action: Action, swedish: str) -> str:
    keys = " ".join(f"`{shown_key(key.strip())}`" for key in action.keys.split(",") if key.strip())
    return f"| {keys or '–'} | {swedish} | {action.title} | {action.help} | `{action.id}` |"


def _titles(chosen: str) -> dict[str, str]:
    before = language()
    set_language(chosen)
    try:
        return {action.id: _(action.title) for action in ACTIONS.values()}
    finally:
        set_language(before)


def main(arguments: Sequence[str]) -> int:
    """Write the page; with `--check`, only say whether it is as it should be (exit code 1 when it is not)."""
    page = keys_page()
    if "--check" in arguments:
        fresh = FILE.exists() and FILE.read_text(encoding="utf-8") == page
        if not fresh:
            sys.stderr.write("docs/keys.md is not fresh: python -m clinic_tui.actions.keys_doc\n")
        return 0 if fresh else 1
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(page, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
