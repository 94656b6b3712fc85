"""What is to be verified: unsigned notes, what colleagues ask for, and what came back."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.widgets import Static

from clinic_tui.actions.action import Action, Scope
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from clinic_tui.protocol.care import Verification
from clinic_tui.protocol.command import Command
from clinic_tui.protocol.commands import NoteAnswer, ReleaseCase, TakeOverCase
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import DecideVerification, SettleVerification
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.state.changes import Changes
from clinic_tui.state.verifying import asked_for, failed_texts, to_verify, unsigned, unsigned_of_others
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.clinic_screen import ClinicScreen, bindings
from clinic_tui.widgets.modal import show_dialog
from clinic_tui.widgets.plain import put
from clinic_tui.widgets.table_list import TableList, TableRow
from clinic_tui.widgets.verify_reading import asked_note, ended_reading, item_hint, item_reading
from clinic_tui.widgets.verify_rows import (
    TABS,
    Tab,
    empty_text,
    first_tab,
    item_line,
    tab_counts,
    tab_text,
    tabs_of,
    unsigned_line,
    verify_columns,
    whose,
)
from clinic_tui.widgets.view_tabs import ViewTab, ViewTabs
from clinic_tui.widgets.work_list import WorkList
from clinic_tui.widgets.workplace import Choice, Question, Workplace
from screens.dialogs.sign_for import SignForDialog
from screens.dialogs.verdict import Verdict, verdict_dialog
from styles import css_paths

SEEING_TO = frozenset({"verify.sign_for", "verify.take_over", "verify.let_go"})
"""What is done with a colleague's ended visit, once one has read it."""


class VerifyScreen(ClinicScreen):
    """Tabs; a note must be opened here before it can be verified (domain.md 2.9)."""

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
        counts, shown = tab_counts(self.place.desk), tabs_of(self.place.desk)
        self.tab = self.tab if self.tab in shown else first_tab(self.place.desk)
        tabs = [ViewTab(tab, tab_text(tab), counts[tab], alert=True) for tab in shown]
        self.query_one(ViewTabs).show_tabs(tabs, self.tab)
        self.list.empty_text = empty_text(self.tab)
        self.list.set_rows(*self._lines())
        self.show_reading()
        self.show_keys()

    def _lines(self) -> tuple[Sequence[str], dict[str, TableRow]]:
        desk, now = self.place.desk, self.place.now()
        visits = {"unsigned": unsigned, "colleagues": unsigned_of_others}
        made = {"to_verify": to_verify, "asked": asked_for, "texts": failed_texts}
        self._cases = {row.id: row for row in visits[self.tab](desk)} if self.tab in visits else {}
        found = made[self.tab](desk) if self.tab in made else []
        self._items = {item.id: item for item in found}
        me = desk.people.staff_id
        lines = {row.id: unsigned_line(row, now, me) for row in self._cases.values()}
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
            case "verify.sign_for" | "verify.let_go":
                return self._may_see_to() and self.place.desk.people.allowed(Permission.SIGN_FOR_COLLEAGUE)
            case "verify.take_over":
                return self._may_see_to()
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
        key = self.place.keymap.shown("verify.open")
        if action_id == "verify.approve" and self.item is not None and self.tab == "to_verify":
            return _("Read the note first: {key} shows it.").format(key=key)
        if action_id in SEEING_TO and self.tab == "colleagues" and self.unsigned is not None:
            return _("Read the visit first: {key} shows it.").format(key=key)
        return ""

    def _may_see_to(self) -> bool:
        """Whether the visit under the cursor is a colleague's that stands beside it to be read."""
        row = self.unsigned
        return self.tab == "colleagues" and row is not None and row.id == self._reading

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
        item, row = self.item, self.unsigned
        if row is not None and self.tab == "colleagues":
            self._reading = row.id
            self.place.renew(row.id)
            self.show_reading()
            self.show_keys()
        elif row is not None:
            self.place.open_case(row.id)
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

    def do_verify_sign_for(self) -> None:
        """Sign the note of the visit that is read, for its colleague."""
        visit = self._colleagues_visit()
        if visit is None:
            return

        def signed(answer: NoteAnswer | None) -> None:
            if answer is not None:
                self._seen_to(_("The note is signed."))

        show_dialog(self, SignForDialog(self.place, visit), signed)

    def do_verify_take_over(self) -> None:
        """Ask, where a colleague has it, then take the visit over."""
        row = self.unsigned
        if row is None:
            return
        command = TakeOverCase(command_id=new_id(), case_id=row.id, version=row.version, confirmed=True)
        said = _("The visit is yours: its note stands under {tab}.").format(tab=tab_text("unsigned"))
        if row.assignee is None:
            self._send(command, said)
            return
        text = _("{name} has it, and is told. You then sign the note in your own name.")
        self._ask(
            _("Take over the visit?"), text.format(name=row.assignee.name), _("Take over"), command, said
        )

    def do_verify_let_go(self) -> None:
        """Ask, then free the resident of a visit whose note nobody signs."""
        row = self.unsigned
        if row is None:
            return
        command = ReleaseCase(command_id=new_id(), case_id=row.id, version=row.version)
        text = _("The resident can start a new case. The note stays to be signed by whoever takes the visit.")
        self._ask(_("Let go of the visit?"), text, _("Let go"), command, _("The resident is free."))

    def _ask(self, title: str, text: str, way: str, command: Command, said: str) -> None:
        choices = (Choice("y", way, lambda: self._send(command, said)), Choice("escape", _("Cancel")))
        self.place.ask(Question(title, text, choices))

    def _send(self, command: Command, said: str) -> None:
        self.place.submit(command, lambda _answer: self._seen_to(said), self.refused)

    def _seen_to(self, said: str) -> None:
        self._close_reading()
        self.show_all()
        self.say(said)

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
        visit = self._visit_read()
        self._reading = None
        if visit is not None and not self.place.desk.takes_part(visit.row):
            self.place.desk.close(visit.case_id)
        self.show_reading()

    def _visit_read(self) -> Visit | None:
        """The case that is read beside the list, once it has come."""
        item = self._items.get(self._reading or "")
        case_id = item.case_id if item is not None else self._reading
        return self.place.desk.visits.get(case_id or "")

    def _colleagues_visit(self) -> Visit | None:
        return self._visit_read() if self.tab == "colleagues" else None

    def show_reading(self) -> None:
        """Show the case that is read, or what the selected item is, and what verification is."""
        pane = self.query_one("#reading-text", Static)
        item = self._items.get(self._reading or "")
        visit = self._visit_read()
        self.set_class(visit is not None, "-reading")
        if visit is not None and self.tab == "colleagues":
            put(pane, ended_reading(visit, self.place.desk.people.staff_id))
            return
        if item is None or visit is None:
            put(pane, item_hint(self.place, self.item, self.tab, unsigned=self.unsigned is not None))
            return
        if asked_note(item, visit) is not None:
            self.opened.add(item.id)
        put(pane, item_reading(item, visit, self.place.desk.people.staff_id))
