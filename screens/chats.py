"""The asynchronous chats, in tabs."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import ClassVar, cast

from textual import on
from textual.binding import BindingType
from textual.content import Content
from textual.widget import Widget

from clinic_tui.actions.action import Action, Scope
from clinic_tui.client.errors import ClientError
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import N_, _
from clinic_tui.protocol.resources import CasePage, CaseRow
from clinic_tui.state.changes import NOTHING, Changes
from clinic_tui.state.lists import ListName
from clinic_tui.state.parts import ANSWERS
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.chat_reading import chat_reading
from clinic_tui.widgets.chat_rows import ChatRows, DraftRows, chat_columns, draft_columns
from clinic_tui.widgets.chat_tabs import TABS, ChatTabs, Tab
from clinic_tui.widgets.clinic_screen import bindings
from clinic_tui.widgets.queue_screen import QueueScreen, go_title
from clinic_tui.widgets.table_list import TableColumn, TableList
from clinic_tui.widgets.view_tabs import ViewTabs
from clinic_tui.widgets.work_row import WorkRow
from clinic_tui.widgets.workplace import Workplace
from styles import css_paths

WANTED: dict[str, Tab] = {**{tab: tab for tab in TABS}, ANSWERS: "my_chats", "expiring": "by_expiry"}
"""The tabs by the names that other views ask for them with."""


class ChatsScreen(QueueScreen):
    """Chats by who is to deal with them; each line tells for whom it waits and how long it still lives."""

    CSS_PATH = css_paths("base", "queue", "chats")
    VIEW: ClassVar[str] = "go.chats"
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.CHATS)
    SCOPES: ClassVar[tuple[Scope, ...]] = (*QueueScreen.SCOPES, Scope.CHATS)

    def __init__(self, place: Workplace) -> None:
        super().__init__(place, place.lists["unassigned"])
        self.tab: Tab = "unassigned"
        """The tab that is shown."""
        self._chats = ChatRows(place)
        self._drafts = DraftRows(place, self._chats)
        self._tabs = ChatTabs(place)
        self._fetching = 0
        self._problem = ""
        """Why the ended chats could not be fetched."""

    def above(self) -> Iterable[Widget]:
        """The tabs."""
        yield ViewTabs(id="tabs")

    def make_list(self) -> TableList:
        """The list, empty."""
        return TableList(_columns(self.tab), now=self.place.now().timestamp(), id="list")

    @property
    def lines(self) -> Mapping[str, WorkRow]:
        """The lines of the tab."""
        return self._drafts if self.tab == "drafts" else self._chats

    def row_of(self, case_id: str) -> CaseRow | None:
        """The row of an open chat, or of an ended one."""
        return self._chats.row(case_id)

    def whole(self) -> Sequence[str]:
        """The ids of the tab's cases, in order."""
        return self._tabs.ids(self.tab)

    def holds(self, case_id: str) -> bool:
        """Whether a case is in the tab."""
        return case_id in self.order()

    def show_all(self) -> None:
        """Show the tab, and ask for the ended chats, which no event tells of."""
        wanted = self.place.wanted_tab.get("chats", "")
        if wanted:
            self.show_tab(WANTED.get(wanted, "unassigned"))
        self.show_changes(NOTHING)  # what is selected may have become mine meanwhile
        super().show_all()
        self._fetch_ended()

    def show_changes(self, changes: Changes) -> None:
        """Show what changed. A selected chat that is mine now is followed to Mine: no key meets another's."""
        chosen = self.selected if self.tab == "unassigned" else None
        if chosen is not None and self.place.desk.is_mine(chosen):
            self.show_tab("my_chats")
        super().show_changes(changes)

    def show_list(self) -> None:
        """Lay the list anew, and count the tabs."""
        super().show_list()
        self.show_tabs()

    def tick(self) -> None:
        """A minute may have passed: the time left, and what expires within 48 hours."""
        if self.tab == "by_expiry":
            self.show_list()
        super().tick()
        self.show_tabs()

    def show_tabs(self) -> None:
        """Show the tabs with their counts."""
        self.query_one("#tabs", ViewTabs).show_tabs(self._tabs.tabs(), self.tab)

    def show_tab(self, tab: Tab) -> None:
        """Show another tab."""
        self.close_reading()
        self.tab, self.part = tab, ""
        if tab not in {"ended", "drafts"}:
            self.view = self.place.lists[cast("ListName", tab)]
        cast("TableList", self.list).set_columns(_columns(self.tab))
        before, ids = self.list.selected, self.order()
        self.show_list()
        if ids and before not in ids:
            self.list.select(ids[0])
        self.show_reading()
        self.show_keys()
        if tab == "ended":
            self._fetch_ended()

    def _fetch_ended(self) -> None:
        self._fetching += 1
        asked = self._fetching

        def settled(outcome: CasePage | ClientError) -> None:
            if asked != self._fetching:
                return
            if isinstance(outcome, ClientError):
                self._problem = outcome.user_text()
            else:
                self._problem = ""
                self.place.ended = {row.id: row for row in outcome.cases}
            if self.is_mounted:
                self.show_list()
                self.show_keys()

        self.place.fetch_ended(settled, settled)

    def empty_text(self) -> str:
        """What an empty tab says: why, and what to do."""
        return self._tabs.empty_text(self.tab, self._problem)

    def reading_text(self, visit: Visit) -> Content:
        """The chat's newest messages, and what is known."""
        return chat_reading(visit, self.place.desk.people.staff_id, self.place.now())

    def reading_hint(self) -> str:
        """What an empty reading pane says."""
        if self.list.selected is None:
            return ""
        row, key = self.selected, self.place.keymap.shown("case.read")
        if self._goes(row):
            return _("{key} goes to the chat.").format(key=key)
        return _("{key} reads up on the chat. The reading is logged.").format(key=key)

    def _goes(self, row: CaseRow | None) -> bool:
        """Whether Enter goes to the case rather than reading up on it."""
        if row is None or self.tab in {"ended", "drafts"} or self.reading == row.id:
            return True
        return self.place.desk.takes_part(row)

    def may(self, action_id: str) -> bool:
        """Whether the action can be done with the selected chat."""
        if action_id == "case.read" and self.tab in {"ended", "drafts"}:
            return self.is_mounted and self.list.selected is not None
        if action_id == "chats.new":
            return self.place.desk.people.allowed(Permission.CREATE_ASYNC)
        return super().may(action_id)

    def actions_now(self) -> Iterable[Action]:
        """A chat is gone to where one has it, has read up on it, or where it is over."""
        for action in super().actions_now():
            if action.id == "case.read":
                row = self.selected
                goes = N_("Go to the chat") if row is None else go_title(row)
                yield replace(action, title=goes if self._goes(row) else N_("Read up"))
            else:
                yield action

    def do_case_read(self) -> None:
        """Read up on the chat; one's own, one that was read and one that is over is gone to."""
        case_id, row = self.list.selected, self.selected
        if case_id is None:
            return
        if row is None or self._goes(row):
            self.reading = None
            self.place.open_case(case_id)
        else:
            self.deeds.read(row, lambda: self.open_reading(row.id))

    def do_chats_next(self) -> None:
        """Show the next tab."""
        self.show_tab(cast("Tab", self.query_one("#tabs", ViewTabs).step(1)))

    def do_chats_previous(self) -> None:
        """Show the previous tab."""
        self.show_tab(cast("Tab", self.query_one("#tabs", ViewTabs).step(-1)))

    def do_chats_new(self) -> None:
        """Go and find the resident to write to; no other's profile stands there meanwhile."""
        self.place.patient = None
        self.place.app_perform("go.patients")

    @on(ViewTabs.Chosen)
    def _chosen(self, event: ViewTabs.Chosen) -> None:
        self.show_tab(cast("Tab", event.id))
        self.list.focus()


def _columns(tab: Tab) -> tuple[TableColumn, ...]:
    """The columns of a tab."""
    if tab == "drafts":
        return draft_columns()
    return chat_columns(ended=tab == "ended", owner=tab not in {"unassigned", "my_chats"})
