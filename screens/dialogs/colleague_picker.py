"""Picking a colleague: type to narrow; role and presence stand beside each name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from textual import events, on
from textual.containers import VerticalScroll
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _, ngettext
from clinic_tui.protocol.refs import StaffRef
from clinic_tui.protocol.team import PresenceState
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.choice_list import ChoiceItem, ChoiceList
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import ClinicDialog, Way, paragraph
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.presence import ORDER, presence_sign, presence_word
from clinic_tui.widgets.texts import role_text
from clinic_tui.widgets.workplace import Workplace

ANYBODY = StaffRef(id="", name="")
"""What the way `anybody` gives."""


@dataclass(frozen=True)
class Candidate:
    """One colleague who can be picked."""

    staff: StaffRef
    role: str = ""
    presence: PresenceState = "off"
    visits: int = 0
    here: bool = False
    """Whether they work at the unit that was asked for."""


def candidates(place: Workplace, unit_id: str | None = None) -> list[Candidate]:
    """Everybody but oneself, once each: the unit's own first, then by who can be reached soonest."""
    desk = place.desk
    found: dict[str, Candidate] = {}
    for (staff_id, at), one in desk.team.colleagues.items():
        new = Candidate(one.staff, one.role, one.presence, one.visits, unit_id in {None, at})
        known = found.get(staff_id)
        if known is None or (new.here, -ORDER[new.presence]) > (known.here, -ORDER[known.presence]):
            found[staff_id] = new
    for staff_id, staff in desk.people.staff.items():
        found.setdefault(staff_id, Candidate(staff))
    found.pop(desk.people.staff_id, None)
    return sorted(
        found.values(), key=lambda one: (not one.here, ORDER[one.presence], one.staff.name.casefold())
    )


class ColleaguePicker(ClinicDialog[StaffRef | None]):
    """Gives the chosen colleague, or `ANYBODY` where that was offered; arrows walk while one types."""

    QUIET = 0.0

    def __init__(
        self,
        place: Workplace,
        heading: str,
        paragraphs: Sequence[str] = (),
        *,
        unit_id: str | None = None,
        among: Callable[[StaffRef], bool] = lambda _staff: True,
        anybody: str = "",
        choose: str = "",
    ) -> None:
        """Those of `unit_id` come first; `among` leaves others out; `anybody` is the label of that way."""
        super().__init__()
        self.place = place
        self._title, self._paragraphs, self._unit_id = heading, tuple(paragraphs), unit_id
        self._among, self._anybody, self._choose = among, anybody, choose or _("Choose")
        self.search = LineInput(placeholder=_("Type a name, a title or a role"), id="colleague-search")
        self.list = ChoiceList(id="colleague-list")
        self._shown: dict[str, StaffRef] = {}

    def heading(self) -> str:
        """What the colleague is picked for."""
        return self._title

    def compose_body(self) -> Iterable[Widget]:
        """Search and list."""
        for text in self._paragraphs:
            yield paragraph(text)
        yield self.search
        with VerticalScroll(id="colleague-pane", can_focus=False):
            yield self.list
            yield Static(id="colleague-none")

    def first_focus(self) -> Widget | None:
        """The search."""
        return self.search

    def on_mount(self) -> None:
        """Show everybody."""
        self._show()

    def ways(self) -> Sequence[Way]:
        """Choose, anybody where offered, or leave."""
        ways = [Way("enter", self._choose, bool(self._shown))]
        if self._anybody:
            ways.append(Way("ctrl+a", self._anybody))
        return (*ways, Way("escape", _("Cancel")))

    def take(self, key: str) -> None:
        """Close with who was chosen."""
        if key == "enter":
            self.dismiss(self._shown.get(self.list.selected or ""))
        else:
            self.dismiss(ANYBODY if key == "ctrl+a" else None)

    def show_changes(self, changes: Changes) -> None:
        """Somebody came or went; the cursor stays on its colleague."""
        if changes.everything or "colleagues" in changes.team:
            self._show()

    @on(LineInput.Changed)
    def _searched(self) -> None:
        self._show()

    @on(ChoiceList.Chosen)
    @on(LineInput.Submitted)
    def _chosen(self) -> None:
        if self._shown:
            self.take("enter")

    def on_key(self, event: events.Key) -> None:
        """Arrows and pages walk the list while the search has the focus; letters are typed."""
        steps = {"down": 1, "up": -1, "pagedown": 8, "pageup": -8}
        if event.key in steps and self.focused is self.search:
            event.stop()
            event.prevent_default()
            self.list.action_move(steps[event.key])

    def _show(self) -> None:
        words = self.search.value.casefold().split()
        before = self.list.selected
        items: list[ChoiceItem] = []
        self._shown = {}
        for one in candidates(self.place, self._unit_id):
            role = role_text(one.role) if one.role else ""
            text = f" {one.staff.name} {one.staff.title} {role}".casefold().replace("-", " ")
            if self._among(one.staff) and all(f" {word}" in text for word in words):
                self._shown[one.staff.id] = one.staff
                items.append(
                    ChoiceItem(one.staff.id, one.staff.name, role or one.staff.title, _presence(one))
                )
        self.list.show(items)
        if before is not None and before in self._shown:
            self.list.action_move(list(self._shown).index(before))
        none = _("No colleague by that name.") if words else _("There is no colleague here who can.")
        put(self.query_one("#colleague-none", Static), "" if items else none)
        self.show_ways()


def _presence(one: Candidate) -> str:
    text = f"{presence_sign(one.presence)} {presence_word(one.presence)}"
    if one.visits:
        text += " · " + ngettext("{count} visit", "{count} visits", one.visits).format(count=one.visits)
    return text
