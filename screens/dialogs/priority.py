"""Changing a priority: old, new, and why."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from textual import events, on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.i18n import _
from clinic_tui.protocol.limits import REASON_LIMIT
from clinic_tui.protocol.resources import PriorityInfo
from clinic_tui.protocol.text import is_blank
from clinic_tui.widgets.choice_list import ChoiceItem, ChoiceList
from clinic_tui.widgets.line_input import LineInput
from clinic_tui.widgets.modal import Way, paragraph
from clinic_tui.widgets.plain import plain, put
from clinic_tui.widgets.writing_dialog import WritingDialog


@dataclass(frozen=True)
class NewPriority:
    """What was chosen, and why."""

    priority: int
    reason: str


class PriorityDialog(WritingDialog[NewPriority]):
    """Asks for the new priority among the region's own, and for the reason (domain.md 3)."""

    def __init__(self, resident: str, priorities: Sequence[PriorityInfo], now: int | None) -> None:
        """`now` is the priority the case has."""
        super().__init__()
        self._resident, self._now = resident, now
        self._priorities = {str(one.priority): one for one in priorities if one.priority != now}
        self._name = next((one.name for one in priorities if one.priority == now), "")
        self.list = ChoiceList(id="priority-list")
        self.reason = LineInput(placeholder=_("Why it is changed"), limit=REASON_LIMIT, id="priority-reason")

    def heading(self) -> str:
        """Whose priority it is."""
        return _("Change the priority for {resident}").format(resident=self._resident)

    def compose_body(self) -> Iterable[Widget]:
        """The rule, the priorities, old and new, the reason."""
        yield paragraph(_("Change it after contact with the resident. Colleagues see old, new and why."))
        with Vertical(id="priority-form"):
            yield self.list
            yield Static(id="priority-change")
            yield self.reason
            yield Static(id="dialog-problem")

    def first_focus(self) -> Widget | None:
        """The priorities."""
        return self.list

    def on_mount(self) -> None:
        """Show the priorities the case does not have."""
        self.list.show([ChoiceItem(key, f"{key}  {one.name}") for key, one in self._priorities.items()])
        self._show()

    def ways(self) -> Sequence[Way]:
        """Change it, or leave it."""
        return (Way("ctrl+s", _("Change")), Way("escape", _("Cancel")))

    @on(ChoiceList.Moved)
    def _moved(self) -> None:
        self._show()

    @on(ChoiceList.Chosen)
    def _chosen(self) -> None:
        self._show()
        self.reason.focus()

    def on_key(self, event: events.Key) -> None:
        """A priority's own number chooses it; down from the reason does nothing odd."""
        if event.key in self._priorities and self.focused is self.list:
            event.stop()
            event.prevent_default()
            self.list.action_move(-len(self._priorities))
            self.list.action_move(list(self._priorities).index(event.key))
            self._show()
            self.reason.focus()

    def _show(self) -> None:
        new = self._priorities.get(self.list.selected or "")
        old = f"{self._now} {self._name}".strip() if self._now is not None else _("none")
        text = f"{old} → {new.priority} {new.name}" if new is not None else ""
        put(self.query_one("#priority-change", Static), plain(text, "bold"))
        self.tell("")

    @property
    def written(self) -> bool:
        """Whether a reason would be lost."""
        return not is_blank(self.reason.value)

    def act(self, _key: str, /) -> None:
        """Give the new priority; a reason there must be."""
        new = self._priorities.get(self.list.selected or "")
        if new is None:
            self.dismiss(None)
        elif is_blank(self.reason.value):
            self.tell(_("Write a short reason."))
            self.reason.focus()
        else:
            self.give(NewPriority(new.priority, self.reason.value.strip()))
