"""The settings: profile, notifications, appearance, writing, keys and the session."""

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.widgets import Input, Static

from clinic_tui.actions.action import Scope
from clinic_tui.actions.keymap import shown_key
from clinic_tui.client.errors import ClientError, Rejected
from clinic_tui.i18n import _
from clinic_tui.protocol.commands import SaveProfile
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.team import NotifyChoice
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.check_list import CheckGroup
from clinic_tui.widgets.choice_list import ChoiceList
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.key_list import KeyList, refusal
from clinic_tui.widgets.modal import WayRow
from clinic_tui.widgets.plain import plain, put
from clinic_tui.widgets.profile_form import FIELDS, ProfileForm
from clinic_tui.widgets.settings_parts import (
    NOTIFY_KINDS,
    SECTIONS,
    allowed_items,
    end_shift_label,
    how_items,
    keys_text,
    notify_choices,
    notify_hint,
    notify_items,
    section_items,
    section_part,
    send_key_items,
    session_text,
    stored_value,
    switched_on,
    theme_items,
)
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths


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
        with Horizontal(id="settings"):
            yield ChoiceList(id="sections")
            with VerticalScroll(id="section", can_focus=False):
                for name in SECTIONS:
                    with Vertical(id=f"section-{name}", classes="section"):
                        yield from section_part(name, self.place)

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
        self.query_one("#sections", ChoiceList).show(section_items())
        self._show_section()
        self.show_all()

    def show_all(self) -> None:
        """Show the settings in force."""
        config, profile = self.place.config, self.place.desk.people.profile
        if profile is not None:
            self.form.show(profile)
        self.query_one("#theme", CheckGroup).show(theme_items(), {config.ui.theme})
        self.query_one("#send-key", CheckGroup).show(send_key_items(config), {config.ui.send_key})
        self.query_one("#allowed", CheckGroup).show(allowed_items(), switched_on(config))
        self.query_one("#notify-how", CheckGroup).show(how_items(), switched_on(config))
        self._show_notify()
        self.key_list.show(self.place.keymap)
        self.query_one("#keys-text", Static).update(plain(keys_text(self.place), "$muted"))
        self.query_one("#session-text", Static).update(plain(session_text(self.place)))

    def show_changes(self, changes: Changes) -> None:
        """Show a profile that was changed elsewhere."""
        if changes.profile and self.place.desk.people.profile is not None:
            self.form.show(self.place.desk.people.profile)
            self._show_notify()

    def _show_notify(self) -> None:
        """Show which kinds of news are told."""
        profile = self.place.desk.people.profile
        if profile is None:
            return
        chosen = notify_choices(profile)
        terminal = {kind for kind, one in chosen.items() if one.terminal}
        self.query_one("#notify-terminal", CheckGroup).show(notify_items(), terminal)
        self.query_one("#notify-sms", CheckGroup).show(
            notify_items(), {k for k, one in chosen.items() if one.sms}
        )
        put(self.query_one("#notify-hint", Static), plain(notify_hint(profile), "$muted"))

    def _save_notify(self) -> None:
        """Save which kinds of news are told, with the profile as it is stored."""
        profile = self.place.desk.people.profile
        if profile is None:
            return
        terminal = self.query_one("#notify-terminal", CheckGroup).chosen
        sms = self.query_one("#notify-sms", CheckGroup).chosen
        command = SaveProfile(
            command_id=new_id(),
            display_name=profile.display_name,
            title=profile.title,
            mobile=profile.mobile,
            notify=tuple(
                NotifyChoice(kind=kind, sms=kind in sms, terminal=kind in terminal) for kind in NOTIFY_KINDS
            ),
        )

        def refused(error: ClientError) -> None:
            self._show_notify()
            self.refused(error)

        self.place.submit(command, lambda _answer: self.say(""), refused)

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
        elif event.way.label == end_shift_label():
            self.place.app_perform("shift.end")
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
        command = SaveProfile(
            command_id=new_id(),
            display_name=values["display_name"],
            title=values["title"],
            mobile=values["mobile"],
        )
        self.place.submit(command, self._saved, self._not_saved)

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
        if group.id in {"notify-terminal", "notify-sms"}:
            self._save_notify()
            return
        if group.id in {"allowed", "notify-how"}:
            for item in group.items:
                self._set(item.key, "true" if item.key in group.chosen else "false")
        else:
            key = "ui.theme" if group.id == "theme" else "ui.send_key"
            self._set(key, next(iter(group.chosen)))
        self.show_all()

    def _set(self, key: str, value: str) -> bool:
        if value == stored_value(self.place.config, key):
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
