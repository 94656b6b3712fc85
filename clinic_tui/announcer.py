"""Tells that something happened: bell, window title and desktop, with kinds alone and never a name."""

import os
import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol

from clinic_tui.i18n import _
from clinic_tui.protocol.team import Notice, NoticeKind
from clinic_tui.protocol.text import safe_line
from clinic_tui.state.changes import Changes
from clinic_tui.widgets.guard import WINDOW_TITLE
from clinic_tui.widgets.notice_texts import kind_words, message_words, notice_line, several_words
from clinic_tui.widgets.workplace import Workplace

if TYPE_CHECKING:
    from clinic_tui.app import ClinicApp

GATHER_SECONDS = 0.3
"""What happens within this time is told as one."""
BELL = "\a"
_OSC, _END = "\x1b]", "\x1b\\"
_KEEP_TITLE, _OLD_TITLE = "\x1b[22;2t", "\x1b[23;2t"
_LIMIT = 120
_CHOICE: dict[NoticeKind, str] = {
    "new_async": "new_async",
    "new_drop_in": "new_drop_in",
    "scheduled": "scheduled",
    "visit_moved": "scheduled",
    "visit_cancelled": "scheduled",
    "assigned": "assigned",
    "assigned_back": "assigned",
    "invited": "assigned",
    "handed_over": "assigned",
    "hand_over_returned": "assigned",
}
"""Which of the profile's choices decides for a kind; the others are always told (slide 16)."""
_PRESSING: frozenset[NoticeKind] = frozenset({"handed_over", "async_expiring", "sms_failed", "day_end"})


class Speaker(Protocol):
    """What the announcer needs of the application."""

    def write(self, codes: str) -> None:
        """Write control codes to the terminal, where there is one."""

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say something in the notice line of the view in front."""

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """Act after so long."""

    def looks_at(self) -> str | None:
        """The case that is on the screen."""


class Announcer:
    """Gathers what happens in one moment, and tells it once: only while signed in and on shift."""

    def __init__(
        self, place: Workplace, speaker: Speaker, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._place = place
        self._speaker = speaker
        self._codes = desktop_codes(environment)
        self._notices: list[Notice] = []
        self._messages = 0
        self._waiting = False
        self._title = ""

    def turn_to(self, place: Workplace) -> None:
        """Tell of another session; what was gathered in the one before is dropped."""
        self._place = place
        self._notices, self._messages = [], 0
        self.show_title()

    def news(self, changes: Changes) -> None:
        """Something changed on the desk: tell what is new in it, in a moment."""
        looked_at = self._speaker.looks_at()
        self._messages += sum(message.case_id != looked_at for message in changes.arrived)
        self._notices += [notice for notice in changes.noticed if self._wanted(notice)]
        if (self._messages or self._notices) and not self._waiting:
            self._waiting = True
            self._speaker.later(GATHER_SECONDS, self._tell)
        self.show_title()

    def show_title(self) -> None:
        """Show how many notices are unread in the window's title, or the plain title again."""
        unread = self._place.desk.team.unread_notices if self._place.config.notifications.title else 0
        title = f"({unread}) {WINDOW_TITLE}" if unread else WINDOW_TITLE
        if title == (self._title or WINDOW_TITLE):
            return
        keep = "" if self._title else _KEEP_TITLE
        self._title = title
        self._speaker.write(f"{keep}{_OSC}2;{title}{_END}")

    def restore(self) -> str:
        """The codes that give the window its old title back; empty where it was never changed."""
        return _OLD_TITLE if self._title else ""

    @property
    def on_shift(self) -> bool:
        """Whether anything is told aloud: signed in, and before the shift's end (domain.md 2.7)."""
        desk, ends = self._place.desk, self._place.desk.people.shift_ends_at
        return desk.loaded and desk.connection.state != "ended" and (ends is None or self._place.now() < ends)

    def _wanted(self, notice: Notice) -> bool:
        choice = _CHOICE.get(notice.kind)
        profile = self._place.desk.people.profile
        chosen = profile.notify if profile is not None else ()
        return all(one.terminal for one in chosen if one.kind == choice)

    def _read(self, notice: Notice) -> bool:
        """Whether it is about a conversation that is before the user's eyes, and read by now."""
        talk = self._place.desk.team.conversations.get(notice.conversation_id or "")
        return talk is not None and talk.read >= talk.count

    def _tell(self) -> None:
        self._waiting = False
        notices, messages = [one for one in self._notices if not self._read(one)], self._messages
        self._notices, self._messages = [], 0
        if not (notices or messages):
            return
        if notices:
            self._say(notices)
        if not self.on_shift:
            return
        settings = self._place.config.notifications
        codes = BELL if settings.bell else ""
        if settings.desktop:
            text = safe_line("Clinic: " + _words(notices, messages))[:_LIMIT]
            codes += "".join(code.format(text=text) for code in self._codes)
        if codes:
            self._speaker.write(codes)

    def _say(self, notices: list[Notice]) -> None:
        shown = [notice for notice in notices if notice.kind != "taken_over"]
        if not shown:
            return
        text = notice_line(shown[0]) if len(shown) == 1 else several_words(len(shown))
        key = self._place.keymap.shown("notices.show")
        if key:
            text = _("{text}. {key} shows it.").format(text=text, key=key)
        self._speaker.say(text, warning=any(notice.kind in _PRESSING for notice in shown))


class AppSpeaker:
    """Speaks through the application and the terminal it has."""

    def __init__(self, app: "ClinicApp") -> None:
        self._app = app

    def write(self, codes: str) -> None:
        """Write through the driver, so that nothing is torn apart; nothing where there is no terminal."""
        driver = self._app._driver  # pyright: ignore[reportPrivateUsage] - as Textual's own bell does
        out = sys.__stderr__
        if driver is not None and not self._app.is_headless and out is not None and out.isatty():
            driver.write(codes)

    def say(self, text: str, *, warning: bool = False) -> None:
        """In the notice line of the view in front."""
        self._app.say(text, warning=warning)

    def later(self, seconds: float, act: Callable[[], None]) -> None:
        """By a timer of the app."""
        self._app.set_timer(seconds, act)

    def looks_at(self) -> str | None:
        """The case of the visit screen, where that is in front."""
        return self._app.place.current_visit if self._app.current_mode == "visit" else None


def _words(notices: list[Notice], messages: int) -> str:
    """What happened, as kinds alone."""
    kinds: set[NoticeKind] = {notice.kind for notice in notices}
    if len(kinds) == 1 and not messages:
        return kind_words(kinds.pop())
    if not kinds:
        return message_words()
    return several_words(len(notices) + messages)


def desktop_codes(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The codes this terminal shows on the desktop, `{text}` where the text goes.

    Where it is not known which it understands, both are written; ConEmu runs programs by such a code, so
    it gets none.
    """
    by_nine, by_name = _OSC + "9;{text}" + _END, _OSC + "777;notify;clinic-tui;{text}" + _END
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if "ConEmuANSI" in environment or term in {"linux", "dumb"}:
        return ()
    if program in {"iTerm.app", "WezTerm", "ghostty"} or "kitty" in term or "WT_SESSION" in environment:
        return (by_nine,)
    if "VTE_VERSION" in environment or term.startswith(("foot", "rxvt")):
        return (by_name,)
    return (by_name, by_nine)


def give_title_back(codes: str) -> None:
    """Write the codes after the app has left the terminal, where that is one."""
    out = sys.__stderr__
    if codes and out is not None and out.isatty():
        out.write(codes)
        out.flush()
