"""What came of an action, as its line tells it: the words, and the keys that may follow."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from clinic_tui.actions.keymap import Keymap
from clinic_tui.i18n import _
from clinic_tui.widgets.bar import Piece


@dataclass(frozen=True)
class Offer:
    """What may follow an outcome, as a key in its line. It holds while the line stands, and no longer."""

    action: str
    """Id of the action whose key takes it."""
    label: str
    """Cleaned text: what the key does or whom it leads to, such as the next resident's name."""
    act: Callable[[], None] | None = None
    """What the key does while the line stands; None leaves it what it does otherwise."""


@dataclass(frozen=True)
class Outcome:
    """What an action led to. Every action tells its outcome this way, by `Workplace.tell`.

    The view stays with the patient: it never goes on by itself, so what may come next is an offer.
    """

    text: str
    """Cleaned text, one sentence."""
    detail: str = ""
    """Another sentence, left out where the line has no room for it."""
    offers: tuple[Offer, ...] = ()
    warning: bool = False
    """Whether it is a refusal, or something that needs the user."""
    undo_id: str | None = None
    """What the backend undoes it by; the key that does it is offered for a while."""

    def offer(self, action_id: str) -> Offer | None:
        """The offer that this action's key takes."""
        return next((one for one in self.offers if one.action == action_id), None)

    def undoable(self) -> "Outcome":
        """The same with the key that undoes it, before what else may follow."""
        return replace(self, offers=(Offer("app.undo", _("Undo")), *self.offers))

    def settled(self) -> "Outcome":
        """The same once it is too late to undo it."""
        return replace(self, offers=tuple(one for one in self.offers if one.action != "app.undo"))


NO_OUTCOME = Outcome("")
"""An empty line."""


def outcome_pieces(outcome: Outcome, keymap: Keymap) -> Sequence[Piece]:
    """The line in pieces: the words are cut before an offer is left out."""
    style = "$warning" if outcome.warning else "$foreground"
    pieces = [Piece(outcome.text, style, cuts=True)]
    if outcome.detail:
        pieces.append(Piece(outcome.detail, style, rank=1))
    for index, offer in enumerate(outcome.offers):
        key = keymap.shown(offer.action)
        if key:
            gap = 1 if index else 2
            pieces.append(Piece(f" {key} ", "$on-accent on $accent bold", offer.action, gap=gap, leads=True))
            pieces.append(Piece(offer.label, "$foreground", offer.action))
    return pieces
