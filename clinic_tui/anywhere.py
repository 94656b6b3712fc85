"""What the actions that work in every view do."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from clinic_tui.actions.registry import ACTIONS
from clinic_tui.domain.filters import GlobalFilter
from clinic_tui.domain.roles import Permission
from clinic_tui.i18n import _
from styles.themes import SETTINGS

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp


class Anywhere:
    """One method an action: `do_` and its id with underscores."""

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app

    def may(self, action_id: str) -> bool:
        """Whether the action can be performed now."""
        if action_id == "go.visit":
            return bool(self._app.navigation.my_visits())
        if action_id == "go.unit":
            allowed = self._app.room.desk.people.allowed
            return allowed(Permission.ADMINISTER_UNIT) or allowed(Permission.ADMINISTER_HOURS)
        if action_id.startswith("go."):
            return True
        return self._method(action_id) is not None

    def perform(self, action_id: str) -> None:
        """Perform the action."""
        area, _dot, view = action_id.partition(".")
        method = self._method(action_id)
        if method is not None:
            method()
        elif area == "go":
            self._app.navigation.show(view)

    def _method(self, action_id: str) -> Callable[[], None] | None:
        return getattr(self, ACTIONS[action_id].method, None)

    def do_go_visit(self) -> None:
        """Go to the visit shown last, or the first one."""
        visits = self._app.navigation.my_visits()
        known = next((one for one in visits if one.case_id == self._app.place.current_visit), None)
        if visits:
            self._app.navigation.open_case((known or visits[0]).case_id)

    def do_go_patients(self) -> None:
        """Go where one writes a number; a profile that is shown stays below."""
        self._app.place.wanted_tab.setdefault("patients", "number")
        self._app.navigation.show("patients")

    def do_app_back(self) -> None:
        """One step back."""
        if self._app.current_mode != "sign_in":
            self._app.navigation.back()

    def do_filter_edit(self) -> None:
        """Change the global filter."""
        self._app.navigation.edit_filter()

    def do_filter_search(self) -> None:
        """Change the filter's words."""
        self._app.navigation.edit_filter(search=True)

    def do_filter_clear(self) -> None:
        """Empty the filter."""
        self._app.set_filter(GlobalFilter())
        self._app.say(_("The filter is empty: everything is shown."))

    def do_app_search(self) -> None:
        """Search everything from the view in front."""
        from clinic_tui.global_search import GlobalSearch  # with the composer, off the way to the first frame

        GlobalSearch(self._app).show()

    def do_notices_show(self) -> None:
        """Show what happened to me."""
        self._app.notices.show()

    def do_tickets_show(self) -> None:
        """Show the tickets I have issued: those another view asked for, or all that nobody has used."""
        from screens.dialogs.tickets import TicketPart, TicketsDialog

        parts: dict[str, TicketPart] = {"open": "open", "unused": "unused"}
        place = self._app.place

        def chosen(resident_id: str | None) -> None:
            if resident_id is not None:
                place.open_resident(resident_id)

        part = parts.get(place.wanted_tab.pop("tickets", ""), "")
        self._app.push_screen(TicketsDialog(place, part), chosen)

    def do_shift_end(self) -> None:
        """Go through what is left, and sign out."""
        self._app.shift.begin()

    def do_app_undo(self) -> None:
        """Undo what was just done."""
        self._app.undo.perform()

    def do_app_palette(self) -> None:
        """Find an action by name."""
        from clinic_tui.widgets.palette_provider import ActionsPalette

        self._app.push_screen(ActionsPalette())

    def do_app_help(self) -> None:
        """Show what every key does."""
        self._app.navigation.help()

    def do_app_theme(self) -> None:
        """Switch to the next theme."""
        now = self._app.place.config.ui.theme
        following = SETTINGS[(SETTINGS.index(now) + 1) % len(SETTINGS)] if now in SETTINGS else SETTINGS[0]
        problem = self._app.set_option("ui.theme", following)
        self._app.say(problem or _("Theme: {name}").format(name=following), warning=bool(problem))

    def do_app_sign_out(self) -> None:
        """End the session; offers to end the shift where something is unfinished."""
        self._app.shift.leave(_("Sign out"), self._app.entrance.sign_out, signs_out=True)

    def do_app_quit(self) -> None:
        """Leave the program; offers to end the shift where something is unfinished."""
        self._app.shift.leave(_("Quit"), lambda: self._app.exit(0))
