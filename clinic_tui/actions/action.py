"""What an action is: one object that feeds its binding, the key bar, the palette and the documents."""

from dataclasses import dataclass
from enum import StrEnum


class Scope(StrEnum):
    """Where an action's key works."""

    ANYWHERE = "anywhere"
    LIST = "list"
    """In a work list and its reading pane, where single letters act."""
    CASE = "case"
    """On the selected case of a list and on the open one."""
    VISIT = "visit"
    """In an open case, where one types: function and control keys act."""
    CHAT = "chat"
    """When the chat log has the focus."""
    CHATS = "chats"
    """In the view of asynchronous chats."""
    BOOKED = "booked"
    """In the view of scheduled visits."""
    PATIENTS = "patients"
    """In a resident's profile."""
    VERIFY = "verify"
    """In the view of what is to be verified."""
    TEAM = "team"
    """Among colleagues and conversations."""
    START = "start"
    """On the start page."""
    UNIT = "unit"
    """In the unit's administration."""
    SETTINGS = "settings"
    """On the settings screen."""


@dataclass(frozen=True)
class Action:
    """Something a user can do, by key, mouse or palette."""

    id: str
    """`area.verb`; users' key maps name it, so it never changes."""
    title: str
    """English source text, in as few words as the key bar needs."""
    keys: str
    """Textual key names, comma separated, the one to show first; empty when only the palette has it."""
    scope: Scope
    help: str
    """English source text: one sentence for the help screen and docs/keys.md."""
    weight: int = 50
    """Place in the key bar, lightest first; from 90 it stands in the help alone."""

    @property
    def method(self) -> str:
        """Name of the method that performs it: `do_` and the id with underscores."""
        return "do_" + self.id.replace(".", "_")
