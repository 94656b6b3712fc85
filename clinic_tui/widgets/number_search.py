"""Where a resident's number is written and looked up."""

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from clinic_tui.client.errors import ClientError
from clinic_tui.domain.person_id import REGIONAL_FORMATS, InvalidPersonId, parse
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import FindResident, ResidentFound
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.plain import plain, plain_line, put
from clinic_tui.widgets.texts import ZONE
from clinic_tui.widgets.workplace import Workplace

NUMBER_LIMIT = 20
"""Characters a number is written with at most."""


class NumberField(LineInput):
    """The number. A slash, which no number holds, acts as it does everywhere."""

    def check_consume_key(self, key: str, character: str | None) -> bool:
        """Textual's question whether a key is written here."""
        return character != "/" and super().check_consume_key(key, character)

    async def _on_key(self, event: events.Key) -> None:
        """Let the slash pass."""
        if event.character == "/":
            event.prevent_default()


class NumberSearch(Vertical):
    """The number's field, with what is wrong with it; only a whole number is sent, and that is logged."""

    DEFAULT_CSS = "NumberSearch { height: auto; }"

    class Found(Message):
        """Somebody has the number, or nobody does: then without a profile."""

        def __init__(self, answer: ResidentFound) -> None:
            super().__init__()
            self.answer = answer

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.place = place
        self.field = NumberField(
            placeholder=_("The whole number, such as 19121212-1212"), limit=NUMBER_LIMIT, id="patient-number"
        )
        self._finding = False

    def compose(self) -> ComposeResult:
        """The field, and a line under it."""
        with Horizontal(id="patient-search"):
            yield Static(plain_line(_("Personal number"), "bold"), id="patient-label")
            yield self.field
        yield Static(id="patient-problem")

    def tell(self, text: str) -> None:
        """Say in place what is wrong with the number."""
        put(self.query_one("#patient-problem", Static), plain(text, "$warning"))

    @on(LineInput.Submitted)
    def _submitted(self) -> None:
        self.find(self.field.value)

    @on(LineInput.Changed)
    def _typed(self) -> None:
        self.tell("")

    def find(self, number: str) -> None:
        """Look the number up, once it is one."""
        if self._finding:
            return
        try:
            today = self.place.now().astimezone(ZONE).date()
            found = parse(number, today=today, regional=tuple(REGIONAL_FORMATS.values()))
        except InvalidPersonId as error:
            self.tell(_(error.reason))
            self.field.focus()
            return
        self._finding = True

        def done(answer: ResidentFound) -> None:
            self._finding = False
            if self.field.value not in {"", number}:
                return  # another number is being written: whoever has the old one is not shown for it
            if answer.profile is None:
                self.tell(_("Nobody here has that number."))
            else:
                self.field.value = ""
            self.post_message(self.Found(answer))

        def refused(error: ClientError) -> None:
            self._finding = False
            self.tell(error.user_text())

        self.place.submit(FindResident(command_id=new_id(), person_number=found.value), done, refused)
