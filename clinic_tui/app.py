"""The workstation's application: it holds the desk and the link, and shows the screens."""

import asyncio
from collections.abc import Collection
from concurrent.futures import Future
from typing import Any, ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.driver import Driver

from clinic_tui.actions.keymap import NO_KEY, Keymap
from clinic_tui.activity import WatchedApp
from clinic_tui.announcer import Announcer, AppSpeaker
from clinic_tui.anywhere import Anywhere
from clinic_tui.case_room import CaseRoom
from clinic_tui.client.errors import ClientError, Unauthorised
from clinic_tui.client.link import Link
from clinic_tui.client.link_events import (
    DraftNotSaved,
    DraftRestored,
    LinkEvent,
    MessageRestored,
    NotKept,
    SessionEnded,
    SnapshotArrived,
    StaffLetter,
)
from clinic_tui.desk_room import DeskRoom
from clinic_tui.domain.filters import GlobalFilter
from clinic_tui.ending import Ending
from clinic_tui.entrance import Entrance
from clinic_tui.i18n import _
from clinic_tui.leaving import Leaving
from clinic_tui.link_messages import Answered, LinkNews
from clinic_tui.navigation import Navigation
from clinic_tui.notice_board import NoticeBoard
from clinic_tui.older_pages import OlderPages
from clinic_tui.options import Options
from clinic_tui.protocol.commands import Command, PostMessage
from clinic_tui.protocol.wire import Wire
from clinic_tui.resident_room import ResidentRoom
from clinic_tui.shift_end import ShiftEnd
from clinic_tui.state.changes import Changes
from clinic_tui.under_way import UnderWay
from clinic_tui.undo import Undo
from clinic_tui.widgets.clinic_screen import ClinicScreen
from clinic_tui.widgets.outcome import Outcome
from clinic_tui.widgets.palette_provider import ActionsProvider
from clinic_tui.widgets.stillness import moment
from clinic_tui.widgets.style_sheet import KeptStylesheet
from clinic_tui.widgets.terminal_driver import ending_driver
from clinic_tui.widgets.texts import clock, resident_with_age
from clinic_tui.widgets.workplace import Done, DraftKind, Failed, Workplace
from styles import css_paths
from styles.themes import VARIABLE_DEFAULTS, register_themes, theme_for

TICK_SECONDS = 5.0
"""How often the clock is looked at; only what reads differently is repainted."""


class ClinicApp(WatchedApp[int], inherit_bindings=False):
    """Folds what comes over the link into the desk, and tells the screen in front what changed."""

    CSS_PATH = css_paths("base")
    COMMANDS = {ActionsProvider}  # noqa: RUF012 - Textual's own name
    COMMAND_PALETTE_BINDING = NO_KEY
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+q", "leave", id="app.quit", show=False, priority=True),
    ]
    """Textual's own key would leave without asking."""
    ENABLE_COMMAND_PALETTE = True

    def __init__(self, options: Options) -> None:
        super().__init__()
        self.ending = Ending(lambda: self.link.close(timeout=1.0))
        self.options = options
        self.incident_log = options.incidents
        self.link = Link(options.server, self._hand_over, idle=self.activity.idle, device=options.device)
        self.under_way = UnderWay()
        self.entrance = Entrance(self)
        self.navigation = Navigation(self)
        self.leaving = Leaving(self)
        self.anywhere = Anywhere(self)
        self._furnish()
        self.announcer = Announcer(self.place, AppSpeaker(self))
        register_themes(self)
        self.theme = theme_for(options.config.ui.theme).name
        self.stylesheet = KeptStylesheet(variables=self.get_css_variables())
        self.set_keymap(self.place.keymap.as_textual())
        self.navigation.add_modes()

    def _furnish(self) -> None:
        """Everything that knows what a session knew, empty."""
        self.room = DeskRoom()
        self.older = OlderPages(self)
        self.deeds = CaseRoom(self)
        self.residents = ResidentRoom(self)
        self.place = self._make_place()
        self.notices = NoticeBoard(self)
        self.shift = ShiftEnd(self)
        self.undo = Undo(self)

    def begin_anew(self) -> None:
        """Leave nothing of one person's session to the next at the same terminal (domain.md 7.1)."""
        token_note = self.place.token_note
        self._furnish()
        self.place.token_note = token_note
        self.announcer.turn_to(self.place)
        self.navigation.forget_views()

    def _make_place(self) -> Workplace:
        config = self.options.config
        return Workplace(
            desk=self.room.desk,
            lists=self.room.lists,
            keymap=Keymap(config.keys, config.ui.send_key),
            config=config,
            server=self.options.server,
            client=self.link.client,
            now=self.room.now,
            submit=self.submit,
            send_message=self.send_message,
            discard_message=self.discard_message,
            send_letter=self.send_letter,
            save_draft=self.save_draft,
            app_may=self.anywhere.may,
            app_perform=self.anywhere.perform,
            open_case=self.navigation.open_case,
            arrival=self.navigation.arrival,
            begin=self.deeds.begin,
            in_visit=self.navigation.in_visit,
            answer=self.navigation.answer,
            may_begin=self.deeds.may,
            begin_resident=self.residents.begin,
            may_begin_resident=self.residents.may,
            open_resident=self.navigation.open_resident,
            fetch_ended=lambda done, failed: self.fetch(self.link.fetch_ended(), done, failed),
            fetch_day=lambda day, done, failed: self.fetch(self.link.fetch_day(day), done, failed),
            renew=self.navigation.renew,
            ask=self.navigation.ask,
            tell=self.tell,
            set_filter=self.set_filter,
            set_option=self.set_option,
            copy=self.copy_text,
            watch=lambda case_id, typing: self.link.show(case_id, case_id if typing else None),
            later=self.call_later,
        )

    def get_driver_class(self) -> type[Driver]:
        """The platform's own, which ends the program when its terminal ends."""
        return ending_driver(super().get_driver_class(), self._without_terminal)

    def _without_terminal(self) -> None:
        self.ending.without_terminal()

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Our own colour names, for a theme that lacks them."""
        return VARIABLE_DEFAULTS

    def on_mount(self) -> None:
        """Show the first screen, then reach for the backend."""
        self.ending.watch(asyncio.get_running_loop(), self.exit)
        self.set_interval(TICK_SECONDS, self._tick)
        self.entrance.open()

    def on_unmount(self) -> None:
        """Signals do again what they did before."""
        self.ending.watch_no_more()

    @property
    def clinic_screen(self) -> ClinicScreen | None:
        """The view in front, also below a dialog; None at the sign-in."""
        for screen in reversed(self.screen_stack):
            if isinstance(screen, ClinicScreen):
                return screen
        return None

    def _hand_over(self, event: LinkEvent) -> None:
        """From the link's thread to the application's own loop."""
        self.post_message(LinkNews(event))

    def on_link_news(self, message: LinkNews) -> None:
        """Fold it and show what changed."""
        event = message.event
        self.room.desk.connection = self.link.status
        changes = self.room.take_in(event)
        match event:
            case SnapshotArrived():
                self.entrance.arrived()
            case SessionEnded(reason):
                self.entrance.ended(reason)
            case DraftNotSaved(error=error):
                self.navigation.draft_not_saved(error)
            case _:
                pass
        self.show(changes)
        if isinstance(event, MessageRestored | DraftRestored | NotKept):
            self.leaving.told(event)

    def show(self, changes: Changes) -> None:
        """Tell the view in front what changed, and fetch what is missing."""
        screen = self.clinic_screen
        if screen is not None and screen.is_mounted:
            if changes:
                screen.show_changes(changes)
            screen.show_frame()
        if changes and len(self.screen_stack) > 1:
            from clinic_tui.widgets.modal import ClinicDialog

            front = self.screen_stack[-1]
            if isinstance(front, ClinicDialog) and front.is_mounted:
                front.show_changes(changes)
        for case_id in changes.wanted:
            self.fetch(self.link.fetch_case(case_id), lambda detail: self.take(self.room.desk.open(detail)))
        if changes.everything or changes.visits:
            self.older.fetch(changes)
        self.announcer.news(changes)
        for lost in changes.lost:
            row = self.room.desk.rows.get(lost.case_id)
            name = resident_with_age(row.resident) if row else _("the case")
            text = _("{who} took over {resident} at {time}.")
            self.say(text.format(who=lost.by.name, resident=name, time=clock(lost.at)), warning=True)

    def take(self, changes: Changes) -> None:
        """Take in a change made outside the link's events."""
        self.show(self.room.keep_step(changes))

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say something in the notice line of the view in front."""
        self.tell(Outcome(text, warning=warning))

    def tell(self, outcome: Outcome) -> None:
        """Tell what came of an action in the view in front; see `Workplace.tell`."""
        screen, shown = self.clinic_screen, self.undo.offer(outcome)
        if screen is not None and screen.is_mounted:
            screen.tell(shown)

    @property
    def moving_keys(self) -> Collection[str]:
        """Letters that only move in a list, as the user's key map has them."""
        return self.place.keymap.moving_keys

    @property
    def leading_keys(self) -> Collection[str]:
        """The menu's keys, as the user's key map has them."""
        return self.place.keymap.leading_keys

    def answer_due(self, read: float) -> bool:
        """Whether something was asked after this moment that may change what a key acts on."""
        return self.under_way.due(read, moment())

    def refusal(self, event: events.Event) -> str:
        """What a view about to change is given, and text where no field is, is not taken."""
        screen = self.screen
        if isinstance(screen, ClinicScreen) and self.under_way.changes(self.place.current_visit, event.time):
            return screen.changing(event) or super().refusal(event)
        return super().refusal(event)

    def tell_user(self, text: str) -> None:
        """Say it in the notice line."""
        self.say(text, warning=True)

    def fetch(
        self,
        future: "Future[Any]",
        done: Done,
        failed: Failed | None = None,
        *,
        command: Command | None = None,
    ) -> None:
        """Wait for the link without holding anything up. `command` is what was sent, where it was one."""

        def refused(error: ClientError) -> None:
            self.say(error.user_text(), warning=True)

        room = self.room
        self.under_way.sent(future, moment(), command)
        future.add_done_callback(
            lambda ready: self.post_message(Answered(ready, done, failed or refused, room, command))
        )

    def on_answered(self, message: Answered) -> None:
        """Hand an outcome to whoever asked, once the desk has taken it in."""
        self.under_way.answered(message.future, moment())
        if message.room is not self.room:
            return
        error = message.future.exception()
        answer = message.future.result() if error is None else None
        if message.command is not None:
            self.place.steps.settle(message.command, answer)
        if error is None:
            if isinstance(answer, Wire):
                self.take(self.room.desk.absorb(answer))
            message.done(answer)
        elif isinstance(error, ClientError):
            if isinstance(error, Unauthorised) and self.room.desk.loaded:
                self.entrance.ended("expired")
            message.failed(error)
        else:
            raise error
        screen = self.clinic_screen
        if screen is not None and screen.is_mounted:
            screen.show_frame()

    def submit(self, command: Command, done: Done, failed: Failed) -> None:
        """Send a command; see `Workplace.submit`."""
        self.place.steps.begin(command)
        self.fetch(self.link.send(command), done, failed, command=command)

    def send_message(self, command: PostMessage) -> None:
        """Send a message through the outbox, shown at once."""
        self.undo.sent(command)
        self.take(self.room.desk.queue_message(command, self.room.now()))
        self.fetch(self.link.send(command), lambda _answer: None, lambda _error: None, command=command)

    def discard_message(self, case_id: str, message_id: str) -> None:
        """A refused message has been seen to; see `Workplace.discard_message`."""
        self.take(self.room.desk.discard_pending(case_id, message_id))
        self.link.discard(message_id)

    def send_letter(self, command: StaffLetter, done: Done, failed: Failed) -> None:
        """Send a message to colleagues through the outbox, shown at once; see `Workplace.send_letter`."""
        desk = self.room.desk
        self.take(desk.queue_letter(command, self.room.now()))

        def sent(answer: Any) -> None:
            self.take(desk.settle_letter(command.command_id))
            done(answer)

        def refused(error: ClientError) -> None:
            self.take(desk.settle_letter(command.command_id))
            failed(error)
            self.link.discard(command.command_id)

        self.fetch(self.link.send(command), sent, refused)

    def save_draft(self, case_id: str, kind: DraftKind, body: str) -> None:
        """Keep a draft on the backend, within a second."""
        visit = self.room.desk.visits.get(case_id)
        if visit is not None:
            self.link.save_draft(case_id, kind, body, visit.draft_revision(kind))

    def set_filter(self, chosen: GlobalFilter) -> None:
        """Use a filter in every view and keep it on the device."""
        self.room.set_filter(chosen)
        problem = self.options.keep_filter(self.room.desk.people.staff_id, chosen)
        self.show(Changes(everything=True, lists=True))
        if problem:
            self.say(problem, warning=True)

    def set_option(self, key: str, value: str) -> str:
        """Change a setting, at once and in the file; returns what is wrong with it, or nothing."""
        problem = self.options.set_value(key, value)
        if not problem:
            config = self.place.config = self.options.config
            self.theme = theme_for(config.ui.theme).name
            self.place.keymap = Keymap(config.keys, config.ui.send_key)
            self.set_keymap(self.place.keymap.as_textual())
        return problem

    def copy_text(self, text: str) -> str:
        """Copy to the clipboard, where the settings allow it."""
        if not self.place.config.privacy.copy_allowed:
            return _("Copying is switched off in the settings.")
        self.copy_to_clipboard(text)
        return _("Copied. Some terminals do not pass copies on.")

    def _tick(self) -> None:
        self.room.desk.connection = self.link.status
        screen = self.clinic_screen
        if screen is not None and screen.is_mounted:
            screen.tick()
            screen.show_frame()

    def action_leave(self) -> None:
        """Leave the program, from any screen."""
        self.anywhere.do_app_quit()
