"""In and out: signing in, choosing an assignment, what comes first on a device, and the end of a session."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from textual.screen import Screen

from clinic_tui.client.errors import ClientError, Unauthorised
from clinic_tui.i18n import _
from clinic_tui.protocol.resources import SignedIn
from clinic_tui.widgets.workplace import Failed

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp

SignedInPort = Callable[[SignedIn], None]
RETRY_SECONDS = 3.0
"""Between tries to reach the backend for the first time."""


class Entrance:
    """Leads from the sign-in to the desk and back."""

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app
        self._greeted = False
        self._inside = False
        self._notice = ""
        self._username = ""
        self._last_assignment = ""
        self._whose = ""
        """Whose session the views still know; empty where they know nothing."""

    def screen(self) -> Screen[None]:
        """The sign-in screen."""
        from screens.sign_in import SignInPorts, SignInScreen

        return SignInScreen(
            SignInPorts(
                server=self._app.options.server,
                submit=self._sign_in,
                choose=self._choose,
                quit=lambda: self._app.leaving.then(lambda: self._app.exit(0)),
                username=self._username,
                last_assignment=self._last_assignment,
                notice=self._notice,
                token_note=self._app.place.token_note or self._app.options.sign_in_note(),
            )
        )

    def open(self) -> None:
        """Show the first screen: the desk where there is a session, else the sign-in."""
        if self._app.options.token:
            self._adopt(self._app.options.token)
            return
        self._app.switch_mode("sign_in")
        if not self._app.options.private:
            self._app.run_worker(self._look_for_session(), group="session", exit_on_error=False)

    async def _look_for_session(self) -> None:
        token = await asyncio.to_thread(self._app.options.kept_token)
        if token and not self._inside:
            self._adopt(token)

    def _sign_in(self, username: str, password: str, done: SignedInPort, failed: Failed) -> None:
        self._username = username

        def signed_in(answer: SignedIn) -> None:
            if self._whose not in {"", answer.staff.id}:
                self._app.begin_anew()
            self._whose = answer.staff.id
            done(answer)

        self._app.fetch(self._app.link.sign_in(username, password), signed_in, failed)

    def _choose(self, assignment_id: str, failed: Failed) -> None:
        self._last_assignment = assignment_id
        self._app.fetch(self._app.link.choose_assignment(assignment_id), self._chosen, failed)

    def _adopt(self, token: str) -> None:
        """Use a session; the network is imported and used once the frame is on the screen."""
        self._inside = True
        self._app.switch_mode("drop_in")

        def begin() -> None:
            self._app.link.adopt(token)
            self._open_desk()

        self._app.call_after_refresh(begin)

    def _chosen(self, signed_in: SignedIn) -> None:
        """The assignment is chosen: keep the token where that is safe, and open the desk."""
        self._enter()
        if not self._app.options.private:
            self._app.run_worker(self._keep(signed_in.token), group="session", exit_on_error=False)

    def _enter(self) -> None:
        self._inside = True
        self._app.switch_mode("drop_in")
        self._open_desk()

    def _open_desk(self) -> None:
        self._app.fetch(self._app.link.open_desk(), lambda _snapshot: None, self._not_opened)

    def _not_opened(self, error: ClientError) -> None:
        if isinstance(error, Unauthorised):
            self.ended("expired")
            return
        self._app.say(error.user_text(), warning=True)
        self._app.set_timer(RETRY_SECONDS, self._open_desk)

    async def _keep(self, token: str) -> None:
        note = await asyncio.to_thread(self._app.options.keep_token, token)
        self._app.place.token_note = note
        if note:
            self._app.say(note)

    def arrived(self) -> None:
        """The desk is here: use the filter of this device, or have one chosen first."""
        if self._greeted:
            return
        self._greeted = True
        app = self._app
        self._whose = app.room.desk.people.staff_id
        kept, problem = app.options.kept_filter(app.room.desk.people.staff_id)
        told = in_one_line((problem, *app.options.notes, *app.place.keymap.problems))
        if told:
            app.say(told, warning=True)
        if kept is not None:
            app.room.set_filter(kept)
        elif not app.options.private:
            app.navigation.edit_filter(first=True)

    def ended(self, reason: str) -> None:
        """The session is over: back to the sign-in, with the reason; drafts are on the backend."""
        if not self._inside:
            return
        self._inside = self._greeted = False
        app = self._app
        self._notice = {
            "signed_out": _("You have signed out."),
            "expired": _("The session has expired. Your drafts are kept: sign in again."),
            "disabled": _("The account is closed. Talk to your administrator."),
        }.get(reason, _("The session is over. Sign in again."))
        app.run_worker(asyncio.to_thread(app.options.forget_token), group="session", exit_on_error=False)
        app.run_worker(self._back_to_sign_in(reason == "signed_out"), group="session", exit_on_error=False)

    async def _back_to_sign_in(self, for_good: bool) -> None:
        """Show the sign-in; of a session that its user ended nothing stays.

        One that ended by itself may be taken up again by its own user, with what was written and not saved,
        in a dialog too: that stays over its view, which nobody else ever sees.
        """
        from clinic_tui.widgets.writing_dialog import SendingDialog

        app = self._app
        while len(app.screen_stack) > 1:
            front = app.screen
            if isinstance(front, SendingDialog) and front.written and not for_good:
                break
            await app.pop_screen()
        if app.current_mode == "sign_in":
            await app.switch_mode("drop_in")
        await app.remove_mode("sign_in")
        app.navigation.add_mode("sign_in", self.screen)
        await app.switch_mode("sign_in")
        if for_good:
            self._whose = ""
            app.begin_anew()

    def sign_out(self) -> None:
        """End the session on the backend and here."""

        def over(_outcome: object) -> None:
            self.ended("signed_out")

        self._app.fetch(self._app.link.sign_out(), over, over)


def in_one_line(problems: Iterable[str]) -> str:
    """The first of what is wrong with the files, and how to see the others; empty where nothing is."""
    first, *others = [problem for problem in problems if problem] or [""]
    if not others:
        return first
    return _("{first} {count} more: run clinic-tui doctor.").format(first=first, count=len(others))
