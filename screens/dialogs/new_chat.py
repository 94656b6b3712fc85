"""Starting an asynchronous chat with a resident (slides 30-32)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.domain.async_chats import expires_at
from clinic_tui.i18n import _
from clinic_tui.protocol.chat_commands import CreateChat
from clinic_tui.protocol.command import DetailAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.resources import CaseRow, PhraseInfo
from clinic_tui.widgets.booking_when import form_line
from clinic_tui.widgets.days_field import DaysField
from clinic_tui.widgets.form_dialog import FormDialog, Problem
from clinic_tui.widgets.ground_field import GroundField
from clinic_tui.widgets.letter_form import LetterForm
from clinic_tui.widgets.line_choice import LineChoice
from clinic_tui.widgets.modal import Way, show_dialog
from clinic_tui.widgets.plain import plain, put
from clinic_tui.widgets.texts import clock, day, resident_with_age
from clinic_tui.widgets.unit_role import UnitRole
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.phrase_picker import PhrasePicker
from styles import css_paths

MOST_DAYS = 30
"""Days a chat lives at most (domain.md 2.1.2)."""


@dataclass(frozen=True)
class ChatStarted:
    """What came of the dialog."""

    row: CaseRow
    done: bool
    """Whether it was marked as done at once."""
    text: str
    """What to tell the user."""


class NewChatDialog(FormDialog[ChatStarted]):
    """Chooses unit, role, subject and days, and takes the first message or marks it as done at once."""

    CSS_PATH = css_paths("base", "dialogs", "forms")

    def __init__(self, place: Workplace, profile: ResidentProfile) -> None:
        super().__init__(place, reachable=profile.can_be_reached)
        self.profile = profile
        people = place.desk.people
        self.address = UnitRole(people, list(people.units.values()))
        unit = self.address.unit
        self.days = DaysField(unit.async_days if unit else 10, MOST_DAYS, id="chat-days")
        self.ground = GroundField(profile)
        self.letter = LetterForm(place, profile, _("First message; it can also be written afterwards"))
        self.after = LineChoice(
            [("open", _("Go to the chat")), ("done", _("Mark as done at once"))], "open", id="chat-after"
        )

    def heading(self) -> str:
        """With whom."""
        return _("New chat with {resident}").format(resident=resident_with_age(self.profile.resident))

    def compose_body(self) -> Iterable[Widget]:
        """Where to, how long, what, and what comes after."""
        yield self.address
        yield form_line(_("Days"), self.days, Static(id="chat-days-note", classes="form-note"))
        yield self.letter
        yield self.ground
        yield form_line(_("Then"), self.after)
        yield Static(id="form-notes")

    def first_focus(self) -> Widget | None:
        """The subject: unit and role are one's own until one chooses others."""
        return self.letter.subject_field

    def ways(self) -> Sequence[Way]:
        """Start, phrases, leave."""
        return (Way("ctrl+s", _("Start the chat")), Way("f4", _("Phrases")), Way("escape", _("Cancel")))

    def values(self) -> tuple[object, ...]:
        """What would be lost."""
        return (self.letter.subject_field.value, self.letter.area.text, self.ground.value)

    def changed(self) -> None:
        """Say when it closes, and what the resident is told."""
        self.letter.unit = self.address.unit
        days, now = self.days.days, self.place.now()
        until = expires_at(now, days) if days else None
        text = _("1–{most}; + and − change them").format(most=MOST_DAYS)
        if until is not None:
            text = _("closes {day} {time}, and cannot be prolonged").format(
                day=day(until).rsplit(" ", 1)[0], time=clock(until)
            )
        put(self.query_one("#chat-days-note", Static), plain(text, "$muted" if days else "$warning"))
        put(self.query_one("#form-notes", Static), sms_note(self.profile, reachable=self.reachable))

    def problem(self) -> Problem | None:
        """What is missing."""
        if not self.address.role:
            return _("Nobody can be chosen to have the chat."), self.address.field
        if self.days.days is None:
            return _("Choose 1 to {most} days.").format(most=MOST_DAYS), self.days
        return self.letter.problem(required=False) or self.ground.problem()

    def made(self) -> CreateChat:
        """The chat as filled in."""
        body = self.letter.body
        return CreateChat(
            command_id=new_id(),
            resident_id=self.profile.resident.id,
            unit_id=self.address.unit_id,
            queue_role=self.address.role,
            subject=self.letter.subject,
            days=self.days.days or 10,
            body=body,
            phrase_id=self.letter.phrase_id if body else None,
            mark_done=self.after.value == "done",
            without_channel=not self.reachable,
            ground=self.ground.value,
        )

    def arrived(self, answer: DetailAnswer) -> None:
        """Give the chat."""
        done = self.after.value == "done"
        text = _("The chat is started and marked as done.") if done else _("The chat is started.")
        self.dismiss(ChatStarted(answer.detail.row, done, f"{text} {told(reachable=self.reachable)}"))

    def act(self, key: str, /) -> None:
        """Pick a phrase, start, or leave."""
        if key == "f4":
            show_dialog(self, PhrasePicker(self.place, self.letter.filled), self._picked)
        else:
            super().act(key)

    def _picked(self, phrase: PhraseInfo | None) -> None:
        if phrase is not None:
            self.letter.insert(phrase)


def told(*, reachable: bool) -> str:
    """Whether the resident was told, in a sentence."""
    return (
        _("An SMS tells the resident of it.")
        if reachable
        else _("No SMS was sent: tell the resident yourself.")
    )


def sms_note(profile: ResidentProfile, *, reachable: bool) -> Content:
    """That an SMS goes, to the guardian where it is they who read for a child, or that there will be none."""
    if profile.guardian is not None:
        text = _("{name} reads it for the child, and gets an SMS with nothing of the matter in it.")
        if not reachable:
            text = _(
                "! {name} reads it for the child, but has no mobile number: no SMS goes. Tell them yourself."
            )
        return plain(text.format(name=profile.guardian.name), "$muted" if reachable else "$warning")
    if not reachable:
        return plain(
            _("! No mobile number: no SMS can tell the resident of it. Tell them yourself."), "$warning"
        )
    return plain(_("An SMS tells the resident of it, with nothing of the matter in it."), "$muted")
