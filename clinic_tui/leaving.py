"""Before one leaves: what is unsent is named, and one decides; and what is told of it at other times."""

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from clinic_tui.client.errors import ClientError
from clinic_tui.client.link_events import DraftRestored, Letter, MessageRestored, NotKept
from clinic_tui.client.unsent import Left, UnsentMessage
from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.commands import PostMessage
from clinic_tui.widgets.texts import resident_name
from clinic_tui.widgets.workplace import Choice, Question

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp

LAST_SECONDS = 1.0
"""How long what is unsent gets before it is asked about."""
RETRY_SECONDS = 5.0
"""How long it gets where one chooses to wait for it."""
SHOWN_CHARACTERS = 60
"""So much of a refused message is shown."""


class Leaving:
    """Asks before what is unsent is left behind."""

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app
        self._looking = False

    def then(self, act: Callable[[], None], seconds: float = LAST_SECONDS) -> None:
        """Leave by `act`; what is unsent after these seconds is asked about first."""
        if self._looking:
            return
        self._looking = True

        def found(left: Left) -> None:
            self._looking = False
            if left:
                self._app.navigation.ask(self._question(left, act))
            else:
                act()

        def failed(_error: ClientError) -> None:
            self._looking = False
            act()

        self._app.fetch(self._app.link.left(seconds), found, failed)

    def told(self, event: MessageRestored | DraftRestored | NotKept) -> None:
        """Say what has become of what an earlier run left, and where nothing can be kept."""
        match event:
            case MessageRestored(error=None):
                self._app.say(_("What was left unsent here is being sent."))
            case MessageRestored(error=error):
                reason = error.user_text() if error is not None else ""
                text = _("A message that was left here was refused: {reason}").format(reason=reason)
                self._app.say(text, warning=True)
            case DraftRestored(body=""):
                pass  # it was sent or removed: nothing comes back
            case DraftRestored():
                self._app.say(_("A draft that was left unsaved here has come back."))
            case NotKept(damaged=True):
                self._app.say(_("Some of what was left unsent here cannot be read."), warning=True)
            case NotKept():
                self._app.say(
                    _("This device cannot keep what is unsent. Were the program killed, it would be lost."),
                    warning=True,
                )

    def _question(self, left: Left, act: Callable[[], None]) -> Question:
        refused = [one for one in left.messages if one.error is not None]
        choices = [
            Choice("escape", _("Stay")),
            Choice("w", _("Try to send now"), partial(self.then, act, RETRY_SECONDS)),
        ]
        if refused:
            text = ngettext("Throw the refused one away", "Throw the refused ones away", len(refused))
            choices.append(Choice("t", text, partial(self._throw_away, refused, act)))
        if left.lasting:
            kept = _("It is kept on this device, encrypted, and sent when you sign in here again.")
            choices.append(Choice("q", _("Leave; it is sent when I sign in here again"), act))
        else:
            kept = _("Nothing is kept on this device: what is not sent is lost when you leave.")
            choices.append(Choice("q", _("Leave, and lose it"), act))
        return Question(
            _("Not everything is sent"), "\n".join((*self._lines(left), "", kept)), tuple(choices)
        )

    def _throw_away(self, refused: list[UnsentMessage], act: Callable[[], None]) -> None:
        for one in refused:
            command = one.command
            if isinstance(command, PostMessage):
                self._app.discard_message(command.case_id, command.command_id)
            else:
                self._app.take(self._app.room.desk.settle_letter(command.command_id))
                self._app.link.discard(command.command_id)
        self.then(act)

    def _lines(self, left: Left) -> list[str]:
        """What is left, a line for each person it is for."""
        lines: list[str] = []
        waiting = Counter(self._whom(one.command) for one in left.messages if one.error is None)
        for who, count in waiting.items():
            text = ngettext(
                "{count} message to {who} is not sent.", "{count} messages to {who} are not sent.", count
            )
            lines.append(text.format(count=count, who=who))
        for one in left.messages:
            if one.error is not None:
                text = _("To {who}, refused: “{text}” {reason}")
                lines.append(
                    text.format(
                        who=self._whom(one.command), text=_start(one.command), reason=one.error.user_text()
                    )
                )
        cases = dict.fromkeys(case_id for case_id, _kind in left.drafts)
        unsaved = _("What you have written for {who} is not saved.")
        return [*lines, *(unsaved.format(who=self._resident(case_id)) for case_id in cases)]

    def _whom(self, command: Letter) -> str:
        if isinstance(command, PostMessage):
            return self._resident(command.case_id)
        return _("colleagues")

    def _resident(self, case_id: str) -> str:
        desk = self._app.room.desk
        visit = desk.visits.get(case_id)
        row = visit.row if visit is not None else desk.rows.get(case_id)
        return resident_name(row.resident) if row is not None else _("a case that is not here")


def _start(command: Letter) -> str:
    """The beginning of what was written, on one line."""
    body = command.body
    line = " ".join(body.split())
    return line if len(line) <= SHOWN_CHARACTERS else line[: SHOWN_CHARACTERS - 1] + "…"
