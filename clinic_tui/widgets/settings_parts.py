"""What each section of the settings is made of, and what its choices are."""

from collections.abc import Iterable, Sequence
from typing import Literal

from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.actions.keymap import shown_key
from clinic_tui.i18n import _, language
from clinic_tui.protocol.resources import Profile
from clinic_tui.protocol.team import NotifyChoice
from clinic_tui.storage.config import Config
from clinic_tui.widgets.check_list import CheckGroup, CheckItem
from clinic_tui.widgets.choice_list import ChoiceItem
from clinic_tui.widgets.key_list import KeyList
from clinic_tui.widgets.modal import Way, WayRow
from clinic_tui.widgets.plain import plain
from clinic_tui.widgets.profile_form import ProfileForm
from clinic_tui.widgets.workplace import Workplace
from styles.themes import SETTINGS as THEMES

SECTIONS = ("profile", "notifications", "look", "writing", "keys", "session")
NotifyKind = Literal["new_async", "new_drop_in", "scheduled", "assigned"]
NOTIFY_KINDS: tuple[NotifyKind, ...] = ("new_async", "new_drop_in", "scheduled", "assigned")
SEND_KEYS = ("ctrl+j", "enter", "ctrl+s")
"""Send keys offered; another one that the file names is offered beside these."""


def section_items() -> list[ChoiceItem]:
    """The sections by name."""
    titles = {
        "profile": _("Profile"),
        "notifications": _("Notifications"),
        "look": _("Appearance"),
        "writing": _("Writing"),
        "keys": _("Keys"),
        "session": _("Session"),
    }
    return [ChoiceItem(name, titles[name]) for name in SECTIONS]


def section_part(name: str, place: Workplace) -> Iterable[Widget]:
    """The widgets of a section, not filled yet."""
    match name:
        case "profile":
            yield _muted(_("Residents see the name and the title you have here. Older messages keep theirs."))
            yield ProfileForm()
            yield WayRow(Way("ctrl+s", _("Save the profile")))
        case "notifications":
            yield Static(id="notify-hint", classes="text")
            yield CheckGroup(_("In the terminal"), id="notify-terminal")
            yield CheckGroup(_("By text message to your mobile"), id="notify-sms")
            yield CheckGroup(_("How the terminal tells it"), id="notify-how")
            yield _muted(_("No patient's name is ever sent, neither to the mobile nor to the desktop."))
        case "look":
            yield CheckGroup(_("Theme"), single=True, id="theme")
            yield _muted(
                _("The language is {language}. Start with --lang sv or --lang en for another.").format(
                    language=_("Swedish") if language() == "sv" else _("English")
                )
            )
        case "writing":
            yield CheckGroup(_("Send a message with"), single=True, id="send-key")
            yield _muted(_("With Enter as the send key, Ctrl+J makes a new line."))
            yield CheckGroup(_("Allowed"), id="allowed")
            yield _muted(_("What is copied leaves the program: other programs on the computer can read it."))
        case "keys":
            yield Static(id="keys-text", classes="text")
            yield KeyList(place.keymap, id="key-list")
        case _:
            yield Static(id="session-text", classes="text")
            yield WayRow(Way("enter", _("Sign out")))
            yield WayRow(Way("enter", end_shift_label()))


def theme_items() -> Sequence[CheckItem]:
    """The themes by name."""
    names = {
        "dark": _("Dark"),
        "light": _("Light"),
        "contrast": _("High contrast"),
        "ansi": _("The terminal's colours, dark"),
        "ansi-light": _("The terminal's colours, light"),
    }
    return [CheckItem(name, names.get(name, name)) for name in THEMES]


def send_key_items(config: Config) -> Sequence[CheckItem]:
    """The keys that may send a message."""
    keys = dict.fromkeys((*SEND_KEYS, config.ui.send_key))
    return [CheckItem(key, "Enter" if key == "enter" else shown_key(key)) for key in keys]


def allowed_items() -> Sequence[CheckItem]:
    """What can be switched on and off, by the setting's name."""
    return [
        CheckItem("privacy.copy_allowed", _("Copying text out of the program")),
    ]


def how_items() -> Sequence[CheckItem]:
    """How the terminal tells that something happened, by the setting's name."""
    return [
        CheckItem("notifications.bell", _("The bell")),
        CheckItem("notifications.title", _("A count in the window's title")),
        CheckItem("notifications.desktop", _("A message on the desktop, where the terminal can show one")),
    ]


def switched_on(config: Config) -> set[str]:
    """Which of the settings that are on or off are on."""
    switches = {
        "privacy.copy_allowed": config.privacy.copy_allowed,
        "notifications.bell": config.notifications.bell,
        "notifications.title": config.notifications.title,
        "notifications.desktop": config.notifications.desktop,
    }
    return {name for name, on in switches.items() if on}


def notify_items() -> Sequence[CheckItem]:
    """The kinds of news one can choose to be told of (slide 16)."""
    titles = {
        "new_async": _("New chats"),
        "new_drop_in": _("New drop-in cases"),
        "scheduled": _("Scheduled visits"),
        "assigned": _("Cases given to me"),
    }
    return [CheckItem(kind, title) for kind, title in titles.items()]


def notify_choices(profile: Profile) -> dict[str, NotifyChoice]:
    """What is chosen for each kind."""
    chosen: dict[str, NotifyChoice] = {one.kind: one for one in profile.notify}
    for kind in NOTIFY_KINDS:
        chosen.setdefault(kind, NotifyChoice(kind=kind))
    return chosen


def notify_hint(profile: Profile) -> str:
    """When one is told, and that a text message needs a mobile number."""
    text = _("Only while you are signed in and on shift.")
    if not profile.mobile:
        text += " " + _("Text messages need a mobile number: write yours in the profile.")
    return text


def end_shift_label() -> str:
    """The way to the end of the shift."""
    return _("End the shift and sign out")


def stored_value(config: Config, name: str) -> str | None:
    """A setting as its text in `Workplace.set_option`; None where it has no value of its own."""
    table, _dot, key = name.partition(".")
    value = config.keys.get(key) if table == "keys" else getattr(getattr(config, table), key)
    return str(value).lower() if isinstance(value, bool) else value


def session_text(place: Workplace) -> str:
    """Who is signed in, where, and how the session is kept."""
    profile = place.desk.people.profile
    who = _("Signed in as {user} at {server}.").format(
        user=profile.username if profile else "–", server=place.server
    )
    return who + "\n" + (place.token_note or _("The session is kept in the system's key ring."))


def keys_text(place: Workplace) -> str:
    """How a key is changed."""
    return _("{change} gives the action another key, {reset} its own back.").format(
        change=place.keymap.shown("keys.change"), reset=place.keymap.shown("keys.reset")
    )


def _muted(text: str) -> Static:
    return Static(plain(text, "$muted"), classes="text")
