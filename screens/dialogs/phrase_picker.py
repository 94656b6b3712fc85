"""Picking a phrase: search, a list, and the phrase as it will read."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from textual import events, on
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.domain.phrases import fill, unresolved
from clinic_tui.i18n import _, pgettext
from clinic_tui.protocol.resources import PhraseInfo
from clinic_tui.protocol.text import safe_text
from clinic_tui.widgets.choice_list import ChoiceItem, ChoiceList
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import ClinicDialog, Way, show_dialog
from clinic_tui.widgets.plain import plain_line
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.phrase_form import PhraseForm


def found_phrases(phrases: Iterable[PhraseInfo], words: str) -> list[PhraseInfo]:
    """The phrases that hold every word in shortcut, title or content; the best places come first."""
    wanted = words.casefold().split()

    def rank(phrase: PhraseInfo) -> int | None:
        places = (phrase.shortcut.casefold(), phrase.title.casefold(), phrase.body.casefold())
        if not all(any(word in place for place in places) for word in wanted):
            return None
        if not wanted:
            return 0
        first = wanted[0]
        if places[0] == first:
            return 0
        if places[0].startswith(first):
            return 1
        return 2 if first in places[1] else 3

    ranked = [(rank(phrase), index, phrase) for index, phrase in enumerate(phrases)]
    best = sorted((number, index) for number, index, _one in ranked if number is not None)
    return [ranked[index][2] for _number, index in best]


def preview(phrase: PhraseInfo, values: Mapping[str, str]) -> Content:
    """The phrase as it will read, with what is still to be filled in marked."""
    body = safe_text(fill(phrase.body, values))
    parts: list[str | tuple[str, str]] = []
    at = 0
    for blank in unresolved(body):
        parts += [body[at : blank.start], (body[blank.start : blank.end], "$on-warn on $warning bold")]
        at = blank.end
    return Content.assemble(*parts, body[at:])


class PhrasePicker(ClinicDialog[PhraseInfo | None]):
    """Gives the chosen phrase. The search has the focus; arrows walk the list meanwhile."""

    QUIET = 0.0

    def __init__(self, place: Workplace, values: Callable[[], Mapping[str, str]]) -> None:
        super().__init__()
        self.place = place
        self._values = values
        self.search = LineInput(placeholder=_("Search by title, shortcut or content"), id="phrase-search")
        self.list = ChoiceList(id="phrase-list")
        self._shown: dict[str, PhraseInfo] = {}

    def heading(self) -> str:
        """What is picked."""
        return _("Phrases")

    def compose_body(self) -> Iterable[Widget]:
        """Search, list, preview."""
        yield self.search
        with Horizontal(id="phrase-panes"):
            with VerticalScroll(id="phrase-list-pane", can_focus=False):
                yield self.list
            with VerticalScroll(id="phrase-preview-pane", can_focus=False):
                yield Static(id="phrase-preview")

    def first_focus(self) -> Widget | None:
        """The search."""
        return self.search

    def on_mount(self) -> None:
        """Show all phrases."""
        self._show()

    def ways(self) -> Sequence[Way]:
        """Insert, write a new one, change one's own, or leave."""
        phrase = self.selected
        own = phrase is not None and phrase.scope == "personal"
        return (
            Way("enter", _("Insert"), phrase is not None),
            Way("ctrl+n", _("New phrase of my own")),
            Way("ctrl+e", _("Change"), own, "" if own else _("only phrases of your own")),
            Way("escape", _("Cancel")),
        )

    @property
    def selected(self) -> PhraseInfo | None:
        """The phrase under the cursor."""
        return self._shown.get(self.list.selected or "")

    def take(self, key: str) -> None:
        """Do what the key says."""
        if key == "enter":
            self.dismiss(self.selected)
        elif key == "ctrl+n":
            show_dialog(self, PhraseForm(self.place, None), self._saved)
        elif key == "ctrl+e":
            show_dialog(self, PhraseForm(self.place, self.selected), self._saved)
        else:
            self.dismiss(None)

    def _saved(self, phrase: PhraseInfo | None) -> None:
        if phrase is not None:
            self.search.value = phrase.title
            self._show()

    @on(LineInput.Changed)
    def _searched(self) -> None:
        self._show()

    @on(ChoiceList.Chosen)
    def _clicked(self) -> None:
        self.take("enter")

    def on_key(self, event: events.Key) -> None:
        """Arrows and pages walk the list while the search has the focus."""
        steps = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}
        if event.key in steps and not isinstance(self.focused, ChoiceList):
            event.stop()
            event.prevent_default()
            self.list.action_move(steps[event.key])
        self.call_after_refresh(self._show_preview)

    def _show(self) -> None:
        scopes = {
            "personal": pgettext("phrase", "own"),
            "unit": pgettext("phrase", "unit"),
            "region": pgettext("phrase", "region"),
        }
        phrases = found_phrases(self.place.desk.people.phrases, self.search.value)
        self._shown = {phrase.id: phrase for phrase in phrases}
        self.list.show(
            [ChoiceItem(phrase.id, phrase.title, phrase.shortcut, scopes[phrase.scope]) for phrase in phrases]
        )
        self._show_preview()

    def _show_preview(self) -> None:
        pane = next(iter(self.query("#phrase-preview").results(Static)), None)
        if pane is None:
            return
        phrase = self.selected
        if phrase is None:
            text = plain_line(_("No phrase holds all of these words."), "$muted")
        else:
            text = preview(phrase, self._values())
        pane.update(text)
        self.show_ways()
