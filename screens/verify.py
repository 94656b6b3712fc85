"""What is to be verified: unsigned notes, what colleagues ask for, and what came back."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from clinic_tui.actions.action import Action, Scope
from clinic_tui.i18n import _
from clinic_tui.protocol.care import Verification
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import DecideVerification, SettleVerification
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.changes import Changes
from clinic_tui.state.verifying import asked_for, failed_texts, to_verify, unsigned
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.modal import show_dialog
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.table_list import TableList, TableRow
from clinic_tui.widgets.verify_reading import asked_note, item_hint, item_reading
from clinic_tui.widgets.verify_rows import (
    TABS,
    Tab,
    empty_text,
    first_tab,
    item_line,
    tab_counts,
    tab_text,
    unsigned_line,
    verify_columns,
    whose,
)
from clinic_tui.widgets.view_tabs import ViewTab, ViewTabs
from clinic_tui.widgets.work_list import WorkList
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.verdict import Verdict, verdict_dialog
from styles import css_paths


class VerifyScreen(ClinicScreen):
    """Four tabs; a note must be opened here before it can be verified (domain.md 2.9)."""

    CSS_PATH = css_paths("base", "verify")
    BINDINGS: ClassVar[list[BindingType]] = bindings(Scope.VERIFY)
    SCOPES: ClassVar[tuple[Scope, ...]] = (Scope.ANYWHERE, Scope.VERIFY)
    VIEW: ClassVar[str] = "go.verify"

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self.tab: Tab = first_tab(place.desk)
        """The tab that is shown."""
        self.opened: set[str] = set()
        """Ids of the items whose note was on screen in this session."""
        self._reading: str | None = None
        self._cases: dict[str, CaseRow] = {}
        self._items: dict[str, Verification] = {}

    def compose_view(self) -> ComposeResult:
        """Tabs, list, and what one reads."""
        yield ViewTabs(id="tabs")
        yield TableList(verify_columns(), now=self.place.now().timestamp(), id="list")
        with VerticalScroll(id="reading", can_focus=False):
            yield Static(id="reading-text")

    def on_mount(self) -> None:
        """Fill the list before the first paint."""
        super().on_mount()
        self.show_all()
        self.list.focus()

    @property
    def list(self) -> TableList:
        """The list of the tab."""
        return self.query_one("#list", TableList)

    @property
    def item(self) -> Verification | None:
        """The item under the cursor."""
        return self._items.get(self.list.selected or "") if self.is_mounted else None

    @property
    def unsigned(self) -> CaseRow | None:
        """The unsigned visit under the cursor."""
        return self._cases.get(self.list.selected or "") if self.is_mounted else None

    def show_all(self) -> None:
        """Show the tabs, the list and the pane."""
        wanted = self.place.wanted_tab.pop("verify", "")
        asked: Tab | None = next((tab for tab in TABS if tab == wanted), None)
        self.tab = asked or self.tab
        counts = tab_counts(self.place.desk)
        tabs = [ViewTab(tab, tab_text(tab), counts[tab], alert=True) for tab in TABS]
        self.query_one(ViewTabs).show_tabs(tabs, self.tab)
        self.list.empty_text = empty_text(self.tab)
        self.list.set_rows(*self._lines())
        self.show_reading()
        self.show_keys()

    def _lines(self) -> tuple[Sequence[str], dict[str, TableRow]]:
        desk, now = self.place.desk, self.place.now()
        self._cases = {row.id: row for row in unsigned(desk)} if self.tab == "unsigned" else {}
        made = {"to_verify": to_verify, "asked": asked_for, "texts": failed_texts}
        found = made[self.tab](desk) if self.tab != "unsigned" else []
        self._items = {item.id: item for item in found}
        lines = {row.id: unsigned_line(row, now) for row in self._cases.values()}
        lines |= {item.id: item_line(desk, item, self.tab, now) for item in found}
        return list(lines), lines

    def show_changes(self, changes: Changes) -> None:
        """Items came, were decided, or the case that is read has arrived."""
        verified = "verifications" in changes.team
        if changes.everything or verified or changes.rows or changes.lists:
            self.show_all()
        elif changes.visits:
            self.show_reading()
            self.show_keys()

    def may(self, action_id: str) -> bool:
        """Whether the action can be done with the selected item."""
        item = self.item
        match action_id:
            case "verify.open":
                return item is not None or self.unsigned is not None
            case "verify.approve":
                if item is None or item.state != "open" or self.tab not in {"to_verify", "texts"}:
                    return False
                return item.kind != "note_countersign" or item.id in self.opened
            case "verify.settle":
                return item is not None and item.state == "returned" and self.tab == "asked"
            case "verify.return":
                return item is not None and item.state == "open" and self.tab == "to_verify"
            case _:
                return super().may(action_id)

    def title_of(self, action: Action) -> str:
        """A text that did not arrive is not verified, but done with once the resident was reached."""
        if action.id == "verify.approve" and self.tab == "texts":
            return _("Reached another way")
        return super().title_of(action)

    def why_not(self, action_id: str) -> str:
        """That one cannot verify what one has not read."""
        if action_id == "verify.approve" and self.item is not None and self.tab == "to_verify":
            key = self.place.keymap.shown("verify.open")
            return _("Read the note first: {key} shows it.").format(key=key)
        return ""

    @on(WorkList.Selected)
    def _moved(self) -> None:
        if self._reading != self.list.selected:
            self._close_reading()
        self.show_keys()

    @on(WorkList.Opened)
    def _open(self) -> None:
        self.action_perform("verify.open")

    @on(ViewTabs.Chosen)
    def _chosen(self, event: ViewTabs.Chosen) -> None:
        tab: Tab | None = next((tab for tab in TABS if tab == event.id), None)
        if tab is not None and tab != self.tab:
            self._close_reading()
            self.tab = tab
            self.show_all()
            self.list.action_edge(-1)
        self.list.focus()

    def do_verify_next(self) -> None:
        """Show the next tab."""
        self.query_one(ViewTabs).action_step(1)

    def do_verify_previous(self) -> None:
        """Show the previous tab."""
        self.query_one(ViewTabs).action_step(-1)

    def do_verify_open(self) -> None:
        """Go to the visit, or read what is asked about."""
        item = self.item
        if self.unsigned is not None:
            self.place.open_case(self.unsigned.id)
        elif item is None:
            return
        elif self.tab == "texts" and item.resident is not None:
            self.place.open_resident(item.resident.id)
        elif item.case_id is not None and self.tab == "asked":
            self.place.open_case(item.case_id)
        elif item.case_id is not None:
            self._reading = item.id
            if item.case_id in self.place.desk.visits:
                self.show_reading()
            self.place.renew(item.case_id)
            self.show_keys()

    def do_verify_approve(self) -> None:
        """Verify the item."""
        self._decide("verified")

    def do_verify_return(self) -> None:
        """Return the item with a comment."""
        self._decide("returned")

    def do_verify_settle(self) -> None:
        """Take what came back off the list; whoever returned it sees nothing of it."""
        item = self.item
        if item is None:
            return

        def done(_answer: object) -> None:
            self.show_all()
            self.say(_("Off your list: {resident}.").format(resident=whose(item)))

        command = SettleVerification(command_id=new_id(), verification_id=item.id)
        self.place.submit(command, done, self.refused)

    def _decide(self, verdict: Verdict) -> None:
        item = self.item
        if item is None:
            return

        def done(_answer: object) -> None:
            self._close_reading()
            self.show_all()
            said = _("Returned: {resident}.") if verdict == "returned" else _("Verified: {resident}.")
            said = _("Noted: {resident} was reached.") if item.kind == "sms_failed" else said
            self.say(said.format(resident=whose(item)))

        def made(comment: str) -> DecideVerification:
            return DecideVerification(
                command_id=new_id(), verification_id=item.id, verdict=verdict, comment=comment
            )

        dialog = verdict_dialog(item, verdict)
        dialog.deliver_by(made, self.place.submit, done, self.refused)
        show_dialog(self, dialog, lambda _nothing: None)

    def do_app_back(self) -> None:
        """Close what one reads; the list stays where it is."""
        self._close_reading()
        self.show_keys()

    def _close_reading(self) -> None:
        item = self._items.get(self._reading or "")
        self._reading = None
        visit = self.place.desk.visits.get(item.case_id or "") if item is not None else None
        if visit is not None and not self.place.desk.takes_part(visit.row):
            self.place.desk.close(visit.case_id)
        self.show_reading()

    def show_reading(self) -> None:
        """Show the case that is read, or what the selected item is, and what verification is."""
        pane = self.query_one("#reading-text", Static)
        item = self._items.get(self._reading or "")
        visit = self.place.desk.visits.get(item.case_id or "") if item is not None else None
        self.set_class(visit is not None, "-reading")
        if item is None or visit is None:
            put(pane, item_hint(self.place, self.item, self.tab, unsigned=self.unsigned is not None))
            return
        if asked_note(item, visit) is not None:
            self.opened.add(item.id)
        put(pane, item_reading(item, visit, self.place.desk.people.staff_id))
