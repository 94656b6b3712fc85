"""What comes of the global search: each kind of find is gone to in its own way."""

from typing import TYPE_CHECKING

from clinic_tui.i18n import _
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.widgets.composer import Composer, ComposerText
from clinic_tui.widgets.line_list import LineList
from clinic_tui.widgets.workplace import Choice, Question

if TYPE_CHECKING:
    from clinic_tui.case_deeds.part import Hall
    from screens.dialogs.search import Found


class GlobalSearch:
    """Shows the search over the view in front, and goes to what was chosen."""

    def __init__(self, hall: "Hall") -> None:
        self._hall = hall

    def show(self) -> None:
        """Show the search; nothing is sent until something is chosen."""
        from screens.dialogs.search import SearchDialog

        screen = self._hall.clinic_screen
        if screen is None or not screen.is_current:
            return
        self._hall.push_screen(SearchDialog(self._hall.place, tuple(screen.actions_now())), self._chosen)

    def _chosen(self, found: "Found | None") -> None:
        if found is None:
            return
        place = self._hall.place
        match found.kind:
            case "case":
                place.open_case(found.id)
            case "number":
                place.wanted_tab["patients"] = found.id
                self._go("patients")
            case "phrase":
                self._use_phrase(found.id)
            case "colleague":
                self._go_to_colleague(found.id)
            case "action":
                screen = self._hall.clinic_screen
                if screen is not None:
                    screen.action_perform(found.id)

    def _go(self, view: str) -> None:
        """Show a view; one that is in front already takes in what is wanted of it."""
        screen = self._hall.clinic_screen
        if screen is not None and f"go.{view}" == screen.VIEW:
            screen.show_all()
        else:
            self._hall.place.app_perform(f"go.{view}")

    def _use_phrase(self, phrase_id: str) -> None:
        """Insert it where one writes to a resident; elsewhere show what it says."""
        phrase = next((one for one in self._hall.place.desk.people.phrases if one.id == phrase_id), None)
        screen = self._hall.clinic_screen
        if phrase is None or screen is None:
            return
        for composer in screen.query(Composer):
            if not composer.has_class("-closed") and composer.display:
                text = composer.query_one(ComposerText)
                text.insert_phrase(phrase)
                text.focus()
                return
        self._show_phrase(phrase)

    def _show_phrase(self, phrase: PhraseInfo) -> None:
        place = self._hall.place
        copy = Choice("c", _("Copy"), lambda: self._hall.say(place.copy(phrase.body)))
        choices = (copy, Choice("escape", _("Close")))
        place.ask(Question(phrase.title, phrase.body, choices, warning=False))

    def _go_to_colleague(self, staff_id: str) -> None:
        """Open the conversation one has with them, else show them among the colleagues."""
        place = self._hall.place
        direct = next(
            (
                one.id
                for one in place.desk.team.conversations.values()
                if one.kind == "direct" and any(member.id == staff_id for member in one.members)
            ),
            None,
        )
        place.wanted_tab["team"] = f"open:{direct}" if direct is not None else "colleagues"
        self._go("team")
        if direct is None:
            place.later(lambda: self._select(staff_id))

    def _select(self, staff_id: str) -> None:
        screen = self._hall.clinic_screen
        places = [key for key in self._hall.place.desk.team.colleagues if key[0] == staff_id]
        for lines in screen.query(LineList) if screen is not None and screen.is_mounted else ():
            any(lines.select(f"{who} {unit}") for who, unit in places)
