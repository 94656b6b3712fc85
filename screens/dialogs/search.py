"""The search that stands in every view: cases, residents by number, phrases, colleagues and actions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, cast

from textual import events, on
from textual.containers import VerticalScroll
from textual.widget import Widget

from clinic_tui.actions.action import Action
from clinic_tui.domain.person_id import REGIONAL_FORMATS, InvalidPersonId, parse
from clinic_tui.i18n import _
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.line_list import Cell, Column, Line, LineList, heading
from clinic_tui.widgets.modal import ClinicDialog, Way
from clinic_tui.widgets.presence import presence_sign, presence_word
from clinic_tui.widgets.scope_texts import shown_keys
from clinic_tui.widgets.texts import ZONE, kind_text, resident_short, state_text
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.colleague_picker import candidates
from screens.dialogs.phrase_picker import found_phrases
from styles import css_paths

Kind = Literal["case", "number", "phrase", "colleague", "action"]
_EACH = 6
"""So many of each kind are shown."""


@dataclass(frozen=True)
class Found:
    """What was chosen."""

    kind: Kind
    id: str
    """The case's, phrase's, staff member's or action's id, or the number in its twelve characters."""


class SearchDialog(ClinicDialog[Found | None]):
    """Searches what the workstation has while one types; a number is looked up once it is chosen.

    Nothing is sent while one types: a personal number reaches the backend by Enter alone, and is logged.
    """

    CSS_PATH = css_paths("base", "dialogs", "search")
    QUIET = 0.0

    def __init__(self, place: Workplace, actions: Sequence[Action]) -> None:
        """`actions` are those that can be performed in the view below."""
        super().__init__()
        self.place = place
        self._actions = tuple(actions)
        self.search = LineInput(
            placeholder=_("Name, reason, whole personal number, phrase, colleague or action"),
            id="search-words",
        )
        self.list = LineList((Column(flex=True, most=60), Column(most=34, rank=1)), id="search-lines")

    def heading(self) -> str:
        """What it does."""
        return _("Search")

    def compose_body(self) -> Iterable[Widget]:
        """The words and what they find."""
        yield self.search
        with VerticalScroll(id="search-pane", can_focus=False):
            yield self.list

    def first_focus(self) -> Widget | None:
        """The words."""
        return self.search

    def on_mount(self) -> None:
        """Say what can be searched for."""
        self._show()

    def ways(self) -> Sequence[Way]:
        """Open what is selected, or leave."""
        return (Way("enter", self._label(), self.list.selected is not None), Way("escape", _("Close")))

    def _label(self) -> str:
        kind = (self.list.selected or "").partition(":")[0]
        return {
            "case": _("Open the case"),
            "number": _("Look the number up; this is logged"),
            "phrase": _("Use the phrase"),
            "colleague": _("Go to the colleague"),
            "action": _("Do it"),
        }.get(kind, _("Open"))

    def take(self, key: str) -> None:
        """Give what is selected, or nothing."""
        kind, _colon, found = (self.list.selected or "").partition(":")
        self.dismiss(Found(cast("Kind", kind), found) if key == "enter" and found else None)

    def show_changes(self, changes: Changes) -> None:
        """Cases came or went below."""
        if changes.rows or changes.everything:
            self._show()

    @on(LineInput.Changed)
    def _searched(self) -> None:
        self._show()
        self.query_one("#search-pane").scroll_home(animate=False)

    @on(LineInput.Submitted)
    @on(LineList.Opened)
    def _chosen(self) -> None:
        if self.list.selected is not None:
            self.take("enter")

    @on(LineList.Moved)
    def _moved(self) -> None:
        self.show_ways()

    def on_key(self, event: events.Key) -> None:
        """Arrows and pages walk the list while one types."""
        steps = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}
        if event.key in steps and self.focused is self.search:
            event.stop()
            event.prevent_default()
            self.list.action_move(steps[event.key])

    def _show(self) -> None:
        words = self.search.value.casefold().split()
        groups = (
            (_("Cases"), self._cases(words)),
            (_("Resident"), self._number()),
            (_("Phrases"), self._phrases(words)),
            (_("Colleagues"), self._colleagues(words)),
            (_("Actions"), self._found_actions(words)),
        )
        lines: list[Line] = []
        for title, found in groups:
            if found:
                lines += [*([Line()] if lines else []), heading(title), *found]
        if not lines:
            text = (
                _("Nothing here has all of these words.") if words else _("Nothing is sent while you type.")
            )
            lines = [Line(cells=(Cell(text, "$muted"),))]
        self.list.show(lines)
        first = next((line.id for line in lines if line.id), "")
        if first:
            self.list.select(first)
        self.show_ways()

    def _cases(self, words: Sequence[str]) -> list[Line]:
        rows = [row for row in self.place.desk.rows if _has(words, row.resident.name, row.reason)]
        mine = self.place.desk.is_mine
        rows.sort(key=lambda row: (not mine(row), row.queued_at, row.id))
        lines: list[Line] = []
        for row in rows[:_EACH]:
            who = row.assignee.name if row.assignee else ""
            state = " · ".join(part for part in (kind_text(row.kind), who or state_text(row)) if part)
            about = f"{resident_short(row.resident)} · {row.reason}"
            lines.append(Line(f"case:{row.id}", (Cell(about), Cell(state, "$muted"))))
        return lines

    def _number(self) -> list[Line]:
        """The number, where all of one stands there."""
        try:
            today = self.place.now().astimezone(ZONE).date()
            found = parse(self.search.value, today=today, regional=tuple(REGIONAL_FORMATS.values()))
        except InvalidPersonId:
            return []
        text = _("{number}: look the resident up").format(number=found.display(today))
        return [Line(f"number:{found.value}", (Cell(text), Cell(_("logged"), "$muted")))]

    def _phrases(self, words: Sequence[str]) -> list[Line]:
        if not words:
            return []
        found = found_phrases(self.place.desk.people.phrases, " ".join(words))[:_EACH]
        return [Line(f"phrase:{one.id}", (Cell(one.title), Cell(one.shortcut, "$muted"))) for one in found]

    def _colleagues(self, words: Sequence[str]) -> list[Line]:
        lines: list[Line] = []
        for one in candidates(self.place) if words else ():
            if _has(words, one.staff.name, one.staff.title):
                presence = f"{presence_sign(one.presence)} {presence_word(one.presence)}"
                name = ", ".join(part for part in (one.staff.name, one.staff.title) if part)
                lines.append(Line(f"colleague:{one.staff.id}", (Cell(name), Cell(presence, "$muted"))))
        return lines[:_EACH]

    def _found_actions(self, words: Sequence[str]) -> list[Line]:
        lines: list[Line] = []
        for action in self._actions if words else ():
            title, text = _(action.title), _(action.help)
            if action.id != "app.search" and _has(words, title, text):
                keys = shown_keys(self.place.keymap, action)
                lines.append(Line(f"action:{action.id}", (Cell(f"{title} · {text}"), Cell(keys, "$muted"))))
        return lines[:_EACH]


def _has(words: Sequence[str], *texts: str) -> bool:
    """Whether every word stands in one of the texts; no words find nothing."""
    joined = "\n".join(texts).casefold()
    return bool(words) and all(word in joined for word in words)
