"""Calling a ticket back, from wherever one sees it."""

from collections.abc import Callable

from clinic_tui.client.errors import ClientError
from clinic_tui.i18n import _
from clinic_tui.protocol.care import Ticket
from clinic_tui.protocol.chat_commands import CancelTicket, TicketAnswer
from clinic_tui.protocol.ids import new_id
from clinic_tui.widgets.outcome import Outcome
from clinic_tui.widgets.texts import resident_with_age, role_text
from clinic_tui.widgets.workplace import Choice, Question, Workplace


def ticket_queue(ticket: Ticket) -> str:
    """The queue a ticket is for."""
    return _("{role}, {unit}").format(role=role_text(ticket.role), unit=ticket.unit_name)


def call_back(place: Workplace, ticket: Ticket, say: Callable[[str, bool], None]) -> None:
    """Ask, then call the ticket back. `say` is told the outcome, and whether the user has to see to it.

    The view in front, below a dialog too, tells it as well, with the key that undoes it.
    """

    def done(answer: TicketAnswer) -> None:
        told = _("An SMS tells the resident of it.")
        if not answer.texted:
            told = _("No SMS was sent: tell the resident yourself.")
        text = _("The ticket is called back.") + " " + told
        say(text, not answer.texted)
        place.tell(Outcome(text, warning=not answer.texted, undo_id=answer.undo_id))

    def refused(error: ClientError) -> None:
        say(error.user_text(), True)

    def go() -> None:
        place.submit(CancelTicket(command_id=new_id(), ticket_id=ticket.id), done, refused)

    text = _("{resident} can then no longer enter the queue of {queue} with it.")
    text = text.format(resident=resident_with_age(ticket.resident), queue=ticket_queue(ticket))
    choices = (Choice("x", _("Call the ticket back"), go), Choice("escape", _("Keep it")))
    place.ask(Question(_("Call the ticket back?"), text, choices, warning=False))
