"""The end of the shift: everything unfinished is finished, handed over or left with a reason."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from textual import events, on
from textual.widget import Widget
from textual.widgets import Static

from clinic_tui.actions.keymap import shown_key
from clinic_tui.client.errors import ClientError
from clinic_tui.domain.cases import CaseKind, CaseState
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _, ngettext, pgettext
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.resources import CaseRow
from clinic_tui.protocol.team_commands import EndShift, LeftItem, ShiftItem
from clinic_tui.state.changes import Changes
from clinic_tui.state.unfinished import Unfinished, unfinished
from clinic_tui.widgets.bar import Bar, Piece
from clinic_tui.widgets.line_list import Cell, Column, Line, LineList
from clinic_tui.widgets.modal import ClinicDialog, Way, WayRow, show_dialog
from clinic_tui.widgets.plain import plain, put
from clinic_tui.widgets.texts import resident_short
from clinic_tui.widgets.ticket_deeds import call_back
from clinic_tui.widgets.workplace import Workplace
from screens.dialogs.leave_reason import LeaveReasonDialog
from screens.dialogs.sign import SignDialog
from styles import css_paths

COLUMNS = (
    Column(most=20),
    Column(flex=True, person=True, most=34),
    Column(rank=2, most=34),
    Column(most=26),
)
"""What is left, about whom, its reason, and what is decided."""


Deed = tuple[str, str, Callable[[], object]]
"""Its key, what it is called, what it does."""
_SIGNABLE = frozenset({CaseState.IN_PROGRESS, CaseState.ENDED_UNSIGNED})


@dataclass(frozen=True)
class Outcome:
    """How the dialog was left: the shift is ended, left without ending, or something is to be seen to."""

    ended: bool = False
    left: bool = False
    go_to: Unfinished | None = None


class EndShiftDialog(ClinicDialog[Outcome | None]):
    """Lists what is unfinished; each line is decided by keys, and then the shift can be ended.

    `reasons` are kept by the caller, by `Unfinished.key`, so that what is decided stays decided while one
    goes to see to something.
    """

    CSS_PATH = css_paths("base", "dialogs", "team_dialogs")

    def __init__(self, place: Workplace, reasons: dict[str, str], leave_label: str = "") -> None:
        """`leave_label` is the way out without ending the shift; empty where it was not asked for."""
        super().__init__()
        self.place = place
        self.reasons = reasons
        self.leave_label = leave_label
        self.lines = LineList(COLUMNS)
        self.items = {one.key: one for one in unfinished(place.desk)}
        """What is unfinished, by key."""
        self._had_items = bool(self.items)
        self._ending = False
        self._over: object = None
        """The dialog that was shown over this one last."""

    @property
    def undecided(self) -> list[Unfinished]:
        """What is neither finished nor left with a reason."""
        return [one for one in self.items.values() if one.key not in self.reasons]

    @property
    def selected(self) -> Unfinished | None:
        """What the item keys act on."""
        return self.items.get(self.lines.selected or "")

    def heading(self) -> str:
        """How much is left to decide."""
        if not self.items:
            return _("End the shift")
        count = len(self.undecided)
        if not count:
            return _("End the shift: everything is decided")
        text = ngettext("{count} thing left to decide", "{count} things left to decide", count)
        return _("End the shift") + " – " + text.format(count=count)

    def compose_body(self) -> Iterable[Widget]:
        """Why, the list, and the keys for the selected line."""
        yield Static(id="shift-text", classes="dialog-paragraph")
        yield self.lines
        yield Bar(id="shift-keys")
        yield Static(id="dialog-problem")

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        self._show()

    def first_focus(self) -> Widget | None:
        """The list, and the harmless way where there is none."""
        return self.lines if self.items else super().first_focus()

    def on_screen_suspend(self) -> None:
        """A dialog is shown over this one."""
        self._over = self.app.screen  # pyright: ignore[reportUnknownMemberType]

    def on_screen_resume(self) -> None:
        """Something may have been decided in a dialog over this one; to write the note, one goes there."""
        if isinstance(self._over, SignDialog) and self._over.to_write:
            self.dismiss(None)
        else:
            self._show()

    def show_changes(self, changes: Changes) -> None:
        """What is finished leaves the list."""
        if changes:
            self._show()

    def ways(self) -> Sequence[Way]:
        """End the shift, leave what is left, leave without ending, go on working."""
        undecided = len(self.undecided)
        note = _("decide what is left first") if undecided else ""
        ways = [Way("s", _("End the shift and sign out"), not undecided, note)]
        if self._had_items:
            ways.append(Way("a", _("Leave all that is undecided, with one reason"), bool(undecided)))
        if self.leave_label:
            text = _("{leave} without ending the shift").format(leave=self.leave_label)
            ways.append(Way("q", text, note=_("it all stays yours")))
        return (*ways, Way("escape", _("Go on working")))

    def _show(self) -> None:
        if not self.is_mounted:
            return
        before = bool(self.items)
        self.items = {one.key: one for one in unfinished(self.place.desk)}
        offered = self.place.desk.is_offered
        self.lines.show(
            [
                _line(one, self.reasons.get(one.key), offered=one.row is not None and offered(one.row))
                for one in self.items.values()
            ]
        )
        self.lines.display = self.query_one("#shift-keys").display = bool(self.items)
        put(self.query_one("#shift-text", Static), plain(_explained(self.items.values()), "$muted"))
        self.show_heading(any(one.must_decide for one in self.undecided))
        self._show_item_keys()
        if before and not self.items:
            self.query(WayRow).last().focus()
        self.show_ways()

    def _deeds(self) -> list[Deed]:
        """What can be done with the selected line: key, label, deed."""
        one = self.selected
        if one is None:
            return []
        deeds: list[Deed] = [
            ("enter", _("Go there"), partial(self.dismiss, Outcome(go_to=one))),
        ]
        if one.row is not None:
            deeds += _case_deeds(self.place, one.row)
        if one.ticket is not None:
            ticket = one.ticket
            deeds.append(("e", _("Call the ticket back"), lambda: call_back(self.place, ticket, self._say)))
        if one.key in self.reasons:
            deeds.append(("l", _("Decide anew"), lambda: self._decide_anew(one)))
        else:
            deeds.append(("l", _("Leave it …"), lambda: self._leave([one])))
        return deeds

    def _show_item_keys(self) -> None:
        pieces: list[Piece] = []
        for key, label, _deed in self._deeds():
            badge = shown_key(key)
            pieces.append(Piece(f" {badge} ", "$on-accent on $accent bold", key, leads=True))
            pieces.append(Piece(label, "$muted", key))
            pieces.append(Piece("", gap=1))
        self.query_one("#shift-keys", Bar).show(pieces)

    def on_key(self, event: events.Key) -> None:
        """The keys of the selected line; the ways' own keys come after."""
        if self.hears(event.time) and self.focused is self.lines and self._do(event.key):
            event.stop()
            event.prevent_default()

    def on_bar_pressed(self, event: Bar.Pressed) -> None:
        """A click on one of these keys."""
        event.stop()
        if self.listening:
            self._do(event.action)

    def _do(self, pressed: str) -> bool:
        deed = next((deed for key, _label, deed in self._deeds() if key == pressed), None)
        if deed is not None:
            deed()
        return deed is not None

    @on(LineList.Moved)
    def _moved(self) -> None:
        self._show_item_keys()

    @on(LineList.Opened)
    def _opened(self) -> None:
        if self.listening:
            self._do("enter")

    def _leave(self, items: Sequence[Unfinished]) -> None:
        def given(reason: str | None) -> None:
            if reason:
                self.reasons.update({one.key: reason for one in items})
                self._show()

        show_dialog(self, LeaveReasonDialog(len(items)), given)

    def _decide_anew(self, one: Unfinished) -> None:
        del self.reasons[one.key]
        self._show()

    def _say(self, text: str, warning: bool) -> None:
        problem = self.query_one("#dialog-problem", Static)
        problem.update(plain(text, "$warning" if warning else "$foreground"))

    def _refused(self, error: ClientError) -> None:
        self._ending = False
        self._say(error.user_text(), True)

    def take(self, key: str) -> None:
        """End the shift where all is decided, or leave."""
        if key == "a":
            self._leave(self.undecided)
        elif key == "s":
            self._end()
        else:
            self.dismiss(Outcome(left=True) if key == "q" else None)

    def _end(self) -> None:
        if self._ending:
            return
        self._ending = True
        left = tuple(
            LeftItem(kind=one.kind, id=one.id, reason=self.reasons[one.key]) for one in self.items.values()
        )

        def ended(_answer: object) -> None:
            self.dismiss(Outcome(ended=True))

        self.place.submit(EndShift(command_id=new_id(), left=left), ended, self._refused)


def _case_deeds(place: Workplace, row: CaseRow) -> Iterable[Deed]:
    """What can be done with a case: a visit is signed and ended on its own screen, below this dialog."""
    live = row.kind != CaseKind.ASYNC and place.desk.is_mine(row)
    if live and row.state in _SIGNABLE and place.desk.people.allowed(Permission.SIGN_NOTE):
        yield "f9", _("Sign"), lambda: place.in_visit("visit.sign", row.id)
    if live and row.state == CaseState.IN_PROGRESS:
        yield "e", _("End"), lambda: place.in_visit("visit.end", row.id)
    offer = _("Answer") if place.desk.is_offered(row) else _("Withdraw") if row.hand_over else ""
    for key, action, label in (
        ("h", "case.hand_over", offer or _("Hand over")),
        ("d", "case.done", _("Mark as done")),
        ("e", "case.end", _("End")),
        ("n", "case.continue", _("New chat after it") if row.closed_at is not None else ""),
    ):
        if label and place.may_begin(action, row):
            yield key, label, lambda action=action: place.begin(action, row.id)


def _kind_text(kind: ShiftItem) -> str:
    return {
        "live": pgettext("unfinished", "In progress"),
        "unsigned": pgettext("unfinished", "Not signed"),
        "awaiting": pgettext("unfinished", "To answer"),
        "unanswered": pgettext("unfinished", "Closed unanswered"),
        "hand_over": pgettext("unfinished", "Handed over"),
        "draft": pgettext("unfinished", "Draft"),
        "ticket": pgettext("unfinished", "Ticket"),
    }[kind]


def _explained(items: Collection[Unfinished]) -> str:
    """What is to be done, in a sentence."""
    live = sum(one.kind == "live" for one in items)
    if live:
        return ngettext(
            "{count} visit is still in progress: the resident waits.",
            "{count} visits are still in progress: the residents wait.",
            live,
        ).format(count=live)
    if items:
        return _("Finish each, hand it over, or leave it with a reason.")
    return _("Nothing is left. Notifications stop, and colleagues see that you have gone.")


def _line(one: Unfinished, reason: str | None, *, offered: bool) -> Line:
    kind = pgettext("unfinished", "Offered to me") if offered else _kind_text(one.kind)
    if reason is not None:
        decided = Cell(_("is left: {reason}").format(reason=reason), "$muted")
    else:
        decided = Cell(_("to decide"), "$warning" if one.must_decide else "$foreground")
    style = "$muted" if reason is not None else "$foreground"
    about = one.row.reason if one.row else one.ticket.reason if one.ticket else ""
    resident = resident_short(one.resident) if one.resident else ""
    return Line(
        one.key,
        (Cell(kind, style), Cell(resident, style), Cell(about, "$muted"), decided),
    )
