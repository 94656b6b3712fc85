"""The settings: profile, appearance, writing, keys and the session."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Static

from clinic_tui.actions.action import Scope
from clinic_tui.actions.keymap import shown_key
from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.i18n import _, language
from clinic_tui.protocol.commands import SaveProfile
from clinic_tui.protocol.ids import new_id
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.check_list import CheckGroup, CheckItem
from clinic_tui.widgets.choice_list import ChoiceItem, ChoiceList
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.key_list import KeyList, refusal
from clinic_tui.widgets.modal import Way, WayRow
from clinic_tui.widgets.plain import plain
from clinic_tui.widgets.profile_form import FIELDS, ProfileForm
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths
from styles.themes import SETTINGS as THEMES

SEND_KEYS = ("ctrl+j", "enter", "ctrl+s")
"""Send keys offered; one that the file names beside these is offered too."""
SECTIONS = ("profile", "look", "writing", "keys", "session")


class SettingsScreen(ClinicScreen):
    """Sections at the left, the chosen one at the right; every choice but the profile acts at once."""

    CSS_PATH = css_paths("base", "settings")
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.SETTINGS)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.SETTINGS)
    VIEW: ClassVar[str] = "go.settings"
    AUTO_FOCUS = "#sections"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.section = SECTIONS[0]
        """Which section is shown."""
        self._saving = False

    def compose_view(self) -> ComposeResult:
        """The sections, and every section's own part, of which one is shown."""
        makers: dict[str, Callable[[], Iterable[Widget]]] = {
            "profile": self._compose_profile,
            "look": self._compose_look,
            "writing": self._compose_writing,
            "keys": self._compose_keys,
            "session": self._compose_session,
        }
        with Horizontal(id="settings"):
            yield ChoiceList(id="sections")
            with VerticalScroll(id="section", can_focus=False):
                for name in SECTIONS:
                    with Vertical(id=f"section-{name}", classes="section"):
                        yield from makers[name]()

    def _compose_profile(self) -> Iterable[Widget]:
        yield _muted(_("Residents see the name and the title you have here. Older messages keep theirs."))
        yield ProfileForm()
        yield WayRow(Way("ctrl+s", _("Save the profile")))

    def _compose_look(self) -> Iterable[Widget]:
        yield CheckGroup(_("Theme"), single=True, id="theme")
        yield _muted(
            _("The language is {language}. Start with --lang sv or --lang en for another.").format(
                language=_("Swedish") if language() == "sv" else _("English")
            )
        )

    def _compose_writing(self) -> Iterable[Widget]:
        yield CheckGroup(_("Send a message with"), single=True, id="send-key")
        yield _muted(_("With Enter as the send key, Ctrl+J makes a new line."))
        yield CheckGroup(_("Allowed"), id="allowed")
        yield _muted(_("What is copied leaves the program: other programs on the computer can read it."))

    def _compose_keys(self) -> Iterable[Widget]:
        yield _muted(
            _("{change} gives the action another key, {reset} its own back.").format(
                change=self.place.keymap.shown("keys.change"), reset=self.place.keymap.shown("keys.reset")
            )
        )
        yield KeyList(self.place.keymap, id="key-list")

    def _compose_session(self) -> Iterable[Widget]:
        yield Static(id="session-text", classes="text")
        yield WayRow(Way("enter", _("Sign out")))

    @property
    def form(self) -> ProfileForm:
        """The profile's fields."""
        return self.query_one(ProfileForm)

    @property
    def key_list(self) -> KeyList:
        """The actions with their keys."""
        return self.query_one(KeyList)

    def on_mount(self) -> None:
        """Fill everything before the first paint."""
        titles = {
            "profile": _("Profile"),
            "look": _("Appearance"),
            "writing": _("Writing"),
            "keys": _("Keys"),
            "session": _("Session"),
        }
        items = [ChoiceItem(name, titles[name]) for name in SECTIONS]
        self.query_one("#sections", ChoiceList).show(items)
        self._show_section()
        self.show_all()

    def show_all(self) -> None:
        """Show the settings in force."""
        config, people = self.place.config, self.place.desk.people
        if people.profile is not None:
            self.form.show(people.profile)
        names = {
            "dark": _("Dark"),
            "light": _("Light"),
            "contrast": _("High contrast"),
            "ansi": _("The terminal's colours, dark"),
            "ansi-light": _("The terminal's colours, light"),
        }
        themes = [CheckItem(name, names.get(name, name)) for name in THEMES]
        self.query_one("#theme", CheckGroup).show(themes, {config.ui.theme})
        keys = dict.fromkeys((*SEND_KEYS, config.ui.send_key))
        send = [CheckItem(key, shown_key(key) if key != "enter" else "Enter") for key in keys]
        self.query_one("#send-key", CheckGroup).show(send, {config.ui.send_key})
        options = {
            "privacy.copy_allowed": (_("Copying text out of the program"), config.privacy.copy_allowed),
            "notifications.bell": (_("The bell at new messages"), config.notifications.bell),
        }
        allowed = [CheckItem(key, label) for key, (label, _on) in options.items()]
        self.query_one("#allowed", CheckGroup).show(
            allowed, {key for key, (_label, on) in options.items() if on}
        )
        self.key_list.show(self.place.keymap)
        self.query_one("#session-text", Static).update(plain(self._session_text()))

    def _session_text(self) -> str:
        people = self.place.desk.people
        who = _("Signed in as {user} at {server}.").format(
            user=people.profile.username if people.profile else "–", server=self.place.server
        )
        kept = self.place.token_note or _("The session is kept in the system's key ring.")
        return f"{who}\n{kept}"

    def show_changes(self, changes: Changes) -> None:
        """Show a profile that was changed elsewhere."""
        if changes.profile and self.place.desk.people.profile is not None:
            self.form.show(self.place.desk.people.profile)

    def may(self, action_id: str) -> bool:
        """What the keys do depends on where the focus is."""
        match action_id:
            case "settings.save":
                return self.section == "profile"
            case "keys.change" | "keys.reset":
                return isinstance(self.focused, KeyList)
            case _:
                return super().may(action_id)

    @on(ChoiceList.Moved)
    def _to_section(self, event: ChoiceList.Moved) -> None:
        self.section = event.id
        self._show_section()

    @on(ChoiceList.Chosen)
    def _into_section(self) -> None:
        self.focus_next()

    def _show_section(self) -> None:
        for name in SECTIONS:
            self.query_one(f"#section-{name}").display = name == self.section
        self.query_one("#section", VerticalScroll).scroll_home(animate=False)
        self.show_keys()

    def do_app_back(self) -> None:
        """From a section to the list of sections, from there to the queue; what is written stays."""
        sections = self.query_one("#sections")
        if self.focused is None or self.focused is sections:
            self.place.app_perform("app.back")
        else:
            sections.focus()

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.do_settings_save()

    @on(WayRow.Taken)
    def _taken(self, event: WayRow.Taken) -> None:
        event.stop()
        if event.way.key == "ctrl+s":
            self.do_settings_save()
        else:
            self.place.app_perform("app.sign_out")

    def do_settings_save(self) -> None:
        """Save the profile, once what is written can be."""
        values = self.form.values
        self.form.clear()
        if not values["display_name"]:
            self.form.say("display_name", _("Write the name that residents see."))
            return
        if self._saving:
            return
        self._saving = True
        self.place.submit(SaveProfile(command_id=new_id(), **values), self._saved, self._not_saved)

    def _saved(self, _answer: object) -> None:
        self._saving = False
        self.show_all()
        self.say(_("The profile is saved."))

    def _not_saved(self, error: ClientError) -> None:
        self._saving = False
        field = error.problem.field if isinstance(error, Rejected) and error.problem else None
        if field == "mobile":
            self.form.say(field, _("This is not a phone number."))
        elif field in FIELDS:
            self.form.say(field, error.user_text())
        else:
            self.say(error.user_text(), warning=True)

    @on(CheckGroup.Changed)
    def _chose(self, event: CheckGroup.Changed) -> None:
        group = event.group
        if group.id == "allowed":
            for item in group.items:
                self._set(item.key, "true" if item.key in group.chosen else "false")
        else:
            key = "ui.theme" if group.id == "theme" else "ui.send_key"
            self._set(key, next(iter(group.chosen)))
        self.show_all()

    def _set(self, key: str, value: str) -> bool:
        table, _dot, name = key.partition(".")
        before = getattr(getattr(self.place.config, table), name, None)
        if value == (str(before).lower() if isinstance(before, bool) else before):
            return True
        problem = self.place.set_option(key, value)
        self.say(problem, warning=True)
        return not problem

    def do_keys_change(self) -> None:
        """Have the selected action listen for its new key."""
        self.key_list.listen()
        title = _(self.key_list.selected.title)
        self.say(_("Press the new key for {title}. Esc leaves it as it is.").format(title=title))

    def do_keys_reset(self) -> None:
        """Give the selected action its own key back, if no other has taken it."""
        action = self.key_list.selected
        for key in filter(None, (key.strip() for key in action.keys.split(","))):
            if self.place.keymap.holder(action.id, key) is not None:
                self.say(refusal(self.place.keymap, action.id, key), warning=True)
                return
        if self._set(f"keys.{action.id}", ""):
            self.show_all()
            self.show_frame()

    @on(KeyList.Pressed)
    def _pressed(self, event: KeyList.Pressed) -> None:
        if not event.key:
            self.say("")
            return
        problem = refusal(self.place.keymap, event.action_id, event.key)
        if problem:
            self.say(f"{shown_key(event.key)}: {problem}", warning=True)
        elif self._set(f"keys.{event.action_id}", event.key):
            self.show_all()
            self.show_frame()
            title = _(self.key_list.selected.title)
            self.say(_("{title} is now {key}.").format(title=title, key=shown_key(event.key)))


def _muted(text: str) -> Static:
    return Static(plain(text, "$muted"), classes="text")
