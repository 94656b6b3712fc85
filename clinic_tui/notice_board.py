"""The list of notices, and the way from each to what it is about."""

from typing import TYPE_CHECKING

from clinic_tui.domain.cases import CaseState
from clinic_tui.protocol.team import Notice

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp


class NoticeBoard:
    """Shows the notices and goes where one of them leads."""

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app

    def show(self) -> None:
        """Show everything that happened to me; it is read by being shown."""
        from screens.dialogs.notices import NoticesDialog

        self._app.push_screen(NoticesDialog(self._app.place), self._chosen)

    def _chosen(self, notice: Notice | None) -> None:
        if notice is not None:
            self.go_to(notice)

    def go_to(self, notice: Notice) -> None:
        """Open what a notice is about."""
        place = self._app.place
        if notice.conversation_id is not None:
            place.wanted_tab["team"] = f"open:{notice.conversation_id}"
            self._view("team")
            return
        match notice.kind:
            case "day_end":
                place.app_perform("shift.end")
            case "verification" | "verified" | "returned" | "sms_failed":
                tabs = {"sms_failed": "texts", "verification": "to_verify"}
                place.wanted_tab["verify"] = tabs.get(notice.kind, "asked")
                self._view("verify")
            case "ticket_expired":
                place.wanted_tab["tickets"] = "unused"
                place.app_perform("tickets.show")
            case "ticket_cancelled" | "ticket_reinstated" if notice.resident is not None:
                place.open_resident(notice.resident.id)
            case _ if notice.case_id is not None:
                self._case(notice, notice.case_id)
            case _:
                pass

    def _case(self, notice: Notice, case_id: str) -> None:
        """Open a case, or the list it waits in."""
        place, desk = self._app.place, self._app.room.desk
        row = desk.rows.get(case_id)
        if row is not None and desk.is_offered(row) and place.may_begin("case.hand_over", row):
            place.begin("case.hand_over", case_id)
        elif row is not None and row.state == CaseState.WAITING:
            self._view("drop_in")
        elif notice.kind == "new_async" and row is not None and row.assignee is None:
            place.wanted_tab["chats"] = "unassigned"
            self._view("chats")
        elif row is not None and row.state == CaseState.BOOKED and not desk.is_mine(row):
            self._view("booked")
        else:
            place.open_case(case_id)

    def _view(self, name: str) -> None:
        """Show a view, anew where it is in front already."""
        app = self._app
        if app.current_mode == name and app.clinic_screen is not None:
            app.clinic_screen.show_all()
        else:
            app.navigation.show(name)
