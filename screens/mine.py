"""My unfinished cases."""

from typing import ClassVar

from clinic_tui.domain.cases import CaseKind
from clinic_tui.i18n import _
from clinic_tui.widgets.queue_screen import QueueScreen
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths


class MineScreen(QueueScreen):
    """What I have taken and not finished; an ended visit stays here until its note is signed (slide 55)."""

    CSS_PATH = css_paths("base", "queue")
    VIEW: ClassVar[str] = "go.mine"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, place.mine)

    def empty_text(self) -> str:
        """What an empty list says."""
        if not self.place.desk.loaded:
            return _("Fetching your cases …")
        if self.view.counts.hidden:
            return _("Your cases are hidden by the filter: {key} changes it.").format(
                key=self.place.keymap.shown("filter.edit")
            )
        return _("You have no unfinished cases. {key} shows the queue.").format(
            key=self.place.keymap.shown("go.drop_in")
        )

    def reading_hint(self) -> str:
        """What an empty reading pane says."""
        row = self.selected
        if row is None:
            return ""
        text = _("{key} goes to the chat.") if row.kind == CaseKind.ASYNC else _("{key} opens the visit.")
        return text.format(key=self.place.keymap.shown("case.read"))
