"""The way out of a shift: what is left is decided, the shift is ended, the session too."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from clinic_tui.state.unfinished import Unfinished, unfinished

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp
    from screens.dialogs.end_shift import Outcome


class ShiftEnd:
    """Shows what is unfinished, and keeps what was decided while the user sees to one of the things."""

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app
        self._reasons: dict[str, str] = {}
        self._again: Callable[[], None] = self.begin
        """Shows the dialog as it was shown last."""

    def begin(self) -> None:
        """Go through what is left, end the shift and sign out."""
        if self._app.room.desk.loaded:
            self._show("", self._app.entrance.sign_out, signs_out=True)

    def leave(self, label: str, act: Callable[[], None], *, signs_out: bool = False) -> None:
        """Leave by this way; where something is unfinished, ending the shift is offered first.

        `signs_out` tells whether it ends the session by itself.

        A ticket nobody has used yet is no reason to ask.
        """
        app = self._app
        if self._asking:
            return
        left = [one for one in unfinished(app.room.desk) if one.kind != "ticket"]
        if app.current_mode == "sign_in" or not app.room.desk.loaded or not left:
            app.leaving.then(act)
        else:
            self._show(label, act, signs_out=signs_out)

    def taken_off(self) -> bool:
        """Take the dialog off the view in front, where it stands there; whether it did."""
        from screens.dialogs.end_shift import EndShiftDialog

        stands = isinstance(self._app.screen, EndShiftDialog)
        if stands:
            self._app.pop_screen()
        return stands

    def go_on(self) -> None:
        """Show the dialog anew in the view that is now in front.

        Later, by the app itself: the dialog that was taken off may be the one that is acting.
        """
        self._app.call_later(self._again)

    @property
    def _asking(self) -> bool:
        from screens.dialogs.end_shift import EndShiftDialog

        front = self._app.screen_stack
        return self._app.navigation.asking or any(isinstance(one, EndShiftDialog) for one in front)

    def _show(self, label: str, act: Callable[[], None], *, signs_out: bool) -> None:
        from screens.dialogs.end_shift import EndShiftDialog

        if self._asking:
            return
        self._again = lambda: self._show(label, act, signs_out=signs_out)
        known = {one.key for one in unfinished(self._app.room.desk)}
        self._reasons = {key: reason for key, reason in self._reasons.items() if key in known}

        def done(outcome: "Outcome | None") -> None:
            if outcome is None:
                return
            if outcome.go_to is not None:
                self._go_to(outcome.go_to)
            elif outcome.left:
                self._app.leaving.then(act)
            elif outcome.ended:
                self._reasons = {}
                self._app.leaving.then(act if signs_out else lambda: self._sign_out_and(act))

        self._app.push_screen(EndShiftDialog(self._app.place, self._reasons, label), done)

    def _sign_out_and(self, act: Callable[[], None]) -> None:
        """End the session, forget its token, and act."""
        app = self._app

        async def forget() -> None:
            await asyncio.to_thread(app.options.forget_token)
            act()

        def over(_outcome: object) -> None:
            app.run_worker(forget(), group="session", exit_on_error=False)

        app.fetch(app.link.sign_out(), over, over)

    def _go_to(self, one: Unfinished) -> None:
        """Show what is to be seen to."""
        if one.ticket is not None:
            self._app.place.open_resident(one.ticket.resident.id)
        else:
            self._app.place.open_case(one.id)
