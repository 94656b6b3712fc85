"""From view to view: the app's modes, the visits and the dialogs."""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

from textual.screen import Screen
from textual.widgets import Input, TextArea

from clinic_tui.client.errors import ClientError
from clinic_tui.domain.filters import GlobalFilter
from clinic_tui.i18n import _
from clinic_tui.protocol.ids import new_id
from clinic_tui.protocol.patient_commands import OpenResident, ProfileOpened
from clinic_tui.protocol.patients import ResidentProfile
from clinic_tui.protocol.resources import CaseDetail
from clinic_tui.state.selectors import followed
from clinic_tui.state.visit import Visit
from clinic_tui.widgets.outcome import Offer, Outcome
from clinic_tui.widgets.texts import resident_with_age
from clinic_tui.widgets.workplace import Choice, Question

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp


VIEWS = {
    "start": ("screens.start", "StartScreen"),
    "drop_in": ("screens.drop_in", "DropInScreen"),
    "booked": ("screens.booked", "BookedScreen"),
    "chats": ("screens.chats", "ChatsScreen"),
    "team": ("screens.team", "TeamScreen"),
    "patients": ("screens.patients", "PatientsScreen"),
    "verify": ("screens.verify", "VerifyScreen"),
    "settings": ("screens.settings", "SettingsScreen"),
    "mine": ("screens.mine", "MineScreen"),
    "unit": ("screens.unit", "UnitScreen"),
    "visit": ("screens.visit.screen", "VisitScreen"),
}
"""The views by mode: where each is found."""


class Navigation:
    """Shows views, visits and dialogs on the app; screens are imported when first shown."""

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app
        self._opened_from = "drop_in"
        """The view that the visit on screen was opened from."""

    def add_modes(self) -> None:
        """Tell the app its views; each is made when first shown, and stays alive when left."""
        self._add_views()
        self.add_mode("sign_in", self._app.entrance.screen)

    def _add_views(self) -> None:
        for name, (module, made) in VIEWS.items():
            self.add_mode(name, partial(self._make, module, made))

    def forget_views(self) -> None:
        """Take every view away; the next time it is shown it is made anew. None of them is in front."""
        for name in VIEWS:
            self._app.remove_mode(name)
        self._add_views()
        self._opened_from = "drop_in"

    def add_mode(self, name: str, make: Callable[[], Screen[None]]) -> None:
        """Tell the app one view."""
        self._app.add_mode(name, make)  # pyright: ignore[reportUnknownMemberType] - Textual's generic

    def _make(self, module: str, made: str) -> Screen[None]:
        """A view, imported when it is first shown."""
        return getattr(import_module(module), made)(self._app.place)

    def show(self, mode: str) -> None:
        """Show a view."""
        if self._app.current_mode != mode:
            self._switch(mode)

    def _switch(self, mode: str) -> None:
        """Change the view; the end of the shift stays in front, whatever is seen to below it."""
        going_on = self._app.shift.taken_off()
        self._app.switch_mode(mode)
        if going_on:
            self._app.shift.go_on()

    def back(self) -> None:
        """One step back: from a visit to the view it was opened from, from any other view to the queue."""
        self.show(self._opened_from if self._app.current_mode == "visit" else "drop_in")

    def my_visits(self) -> list[Visit]:
        """The open visits and chats that one goes round among, in the order of their tabs."""
        return followed(self._app.room.desk, self._app.place.current_visit)

    def _standing(self) -> tuple[object, ...]:
        """Where the user is, and what they write there."""
        app = self._app
        field = app.focused
        text = field.text if isinstance(field, TextArea) else field.value if isinstance(field, Input) else ""
        patient = app.place.patient
        return (app.current_mode, app.place.current_visit, patient.resident.id if patient else "", text)

    def arrival(self) -> Callable[[str], None]:
        """See `Workplace.arrival`."""
        before = self._standing()
        return lambda case_id: self._arrive(case_id, still=self._standing() == before)

    def _arrive(self, case_id: str, *, still: bool) -> None:
        """Show a case that was asked for; else say that it is there, with the key to it."""
        app = self._app
        visit = app.room.desk.visits.get(case_id)
        row = visit.row if visit is not None else app.room.desk.rows.get(case_id)
        if still or row is None:
            self.open_case(case_id)
            return
        offer = Offer("go.visit", resident_with_age(row.resident), lambda: self.open_case(case_id))
        app.tell(Outcome(_("What you asked for is ready."), offers=(offer,)))

    def open_case(self, case_id: str) -> None:
        """Show a case on the visit screen, fetched first where the desk does not have it."""
        app = self._app
        if case_id not in app.room.desk.visits:
            arrived = self.arrival()

            def opened(detail: CaseDetail) -> None:
                app.take(app.room.desk.open(detail))
                arrived(detail.row.id)

            app.fetch(app.link.fetch_case(case_id), opened)
            return
        app.place.current_visit = case_id
        if app.current_mode != "visit":
            self._opened_from = app.current_mode
            self._switch("visit")
            return
        screen = app.clinic_screen
        if screen is not None:
            screen.show_all()
            screen.show_frame()

    def in_visit(self, action_id: str, case_id: str) -> None:
        """Show a case on the visit screen, and perform an action there once it stands."""
        self.open_case(case_id)

        def perform() -> None:
            screen = self._app.clinic_screen
            if screen is not None and screen.VIEW == "visit" and self._app.place.current_visit == case_id:
                screen.call_after_refresh(screen.action_perform, action_id)

        self._app.call_later(perform)

    def answer(self, case_id: str) -> None:
        """Show a case with the focus where one writes; the end of the shift gives way to it."""
        self._app.shift.taken_off()
        self.in_visit("visit.write", case_id)

    def open_resident(self, resident_id: str) -> None:
        """Show a resident's profile; the reading is logged."""
        app = self._app
        command = OpenResident(command_id=new_id(), resident_id=resident_id)
        before = self._standing()

        def opened(answer: ProfileOpened) -> None:
            if self._standing() == before:
                self._show_profile(answer.profile)
                return
            name = resident_with_age(answer.profile.resident)
            offer = Offer("go.patients", name, lambda: self._show_profile(answer.profile))
            app.tell(Outcome(_("What you asked for is ready."), offers=(offer,)))

        app.submit(command, opened, lambda error: app.say(error.user_text(), warning=True))

    def _show_profile(self, profile: ResidentProfile) -> None:
        """Show this profile in the patients view."""
        app = self._app
        app.place.patient = profile
        if app.current_mode != "patients":
            app.place.wanted_tab["patients"] = "profile"
        self.show("patients")
        screen = app.clinic_screen
        if screen is not None and screen.is_mounted:
            screen.show_all()

    def renew(self, case_id: str) -> None:
        """Fetch a case again: what happened in it is not told by events."""
        app = self._app
        app.fetch(app.link.fetch_case(case_id), lambda detail: app.take(app.room.desk.open(detail)))

    def edit_filter(self, *, search: bool = False, first: bool = False) -> None:
        """Show the filter dialog."""
        from screens.dialogs.filter import FilterDialog

        def chosen(result: GlobalFilter | None) -> None:
            if result is not None:
                self._app.set_filter(result)

        self._app.push_screen(FilterDialog(self._app.place, search=search, first=first), chosen)

    def help(self) -> None:
        """Show what every key does."""
        from screens.dialogs.help import HelpDialog

        screen = self._app.clinic_screen
        self._app.push_screen(HelpDialog(self._app.place, tuple(screen.SCOPES) if screen is not None else ()))

    @property
    def asking(self) -> bool:
        """Whether a question is in front."""
        from screens.dialogs.question import QuestionDialog

        return isinstance(self._app.screen, QuestionDialog)

    def ask(self, question: Question) -> None:
        """Show a question."""
        from screens.dialogs.question import QuestionDialog

        def chosen(choice: Choice | None) -> None:
            if choice is not None and choice.act is not None:
                choice.act()

        self._app.push_screen(QuestionDialog(question), chosen)

    def draft_not_saved(self, error: ClientError) -> None:
        """Say that a draft is not on the backend yet."""
        self._app.say(
            _("The draft is not saved yet: {reason}").format(reason=error.user_text()), warning=True
        )
